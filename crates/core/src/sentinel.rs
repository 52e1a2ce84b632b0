//! Which lane this thread runs, whether it still may, and the proof that it has ended.
//!
//! A lane that is stuck cannot be stopped, so it is *fenced*: the control isolate raises the generation in the lane's
//! record, and from then on every ring call of the old thread is refused. That the thread has ended is said by the
//! destructor of a thread-local value, which runs whichever way a thread ends.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use sluice_abi::{LaneRecord, thread_of_row};

use crate::arena::{Arena, WeakArena};
use crate::control::Control;
use crate::lane::thread_id;

/// Who this thread is in the runtime that it entered last.
#[derive(Clone, Copy)]
struct Current {
    /// Where that runtime's lane records start: tells runtimes apart.
    lanes: NonNull<LaneRecord>,
    /// The generation word of this thread's lane.
    word: NonNull<AtomicU32>,
    generation: u32,
}

thread_local! {
    /// No destructor: so reading it is a plain load.
    static CURRENT: Cell<Option<Current>> = const { Cell::new(None) };
    /// One for each lane: the main thread may run a lane of several runtimes.
    static SENTINELS: RefCell<Vec<Sentinel>> = const { RefCell::new(Vec::new()) };
}

struct Sentinel {
    /// The record. Once it is gone nobody asks, and the memory may belong to another.
    arena: WeakArena,
    lane: NonNull<LaneRecord>,
    generation: u32,
    /// The record whose row of holds the thread has, and how it is told from others there.
    row: NonNull<LaneRecord>,
    told_by: u32,
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let Some(_held) = self.arena.upgrade() else { return };
        // SAFETY: the record lies in the arena that is held, and the word is atomic.
        let dead = unsafe { &(*self.lane.as_ptr()).dead_generation };
        // Release: pairs with the supervisor's acquire load; what this thread did to slots and rings is visible.
        dead.fetch_max(self.generation, Ordering::AcqRel);
        // SAFETY: as above.
        unsafe { &(*self.row.as_ptr()).row_ended }.store(self.told_by, Ordering::Release);
    }
}

/// Declares that this thread runs a generation of a lane, and notes what it holds in a row of the tables of holds.
/// Returns `false` if there is no such lane or row, or if a later generation runs it already: then this thread is
/// fenced from the start.
///
/// # Errors
///
/// What is wrong with the control arena.
pub fn enter(arena: &Arena, lane: u32, generation: u32, row: u32) -> Result<bool, String> {
    let control = Control::open(arena)?;
    let (Some(record), Some(row), Some(first)) = (control.lane(lane), control.lane(row), control.lane(0)) else {
        return Ok(false);
    };
    // SAFETY: the record lies in the arena that is held; the word is atomic.
    let word = unsafe { &(*record.as_ptr()).generation };
    // AcqRel: the later of two generations wins, whichever comes first.
    let before = word.fetch_max(generation, Ordering::AcqRel);
    if before <= generation {
        // SAFETY: the record lies in the arena that is held; the field is this thread's.
        unsafe { (*record.as_ptr()).thread_id = thread_id() };
    }
    CURRENT.set(Some(Current { lanes: first, word: NonNull::from(word), generation }));
    let weak = arena.downgrade();
    SENTINELS.with_borrow_mut(|sentinels| {
        let same_lane = |old: &Sentinel| old.arena == weak && old.lane == record;
        if !sentinels.iter().any(|old| same_lane(old) && old.generation == generation) {
            // A thread that enters a lane once more has ended its earlier generation: its sentinel goes off here.
            sentinels.retain(|old| !same_lane(old) && old.arena.upgrade().is_some());
            sentinels.push(Sentinel {
                arena: weak,
                lane: record,
                generation,
                row,
                told_by: thread_of_row(lane, generation),
            });
        }
    });
    Ok(before <= generation)
}

/// Whether this thread may use rings of that control arena: it runs no lane there, or its lane is not fenced.
#[inline]
#[must_use]
pub(crate) fn admitted(control: &Control) -> bool {
    let Some(current) = CURRENT.get() else { return true };
    // SAFETY: the word lies in an arena that is never unmapped. Relaxed: a fenced lane may finish the call in which it
    // is; the control isolate waits longer than a call takes before it gives the ends away.
    !control.starts_at(current.lanes) || unsafe { current.word.as_ref() }.load(Ordering::Relaxed) == current.generation
}
