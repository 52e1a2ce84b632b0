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

    /// Leaves a thing in place of those that `stands_for` finds, which says for how many each stands with itself; `make`
    /// gets the sum.
    pub fn put_over(&self, stands_for: impl Fn(&T) -> Option<usize>, make: impl FnOnce(usize) -> T) {
        let mut things = self.lock();
        let mut passed = 0;
        things.retain(|thing| {
            let found = stands_for(thing);
            passed += found.unwrap_or(0);
            found.is_none()
        });
        things.push_back(make(passed));
        drop(things);
        self.ring();
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
    fn put_over_keeps_the_newest_of_a_kind_and_the_order_of_the_others() {
        #[derive(Debug, PartialEq)]
        enum Thing {
            Text(&'static str),
            Picture(u32, usize),
        }
        let mailbox = Mailbox::new(None);
        let put = |number| {
            let stands_for =
                |thing: &Thing| if let Thing::Picture(_, passed) = thing { Some(passed + 1) } else { None };
            mailbox.put_over(stands_for, |passed| Thing::Picture(number, passed));
        };
        put(1);
        mailbox.put(Thing::Text("a"));
        put(2);
        mailbox.put(Thing::Text("b"));
        put(3);
        let taken: Vec<_> = std::iter::from_fn(|| mailbox.take()).collect();
        assert_eq!(taken, [Thing::Text("a"), Thing::Text("b"), Thing::Picture(3, 2)]);
    }
}
