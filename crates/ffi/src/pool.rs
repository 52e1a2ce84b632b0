//! Pools, for native stages and for tests that both sides read the same words.

use std::ptr;

use sluice_core::control::Control;
use sluice_core::parker::Parker;
use sluice_core::pool::{Pool, Released};

use crate::arena;
use crate::outcome::attempt;

/// No slot is free (`slu_pool_acquire`).
const NO_SLOT: u32 = u32::MAX;

/// Lays a pool out in the zeroed arena that starts at `base`. 0: it does not fit, or a number is out of range.
#[unsafe(no_mangle)]
pub extern "C" fn slu_pool_format(base: *mut u8, pool_index: u32, slot_count: u32, payload_bytes: u32) -> u32 {
    attempt(0, || Pool::format(arena::find(base)?, pool_index, slot_count, payload_bytes).map(|_| 1))
}

/// Attaches to the pool in the arena that starts at `base`, and holds the arena. Null: there is none that fits.
#[unsafe(no_mangle)]
pub extern "C" fn slu_pool_open(base: *mut u8) -> *mut Pool {
    attempt(ptr::null_mut(), || Ok(Box::into_raw(Box::new(Pool::attach(arena::find(base)?)?))))
}

/// Detaches from a pool.
///
/// # Safety
///
/// `pool` comes from [`slu_pool_open`], and this is its last use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_pool_close(pool: *mut Pool) {
    attempt((), || {
        // SAFETY: the caller vouches for the pool.
        drop(unsafe { Box::from_raw(pool) });
        Ok(())
    });
}

/// Takes a free slot for a lane; 0xffffffff: there is none.
///
/// # Safety
///
/// `pool` comes from [`slu_pool_open`] and is open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_pool_acquire(pool: *const Pool, lane: u32) -> u32 {
    // SAFETY: the caller vouches for the pool.
    let pool = unsafe { &*pool };
    pool.acquire(lane).unwrap_or(NO_SLOT)
}

/// Gives up one reference of a lane: 1 = others hold the slot, 2 = it is free, 0 = refused, it was free before. Rings
/// the lanes that waited for a slot, if `control` is not null.
///
/// # Safety
///
/// `pool` comes from [`slu_pool_open`] and is open; `control` is null or comes from `slu_control_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_pool_release(pool: *const Pool, slot: u32, lane: u32, control: *const Control) -> u32 {
    // SAFETY: the caller vouches for the pool.
    let pool = unsafe { &*pool };
    let mut waiters = match pool.release(slot, lane) {
        Released::Refused => return 0,
        Released::Shared => return 1,
        Released::Freed(waiters) => waiters,
    };
    // SAFETY: the caller vouches for the control arena.
    if let Some(control) = unsafe { control.as_ref() } {
        while waiters != 0 {
            if let Some(doorbell) = control.doorbell(waiters.trailing_zeros()) {
                doorbell.ring(&Parker::default());
            }
            waiters &= waiters - 1;
        }
    }
    2
}

/// Free slots now.
///
/// # Safety
///
/// `pool` comes from [`slu_pool_open`] and is open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_pool_free(pool: *const Pool) -> u32 {
    // SAFETY: the caller vouches for the pool.
    let pool = unsafe { &*pool };
    pool.free()
}
