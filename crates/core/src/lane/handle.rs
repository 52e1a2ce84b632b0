//! The control isolate's end of a native lane.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::control::Control;
use crate::parker::Parker;

use super::COMMAND_INBOX_BIT;
#[cfg(target_os = "linux")]
use super::crash::WatchedThread;
use super::mailbox::{Command, Mailbox, Report};
use super::node::panic_text;
use super::runner;
use super::spec::LaneSpec;

/// A native lane and its thread.
pub struct NativeLane {
    mailbox: Arc<Mailbox>,
    control: Control,
    lane: u32,
    thread: Option<JoinHandle<()>>,
}

impl NativeLane {
    /// Starts the thread. It makes its stages and reports `Opened`, or `Failed`.
    ///
    /// # Errors
    ///
    /// If the control arena is invalid, or the system refuses a thread.
    pub fn spawn(spec: LaneSpec) -> Result<Self, String> {
        let control = Control::open(&spec.control)?;
        let mailbox = Arc::new(Mailbox::default());
        let lane = spec.lane;
        let own = Arc::clone(&mailbox);
        let body = move || {
            #[cfg(target_os = "linux")]
            let _watched = WatchedThread::enter();
            // Stages are called behind a catch of their own; this one is for mistakes of the lane itself.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| runner::live(spec, &own))) {
                own.report(Report::Failed { node: None, text: panic_text(&*panic), panicked: true, set_aside: false });
            }
            // Arenas and pools were let go before the report: whoever reads it may release them.
            own.report(Report::Closed);
        };
        // The system cuts names to 15 bytes.
        let builder = thread::Builder::new().name(format!("sluice-{lane}"));
        let thread = builder.spawn(body).map_err(|error| format!("the system gives no thread: {error}"))?;
        Ok(Self { mailbox, control, lane, thread: Some(thread) })
    }

    /// Gives the lane a command and wakes it.
    pub fn command(&self, command: Command) {
        self.mailbox.command(command);
        if let Some(doorbell) = self.control.doorbell(self.lane) {
            doorbell.signal(COMMAND_INBOX_BIT, &Parker::default());
            self.control.call_attention(self.lane);
        }
        // For a lane that could not open, which does not look at its doorbell.
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    /// Ends the calls that isolated stages do, or are given from now on, by killing their processes. Nothing ends a call in
    /// this process.
    pub fn end_calls(&self) {
        #[cfg(target_os = "linux")]
        self.mailbox.guests.end_calls();
    }

    /// The oldest report that was not taken yet.
    #[must_use]
    pub fn next_report(&self) -> Option<Report> {
        self.mailbox.next_report()
    }

    /// Waits for the thread, which has reported `Closed`, to end. Before that, lets it go on by itself: a stage that
    /// hangs cannot be stopped.
    pub fn finish(mut self, closed: bool) {
        if let Some(thread) = self.thread.take() {
            if closed {
                // The thread's body catches panics.
                let _ = thread.join();
            }
        }
    }
}
