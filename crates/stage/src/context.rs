//! What a stage sees of its host during a call.

use std::ffi::{CStr, CString, c_void};
use std::ptr::NonNull;

use sluice_abi::stage::{
    SLUICE_AUDIO, SLUICE_DISCONTINUITY, SLUICE_ENDED, SLUICE_LOG_INFO, SLUICE_LOG_WARN, SLUICE_OK, SLUICE_OPEN,
    SLUICE_PACKET, SLUICE_SERIALIZED, SLUICE_VIDEO, SluiceContext, SluiceField, SluiceForeign, SluiceFrameInfo,
    SluiceShape,
};

use crate::host::{ask, c_text};
use crate::waker::Waker;

/// The running call. Frames that it has and does not write go back when it returns.
pub struct Context(*mut SluiceContext);

/// A frame that the running call has. The host looks up with each use whether it still has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame(u32);

impl Frame {
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

/// Frames that [`Context::read_many`] has taken, the oldest first.
#[derive(Default)]
pub struct Frames {
    numbers: [u32; Frames::MOST],
    count: usize,
}

impl Frames {
    /// Most frames that are taken at once.
    pub const MOST: usize = 32;

    /// The frames.
    pub fn iter(&self) -> impl Iterator<Item = Frame> {
        self.numbers[..self.count].iter().copied().map(Frame)
    }
}

/// What can come from an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputState {
    /// Nothing is linked to it.
    Unlinked,
    /// Frames wait there, or may still come.
    Open,
    /// Its writer has ended, and every frame was read.
    Ended,
}

/// By which sense people take in what is presented; or, before that, what a node has taken for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Sense {
    /// Sound.
    Heard = SLUICE_AUDIO,
    /// Pictures.
    Seen = SLUICE_VIDEO,
    /// The newest sound that is yet to be heard, and when it entered the graph.
    Entered = 0,
}

/// Why there is no frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acquire {
    /// No slot is free now: answer `Next::Again` to be called when one is.
    Later,
    /// The shape is refused, and why.
    Refused(String),
}

impl Context {
    pub(crate) fn new(context: *mut SluiceContext) -> Self {
        Self(context)
    }

    pub(crate) fn raw(&self) -> *mut SluiceContext {
        self.0
    }

    /// Takes the oldest frame of an input. `None`: none has come, an output has no room, a pool has no free slot, or the
    /// call has taken its share.
    pub fn read(&mut self, input: u32) -> Option<Frame> {
        frame(ask!(self.0, read(input), 0))
    }

    /// As [`Context::read`], several times: as many frames as the outputs have room for take the place of those in
    /// `frames`. `false`: there is none.
    pub fn read_many(&mut self, input: u32, frames: &mut Frames) -> bool {
        let count = ask!(self.0, read_many(input, frames.numbers.as_mut_ptr(), Frames::MOST as u32), 0);
        frames.count = (count as usize).min(Frames::MOST);
        frames.count > 0
    }

    /// As [`Context::write`], for each of the frames.
    ///
    /// # Errors
    ///
    /// Why not all of them; the call still has the others.
    pub fn write_many(&mut self, output: u32, frames: &Frames) -> Result<(), String> {
        let written = ask!(self.0, write_many(output, frames.numbers.as_ptr(), frames.count as u32), 0);
        self.check(if written as usize == frames.count { SLUICE_OK } else { -1 })
    }

    /// What the oldest frame of an input says of itself, without taking it.
    pub fn peek(&mut self, input: u32) -> Option<SluiceFrameInfo> {
        let mut info = empty_info();
        (ask!(self.0, peek(input, &raw mut info), -1) == SLUICE_OK).then_some(info)
    }

    /// What can come from an input. A host of before 1.3 does not tell: there an input counts as open.
    #[must_use]
    pub fn input_state(&self, input: u32) -> InputState {
        match ask!(self.0, input_state(input), SLUICE_OPEN) {
            SLUICE_OPEN => InputState::Open,
            SLUICE_ENDED => InputState::Ended,
            _ => InputState::Unlinked,
        }
    }

    /// What a frame says of itself.
    #[must_use]
    pub fn info(&self, frame: Frame) -> Option<SluiceFrameInfo> {
        let mut info = empty_info();
        (ask!(self.0, info(frame.0, &raw mut info), -1) == SLUICE_OK).then_some(info)
    }

    /// Takes a slot and lays audio out in it.
    ///
    /// # Errors
    ///
    /// No slot is free, or the shape is refused.
    pub fn acquire_audio(
        &mut self,
        output: u32,
        sample_rate_hz: u32,
        channels: u32,
        samples: u32,
    ) -> Result<Frame, Acquire> {
        self.acquire(
            output,
            &SluiceShape { width: channels, height: sample_rate_hz, count: samples, ..empty_shape(SLUICE_AUDIO) },
        )
    }

    /// Takes a slot and lays a batch of records out in it.
    ///
    /// # Errors
    ///
    /// As [`Context::acquire_audio`].
    pub fn acquire_packet(
        &mut self,
        output: u32,
        fields: &[(&CStr, u32)],
        capacity: u32,
        records: u32,
    ) -> Result<Frame, Acquire> {
        let mut list = [SluiceField { name: std::ptr::null(), element: 0, reserved: 0 }; 64];
        let count = fields.len().min(list.len());
        for (place, (name, element)) in list.iter_mut().zip(fields) {
            *place = SluiceField { name: name.as_ptr(), element: *element, reserved: 0 };
        }
        let shape = SluiceShape {
            capacity,
            count: records,
            field_count: count as u32,
            fields: list.as_ptr(),
            ..empty_shape(SLUICE_PACKET)
        };
        self.acquire(output, &shape)
    }

    /// Takes a slot and lays a frame out in it. The fields of `shape` that are addresses are valid.
    fn acquire(&mut self, output: u32, shape: &SluiceShape) -> Result<Frame, Acquire> {
        frame(ask!(self.0, acquire(output, shape), 0))
            .ok_or_else(|| self.reason().map_or(Acquire::Later, Acquire::Refused))
    }

    /// Takes a slot and lays a picture out in it (`abi::SLUICE_NV12`, …).
    ///
    /// # Errors
    ///
    /// As [`Context::acquire_audio`].
    pub fn acquire_video(&mut self, output: u32, format: u32, width: u32, height: u32) -> Result<Frame, Acquire> {
        self.acquire_anamorphic(output, format, (width, height), 0)
    }

    /// As [`Context::acquire_video`], of a width and a height, for pixels that may be wider than high, or higher than
    /// wide: `SluiceFrameInfo::pixel_aspect`.
    ///
    /// # Errors
    ///
    /// As [`Context::acquire_audio`].
    pub fn acquire_anamorphic(
        &mut self,
        output: u32,
        format: u32,
        (width, height): (u32, u32),
        pixel_aspect: u32,
    ) -> Result<Frame, Acquire> {
        let kind = sluice_abi::stage::SLUICE_VIDEO;
        self.acquire(output, &SluiceShape { format, width, height, pixel_aspect, ..empty_shape(kind) })
    }

    /// Takes a slot for `capacity` bytes of an encoded frame; [`Context::set_length`] says how many there are. The two
    /// measures are width and height in pixels, or number of channels and rate in hertz.
    ///
    /// # Errors
    ///
    /// As [`Context::acquire_audio`].
    pub fn acquire_encoded(
        &mut self,
        output: u32,
        codec: u32,
        measures: (u32, u32),
        capacity: u32,
    ) -> Result<Frame, Acquire> {
        let kind = sluice_abi::stage::SLUICE_ENCODED;
        let (width, height) = measures;
        self.acquire(output, &SluiceShape { format: codec, width, height, capacity, ..empty_shape(kind) })
    }

    /// Takes a slot for `capacity` bytes of a value, written as `docs/values.md` says; [`Context::set_length`] says how many
    /// there are. A host of before 1.7 refuses it.
    ///
    /// # Errors
    ///
    /// As [`Context::acquire_audio`].
    pub fn acquire_value(&mut self, output: u32, capacity: u32) -> Result<Frame, Acquire> {
        let kind = sluice_abi::stage::SLUICE_DATA;
        self.acquire(output, &SluiceShape { format: SLUICE_SERIALIZED, capacity, ..empty_shape(kind) })
    }

    /// As [`Context::acquire_anamorphic`], for a picture that `foreign` holds: the frame has it from then on. It is copied into
    /// the frame, and released, where a stage asks for the frame's planes, and where the frame leaves the lane.
    ///
    /// # Errors
    ///
    /// As [`Context::acquire_audio`], also in a process of its own; the caller still has it.
    ///
    /// # Safety
    ///
    /// The functions of `foreign` are good for its handle on the lane's thread.
    pub unsafe fn acquire_foreign(
        &mut self,
        output: u32,
        format: u32,
        (width, height): (u32, u32),
        pixel_aspect: u32,
        foreign: &SluiceForeign,
    ) -> Result<Frame, Acquire> {
        let kind = sluice_abi::stage::SLUICE_VIDEO;
        let shape = SluiceShape { format, width, height, pixel_aspect, ..empty_shape(kind) };
        frame(ask!(self.0, acquire_foreign(output, &raw const shape, foreign), 0))
            .ok_or_else(|| self.reason().map_or(Acquire::Later, Acquire::Refused))
    }

    /// The handle of a frame with this type code, valid as long as the call has the frame and asks for no plane of it.
    /// `None`: it has none, so read its planes.
    #[must_use]
    pub fn foreign(&self, frame: Frame, type_code: u32) -> Option<NonNull<c_void>> {
        NonNull::new(ask!(self.0, foreign(frame.0, type_code), std::ptr::null_mut()))
    }

    /// A frame that may be changed: this one, or a copy in its place if others read it. `None`: no slot is free for one.
    pub fn writable(&mut self, of: Frame) -> Option<Frame> {
        frame(ask!(self.0, writable(of.0), 0))
    }

    /// Sets when a frame is to be presented and how long it lasts, nanoseconds.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn set_times_ns(&mut self, frame: Frame, pts_ns: f64, duration_ns: f64) -> Result<(), String> {
        let status = ask!(self.0, set_times(frame.0, pts_ns, pts_ns, duration_ns), -1);
        self.check(status)
    }

    /// As [`Context::set_times_ns`], for a frame that is not decoded in the order in which it is presented.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn set_coded_times_ns(
        &mut self,
        frame: Frame,
        pts_ns: f64,
        dts_ns: f64,
        duration_ns: f64,
    ) -> Result<(), String> {
        let status = ask!(self.0, set_times(frame.0, pts_ns, dts_ns, duration_ns), -1);
        self.check(status)
    }

    /// Sets all flags of a frame: any of `abi::SLUICE_KEYFRAME`, `abi::SLUICE_DISCONTINUITY`, `abi::SLUICE_GAP`,
    /// `abi::SLUICE_DECODE_ONLY`.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn set_flags(&mut self, frame: Frame, flags: u32) -> Result<(), String> {
        let status = ask!(self.0, set_flags(frame.0, flags), -1);
        self.check(status)
    }

    /// Marks a frame: frames before it are missing.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn set_discontinuity(&mut self, frame: Frame) -> Result<(), String> {
        let status = ask!(self.0, set_flags(frame.0, SLUICE_DISCONTINUITY), -1);
        self.check(status)
    }

    /// Tells how far the node is, nanoseconds of media time; `total_ns` is infinite if it is not known.
    pub fn progress(&mut self, done_ns: f64, total_ns: f64) {
        ask!(self.0, progress(done_ns, total_ns), ());
    }

    /// Sets how many records a packet has, or how many bytes an encoded frame.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn set_length(&mut self, frame: Frame, length: u32) -> Result<(), String> {
        let status = ask!(self.0, set_length(frame.0, length), -1);
        self.check(status)
    }

    /// Hands a frame over to the links of an output.
    ///
    /// # Errors
    ///
    /// Why not; the call still has the frame.
    pub fn write(&mut self, output: u32, frame: Frame) -> Result<(), String> {
        let status = ask!(self.0, write(output, frame.0), -1);
        self.check(status)
    }

    /// As [`Context::write`], and the call still has the frame, to write it to another output.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn forward(&mut self, output: u32, frame: Frame) -> Result<(), String> {
        let status = ask!(self.0, forward(output, frame.0), -1);
        self.check(status)
    }

    /// Gives a frame back.
    pub fn release(&mut self, frame: Frame) {
        ask!(self.0, release(frame.0), 0);
    }

    /// Whether anything is linked to an output, so that a stage need not make what goes nowhere. A host that does not tell
    /// counts as one where something is.
    #[must_use]
    pub fn is_linked(&self, output: u32) -> bool {
        ask!(self.0, is_linked(output), 1) != 0
    }

    /// Whether every output has room for its burst, and its pool a free slot.
    pub fn may_write(&mut self) -> bool {
        ask!(self.0, may_write(), 0) != 0
    }

    /// For a stage of mode `Loop`: not again before this time. For one of another mode, and for a `flush` that answers
    /// `Next::Again`: again at this time, or before when frames come or the waker is used. A stage that has asked for a
    /// time is not done with frames that it leaves unread.
    pub fn wait_until_ns(&mut self, time_ns: f64) {
        ask!(self.0, wait_until(time_ns), ());
    }

    /// Ends the node: `flush` follows.
    pub fn finish(&mut self) {
        ask!(self.0, finish(), ());
    }

    /// Says that media time `pts_ns` is presented at `at_ns`, on the clock of [`Context::now_ns`]: heard or shown. The newest
    /// such pair of each kind and group is kept for the graph; a group is a name that its nodes share. A host of before 1.8
    /// keeps none.
    pub fn present(&mut self, group: &CStr, kind: Sense, pts_ns: f64, at_ns: f64) {
        ask!(self.0, present(group.as_ptr(), kind as u32, pts_ns, at_ns), 0);
    }

    /// The newest pair of media time and its time that a node of the graph gave [`Context::present`].
    #[must_use]
    pub fn presented(&self, group: &CStr, kind: Sense) -> Option<(f64, f64)> {
        let (mut pts_ns, mut at_ns) = (0.0, 0.0);
        let status = ask!(self.0, presented(group.as_ptr(), kind as u32, &raw mut pts_ns, &raw mut at_ns), -1);
        (status == SLUICE_OK).then_some((pts_ns, at_ns))
    }

    /// Nanoseconds since the runtime's epoch, less the time for which the graph was paused.
    #[must_use]
    pub fn now_ns(&self) -> f64 {
        ask!(self.0, now_ns(), 0.0)
    }

    /// Whether sources keep to the clock.
    #[must_use]
    pub fn is_live(&self) -> bool {
        ask!(self.0, is_live(), 0) != 0
    }

    /// A number or a truth value (1 or 0) of the configuration.
    #[must_use]
    pub fn number(&self, key: &CStr) -> Option<f64> {
        let mut value = 0.0;
        (ask!(self.0, number(key.as_ptr(), &raw mut value), -1) == SLUICE_OK).then_some(value)
    }

    /// A text of the configuration; a list or an object as JSON.
    #[must_use]
    pub fn text(&self, key: &CStr) -> Option<&str> {
        let found = ask!(self.0, text(key.as_ptr()), std::ptr::null());
        // SAFETY: a C string that lives until the call returns, which is longer than the context is borrowed.
        (!found.is_null()).then(|| unsafe { CStr::from_ptr(found) }.to_str().unwrap_or_default())
    }

    /// Writes a line to the node's log.
    pub fn log(&mut self, text: &str) {
        ask!(self.0, log(SLUICE_LOG_INFO, c_text(text).as_ptr()), ());
    }

    /// Writes a warning to the node's log.
    pub fn warn(&mut self, text: &str) {
        ask!(self.0, log(SLUICE_LOG_WARN, c_text(text).as_ptr()), ());
    }

    /// Publishes an event of the node with a value as JSON.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn emit(&mut self, name: &str, json: &str) -> Result<(), String> {
        let (name, json): (CString, CString) = (c_text(name), c_text(json));
        let status = ask!(self.0, emit(name.as_ptr(), json.as_ptr()), -1);
        self.check(status)
    }

    /// Makes a waker for the stage.
    #[must_use]
    pub fn waker(&self) -> Option<Waker> {
        let waker = ask!(self.0, waker(), std::ptr::null_mut());
        (!waker.is_null()).then(|| Waker::new(waker))
    }

    pub(crate) fn answer(&mut self, json: &str) {
        ask!(self.0, answer(c_text(json).as_ptr()), ());
    }

    pub(crate) fn keep(&mut self, bytes: &[u8]) {
        ask!(self.0, keep(bytes.as_ptr().cast(), bytes.len()), ());
    }

    fn check(&self, status: i32) -> Result<(), String> {
        if status == SLUICE_OK { Ok(()) } else { Err(self.refusal()) }
    }

    /// Why the host has refused, in any case.
    pub(crate) fn refusal(&self) -> String {
        self.reason().unwrap_or_else(|| "the host refused and does not say why".into())
    }

    /// Why the host has refused.
    fn reason(&self) -> Option<String> {
        let found = ask!(self.0, reason(), std::ptr::null());
        // SAFETY: a C string that lives until the host refuses again.
        (!found.is_null()).then(|| unsafe { CStr::from_ptr(found) }.to_string_lossy().into_owned())
    }
}

fn frame(number: u32) -> Option<Frame> {
    (number != 0).then_some(Frame(number))
}

fn empty_info() -> SluiceFrameInfo {
    SluiceFrameInfo {
        size: size_of::<SluiceFrameInfo>() as u32,
        kind: 0,
        format: 0,
        flags: 0,
        width: 0,
        height: 0,
        count: 0,
        planes: 0,
        payload_bytes: 0,
        slot_bytes: 0,
        pts_ns: 0.0,
        dts_ns: 0.0,
        duration_ns: 0.0,
        ingress_ns: 0.0,
        sequence: 0.0,
        gain_q8: 0,
        pixel_aspect: 0,
    }
}

fn empty_shape(kind: u32) -> SluiceShape {
    SluiceShape {
        size: size_of::<SluiceShape>() as u32,
        kind,
        format: 0,
        width: 0,
        height: 0,
        count: 0,
        capacity: 0,
        field_count: 0,
        fields: std::ptr::null(),
        pixel_aspect: 0,
        reserved: 0,
    }
}
