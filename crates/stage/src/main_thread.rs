//! The main thread, for what a system allows nowhere else, such as windows.

use std::ffi::c_void;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sluice_abi::stage::{SLUICE_NO_MAIN, SLUICE_OK, SLUICE_ON_MAIN, SluiceWork};

use crate::calls::panic_text;
use crate::host::{ask, table};
use crate::{Context, abi};

/// The main thread does what this is asked for until it was dropped. It is JavaScript's, which looks some 250 times a second
/// whether there is something to do: what takes longer than a few milliseconds holds the whole program up.
pub struct MainThread(());

/// Why the main thread has not done something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MainError {
    /// [`MainThread::run_and_wait`] was called on the main thread itself, which would have waited for itself.
    OnMain,
    /// The runtime is not on the main thread, or is no longer there.
    NoMain,
    /// What it was to do has panicked, and with what.
    Panicked(String),
}

impl Context {
    /// Has the main thread do things from now on, which [`MainThread`] asks for.
    ///
    /// # Errors
    ///
    /// Why not, such as in a process of the stage's own, or with a host of before 1.9.
    pub fn main_thread(&mut self) -> Result<MainThread, String> {
        match ask!(self.raw(), hold_main(), abi::SLUICE_NO_MAIN) {
            SLUICE_OK => Ok(MainThread(())),
            SLUICE_NO_MAIN => {
                Err("this runtime is too old to have its main thread do something; use a newer Sluice".into())
            }
            _ => Err(self.refusal()),
        }
    }
}

impl MainThread {
    /// Has the main thread do something soon, after what it was asked for before, and does not wait.
    ///
    /// # Errors
    ///
    /// [`MainError::NoMain`]; then it is dropped.
    pub fn run(&self, work: impl FnOnce() + Send + 'static) -> Result<(), MainError> {
        // The address of a place for the work, since the work has more than an address.
        let work: Box<Box<dyn FnOnce() + Send>> = Box::new(Box::new(work));
        run(Box::into_raw(work).cast(), call_boxed, false)
    }

    /// Has the main thread do something, and waits for what it gives. Never call it with a lock that the main thread takes,
    /// or where the main thread waits for this one.
    ///
    /// # Errors
    ///
    /// Why there is nothing.
    pub fn run_and_wait<R: Send, F: FnOnce() -> R + Send>(&self, work: F) -> Result<R, MainError> {
        let mut lent = Lent { work: Some(work), given: None };
        run((&raw mut lent).cast(), call_lent::<F, R>, true)?;
        lent.given.unwrap_or(Err(MainError::NoMain))
    }
}

impl Drop for MainThread {
    fn drop(&mut self) {
        if let Some(release) = table().and_then(|table| table.release_main) {
            // SAFETY: it was held once.
            unsafe { release() };
        }
    }
}

impl fmt::Display for MainError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnMain => {
                out.write_str("the main thread was to wait for itself; do it at once there, or do not wait")
            }
            Self::NoMain => {
                out.write_str("the runtime is not on the main thread of its process; run it there, not in a Worker")
            }
            Self::Panicked(text) => write!(out, "it panicked on the main thread: {text}"),
        }
    }
}

/// Work on the stack of whoever waits.
struct Lent<F, R> {
    work: Option<F>,
    given: Option<Result<R, MainError>>,
}

fn run(data: *mut c_void, call: unsafe extern "C" fn(*mut c_void, u32), wait: bool) -> Result<(), MainError> {
    let work = SluiceWork { size: size_of::<SluiceWork>() as u32, reserved: 0, data, call: Some(call) };
    let Some(run_on_main) = table().and_then(|table| table.run_on_main) else {
        // SAFETY: the function is good for the data, and is called once.
        unsafe { call(data, 0) };
        return Err(MainError::NoMain);
    };
    // SAFETY: the host calls the function once, before this returns if somebody waits.
    match unsafe { run_on_main(&work, u32::from(wait)) } {
        SLUICE_OK => Ok(()),
        SLUICE_ON_MAIN => Err(MainError::OnMain),
        _ => Err(MainError::NoMain),
    }
}

unsafe extern "C" fn call_boxed(data: *mut c_void, is_main: u32) {
    // SAFETY: the address of the place that `MainThread::run` has made, given back once.
    let work = unsafe { Box::from_raw(data.cast::<Box<dyn FnOnce() + Send>>()) };
    // The panic's hook has told it, and nobody waits. What is dropped may panic, too.
    _ = catch_unwind(AssertUnwindSafe(|| if is_main != 0 { work() } else { drop(work) }));
}

unsafe extern "C" fn call_lent<F: FnOnce() -> R, R>(data: *mut c_void, is_main: u32) {
    // SAFETY: it lies on the stack of whoever waits, who looks at it once this has returned.
    let lent = unsafe { &mut *data.cast::<Lent<F, R>>() };
    if let Some(work) = lent.work.take().filter(|_| is_main != 0) {
        let given = catch_unwind(AssertUnwindSafe(work));
        lent.given = Some(given.map_err(|panic| MainError::Panicked(panic_text(&*panic).to_owned())));
    }
}
