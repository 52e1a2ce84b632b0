//! A whole ring between two lanes, with a control arena, doorbells and requests for room.
#![cfg(not(loom))]

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sluice_abi::{ABI_VERSION, CONTROL_MAGIC, ControlHeader, LaneRecord, LinkRecord, RING_ACCEPTED, RING_NONE};
use sluice_core::arena::Arena;
use sluice_core::control::Control;
use sluice_core::parker::Parker;
use sluice_core::ring::Ring;
use sluice_core::sentinel;

const LANES: u32 = 3;
const LINKS: u32 = 2;

fn link_offset(link: u32) -> u32 {
    (size_of::<ControlHeader>() + LANES as usize * size_of::<LaneRecord>()) as u32
        + link * size_of::<LinkRecord>() as u32
}

fn control() -> (Arena, Control) {
    let arena = Arena::new(link_offset(LINKS) as usize).unwrap();
    let words = [
        CONTROL_MAGIC,
        ABI_VERSION,
        size_of::<ControlHeader>() as u32,
        LANES,
        link_offset(0),
        LINKS,
        link_offset(LINKS),
        0,
    ];
    // SAFETY: the arena is longer than eight words, aligned, and nobody else's.
    unsafe { arena.base().cast::<[u32; 8]>().write(words) };
    let control = Control::open(&arena).unwrap();
    (arena, control)
}

/// Parks a lane until its inbox is not empty, and empties it.
fn wait(control: &Control, lane: u32) {
    let doorbell = control.doorbell(lane).unwrap();
    let seen = doorbell.bell.load(Ordering::SeqCst);
    doorbell.park(seen, Duration::from_secs(600), &Parker::default());
    doorbell.drain(|_| {});
}

#[test]
fn a_lossless_ring_carries_all_entries_in_order_with_both_sides_parking() {
    const COUNT: u32 = 50_000;
    let (_arena, control) = control();
    let ring = Arc::new(Ring::new(control, 3, false, link_offset(1)).unwrap());
    assert!(ring.bind_reader(1, 5));
    assert!(ring.bind_writer(0, 6));
    let writing = {
        let ring = Arc::clone(&ring);
        std::thread::spawn(move || {
            for entry in 0..COUNT {
                // SAFETY: this thread alone has the writing end.
                while unsafe { ring.push(entry) } == RING_NONE {
                    // SAFETY: as above.
                    if unsafe { ring.await_room() } == 0 {
                        wait(&control, 0);
                    }
                }
            }
        })
    };
    for wanted in 0..COUNT {
        loop {
            // SAFETY: this thread alone has the reading end.
            let entry = unsafe { ring.pop() };
            if entry != RING_NONE {
                assert_eq!(entry, wanted);
                break;
            }
            wait(&control, 1);
        }
    }
    writing.join().unwrap();
}

#[test]
fn a_fenced_thread_is_refused_and_its_end_is_recorded() {
    let (arena, control) = control();
    let ring = Arc::new(Ring::new(control, 4, false, link_offset(0)).unwrap());
    let lane = control.lane(2).unwrap();
    // SAFETY: the record lies in the arena, which is never unmapped.
    let record = unsafe { lane.as_ref() };
    let old = {
        let (ring, arena) = (Arc::clone(&ring), arena.clone());
        std::thread::spawn(move || {
            let lane = control.lane(2).unwrap();
            assert_eq!(sentinel::enter(&arena, 2, 4, 1), Ok(true));
            // SAFETY: this thread alone has both ends.
            unsafe {
                assert_eq!(ring.push(1), RING_ACCEPTED);
                lane.as_ref().generation.store(5, Ordering::SeqCst);
                assert_eq!(ring.push(2), RING_NONE);
                assert_eq!(ring.pop(), RING_NONE);
                assert_eq!((ring.commit(1), ring.fetch(1)), (0, 0));
            }
        })
    };
    old.join().unwrap();
    assert_eq!(record.dead_generation.load(Ordering::SeqCst), 4);
    // SAFETY: the record lies in the arena, which is never unmapped.
    let row = unsafe { control.lane(1).unwrap().as_ref() };
    assert_eq!(row.row_ended.load(Ordering::SeqCst), 2 << 24 | 4);
    // SAFETY: the other thread has ended.
    assert_eq!(unsafe { ring.pop() }, 1);
}

#[test]
fn new_and_bind_refuse_what_is_out_of_range() {
    let (_arena, control) = control();
    for (capacity, offset) in [(0, link_offset(0)), (65_537, link_offset(0)), (1, link_offset(0) + 4), (1, 0)] {
        assert!(Ring::new(control, capacity, true, offset).is_err());
    }
    assert!(Ring::new(control, 1, true, link_offset(LINKS)).is_err());
    let ring = Ring::new(control, 1, true, link_offset(0)).unwrap();
    assert!(!ring.bind_reader(LANES, 0));
    assert!(!ring.bind_writer(0, 4096));
    assert!(ring.bind_writer(LANES - 1, 4095));
}

#[test]
fn control_open_names_what_is_wrong() {
    let arena = Arena::new(100).unwrap();
    assert_eq!(Control::open(&arena).unwrap_err(), "arena of 100 bytes is shorter than a control header");
    let arena = Arena::new(4096).unwrap();
    assert_eq!(Control::open(&arena).unwrap_err(), "magic is 0x0, wanted 0x54434c53: not a control arena");
    // SAFETY: the arena is longer than eight words, aligned, and nobody else's.
    unsafe { arena.base().cast::<[u32; 8]>().write([CONTROL_MAGIC, ABI_VERSION, 256, 4, 256, 0, 0, 0]) };
    assert_eq!(Control::open(&arena).unwrap_err(), "4 lane records at 256 do not fit the arena of 4096 bytes");
}

#[test]
fn enter_keeps_the_lanes_of_several_runtimes_apart() {
    let (first, first_control) = control();
    let (second, second_control) = control();
    let ring = Ring::new(first_control, 4, false, link_offset(0)).unwrap();
    let generations = |control: Control, lane: u32| {
        // SAFETY: the record lies in an arena that is never unmapped.
        let record = unsafe { &*control.lane(lane).unwrap().as_ptr() };
        (record.generation.load(Ordering::SeqCst), record.dead_generation.load(Ordering::SeqCst))
    };
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            assert_eq!(sentinel::enter(&first, 0, 1, 0), Ok(true));
            assert_eq!(sentinel::enter(&second, 0, 1, 0), Ok(true));
            assert_eq!(sentinel::enter(&second, 0, 1, 0), Ok(true));
            assert_eq!((generations(first_control, 0), generations(second_control, 0)), ((1, 0), (1, 0)));
            // A thread that enters again has ended its earlier generation.
            assert_eq!(sentinel::enter(&second, 0, 3, 0), Ok(true));
            assert_eq!(generations(second_control, 0), (3, 1));
            assert_eq!(sentinel::enter(&second, 0, 2, 0), Ok(false));
            assert_eq!(sentinel::enter(&second, LANES, 2, 0), Ok(false));
            assert_eq!(sentinel::enter(&second, 0, 4, LANES), Ok(false));
            // That it is fenced in one runtime does not concern the other's rings.
            // SAFETY: this thread alone has the writing end.
            assert_eq!(unsafe { ring.push(1) }, RING_ACCEPTED);
        });
        // The scope would wait for the closure alone, `join` waits for the thread.
        thread.join().unwrap();
    });
    assert_eq!(generations(first_control, 0), (1, 1));
}
