//! How a lane is signalled, and how it sleeps without missing a signal.
//!
//! A signaller sets a bit of the inbox and then looks whether the lane sleeps. The lane announces that it sleeps and
//! then looks whether a bit is set. Both orders are sequentially consistent, so at least one of the two sees the
//! other. No call allocates; only [`Doorbell::park`] blocks.

use std::time::{Duration, Instant};

use crate::sync::{AtomicU32, Ordering, model_fence};

/// Waits on a word and wakes those who wait: the system's primitive.
pub trait Wait {
    /// Blocks while `word` equals `seen`, for `timeout` at most; [`Duration::MAX`]: without a limit. May return early
    /// for no reason.
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

    /// Blocks until the bell differs from `seen`, the inbox is not empty, or `timeout` has passed; with
    /// [`Duration::MAX`], also for as long as nobody wakes those who wait on the bell. The lane reads the bell, then
    /// looks for work, then parks: so whatever comes after its look wakes it.
    pub fn park(&self, seen: u32, timeout: Duration, parker: &impl Wait) {
        let begin = (timeout < Duration::MAX).then(Instant::now);
        let mut left = timeout;
        // SeqCst: pairs with the loads of `sleeping` in `signal` and `ring`, and is ordered before the loads below.
        self.sleeping.store(1, Ordering::SeqCst);
        model_fence();
        while !self.called(seen) {
            parker.wait(self.bell, seen, left);
            let Some(begin) = begin else { break };
            // The usual case, without a look at the clock.
            if self.called(seen) {
                break;
            }
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
            // A look is cheaper than an exchange; what comes after it is found by the next look, before the lane parks.
            if summary.load(Ordering::SeqCst) == 0 {
                continue;
            }
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

#[cfg(all(test, not(loom)))]
#[path = "doorbell_tests.rs"]
mod tests;

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::{Arc, Condvar, Mutex};

    /// A futex: looks at the word and goes to sleep in one step. It has no time-out, so a lost wake is a dead-lock,
    /// which loom reports.
    #[derive(Default)]
    struct ModelFutex {
        lock: Mutex<()>,
        woken: Condvar,
    }

    impl Wait for ModelFutex {
        fn wait(&self, word: &AtomicU32, seen: u32, _timeout: Duration) {
            let guard = self.lock.lock().unwrap();
            if word.load(Ordering::SeqCst) == seen {
                drop(self.woken.wait(guard).unwrap());
            }
        }

        fn wake(&self, _word: &AtomicU32) {
            drop(self.lock.lock().unwrap());
            self.woken.notify_all();
        }
    }

    struct Words {
        bell: AtomicU32,
        sleeping: AtomicU32,
        summary: [AtomicU32; 1],
        inbox: [AtomicU32; 2],
        futex: ModelFutex,
    }

    impl Words {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                bell: AtomicU32::new(0),
                sleeping: AtomicU32::new(0),
                summary: [AtomicU32::new(0)],
                inbox: [AtomicU32::new(0), AtomicU32::new(0)],
                futex: ModelFutex::default(),
            })
        }

        fn doorbell(&self) -> Doorbell<'_> {
            Doorbell { bell: &self.bell, sleeping: &self.sleeping, summary: &self.summary, inbox: &self.inbox }
        }

        /// Parks until all `wanted` bits have come.
        fn collect(&self, wanted: usize) {
            let mut found = 0;
            while found < wanted {
                let bell = self.bell.load(Ordering::SeqCst);
                self.doorbell().drain(|_| found += 1);
                if found < wanted {
                    self.doorbell().park(bell, Duration::MAX, &self.futex);
                }
            }
        }
    }

    fn check(body: impl Fn() + Sync + Send + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(body);
    }

    #[test]
    fn one_signal_wakes_a_parking_lane() {
        check(|| {
            let words = Words::new();
            let other = Arc::clone(&words);
            let signaller = loom::thread::spawn(move || other.doorbell().signal(3, &other.futex));
            words.collect(1);
            signaller.join().unwrap();
        });
    }

    #[test]
    fn two_signallers_of_one_word_lose_nothing() {
        check(|| {
            let words = Words::new();
            let signallers = [3, 4].map(|bit| {
                let other = Arc::clone(&words);
                loom::thread::spawn(move || other.doorbell().signal(bit, &other.futex))
            });
            words.collect(2);
            signallers.into_iter().for_each(|signaller| signaller.join().unwrap());
        });
    }

    #[test]
    fn one_signaller_of_two_words_loses_nothing() {
        check(|| {
            let words = Words::new();
            let other = Arc::clone(&words);
            let signaller = loom::thread::spawn(move || {
                other.doorbell().signal(1, &other.futex);
                other.doorbell().signal(33, &other.futex);
            });
            words.collect(2);
            signaller.join().unwrap();
        });
    }

    #[test]
    fn a_ring_wakes_a_parking_lane() {
        check(|| {
            let words = Words::new();
            let other = Arc::clone(&words);
            let message = Arc::new(AtomicU32::new(0));
            let letter = Arc::clone(&message);
            let ringer = loom::thread::spawn(move || {
                letter.store(1, Ordering::Release);
                other.doorbell().ring(&other.futex);
            });
            loop {
                let bell = words.bell.load(Ordering::SeqCst);
                if message.load(Ordering::Acquire) == 1 {
                    break;
                }
                words.doorbell().park(bell, Duration::MAX, &words.futex);
            }
            ringer.join().unwrap();
        });
    }
}
