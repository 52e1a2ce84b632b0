//! Calls one by one, for a program that cannot be called, as Deno's when its work is asynchronous: see `guest/library.ts`,
//! which is the one user. A call is taken on any thread, and everything in it on any, one after the other.

use std::slice;
use std::sync::{Mutex, OnceLock, PoisonError};

use sluice_core::isolation::{CallWaiter, GuestCalls};

static CALLS: Mutex<Option<GuestCalls>> = Mutex::new(None);

/// Not behind the lock: what is called meanwhile does not wait.
static WAITER: OnceLock<CallWaiter> = OnceLock::new();

/// Reaches the guest. Before [`sluice_calls_begin`] there is none.
fn with<T>(missing: T, work: impl FnOnce(&mut GuestCalls) -> T) -> T {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map_or(missing, work)
}

/// An entry as a number; -1: there is none.
fn number(entry: Option<u32>) -> f64 {
    entry.map_or(-1.0, f64::from)
}

/// # Safety
///
/// `bytes` has the length given.
unsafe fn of<'a>(bytes: *const u8, length: u32) -> &'a [u8] {
    // SAFETY: the caller vouches for the bytes.
    if length == 0 { &[] } else { unsafe { slice::from_raw_parts(bytes, length as usize) } }
}

/// Takes the place of a guest. Answers 0, or 1 after a line on standard error.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_begin(host: u64, memory_bytes: u64) -> i32 {
    match GuestCalls::begin(host, memory_bytes) {
        Ok(calls) => {
            let _ = WAITER.set(calls.waiter());
            *CALLS.lock().unwrap_or_else(PoisonError::into_inner) = Some(calls);
            0
        }
        Err(text) => {
            eprintln!("sluice-guest: {text}");
            1
        }
    }
}

/// Where the windows of pools begin; that of a pool is as far behind it as its index times a window's bytes.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_region() -> *mut u8 {
    with(std::ptr::null_mut(), |calls| calls.region().0.as_ptr())
}

/// Bytes of all windows.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_region_bytes() -> f64 {
    with(0.0, |calls| calls.region().1 as f64)
}

/// Says that nodes may be made.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_ready() {
    with((), |calls| calls.ready());
}

/// Waits for the next call, and copies as much of its words as fits. Answers their length; -1: the program is to leave.
///
/// # Safety
///
/// `into` has room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sluice_calls_next(into: *mut u8, capacity: u32) -> f64 {
    let Some(waiter) = WAITER.get() else { return -1.0 };
    let call = waiter.wait();
    with(-1.0, |calls| {
        let Some(words) = calls.begin_call(call) else { return -1.0 };
        // SAFETY: the caller vouches for the room.
        unsafe { std::ptr::copy_nonoverlapping(words.as_ptr(), into, words.len().min(capacity as usize)) };
        words.len() as f64
    })
}

/// Copies the words of the present call, as far as they fit.
///
/// # Safety
///
/// `into` has room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sluice_calls_copy(into: *mut u8, capacity: u32) {
    with((), |calls| {
        let words = calls.call();
        // SAFETY: the caller vouches for the room.
        unsafe { std::ptr::copy_nonoverlapping(words.as_ptr(), into, words.len().min(capacity as usize)) };
    });
}

/// Ends the present call: with a status and bytes; or, where `failed` is not 0, with a text that says why.
///
/// # Safety
///
/// `bytes` has the length given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sluice_calls_done(failed: u32, status: u32, bytes: *const u8, length: u32) {
    // SAFETY: the caller vouches for the bytes.
    let bytes = unsafe { of(bytes, length) };
    with((), |calls| calls.done(failed != 0, status, bytes));
}

/// Takes the oldest frame of an input.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_read(input: u32) -> f64 {
    with(-1.0, |calls| number(calls.read(input)))
}

/// The oldest frame of an input, which stays there.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_look(input: u32) -> f64 {
    with(-1.0, |calls| number(calls.look(input)))
}

/// What can come from an input: 0 nothing is linked, 1 frames, 2 nothing any more.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_state(input: u32) -> u32 {
    with(0, |calls| calls.state(input))
}

/// Takes a slot for an output, for a frame of a kind.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_acquire(output: u32, kind: u32) -> f64 {
    with(-1.0, |calls| number(u8::try_from(kind).ok().and_then(|kind| calls.acquire(output, kind))))
}

/// Exchanges a frame for one that may be changed.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_writable(entry: u32) -> f64 {
    with(-1.0, |calls| number(calls.writable(entry)))
}

/// Writes a frame to an output, and keeps it where `keep` is not 0. Answers as [`GuestCalls::write`].
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_write(output: u32, entry: u32, kind: u32, keep: u32) -> u32 {
    with(1, |calls| u8::try_from(kind).map_or(3, |kind| calls.write(output, entry, kind, keep != 0)))
}

/// Gives a frame back.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_release(entry: u32) {
    with((), |calls| calls.release(entry));
}

/// Writes the four numbers of [`GuestCalls::place`]. 0: the pool is not known.
///
/// # Safety
///
/// `into` has room for four words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sluice_calls_place(entry: u32, into: *mut u32) -> u32 {
    with(0, |calls| {
        let Some(place) = calls.place(entry) else { return 0 };
        // SAFETY: the caller vouches for the room.
        unsafe { std::ptr::copy_nonoverlapping(place.as_ptr(), into, place.len()) };
        1
    })
}

/// Delays the next tick until a time.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_wait_until(time_ns: f64) {
    with((), |calls| calls.wait_until_ns(time_ns));
}

/// Ends the node.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_finish() {
    with((), |calls| calls.finish());
}

/// Tells of the progress.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_progress(done_ns: f64, total_ns: f64) {
    with((), |calls| calls.progress(done_ns, total_ns));
}

/// Writes a line to the node's log.
///
/// # Safety
///
/// `text` has the length given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sluice_calls_log(level: u32, text: *const u8, length: u32) {
    // SAFETY: the caller vouches for the bytes.
    let text = unsafe { of(text, length) };
    with((), |calls| calls.log(level, text));
}

/// Publishes an event.
///
/// # Safety
///
/// Both have the lengths given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sluice_calls_emit(name: *const u8, name_length: u32, json: *const u8, json_length: u32) {
    // SAFETY: the caller vouches for the bytes.
    let (name, json) = unsafe { (of(name, name_length), of(json, json_length)) };
    with((), |calls| calls.emit(name, json));
}

/// Nanoseconds on the runtime's clock.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_calls_now() -> f64 {
    with(0.0, |calls| calls.now_ns())
}
