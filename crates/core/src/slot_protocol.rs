//! By which steps lanes take, share and free the slots of a pool. The TypeScript pool takes them on the same words.
//!
//! A slot's bit in the bitmap is set while the slot is free. Reserving clears it and freeing sets it, each in one
//! atomic step that says what the bit was before: so no slot is lent twice. Beside that each lane notes what it holds,
//! in a row that nobody else writes: after it takes a reference and before it gives one away. So what a dead lane held
//! can be freed by others, and one that dies in the middle of a step loses slots and frees none twice.
//!
//! Nothing here allocates or blocks.

use crate::slot_requests::SlotRequests;
use crate::sync::{AtomicI32, AtomicU8, AtomicU32, Ordering};

/// In the table of holds: more references than can be told.
const HOLD_MANY: u8 = 127;
/// In the table of holds: a free slot that the lane keeps at hand.
pub(crate) const HOLD_FREE: u8 = 128;

/// The words of a pool, wherever they lie.
pub trait SlotWords {
    /// Number of slots that there is room for.
    fn slot_count(&self) -> u32;

    /// How many of them, from the first on, may be free; at least 1. Others are lent to nobody.
    fn open_slots(&self) -> u32 {
        self.slot_count()
    }

    /// The word of the bitmap for the slots from `index * 32` on. There is one.
    fn bitmap(&self, index: u32) -> &AtomicU32;

    /// How many refer to a slot. There is such a slot.
    fn ref_count(&self, slot: u32) -> &AtomicI32;

    /// What a lane holds of a slot; `None` for a lane that keeps no row.
    fn hold(&self, slot: u32, lane: u32) -> Option<&AtomicU8>;

    /// Lanes that wait for a slot.
    fn waiters(&self) -> &[AtomicU32; 2];

    /// Makes the generation of a slot one higher. The caller is alone with the slot.
    fn raise_generation(&self, slot: u32);

    /// Stands where a lane may die between two writes: a model ends it there.
    #[inline(always)]
    fn between_writes(&self) {}
}

/// What giving up a reference did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// Others hold the slot still.
    Shared,
    /// It was the last: the lane keeps the slot at hand now.
    Kept,
    /// The slot was free already, or there is no such slot. Nothing was changed.
    Refused,
}

/// The slots of a pool.
pub struct Slots<W> {
    pub(crate) words: W,
}

impl<W: SlotWords> Slots<W> {
    pub(crate) fn over(words: W) -> Self {
        Self { words }
    }

    /// Number of slots that there is room for.
    #[must_use]
    pub fn slot_count(&self) -> u32 {
        self.words.slot_count()
    }

    /// Takes up to `out.len()` free slots of one word of the bitmap, the lowest with a free slot, into the front of `out`,
    /// in one atomic step, and returns how many; 0: no slot is free. The lane keeps them at hand until [`Slots::lend`].
    #[inline]
    #[must_use]
    pub fn reserve(&self, lane: u32, out: &mut [u32]) -> usize {
        for index in 0..self.words.open_slots().div_ceil(32) {
            let word = self.words.bitmap(index);
            let mut seen = word.load(Ordering::Relaxed);
            while seen != 0 {
                let mut wanted = 0;
                for _ in 0..out.len() {
                    let rest = seen & !wanted;
                    wanted |= rest & rest.wrapping_neg();
                }
                // Acquire: pairs with the release in `free_reserved`; the last holders have done with the slots.
                let before = word.fetch_and(!wanted, Ordering::AcqRel);
                let mut taken = before & wanted;
                if taken != 0 {
                    let mut count = 0;
                    while taken != 0 {
                        self.words.between_writes();
                        out[count] = index * 32 + taken.trailing_zeros();
                        self.set_hold(out[count], lane, HOLD_FREE);
                        taken &= taken - 1;
                        count += 1;
                    }
                    return count;
                }
                seen = before & !wanted;
            }
        }
        0
    }

    /// Hands out a slot that this lane has reserved: its count is 1 and its generation one higher.
    #[inline]
    pub fn lend(&self, slot: u32, lane: u32) {
        self.words.raise_generation(slot);
        self.words.ref_count(slot).store(1, Ordering::Release);
        self.words.between_writes();
        self.set_hold(slot, lane, 1);
    }

    /// Gives up one reference of a lane, without freeing the slot: one that is kept can be lent again or given to
    /// [`Slots::free_reserved`].
    #[inline]
    pub fn give_up(&self, slot: u32, lane: u32) -> GivenUp {
        if slot >= self.slot_count() {
            return GivenUp::Refused;
        }
        let count = self.words.ref_count(slot);
        // Acquire: pairs with the release of the others' decrements; what they did with the slot is visible.
        let seen = count.load(Ordering::Acquire);
        if seen <= 0 {
            return GivenUp::Refused;
        }
        if seen == 1 {
            // The one reference is this lane's, and only holders take more: nobody else can change the count. A lane
            // that dies between the two keeps a free slot at hand, which whoever clears up after it frees.
            self.set_hold(slot, lane, HOLD_FREE);
            self.words.between_writes();
            count.store(0, Ordering::Release);
            return GivenUp::Kept;
        }
        self.note(slot, lane, u8::MAX);
        self.words.between_writes();
        // AcqRel: whoever frees the slot sees what the other holders did with it.
        match count.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |n| (n > 0).then(|| n - 1)) {
            Err(_) => return GivenUp::Refused,
            Ok(1) => {}
            Ok(_) => return GivenUp::Shared,
        }
        self.words.between_writes();
        self.set_hold(slot, lane, HOLD_FREE);
        GivenUp::Kept
    }

    /// Frees slots that this lane keeps at hand, a word of the bitmap at a time where they stand together. Returns the
    /// lanes (bit = lane) that were waiting for one; signal them.
    #[must_use]
    pub fn free_reserved(&self, lane: u32, slots: &[u32]) -> u64 {
        for &slot in slots {
            self.set_hold(slot, lane, 0);
        }
        let mut slots = slots.iter().copied().peekable();
        while let Some(slot) = slots.next() {
            let mut bits = 1 << (slot % 32);
            while let Some(next) = slots.next_if(|next| next / 32 == slot / 32) {
                bits |= 1 << (next % 32);
            }
            self.words.between_writes();
            // SeqCst: pairs with the acquire in `reserve`; and see `SlotRequests`.
            self.words.bitmap(slot / 32).fetch_or(bits, Ordering::SeqCst);
        }
        self.words.between_writes();
        self.requests().take()
    }

    /// Takes one more reference to a slot that the lane may read. `false` if the slot is free.
    #[inline]
    pub fn retain(&self, slot: u32, lane: u32) -> bool {
        if slot >= self.slot_count() {
            return false;
        }
        let count = self.words.ref_count(slot);
        // Relaxed: whoever retains has the slot already.
        let retained = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n > 0).then_some(n + 1)).is_ok();
        if retained {
            self.words.between_writes();
            self.note(slot, lane, 1);
        }
        retained
    }

    /// Hands a slot of this lane over to a link, which holds it from then on.
    #[inline]
    pub fn hand_over(&self, slot: u32, lane: u32) {
        self.note(slot, lane, u8::MAX);
        self.words.between_writes();
    }

    /// A slot comes out of a link into this lane's hands.
    #[inline]
    pub fn take_over(&self, slot: u32, lane: u32) {
        self.note(slot, lane, 1);
    }

    /// Whether lanes wait for a slot.
    #[inline]
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.requests().any()
    }

    /// Asks for a signal to a lane when a slot is freed; afterwards it tries once more.
    pub fn await_slot(&self, lane: u32) {
        self.requests().ask(lane);
    }

    /// Free slots now, without those that lanes keep at hand.
    #[must_use]
    pub fn free(&self) -> u32 {
        let words = 0..self.words.open_slots().div_ceil(32);
        words.map(|index| self.words.bitmap(index).load(Ordering::Acquire).count_ones()).sum()
    }

    /// Adds to the lane's own count of references to a slot, 1 or -1; a lane without a row keeps none.
    #[inline]
    fn note(&self, slot: u32, lane: u32, step: u8) {
        let Some(hold) = self.words.hold(slot, lane) else { return };
        let held = hold.load(Ordering::Relaxed);
        // Neither below nothing, nor from more than can be told.
        if if step == 1 { held < HOLD_MANY } else { held > 0 && held < HOLD_MANY } {
            hold.store(held.wrapping_add(step), Ordering::Release);
        }
    }

    #[inline]
    fn set_hold(&self, slot: u32, lane: u32, held: u8) {
        if let Some(hold) = self.words.hold(slot, lane) {
            hold.store(held, Ordering::Release);
        }
    }

    fn requests(&self) -> SlotRequests<'_> {
        SlotRequests(self.words.waiters())
    }
}

#[cfg(all(test, loom))]
#[path = "slot_model.rs"]
mod model;
