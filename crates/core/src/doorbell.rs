//! How a lane is signalled, and how it sleeps without missing a signal.
//!
//! A signaller sets a bit of the inbox and then looks whether the lane sleeps. The lane announces that it sleeps and
//! then looks whether a bit is set. Both orders are sequentially consistent, so at least one of the two sees the
//! other. No call allocates; only [`Doorbell::park`] blocks.

use std::time::{Duration, Instant};

use crate::sync::{AtomicU32, Ordering, model_fence};

/// Waits on a word and wakes those who wait: the system's primitive.
pub trait Wait {
    /// Blocks while `word` equals `seen`, for `timeout` at most. May return early for no reason.
    fn wait(&self, word: &AtomicU32, seen: u32, timeout: Duration);
    /// Wakes all who wait on `word`.
    fn wake(&self, word: &AtomicU32);
}

/// The words of one lane's doorbell and inbox (`LaneRecord` says what they hold).
#[derive(Clone, Copy)]
pub struct Doorbell<'a> {
    /// `LaneRecord::bell`.
    pub bell: &'a AtomicU32,
    /// `LaneRecord::sleeping`.
    pub sleeping: &'a AtomicU32,
    /// `LaneRecord::inbox_summary`.
    pub summary: &'a [AtomicU32],
    /// `LaneRecord::inbox`; at most 32 times as long as `summary`.
    pub inbox: &'a [AtomicU32],
}

impl Doorbell<'_> {
    /// Sets a bit of the inbox, and wakes the lane if it sleeps. A bit outside the inbox is ignored.
    #[inline]
    pub fn signal(&self, bit: u32, parker: &impl Wait) {
        let index = (bit / 32) as usize;
        let Some(word) = self.inbox.get(index) else { return };
        // SeqCst: pairs with the lane's exchange (the lane sees what was written to the ring before), and is ordered
        // before the load of `sleeping`.
        let before = word.fetch_or(1 << (bit % 32), Ordering::SeqCst);
        if before == 0 {
            if let Some(summary) = self.summary.get(index / 32) {
                summary.fetch_or(1 << (index % 32), Ordering::SeqCst);
            }
        }
        model_fence();
        // SeqCst: pairs with the store in `park`.
        if self.sleeping.load(Ordering::SeqCst) != 0 {
            self.bell.fetch_add(1, Ordering::SeqCst);
            parker.wake(self.bell);
        }
    }

    /// Rings the bell: a lane that parks with the number of an earlier ring does not sleep.
    #[inline]
    pub fn ring(&self, parker: &impl Wait) {
        // SeqCst: pairs with the load of `bell` in `park`, and is ordered before the load of `sleeping`.
        self.bell.fetch_add(1, Ordering::SeqCst);
        model_fence();
        if self.sleeping.load(Ordering::SeqCst) != 0 {
            parker.wake(self.bell);
        }
    }

    /// Blocks until the bell differs from `seen`, the inbox is not empty, or `timeout` has passed. The lane reads the
    /// bell, then looks for work, then parks: so whatever comes after its look wakes it.
    pub fn park(&self, seen: u32, timeout: Duration, parker: &impl Wait) {
        let begin = Instant::now();
        let mut left = timeout;
        // SeqCst: pairs with the loads of `sleeping` in `signal` and `ring`, and is ordered before the loads below.
        self.sleeping.store(1, Ordering::SeqCst);
        model_fence();
        while !self.called(seen) {
            parker.wait(self.bell, seen, left);
            left = timeout.saturating_sub(begin.elapsed());
            if left.is_zero() {
                break;
            }
        }
        // Release: nothing waits for it; a signaller that reads the 1 rings once in vain.
        self.sleeping.store(0, Ordering::Release);
    }

    fn called(&self, seen: u32) -> bool {
        self.bell.load(Ordering::SeqCst) != seen || self.summary.iter().any(|word| word.load(Ordering::SeqCst) != 0)
    }

    /// Takes all bits of the inbox and calls `found` with each.
    pub fn drain(&self, mut found: impl FnMut(u32)) {
        for (block, summary) in self.summary.iter().enumerate() {
            // The summary first: a bit that is set later finds its word not yet taken, or names the word again.
            for word in bits(summary.swap(0, Ordering::SeqCst)) {
                let index = block as u32 * 32 + word;
                let Some(word) = self.inbox.get(index as usize) else { continue };
                for bit in bits(word.swap(0, Ordering::SeqCst)) {
                    found(index * 32 + bit);
                }
            }
        }
    }
}

/// The positions of the bits that are set, lowest first.
fn bits(mut word: u32) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        word &= word.wrapping_sub(1);
        (bit < 32).then_some(bit)
    })
}
