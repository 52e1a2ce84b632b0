//! What a native lane notes for the case that a stage crashes: the signal ends the process, and [`handler`] says before
//! that in which call of which node it came.
//!
//! Hot path: a note costs a look at a value of the thread and two stores. It allocates nothing.

#[cfg(target_os = "linux")]
#[path = "crash_handler.rs"]
mod handler;

#[cfg(target_os = "linux")]
pub(super) use handler::WatchedThread;

/// How a node is named by what says that its stage has crashed.
pub(super) struct Label(Box<str>);

impl Label {
    pub(super) fn new(node: &str, stage: &str) -> Self {
        Self(format!("Node \"{node}\" ({stage})").into())
    }
}

/// Calls a function of a stage, which is named by `call`. `label` is `None` where the stage runs in a process of its own.
#[inline]
pub(super) fn noting<T>(label: Option<&Label>, call: &'static str, body: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    {
        let note = label.map(|label| handler::Note { label, call });
        let _noted = note.as_ref().and_then(handler::Noted::new);
        body()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (label.map(|label| &label.0), call);
        body()
    }
}
