//! Native lanes: the control isolate starts one, sends it commands and takes its reports, both as JSON
//! (`native_messages.rs`), which `native_translator.rs` translates. All calls for one lane come from one thread. All of them are cold: none is made per frame.

use std::ffi::{CString, c_char};
use std::{ptr, slice};

use sluice_core::lane::{NativeLane, Priority, cpu_count, schedule_thread};

use crate::native_messages::{Start, Told};
use crate::native_translator::Translator;
use crate::outcome::attempt;

/// A lane that was started, and the report taken last.
pub struct Running {
    lane: NativeLane,
    translator: Translator,
    report: CString,
}

/// Processors that the machine has, also those that this process may not use.
#[unsafe(no_mangle)]
pub extern "C" fn slu_cpu_count() -> u32 {
    attempt(1, || Ok(cpu_count()))
}

/// Makes this thread as urgent as that (0 normal, 1 high, 2 realtime), on the `count` processors of `cpus`; none: where it
/// may run now. 0: the system refused some of it, or there is no such priority.
///
/// # Safety
///
/// `cpus` has `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_thread_schedule(priority: u32, cpus: *const u32, count: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the numbers.
        let cpus = if count == 0 { &[] } else { unsafe { slice::from_raw_parts(cpus, count as usize) } };
        let priority = Priority::from_number(priority).ok_or_else(|| format!("there is no priority {priority}"))?;
        schedule_thread(priority, cpus)?;
        Ok(1)
    })
}

/// Starts the thread of a lane. It makes the nodes that it starts with, and reports `opened` or `failed`. Null: the text is
/// no [`Start`], no arena is there, or the system gives no thread.
///
/// # Safety
///
/// `json` has `length` bytes. Each ring that they name comes from `slu_ring_new`, has no other user of that end, and is
/// freed after the lane's thread has ended, or has reported an edit as applied that detaches the link.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_spawn(json: *const u8, length: u32) -> *mut Running {
    attempt(ptr::null_mut(), || {
        // SAFETY: the caller vouches for the text.
        let start: Start = parse(unsafe { slice::from_raw_parts(json, length as usize) })?;
        // SAFETY: the caller vouches for the rings.
        let (translator, spec) = unsafe { Translator::open(start) }?;
        let lane = NativeLane::spawn(spec)?;
        Ok(Box::into_raw(Box::new(Running { lane, translator, report: CString::default() })))
    })
}

/// Sends a command to a lane. 0: the text is no [`Told`], or what it names is not there.
///
/// # Safety
///
/// `lane` comes from [`slu_native_spawn`] and was not finished; `json` and the rings that it names as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_send(lane: *mut Running, json: *const u8, length: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the text.
        let told: Told = parse(unsafe { slice::from_raw_parts(json, length as usize) })?;
        // SAFETY: the caller vouches for the lane, and calls from one thread.
        let lane = unsafe { &mut *lane };
        if matches!(told, Told::EndCalls) {
            lane.lane.end_calls();
        }
        // SAFETY: the caller vouches for the rings.
        for command in unsafe { lane.translator.commands(told) }? {
            lane.lane.command(command);
        }
        Ok(1)
    })
}

fn parse<'a, T: serde::Deserialize<'a>>(json: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(json).map_err(|error| format!("this is no message to a lane: {error}"))
}

/// Takes the oldest report as JSON, valid until the next call. Null: there is none.
///
/// # Safety
///
/// `lane` as in [`slu_native_send`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_report(lane: *mut Running) -> *const c_char {
    attempt(ptr::null(), || {
        // SAFETY: the caller vouches for the lane, and calls from one thread.
        let lane = unsafe { &mut *lane };
        let told = loop {
            if let Some(told) = lane.translator.next() {
                break told;
            }
            // Several answers of the lane may make one report.
            let Some(report) = lane.lane.next_report() else { return Ok(ptr::null()) };
            lane.translator.hear(report);
        };
        // JSON writes a zero byte as an escape.
        lane.report = CString::new(told.to_string()).unwrap_or_default();
        Ok(lane.report.as_ptr())
    })
}

/// Lets go of a lane. `closed` 1: it has reported so, and this waits for its thread to end. 0: the thread goes on by
/// itself, with what it uses; nothing stops a stage that hangs.
///
/// # Safety
///
/// `lane` as in [`slu_native_send`]; this is its last use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_finish(lane: *mut Running, closed: u32) {
    attempt((), || {
        // SAFETY: the caller vouches for the lane.
        unsafe { Box::from_raw(lane) }.lane.finish(closed != 0);
        Ok(())
    });
}
