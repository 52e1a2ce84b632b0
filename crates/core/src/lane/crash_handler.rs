//! Says on standard error that a stage has crashed, before the process ends by the same signal.
//!
//! The handler is async-signal-safe: it reads what was prepared, and makes system calls. What the thread has noted is
//! found by a key of the C library, since the first look at a variable of the thread may allocate in a library that was
//! loaded late.
//!
//! Whatever handled the signal before is called first, for it may recover, as handlers of language runtimes do. A crash
//! is told only where the default action is then in effect, which ends the process. Nothing is said in a process that a
//! stage has forked: the end of that is not the end of the runtime.
//!
//! A stage that calls `exit()` ends the process too, as if the run had gone well: that is told in the same way, and the
//! process ends with 1. `_exit()` asks nobody before it ends a process, so that nothing can be said of it here.

use std::ffi::{c_int, c_void};
use std::marker::PhantomPinned;
use std::mem::{MaybeUninit, transmute};
use std::ops::Range;
use std::pin::Pin;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, Ordering, compiler_fence};

use crate::isolation::signal_meaning;

use super::Label;

/// What a crash ends a process by.
const SIGNALS: [c_int; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT];

/// Bytes of the stack that the handler has, and those of its thread that handled such a signal before.
const HANDLER_STACK: usize = 1 << 16;

/// How far beyond the end of its stack a function may reach that has many variables.
const OVERFLOW_REACH: usize = 1 << 16;

/// What is to be done about it.
const ENDS_ALL: &str =
    "this ends the whole process; run the node with isolate: \"process\", so that a crash ends its stage alone\n";

/// The key by which a thread finds its [`WatchedThread`], and one more; 0: there is none.
static KEY: AtomicU32 = AtomicU32::new(0);

/// The process that the handler was installed in.
static PROCESS: AtomicI32 = AtomicI32::new(0);

/// What handled the signals before.
static FORMER: OnceLock<[libc::sigaction; SIGNALS.len()]> = OnceLock::new();

/// A call that is running. It lies on the stack of its thread.
pub(in crate::lane) struct Note<'a> {
    pub(super) label: &'a Label,
    pub(super) call: &'static str,
}

/// A thread that runs stages. Crashes in their calls are told as long as it lives.
pub(in crate::lane) struct WatchedThread {
    /// A [`Note`], or null.
    note: AtomicPtr<c_void>,
    /// Addresses which its stack overflows to.
    overflow: Range<usize>,
    /// Where the handler's stack was mapped; null: the thread had one.
    handler_stack: *mut c_void,
    _pinned: PhantomPinned,
}

/// Has crashes told on threads that are watched. Cold.
pub(in crate::lane) fn install() {
    FORMER.get_or_init(|| {
        let mut key = 0;
        // SAFETY: the record takes the key.
        if unsafe { libc::pthread_key_create(&raw mut key, None) } == 0 {
            KEY.store(key + 1, Ordering::Release);
        }
        SIGNALS.map(|signal| {
            let mut former = MaybeUninit::<libc::sigaction>::zeroed();
            // SAFETY: asks what handles the signal; all zero is the default.
            unsafe {
                libc::sigaction(signal, ptr::null(), former.as_mut_ptr());
                former.assume_init()
            }
        })
    });
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        // The handler needs what is noted above.
        let Some(former) = FORMER.get() else { return };
        // SAFETY: has no conditions.
        PROCESS.store(unsafe { libc::getpid() }, Ordering::Relaxed);
        for (signal, former) in SIGNALS.into_iter().zip(former) {
            let own = libc::sigaction {
                sa_sigaction: on_signal as extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) as usize,
                sa_flags: libc::SA_SIGINFO | libc::SA_ONSTACK | (former.sa_flags & libc::SA_NODEFER),
                ..*former
            };
            // SAFETY: the function is a handler as the flags say, and stays: this library is never unloaded.
            unsafe { libc::sigaction(signal, &raw const own, ptr::null_mut()) };
        }
        // SAFETY: the function stays, as above.
        unsafe { libc::atexit(on_exit) };
    });
}

impl WatchedThread {
    /// Watches the calling thread, and gives it a stack for handlers of signals.
    pub(in crate::lane) fn enter() -> Pin<Box<Self>> {
        install();
        let thread = Box::pin(Self {
            note: AtomicPtr::new(ptr::null_mut()),
            overflow: stack_overflow().unwrap_or(0..0),
            handler_stack: make_handler_stack(),
            _pinned: PhantomPinned,
        });
        set_own(ptr::from_ref(&*thread).cast());
        thread
    }
}

impl Drop for WatchedThread {
    fn drop(&mut self) {
        set_own(ptr::null());
        if self.handler_stack.is_null() {
            return;
        }
        let none = libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 };
        // SAFETY: no handler runs, and nothing else uses the pages.
        unsafe {
            libc::sigaltstack(&raw const none, ptr::null_mut());
            libc::munmap(self.handler_stack, 2 * HANDLER_STACK);
        }
    }
}

/// A note that is in effect.
pub(super) struct Noted<'a>(&'a AtomicPtr<c_void>);

impl<'a> Noted<'a> {
    /// `None`: the thread is not watched.
    #[inline]
    pub(super) fn new(note: &'a Note<'_>) -> Option<Self> {
        let own = own()?;
        own.note.store(ptr::from_ref(note).cast_mut().cast(), Ordering::Relaxed);
        // What the handler is to find stands before the call begins.
        compiler_fence(Ordering::Release);
        Some(Self(&own.note))
    }
}

impl Drop for Noted<'_> {
    #[inline]
    fn drop(&mut self) {
        compiler_fence(Ordering::Release);
        self.0.store(ptr::null_mut(), Ordering::Relaxed);
    }
}

/// The calling thread, if it is watched.
#[inline]
fn own<'a>() -> Option<&'a WatchedThread> {
    let key = KEY.load(Ordering::Relaxed).checked_sub(1)?;
    // SAFETY: the value is null, or that of a watched thread, which takes it back before it goes.
    unsafe { libc::pthread_getspecific(key).cast::<WatchedThread>().as_ref() }
}

fn set_own(thread: *const c_void) {
    if let Some(key) = KEY.load(Ordering::Acquire).checked_sub(1) {
        // SAFETY: the key is this module's. Where the system has no memory for it, crashes are not told.
        unsafe { libc::pthread_setspecific(key, thread) };
    }
}

/// Where the thread's stack overflows to.
fn stack_overflow() -> Option<Range<usize>> {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut low, mut size) = (ptr::null_mut(), 0);
    // SAFETY: the system fills the attributes in where it answers so, and they are freed once.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let found = libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut low, &raw mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        (found == 0).then(|| low.addr().saturating_sub(OVERFLOW_REACH)..low.addr() + OVERFLOW_REACH.min(size / 4))
    }
}

/// Maps a stack for handlers, below which lies as much that nobody may touch. Null: the thread has one, or gets none.
fn make_handler_stack() -> *mut c_void {
    let mut there = libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: 0, ss_size: 0 };
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: maps pages of its own, and gives the upper half to the thread.
    unsafe {
        if libc::sigaltstack(ptr::null(), &raw mut there) != 0 || there.ss_flags & libc::SS_DISABLE == 0 {
            return ptr::null_mut();
        }
        let pages = libc::mmap(ptr::null_mut(), 2 * HANDLER_STACK, libc::PROT_NONE, flags, -1, 0);
        if pages == libc::MAP_FAILED {
            return ptr::null_mut();
        }
        let upper = pages.byte_add(HANDLER_STACK);
        let stack = libc::stack_t { ss_sp: upper, ss_flags: 0, ss_size: HANDLER_STACK };
        let usable = libc::mprotect(upper, HANDLER_STACK, libc::PROT_READ | libc::PROT_WRITE) == 0;
        if !usable || libc::sigaltstack(&raw const stack, ptr::null_mut()) != 0 {
            libc::munmap(pages, 2 * HANDLER_STACK);
            return ptr::null_mut();
        }
        pages
    }
}

/// The process ends by `exit()`: says so, if a stage has called it.
extern "C" fn on_exit() {
    // SAFETY: has no conditions.
    let is_own = unsafe { libc::getpid() } == PROCESS.load(Ordering::Relaxed);
    let Some(thread) = own().filter(|_| is_own) else { return };
    // SAFETY: a note that is in effect lies on this thread's stack, which this function is called on.
    if let Some(note) = unsafe { thread.note.load(Ordering::Relaxed).cast::<Note<'_>>().as_ref() } {
        write(&["error: ", &note.label.0, " called exit() in ", note.call, "(); ", ENDS_ALL]);
        // SAFETY: has no conditions. What else is to be done at an exit would go on as if the run had ended well.
        unsafe { libc::_exit(1) };
    }
}

extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the system gives a handler the record, in which a signal of a process has its sender.
    let (process, is_fault, sender) = unsafe { (libc::getpid(), (*info).si_code > 0, (*info).si_pid()) };
    let known = SIGNALS.iter().position(|&each| each == signal);
    let former = FORMER.get().zip(known).map(|(all, place)| &all[place]);
    let handler = former.map_or(libc::SIG_DFL, |former| former.sa_sigaction);
    if handler == libc::SIG_IGN && !is_fault {
        return;
    }
    let is_handled = handler != libc::SIG_DFL && handler != libc::SIG_IGN;
    if is_handled {
        let takes_info = former.is_some_and(|former| former.sa_flags & libc::SA_SIGINFO != 0);
        call(handler, takes_info, signal, info, context);
    } else {
        // SAFETY: all zero is the default action.
        unsafe { libc::sigaction(signal, &MaybeUninit::zeroed().assume_init(), ptr::null_mut()) };
    }
    // A handler that has not recovered leaves the rest to the default. Of the signals that are sent, `abort()` alone
    // sends its own again.
    let ends = !is_handled || ((is_fault || signal == libc::SIGABRT) && is_default(signal));
    let is_own = process == PROCESS.load(Ordering::Relaxed) && (is_fault || sender == process);
    if let Some(thread) = own().filter(|_| ends && is_own) {
        // Once: another handler may have called this one, and may abort.
        let note = thread.note.swap(ptr::null_mut(), Ordering::Relaxed).cast::<Note<'_>>();
        // SAFETY: a note that is in effect lies on this thread's stack, below which the handler does not run.
        if let Some(note) = unsafe { note.as_ref() } {
            // SAFETY: as above; a fault has its address.
            let at = if is_fault { unsafe { (*info).si_addr() }.addr() } else { 0 };
            let is_overflow = signal == libc::SIGSEGV && thread.overflow.contains(&at);
            say(note, signal, is_overflow);
        }
    }
    // A fault recurs when the handler returns. What was sent does not.
    if !is_handled && !is_fault {
        // SAFETY: has no conditions.
        unsafe { libc::raise(signal) };
    }
}

/// Says what a thread was doing.
fn say(note: &Note<'_>, signal: c_int, is_overflow: bool) {
    let meaning = if is_overflow { "SIGSEGV, an overflow of its stack" } else { signal_meaning(signal).unwrap_or("?") };
    write(&["error: ", &note.label.0, " crashed in ", note.call, "() by ", meaning, "; ", ENDS_ALL]);
}

/// Writes a line, all at once.
fn write<const N: usize>(texts: &[&str; N]) {
    let parts = texts.map(|text| libc::iovec { iov_base: text.as_ptr().cast_mut().cast(), iov_len: text.len() });
    // SAFETY: the texts are there during the call.
    unsafe { libc::writev(libc::STDERR_FILENO, parts.as_ptr(), parts.len() as c_int) };
}

/// Calls what handled the signal before.
fn call(handler: usize, takes_info: bool, signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the handler has the type that its flags say.
    unsafe {
        if takes_info {
            transmute::<usize, extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void)>(handler)(signal, info, context);
        } else {
            transmute::<usize, extern "C" fn(c_int)>(handler)(signal);
        }
    }
}

/// Whether the default action is in effect: a fault that is ignored ends the process, too.
fn is_default(signal: c_int) -> bool {
    let mut now = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: asks what handles the signal; all zero is the default.
    let handler = unsafe {
        libc::sigaction(signal, ptr::null(), now.as_mut_ptr());
        now.assume_init().sa_sigaction
    };
    handler == libc::SIG_DFL || handler == libc::SIG_IGN
}
