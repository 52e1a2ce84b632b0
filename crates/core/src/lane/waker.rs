//! How another thread, such as a device's, asks for a tick of a node. The bell is rung from any thread, as often as it
//! likes, and also after the lane has ended: then nothing happens.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use crate::control::Control;
use crate::parker::Parker;
use crate::sync::Ordering;

use super::COMMAND_INBOX_BIT;

/// By which one node is woken.
#[derive(Clone)]
pub struct Bell(Arc<Inner>);

/// By which another thread asks for a tick of a node.
pub(crate) trait Ring: Clone {
    /// Asks for a tick.
    fn ring(&self);
}

impl Ring for Bell {
    fn ring(&self) {
        Bell::ring(self);
    }
}

struct Inner {
    /// Somebody has rung since the lane last looked.
    rung: AtomicBool,
    /// The lane's place in its control arena. `None` once the node has gone: the arena may be given back then.
    place: Mutex<Option<(Control, u32)>>,
}

impl Bell {
    pub(super) fn new(control: Control, lane: u32) -> Self {
        Self(Arc::new(Inner { rung: AtomicBool::new(false), place: Mutex::new(Some((control, lane))) }))
    }

    /// Asks for a tick. Takes a lock for a moment, which others hold only as long.
    pub fn ring(&self) {
        // SeqCst: what the ringing thread has done before is visible to the tick. Pairs with `was_rung`.
        if self.0.rung.swap(true, Ordering::SeqCst) {
            return;
        }
        let place = self.0.place.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((control, lane)) = &*place else { return };
        if let Some(doorbell) = control.doorbell(*lane) {
            doorbell.signal(COMMAND_INBOX_BIT, &Parker::default());
        }
    }

    /// Whether somebody has rung since this was asked last.
    #[must_use]
    pub fn was_rung(&self) -> bool {
        self.0.rung.swap(false, Ordering::SeqCst)
    }

    /// The node has gone.
    pub(crate) fn silence(&self) {
        *self.0.place.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
