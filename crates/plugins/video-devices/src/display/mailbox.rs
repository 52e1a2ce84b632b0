//! What the stage and the thread of its window tell each other. There is one place for a picture: a newer one takes it, and
//! the one before is counted as skipped. So the stage never waits for the window.

use std::collections::VecDeque;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::held::Held;
use crate::bell::Bell;

/// A picture that was shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) pts_ns: f64,
    pub(crate) ingress_ns: f64,
    /// When the server had it.
    pub(crate) at: Instant,
}

/// What is to be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Nothing is shown for now, and why.
    Unavailable(String),
    /// Pictures are shown again.
    Available(String),
    /// The user wants the window closed.
    Closed,
}

#[derive(Default)]
struct State {
    picture: Option<Held>,
    /// Memory that can be used again.
    spare: Vec<Held>,
    full_screen: bool,
    news: VecDeque<News>,
    last: Option<Shown>,
    shown: u64,
    skipped: u64,
    /// How long it took to make the last picture ready.
    ready_in: Duration,
    /// A picture is being made ready.
    busy: bool,
}

/// What both share.
pub(crate) struct Mailbox {
    state: Mutex<State>,
    /// The stage has gone.
    pub(crate) stopped: Arc<AtomicBool>,
    /// Wakes the thread, which waits for the server at the same time.
    bell: Bell,
}

/// Counts for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) shown: u64,
    pub(crate) skipped: u64,
}

impl Mailbox {
    /// # Errors
    ///
    /// The system gives no descriptor.
    pub(crate) fn new(full_screen: bool) -> Result<Self, String> {
        let bell = Bell::new()?;
        let state = Mutex::new(State { full_screen, ..State::default() });
        Ok(Self { state, stopped: Arc::default(), bell })
    }

    /// Memory for a picture.
    pub(crate) fn spare(&self) -> Held {
        self.lock().spare.pop().unwrap_or_else(Held::empty)
    }

    /// Hands a picture to the window.
    pub(crate) fn put(&self, picture: Held) {
        let mut state = self.lock();
        if let Some(old) = state.picture.replace(picture) {
            state.skipped += 1;
            state.spare.push(old);
        }
        drop(state);
        self.ring();
    }

    pub(crate) fn set_full_screen(&self, full_screen: bool) {
        self.lock().full_screen = full_screen;
        self.ring();
    }

    /// Ends the thread.
    pub(crate) fn stop(&self) {
        // Relaxed: the bell wakes whoever waits, and who does not looks before it waits.
        self.stopped.store(true, Ordering::Relaxed);
        self.ring();
    }

    /// What is to be told, once.
    pub(crate) fn take_news(&self) -> Option<News> {
        self.lock().news.pop_front()
    }

    /// The picture that was shown last, once.
    pub(crate) fn take_last(&self) -> Option<Shown> {
        self.lock().last.take()
    }

    pub(crate) fn counts(&self) -> Counts {
        let state = self.lock();
        Counts { shown: state.shown, skipped: state.skipped }
    }

    /// How long before its time a picture is to be handed over.
    pub(crate) fn ready_in(&self) -> Duration {
        self.lock().ready_in
    }

    /// Whether every picture that was handed over has been shown.
    pub(crate) fn is_idle(&self) -> bool {
        let state = self.lock();
        state.picture.is_none() && !state.busy
    }

    /// For the thread: the picture that waits.
    pub(crate) fn take(&self) -> Option<Held> {
        let mut state = self.lock();
        let found = state.picture.take();
        state.busy |= found.is_some();
        found
    }

    /// For the thread: memory that can be used again.
    pub(crate) fn give_back(&self, used: Held) {
        self.lock().spare.push(used);
    }

    pub(crate) fn full_screen(&self) -> bool {
        self.lock().full_screen
    }

    /// For the thread: a picture was shown, or could not be.
    pub(crate) fn done(&self, shown: Option<Shown>, ready_in: Duration) {
        let mut state = self.lock();
        state.busy = false;
        if shown.is_some() {
            (state.last, state.shown, state.ready_in) = (shown, state.shown + 1, ready_in);
        } else {
            state.skipped += 1;
        }
    }

    pub(crate) fn tell(&self, news: News) {
        self.lock().news.push_back(news);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// For the thread: waits for the bell, or until a descriptor can be read, so long at most.
    pub(crate) fn wait(&self, other: Option<RawFd>, most: Option<Duration>) {
        let place = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        // A negative descriptor is left out.
        let mut places = [place(self.bell.descriptor()), place(other.unwrap_or(-1))];
        let most_ms = most.map_or(-1, |most| most.as_nanos().div_ceil(1_000_000).min(i32::MAX as u128) as i32);
        // SAFETY: the descriptors are open, and there are two places.
        unsafe { libc::poll(places.as_mut_ptr(), 2, most_ms) };
        self.bell.clear();
    }

    fn ring(&self) {
        self.bell.ring();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(pts_ns: f64) -> Held {
        Held { pts_ns, ..Held::empty() }
    }

    #[test]
    fn a_newer_picture_takes_the_place_and_the_older_one_is_skipped() {
        let mailbox = Mailbox::new(false).unwrap();
        mailbox.put(picture(1.0));
        mailbox.put(picture(2.0));
        assert_eq!(mailbox.counts(), Counts { shown: 0, skipped: 1 });
        let taken = mailbox.take().unwrap();
        assert_eq!(taken.pts_ns, 2.0);
        assert!(!mailbox.is_idle() && mailbox.take().is_none());
        let shown = Shown { pts_ns: 2.0, ingress_ns: 0.0, at: Instant::now() };
        mailbox.done(Some(shown), Duration::from_millis(3));
        assert!(mailbox.is_idle());
        assert_eq!((mailbox.take_last(), mailbox.take_last()), (Some(shown), None));
        assert_eq!(mailbox.counts(), Counts { shown: 1, skipped: 1 });
    }

    #[test]
    fn the_bell_ends_a_wait_that_begins_later() {
        let mailbox = Mailbox::new(false).unwrap();
        mailbox.put(picture(1.0));
        mailbox.wait(None, None);
        mailbox.stop();
        mailbox.wait(None, None);
        assert!(mailbox.is_stopped());
    }
}
