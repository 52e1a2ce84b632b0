//! Encoded frames on native links that drop: nobody reads one whose reference is missing, and each is counted once.

use std::sync::Arc;

use sluice_abi::{ABI_VERSION, CONTROL_MAGIC, ControlHeader, ENTRY_DISCONTINUITY, LaneRecord, LinkRecord, PoolLayout};
use sluice_abi::{flag, kind};

use super::input::Reader;
use super::local::LocalLink;
use super::mailbox::Mailbox;
use super::output::Writer;
use super::shared::Shared;
use super::slots::LaneSlots;
use super::spec::{LinkEnd, LinkSpec, Policy, RingRef};
use crate::arena::Arena;
use crate::control::Control;
use crate::pool::Pool;
use crate::ring::Ring;

const SLOTS: u32 = 32;

fn control_arena() -> Arena {
    let lanes = size_of::<ControlHeader>();
    let links = lanes + 2 * size_of::<LaneRecord>();
    let nodes = links + size_of::<LinkRecord>();
    let arena = Arena::new(nodes).unwrap();
    let words = [CONTROL_MAGIC, ABI_VERSION, lanes as u32, 2, links as u32, 1, nodes as u32, 0];
    // SAFETY: the arena is longer than eight words, aligned, and nobody else's.
    unsafe { arena.base().cast::<[u32; 8]>().write(words) };
    arena
}

/// Writes and reads by chance, in one thread, and checks what comes out.
fn check(across: bool, policy: Policy, capacity: u32, mut seed: u32) {
    let arena = control_arena();
    let control = Control::open(&arena).unwrap();
    let record = control.link(0).unwrap();
    let pool_arena = Arena::new(PoolLayout::new(SLOTS, 64).unwrap().byte_length as usize).unwrap();
    let pool = Arc::new(Pool::format(pool_arena, 0, SLOTS, 64).unwrap());
    let mut shared = Shared::new(true, Arc::new(Mailbox::default()));
    shared.slots.push(LaneSlots::new(Arc::clone(&pool), control, 0));
    shared.add_local(LocalLink::new(policy, capacity, 0, 1));
    shared.add_node();
    shared.add_node();
    let offset = size_of::<ControlHeader>() + 2 * size_of::<LaneRecord>();
    let ring = Ring::new(control, capacity, policy.evicts(), offset as u32).unwrap();
    let end = LinkEnd::Local { from: (0, 0), to: (1, 0) };
    let link = LinkSpec { index: 0, policy, capacity, encoded: true, rejoins: false, end };
    // SAFETY: the ring lives as long as both ends, which this thread has.
    let named = unsafe { RingRef::new(&raw const ring) };
    let writing = || Writer::ring(&link, record, control, named, (1, 2));
    let reading = || Reader::ring(&link, record, control, named, (0, 2));
    let (mut writer, mut reader) = if across {
        (writing(), reading())
    } else {
        (Writer::local(&link, record, 0), Reader::local(&link, record, 0))
    };
    let mut read = Vec::new();
    let mut take = |reader: &mut Reader, shared: &mut Shared| match reader.take(shared) {
        Some(entry) => {
            // SAFETY: the frame was just read.
            let number = unsafe { (*shared.header_of(entry)).sequence };
            read.push((number, shared.is_keyframe(entry), entry & ENTRY_DISCONTINUITY != 0));
            let (slots, slot) = shared.slot_of(entry);
            slots.release(slot)
        }
        None => false,
    };
    let mut written = 0.0;
    for _ in 0..200 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let step = seed >> 24;
        if step < 100 {
            take(&mut reader, &mut shared);
            if across && step % 5 == 0 {
                // The reading end goes to another lane, with what was looked at and fetched.
                if step % 10 == 0 {
                    reader.peek(&mut shared);
                }
                let rest = std::mem::replace(&mut reader, reading()).into_rest();
                reader.resume(&rest);
            }
            continue;
        }
        if across && step % 7 == 0 {
            let rest = std::mem::replace(&mut writer, writing()).into_rest(&mut shared, false);
            writer.resume(&rest);
        }
        let slot = shared.slots[0].take().unwrap();
        // SAFETY: the slot was just taken.
        let header = unsafe { &mut *shared.header_of(slot) };
        header.kind = kind::ENCODED;
        header.flags = if step % 4 == 0 { flag::KEYFRAME } else { 0 };
        header.sequence = written;
        written += 1.0;
        writer.write(slot, &mut shared);
        if step % 3 != 0 {
            writer.flush(&mut shared);
        }
    }
    writer.flush(&mut shared);
    while take(&mut reader, &mut shared) {}
    let mut last = -1.0;
    for &(number, keyframe, gap) in &read {
        let missing = number != last + 1.0;
        assert!(keyframe || !missing, "{policy:?}: frame {number} after {last} cannot be decoded");
        assert_eq!(gap, missing, "{policy:?}: frame {number} after {last}");
        last = number;
    }
    // SAFETY: this thread has both ends.
    let record = unsafe { record.as_ref() };
    let dropped = record.dropped_full + record.dropped_to_key;
    assert_eq!((record.written, record.read), (written, read.len() as f64));
    assert_eq!(dropped, written - record.read, "{policy:?}");
    shared.slots[0].flush();
    assert_eq!(pool.free(), SLOTS, "{policy:?}");
}

#[test]
fn a_link_never_hands_out_an_encoded_frame_whose_reference_is_missing() {
    for seed in 0..300 {
        for across in [false, true] {
            check(across, Policy::RollOff, 1 + seed % 6, seed);
            check(across, Policy::Latest, 1, seed);
            check(across, Policy::DropNewest, 1 + seed % 6, seed);
        }
    }
}
