//! What a host does for a stage.

use core::ffi::{c_char, c_void};

use super::describe::{Field, Holds, Item};
use super::frames::{SluiceField, SluiceForeign, SluiceFrameInfo, SluicePlane, SluiceShape, SluiceWork};

abi! {
    /// The running call of a stage, as the host knows it. It is valid until that call returns, on the thread of that
    /// call.
    opaque SluiceContext;

    /// Has a stage called from another thread.
    opaque SluiceWaker;

    /// What a host does for its stages. Frames are numbers that are not 0; each is the call's own until it is written,
    /// released, or the call returns, which gives back all that is left. What a call may not do is refused and changes
    /// nothing: `reason` says why. But for `wake`, `drop_waker`, `release_main` and `run_on_main`, functions are called on
    /// the thread of the running call, with its context. None of those for frames waits, allocates or takes a lock.
    struct SluiceHost {
        /// The version of the host's interface, as `SLUICE_ABI_VERSION`.
        abi_version: u32,
        /// Bytes of this table. A host with a lower minor version than the header lacks the functions at its end.
        size: u32,
    } calls {
        /// Takes the oldest frame of an input. 0: none has come, an output has no room for its burst, a pool has no free
        /// slot, or the call has taken its share. The plain loop `while ((frame = host->read(context, 0)))` is right.
        fn read(context: *mut SluiceContext, input: u32) -> u32;
        /// Describes the oldest frame of an input without taking it. `SLUICE_NONE`: none has come.
        fn peek(context: *mut SluiceContext, input: u32, info: *mut SluiceFrameInfo) -> i32;
        /// Takes a free slot of the output's pool and lays a frame out in it: with the output's next sequence number, and
        /// the times of the frame that was read last. It waits for nothing. 0: no slot is free, and the call answers
        /// `SLUICE_AGAIN` to be run when there is one; or the shape is refused, and `reason` says why.
        fn acquire(context: *mut SluiceContext, output: u32, shape: *const SluiceShape) -> u32;
        /// Describes a frame.
        fn info(context: *mut SluiceContext, frame: u32, info: *mut SluiceFrameInfo) -> i32;
        /// A part of a frame to read: its first element, aligned to 64 bytes for video and packets and to 4 for audio.
        /// Null: there is no such part. The part of packets is found by `column`.
        fn plane(context: *mut SluiceContext, frame: u32, index: u32, plane: *mut SluicePlane) -> *const c_void;
        /// A part of a frame to write, until the frame leaves the call. Null: there is no such part, or others read the
        /// frame too; `writable` gives one that they do not.
        fn plane_mut(context: *mut SluiceContext, frame: u32, index: u32, plane: *mut SluicePlane) -> *mut c_void;
        /// The index of the column of a packet that has this name; `SLUICE_REFUSED`: there is none.
        fn column(context: *mut SluiceContext, frame: u32, name: *const c_char) -> i32;
        /// A frame that may be changed: this one, if nobody else reads it, else a copy, and this one is released. 0: a
        /// copy is needed and no slot is free; the frame stays.
        fn writable(context: *mut SluiceContext, frame: u32) -> u32;
        /// Sets when a frame is to be presented and decoded, and how long it lasts, nanoseconds.
        fn set_times(context: *mut SluiceContext, frame: u32, pts_ns: f64, dts_ns: f64, duration_ns: f64) -> i32;
        /// Sets the flags of a frame.
        fn set_flags(context: *mut SluiceContext, frame: u32, flags: u32) -> i32;
        /// Sets how many records a packet has, or how many bytes an encoded frame or a value; at most as many as fit.
        fn set_length(context: *mut SluiceContext, frame: u32, length: u32) -> i32;
        /// Hands a frame over to the links of an output, whether it was read or acquired. `SLUICE_REFUSED`: a lossless
        /// link has no room, or the frame is of another kind than the output; the frame stays.
        fn write(context: *mut SluiceContext, output: u32, frame: u32) -> i32;
        /// As `write`, and the frame stays with the call too: for a second output. Nobody may change it from now on.
        fn forward(context: *mut SluiceContext, output: u32, frame: u32) -> i32;
        /// Gives a frame back.
        fn release(context: *mut SluiceContext, frame: u32) -> i32;
        /// Whether every output has room for its burst, and its pool a free slot: 1 or 0.
        fn may_write(context: *mut SluiceContext) -> i32;
        /// For a stage of mode `SLUICE_LOOP`: not again before this time, on the clock of `now_ns`. Offline graphs do not
        /// wait. For a stage of another mode, and for a flush that answers `SLUICE_AGAIN`: again at this time, or before
        /// when frames come or the waker is used; also offline. A stage that has asked for a time is not done with
        /// frames that it leaves unread. Holds for one call.
        fn wait_until(context: *mut SluiceContext, time_ns: f64) -> ();
        /// Ends the node: `flush` and the end of the stream follow.
        fn finish(context: *mut SluiceContext) -> ();
        /// Tells how far the node is, nanoseconds of media time; `total_ns` is infinite if it is not known.
        fn progress(context: *mut SluiceContext, done_ns: f64, total_ns: f64) -> ();
        /// Nanoseconds since the runtime's epoch, less the time for which the graph was paused.
        fn now_ns(context: *mut SluiceContext) -> f64;
        /// Whether the graph is live, so that sources keep to the clock: 1 or 0.
        fn is_live(context: *mut SluiceContext) -> i32;
        /// A number or a truth value (1 or 0) of the configuration, the default of the schema if the graph gives none.
        /// `SLUICE_NONE`: there is no value of that name, or it is no number; `value` stays.
        fn number(context: *mut SluiceContext, key: *const c_char, value: *mut f64) -> i32;
        /// A text of the configuration; a list or an object as JSON. Null: there is none of that name. Valid until the
        /// call returns.
        fn text(context: *mut SluiceContext, key: *const c_char) -> *const c_char;
        /// Writes a line to the log, under the node's name.
        fn log(context: *mut SluiceContext, level: u32, text: *const c_char) -> ();
        /// Publishes an event of the node: its name, and a value as JSON or null for none.
        fn emit(context: *mut SluiceContext, name: *const c_char, json: *const c_char) -> i32;
        /// Says why the call is about to answer `SLUICE_FAULT` or `SLUICE_PANIC`, as a clause without a full stop.
        fn fault(context: *mut SluiceContext, text: *const c_char) -> ();
        /// Why the last host function of this call refused, as a clause; null if none has. Valid until the next.
        fn reason(context: *mut SluiceContext) -> *const c_char;
        /// Adds bytes to the state that `snapshot` gives. A stage in a process of its own can give 63 MiB: with more, its
        /// `snapshot` counts as one that answered `SLUICE_FAULT`.
        fn keep(context: *mut SluiceContext, bytes: *const c_void, length: usize) -> ();
        /// Makes a waker for the stage. It is the stage's own until `drop_waker`, and may be used on any thread until
        /// then, also after the stage was destroyed.
        fn waker(context: *mut SluiceContext) -> *mut SluiceWaker;
        /// Has the stage called soon, whatever its mode, from any thread. Several calls before the stage runs count as
        /// one. It takes a lock for a moment.
        fn wake(waker: *mut SluiceWaker) -> ();
        /// Gives a waker back. No thread may use it any more.
        fn drop_waker(waker: *mut SluiceWaker) -> ();
        /// Since 1.1. Gives the result of a command, as JSON; without it the result is `null`.
        fn answer(context: *mut SluiceContext, json: *const c_char) -> ();
        /// Since 1.2. All parts of a frame at once, as `plane` (`SLUICE_READ`) or `plane_mut` (`SLUICE_WRITE`) gives each:
        /// their descriptions and their first elements, `count` of them at most. Set the `size` of the first description;
        /// so far apart are the others. The answer is how many parts there are, which may be more; or `SLUICE_REFUSED`.
        fn planes(
            context: *mut SluiceContext,
            frame: u32,
            access: u32,
            planes: *mut SluicePlane,
            starts: *mut *mut c_void,
            count: u32,
        ) -> i32;
        /// Since 1.2. The name and the type of a field of a packet, by the index of its column. The name is valid until the
        /// call returns. It allocates: ask when the fields change, not for each frame.
        fn field(context: *mut SluiceContext, frame: u32, index: u32, into: *mut SluiceField) -> i32;
        /// Since 1.2. As `read`, several times: stores up to `count` frames, no more than the outputs have room for. The
        /// answer is how many.
        fn read_many(context: *mut SluiceContext, input: u32, frames: *mut u32, count: u32) -> u32;
        /// Since 1.2. As `write`, for `count` frames one after the other, up to the first that is refused. The answer is how
        /// many were handed over; if they are fewer, `reason` says why.
        fn write_many(context: *mut SluiceContext, output: u32, frames: *const u32, count: u32) -> u32;
        /// Since 1.3. What can come from an input: `SLUICE_UNLINKED`, `SLUICE_OPEN` or `SLUICE_ENDED`; `SLUICE_REFUSED`:
        /// there is no such input, or the node is not at work. A stage is not called because one of several inputs has
        /// ended: it asks when frames of another have come.
        fn input_state(context: *mut SluiceContext, input: u32) -> i32;
        /// Since 1.8. Says that media time `pts_ns` is presented at `at_ns`, on the clock of `now_ns`: heard, for a `kind` of
        /// `SLUICE_AUDIO`, or shown, for `SLUICE_VIDEO`. The newest such pair of each kind and group is kept for the graph; a
        /// group is a name that its nodes share.
        fn present(context: *mut SluiceContext, group: *const c_char, kind: u32, pts_ns: f64, at_ns: f64) -> i32;
        /// Since 1.8. The newest pair that a node of the graph gave `present` for this group and kind. `SLUICE_NONE`: none
        /// has, and the places stay.
        fn presented(
            context: *mut SluiceContext,
            group: *const c_char,
            kind: u32,
            pts_ns: *mut f64,
            at_ns: *mut f64,
        ) -> i32;
        /// Since 1.8. As `acquire`, for video or encoded media that `foreign` has. It is the frame's from then on, and is
        /// released when the frame is given back, or is mapped: for a stage that asks for its planes, and when the frame
        /// leaves the lane. 0: as `acquire`, and the call still has it; a stage in a process of its own cannot hand it on.
        fn acquire_foreign(
            context: *mut SluiceContext,
            output: u32,
            shape: *const SluiceShape,
            foreign: *const SluiceForeign,
        ) -> u32;
        /// Since 1.8. The handle of a frame with that `type_code`, valid as long as the call has the frame and asks for no plane
        /// of it. Null: it has none, so read its planes.
        fn foreign(context: *mut SluiceContext, frame: u32, type_code: u32) -> *mut c_void;
        /// Since 1.9. Has the main thread do work for the plugin from now on, until `release_main` was called as often.
        /// `SLUICE_REFUSED`: a stage in a process of its own has no main thread.
        fn hold_main(context: *mut SluiceContext) -> i32;
        /// Since 1.9. Lets go of what `hold_main` asked for, on any thread, also after the stage was destroyed. What the main
        /// thread was given is still done.
        fn release_main() -> ();
        /// Since 1.9. Has the main thread do something, soon after what it was given before, from any thread while the plugin
        /// holds it. With `wait` other than 0 it returns once that is done. `SLUICE_ON_MAIN`: the caller is the main thread,
        /// and would wait for itself. `SLUICE_NO_MAIN`: nobody holds it, or the runtime is not on it. `SLUICE_REFUSED`: there is
        /// no work.
        fn run_on_main(work: *const SluiceWork, wait: u32) -> i32;
        /// Since 1.9. Whether anything is linked to an output, 1 or 0, so that a stage need not make what goes nowhere.
        /// `SLUICE_REFUSED`: there is no such output, or the node is not at work.
        fn is_linked(context: *mut SluiceContext, output: u32) -> i32;
    }
}
