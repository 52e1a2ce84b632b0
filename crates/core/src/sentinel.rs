//! Which lane this thread runs, whether it still may, and the proof that it has ended.
//!
//! A lane that is stuck cannot be stopped, so it is *fenced*: the control isolate raises the generation in the lane's
//! record, and from then on every ring call of the old thread is refused. That the thread has ended is said by the
//! destructor of a thread-local value, which runs whichever way a thread ends.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use sluice_abi::LaneRecord;

use crate::arena::Arena;

thread_local! {
    /// The generation word of this thread's lane and the generation that this thread is. No destructor: so reading
    /// it is a plain load.
    static CURRENT: Cell<Option<(NonNull<AtomicU32>, u32)>> = const { Cell::new(None) };
    static SENTINEL: RefCell<Option<Sentinel>> = const { RefCell::new(None) };
}

struct Sentinel {
    lane: NonNull<LaneRecord>,
    generation: u32,
    /// Keeps the record's memory from being used for something else until the death is recorded.
    _arena: Arena,
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        // SAFETY: the record lies in an arena that is never unmapped, and the word is atomic.
        let dead = unsafe { &(*self.lane.as_ptr()).dead_generation };
        // Release: pairs with the supervisor's acquire load; what this thread did to slots and rings is visible.
        dead.fetch_max(self.generation, Ordering::AcqRel);
    }
}

/// Declares that this thread runs a generation of a lane. Returns `false` if a later generation exists already: then
/// this thread is fenced from the start.
///
/// # Safety
///
/// `lane` is a lane record in `arena`.
pub unsafe fn enter(arena: Arena, lane: NonNull<LaneRecord>, generation: u32) -> bool {
    // SAFETY: the caller vouches for the record; the word is atomic.
    let word = unsafe { &(*lane.as_ptr()).generation };
    // AcqRel: the later of two generations wins, whichever comes first.
    let before = word.fetch_max(generation, Ordering::AcqRel);
    CURRENT.set(Some((NonNull::from(word), generation)));
    SENTINEL.with_borrow_mut(|sentinel| {
        let same = sentinel.as_ref().is_some_and(|old| old.lane == lane && old.generation == generation);
        if !same {
            *sentinel = Some(Sentinel { lane, generation, _arena: arena });
        }
    });
    before <= generation
}

/// Whether this thread may use rings: it runs no lane, or its lane is not fenced.
#[inline]
#[must_use]
pub fn admitted() -> bool {
    CURRENT.get().is_none_or(|(word, generation)| {
        // SAFETY: the word lies in an arena that is never unmapped. Relaxed: a fenced lane may finish the call in
        // which it is; the control isolate waits longer than a call takes before it gives the ends away.
        unsafe { word.as_ref() }.load(Ordering::Relaxed) == generation
    })
}
