//! The life of a camera or a screen: allowed, opened, failed and opened again, until the stage goes. Everything about a
//! device happens on a serial queue of its own, where its pictures come, too.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sluice_stage::Context;

use super::capture::{CaptureDevice, News, Pace};
use super::mailbox::Mailbox;
use super::system_picture::SystemPicture;
use crate::permission::{Answer, Permission, Standing};

/// How long until a device that has failed is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Work for a queue.
pub type Work = Box<dyn FnOnce() + Send>;

/// A serial queue of the system's: one piece of work at a time, in order.
pub trait Queue: Send + Sync + 'static {
    /// An empty one.
    fn new() -> Self;
    /// Does something after what was given before.
    fn later(&self, work: Work);
    /// Does something after so long.
    fn after(&self, delay: Duration, work: Work);
    /// Asks the user for a permission, and tells where it stands, once, on any thread.
    fn ask(&self, permission: Permission, then: Answer);
}

/// A kind of device, and what is asked of one.
pub trait Source: Sized + Send + Sync + 'static {
    /// What the user has to allow.
    const PERMISSION: Permission;
    /// Where everything about it happens.
    type Queue: Queue;
    /// Its pictures. A copy of one is another reference to it.
    type Picture: SystemPicture + Clone;
    /// What runs once it is open; it is let go of on the queue, and ends then.
    type Session: 'static;

    /// As [`CaptureDevice::read`].
    ///
    /// # Errors
    ///
    /// What the configuration lacks.
    fn read(context: &Context) -> Result<(Self, Pace), String>;

    /// What messages call the device.
    fn called(&self) -> String;

    /// Opens it, on the queue, where it may wait. The answer says what was opened, too.
    ///
    /// # Errors
    ///
    /// Why not.
    fn open(&self, opened: &Arc<Opened<Self>>) -> Result<(Self::Session, String), Fault>;
}

/// Why no pictures come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Something that may end by itself.
    Passing(String),
    /// The user does not allow it.
    Denied,
    /// The user has ended it.
    Ended,
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Self::Passing(why)
    }
}

impl From<&str> for Fault {
    fn from(why: &str) -> Self {
        Self::Passing(why.into())
    }
}

/// A device that is open, or will be, until this is dropped.
pub struct Device<S: Source>(Arc<Opened<S>>);

/// A device on its queue.
pub struct Opened<S: Source> {
    source: S,
    mailbox: Arc<Mailbox<News<S::Picture>>>,
    queue: S::Queue,
    session: Mutex<Option<OnQueue<S::Session>>>,
    /// The stage has gone.
    closed: AtomicBool,
}

/// A thing that is touched, and let go of, by work of its own serial queue alone.
pub(crate) struct OnQueue<T>(pub(crate) T);

// SAFETY: whoever makes one sees to it that only work of one serial queue touches it.
unsafe impl<T> Send for OnQueue<T> {}

impl<S: Source> CaptureDevice for Device<S> {
    type Picture = S::Picture;
    type Wanted = S;

    fn read(context: &Context) -> Result<(S, Pace), String> {
        S::read(context)
    }

    fn open(source: S, mailbox: &Arc<Mailbox<News<S::Picture>>>) -> Result<Self, String> {
        let opened = Arc::new(Opened {
            source,
            mailbox: Arc::clone(mailbox),
            queue: S::Queue::new(),
            session: Mutex::new(None),
            closed: AtomicBool::new(false),
        });
        let asked = Arc::clone(&opened);
        let then = move |standing| match standing {
            Standing::Granted => asked.later(Opened::start),
            _ => asked.mailbox.put(News::Failed(S::PERMISSION.refusal(standing, &asked.source.called()))),
        };
        opened.queue.ask(S::PERMISSION, Box::new(then));
        Ok(Self(opened))
    }
}

impl<S: Source> Drop for Device<S> {
    fn drop(&mut self) {
        self.0.closed.store(true, Ordering::Release);
        // To stop a device takes a while, for which nobody waits.
        self.0.later(|opened| drop(opened.lock().take()));
    }
}

impl<S: Source> Opened<S> {
    /// Does something on the queue.
    pub fn later(self: &Arc<Self>, work: impl FnOnce(&Arc<Self>) + Send + 'static) {
        let opened = Arc::clone(self);
        self.queue.later(Box::new(move || work(&opened)));
    }

    /// Where everything about the device happens.
    pub fn queue(&self) -> &S::Queue {
        &self.queue
    }

    /// Lets go of the device, and tells and does what the fault asks for, on the queue.
    pub fn fail(self: &Arc<Self>, fault: Fault) {
        drop(self.lock().take());
        if self.closed.load(Ordering::Acquire) {
            return;
        }
        let called = self.source.called();
        self.mailbox.put(match fault {
            Fault::Denied => News::Failed(S::PERMISSION.refusal(Standing::Denied, &called)),
            Fault::Ended => News::Ended(format!("the user has ended the capture of {called}")),
            Fault::Passing(why) => {
                let opened = Arc::clone(self);
                self.queue.after(RETRY, Box::new(move || opened.start()));
                News::Unavailable(format!("cannot use {called}: {why}"))
            }
        });
    }

    /// Leaves a picture for the stage, on the queue.
    pub fn put(&self, picture: S::Picture, taken: Instant) {
        if !self.closed.load(Ordering::Acquire) {
            self.mailbox.put_picture(picture, taken);
        }
    }

    fn start(self: &Arc<Self>) {
        if self.closed.load(Ordering::Acquire) || self.lock().is_some() {
            return;
        }
        match self.source.open(self) {
            Ok((session, what)) => {
                *self.lock() = Some(OnQueue(session));
                self.mailbox.put(News::Available(what));
            }
            Err(fault) => self.fail(fault),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<OnQueue<S::Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "device_tests.rs"]
mod tests;
