//! What a plugin says of itself. All of it is read once, when the plugin is loaded, and has to stay as it is as long as
//! the process lives. Texts are UTF-8 that ends with a zero byte, 64 KiB at most.

use core::ffi::{c_char, c_void};

use super::describe::{Field, Holds, Item};
use super::host::SluiceContext;

abi! {
    /// A port of a stage.
    struct SluicePort {
        /// Its name, unique among the ports of the stage: 1 to 64 letters, digits or `_`, starting with a letter. A port
        /// is named for what it carries: `audio`, or `audioIn` and `audioOut`.
        name: *const c_char,
        /// What it carries, in a sentence.
        doc: *const c_char,
        /// Packets, data: the name of the record's or value's type. Null: any.
        schema: *const c_char,
        /// Inputs for video and encoded frames: the formats that are accepted. Null: all.
        formats: *const u32,
        /// How many these are.
        format_count: u32,
        /// `SLUICE_AUDIO`, `SLUICE_VIDEO`, …
        kind: u32,
        /// `SLUICE_OPTIONAL` or 0.
        flags: u32,
        /// Outputs: most frames that are written for each frame read, or in each call of a source; 0 counts as 1.
        burst: u32,
    } calls {}

    /// A stage: a node type of graphs. Each instance lives on one thread; all its functions are called there, one at a
    /// time. They answer `SLUICE_OK` or what their documentation names. A stage that has answered `SLUICE_PANIC` is only
    /// destroyed.
    struct SluiceStage {
        /// Its name in graph files, in reverse-DNS form: `com.example.fft`. Lower-case letters, digits and `-`, at least
        /// one dot.
        id: *const c_char,
        /// Its name for people, in a few words.
        name: *const c_char,
        /// Its version, such as `1.2.0`.
        version: *const c_char,
        /// What it does; the first sentence stands in lists.
        doc: *const c_char,
        /// The JSON Schema of its configuration, an object with `properties`. Null: it has none. A property with
        /// `"x-live": true` may change while the stage runs.
        config_schema: *const c_char,
        /// Its inputs, `input_count` of them. Null if there are none.
        inputs: *const SluicePort,
        /// Its outputs, `output_count` of them. Null if there are none.
        outputs: *const SluicePort,
        /// Names of the figures that it counts, `figure_count` of them, at most 16. Null if there are none.
        figures: *const *const c_char,
        /// At most 64.
        input_count: u32,
        /// At most 64.
        output_count: u32,
        /// At most 16.
        figure_count: u32,
        /// `SLUICE_PUSH`, `SLUICE_LOOP` or `SLUICE_EXTERNAL`.
        mode: u32,
    } calls {
        /// Makes an instance with the configuration of `number` and `text`, and stores its address, which is passed to the
        /// other functions. Frames cannot be had here. `SLUICE_FAULT` refuses the configuration.
        fn create(context: *mut SluiceContext, instance: *mut *mut c_void) -> i32;
        /// One tick: reads, writes, and returns soon. `SLUICE_AGAIN` has it called again without a new frame.
        fn process(instance: *mut c_void, context: *mut SluiceContext) -> i32;
        /// After the last frame of every input was read, or after `finish`: writes what is left. `SLUICE_AGAIN` has it
        /// called again once the outputs have room. May be null.
        fn flush(instance: *mut c_void, context: *mut SluiceContext) -> i32;
        /// A live value of the configuration has changed: `number` or `text` gives it, and all others that change with
        /// it, for each of which the function is called. `SLUICE_FAULT` refuses it, and the stage goes on with the old
        /// ones: it is called again for those of them that it has taken. `peek` tells the next frame, and `acquire` whether
        /// a slot has room. May be null if the schema has no live property.
        fn control(instance: *mut c_void, context: *mut SluiceContext, key: *const c_char) -> i32;
        /// Gives by `keep` what an instance that takes this one's place goes on from. After `SLUICE_FAULT` that one begins
        /// anew, and the edit is told why. May be null.
        fn snapshot(instance: *mut c_void, context: *mut SluiceContext) -> i32;
        /// Goes on from what `snapshot` of another instance gave. The own configuration stays. By `SLUICE_FAULT` it refuses
        /// that, as if it had not been asked, and the edit is told why. May be null.
        fn restore(
            instance: *mut c_void,
            context: *mut SluiceContext,
            bytes: *const c_void,
            length: usize,
        ) -> i32;
        /// Fills in the figures, `count` of them in the order of their names. After `SLUICE_FAULT` they stay as they are, and
        /// the node's log says so. Null if there are none.
        fn count(instance: *mut c_void, values: *mut f64, count: u32) -> i32;
        /// Frees the instance. No other function is called for it any more.
        fn destroy(instance: *mut c_void) -> i32;
        /// Since 1.1. A script asks for something by a name, between two ticks: `json` has the arguments. `answer` gives
        /// the result; `SLUICE_FAULT` refuses, and the stage goes on. May be null.
        fn command(
            instance: *mut c_void,
            context: *mut SluiceContext,
            name: *const c_char,
            json: *const c_char,
        ) -> i32;
        /// Since 1.8. Lists what the key `device` of the configuration may name, without an instance: stores a text in JSON,
        /// a list of objects with `name`, `label`, `isDefault` and `formats`, valid until the function is called again. One
        /// call at a time, on any thread; it may take a second. May be null.
        fn devices(json: *mut *const c_char) -> i32;
    }

    /// What `sluice_register_stages` returns.
    struct SluicePlugin {
        /// `SLUICE_ABI_VERSION`.
        abi_version: u32,
        /// `sizeof(SluicePlugin)`.
        size: u32,
        /// `sizeof(SluiceStage)`: so far apart are the stages.
        stage_size: u32,
        /// `sizeof(SluicePort)`: so far apart are the ports of a stage.
        port_size: u32,
        /// Its stages, `stage_count` of them.
        stages: *const SluiceStage,
        /// 1 to 256.
        stage_count: u32,
        /// 0.
        reserved: u32,
    } calls {}
}

// SAFETY: descriptors are never written to, and what they point to neither.
unsafe impl Sync for SluicePort {}
// SAFETY: as above.
unsafe impl Sync for SluiceStage {}
// SAFETY: as above.
unsafe impl Sync for SluicePlugin {}
