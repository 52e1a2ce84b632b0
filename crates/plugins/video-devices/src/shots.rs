//! Pictures of a screen that a thread of their own takes when they are wished for, one at a time.
//!
//! The thread connects, waits for the time of the wish, and hands the picture over; the stage copies it into a frame, gives
//! it back and wishes for the next one. A server that goes away is tried again, after 0.1 s and then after twice as long up
//! to 5 s, with the wish kept.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use sluice_stage::Waker;

use crate::shot::Shot;
use crate::x11::{Capture, Fault, Store, Subject, Wanted};

/// The first pause before the thread connects again, which doubles up to the second.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// How often a window that was closed is looked for.
const LOOK: Duration = Duration::from_millis(500);

/// How often the stage is called where nothing changes, so that its figures go on.
const COUNTS_AFTER: Duration = Duration::from_millis(250);

/// How long the first connection may take, which a server in a network delays.
const CONNECT: Duration = Duration::from_secs(10);

/// What is wanted of the thread.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) subject: Subject,
    pub(crate) period: Duration,
    /// A picture that is as the one before is none.
    pub(crate) only_changes: bool,
    /// A window that has been closed is waited for.
    pub(crate) waits_for_window: bool,
}

/// When the next picture is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) at: Instant,
    /// Also one that is as the one before.
    pub(crate) any: bool,
}

/// What is to be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum News {
    Warning(String),
    /// No picture comes for now, and why.
    Unavailable(String),
    /// Pictures come again.
    Available(String),
    /// No picture comes any more, and why.
    Ended(String),
}

#[derive(Default)]
struct State {
    wish: Option<Wish>,
    /// The picture that was given back.
    last: Option<Shot<Store>>,
    ready: Option<Shot<Store>>,
    news: VecDeque<News>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    stopped: Arc<AtomicBool>,
    /// Pictures that were as the one before, and connections after the first. Relaxed: they are counts for people.
    unchanged: AtomicU64,
    reconnects: AtomicU64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopped(&self) -> bool {
        // Relaxed: who sets it wakes the thread under the lock afterwards.
        self.stopped.load(Ordering::Relaxed)
    }

    /// Waits for a time. `false`: the stage has gone.
    fn sleep_until(&self, time: Instant) -> bool {
        let mut state = self.lock();
        loop {
            let left = time.saturating_duration_since(Instant::now());
            if self.is_stopped() || left.is_zero() {
                return !self.is_stopped();
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The next wish. `None`: the stage has gone.
    fn await_wish(&self) -> Option<Wish> {
        let idle = |state: &mut State| !self.is_stopped() && state.wish.is_none();
        let state = self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        state.wish.filter(|_| !self.is_stopped())
    }
}

/// The thread, as its stage sees it.
pub(crate) struct Shots {
    shared: Arc<Shared>,
}

impl Shots {
    /// Starts the thread, and waits for its first connection.
    ///
    /// # Errors
    ///
    /// Why there are no pictures, and what to do.
    pub(crate) fn start(plan: Plan, waker: Waker) -> Result<Self, String> {
        let shared = Arc::new(Shared::default());
        let (told, first) = mpsc::channel();
        let own = Arc::clone(&shared);
        let body =
            move || Thread { shared: &own, plan: &plan, waker: &waker, gap: false, woken: Instant::now() }.run(&told);
        let builder = thread::Builder::new().name("screen".into());
        builder.spawn(body).map_err(|error| format!("the system gives no thread: {error}"))?;
        let shots = Self { shared };
        match first.recv_timeout(CONNECT) {
            Ok(outcome) => outcome.map(|()| shots),
            Err(_) => Err("the X server does not answer within 10 s; see that it can be reached".into()),
        }
    }

    /// Wishes for a picture, and gives the one before back.
    pub(crate) fn wish(&self, wish: Wish, last: Option<Shot<Store>>) {
        let mut state = self.shared.lock();
        state.wish = Some(wish);
        if last.is_some() {
            state.last = last;
        }
        self.shared.changed.notify_all();
    }

    /// The picture that was wished for, once.
    pub(crate) fn take(&self) -> Option<Shot<Store>> {
        self.shared.lock().ready.take()
    }

    /// What is to be told, once.
    pub(crate) fn take_news(&self) -> Option<News> {
        self.shared.lock().news.pop_front()
    }

    pub(crate) fn unchanged(&self) -> u64 {
        self.shared.unchanged.load(Ordering::Relaxed)
    }

    pub(crate) fn reconnects(&self) -> u64 {
        self.shared.reconnects.load(Ordering::Relaxed)
    }
}

impl Drop for Shots {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // Under the lock, so that the thread either sees it before it waits or is woken.
        let _state = self.shared.lock();
        self.shared.changed.notify_all();
    }
}

/// What runs on the thread.
struct Thread<'a> {
    shared: &'a Shared,
    plan: &'a Plan,
    waker: &'a Waker,
    /// Pictures are missing before the next one.
    gap: bool,
    /// When the stage was woken last, which then gives its figures.
    woken: Instant,
}

impl Thread<'_> {
    fn run(&mut self, first: &mpsc::Sender<Result<(), String>>) {
        let mut capture = match Capture::open(&self.plan.subject, &self.shared.stopped) {
            Ok(capture) => capture,
            Err(why) => {
                // A stage that has given up waiting is not there to be told.
                _ = first.send(Err(why));
                return;
            }
        };
        if capture.is_xwayland() {
            self.tell(News::Warning(
                "the X server is XWayland, which shows the windows of X11 programs alone; log in to an X11 session to \
                 capture the whole screen"
                    .into(),
            ));
        }
        if first.send(Ok(())).is_err() {
            return;
        }
        loop {
            let Some(fault) = self.serve(&mut capture) else { return };
            drop(capture);
            self.gap = true;
            let found = if let Fault::Lost(why) = fault { self.reconnect(&why) } else { self.await_window() };
            match found {
                Some(found) => capture = found,
                None => return,
            }
        }
    }

    /// Takes pictures until that goes no further. `None`: the stage has gone.
    fn serve(&mut self, capture: &mut Capture) -> Option<Fault> {
        // How often in a row there was nothing to capture. A size that changes in between counts once, and is not told of.
        let mut vain = 0;
        loop {
            let wish = self.shared.await_wish()?;
            if !self.shared.sleep_until(wish.at) {
                return None;
            }
            let mut last = self.shared.lock().last.take();
            match capture.shoot(&mut last) {
                Ok(mut shot) => {
                    if std::mem::take(&mut vain) > 1 {
                        self.tell(News::Available("there is something to capture again".into()));
                    }
                    shot.gap = std::mem::take(&mut self.gap);
                    shot.changed |= shot.gap;
                    self.hand_over(shot, wish);
                }
                Err(fault @ (Fault::Lost(_) | Fault::Closed)) => return Some(fault),
                Err(fault) => {
                    vain += 1;
                    if vain == 2 {
                        self.tell(News::Unavailable(match fault {
                            Fault::Outside(width, height) => {
                                format!("nothing of the area is left: the whole has {width} × {height}; waits for more")
                            }
                            _ => "the window is not shown; waits for it".into(),
                        }));
                    }
                    self.gap = true;
                    self.postpone(wish, last);
                }
            }
        }
    }

    /// Hands a picture to the stage, or waits for one that is different.
    fn hand_over(&mut self, shot: Shot<Store>, wish: Wish) {
        if !shot.changed {
            self.shared.unchanged.fetch_add(1, Ordering::Relaxed);
            if self.plan.only_changes && !wish.any {
                self.postpone(wish, Some(shot));
                if self.woken.elapsed() >= COUNTS_AFTER {
                    self.wake();
                }
                return;
            }
        }
        let mut state = self.shared.lock();
        (state.ready, state.wish) = (Some(shot), None);
        drop(state);
        self.wake();
    }

    fn wake(&mut self) {
        self.woken = Instant::now();
        self.waker.wake();
    }

    /// Keeps a wish for the next time.
    fn postpone(&self, wish: Wish, last: Option<Shot<Store>>) {
        let mut state = self.shared.lock();
        state.wish = Some(Wish { at: (wish.at + self.plan.period).max(Instant::now()), ..wish });
        state.last = last;
    }

    /// Connects again. `None`: the stage has gone.
    fn reconnect(&mut self, why: &str) -> Option<Capture> {
        self.tell(News::Unavailable(format!("the X server has gone, and is tried again: {why}")));
        let mut pause = FIRST_PAUSE;
        loop {
            if !self.shared.sleep_until(Instant::now() + pause) {
                return None;
            }
            if let Ok(capture) = Capture::open(&self.plan.subject, &self.shared.stopped) {
                self.shared.reconnects.fetch_add(1, Ordering::Relaxed);
                self.tell(News::Available("the X server is there again".into()));
                return Some(capture);
            }
            pause = LAST_PAUSE.min(pause * 2);
        }
    }

    /// Waits for a window that was closed. `None`: the stage has gone, or does not wait.
    fn await_window(&mut self) -> Option<Capture> {
        let wanted = self.plan.subject.window.as_ref()?;
        let name = wanted.quoted();
        // No other window means what a number meant.
        if !self.plan.waits_for_window || matches!(wanted, Wanted::Number(_)) {
            self.tell(News::Ended(format!("window {name} has been closed")));
            return None;
        }
        self.tell(News::Unavailable(format!("window {name} has been closed; waits for one of that title")));
        loop {
            if !self.shared.sleep_until(Instant::now() + LOOK) {
                return None;
            }
            if let Ok(capture) = Capture::open(&self.plan.subject, &self.shared.stopped) {
                self.tell(News::Available(format!("window {name} is there again")));
                return Some(capture);
            }
        }
    }

    fn tell(&self, news: News) {
        self.shared.lock().news.push_back(news);
        self.waker.wake();
    }
}
