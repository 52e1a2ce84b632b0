//! A call of a stage that is running, as the functions of the host know it: a context is the address of the [`Call`] on
//! the stack of the lane's thread, and good until the stage returns.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use sluice_abi::kind;
use sluice_abi::stage::SluiceContext;

use crate::lane::settings::Settings;
use crate::lane::{Frame, NodeAccess};

use super::guards::Guards;
use super::loaded_stage::LoadedStage;
use super::misfit::misfit;

/// What a stage has given its host in a call.
pub(super) struct Given {
    pub(super) state: Vec<u8>,
    pub(super) answer: Option<String>,
}

/// A call of a stage that is running.
pub(super) struct Call<'a, L: NodeAccess> {
    /// `None`: the node is not at work, as while it is made.
    pub(super) lane: Option<&'a mut L>,
    pub(super) settings: &'a Settings,
    pub(super) kind: &'static LoadedStage,
    pub(super) bell: &'a L::Bell,
    fault: Option<String>,
    /// The first encoded frame that was read of a codec that its input does not take.
    misfit: Option<String>,
    /// Why the last function refused.
    pub(super) reason: Option<CString>,
    pub(super) state: Vec<u8>,
    pub(super) answer: Option<String>,
    /// Texts that were handed out.
    pub(super) texts: Vec<CString>,
    /// The frames' copies, in development mode.
    pub(super) guards: Option<Guards>,
}

impl<'a, L: NodeAccess> Call<'a, L> {
    pub(super) fn new(
        lane: Option<&'a mut L>,
        settings: &'a Settings,
        kind: &'static LoadedStage,
        bell: &'a L::Bell,
    ) -> Self {
        let (state, texts) = (Vec::new(), Vec::new());
        let guards = lane.as_ref().is_some_and(|lane| lane.is_development()).then(Guards::default);
        Self { lane, settings, kind, bell, fault: None, misfit: None, reason: None, state, answer: None, texts, guards }
    }

    /// Puts back what the stage wrote to a frame that is to leave the call. `false`: it also wrote elsewhere, and is to
    /// fail.
    pub(super) fn put_back(&mut self, frame: Frame) -> bool {
        match (&mut self.guards, self.lane.as_deref_mut()) {
            (Some(guards), Some(lane)) => guards.put_back(lane, frame),
            _ => true,
        }
    }

    /// Gives the address by which the stage reaches what lies at one in a frame.
    pub(super) fn address_for_stage(&mut self, frame: u32, address: *mut u8, to_write: bool) -> *mut u8 {
        match (&mut self.guards, self.lane.as_deref_mut(), own(frame)) {
            (Some(guards), Some(lane), Some(frame)) => guards.stand_in(lane, frame, address, to_write),
            _ => address,
        }
    }

    /// Notes a frame that was read.
    #[inline]
    pub(super) fn note_read(&mut self, input: u32, frame: Frame) {
        let Some(port) = self.kind.inputs.get(input as usize) else { return };
        if let Some(guards) = &mut self.guards {
            guards.note(frame, &port.name);
        }
        if port.kind != kind::ENCODED || port.formats.is_empty() || self.misfit.is_some() {
            return;
        }
        let header = self.lane.as_ref().and_then(|lane| lane.header(frame));
        // SAFETY: the tick owns the frame.
        self.misfit = header.and_then(|header| misfit(port, unsafe { (*header).format }));
    }

    /// The stage has returned: what it wrote where it should not, or read that it does not take.
    pub(super) fn find_overrun(&mut self) -> Option<String> {
        self.guards.as_mut().and_then(Guards::find_overrun).or_else(|| self.misfit.take())
    }

    /// What `keep` and `answer` were given.
    pub(super) fn into_given(self) -> Given {
        Given { state: self.state, answer: self.answer }
    }

    /// What was said of a failure: by `fault`, else by the host function that refused last.
    pub(super) fn into_fault(self) -> Option<String> {
        self.fault.or_else(|| self.reason.and_then(|reason| reason.into_string().ok()))
    }

    /// Notes why the stage says that it cannot go on.
    pub(super) fn say_fault(&mut self, said: Option<String>) {
        self.fault = said;
    }

    /// Notes why a function refuses, and gives what it answers then.
    pub(super) fn refuse<T>(&mut self, refused: T, why: impl Into<Vec<u8>>) -> T {
        self.reason = CString::new(why).ok();
        refused
    }

    /// Calls a function of the lane that gives nothing where the frame is not the call's own.
    pub(super) fn with_lane<T>(&mut self, refused: T, why: &str, body: impl FnOnce(&mut L) -> Option<T>) -> T {
        match self.lane.as_deref_mut().and_then(body) {
            Some(value) => value,
            None => self.refuse(refused, why),
        }
    }
}

thread_local! {
    /// What the plugin says that is being registered.
    static REGISTERING: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A plugin is about to be registered on this thread.
pub(super) fn begin_registering() {
    REGISTERING.set(None);
}

/// Notes why the plugin refuses to be registered.
pub(super) fn say_of_registering(said: Option<String>) {
    REGISTERING.set(said);
}

/// Why the plugin refuses to be registered, as far as it says so.
pub(super) fn registering_fault() -> Option<String> {
    REGISTERING.take()
}

/// Runs a function of the host. A panic in it does not reach the plugin.
///
/// # Safety
///
/// `context` is null, or that of the call that is running on this thread.
pub(super) unsafe fn with<L: NodeAccess, T: Copy>(
    context: *mut SluiceContext,
    refused: T,
    body: impl FnOnce(&mut Call<'_, L>) -> T,
) -> T {
    if context.is_null() {
        return refused;
    }
    // SAFETY: the caller vouches for the context; the functions of the host do not call each other.
    let call = unsafe { &mut *context.cast::<Call<'_, L>>() };
    // After a panic the call's own state is as it was: the lane's functions are consistent after each step.
    match catch_unwind(AssertUnwindSafe(|| body(call))) {
        Ok(value) => value,
        Err(panic) => {
            // SAFETY: as above; the reference that the body had is gone.
            let call = unsafe { &mut *context.cast::<Call<'_, L>>() };
            let what = panic.downcast_ref::<&str>().copied().unwrap_or("no message");
            call.refuse(refused, format!("the host panicked: {what}"))
        }
    }
}

/// A frame by the number that the plugin has of it.
pub(super) fn own(frame: u32) -> Option<Frame> {
    Some(Frame::from_entry(frame.checked_sub(1)?))
}

/// The number that the plugin has of a frame.
pub(super) fn number_of(frame: Frame) -> u32 {
    frame.entry() + 1
}

/// What a plugin tells people and programs, with U+FFFD for what is no UTF-8, so that nothing is passed over.
///
/// # Safety
///
/// `text` is null, or a C string.
pub(super) unsafe fn told(text: *const c_char) -> Option<String> {
    // SAFETY: the caller vouches for the text.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// # Safety
///
/// `text` is null, or a C string that lives for `'a`.
pub(super) unsafe fn str_of<'a>(text: *const c_char) -> Option<&'a str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller vouches for the text.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}
