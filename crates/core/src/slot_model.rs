//! All interleavings of lanes that take, share and free slots of one pool; and of one that dies at any step.

use std::cell::Cell;
use std::sync::atomic;

use loom::cell::UnsafeCell;
use loom::sync::Arc;

use super::*;

const LANES: usize = 3;
const SLOTS: usize = 2;

/// A pool in memory that loom watches.
struct Memory {
    bitmap: AtomicU32,
    counts: [AtomicI32; SLOTS],
    holds: [[AtomicU8; SLOTS]; LANES],
    waiters: [AtomicU32; 2],
    /// What is in the slots: their generation, which whoever takes one writes. loom finds two that touch it at once.
    payloads: [UnsafeCell<u32>; SLOTS],
    slots: u32,
}

/// One lane's view of it.
struct View {
    memory: Arc<Memory>,
    /// Writes until the lane dies.
    left: Cell<u32>,
}

struct Death;

impl SlotWords for View {
    fn slot_count(&self) -> u32 {
        self.memory.slots
    }

    fn bitmap(&self, _index: u32) -> &AtomicU32 {
        &self.memory.bitmap
    }

    fn ref_count(&self, slot: u32) -> &AtomicI32 {
        &self.memory.counts[slot as usize]
    }

    fn hold(&self, slot: u32, lane: u32) -> Option<&AtomicU8> {
        Some(&self.memory.holds[lane as usize][slot as usize])
    }

    fn waiters(&self) -> &[AtomicU32; 2] {
        &self.memory.waiters
    }

    fn raise_generation(&self, slot: u32) {
        // SAFETY: loom fails the model if anybody else touches it meanwhile.
        self.memory.payloads[slot as usize].with_mut(|generation| unsafe { *generation += 1 });
    }

    fn between_writes(&self) {
        match self.left.get() {
            0 => std::panic::resume_unwind(Box::new(Death)),
            left => self.left.set(left - 1),
        }
    }
}

impl Memory {
    /// All of `slots` free.
    fn new(slots: u32) -> Arc<Self> {
        Arc::new(Self {
            bitmap: AtomicU32::new((1 << slots) - 1),
            counts: std::array::from_fn(|_| AtomicI32::new(0)),
            holds: std::array::from_fn(|_| std::array::from_fn(|_| AtomicU8::new(0))),
            waiters: std::array::from_fn(|_| AtomicU32::new(0)),
            payloads: std::array::from_fn(|_| UnsafeCell::new(0)),
            slots,
        })
    }

    fn read(&self, slot: u32) -> u32 {
        // SAFETY: loom fails the model if anybody writes meanwhile.
        self.payloads[slot as usize].with(|generation| unsafe { *generation })
    }

    /// Every slot is free and nobody holds one.
    fn assert_all_free(&self) {
        assert_eq!(self.bitmap.load(Ordering::Acquire), (1 << self.slots) - 1, "every slot is free once");
        for slot in 0..self.slots as usize {
            assert_eq!(self.counts[slot].load(Ordering::Acquire), 0);
            assert!(self.holds.iter().all(|row| row[slot].load(Ordering::Acquire) == 0));
        }
    }
}

fn view(memory: &Arc<Memory>) -> Slots<View> {
    dying_view(memory, u32::MAX)
}

fn dying_view(memory: &Arc<Memory>, writes: u32) -> Slots<View> {
    Slots::over(View { memory: Arc::clone(memory), left: Cell::new(writes) })
}

fn take(pool: &Slots<View>, lane: u32) -> Option<u32> {
    let mut slot = [0];
    (pool.reserve(lane, &mut slot) == 1).then(|| {
        pool.lend(slot[0], lane);
        slot[0]
    })
}

/// A lane's release of a frame that it has read.
fn release(memory: &Memory, pool: &Slots<View>, slot: u32, lane: u32) -> bool {
    memory.read(slot);
    let kept = pool.give_up(slot, lane) == GivenUp::Kept;
    if kept {
        let hold = pool.words.hold(slot, lane).map(|hold| hold.load(Ordering::Relaxed));
        assert_eq!(hold, Some(HOLD_FREE), "what a lane keeps at hand is noted");
        // The lane may lend it again at once: what the others did with it must have happened before.
        pool.words.raise_generation(slot);
        pool.words.between_writes();
        let _ = pool.free_reserved(lane, &[slot]);
    }
    kept
}

/// The same in the order of steps of the TypeScript pool: the note is lowered before the count, also the last.
fn release_as_typescript(memory: &Memory, pool: &Slots<View>, slot: u32, lane: u32) -> bool {
    memory.read(slot);
    pool.note(slot, lane, u8::MAX);
    pool.words.between_writes();
    let count = pool.words.ref_count(slot);
    if count.load(Ordering::Acquire) == 1 {
        count.store(0, Ordering::Release);
    } else if count.fetch_sub(1, Ordering::AcqRel) > 1 {
        return false;
    }
    pool.words.between_writes();
    pool.set_hold(slot, lane, HOLD_FREE);
    let _ = pool.free_reserved(lane, &[slot]);
    true
}

/// What `reclaimLane()` does with the row of a dead lane.
fn reclaim(memory: &Memory, lane: usize) {
    for slot in 0..memory.slots as usize {
        let hold = &memory.holds[lane][slot];
        let held = hold.load(Ordering::Acquire);
        hold.store(0, Ordering::Release);
        let is_free = match held {
            0 => continue,
            HOLD_FREE => {
                memory.counts[slot].store(0, Ordering::SeqCst);
                true
            }
            _ => {
                let before = memory.counts[slot].fetch_sub(i32::from(held), Ordering::AcqRel);
                assert!(before >= i32::from(held), "{held} references are given back, {before} were there");
                before == i32::from(held)
            }
        };
        if is_free {
            let before = memory.bitmap.fetch_or(1 << slot, Ordering::SeqCst);
            assert_eq!(before & 1 << slot, 0, "a slot is freed twice");
        }
    }
}

fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

#[test]
fn a_slot_is_one_lanes_at_a_time() {
    check(|| {
        let memory = Memory::new(1);
        let other = Arc::clone(&memory);
        let taking = loom::thread::spawn(move || {
            let pool = view(&other);
            let slot = take(&pool, 1);
            slot.inspect(|&slot| assert!(release(&other, &pool, slot, 1)));
        });
        let pool = view(&memory);
        if let Some(slot) = take(&pool, 0) {
            assert!(release(&memory, &pool, slot, 0));
        }
        taking.join().unwrap();
        memory.assert_all_free();
    });
}

#[test]
fn two_lanes_reserve_different_slots_of_a_word() {
    check(|| {
        let memory = Memory::new(2);
        let other = Arc::clone(&memory);
        let reserving = loom::thread::spawn(move || {
            let mut slots = [9; 2];
            let count = view(&other).reserve(1, &mut slots);
            slots[..count].iter().map(|slot| 1 << slot).sum::<u32>()
        });
        let mut slots = [9; 2];
        let count = view(&memory).reserve(0, &mut slots);
        let mine = slots[..count].iter().map(|slot| 1 << slot).sum::<u32>();
        let others = reserving.join().unwrap();
        assert_eq!((mine & others, mine | others), (0, 3));
    });
}

/// Two lanes that share a slot, each releasing in its way; a third takes it as soon as it is free.
fn check_shared(releases: [fn(&Memory, &Slots<View>, u32, u32) -> bool; 2]) {
    check(move || {
        let memory = Memory::new(1);
        let pool = view(&memory);
        let slot = take(&pool, 0).unwrap();
        assert!(pool.retain(slot, 0));
        pool.hand_over(slot, 0);
        let other = Arc::clone(&memory);
        let second = loom::thread::spawn(move || {
            let pool = view(&other);
            pool.take_over(slot, 1);
            releases[1](&other, &pool, slot, 1)
        });
        let first = releases[0](&memory, &pool, slot, 0);
        // What is free now nobody reads any more.
        if let Some(slot) = take(&pool, 0) {
            assert!(release(&memory, &pool, slot, 0));
        }
        assert!(first != second.join().unwrap(), "one of them frees it");
        memory.assert_all_free();
    });
}

#[test]
fn the_last_of_two_holders_frees_the_slot() {
    check_shared([release, release]);
}

#[test]
fn the_last_of_two_holders_frees_the_slot_in_typescript_too() {
    check_shared([release, release_as_typescript]);
    check_shared([release_as_typescript, release]);
    check_shared([release_as_typescript, release_as_typescript]);
}

/// Lane 1 dies before its `n`-th write, for each n; what it held is given back while lane 0 goes on.
fn check_death(release_dying: fn(&Memory, &Slots<View>, u32, u32) -> bool) {
    let finished = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    for writes in 0..20 {
        let finished = std::sync::Arc::clone(&finished);
        check(move || {
            let memory = Memory::new(2);
            let living = view(&memory);
            let shared = take(&living, 0).unwrap();
            assert!(living.retain(shared, 0));
            living.hand_over(shared, 0);
            let other = Arc::clone(&memory);
            let dying = loom::thread::spawn(move || {
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    let pool = dying_view(&other, writes);
                    pool.take_over(shared, 1);
                    // One that it takes itself, has twice and releases twice; and the one of the other lane.
                    if let Some(slot) = take(&pool, 1) {
                        assert!(pool.retain(slot, 1));
                        release_dying(&other, &pool, slot, 1);
                        release_dying(&other, &pool, slot, 1);
                    }
                    release_dying(&other, &pool, shared, 1);
                }))
            });
            release(&memory, &living, shared, 0);
            match dying.join().unwrap() {
                Ok(()) => _ = finished.fetch_add(1, atomic::Ordering::Relaxed),
                Err(cause) => assert!(cause.is::<Death>(), "it came to no other end"),
            }
            reclaim(&memory, 1);
            reclaim(&memory, 1);
            let free = memory.bitmap.load(Ordering::Acquire);
            for slot in 0..2 {
                let count = memory.counts[slot].load(Ordering::Acquire);
                assert!(count >= 0, "given back twice");
                assert!(free & 1 << slot == 0 || count == 0, "free while somebody refers to it");
            }
            assert!(free != 0, "more than the one slot that it was about to note is lost");
        });
    }
    assert!(finished.load(atomic::Ordering::Relaxed) > 0, "the last lives to the end");
}

#[test]
fn what_a_dead_lane_held_is_freed_once() {
    check_death(release);
}

#[test]
fn what_a_dead_lane_held_is_freed_once_in_typescript_too() {
    check_death(release_as_typescript);
}

#[test]
fn a_lane_that_waits_is_told_of_a_slot_that_another_kept_at_hand() {
    // As a lane's magazine does: it frees to the bitmap while somebody waits, and gives the rest back before it sleeps.
    check(|| {
        let memory = Memory::new(1);
        let pool = view(&memory);
        let slot = take(&pool, 0).unwrap();
        let other = Arc::clone(&memory);
        let asked = Arc::new(AtomicU32::new(0));
        let has_asked = Arc::clone(&asked);
        let waiting = loom::thread::spawn(move || {
            let pool = view(&other);
            pool.await_slot(1);
            let found = take(&pool, 1).is_some();
            has_asked.store(1, Ordering::Release);
            found
        });
        let was_asked = asked.load(Ordering::Acquire) == 1;
        assert_eq!(pool.give_up(slot, 0), GivenUp::Kept);
        let freed = pool.is_awaited();
        let mut signalled = 0;
        if freed {
            signalled = pool.free_reserved(0, &[slot]);
        }
        assert!(!was_asked || signalled == 1 << 1, "a lane that asked before is served at once");
        if !freed {
            // Going to sleep.
            signalled = pool.free_reserved(0, &[slot]);
        }
        let found = waiting.join().unwrap();
        assert!(found || signalled == 1 << 1, "the lane waits and nobody will tell it");
    });
}
