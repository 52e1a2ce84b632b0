//! A link inside one lane: a ring of entries with no atomic operation.

use sluice_abi::ENTRY_DISCONTINUITY;

use super::spec::Policy;

pub(super) struct LocalLink {
    policy: Policy,
    entries: Box<[u32]>,
    head: usize,
    count: usize,
    /// The next entry written has a gap before it.
    gap_ahead: bool,
    /// Encoded frames: those up to the next key frame are dropped.
    pub(super) to_key: bool,
    pub(super) room_wanted: bool,
    /// Position of the writing node in its lane.
    pub(super) writer: usize,
    /// Position of the reading node.
    pub(super) reader: usize,
}

/// What became of an entry that was written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It has a place.
    Queued,
    /// It has a place, and this one was dropped for it.
    Evicted(u32),
    /// It was dropped itself.
    Refused,
}

impl LocalLink {
    pub(super) fn new(policy: Policy, capacity: u32, writer: usize, reader: usize) -> Self {
        Self {
            policy,
            entries: vec![0; capacity.max(1) as usize].into(),
            head: 0,
            count: 0,
            gap_ahead: false,
            to_key: false,
            room_wanted: false,
            writer,
            reader,
        }
    }

    #[inline]
    pub(super) fn room(&self) -> u32 {
        (self.entries.len() - self.count) as u32
    }

    #[inline]
    pub(super) fn available(&self) -> u32 {
        self.count as u32
    }

    /// The oldest entry.
    pub(super) fn oldest(&self) -> Option<u32> {
        (self.count > 0).then(|| self.entries[self.head])
    }

    /// Marks a gap before the oldest entry, or before the next one if the link is empty.
    pub(super) fn mark_gap(&mut self) {
        if self.count > 0 {
            self.entries[self.head] |= ENTRY_DISCONTINUITY;
        } else {
            self.gap_ahead = true;
        }
    }

    /// The next entry written has a gap before it.
    pub(super) fn mark_gap_ahead(&mut self) {
        self.gap_ahead = true;
    }

    #[inline]
    pub(super) fn push(&mut self, entry: u32) -> Written {
        let capacity = self.entries.len();
        let mut outcome = Written::Queued;
        if self.count == capacity {
            if !self.policy.evicts() {
                self.gap_ahead = true;
                return Written::Refused;
            }
            outcome = Written::Evicted(self.entries[self.head]);
            self.head = if self.head + 1 == capacity { 0 } else { self.head + 1 };
            self.count -= 1;
            if self.count > 0 {
                self.entries[self.head] |= ENTRY_DISCONTINUITY;
            } else {
                self.gap_ahead = true;
            }
        }
        let tail = self.head + self.count;
        let gap = if self.gap_ahead { ENTRY_DISCONTINUITY } else { 0 };
        self.gap_ahead = false;
        self.entries[if tail >= capacity { tail - capacity } else { tail }] = entry | gap;
        self.count += 1;
        outcome
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<u32> {
        if self.count == 0 {
            return None;
        }
        let entry = self.entries[self.head];
        self.head = if self.head + 1 == self.entries.len() { 0 } else { self.head + 1 };
        self.count -= 1;
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: u32 = ENTRY_DISCONTINUITY;

    #[test]
    fn a_full_link_that_rolls_off_evicts_the_oldest_and_marks_the_next() {
        let mut link = LocalLink::new(Policy::RollOff, 2, 0, 1);
        assert_eq!(link.push(1), Written::Queued);
        assert_eq!(link.push(2), Written::Queued);
        assert_eq!(link.push(3), Written::Evicted(1));
        assert_eq!((link.pop(), link.pop(), link.pop()), (Some(2 | GAP), Some(3), None));
    }

    #[test]
    fn a_link_of_one_place_marks_the_frame_that_replaced_another() {
        let mut link = LocalLink::new(Policy::Latest, 1, 0, 1);
        assert_eq!(link.push(1), Written::Queued);
        assert_eq!(link.push(2), Written::Evicted(1));
        assert_eq!((link.pop(), link.pop()), (Some(2 | GAP), None));
        assert_eq!(link.push(3), Written::Queued);
        assert_eq!(link.pop(), Some(3));
    }

    #[test]
    fn a_link_that_drops_the_newest_marks_the_next_that_fits() {
        let mut link = LocalLink::new(Policy::DropNewest, 1, 0, 1);
        assert_eq!(link.push(1), Written::Queued);
        assert_eq!(link.push(2), Written::Refused);
        assert_eq!(link.pop(), Some(1));
        assert_eq!(link.push(3), Written::Queued);
        assert_eq!(link.pop(), Some(3 | GAP));
    }

    #[test]
    fn entries_keep_their_order_around_the_end_of_the_ring() {
        let mut link = LocalLink::new(Policy::Lossless, 3, 0, 1);
        let mut next = 0;
        for round in 0..10 {
            assert_eq!(link.push(2 * round), Written::Queued);
            assert_eq!(link.push(2 * round + 1), Written::Queued);
            assert_eq!(link.room(), 1);
            for _ in 0..2 {
                assert_eq!(link.pop(), Some(next));
                next += 1;
            }
        }
        assert_eq!(link.available(), 0);
    }
}
