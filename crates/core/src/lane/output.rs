//! The writing end of a link. `written` counts every frame that was given to the link, also those that it dropped.
//! It is counted last, so that a link never seems to hold more than it does.

use std::ptr::NonNull;

use sluice_abi::{ENTRY_DISCONTINUITY, LINK_CLOSED, LINK_EOS, LinkRecord, RING_BATCH};

use crate::control::Control;
use crate::parker::Parker;
use crate::sync::Ordering;

use super::local::Written;
use super::shared::Shared;
use super::spec::{LinkRest, LinkSpec, Policy, RingRef};

pub(super) struct Writer {
    pub(super) index: u32,
    policy: Policy,
    capacity: u32,
    encoded: bool,
    record: NonNull<LinkRecord>,
    kind: Kind,
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
    /// Entries in the staging area.
    staged: u32,
    /// Free places that were seen and not yet used up by staged entries.
    room: u32,
    batch: u32,
    gap_ahead: bool,
    /// Encoded frames: those up to the next key frame are dropped.
    to_key: bool,
}

impl Writer {
    pub(super) fn local(link: &LinkSpec, record: NonNull<LinkRecord>, local: usize) -> Self {
        let &LinkSpec { index, policy, capacity, encoded, .. } = link;
        Self { index, policy, capacity, encoded, record, kind: Kind::Local(local) }
    }

    pub(super) fn ring(
        link: &LinkSpec,
        record: NonNull<LinkRecord>,
        control: Control,
        ring: RingRef,
        (other_lane, other_bit): (u32, u32),
    ) -> Self {
        let &LinkSpec { index, policy, capacity, encoded, rejoins, .. } = link;
        // What is staged is not the latest any more when it arrives.
        let batch = if policy == Policy::Latest { 1 } else { RING_BATCH };
        let end = RingEnd {
            ring,
            control,
            other_lane,
            other_bit,
            staged: 0,
            room: 0,
            batch,
            gap_ahead: rejoins,
            to_key: rejoins && encoded,
        };
        Self { index, policy, capacity, encoded, record, kind: Kind::Ring(end) }
    }

    /// Detaches a ring's end for another lane, after everything that was written. `lost`: frames are missing behind it.
    pub(super) fn into_rest(mut self, shared: &mut Shared, lost: bool) -> LinkRest {
        self.flush(shared);
        let Kind::Ring(end) = &self.kind else { return LinkRest { link: self.index, ..LinkRest::default() } };
        LinkRest {
            link: self.index,
            gap_ahead: end.gap_ahead || lost,
            writer_to_key: end.to_key || (lost && self.encoded),
            ..LinkRest::default()
        }
    }

    /// Goes on where an end on another lane stopped.
    pub(super) fn resume(&mut self, rest: &LinkRest) {
        if let Kind::Ring(end) = &mut self.kind {
            (end.gap_ahead, end.to_key) = (rest.gap_ahead, rest.writer_to_key);
        }
    }

    /// Makes what was written visible, and says how much is in the ring. The reading lane is lost.
    pub(super) fn flush_and_count(&mut self, shared: &mut Shared) -> u32 {
        self.flush(shared);
        match &self.kind {
            Kind::Local(local) => shared.locals[*local].available(),
            // SAFETY: no other thread has the reading end.
            Kind::Ring(end) => unsafe { end.ring.get().available() },
        }
    }

    /// The reader is on another lane from now on.
    pub(super) fn retarget(&mut self, lane: u32, bit: u32) {
        if let Kind::Ring(end) = &mut self.kind {
            (end.other_lane, end.other_bit) = (lane, bit);
        }
    }

    #[inline]
    pub(super) fn is_lossless(&self) -> bool {
        self.policy == Policy::Lossless
    }

    /// Frames that surely fit now: less than `wanted` only if there is room for no more. A link that drops takes any
    /// number.
    #[inline]
    pub(super) fn room(&mut self, shared: &Shared, wanted: u32) -> u32 {
        if self.policy != Policy::Lossless {
            return u32::MAX;
        }
        match &mut self.kind {
            Kind::Local(local) => shared.locals[*local].room(),
            Kind::Ring(end) => {
                if end.room < wanted {
                    // SAFETY: this thread runs the lane that has the writing end.
                    end.room = unsafe { end.ring.get().room() }.saturating_sub(end.staged);
                }
                end.room
            }
        }
    }

    /// Asks for the writing node to be woken when there is room, and returns the room after asking.
    pub(super) fn await_room(&mut self, shared: &mut Shared) -> u32 {
        self.flush(shared);
        match &mut self.kind {
            Kind::Local(local) => {
                let link = &mut shared.locals[*local];
                link.room_wanted = true;
                link.room()
            }
            Kind::Ring(end) => {
                // SAFETY: this thread runs the lane that has the writing end.
                end.room = unsafe { end.ring.get().await_room() };
                end.room
            }
        }
    }

    /// Takes over one reference to a frame. A lossless link has room.
    #[inline]
    pub(super) fn write(&mut self, entry: u32, shared: &mut Shared) {
        let record = self.record.as_ptr();
        match &mut self.kind {
            // The lane goes on holding what is in the link.
            Kind::Local(local) => {
                // SAFETY: the frame was this tick's until now, and nobody else has run since.
                let ingress_ns = unsafe { (*shared.header_of(entry)).ingress_ns };
                // SAFETY: the record lies in an arena that the lane holds; these fields are the writing lane's.
                unsafe { (*record).newest_ingress_ns = ingress_ns };
                if self.encoded && self.policy != Policy::Lossless {
                    let dropped = make_way(*local, self.policy, entry, shared);
                    // SAFETY: as above.
                    unsafe { (*record).dropped_full += f64::from(dropped.count) };
                    if dropped.newest {
                        // SAFETY: as above.
                        unsafe { (*record).written += 1.0 };
                        return;
                    }
                }
                let link = &mut shared.locals[*local];
                let outcome = link.push(entry);
                let (queued, reader) = (f64::from(link.available()), link.reader);
                let dropped = match outcome {
                    Written::Queued => None,
                    Written::Evicted(oldest) => Some(oldest),
                    Written::Refused => Some(entry),
                };
                if let Some(dropped) = dropped {
                    // SAFETY: as above.
                    unsafe { (*record).dropped_full += 1.0 };
                    shared.release_dropped(dropped);
                }
                // SAFETY: as above.
                unsafe {
                    (*record).written += 1.0;
                    (*record).high_water = (*record).high_water.max(queued);
                }
                shared.wake(reader);
            }
            Kind::Ring(end) => {
                let (slots, slot) = shared.slot_of(entry);
                slots.hand_over(slot);
                if end.to_key {
                    if !shared.is_keyframe(entry) {
                        // SAFETY: the record lies in an arena that the lane holds; these fields are the writing lane's.
                        unsafe {
                            (*record).dropped_full += 1.0;
                            (*record).written += 1.0;
                        }
                        shared.release_dropped(entry);
                        return;
                    }
                    end.to_key = false;
                }
                let gap = if end.gap_ahead { ENTRY_DISCONTINUITY } else { 0 };
                end.gap_ahead = false;
                end.room = end.room.saturating_sub(1);
                // SAFETY: the writer's part of the staging area, of `RING_BATCH` entries; less are staged.
                unsafe { end.ring.get().writer_staging().add(end.staged as usize).write(entry | gap) };
                end.staged += 1;
                if end.staged == end.batch {
                    self.flush(shared);
                }
            }
        }
    }

    /// Makes what was written visible to the reading lane.
    #[inline]
    pub(super) fn flush(&mut self, shared: &mut Shared) {
        let Kind::Ring(end) = &mut self.kind else { return };
        let staged = std::mem::take(&mut end.staged);
        if staged == 0 {
            return;
        }
        let ring = end.ring.get();
        let record = self.record.as_ptr();
        let staging = ring.writer_staging();
        // SAFETY: `staged` entries were written; the newest frame is still the writer's to read.
        let ingress_ns = unsafe { (*shared.header_of(*staging.add(staged as usize - 1))).ingress_ns };
        // SAFETY: the record lies in an arena that the lane holds; these fields are the writing lane's.
        unsafe { (*record).newest_ingress_ns = ingress_ns };
        // SAFETY: this thread runs the lane that has the writing end.
        let answer = unsafe { ring.commit(staged) };
        // What was dropped: the end of the batch, or, behind the batch, what was evicted.
        let (first, dropped) = if self.policy.evicts() { (RING_BATCH, answer) } else { (answer, staged - answer) };
        if dropped > 0 {
            end.gap_ahead = !self.policy.evicts();
            end.to_key = end.gap_ahead && self.encoded;
            // SAFETY: as above.
            unsafe { (*record).dropped_full += f64::from(dropped) };
            for place in first..first + dropped {
                // SAFETY: within the batch, or within the area of evicted entries that follows it.
                shared.release_dropped(unsafe { *staging.add(place as usize) });
            }
        }
        // SAFETY: this thread runs the lane that has the writing end.
        let queued = f64::from(self.capacity.saturating_sub(unsafe { ring.room() }));
        // SAFETY: as above.
        unsafe {
            (*record).written += f64::from(staged);
            (*record).high_water = (*record).high_water.max(queued);
            (*record).wakes += 1.0;
        }
    }

    /// The reader has ended: what is written is dropped.
    pub(super) fn is_closed(&self) -> bool {
        // SAFETY: the record lies in an arena that the lane holds, and the word is atomic. SeqCst: pairs with the
        // reader's `fetch_or`.
        unsafe { (*self.record.as_ptr()).state.load(Ordering::SeqCst) & LINK_CLOSED != 0 }
    }

    /// Ends the stream, after everything that was written.
    pub(super) fn end(&mut self, shared: &mut Shared) {
        self.flush(shared);
        // SAFETY: the record lies in an arena that the lane holds, and the word is atomic. SeqCst: pairs with the
        // reader's load, which looks for entries afterwards.
        unsafe { (*self.record.as_ptr()).state.fetch_or(LINK_EOS, Ordering::SeqCst) };
        match &self.kind {
            Kind::Local(local) => {
                let reader = shared.locals[*local].reader;
                shared.wake(reader);
            }
            Kind::Ring(end) => {
                if let Some(doorbell) = end.control.doorbell(end.other_lane) {
                    doorbell.signal(end.other_bit, &Parker::default());
                }
            }
        }
    }
}

/// What was dropped so that a frame can be decoded.
struct Dropped {
    count: u32,
    /// The new frame is among them.
    newest: bool,
}

/// Makes a place on a link inside the lane for an encoded frame, if it is full, and drops what could not be decoded
/// any more.
fn make_way(local: usize, policy: Policy, entry: u32, shared: &mut Shared) -> Dropped {
    let mut count = 0;
    let is_key = shared.is_keyframe(entry);
    let mut newest = shared.locals[local].to_key && !is_key;
    if !newest && shared.locals[local].room() == 0 {
        newest = !policy.evicts();
        // Up to the next key frame.
        while policy.evicts() {
            let Some(oldest) = shared.locals[local].oldest() else {
                newest = !is_key;
                break;
            };
            if count > 0 && shared.is_keyframe(oldest) {
                break;
            }
            shared.locals[local].pop();
            shared.locals[local].mark_gap();
            shared.release(oldest);
            count += 1;
        }
    }
    if newest {
        shared.locals[local].mark_gap_ahead();
        shared.release(entry);
        count += 1;
    }
    shared.locals[local].to_key = newest;
    Dropped { count, newest }
}
