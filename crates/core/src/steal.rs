//! A ring of one writer and one reader whose writer never fails: into a full ring it writes after taking out the
//! oldest entry, by compare-exchange on `head`, the word that the reader claims entries by too. So each entry is taken
//! exactly once, by the reader or by the writer, and the writer knows what it has evicted: counts are exact and no
//! slot of a pool is lost. The first entry that the reader takes after an eviction is marked with
//! [`ENTRY_DISCONTINUITY`].
//!
//! Nothing here allocates after [`ring`] or blocks. The writer is wait-free; the reader is lock-free: it tries again
//! each time the writer evicts under its hands. Each end belongs to one thread at a time.

use std::sync::Arc;

use sluice_abi::ENTRY_DISCONTINUITY;

use crate::sync::{AtomicU32, AtomicU64, Ordering, Padded};

struct Shared {
    /// Position of the oldest entry. Both ends raise it, by compare-exchange.
    head: Padded<AtomicU64>,
    /// Position of the next entry. The writer raises it.
    tail: Padded<AtomicU64>,
    /// The entry of position p is in `p & mask`. The writer stores; a reader that lost the race for `head` may load a
    /// later entry, and throws it away.
    places: Box<[AtomicU32]>,
    mask: u64,
    /// Entries that fit: at most `mask + 1`.
    capacity: u64,
}

impl Shared {
    fn place(&self, position: u64) -> &AtomicU32 {
        &self.places[(position & self.mask) as usize]
    }
}

/// The writing end.
pub struct StealWriter {
    shared: Arc<Shared>,
    /// Equals `shared.tail`.
    tail: u64,
    /// At most `shared.head`.
    head_seen: u64,
}

/// The reading end.
pub struct StealReader {
    shared: Arc<Shared>,
    /// At most `shared.tail`.
    tail_seen: u64,
    /// Position after the last entry taken here: where `head` is further on, entries were evicted.
    expected: u64,
}

/// Makes a ring that holds exactly `capacity` entries.
///
/// # Panics
///
/// If `capacity` is 0.
#[must_use]
pub fn ring(capacity: u32) -> (StealWriter, StealReader) {
    assert!(capacity > 0, "a ring holds at least one entry");
    let places = capacity.next_power_of_two();
    let shared = Arc::new(Shared {
        head: Padded(AtomicU64::new(0)),
        tail: Padded(AtomicU64::new(0)),
        places: (0..places).map(|_| AtomicU32::new(0)).collect(),
        mask: u64::from(places) - 1,
        capacity: u64::from(capacity),
    });
    (
        StealWriter { shared: Arc::clone(&shared), tail: 0, head_seen: 0 },
        StealReader { shared, tail_seen: 0, expected: 0 },
    )
}

impl StealWriter {
    /// Writes one entry and returns the one that had to go for it.
    #[inline]
    pub fn push(&mut self, entry: u32) -> Option<u32> {
        let shared = &*self.shared;
        let mut evicted = None;
        if self.tail - self.head_seen >= shared.capacity {
            // Acquire: pairs with the reader's release on `head`, so that it has loaded what is overwritten below.
            self.head_seen = shared.head.0.load(Ordering::Acquire);
            if self.tail - self.head_seen >= shared.capacity {
                // Only this thread stores to places, so this load cannot be torn or stale.
                let oldest = shared.place(self.head_seen).load(Ordering::Relaxed);
                // Release: pairs with the reader's acquire on `head`. Acquire: as above.
                match shared.head.0.compare_exchange(
                    self.head_seen,
                    self.head_seen + 1,
                    Ordering::AcqRel,
                    Ordering::Acquire,
                ) {
                    Ok(_) => {
                        self.head_seen += 1;
                        evicted = Some(oldest);
                    }
                    // The reader was quicker: there is room now.
                    Err(head) => self.head_seen = head,
                }
            }
        }
        shared.place(self.tail).store(entry, Ordering::Relaxed);
        self.tail += 1;
        // Release: pairs with the reader's acquire of `tail`.
        shared.tail.0.store(self.tail, Ordering::Release);
        evicted
    }

    /// Free places; the reader may free more at any time.
    #[inline]
    #[must_use]
    pub fn room(&self) -> u32 {
        let queued = self.tail - self.shared.head.0.load(Ordering::Acquire);
        (self.shared.capacity - queued) as u32
    }
}

impl StealReader {
    /// Takes the oldest entry.
    #[inline]
    pub fn pop(&mut self) -> Option<u32> {
        let mut entry = [0];
        (self.pop_slice(&mut entry) == 1).then_some(entry[0])
    }

    /// Takes the oldest entries, in order, into the front of `out`, and returns how many.
    #[inline]
    pub fn pop_slice(&mut self, out: &mut [u32]) -> usize {
        let shared = &*self.shared;
        let mut wanted = out.len() as u64;
        // Acquire: pairs with the writer's release on `head`.
        let mut head = shared.head.0.load(Ordering::Acquire);
        loop {
            if self.tail_seen < head + wanted {
                // Acquire: pairs with the writer's release store of `tail`; the entries are visible.
                self.tail_seen = shared.tail.0.load(Ordering::Acquire);
            }
            let count = wanted.min(self.tail_seen.saturating_sub(head));
            if count == 0 {
                return 0;
            }
            for (position, entry) in (head..head + count).zip(out.iter_mut()) {
                *entry = shared.place(position).load(Ordering::Relaxed);
            }
            // That it succeeds proves the loads above: nobody moved `head` past these entries, and a place is stored
            // to again only after its position was passed. Release: pairs with the writer's acquire of `head`, so
            // that the loads happen before that (loom does not try a load after a later store). Acquire: of the
            // writer's own claims.
            match shared.head.0.compare_exchange(head, head + count, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => {
                    if head != self.expected {
                        if let Some(first) = out.first_mut() {
                            *first |= ENTRY_DISCONTINUITY;
                        }
                    }
                    self.expected = head + count;
                    return count as usize;
                }
                // The writer has evicted under our hands. Fewer at a time give the better chance.
                Err(now) => {
                    head = now;
                    wanted = (count / 2).max(1);
                }
            }
        }
    }

    /// Entries in the ring; the writer may add and evict at any time.
    #[inline]
    #[must_use]
    pub fn available(&self) -> u32 {
        // `head` first: it never passes a `tail` that is loaded later.
        let head = self.shared.head.0.load(Ordering::Acquire);
        let queued = self.shared.tail.0.load(Ordering::Acquire) - head;
        queued.min(self.shared.capacity) as u32
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn push_into_a_full_ring_evicts_the_oldest() {
        let (mut writer, mut reader) = ring(3);
        assert_eq!([1, 2, 3].map(|entry| writer.push(entry)), [None; 3]);
        assert_eq!(writer.room(), 0);
        assert_eq!(writer.push(4), Some(1));
        assert_eq!(reader.available(), 3);
        assert_eq!(reader.pop(), Some(2 | ENTRY_DISCONTINUITY));
        assert_eq!(reader.pop(), Some(3));
        assert_eq!(writer.push(5), None);
        assert_eq!(reader.pop(), Some(4));
        assert_eq!(reader.pop(), Some(5));
        assert_eq!(reader.pop(), None);
    }

    #[test]
    fn a_ring_of_one_place_holds_the_latest() {
        let (mut writer, mut reader) = ring(1);
        assert_eq!(writer.push(1), None);
        assert_eq!(writer.push(2), Some(1));
        assert_eq!(writer.push(3), Some(2));
        assert_eq!(reader.pop(), Some(3 | ENTRY_DISCONTINUITY));
        assert_eq!(reader.pop(), None);
    }

    #[test]
    fn pop_slice_takes_no_more_than_asked_and_marks_only_the_first_after_a_gap() {
        let (mut writer, mut reader) = ring(4);
        let evicted: Vec<u32> = (0..7).filter_map(|entry| writer.push(entry)).collect();
        assert_eq!(evicted, [0, 1, 2]);
        let mut out = [99; 3];
        assert_eq!(reader.pop_slice(&mut out[..0]), 0);
        assert_eq!(reader.pop_slice(&mut out), 3);
        assert_eq!(out, [3 | ENTRY_DISCONTINUITY, 4, 5]);
        assert_eq!(reader.pop_slice(&mut out), 1);
        assert_eq!(out[0], 6);
    }

    #[test]
    fn each_entry_is_taken_once_and_in_order_by_reader_or_writer() {
        const COUNT: u32 = 200_000;
        let (mut writer, mut reader) = ring(5);
        let writing = std::thread::spawn(move || {
            let evicted: Vec<u32> = (0..COUNT).filter_map(|entry| writer.push(entry)).collect();
            (writer, evicted)
        });
        let mut read = Vec::new();
        let mut batch = [0; 7];
        while !writing.is_finished() {
            let count = reader.pop_slice(&mut batch);
            read.extend(batch[..count].iter().map(|entry| entry & !ENTRY_DISCONTINUITY));
        }
        let (_writer, evicted) = writing.join().unwrap();
        read.extend(std::iter::from_fn(|| reader.pop()).map(|entry| entry & !ENTRY_DISCONTINUITY));
        assert!(read.is_sorted_by(|a, b| a < b), "read in order");
        assert!(evicted.is_sorted_by(|a, b| a < b), "evicted in order");
        let mut all = [read, evicted].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..COUNT), "each once");
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;

    /// All interleavings of a writer of `COUNT` entries and a reader that tries `TRIES` times.
    fn check(capacity: u32, batch: usize) {
        const COUNT: u32 = 4;
        const TRIES: usize = 2;
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(4);
        builder.check(move || {
            let (mut writer, mut reader) = ring(capacity);
            let writing =
                loom::thread::spawn(move || (0..COUNT).filter_map(|entry| writer.push(entry)).collect::<Vec<u32>>());
            let mut read = Vec::new();
            let mut out = vec![0; batch];
            for _ in 0..TRIES {
                let count = reader.pop_slice(&mut out);
                read.extend_from_slice(&out[..count]);
            }
            let evicted = writing.join().unwrap();
            read.extend(std::iter::from_fn(|| reader.pop()));
            let marks = read.iter().filter(|&entry| entry & ENTRY_DISCONTINUITY != 0).count();
            assert!(evicted.is_empty() == (marks == 0), "a gap is marked, and nothing else");
            let read: Vec<u32> = read.iter().map(|entry| entry & !ENTRY_DISCONTINUITY).collect();
            assert!(read.windows(2).all(|pair| pair[0] < pair[1]), "read in order");
            let mut all = [read, evicted].concat();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..COUNT), "each entry is taken once");
        });
    }

    #[test]
    fn one_place_read_singly() {
        check(1, 1);
    }

    #[test]
    fn two_places_read_singly() {
        check(2, 1);
    }

    #[test]
    fn two_places_read_in_batches() {
        check(2, 2);
    }

    #[test]
    fn three_places_of_four_read_in_batches() {
        check(3, 2);
    }
}
