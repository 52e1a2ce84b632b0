//! One lane's view of a pool: a small magazine of free slots that only this lane sees stands before the bitmap, so
//! that most frames cost no atomic operation on shared words. The lane empties it before it sleeps.

use std::sync::Arc;

use sluice_abi::SlotHeader;

use crate::control::Control;
use crate::parker::Parker;
use crate::pool::Pool;
use crate::slot_protocol::GivenUp;

use super::POOL_INBOX_BIT;
use super::foreign::Foreign;

/// Free slots that a lane keeps for itself at most: as the lanes of TypeScript, whose plan of the pools counts on it.
pub(super) const MAGAZINE: usize = 8;

pub(super) struct LaneSlots {
    pool: Arc<Pool>,
    control: Control,
    lane: u32,
    magazine: [u32; MAGAZINE],
    count: usize,
    /// What stands for the bytes of frames that this lane alone knows, by slot.
    foreign: Vec<(u32, Foreign)>,
}

impl LaneSlots {
    pub(super) fn new(pool: Arc<Pool>, control: Control, lane: u32) -> Self {
        Self { pool, control, lane, magazine: [0; MAGAZINE], count: 0, foreign: Vec::new() }
    }

    pub(super) fn index(&self) -> u32 {
        self.pool.index()
    }

    pub(super) fn payload_bytes(&self) -> u32 {
        self.pool.payload_bytes()
    }

    /// The pool itself.
    #[cfg(target_os = "linux")]
    pub(super) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    #[inline]
    pub(super) fn header(&self, slot: u32) -> *mut SlotHeader {
        self.pool.slot(slot)
    }

    /// Whether a slot is at hand.
    #[inline]
    pub(super) fn has_spare(&self) -> bool {
        self.count > 0
    }

    /// How many slots are at hand.
    #[inline]
    pub(super) fn spare(&self) -> u32 {
        self.count as u32
    }

    /// Whether the next [`LaneSlots::take`] succeeds.
    #[inline]
    pub(super) fn ensure(&mut self) -> bool {
        if self.count == 0 {
            self.count = self.pool.reserve(self.lane, &mut self.magazine);
        }
        self.count > 0
    }

    /// Takes a free slot.
    #[inline]
    pub(super) fn take(&mut self) -> Option<u32> {
        if !self.ensure() {
            self.pool.count_exhausted();
            return None;
        }
        self.count -= 1;
        let slot = self.magazine[self.count];
        self.pool.lend(slot, self.lane);
        Some(slot)
    }

    #[inline]
    pub(super) fn retain(&self, slot: u32) {
        self.pool.retain(slot, self.lane);
    }

    /// Gives one reference back. `false` if the slot was free or is unknown.
    #[inline]
    pub(super) fn release(&mut self, slot: u32) -> bool {
        match self.pool.give_up(slot, self.lane) {
            GivenUp::Shared => return true,
            GivenUp::Refused => return false,
            GivenUp::Kept => {}
        }
        if !self.foreign.is_empty() {
            self.take_foreign(slot);
        }
        if self.count == MAGAZINE {
            self.flush();
        }
        self.magazine[self.count] = slot;
        self.count += 1;
        if self.pool.is_awaited() {
            self.flush();
        }
        true
    }

    /// Drops a reference that a link gave back: of a frame that was evicted or refused.
    #[inline]
    pub(super) fn release_dropped(&mut self, slot: u32) {
        self.pool.take_over(slot, self.lane);
        self.release(slot);
    }

    #[inline]
    pub(super) fn hand_over(&mut self, slot: u32) {
        self.map(slot);
        self.pool.hand_over(slot, self.lane);
    }

    /// Has something stand for the bytes of a frame that was just acquired.
    pub(super) fn set_foreign(&mut self, slot: u32, foreign: Foreign) {
        self.foreign.push((slot, foreign));
    }

    /// What stands for the bytes of a frame.
    pub(super) fn foreign(&self, slot: u32) -> Option<&Foreign> {
        self.foreign.iter().find(|(own, _)| *own == slot).map(|(_, foreign)| foreign)
    }

    /// Sees to it that the bytes of a frame are in its slot.
    #[inline]
    pub(super) fn map(&mut self, slot: u32) {
        if self.foreign.is_empty() {
            return;
        }
        if let Some(foreign) = self.take_foreign(slot) {
            // SAFETY: the slot exists; while something stands for its bytes, this lane alone knows the frame.
            unsafe { foreign.map(self.pool.slot(slot), self.pool.payload_bytes()) };
        }
    }

    #[cold]
    fn take_foreign(&mut self, slot: u32) -> Option<Foreign> {
        let at = self.foreign.iter().position(|(own, _)| *own == slot)?;
        Some(self.foreign.swap_remove(at).1)
    }

    #[inline]
    pub(super) fn take_over(&self, slot: u32) {
        self.pool.take_over(slot, self.lane);
    }

    pub(super) fn await_slot(&self) {
        self.pool.await_slot(self.lane);
    }

    /// Gives the magazine back to everybody.
    pub(super) fn flush(&mut self) {
        if self.count == 0 {
            return;
        }
        let mut waiting = self.pool.free_reserved(self.lane, &self.magazine[..self.count]);
        self.count = 0;
        while waiting != 0 {
            if let Some(doorbell) = self.control.doorbell(waiting.trailing_zeros()) {
                doorbell.signal(POOL_INBOX_BIT, &Parker::default());
            }
            waiting &= waiting - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_world::World;
    use super::*;

    fn slots(world: &World, lane: u32) -> LaneSlots {
        LaneSlots::new(Arc::new(world.pool()), world.control, lane)
    }

    /// Inbox bits of a lane that were set since the last look.
    fn signals(world: &World, lane: u32) -> Vec<u32> {
        let mut bits = Vec::new();
        world.control.doorbell(lane).unwrap().drain(|bit| bits.push(bit));
        bits
    }

    #[test]
    fn release_signals_a_lane_that_waits_for_a_slot() {
        let world = World::new(2);
        let (mut holding, mut waiting) = (slots(&world, 1), slots(&world, 2));
        let held = [holding.take().unwrap(), holding.take().unwrap()];
        assert!(!waiting.ensure());
        assert!(holding.release(held[0]));
        assert_eq!(signals(&world, 2), [], "nobody has asked");
        waiting.await_slot();
        assert!(!waiting.ensure(), "what was released is at the other lane's hand");
        assert!(holding.release(held[1]));
        assert_eq!(signals(&world, 2), [POOL_INBOX_BIT]);
        assert!(waiting.ensure());
    }

    #[test]
    fn flush_signals_a_lane_that_asked_after_the_last_release() {
        let world = World::new(1);
        let (mut holding, mut waiting) = (slots(&world, 1), slots(&world, 2));
        let held = holding.take().unwrap();
        assert!(holding.release(held));
        waiting.await_slot();
        assert!(!waiting.ensure());
        holding.flush();
        assert_eq!(signals(&world, 2), [POOL_INBOX_BIT]);
        assert_eq!(waiting.take(), Some(held));
    }
}
