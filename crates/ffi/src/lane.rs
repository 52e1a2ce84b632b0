//! Control arenas, doorbells and parking.

use std::ptr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sluice_core::control::Control;
use sluice_core::long_park;
use sluice_core::parker::Parker;
use sluice_core::sentinel;

use crate::arena;
use crate::outcome::attempt;

/// Longest park.
const MAX_PARK_MS: f64 = 60_000.0;

/// Every control arena that was ever opened. Never freed, since a lane may park on one while another thread ends; as
/// arenas keep their addresses, the same few come back.
static CONTROLS: Mutex<Vec<&'static Control>> = Mutex::new(Vec::new());

/// Opens the control arena that starts at `base`. Null if it is not a control arena, or does not fit this library. The
/// arena is not held: its maker gives it up after everything that uses it.
#[unsafe(no_mangle)]
pub extern "C" fn slu_control_open(base: *mut u8) -> *const Control {
    attempt(ptr::null(), || {
        let control = Control::open(&arena::find(base)?)?;
        let mut controls = CONTROLS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = controls.iter().find(|known| ***known == control) {
            return Ok(ptr::from_ref(*known));
        }
        let control: &'static Control = Box::leak(Box::new(control));
        controls.push(control);
        Ok(ptr::from_ref(control))
    })
}

/// Sets a bit of a lane's inbox and wakes the lane if it sleeps. No such lane or bit: nothing happens.
///
/// # Safety
///
/// `control` comes from [`slu_control_open`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_lane_signal(control: *const Control, lane: u32, bit: u32) {
    // SAFETY: controls are never freed.
    let control = unsafe { &*control };
    if let Some(doorbell) = control.doorbell(lane) {
        doorbell.signal(bit, &Parker::default());
    }
}

/// Rings a lane's bell. No such lane: nothing happens.
///
/// # Safety
///
/// `control` comes from [`slu_control_open`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_lane_ring(control: *const Control, lane: u32) {
    // SAFETY: controls are never freed.
    let control = unsafe { &*control };
    if let Some(doorbell) = control.doorbell(lane) {
        doorbell.ring(&Parker::default());
    }
}

/// Blocks until the lane's bell differs from `seen_bell`, its inbox is not empty, or `timeout_ms` (60,000 at most)
/// has passed; from 50 ms on it may end up to 25 ms early. May be called from another thread than the lane's, on its
/// behalf.
///
/// # Safety
///
/// `control` comes from [`slu_control_open`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_lane_park(control: *const Control, lane: u32, seen_bell: u32, timeout_ms: f64) {
    // SAFETY: controls are never freed.
    let control = unsafe { &*control };
    // A NaN becomes 0.
    let timeout = Duration::from_nanos((timeout_ms.clamp(0.0, MAX_PARK_MS) * 1e6) as u64);
    if let Some(doorbell) = control.doorbell(lane) {
        long_park::park(&doorbell, seen_bell, timeout);
    }
}

/// Declares that this thread runs a generation (from 1) of a lane of the control arena that starts at `base`, and
/// notes its holds in a row of their tables. 0: there is no such lane or row, or a later generation runs it already;
/// in the last case all ring calls of this thread are refused.
#[unsafe(no_mangle)]
pub extern "C" fn slu_lane_enter(base: *mut u8, lane: u32, generation: u32, row: u32) -> u32 {
    attempt(0, || {
        if sentinel::enter(&arena::find(base)?, lane, generation, row)? {
            Ok(1)
        } else {
            Err(format!("generation {generation} of lane {lane} is fenced, or there is no such lane or row"))
        }
    })
}
