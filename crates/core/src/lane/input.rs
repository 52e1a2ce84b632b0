//! The reading end of a link.

use std::collections::VecDeque;
use std::ptr::NonNull;

use sluice_abi::{ENTRY_DISCONTINUITY, LINK_CLOSED, LINK_EOS, LinkRecord, RING_BATCH, RING_NONE};

use crate::control::Control;
use crate::parker::Parker;
use crate::sync::Ordering;

use super::shared::Shared;
use super::spec::{LinkRest, LinkSpec, RingRef};

pub(super) struct Reader {
    pub(super) index: u32,
    /// The link came when the node was at its end: whoever writes to it is not told of that, and goes on.
    pub(super) late: bool,
    record: NonNull<LinkRecord>,
    kind: Kind,
    /// An entry that was looked at and not taken.
    peeked: Option<u32>,
    /// The next entry has a gap before it.
    gap_ahead: bool,
}

enum Kind {
    /// Index of the link among the lane's local ones.
    Local(usize),
    Ring(RingEnd),
}

struct RingEnd {
    ring: RingRef,
    control: Control,
    other_lane: u32,
    other_bit: u32,
    /// Entries fetched and not yet taken stand in the staging area from `next` to `fetched`.
    next: u32,
    fetched: u32,
    /// Entries that came from another lane, older than those in the ring.
    brought: VecDeque<u32>,
    batch: u32,
    encoded: bool,
    /// Encoded frames: those up to the next key frame are dropped.
    to_key: bool,
}

impl Reader {
    pub(super) fn local(link: &LinkSpec, record: NonNull<LinkRecord>, local: usize) -> Self {
        Self { index: link.index, late: false, record, kind: Kind::Local(local), peeked: None, gap_ahead: false }
    }

    pub(super) fn ring(
        link: &LinkSpec,
        record: NonNull<LinkRecord>,
        control: Control,
        ring: RingRef,
        (other_lane, other_bit): (u32, u32),
    ) -> Self {
        // What was fetched cannot be rolled off any more: links that evict are read one by one.
        let batch = if link.policy.evicts() { 1 } else { RING_BATCH };
        let end = RingEnd {
            ring,
            control,
            other_lane,
            other_bit,
            next: 0,
            fetched: 0,
            brought: VecDeque::new(),
            batch,
            encoded: link.encoded,
            to_key: false,
        };
        Self { index: link.index, late: false, record, kind: Kind::Ring(end), peeked: None, gap_ahead: false }
    }

    /// Takes the oldest frame, which counts as read.
    #[inline]
    pub(super) fn take(&mut self, shared: &mut Shared) -> Option<u32> {
        let found = match self.peeked.take() {
            Some(entry) => entry,
            None => self.next(shared)?,
        };
        let entry = if std::mem::take(&mut self.gap_ahead) { found | ENTRY_DISCONTINUITY } else { found };
        // SAFETY: the record lies in an arena that the lane holds; the field is the reading lane's.
        unsafe { (*self.record.as_ptr()).read += 1.0 };
        // What a link inside the lane holds, the lane does.
        if matches!(self.kind, Kind::Ring(_)) {
            let (slots, slot) = shared.slot_of(entry);
            slots.take_over(slot);
        }
        Some(entry)
    }

    /// The next frame has a gap before it.
    pub(super) fn mark_gap(&mut self) {
        self.gap_ahead = true;
    }

    /// Whether the next frame has a gap before it that its entry does not tell.
    pub(super) fn has_gap(&self) -> bool {
        self.gap_ahead
    }

    /// Detaches a ring's end for another lane. What is in the ring stays there.
    pub(super) fn into_rest(self) -> LinkRest {
        let mut rest = LinkRest { link: self.index, entries: self.peeked.into_iter().collect(), ..LinkRest::default() };
        if let Kind::Ring(end) = self.kind {
            let staging = end.ring.get().reader_staging();
            // SAFETY: the reader's part of the staging area, of which `fetched` entries are filled.
            rest.entries.extend((end.next..end.fetched).map(|place| unsafe { *staging.add(place as usize) }));
            rest.entries.extend(end.brought);
            rest.reader_to_key = end.to_key;
        }
        rest
    }

    /// Goes on where an end on another lane stopped.
    pub(super) fn resume(&mut self, rest: &LinkRest) {
        if let Kind::Ring(end) = &mut self.kind {
            end.brought = rest.entries.iter().copied().collect();
            end.to_key = rest.reader_to_key;
        }
    }

    /// The writer is on another lane from now on.
    pub(super) fn retarget(&mut self, lane: u32, bit: u32) {
        if let Kind::Ring(end) = &mut self.kind {
            (end.other_lane, end.other_bit) = (lane, bit);
        }
    }

    /// The oldest frame, which stays queued: as `take` will give it.
    pub(super) fn peek(&mut self, shared: &mut Shared) -> Option<u32> {
        if self.peeked.is_none() {
            self.peeked = self.next(shared);
        }
        let gap = if self.gap_ahead { ENTRY_DISCONTINUITY } else { 0 };
        self.peeked.map(|entry| entry | gap)
    }

    /// Takes the oldest entry out of the link.
    #[inline]
    fn next(&mut self, shared: &mut Shared) -> Option<u32> {
        match &mut self.kind {
            Kind::Local(local) => {
                let link = &mut shared.locals[*local];
                let entry = link.pop()?;
                if std::mem::take(&mut link.room_wanted) {
                    let writer = link.writer;
                    shared.wake(writer);
                }
                Some(entry)
            }
            Kind::Ring(end) => loop {
                let entry = end.take()?;
                if !end.encoded {
                    return Some(entry);
                }
                end.to_key |= entry & ENTRY_DISCONTINUITY != 0;
                if !end.to_key {
                    return Some(entry);
                }
                if shared.is_keyframe(entry) {
                    end.to_key = false;
                    // The frames before it that were dropped here are missing too.
                    return Some(entry | ENTRY_DISCONTINUITY);
                }
                // SAFETY: the record lies in an arena that the lane holds; the field is the reading lane's.
                unsafe { (*self.record.as_ptr()).dropped_to_key += 1.0 };
                shared.release_dropped(entry);
            },
        }
    }

    /// Drops what has come in, counted as skipped: for a node that has ended, so that no writer waits for it.
    pub(super) fn discard(&mut self, shared: &mut Shared) {
        while let Some(entry) = self.take(shared) {
            // SAFETY: as in `take`.
            unsafe {
                (*self.record.as_ptr()).read -= 1.0;
                (*self.record.as_ptr()).dropped_skipped += 1.0;
            }
            let (slots, slot) = shared.slot_of(entry);
            slots.release(slot);
        }
    }

    /// Releases what can be taken now and counts it as unlinked: the link is being removed.
    pub(super) fn unlink(&mut self, shared: &mut Shared) {
        // What comes meanwhile is counted when both lanes have let go.
        for _ in 0..self.available(shared) {
            let Some(entry) = self.take(shared) else { return };
            // SAFETY: as in `take`; the control isolate counts here only after this lane has let go of the link.
            unsafe {
                (*self.record.as_ptr()).read -= 1.0;
                (*self.record.as_ptr()).dropped_unlinked += 1.0;
            }
            let (slots, slot) = shared.slot_of(entry);
            slots.release(slot);
        }
    }

    /// The place of the link among the lane's local ones, if it is one.
    pub(super) fn local_place(&self) -> Option<usize> {
        match self.kind {
            Kind::Local(local) => Some(local),
            Kind::Ring(_) => None,
        }
    }

    /// Whether the writer was told that the reading node has ended.
    pub(super) fn is_closed(&self) -> bool {
        // SAFETY: the record lies in an arena that the lane holds, and the word is atomic. SeqCst: pairs with the
        // `fetch_or` of the reader, which may have been on another thread.
        unsafe { (*self.record.as_ptr()).state.load(Ordering::SeqCst) & LINK_CLOSED != 0 }
    }

    /// Tells the writer that the reading node has ended, so that it no longer waits for room.
    pub(super) fn close(&self, shared: &mut Shared) {
        // SAFETY: the record lies in an arena that the lane holds, and the word is atomic. SeqCst: pairs with the
        // writer's load, which the signal below precedes.
        unsafe { (*self.record.as_ptr()).state.fetch_or(LINK_CLOSED, Ordering::SeqCst) };
        match &self.kind {
            Kind::Local(local) => {
                let writer = shared.locals[*local].writer;
                shared.notify(writer);
            }
            Kind::Ring(end) => {
                if let Some(doorbell) = end.control.doorbell(end.other_lane) {
                    doorbell.signal(end.other_bit, &Parker::default());
                }
            }
        }
    }

    /// Frames that can be taken now.
    #[inline]
    pub(super) fn available(&self, shared: &Shared) -> u32 {
        let peeked = u32::from(self.peeked.is_some());
        peeked
            + match &self.kind {
                Kind::Local(local) => shared.locals[*local].available(),
                Kind::Ring(end) => {
                    // SAFETY: this thread runs the lane that has the reading end.
                    let in_ring = unsafe { end.ring.get().available() };
                    end.fetched - end.next + end.brought.len() as u32 + in_ring
                }
            }
    }

    /// The writer has ended; frames may be left.
    #[inline]
    pub(super) fn writer_ended(&self) -> bool {
        // SAFETY: the record lies in an arena that the lane holds, and the word is atomic. SeqCst: pairs with the
        // writer's `fetch_or`.
        unsafe { (*self.record.as_ptr()).state.load(Ordering::SeqCst) & LINK_EOS != 0 }
    }

    /// The writer has ended and nothing is left.
    #[inline]
    pub(super) fn ended(&self, shared: &Shared) -> bool {
        // End first: nothing is written after it, so an empty ring seen afterwards stays empty.
        self.writer_ended() && self.available(shared) == 0
    }
}

impl RingEnd {
    #[inline]
    fn take(&mut self) -> Option<u32> {
        let ring = self.ring.get();
        if self.batch == 1 {
            if let Some(entry) = self.brought.pop_front() {
                return Some(entry);
            }
            // SAFETY: this thread runs the lane that has the reading end.
            let entry = unsafe { ring.pop() };
            return (entry != RING_NONE).then_some(entry);
        }
        if self.next == self.fetched {
            if let Some(entry) = self.brought.pop_front() {
                return Some(entry);
            }
            self.next = 0;
            // SAFETY: as above.
            self.fetched = unsafe { ring.fetch(self.batch) };
            if self.fetched == 0 {
                return None;
            }
        }
        // SAFETY: the reader's part of the staging area, of which `fetched` entries are filled.
        let entry = unsafe { *ring.reader_staging().add(self.next as usize) };
        self.next += 1;
        Some(entry)
    }
}
