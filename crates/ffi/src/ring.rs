//! Rings. A ring's address is its handle; each end belongs to one lane at a time.

use std::collections::HashSet;
use std::ptr;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use sluice_core::control::Control;
use sluice_core::ring::Ring;

use crate::outcome::attempt;

/// Addresses of the rings that have not been freed: cold functions refuse any other.
static LIVE: LazyLock<Mutex<HashSet<usize>>> = LazyLock::new(Mutex::default);

fn live() -> MutexGuard<'static, HashSet<usize>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls `body` with a ring that stays live meanwhile.
fn with_live<T>(ring: *const Ring, body: impl FnOnce(&Ring) -> Result<T, String>) -> Result<T, String> {
    let live = live();
    if !live.contains(&ring.addr()) {
        return Err("there is no such ring: it was released".into());
    }
    // SAFETY: it is in the set, and cannot leave it while the set is locked.
    body(unsafe { &*ring })
}

/// Makes a ring of `capacity` entries (1 to 65,536); `evicts` 1: a push into the full ring takes out the oldest.
/// `link_offset` is where the link's record starts in the control arena, in bytes. Null: refused.
///
/// # Safety
///
/// `control` comes from `slu_control_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_ring_new(
    control: *const Control,
    capacity: u32,
    evicts: u32,
    link_offset: u32,
) -> *const Ring {
    attempt(ptr::null(), || {
        // SAFETY: controls are never freed.
        let control = unsafe { *control };
        let ring = Box::into_raw(Box::new(Ring::new(control, capacity, evicts != 0, link_offset)?));
        live().insert(ring.addr());
        Ok(ring.cast_const())
    })
}

/// Frees a ring. 0: it was freed before.
///
/// # Safety
///
/// No lane uses an end any more. (A lane that is stuck may: a ring of which it had an end is never freed.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_ring_free(ring: *mut Ring) -> u32 {
    attempt(0, || {
        if !live().remove(&ring.addr()) {
            return Err("there is no such ring: it was released".into());
        }
        // SAFETY: it was in the set, so it came from `slu_ring_new` and has not been freed.
        drop(unsafe { Box::from_raw(ring) });
        Ok(1)
    })
}

/// Says which lane reads, and which bit of its inbox a write sets. 0: no such ring, lane or bit.
#[unsafe(no_mangle)]
pub extern "C" fn slu_ring_bind_reader(ring: *const Ring, lane: u32, bit: u32) -> u32 {
    attempt(0, || with_live(ring, |ring| bound(ring.bind_reader(lane, bit), lane, bit)))
}

/// Says which lane writes, and which bit of its inbox tells of freed places. 0: no such ring, lane or bit.
#[unsafe(no_mangle)]
pub extern "C" fn slu_ring_bind_writer(ring: *const Ring, lane: u32, bit: u32) -> u32 {
    attempt(0, || with_live(ring, |ring| bound(ring.bind_writer(lane, bit), lane, bit)))
}

fn bound(done: bool, lane: u32, bit: u32) -> Result<u32, String> {
    if done { Ok(1) } else { Err(format!("there is no bit {bit} of a lane {lane}")) }
}

/// The writer's batch (`RING_BATCH` entries), then what a commit has evicted (as many). Never freed. Null: no such
/// ring.
#[unsafe(no_mangle)]
pub extern "C" fn slu_ring_writer_staging(ring: *const Ring) -> *mut u32 {
    attempt(ptr::null_mut(), || with_live(ring, |ring| Ok(ring.writer_staging())))
}

/// The reader's batch (`RING_BATCH` entries). Never freed. Null: no such ring.
#[unsafe(no_mangle)]
pub extern "C" fn slu_ring_reader_staging(ring: *const Ring) -> *mut u32 {
    attempt(ptr::null_mut(), || with_live(ring, |ring| Ok(ring.reader_staging())))
}

macro_rules! hot {
    ($(#[doc = $doc:literal] $name:ident => $method:ident($($argument:ident)?);)+) => {
        $(
            #[doc = $doc]
            ///
            /// # Safety
            ///
            /// `ring` is live, and this thread runs the lane that has the end in question.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(ring: *const Ring $(, $argument: u32)?) -> u32 {
                // SAFETY: the caller vouches for the ring.
                let ring = unsafe { &*ring };
                // SAFETY: the caller vouches for the end.
                unsafe { ring.$method($($argument)?) }
            }
        )+
    };
}

hot! {
    /// Writes one entry; see [`Ring::push`].
    slu_ring_push => push(entry);
    /// Writes a batch; see [`Ring::commit`].
    slu_ring_commit => commit(count);
    /// Free places; see [`Ring::room`].
    slu_ring_room => room();
    /// Asks for a signal when a place is freed; see [`Ring::await_room`].
    slu_ring_await_room => await_room();
    /// Takes one entry; see [`Ring::pop`].
    slu_ring_pop => pop();
    /// Takes a batch; see [`Ring::fetch`].
    slu_ring_fetch => fetch(max);
    /// Entries in the ring; see [`Ring::available`].
    slu_ring_available => available();
}
