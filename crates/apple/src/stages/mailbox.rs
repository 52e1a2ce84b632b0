//! What a thread of the system leaves for a stage, which it wakes.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use sluice_stage::Waker;

/// A queue from threads of the system to one stage. `put` takes a lock for a moment and may allocate: it is for encoders,
/// decoders and cameras, which hand over some hundred things a second, and not for the thread of a sound device.
pub struct Mailbox<T> {
    things: Mutex<VecDeque<T>>,
    waker: Option<Waker>,
}

impl<T> Mailbox<T> {
    /// An empty one, which wakes by that, if there is one.
    #[must_use]
    pub fn new(waker: Option<Waker>) -> Self {
        Self { things: Mutex::new(VecDeque::new()), waker }
    }

    /// Leaves a thing, from any thread, and wakes the stage.
    pub fn put(&self, thing: T) {
        self.lock().push_back(thing);
        self.ring();
    }

    /// Leaves a thing in place of all that were not taken; the answer is how many these are.
    pub fn put_newest(&self, thing: T) -> usize {
        let mut things = self.lock();
        let passed = things.len();
        things.clear();
        things.push_back(thing);
        drop(things);
        self.ring();
        passed
    }

    /// Takes the oldest thing.
    pub fn take(&self) -> Option<T> {
        self.lock().pop_front()
    }

    /// Wakes the stage.
    pub fn ring(&self) {
        if let Some(waker) = &self.waker {
            waker.wake();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<T>> {
        // A queue is whole between two of these calls, whatever has panicked.
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn things_of_other_threads_come_in_the_order_of_each() {
        let mailbox = Arc::new(Mailbox::new(None));
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let mailbox = Arc::clone(&mailbox);
                std::thread::spawn(move || (0..1_000).for_each(|number| mailbox.put((writer, number))))
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        let taken: Vec<_> = std::iter::from_fn(|| mailbox.take()).collect();
        for writer in 0..3 {
            let of_one: Vec<_> = taken.iter().filter(|(who, _)| *who == writer).map(|(_, number)| *number).collect();
            assert_eq!(of_one, (0..1_000).collect::<Vec<_>>());
        }
    }

    #[test]
    fn put_newest_counts_what_it_passes_over() {
        let mailbox = Mailbox::new(None);
        assert_eq!(mailbox.put_newest(1), 0);
        mailbox.put(2);
        assert_eq!(mailbox.put_newest(3), 2);
        assert_eq!((mailbox.take(), mailbox.take()), (Some(3), None));
    }
}
