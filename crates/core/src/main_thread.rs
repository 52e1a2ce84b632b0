//! What stages have the main thread do: on some systems windows and menus are the main thread's alone.
//!
//! A queue of work, and for whoever waits a bell of its own. The main thread is JavaScript's: it looks at the queue only
//! while somebody holds it, some times in a row with everything else that it does. Nobody may wait for it on the main
//! thread itself, nor where nobody looks at the queue: that is refused, and nothing hangs.
//!
//! Locks are held for a moment. `run` and `run_and_wait` allocate; they are for windows, not for frames.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

/// Work for the main thread.
pub type Work = Box<dyn FnOnce() + Send>;

/// Why the main thread does not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The caller is the main thread, and would wait for itself.
    OnMain,
    /// Nobody holds the main thread, or nobody looks at its queue: the runtime is not on the main thread, or this is a
    /// process of a stage.
    NoMain,
}

/// What the main thread is to do after a look at the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Nobody holds it, and nothing waits.
    NotWanted,
    /// It looks again soon.
    Wanted,
    /// The caller is not the main thread.
    Elsewhere,
}

/// The main thread of this process.
pub static MAIN: MainThread = MainThread::new();

/// A thread that does what others ask for.
pub struct MainThread(Mutex<State>);

struct State {
    queue: VecDeque<Queued>,
    /// How many hold it.
    holders: usize,
    /// The thread that looks at the queue, once it has.
    main: Option<ThreadId>,
    /// Nobody ever looks.
    is_absent: bool,
}

struct Queued {
    work: Work,
    /// Whoever waits for it.
    bell: Option<Arc<Bell>>,
}

/// Rung once.
#[derive(Default)]
struct Bell {
    outcome: Mutex<Option<Result<(), Refused>>>,
    rung: Condvar,
}

impl MainThread {
    /// One that nobody has looked at yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(State { queue: VecDeque::new(), holders: 0, main: None, is_absent: false }))
    }

    /// Has the main thread look at the queue until [`MainThread::release`] was called as often.
    ///
    /// # Errors
    ///
    /// `NoMain`.
    pub fn hold(&self) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.is_absent {
            return Err(Refused::NoMain);
        }
        state.holders += 1;
        Ok(())
    }

    /// Lets go of what [`MainThread::hold`] asked for. What is in the queue is still done.
    pub fn release(&self) {
        let mut state = self.lock();
        state.holders = state.holders.saturating_sub(1);
    }

    /// Has the main thread do something after what it was given before. It may be called on the main thread, too.
    ///
    /// # Errors
    ///
    /// `NoMain`.
    pub fn run(&self, work: Work) -> Result<(), Refused> {
        self.push(Queued { work, bell: None })
    }

    /// As [`MainThread::run`], and waits until it is done. A panic of the work is not told: it catches its own.
    ///
    /// # Errors
    ///
    /// Why it was not done.
    pub fn run_and_wait(&self, work: Work) -> Result<(), Refused> {
        let here = Some(std::thread::current().id());
        if self.lock().main == here {
            return Err(Refused::OnMain);
        }
        let bell = Arc::<Bell>::default();
        self.push(Queued { work, bell: Some(Arc::clone(&bell)) })?;
        bell.wait()
    }

    /// Does what is in the queue, on the main thread. What is added meanwhile waits for the next time, so that it returns.
    pub fn look(&self, is_main: bool) -> Look {
        let mut state = self.lock();
        if !is_main {
            // A runtime on another thread: if no other one has looked on the main thread, nobody does.
            if state.main.is_none() {
                let given_up = state.give_up();
                drop(state);
                given_up.into_iter().for_each(|queued| queued.end(Err(Refused::NoMain)));
            }
            return Look::Elsewhere;
        }
        state.main = Some(std::thread::current().id());
        state.is_absent = false;
        let queue = std::mem::take(&mut state.queue);
        if queue.is_empty() && state.holders == 0 {
            return Look::NotWanted;
        }
        drop(state);
        for Queued { work, bell } in queue {
            // Whoever has made it has caught its panics; this keeps those of others from the rest of the queue.
            _ = catch_unwind(AssertUnwindSafe(work));
            if let Some(bell) = bell {
                bell.ring(Ok(()));
            }
        }
        Look::Wanted
    }

    /// Says that nobody will ever look: in a process that has no runtime. Whoever waits is refused.
    pub fn give_up(&self) {
        let given_up = self.lock().give_up();
        given_up.into_iter().for_each(|queued| queued.end(Err(Refused::NoMain)));
    }

    fn push(&self, queued: Queued) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.is_absent || state.holders == 0 {
            return Err(Refused::NoMain);
        }
        state.queue.push_back(queued);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MainThread {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    fn give_up(&mut self) -> VecDeque<Queued> {
        self.is_absent = true;
        std::mem::take(&mut self.queue)
    }
}

impl Queued {
    /// Ends it undone. Whoever waits may have lent what the work has: that goes first.
    fn end(self, outcome: Result<(), Refused>) {
        let Self { work, bell } = self;
        drop(work);
        if let Some(bell) = bell {
            bell.ring(outcome);
        }
    }
}

impl Bell {
    fn ring(&self, outcome: Result<(), Refused>) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.rung.notify_one();
    }

    fn wait(&self) -> Result<(), Refused> {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(outcome) = *outcome {
                return outcome;
            }
            outcome = self.rung.wait(outcome).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Whether this is the thread on which the process began.
#[must_use]
pub fn is_main() -> bool {
    #[cfg(target_os = "linux")]
    // SAFETY: both give a number and take nothing.
    return unsafe { libc::gettid() == libc::getpid() };
    #[cfg(target_os = "macos")]
    // SAFETY: as above.
    return unsafe { libc::pthread_main_np() != 0 };
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    // There no system has work for the main thread alone.
    return false;
}

/// Has the system's own loop of the main thread do what is due, and returns at once.
pub fn pass_system_loop() {
    #[cfg(target_os = "macos")]
    {
        #[link(name = "CoreFoundation", kind = "framework")]
        unsafe extern "C" {
            static kCFRunLoopDefaultMode: *const std::ffi::c_void;
            fn CFRunLoopRunInMode(mode: *const std::ffi::c_void, seconds: f64, one_only: u8) -> i32;
        }
        const HANDLED_SOURCE: i32 = 4;
        const MOST_SOURCES: usize = 64;
        // SAFETY: a constant, which names a mode; with no time it returns as soon as nothing is due.
        let pass = || unsafe { CFRunLoopRunInMode(kCFRunLoopDefaultMode, 0.0, 1) };
        _ = (0..MOST_SOURCES).take_while(|_| pass() == HANDLED_SOURCE).count();
    }
}

#[cfg(test)]
#[path = "main_thread_tests.rs"]
mod tests;
