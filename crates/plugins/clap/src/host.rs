//! What a plugin sees of this host: who it is, on which thread a call is, and what the plugin may ask for.
//!
//! A plugin calls `request_callback`, `request_restart` and `log` from any thread: they set an atomic flag, or add a line
//! under a lock that the lane holds only to take the lines.

use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_host_audio_ports};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::log::{CLAP_EXT_LOG, CLAP_LOG_WARNING, clap_host_log, clap_log_severity};
use clap_sys::ext::note_ports::{
    CLAP_EXT_NOTE_PORTS, CLAP_NOTE_DIALECT_CLAP, CLAP_NOTE_DIALECT_MIDI, clap_host_note_ports, clap_note_dialect,
};
use clap_sys::ext::params::{
    CLAP_EXT_PARAMS, CLAP_PARAM_RESCAN_ALL, CLAP_PARAM_RESCAN_INFO, clap_host_params, clap_param_clear_flags,
    clap_param_rescan_flags,
};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_host_tail};
use clap_sys::ext::thread_check::{CLAP_EXT_THREAD_CHECK, clap_host_thread_check};
use clap_sys::host::clap_host;
use clap_sys::id::clap_id;
use clap_sys::version::CLAP_VERSION;

use crate::texts::text_at;

/// Most lines of a plugin's log that wait for the lane; further ones are dropped.
const MOST_LINES: usize = 256;

/// A line that a plugin has logged.
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) is_warning: bool,
}

/// The host of one instance. It stays at its address as long as the instance.
pub(crate) struct Host {
    table: clap_host,
    shared: Shared,
}

struct Shared {
    /// The thread of the lane.
    thread: ThreadId,
    /// True while a function of the audio thread runs. Written by the lane, read on any thread.
    in_audio: AtomicBool,
    /// Each is set by the plugin on any thread, and taken by the lane.
    callback: AtomicBool,
    restart: AtomicBool,
    parameters: AtomicBool,
    lines: Mutex<Vec<Line>>,
}

impl Host {
    /// The host of an instance that this thread makes, calls and destroys.
    pub(crate) fn new() -> Box<Self> {
        let mut host = Box::new(Self {
            table: clap_host {
                clap_version: CLAP_VERSION,
                host_data: std::ptr::null_mut(),
                name: c"Sluice".as_ptr(),
                vendor: c"The Sluice authors".as_ptr(),
                url: c"".as_ptr(),
                version: concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast(),
                get_extension: Some(get_extension),
                request_restart: Some(request_restart),
                // It is called with every block.
                request_process: Some(pass_over),
                request_callback: Some(request_callback),
            },
            shared: Shared {
                thread: thread::current().id(),
                in_audio: AtomicBool::new(false),
                callback: AtomicBool::new(false),
                restart: AtomicBool::new(false),
                parameters: AtomicBool::new(false),
                lines: Mutex::new(Vec::new()),
            },
        });
        host.table.host_data = (&raw const host.shared).cast_mut().cast();
        host
    }

    /// The table that a plugin is made with.
    pub(crate) fn table(&self) -> *const clap_host {
        &raw const self.table
    }

    /// Runs a function of the audio thread.
    pub(crate) fn as_audio<T>(&self, call: impl FnOnce() -> T) -> T {
        self.shared.in_audio.store(true, Ordering::Relaxed);
        let outcome = call();
        self.shared.in_audio.store(false, Ordering::Relaxed);
        outcome
    }

    /// Whether the plugin has asked to be called on the main thread, since the last call of this.
    pub(crate) fn take_callback(&self) -> bool {
        // Acquire: what the plugin wrote before it asked is seen; its store releases it.
        self.shared.callback.load(Ordering::Relaxed) && self.shared.callback.swap(false, Ordering::Acquire)
    }

    /// Whether the plugin has asked to be deactivated and activated, since the last call of this.
    pub(crate) fn take_restart(&self) -> bool {
        self.shared.restart.load(Ordering::Relaxed) && self.shared.restart.swap(false, Ordering::Acquire)
    }

    /// Whether the plugin has other parameters than before, since the last call of this.
    pub(crate) fn take_parameters(&self) -> bool {
        self.shared.parameters.load(Ordering::Relaxed) && self.shared.parameters.swap(false, Ordering::Acquire)
    }

    /// What the plugin has logged since the last call of this.
    pub(crate) fn take_lines(&self) -> Vec<Line> {
        std::mem::take(&mut *self.shared.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// # Safety
///
/// `host` is the table of a [`Host`] that lives during the call.
unsafe fn shared<'a>(host: *const clap_host) -> &'a Shared {
    // SAFETY: `Host::new` has stored the address, and all of it may be used on any thread.
    unsafe { &*(*host).host_data.cast::<Shared>() }
}

unsafe extern "C" fn get_extension(_: *const clap_host, id: *const c_char) -> *const c_void {
    static AUDIO_PORTS: clap_host_audio_ports =
        clap_host_audio_ports { is_rescan_flag_supported: Some(refuse_rescan), rescan: Some(pass_over_flags) };
    static LATENCY: clap_host_latency = clap_host_latency { changed: Some(pass_over) };
    static LOG: clap_host_log = clap_host_log { log: Some(log) };
    static NOTE_PORTS: clap_host_note_ports =
        clap_host_note_ports { supported_dialects: Some(supported_dialects), rescan: Some(pass_over_flags) };
    static PARAMS: clap_host_params = clap_host_params {
        rescan: Some(rescan_parameters),
        clear: Some(clear_parameter),
        request_flush: Some(pass_over),
    };
    static STATE: clap_host_state = clap_host_state { mark_dirty: Some(pass_over) };
    static TAIL: clap_host_tail = clap_host_tail { changed: Some(pass_over) };
    static THREADS: clap_host_thread_check =
        clap_host_thread_check { is_main_thread: Some(is_main_thread), is_audio_thread: Some(is_audio_thread) };
    if id.is_null() {
        return std::ptr::null();
    }
    // SAFETY: a plugin passes a C string.
    match unsafe { CStr::from_ptr(id) } {
        id if id == CLAP_EXT_AUDIO_PORTS => (&raw const AUDIO_PORTS).cast(),
        id if id == CLAP_EXT_LATENCY => (&raw const LATENCY).cast(),
        id if id == CLAP_EXT_LOG => (&raw const LOG).cast(),
        id if id == CLAP_EXT_NOTE_PORTS => (&raw const NOTE_PORTS).cast(),
        id if id == CLAP_EXT_PARAMS => (&raw const PARAMS).cast(),
        id if id == CLAP_EXT_STATE => (&raw const STATE).cast(),
        id if id == CLAP_EXT_TAIL => (&raw const TAIL).cast(),
        id if id == CLAP_EXT_THREAD_CHECK => (&raw const THREADS).cast(),
        _ => std::ptr::null(),
    }
}

/// What needs nothing: the host asks for it whenever it uses it.
unsafe extern "C" fn pass_over(_: *const clap_host) {}

unsafe extern "C" fn pass_over_flags(_: *const clap_host, _: u32) {}

unsafe extern "C" fn refuse_rescan(_: *const clap_host, _: u32) -> bool {
    false
}

unsafe extern "C" fn supported_dialects(_: *const clap_host) -> clap_note_dialect {
    CLAP_NOTE_DIALECT_CLAP | CLAP_NOTE_DIALECT_MIDI
}

unsafe extern "C" fn clear_parameter(_: *const clap_host, _: clap_id, _: clap_param_clear_flags) {}

unsafe extern "C" fn request_restart(host: *const clap_host) {
    // SAFETY: a plugin passes the host that it was made with.
    unsafe { shared(host) }.restart.store(true, Ordering::Release);
}

unsafe extern "C" fn request_callback(host: *const clap_host) {
    // SAFETY: as above.
    unsafe { shared(host) }.callback.store(true, Ordering::Release);
}

unsafe extern "C" fn rescan_parameters(host: *const clap_host, flags: clap_param_rescan_flags) {
    if flags & (CLAP_PARAM_RESCAN_ALL | CLAP_PARAM_RESCAN_INFO) != 0 {
        // SAFETY: as above.
        unsafe { shared(host) }.parameters.store(true, Ordering::Release);
    }
}

unsafe extern "C" fn is_main_thread(host: *const clap_host) -> bool {
    // SAFETY: as above.
    let shared = unsafe { shared(host) };
    thread::current().id() == shared.thread && !shared.in_audio.load(Ordering::Relaxed)
}

unsafe extern "C" fn is_audio_thread(host: *const clap_host) -> bool {
    // SAFETY: as above.
    let shared = unsafe { shared(host) };
    thread::current().id() == shared.thread && shared.in_audio.load(Ordering::Relaxed)
}

unsafe extern "C" fn log(host: *const clap_host, severity: clap_log_severity, text: *const c_char) {
    // SAFETY: a plugin passes the host that it was made with, and a C string.
    let (shared, text) = unsafe { (shared(host), text_at(text)) };
    let mut lines = shared.lines.lock().unwrap_or_else(PoisonError::into_inner);
    if lines.len() < MOST_LINES {
        lines.push(Line { text, is_warning: severity >= CLAP_LOG_WARNING });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_the_main_thread_or_the_audio_thread_and_others_are_none() {
        let host = Host::new();
        let told = |host: &Host| {
            // SAFETY: the table of a host that lives.
            unsafe { (is_main_thread(host.table()), is_audio_thread(host.table())) }
        };
        assert_eq!(told(&host), (true, false));
        assert_eq!(host.as_audio(|| told(&host)), (false, true));
        assert_eq!(thread::scope(|scope| scope.spawn(|| told(&host)).join().unwrap()), (false, false));
    }

    #[test]
    fn what_a_plugin_asks_for_is_taken_once_and_lines_are_limited() {
        let host = Host::new();
        // SAFETY: as above, and texts that live.
        unsafe {
            request_callback(host.table());
            (0..MOST_LINES + 9).for_each(|_| log(host.table(), CLAP_LOG_WARNING, c"warm".as_ptr()));
            assert!(get_extension(host.table(), c"clap.gui".as_ptr()).is_null());
            assert!(!get_extension(host.table(), CLAP_EXT_LOG.as_ptr()).is_null());
        }
        assert!(host.take_callback() && !host.take_callback() && !host.take_restart());
        let lines = host.take_lines();
        assert!(lines.len() == MOST_LINES && lines[0].is_warning && lines[0].text == "warm");
        assert!(host.take_lines().is_empty());
    }
}
