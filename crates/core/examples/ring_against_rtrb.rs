//! `cargo run --release --example ring_against_rtrb -- RUNS`: a native ring between two threads, against a bare rtrb
//! ring of the same capacity. Prints a line for each pair: `single|batch OURS PEER`, nanoseconds an entry. The readers
//! check number and order of all entries.

use std::sync::Arc;
use std::thread::yield_now;
use std::time::Instant;

use sluice_abi::{ABI_VERSION, CONTROL_MAGIC, ControlHeader, LaneRecord, LinkRecord, RING_NONE};
use sluice_core::arena::Arena;
use sluice_core::control::Control;
use sluice_core::ring::Ring;

const ENTRIES: u32 = 1_000_000;
const CAPACITY: u32 = 256;
const BATCH: u32 = 32;
const LANES: u32 = 2;

fn main() {
    let runs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    for _ in 0..runs {
        println!("single {} {}", ours(false), rtrb(false));
        println!("batch {} {}", ours(true), rtrb(true));
    }
}

fn ours(batches: bool) -> f64 {
    let (_arena, control) = control();
    let link = links_offset() as u32;
    let ring = Arc::new(Ring::new(control, CAPACITY, false, link).expect("a ring"));
    assert!(ring.bind_reader(1, 5) && ring.bind_writer(0, 6));
    let writer = Arc::clone(&ring);
    timed(
        move || {
            let staging = writer.writer_staging();
            let mut next = 0;
            while next < ENTRIES {
                let done = if batches {
                    let count = BATCH.min(ENTRIES - next);
                    for k in 0..count {
                        // SAFETY: the staging area has `RING_BATCH` entries, and this thread alone has the writing end.
                        unsafe { staging.add(k as usize).write(next + k) };
                    }
                    // SAFETY: this thread alone has the writing end.
                    unsafe { writer.commit(count) }
                } else {
                    // SAFETY: as above.
                    u32::from(unsafe { writer.push(next) } != RING_NONE)
                };
                next += done;
                if done == 0 {
                    yield_now();
                }
            }
        },
        || {
            let staging = ring.reader_staging();
            let mut next = 0;
            while next < ENTRIES {
                if batches {
                    // SAFETY: this thread alone has the reading end.
                    let count = unsafe { ring.fetch(BATCH) };
                    for k in 0..count {
                        // SAFETY: `fetch` has filled so many entries.
                        assert_eq!(unsafe { staging.add(k as usize).read() }, next);
                        next += 1;
                    }
                    if count == 0 {
                        yield_now();
                    }
                } else {
                    // SAFETY: this thread alone has the reading end.
                    let entry = unsafe { ring.pop() };
                    if entry == RING_NONE {
                        yield_now();
                        continue;
                    }
                    assert_eq!(entry, next);
                    next += 1;
                }
            }
        },
    )
}

fn rtrb(batches: bool) -> f64 {
    let (mut writer, mut reader) = rtrb::RingBuffer::<u32>::new(CAPACITY as usize);
    timed(
        move || {
            let mut next = 0;
            while next < ENTRIES {
                let done = if batches {
                    let count = (BATCH.min(ENTRIES - next) as usize).min(writer.slots());
                    let chunk = writer.write_chunk_uninit(count).expect("so many places are free");
                    chunk.fill_from_iter(next..) as u32
                } else {
                    u32::from(writer.push(next).is_ok())
                };
                next += done;
                if done == 0 {
                    yield_now();
                }
            }
        },
        || {
            let mut next = 0;
            while next < ENTRIES {
                if batches {
                    let count = reader.slots().min(BATCH as usize);
                    for entry in reader.read_chunk(count).expect("so many entries are there") {
                        assert_eq!(entry, next);
                        next += 1;
                    }
                    if count == 0 {
                        yield_now();
                    }
                } else if let Ok(entry) = reader.pop() {
                    assert_eq!(entry, next);
                    next += 1;
                } else {
                    yield_now();
                }
            }
        },
    )
}

/// Runs a writer on a thread of its own and a reader on this one. Returns nanoseconds an entry.
fn timed(write: impl FnOnce() + Send + 'static, read: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    let writing = std::thread::spawn(write);
    read();
    let nanoseconds = begin.elapsed().as_secs_f64() * 1e9;
    writing.join().expect("the writer ends");
    nanoseconds / f64::from(ENTRIES)
}

fn links_offset() -> usize {
    size_of::<ControlHeader>() + LANES as usize * size_of::<LaneRecord>()
}

/// A control arena of two lanes and one link.
fn control() -> (Arena, Control) {
    let end = links_offset() + size_of::<LinkRecord>();
    let arena = Arena::new(end).expect("an arena");
    let header = size_of::<ControlHeader>() as u32;
    let words = [CONTROL_MAGIC, ABI_VERSION, header, LANES, links_offset() as u32, 1, end as u32, 0];
    // SAFETY: the arena is longer than eight words, aligned, and nobody else's.
    unsafe { arena.base().cast::<[u32; 8]>().write(words) };
    let control = Control::open(&arena).expect("a control arena");
    (arena, control)
}
