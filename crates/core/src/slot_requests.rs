//! How lanes that found a pool empty hear of the next free slot.
//!
//! A lane asks and then looks for a slot once more. Whoever frees a slot looks afterwards whether somebody asked. All
//! steps but the lane's look are sequentially consistent, and a fence stands before that, so at least one of the two
//! sees the other.

use crate::sync::{AtomicU32, Ordering, fence, model_fence};

/// `PoolHeader::waiters`: one bit a lane.
#[derive(Clone, Copy)]
pub struct SlotRequests<'a>(pub &'a [AtomicU32; 2]);

impl SlotRequests<'_> {
    /// A lane asks; afterwards it looks for a free slot once more. A lane out of range is ignored.
    #[inline]
    pub fn ask(self, lane: u32) {
        let Some(word) = self.0.get((lane / 32) as usize) else { return };
        word.fetch_or(1 << (lane % 32), Ordering::SeqCst);
        // Ordered before the lane's look at the bitmap. Pairs with the loads in `take` and `any`.
        fence(Ordering::SeqCst);
    }

    /// Whether anybody has asked.
    #[inline]
    #[must_use]
    pub fn any(self) -> bool {
        model_fence();
        self.0.iter().any(|word| word.load(Ordering::SeqCst) != 0)
    }

    /// A slot was freed, by a sequentially consistent step: the lanes (bit = lane) to signal. Each request is taken
    /// once.
    #[inline]
    #[must_use]
    pub fn take(self) -> u64 {
        model_fence();
        let [low, high] = self.0;
        take_word(low) | take_word(high) << 32
    }
}

fn take_word(word: &AtomicU32) -> u64 {
    // SeqCst: ordered after the bitmap's change.
    if word.load(Ordering::SeqCst) == 0 { 0 } else { u64::from(word.swap(0, Ordering::SeqCst)) }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_taken_once_and_a_lane_out_of_range_asks_for_nothing() {
        let words = [AtomicU32::new(0), AtomicU32::new(0)];
        let requests = SlotRequests(&words);
        assert_eq!(requests.take(), 0);
        for lane in [0, 31, 32, 63, 63, 64, u32::MAX] {
            requests.ask(lane);
        }
        assert!(requests.any());
        assert_eq!(requests.take(), 1 | 1 << 31 | 1 << 32 | 1 << 63);
        assert!(!requests.any());
        assert_eq!(requests.take(), 0);
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::Arc;

    struct Words {
        bitmap: AtomicU32,
        waiters: [AtomicU32; 2],
    }

    fn words() -> Arc<Words> {
        Arc::new(Words { bitmap: AtomicU32::new(0), waiters: [AtomicU32::new(0), AtomicU32::new(0)] })
    }

    #[test]
    fn the_lane_finds_the_slot_or_is_signalled() {
        loom::model(|| {
            let shared = words();
            let other = Arc::clone(&shared);
            let freeing = loom::thread::spawn(move || {
                other.bitmap.fetch_or(1, Ordering::SeqCst);
                SlotRequests(&other.waiters).take()
            });
            SlotRequests(&shared.waiters).ask(0);
            let found = shared.bitmap.load(Ordering::Relaxed) != 0;
            let signalled = freeing.join().unwrap() & 1 != 0;
            assert!(found || signalled, "the lane waits and nobody will tell it");
        });
    }

    #[test]
    fn two_lanes_that_ask_are_both_served() {
        loom::model(|| {
            let shared = words();
            let asking = [0, 32].map(|lane| {
                let other = Arc::clone(&shared);
                loom::thread::spawn(move || {
                    SlotRequests(&other.waiters).ask(lane);
                    other.bitmap.load(Ordering::Relaxed) != 0
                })
            });
            shared.bitmap.fetch_or(3, Ordering::SeqCst);
            let signalled = SlotRequests(&shared.waiters).take();
            let [first, second] = asking.map(|lane| lane.join().unwrap());
            assert!(first || signalled & 1 != 0);
            assert!(second || signalled & 1 << 32 != 0);
        });
    }
}
