//! Rings against the plain queue that they stand for.
#![cfg(not(loom))]

use std::collections::VecDeque;

use sluice_abi::{ENTRY_DISCONTINUITY, RING_ACCEPTED, RING_NONE};
use sluice_core::ends::ring;

/// One call.
#[derive(Clone, Debug)]
enum Call {
    Push,
    PushSlice(usize),
    Pop,
    PopSlice(usize),
}

/// Numbers that a seed decides (SplitMix64).
struct Draws(u64);

impl Draws {
    /// At least 0, and less than `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn call(&mut self) -> Call {
        match self.below(10) {
            0..3 => Call::Push,
            3..5 => Call::PushSlice(self.below(20) as usize),
            5..8 => Call::Pop,
            _ => Call::PopSlice(self.below(20) as usize),
        }
    }
}

/// A queue that behaves as a ring is to.
struct Model {
    queue: VecDeque<u32>,
    capacity: usize,
    evicts: bool,
    /// An entry was evicted since the last one was taken.
    gap: bool,
}

impl Model {
    fn push(&mut self, entry: u32) -> u32 {
        if self.queue.len() < self.capacity {
            self.queue.push_back(entry);
            return RING_ACCEPTED;
        }
        if !self.evicts {
            return RING_NONE;
        }
        self.gap = true;
        self.queue.push_back(entry);
        self.queue.pop_front().unwrap_or(RING_NONE)
    }

    fn pop(&mut self) -> Option<u32> {
        let entry = self.queue.pop_front()?;
        let mark = if self.gap { ENTRY_DISCONTINUITY } else { 0 };
        self.gap = false;
        Some(entry | mark)
    }
}

fn check(capacity: u32, evicts: bool, calls: &[Call]) {
    let (mut writer, mut reader) = ring(capacity, evicts);
    let mut model = Model { queue: VecDeque::new(), capacity: capacity as usize, evicts, gap: false };
    let mut next = 0;
    for call in calls {
        match *call {
            Call::Push => {
                assert_eq!(writer.push(next), model.push(next));
                next += 1;
            }
            Call::PushSlice(count) => {
                let entries: Vec<u32> = (next..next + count as u32).collect();
                let mut evicted = vec![0; count];
                let (taken, lost) = writer.push_slice(&entries, &mut evicted);
                let answers: Vec<u32> = entries.iter().map(|&entry| model.push(entry)).collect();
                assert_eq!(taken as usize, answers.iter().filter(|&&answer| answer != RING_NONE).count());
                let wanted: Vec<u32> = answers.into_iter().filter(|&answer| answer < RING_NONE).collect();
                assert_eq!(evicted[..lost as usize], wanted);
                next += count as u32;
            }
            Call::Pop => assert_eq!(reader.pop(), model.pop().unwrap_or(RING_NONE)),
            Call::PopSlice(count) => {
                let mut out = vec![0; count];
                let taken = reader.pop_slice(&mut out) as usize;
                let wanted: Vec<u32> = (0..count).map_while(|_| model.pop()).collect();
                assert_eq!(out[..taken], wanted);
            }
        }
        assert_eq!(reader.available() as usize, model.queue.len());
        assert_eq!(writer.room() as usize, model.capacity - model.queue.len());
    }
}

fn check_random_calls(evicts: bool) {
    let seeds = if std::env::var_os("SLUICE_DEEP").is_some() { 20_000 } else { 400 };
    for seed in 0..seeds {
        let mut draws = Draws(seed);
        let capacity = 1 + draws.below(8) as u32;
        let calls: Vec<Call> = (0..draws.below(120)).map(|_| draws.call()).collect();
        // Shown if the test fails.
        println!("seed {seed}: capacity {capacity}, {calls:?}");
        check(capacity, evicts, &calls);
    }
}

#[test]
fn a_ring_that_refuses_is_a_bounded_queue() {
    check_random_calls(false);
}

#[test]
fn a_ring_that_evicts_is_a_queue_that_drops_its_oldest() {
    check_random_calls(true);
}

#[test]
fn a_ring_of_the_largest_capacity_wraps() {
    for evicts in [false, true] {
        let (mut writer, mut reader) = ring(65_536, evicts);
        for entry in 0..65_536 * 3 {
            assert_eq!(writer.push(entry), RING_ACCEPTED);
            assert_eq!(reader.pop(), entry);
        }
        assert!((0..65_536).all(|entry| writer.push(entry) == RING_ACCEPTED));
        assert_eq!(writer.room(), 0);
        assert_eq!(writer.push(65_536), if evicts { 0 } else { RING_NONE });
    }
}

#[test]
fn a_ring_outlives_an_end_that_was_dropped() {
    for evicts in [false, true] {
        let (mut writer, mut reader) = ring(2, evicts);
        assert_eq!(writer.push(1), RING_ACCEPTED);
        drop(writer);
        assert_eq!((reader.pop(), reader.pop()), (1, RING_NONE));
        let (mut writer, reader) = ring(1, evicts);
        drop(reader);
        assert_eq!(writer.push(1), RING_ACCEPTED);
        assert_eq!(writer.push(2), if evicts { 1 } else { RING_NONE });
    }
}
