//! How a writer that found its ring full hears of the next free place.
//!
//! The writer asks and then looks for room. The reader frees a place and then looks whether somebody asked. A fence
//! stands between the two steps on either side, so at least one of the two sees the other.

use crate::sync::{AtomicU32, Ordering, fence};

/// `LinkRecord::writer_waiting`: 1 while the writer waits, else 0.
#[derive(Clone, Copy)]
pub struct RoomRequest<'a>(pub &'a AtomicU32);

impl RoomRequest<'_> {
    /// The writer asks, and then looks for room once more: what `room` answers. If there is some, it goes on at once.
    #[inline]
    pub fn await_room(self, room: impl FnOnce() -> u32) -> u32 {
        self.0.store(1, Ordering::SeqCst);
        // Ordered before the writer's look at the reader's position. Pairs with the fence in `take`.
        fence(Ordering::SeqCst);
        room()
    }

    /// The reader has freed a place: whether the writer is to be signalled. A request is taken once.
    #[inline]
    #[must_use]
    pub fn take(self) -> bool {
        // The reader's position was stored before. Pairs with the fence in `await_room`.
        fence(Ordering::SeqCst);
        self.0.load(Ordering::Relaxed) != 0 && self.0.swap(0, Ordering::SeqCst) != 0
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_once() {
        let word = AtomicU32::new(0);
        let request = RoomRequest(&word);
        assert!(!request.take());
        assert_eq!((request.await_room(|| 0), request.await_room(|| 3)), (0, 3));
        assert!(request.take());
        assert!(!request.take());
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::Arc;

    #[test]
    fn the_writer_sees_room_or_the_reader_sees_the_request() {
        loom::model(|| {
            let shared = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
            let other = Arc::clone(&shared);
            let reading = loom::thread::spawn(move || {
                let (head, waiting) = &*other;
                // As rtrb does.
                head.store(1, Ordering::Release);
                RoomRequest(waiting).take()
            });
            let (head, waiting) = &*shared;
            let room = RoomRequest(waiting).await_room(|| head.load(Ordering::Acquire));
            let signalled = reading.join().unwrap();
            assert!(room == 1 || signalled, "the writer waits and nobody will tell it");
        });
    }
}
