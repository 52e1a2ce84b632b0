//! The guests of one lane, for who wants their calls ended from another thread.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::desk::Desk;

/// The guests of a lane.
#[derive(Default)]
pub(crate) struct Guests(Mutex<List>);

#[derive(Default)]
struct List {
    desks: Vec<Weak<Desk>>,
    /// No call is waited for any more, also of those that come.
    ended: bool,
}

impl Guests {
    /// Enters a guest that was started.
    pub(super) fn add(&self, desk: &Arc<Desk>) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.desks.retain(|known| known.strong_count() > 0);
        list.desks.push(Arc::downgrade(desk));
        if list.ended {
            desk.give_up();
        }
    }

    /// Ends the calls that guests do, and those that they are given: their processes are killed, and their nodes fail.
    pub(crate) fn end_calls(&self) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.ended = true;
        list.desks.iter().filter_map(Weak::upgrade).for_each(|desk| desk.give_up());
    }
}
