//! How many frames the ends of a link between lanes handle at once: one, where one that waits could not be dropped any
//! more or would hide a newer one.

use std::sync::Arc;

use super::input::Reader;
use super::mailbox::Mailbox;
use super::output::Writer;
use super::shared::Shared;
use super::slots::LaneSlots;
use super::spec::{LinkEnd, Policy};
use super::test_world::World;

const SLOTS: u32 = 16;

/// Both ends of a link of a world's, on one thread.
struct Ends {
    world: World,
    shared: Shared,
    writer: Writer,
    reader: Reader,
    written: f64,
}

impl Ends {
    fn new(policy: Policy, capacity: u32) -> Self {
        let mut world = World::new(SLOTS);
        let (to, from) = world.ring(0, policy, capacity);
        let (&LinkEnd::Writer { ring: into, .. }, &LinkEnd::Reader { ring: out, .. }) = (&to.end, &from.end) else {
            panic!("these are the ends of a ring")
        };
        let record = world.control.link(0).unwrap();
        let writer = Writer::ring(&to, record, world.control, into, (2, 2));
        let reader = Reader::ring(&from, record, world.control, out, (1, 2));
        let mut shared = Shared::new(true, Arc::new(Mailbox::default()));
        shared.slots.push(LaneSlots::new(Arc::new(world.pool()), world.control, 1));
        Self { world, shared, writer, reader, written: 0.0 }
    }

    /// Writes a frame and does not flush. The frames of a link are numbered.
    fn write(&mut self) {
        let slot = self.shared.slots[0].take().unwrap();
        // SAFETY: the slot was just taken.
        unsafe { (*self.shared.header_of(slot)).sequence = self.written };
        self.written += 1.0;
        self.writer.write(slot, &mut self.shared);
    }

    /// Reads a frame and gives it back. Returns its number.
    fn read(&mut self) -> Option<f64> {
        let entry = self.reader.take(&mut self.shared)?;
        // SAFETY: the frame was just read.
        let number = unsafe { (*self.shared.header_of(entry)).sequence };
        let (slots, slot) = self.shared.slot_of(entry);
        slots.release(slot);
        Some(number)
    }

    fn end(mut self) {
        self.shared.slots[0].flush();
        self.world.assert_all_slots_free();
    }
}

#[test]
fn a_latest_link_shows_each_frame_as_soon_as_it_is_written() {
    let mut ends = Ends::new(Policy::Latest, 1);
    for number in 0..3 {
        ends.write();
        assert_eq!(ends.reader.available(&ends.shared), 1, "frame {number}");
    }
    assert_eq!((ends.read(), ends.read()), (Some(2.0), None));
    ends.end();
}

#[test]
fn what_a_reader_has_not_taken_of_a_link_that_evicts_is_evicted_still() {
    let mut ends = Ends::new(Policy::RollOff, 3);
    for _ in 0..3 {
        ends.write();
    }
    ends.writer.flush(&mut ends.shared);
    assert_eq!(ends.read(), Some(0.0));
    for _ in 3..6 {
        ends.write();
    }
    ends.writer.flush(&mut ends.shared);
    let rest: Vec<_> = std::iter::from_fn(|| ends.read()).collect();
    assert_eq!(rest, [3.0, 4.0, 5.0]);
    assert_eq!(ends.world.link(0).full, 2.0);
    ends.end();
}

#[test]
fn what_a_tick_has_not_handed_over_yet_is_not_counted_as_written() {
    let mut ends = Ends::new(Policy::RollOff, 3);
    for _ in 0..5 {
        ends.write();
    }
    // Five more than were dropped would seem to be in a link for three.
    assert_eq!((ends.world.link(0).written, ends.world.link(0).full), (0.0, 0.0));
    ends.writer.flush(&mut ends.shared);
    assert_eq!((ends.world.link(0).written, ends.world.link(0).full), (5.0, 2.0));
    while ends.read().is_some() {}
    ends.end();
}
