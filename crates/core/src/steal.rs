//! A ring of one writer and one reader whose writer never fails: into a full ring it writes after taking out the
//! oldest entry, by compare-exchange on `head`, the word that the reader claims entries by too. So each entry is taken
//! exactly once, by the reader or by the writer, and the writer knows what it has evicted: counts are exact and no
//! slot of a pool is lost.
//!
//! Nothing here allocates after [`ring`] or blocks. The writer is wait-free; the reader is lock-free: it tries again
//! each time the writer evicts under its hands. Each end belongs to one thread at a time.

use std::sync::Arc;

use crate::sync::{AtomicU32, AtomicU64, Ordering, Padded, fence};

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
    (StealWriter { shared: Arc::clone(&shared), tail: 0, head_seen: 0 }, StealReader { shared, tail_seen: 0 })
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
        // Release fence: a reader that loads the entry stored below (acquire fence) also sees the claim above and so
        // fails its own compare-exchange.
        fence(Ordering::Release);
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
            // Acquire fence: pairs with the writer's release fence, see there.
            fence(Ordering::Acquire);
            // Release: the loads above happen before the writer overwrites (its acquire of `head`).
            match shared.head.0.compare_exchange(head, head + count, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return count as usize,
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
