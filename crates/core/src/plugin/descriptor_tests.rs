//! Descriptors that lie: each lie has a message of its own, and none of them harms the process.

use std::ffi::{c_char, c_void};
use std::ptr;

use sluice_abi::stage::*;

use super::descriptors::read;
use super::loaded_stage::LoadedStage;
use super::memory::{self, is_code};

unsafe extern "C" fn create(_: *mut SluiceContext, _: *mut *mut c_void) -> i32 {
    SLUICE_OK
}
unsafe extern "C" fn process(_: *mut c_void, _: *mut SluiceContext) -> i32 {
    SLUICE_OK
}
unsafe extern "C" fn count(_: *mut c_void, _: *mut f64, _: u32) -> i32 {
    SLUICE_OK
}
unsafe extern "C" fn destroy(_: *mut c_void) -> i32 {
    SLUICE_OK
}

const FORMATS: [u32; 2] = [SLUICE_NV12, SLUICE_I420];

/// A plugin with one stage, to be changed before it is read.
struct Lie {
    plugin: SluicePlugin,
    stages: Vec<SluiceStage>,
    ports: [SluicePort; 2],
    figures: [*const c_char; 1],
    formats: [u32; 2],
}

impl Lie {
    fn new() -> Box<Self> {
        let port = SluicePort {
            name: c"videoIn".as_ptr(),
            doc: c"Pictures.".as_ptr(),
            schema: ptr::null(),
            formats: ptr::null(),
            format_count: 2,
            kind: SLUICE_VIDEO,
            flags: SLUICE_OPTIONAL,
            burst: 0,
        };
        let output =
            SluicePort { name: c"audio".as_ptr(), format_count: 0, kind: SLUICE_AUDIO, flags: 0, burst: 3, ..port };
        let stage = SluiceStage {
            id: c"com.example.lie".as_ptr(),
            name: c"Lie".as_ptr(),
            version: c"1.0.0".as_ptr(),
            doc: c"Lies.".as_ptr(),
            config_schema: c"{}".as_ptr(),
            inputs: ptr::null(),
            outputs: ptr::null(),
            figures: ptr::null(),
            input_count: 1,
            output_count: 1,
            figure_count: 1,
            mode: SLUICE_PUSH,
            create: Some(create),
            process: Some(process),
            flush: None,
            control: None,
            snapshot: None,
            restore: None,
            count: Some(count),
            destroy: Some(destroy),
            command: None,
            devices: None,
        };
        let plugin = SluicePlugin {
            abi_version: SLUICE_ABI_VERSION,
            size: size_of::<SluicePlugin>() as u32,
            stage_size: size_of::<SluiceStage>() as u32,
            port_size: size_of::<SluicePort>() as u32,
            stages: ptr::null(),
            stage_count: 1,
            reserved: 0,
        };
        let figures = [c"pictures".as_ptr()];
        let mut lie = Box::new(Self { plugin, stages: vec![stage], ports: [port, output], figures, formats: FORMATS });
        lie.ports[0].formats = lie.formats.as_ptr();
        lie.link();
        lie
    }

    /// Has the parts point to each other.
    fn link(&mut self) {
        for stage in &mut self.stages {
            stage.inputs = &raw const self.ports[0];
            stage.outputs = &raw const self.ports[1];
            stage.figures = self.figures.as_ptr();
        }
        self.plugin.stages = self.stages.as_ptr();
    }

    fn read(&self) -> Result<Vec<LoadedStage>, String> {
        read((&raw const self.plugin).addr(), is_code)
    }
}

fn told(lie: impl FnOnce(&mut Lie)) -> String {
    let mut plugin = Lie::new();
    lie(&mut plugin);
    plugin.read().err().expect("the lie is seen")
}

fn told_of_stage(lie: impl FnOnce(&mut SluiceStage)) -> String {
    told(|plugin| lie(&mut plugin.stages[0]))
}

#[test]
fn a_plugin_is_read_as_it_describes_itself() {
    let stages = Lie::new().read().unwrap();
    let [stage] = &stages[..] else { panic!("wanted one stage") };
    assert_eq!((&*stage.id, &*stage.name, &*stage.version, &*stage.doc), ("com.example.lie", "Lie", "1.0.0", "Lies."));
    assert_eq!(stage.config_schema.as_deref(), Some("{}"));
    assert_eq!((&*stage.inputs[0].name, stage.inputs[0].optional, stage.inputs[0].burst), ("videoIn", true, 1));
    assert_eq!(stage.inputs[0].formats, FORMATS);
    assert_eq!((&*stage.outputs[0].name, stage.outputs[0].optional, stage.outputs[0].burst), ("audio", false, 3));
    assert_eq!(stage.figures, ["pictures"]);
}

#[test]
fn a_stage_of_an_older_version_says_less() {
    unsafe extern "C" fn command(_: *mut c_void, _: *mut SluiceContext, _: *const c_char, _: *const c_char) -> i32 {
        SLUICE_OK
    }
    let mut plugin = Lie::new();
    plugin.stages[0].command = Some(command);
    assert!(plugin.read().unwrap()[0].calls.command.is_some());
    // What stands behind its structure is not its own.
    plugin.plugin.abi_version = 1 << 16;
    plugin.plugin.stage_size = 144;
    assert!(plugin.read().unwrap()[0].calls.command.is_none());
}

#[test]
fn versions_and_sizes_that_do_not_fit_are_told() {
    let version = |version| told(|lie| lie.plugin.abi_version = version);
    assert_eq!(
        version(2 << 16),
        "it was built for version 2.0 of the interface, and this is 1.9; use a newer Sluice, or build it with the header \
         of this one"
    );
    assert_eq!(
        version(1 << 16 | 10),
        "it was built for version 1.10 of the interface, and this is 1.9; use a newer Sluice, or build it with the header \
         of this one"
    );
    assert_eq!(
        version(7),
        "it was built for version 0.7 of the interface, and this is 1.9; build it with the header of this Sluice"
    );
    assert_eq!(
        told(|lie| lie.plugin.size = 24),
        "it says that SluicePlugin has 24 bytes, wanted 32 to 4096 in steps of 8"
    );
    assert_eq!(
        told(|lie| lie.plugin.stage_size = 1_000_000),
        "it says that SluiceStage has 1000000 bytes, wanted 144 to 4096 in steps of 8"
    );
    assert_eq!(
        told(|lie| lie.plugin.port_size = 49),
        "it says that SluicePort has 49 bytes, wanted 48 to 4096 in steps of 8"
    );
    assert_eq!(told(|lie| lie.plugin.stage_count = 0), "it has 0 stages, wanted 1 to 256");
    assert_eq!(told(|lie| lie.plugin.stages = ptr::null()), "stage 0 is null");
}

#[test]
fn names_that_are_none_are_told() {
    assert_eq!(told_of_stage(|stage| stage.id = ptr::null()), "the id of stage 0 is null");
    assert_eq!(told_of_stage(|stage| stage.id = c"\xff".as_ptr()), "the id of stage 0 is not UTF-8: byte 0 is 0xff");
    for id in [c"fft", c"com.Example.fft", c"com..fft", c"com.example.", c"com.example.3d", c"com.a b"] {
        let text = id.to_str().unwrap();
        let wanted = "wanted one such as \"com.example.fft\": lower-case letters, digits and \"-\", with a dot";
        assert_eq!(told_of_stage(|stage| stage.id = id.as_ptr()), format!("the id of stage 0 is {text:?}, {wanted}"));
    }
    let of = "stage \"com.example.lie\":";
    assert_eq!(told_of_stage(|stage| stage.name = ptr::null()), format!("{of} its name is null"));
    assert_eq!(
        told_of_stage(|stage| stage.version = c"1\n".as_ptr()),
        format!("{of} its version is \"1\\n\", wanted a text without control characters")
    );
    assert_eq!(
        told_of_stage(|stage| stage.doc = c"\xc3".as_ptr()),
        format!("{of} its doc is not UTF-8: byte 0 is 0xc3")
    );
    assert_eq!(
        told(|lie| lie.ports[0].name = c"video-in".as_ptr()),
        format!("{of} input 0: its name is \"video-in\", wanted 1 to 64 letters, digits or \"_\", a letter first")
    );
    assert_eq!(told(|lie| lie.ports[1].name = ptr::null()), format!("{of} output 0: its name is null"));
    assert_eq!(
        told(|lie| lie.ports[1].name = lie.ports[0].name),
        format!("{of} two of its ports have the name \"videoIn\"")
    );
    assert_eq!(told(|lie| lie.figures[0] = ptr::null()), format!("{of} the name of figure 0 is null"));
    let twice = told(|lie| {
        lie.stages.push(lie.stages[0]);
        lie.plugin.stage_count = 2;
        lie.link();
    });
    assert_eq!(twice, "two of its stages have the id \"com.example.lie\"");
}

#[test]
fn numbers_that_mean_nothing_are_told() {
    let of = "stage \"com.example.lie\":";
    assert_eq!(told_of_stage(|stage| stage.input_count = 1_000_000), format!("{of} it has 1000000 inputs, at most 64"));
    assert_eq!(told_of_stage(|stage| stage.figure_count = 17), format!("{of} it has 17 figures, at most 16"));
    assert_eq!(told_of_stage(|stage| stage.mode = 9), format!("{of} its mode is 9, which is none"));
    assert_eq!(
        told_of_stage(|stage| stage.input_count = 0),
        format!("{of} its mode is SLUICE_PUSH, and it has no inputs; a source has SLUICE_LOOP or SLUICE_EXTERNAL")
    );
    assert_eq!(told(|lie| lie.ports[0].kind = 6), format!("{of} input 0: its kind is 6, which is none"));
    assert_eq!(
        told(|lie| lie.ports[0].flags = 3),
        format!("{of} input 0: its flags are 0x3, of which some have no meaning")
    );
    assert_eq!(told(|lie| lie.ports[1].burst = 257), format!("{of} output 0: its burst is 257, at most 256"));
    assert_eq!(told(|lie| lie.formats[1] = SLUICE_H264), format!("{of} input 0: format 32 is none of its kind"));
    assert_eq!(told(|lie| lie.ports[0].format_count = 33), format!("{of} input 0: it names 33 formats, at most 32"));
}

#[test]
fn functions_that_are_none_are_told() {
    let of = "stage \"com.example.lie\":";
    assert_eq!(told_of_stage(|stage| stage.create = None), format!("{of} its function create is null"));
    assert_eq!(told_of_stage(|stage| stage.process = None), format!("{of} its function process is null"));
    assert_eq!(told_of_stage(|stage| stage.destroy = None), format!("{of} its function destroy is null"));
    assert_eq!(
        told_of_stage(|stage| stage.count = None),
        format!("{of} it names 1 figures, and its function count is null")
    );
    assert_eq!(
        told_of_stage(|stage| stage.figure_count = 0),
        format!("{of} it names 0 figures, and its function count is there")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn addresses_that_lead_nowhere_are_told() {
    static mut VARIABLE: u64 = 1;
    let nowhere = ptr::without_provenance::<c_char>(1 << 60);
    let unreadable = "points to memory that cannot be read";
    assert_eq!(read(1 << 60, is_code).err(), Some(format!("its descriptor {unreadable}")));
    assert_eq!(told(|lie| lie.plugin.stages = nowhere.cast()), format!("stage 0 {unreadable}"));
    assert_eq!(told_of_stage(|stage| stage.id = nowhere), format!("the id of stage 0 {unreadable}"));
    let of = "stage \"com.example.lie\":";
    assert_eq!(told_of_stage(|stage| stage.inputs = nowhere.cast()), format!("{of} input 0 {unreadable}"));
    assert_eq!(told_of_stage(|stage| stage.outputs = ptr::null()), format!("{of} output 0 is null"));
    assert_eq!(told(|lie| lie.ports[0].formats = nowhere.cast()), format!("{of} input 0: format 0 {unreadable}"));
    // Data of a library is no code.
    for address in [1 << 60, (&raw const VARIABLE).addr()] {
        assert_eq!(
            told_of_stage(|stage| {
                // SAFETY: any address that is not null is one of a function, as far as it is not called.
                unsafe { (&raw mut stage.process).cast::<usize>().write(address) };
            }),
            format!("{of} its function process lies in no library's code")
        );
    }
}

/// Bytes of a lie: of the plugin, of its stage, or of a port.
#[cfg(target_os = "linux")]
fn bytes_of(lie: &mut Lie, part: u8) -> &mut [u8] {
    let (start, length) = match part {
        0 => ((&raw mut lie.plugin).cast::<u8>(), size_of::<SluicePlugin>()),
        1 => (lie.stages.as_mut_ptr().cast::<u8>(), size_of::<SluiceStage>()),
        _ => ((&raw mut lie.ports).cast::<u8>(), 2 * size_of::<SluicePort>()),
    };
    // SAFETY: the structures have no padding and are the lie's own; nothing of it is called.
    unsafe { std::slice::from_raw_parts_mut(start, length) }
}

#[cfg(target_os = "linux")]
#[test]
fn no_bytes_of_a_descriptor_harm_the_process() {
    if !memory::is_guarded() {
        eprintln!("left out: the system does not copy memory for a process");
        return;
    }
    let cases = if std::env::var_os("SLUICE_DEEP").is_some() { 100_000 } else { 3_000 };
    let mut seed = 0_u64;
    // A linear congruential generator, of which the upper bits are the better ones.
    let mut below = |end: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % end
    };
    for case in 0..cases {
        let mut lie = Lie::new();
        for _ in 0..1 + below(3) {
            let bytes = bytes_of(&mut lie, below(3) as u8);
            let at = below(bytes.len());
            let end = (at + 1 + below(8)).min(bytes.len());
            bytes[at..end].fill_with(|| below(256) as u8);
        }
        match lie.read() {
            Ok(stages) => {
                assert!(stages.iter().all(|stage| stage.inputs.len() <= 64 && stage.id.contains('.')), "case {case}")
            }
            Err(text) => assert!(!text.is_empty() && !text.ends_with('.'), "case {case}: {text}"),
        }
    }
}
