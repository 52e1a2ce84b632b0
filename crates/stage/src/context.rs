//! What a stage sees of its host during a call.

use std::ffi::{CStr, CString, c_void};
use std::slice;

use sluice_abi::stage::{
    SLUICE_AUDIO, SLUICE_DISCONTINUITY, SLUICE_ENDED, SLUICE_F32, SLUICE_F64, SLUICE_I32, SLUICE_LOG_INFO,
    SLUICE_LOG_WARN, SLUICE_OK, SLUICE_OPEN, SLUICE_PACKET, SLUICE_READ, SLUICE_U8, SLUICE_U32, SLUICE_WRITE,
    SluiceContext, SluiceField, SluiceFrameInfo, SluicePlane, SluiceShape, SluiceWaker,
};

use crate::columns::{Columns, ColumnsMut, Found, MOST_COLUMNS};
use crate::host::{ask, c_text, table};

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

/// Why there is no frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acquire {
    /// No slot is free now: answer `Next::Again` to be called when one is.
    Later,
    /// The shape is refused, and why.
    Refused(String),
}

mod sealed {
    pub trait Sealed {}
}

/// A number that columns of packets are made of.
pub trait Column: sealed::Sealed + Copy + 'static {
    /// Its number in the interface.
    const ELEMENT: u32;
}

macro_rules! columns {
    ($($type:ty = $element:expr),+) => {
        $(impl sealed::Sealed for $type {}
        impl Column for $type {
            const ELEMENT: u32 = $element;
        })+
    };
}

columns!(f64 = SLUICE_F64, f32 = SLUICE_F32, i32 = SLUICE_I32, u32 = SLUICE_U32, u8 = SLUICE_U8);

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

    /// The samples of a channel of audio.
    #[must_use]
    pub fn samples(&self, frame: Frame, channel: u32) -> Option<&[f32]> {
        self.elements(frame, channel)
    }

    /// The samples of a channel of audio, to change. `None` also if others read the frame: see [`Context::writable`].
    pub fn samples_mut(&mut self, frame: Frame, channel: u32) -> Option<&mut [f32]> {
        self.elements_mut(frame, channel)
    }

    /// A column of a packet.
    #[must_use]
    pub fn column<T: Column>(&self, frame: Frame, name: &CStr) -> Option<&[T]> {
        self.elements(frame, self.column_index(frame, name)?)
    }

    /// A column of a packet, to change.
    pub fn column_mut<T: Column>(&mut self, frame: Frame, name: &CStr) -> Option<&mut [T]> {
        let index = self.column_index(frame, name)?;
        self.elements_mut(frame, index)
    }

    /// The name of a field of a packet, by the index of its column. It allocates.
    #[must_use]
    pub fn field_name(&self, frame: Frame, index: u32) -> Option<CString> {
        let mut field = SluiceField { name: std::ptr::null(), element: 0, reserved: 0 };
        let found = ask!(self.0, field(frame.0, index, &raw mut field), -1) == SLUICE_OK;
        // SAFETY: the host gives a C string that lives until the call returns.
        found.then(|| unsafe { CStr::from_ptr(field.name) }.to_owned())
    }

    /// The index of the column of a packet with this name.
    #[must_use]
    pub fn column_index(&self, frame: Frame, name: &CStr) -> Option<u32> {
        u32::try_from(ask!(self.0, column(frame.0, name.as_ptr()), -1)).ok()
    }

    /// All columns of a packet, or all channels of audio. `None`: they are not all of the type `T`, or more than
    /// [`MOST_COLUMNS`].
    #[must_use]
    pub fn columns<T: Column>(&self, frame: Frame) -> Option<Columns<'_, T>> {
        // SAFETY: nobody writes to a frame while the call has it, unless by a borrow of the context that excludes this one.
        unsafe { Columns::new(&self.planes::<T>(frame, SLUICE_READ)?) }
    }

    /// As [`Context::columns`], to change. `None` also if others read the frame: see [`Context::writable`].
    pub fn columns_mut<T: Column>(&mut self, frame: Frame) -> Option<ColumnsMut<'_, T>> {
        // SAFETY: the frame is this call's alone, and the context is borrowed as long as the columns.
        unsafe { ColumnsMut::new(&self.planes::<T>(frame, SLUICE_WRITE)?) }
    }

    /// All columns of one frame, and those of another one to change.
    pub fn columns_between<A: Column, B: Column>(
        &mut self,
        from: Frame,
        to: Frame,
    ) -> Option<(Columns<'_, A>, ColumnsMut<'_, B>)> {
        if from == to {
            return None;
        }
        let (read, written) = (self.planes::<A>(from, SLUICE_READ)?, self.planes::<B>(to, SLUICE_WRITE)?);
        // SAFETY: as above. A frame that may be written to has one reference, so the other one lies in another slot.
        unsafe { Some((Columns::new(&read)?, ColumnsMut::new(&written)?)) }
    }

    /// The bytes of an encoded frame or a value, or one plane of a picture with what lies between its rows.
    #[must_use]
    pub fn bytes(&self, frame: Frame, plane: u32) -> Option<&[u8]> {
        let (at, found) = self.plane(frame, plane)?;
        // SAFETY: the host has found so many bytes, to which nobody writes while the call has the frame.
        (found.element == SLUICE_U8).then(|| unsafe { slice::from_raw_parts(at.cast(), byte_count(&found)) })
    }

    /// As [`Context::bytes`], to change.
    pub fn bytes_mut(&mut self, frame: Frame, plane: u32) -> Option<&mut [u8]> {
        let (at, found) = self.plane_mut(frame, plane)?;
        // SAFETY: the host has found so many bytes, which are this call's alone.
        (found.element == SLUICE_U8).then(|| unsafe { slice::from_raw_parts_mut(at.cast(), byte_count(&found)) })
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

    /// Whether every output has room for its burst, and its pool a free slot.
    pub fn may_write(&mut self) -> bool {
        ask!(self.0, may_write(), 0) != 0
    }

    /// For a stage of mode `Loop`: not again before this time.
    pub fn wait_until_ns(&mut self, time_ns: f64) {
        ask!(self.0, wait_until(time_ns), ());
    }

    /// Ends the node: `flush` follows.
    pub fn finish(&mut self) {
        ask!(self.0, finish(), ());
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
        (!waker.is_null()).then_some(Waker(waker))
    }

    pub(crate) fn answer(&mut self, json: &str) {
        ask!(self.0, answer(c_text(json).as_ptr()), ());
    }

    pub(crate) fn keep(&mut self, bytes: &[u8]) {
        ask!(self.0, keep(bytes.as_ptr().cast(), bytes.len()), ());
    }

    fn plane(&self, frame: Frame, index: u32) -> Option<(*const c_void, SluicePlane)> {
        let mut plane = empty_plane();
        let at = ask!(self.0, plane(frame.0, index, &raw mut plane), std::ptr::null());
        (!at.is_null()).then_some((at, plane))
    }

    fn plane_mut(&mut self, frame: Frame, index: u32) -> Option<(*mut c_void, SluicePlane)> {
        let mut plane = empty_plane();
        let at = ask!(self.0, plane_mut(frame.0, index, &raw mut plane), std::ptr::null_mut());
        (!at.is_null()).then_some((at, plane))
    }

    /// All parts of a frame, if they are columns of the type `T`.
    fn planes<T: Column>(&self, frame: Frame, access: u32) -> Option<Found> {
        let mut planes = [empty_plane(); MOST_COLUMNS];
        let mut found = Found { starts: [std::ptr::null_mut(); MOST_COLUMNS], columns: 0, records: 0 };
        let (places, starts) = (planes.as_mut_ptr(), found.starts.as_mut_ptr());
        let count = ask!(self.0, planes(frame.0, access, places, starts, MOST_COLUMNS as u32), -1);
        found.columns = usize::try_from(count).ok()?;
        let told = planes.get(..found.columns)?;
        found.records = told.first().map_or(0, |plane| plane.count as usize);
        let alike =
            |plane: &SluicePlane| (plane.element, plane.rows, plane.count as usize) == (T::ELEMENT, 1, found.records);
        told.iter().all(alike).then_some(found)
    }

    fn elements<T: Column>(&self, frame: Frame, index: u32) -> Option<&[T]> {
        let (at, found) = self.plane(frame, index)?;
        let fits = found.element == T::ELEMENT && found.rows == 1;
        // SAFETY: the host has found so many elements of that type, to which nobody writes while the call has the frame.
        fits.then(|| unsafe { slice::from_raw_parts(at.cast(), found.count as usize) })
    }

    fn elements_mut<T: Column>(&mut self, frame: Frame, index: u32) -> Option<&mut [T]> {
        let (at, found) = self.plane_mut(frame, index)?;
        let fits = found.element == T::ELEMENT && found.rows == 1;
        // SAFETY: the host has found so many elements of that type, which are this call's alone.
        fits.then(|| unsafe { slice::from_raw_parts_mut(at.cast(), found.count as usize) })
    }

    fn check(&self, status: i32) -> Result<(), String> {
        if status == SLUICE_OK {
            return Ok(());
        }
        Err(self.reason().unwrap_or_else(|| "the host refused and does not say why".into()))
    }

    /// Why the host has refused.
    fn reason(&self) -> Option<String> {
        let found = ask!(self.0, reason(), std::ptr::null());
        // SAFETY: a C string that lives until the host refuses again.
        (!found.is_null()).then(|| unsafe { CStr::from_ptr(found) }.to_string_lossy().into_owned())
    }
}

/// Has its stage called soon, from any thread, also after the stage was dropped: then nothing happens.
pub struct Waker(*mut SluiceWaker);

// SAFETY: the host takes it on any thread.
unsafe impl Send for Waker {}
// SAFETY: as above, on several at once.
unsafe impl Sync for Waker {}

impl Waker {
    /// Has the stage called.
    pub fn wake(&self) {
        if let Some(wake) = table().and_then(|table| table.wake) {
            // SAFETY: the waker was not dropped.
            unsafe { wake(self.0) };
        }
    }
}

impl Drop for Waker {
    fn drop(&mut self) {
        if let Some(drop_waker) = table().and_then(|table| table.drop_waker) {
            // SAFETY: this is the waker's last use.
            unsafe { drop_waker(self.0) };
        }
    }
}

fn frame(number: u32) -> Option<Frame> {
    (number != 0).then_some(Frame(number))
}

fn byte_count(plane: &SluicePlane) -> usize {
    let whole = plane.stride as usize * plane.rows as usize;
    // Only the bytes in use count where they are no picture.
    if plane.rows == 1 { plane.count as usize } else { whole }
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

pub(crate) fn empty_plane() -> SluicePlane {
    SluicePlane { size: size_of::<SluicePlane>() as u32, element: 0, count: 0, capacity: 0, rows: 0, stride: 0 }
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
