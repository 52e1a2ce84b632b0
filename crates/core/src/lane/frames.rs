//! Frames of every kind, for stages that work on more than audio.
//!
//! Hot path: nothing here allocates, unless it refuses.

use sluice_abi::{ENTRY_DISCONTINUITY, SlotHeader, flag, kind};

use super::context::{Frame, InputState, MAX_CHANNELS, StageContext, Unwritten, is_sole};
use super::foreign::Foreign;
use super::frame_layout::{Element, Fields, Plane, Shape, aligned, lay_out, shape_bytes, video_planes};
use super::presentations::Presented;
use super::waker::{Bell, Ring};

/// Why no frame was acquired.
pub(crate) enum NoFrame {
    /// No slot is free now.
    NoSlot,
    /// A clause.
    Refused(String),
}

/// What the header of a frame says.
#[derive(Clone, Copy)]
pub(crate) struct FrameInfo {
    pub(crate) kind: u8,
    pub(crate) format: u8,
    pub(crate) flags: u16,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) count: u32,
    pub(crate) planes: u32,
    pub(crate) payload_bytes: u32,
    pub(crate) slot_bytes: u32,
    pub(crate) times_ns: [f64; 4],
    pub(crate) sequence: f64,
    pub(crate) gain_q8: i32,
    pub(crate) pixel_aspect: u32,
}

/// What a stage may ask of its node while it is called. The lane answers at once; where the stage is in a process of its
/// own, that process passes on what concerns the ownership of frames, and works on the frames' memory itself.
pub(crate) trait NodeAccess {
    /// By which other threads wake the node.
    type Bell: Ring;

    /// The header of a frame that the tick owns.
    fn header(&self, frame: Frame) -> Option<*mut SlotHeader>;

    /// Bytes of payload in the slot of a frame that the tick owns.
    fn slot_bytes_of(&self, frame: Frame) -> u32;

    /// As [`StageContext::read`].
    fn read(&mut self, input: u32) -> Option<Frame>;

    /// As [`StageContext::read_many`].
    fn read_many(&mut self, input: u32, most: u32, take: impl FnMut(Frame)) -> u32;

    /// What the oldest frame of an input says of itself; it stays queued.
    fn peek(&mut self, input: u32) -> Option<FrameInfo>;

    /// What can come from an input. `None`: there is no such input.
    fn input_state(&mut self, input: u32) -> Option<InputState>;

    /// Takes a slot and lays a frame of any kind out in it.
    ///
    /// # Errors
    ///
    /// No slot is free, or the shape is refused.
    fn acquire(&mut self, output: u32, shape: Shape<'_>) -> Result<Frame, NoFrame>;

    /// As [`NodeAccess::acquire`], for a frame whose bytes something stands for.
    ///
    /// # Errors
    ///
    /// As there; what stands for them is given up.
    fn acquire_foreign(&mut self, _output: u32, _shape: Shape<'_>, foreign: Foreign) -> Result<Frame, NoFrame> {
        foreign.give_back();
        Err(NoFrame::Refused("a stage in a process of its own hands on bytes alone".into()))
    }

    /// What stands for the bytes of a frame.
    fn foreign(&self, _frame: Frame) -> Option<&Foreign> {
        None
    }

    /// Sees to it that the bytes of a frame are in its slot.
    fn map_foreign(&mut self, _frame: Frame) {}

    /// As [`StageContext::writable`].
    fn writable(&mut self, frame: Frame) -> Option<Frame>;

    /// As [`StageContext::write_of`].
    ///
    /// # Errors
    ///
    /// Why not.
    fn write_of(&mut self, output: u32, frame: Frame, kind: Option<u8>) -> Result<(), Unwritten>;

    /// As [`StageContext::write_newest`].
    fn write_newest(&mut self, output: u32, frames: impl ExactSizeIterator<Item = u32> + Clone, kind: u8) -> bool;

    /// Writes a frame and keeps it too.
    ///
    /// # Errors
    ///
    /// As [`NodeAccess::write_of`].
    fn forward_of(&mut self, output: u32, frame: Frame, kind: Option<u8>) -> Result<(), Unwritten>;

    /// As [`StageContext::release`].
    fn release(&mut self, frame: Frame) -> bool;

    /// As [`StageContext::may_write`].
    fn may_write(&mut self) -> bool;

    /// As [`StageContext::wait_until_ns`].
    fn wait_until_ns(&mut self, time_ns: f64);

    /// As [`StageContext::run_again`].
    fn run_again(&mut self);

    /// As [`StageContext::finish`].
    fn finish(&mut self);

    /// As [`StageContext::progress`].
    fn progress(&mut self, done_ns: f64, total_ns: f64);

    /// As [`StageContext::present`].
    fn present(&mut self, group: &str, kind: u32, pair: Presented);

    /// As [`StageContext::is_linked`].
    fn is_linked(&mut self, output: u32) -> Option<bool>;

    /// As [`StageContext::presented`].
    fn presented(&mut self, group: &str, kind: u32) -> Option<Presented>;

    /// As [`StageContext::now_ns`].
    fn now_ns(&self) -> f64;

    /// As [`StageContext::is_live`].
    fn is_live(&self) -> bool;

    /// Whether what stages do to frames is looked at.
    fn is_development(&self) -> bool;

    /// As [`StageContext::log`].
    fn log(&mut self, level: u32, text: String);

    /// As [`StageContext::emit`].
    fn emit(&mut self, name: String, json: String);

    /// What a frame says of itself. `None`: it is not this tick's.
    fn info(&mut self, frame: Frame) -> Option<FrameInfo> {
        let header = self.header(frame)?;
        let slot_bytes = self.slot_bytes_of(frame);
        // SAFETY: the frame is this tick's to read.
        Some(unsafe { info_of(header, frame.0, slot_bytes) })
    }

    /// Gives all parts of a frame and their addresses in their order. `None`: as [`NodeAccess::plane_of`].
    fn planes_of(&mut self, frame: Frame, each: impl FnMut(*mut u8, Plane)) -> Option<()> {
        let header = self.header(frame)?;
        self.map_foreign(frame);
        // SAFETY: the frame is this tick's to read.
        unsafe { each_plane(header, self.slot_bytes_of(frame), each) }
    }

    /// As [`NodeAccess::planes_of`], to write. `None` also if others refer to the frame.
    fn planes_to_write(&mut self, frame: Frame, each: impl FnMut(*mut u8, Plane)) -> Option<()> {
        let header = self.sole(frame)?;
        self.planes_of(frame, each)?;
        // SAFETY: as in `plane_to_write`.
        unsafe { (*header).checksum = 0 };
        Some(())
    }

    /// A part of a frame, and its address. `None`: the frame is not this tick's, or there is no such part within its
    /// slot.
    fn plane_of(&mut self, frame: Frame, index: u32) -> Option<(*mut u8, Plane)> {
        let info = self.info(frame)?;
        let header = self.header(frame)?;
        self.map_foreign(frame);
        // SAFETY: the frame is this tick's to read.
        let plane = unsafe { find_plane(header, &info, index) }?;
        let bytes = u64::from(plane.stride) * u64::from(plane.rows);
        if plane.offset as u64 + bytes > u64::from(info.slot_bytes) {
            return None;
        }
        Some((header.wrapping_add(1).cast::<u8>().wrapping_add(plane.offset), plane))
    }

    /// As [`NodeAccess::plane_of`], to write. `None` also if others refer to the frame.
    fn plane_to_write(&mut self, frame: Frame, index: u32) -> Option<(*mut u8, Plane)> {
        let header = self.sole(frame)?;
        let found = self.plane_of(frame, index)?;
        // SAFETY: the one reference is this tick's. The checksum that the payload was handed over with holds no longer.
        unsafe { (*header).checksum = 0 };
        Some(found)
    }

    /// The index of the column of a packet with this name.
    fn column(&mut self, frame: Frame, name: &[u8]) -> Option<u32> {
        let info = self.info(frame).filter(|info| info.kind == kind::PACKET)?;
        let header = self.header(frame)?;
        // SAFETY: the frame is this tick's to read.
        let fields = unsafe { Fields::new(header, info.slot_bytes) }?;
        fields.zip(0..).find(|(field, _)| field.name == name).map(|(_, index)| index)
    }

    /// Gives the name and the type of a field of a packet. `None`: the frame is not this tick's, or has no such field.
    fn field(&mut self, frame: Frame, index: u32, tell: impl FnOnce(&[u8], Element)) -> Option<()> {
        let info = self.info(frame).filter(|info| info.kind == kind::PACKET)?;
        let header = self.header(frame)?;
        // SAFETY: the frame is this tick's to read.
        let field = unsafe { Fields::new(header, info.slot_bytes) }?.nth(index as usize)?;
        tell(field.name, field.element);
        Some(())
    }

    /// The header of a frame that only this tick refers to.
    fn sole(&self, frame: Frame) -> Option<*mut SlotHeader> {
        self.header(frame).filter(|&header| is_sole(header))
    }

    /// Sets how many records a packet has, or how many bytes an encoded frame or a value.
    ///
    /// # Errors
    ///
    /// Why not, as a clause.
    fn set_length(&mut self, frame: Frame, length: u32) -> Result<(), String> {
        let header = self.sole(frame).ok_or("the frame is not the call's own, or others read it")?;
        let info = self.info(frame).ok_or("the frame is not the call's own")?;
        // SAFETY: the one reference is this tick's.
        let most =
            unsafe { length_limit(header, &info) }.ok_or("only packets, encoded frames and data have a length")?;
        if length > most {
            return Err(format!("the length is {length}, and {most} fit"));
        }
        // SAFETY: as above.
        unsafe {
            if info.kind == kind::PACKET { (*header).batch_size = length } else { (*header).payload_length = length }
        }
        Ok(())
    }
}

impl StageContext<'_> {
    /// The oldest frame of an input, which stays queued.
    pub(crate) fn entry_at(&mut self, input: u32) -> Option<u32> {
        self.ports.inputs.get_mut(input as usize)?.as_mut()?.peek(self.shared)
    }

    /// What the oldest frame of an input says of itself; it stays queued.
    pub(crate) fn peek_at(&mut self, input: u32) -> Option<FrameInfo> {
        let entry = self.entry_at(input)?;
        let (slots, slot) = self.shared.slot_of(entry);
        let (header, slot_bytes) = (slots.header(slot), slots.payload_bytes());
        // SAFETY: the slot exists, or finding its pool had panicked. Nobody writes to a frame that is queued.
        Some(unsafe { info_of(header, entry, slot_bytes) })
    }

    /// Takes a slot and lays a frame of any kind out in it.
    ///
    /// # Errors
    ///
    /// No slot is free, or the shape is refused.
    pub(crate) fn acquire_of(&mut self, output: u32, shape: Shape<'_>) -> Result<Frame, NoFrame> {
        let room = self.slot_bytes(output).ok_or_else(|| NoFrame::Refused(format!("there is no output {output}")))?;
        let bytes = shape_bytes(shape).map_err(NoFrame::Refused)?;
        if bytes > u64::from(room) {
            let hint = "use smaller frames, or set slotBytes of the output's pool";
            return Err(NoFrame::Refused(format!("the frame needs {bytes} bytes, and a slot has {room}; {hint}")));
        }
        if let Shape::Audio { rate_hz, channels, samples } = shape {
            return self.acquire_audio(output, rate_hz, channels, samples).ok_or(NoFrame::NoSlot);
        }
        let (frame, header) = self.take_slot(output).ok_or(NoFrame::NoSlot)?;
        // SAFETY: the slot was just taken and is this tick's alone, with room for `bytes`.
        unsafe { lay_out(header, shape, bytes as u32) };
        Ok(frame)
    }

    /// Writes a frame and keeps it too.
    ///
    /// # Errors
    ///
    /// As [`StageContext::write_of`].
    pub(crate) fn write_and_keep(&mut self, output: u32, frame: Frame, kind: Option<u8>) -> Result<(), Unwritten> {
        self.header(frame).ok_or(Unwritten::NotOwn)?;
        let (slots, slot) = self.shared.slot_of(frame.0);
        slots.retain(slot);
        self.shared.owned.push(frame.0);
        let written = self.write_of(output, frame, kind);
        if written.is_err() {
            self.release(frame);
        }
        written
    }
}

impl NodeAccess for StageContext<'_> {
    type Bell = Bell;

    #[inline]
    fn header(&self, frame: Frame) -> Option<*mut SlotHeader> {
        StageContext::header(self, frame)
    }

    #[inline]
    fn slot_bytes_of(&self, frame: Frame) -> u32 {
        self.shared.payload_bytes_of(frame.0)
    }

    #[inline]
    fn read(&mut self, input: u32) -> Option<Frame> {
        StageContext::read(self, input)
    }

    #[inline]
    fn read_many(&mut self, input: u32, most: u32, take: impl FnMut(Frame)) -> u32 {
        StageContext::read_many(self, input, most, take)
    }

    #[inline]
    fn peek(&mut self, input: u32) -> Option<FrameInfo> {
        self.peek_at(input)
    }

    fn input_state(&mut self, input: u32) -> Option<InputState> {
        StageContext::input_state(self, input)
    }

    #[inline]
    fn acquire(&mut self, output: u32, shape: Shape<'_>) -> Result<Frame, NoFrame> {
        self.acquire_of(output, shape)
    }

    fn acquire_foreign(&mut self, output: u32, shape: Shape<'_>, foreign: Foreign) -> Result<Frame, NoFrame> {
        let frame = match shape {
            Shape::Video { .. } | Shape::Encoded { .. } => self.acquire_of(output, shape),
            _ => Err(NoFrame::Refused("a handle can stand for video and encoded media alone".into())),
        };
        match frame {
            Ok(frame) => {
                let (slots, slot) = self.shared.slot_of(frame.0);
                slots.set_foreign(slot, foreign);
            }
            Err(_) => foreign.give_back(),
        }
        frame
    }

    fn foreign(&self, frame: Frame) -> Option<&Foreign> {
        StageContext::header(self, frame)?;
        self.shared.foreign_of(frame.0)
    }

    #[inline]
    fn map_foreign(&mut self, frame: Frame) {
        self.map_entry(frame.0);
    }

    #[inline]
    fn writable(&mut self, frame: Frame) -> Option<Frame> {
        StageContext::writable(self, frame)
    }

    #[inline]
    fn write_of(&mut self, output: u32, frame: Frame, kind: Option<u8>) -> Result<(), Unwritten> {
        StageContext::write_of(self, output, frame, kind)
    }

    #[inline]
    fn write_newest(&mut self, output: u32, frames: impl ExactSizeIterator<Item = u32> + Clone, kind: u8) -> bool {
        StageContext::write_newest(self, output, frames, kind)
    }

    #[inline]
    fn forward_of(&mut self, output: u32, frame: Frame, kind: Option<u8>) -> Result<(), Unwritten> {
        self.write_and_keep(output, frame, kind)
    }

    #[inline]
    fn release(&mut self, frame: Frame) -> bool {
        StageContext::release(self, frame)
    }

    #[inline]
    fn may_write(&mut self) -> bool {
        StageContext::may_write(self)
    }

    fn wait_until_ns(&mut self, time_ns: f64) {
        StageContext::wait_until_ns(self, time_ns);
    }

    fn run_again(&mut self) {
        StageContext::run_again(self);
    }

    fn finish(&mut self) {
        StageContext::finish(self);
    }

    fn progress(&mut self, done_ns: f64, total_ns: f64) {
        StageContext::progress(self, done_ns, total_ns);
    }

    fn is_linked(&mut self, output: u32) -> Option<bool> {
        StageContext::is_linked(self, output)
    }

    fn present(&mut self, group: &str, kind: u32, pair: Presented) {
        StageContext::present(self, group, kind, pair);
    }

    fn presented(&mut self, group: &str, kind: u32) -> Option<Presented> {
        StageContext::presented(self, group, kind)
    }

    fn now_ns(&self) -> f64 {
        StageContext::now_ns(self)
    }

    fn is_development(&self) -> bool {
        Self::is_development(self)
    }

    fn is_live(&self) -> bool {
        StageContext::is_live(self)
    }

    fn log(&mut self, level: u32, text: String) {
        StageContext::log(self, level, text);
    }

    fn emit(&mut self, name: String, json: String) {
        StageContext::emit(self, name, json);
    }
}

/// Gives all parts of a frame and their addresses in their order. `None`: one of them does not lie within the slot.
///
/// # Safety
///
/// The header is readable, and nobody writes to it.
pub(super) unsafe fn each_plane(
    header: *mut SlotHeader,
    slot_bytes: u32,
    mut each: impl FnMut(*mut u8, Plane),
) -> Option<()> {
    // SAFETY: the caller vouches for the header.
    let info = unsafe { info_of(header, 0, slot_bytes) };
    let mut take = |plane: Option<Plane>| {
        let plane = plane?;
        let bytes = u64::from(plane.stride) * u64::from(plane.rows);
        let fits = plane.offset as u64 + bytes <= u64::from(slot_bytes);
        fits.then(|| each(header.wrapping_add(1).cast::<u8>().wrapping_add(plane.offset), plane))
    };
    if info.kind == kind::PACKET {
        // SAFETY: as above.
        return unsafe { columns(header, &info) }?.try_for_each(|plane| take(Some(plane)));
    }
    // SAFETY: as above.
    (0..info.planes).try_for_each(|index| take(unsafe { find_plane(header, &info, index) }))
}

/// # Safety
///
/// The header is readable, and nobody writes to it.
unsafe fn info_of(header: *const SlotHeader, entry: u32, slot_bytes: u32) -> FrameInfo {
    // SAFETY: the caller vouches for the header.
    let header = unsafe { &*header };
    let gap = if entry & ENTRY_DISCONTINUITY != 0 { flag::DISCONTINUITY } else { 0 };
    let (count, planes) = match header.kind {
        kind::AUDIO => (header.strides[0] / 4, header.width),
        kind::VIDEO => (1, video_planes(header.format, header.width, header.height).iter().flatten().count() as u32),
        kind::PACKET => {
            // SAFETY: as above.
            (header.batch_size, unsafe { Fields::new(header, slot_bytes) }.map_or(0, |fields| fields.left))
        }
        _ => (1, 1),
    };
    FrameInfo {
        kind: header.kind,
        format: header.format,
        flags: header.flags | gap,
        width: header.width,
        height: header.height,
        count,
        planes,
        payload_bytes: header.payload_length,
        slot_bytes,
        times_ns: [header.pts_ns, header.dts_ns, header.duration_ns, header.ingress_ns],
        sequence: header.sequence,
        gain_q8: header.gain_q8,
        pixel_aspect: header.pixel_aspect,
    }
}

/// # Safety
///
/// As [`info_of`].
unsafe fn find_plane(header: *const SlotHeader, info: &FrameInfo, index: u32) -> Option<Plane> {
    if index >= info.planes {
        return None;
    }
    match info.kind {
        kind::AUDIO => {
            if info.width > MAX_CHANNELS {
                return None;
            }
            let (count, stride) = (info.count, info.count.checked_mul(4)?);
            let offset = index as usize * stride as usize;
            Some(Plane { offset, element: Element::F32, count, capacity: count, rows: 1, stride })
        }
        kind::VIDEO => video_planes(info.format, info.width, info.height).into_iter().flatten().nth(index as usize),
        kind::PACKET => {
            // SAFETY: the caller vouches for the header.
            unsafe { columns(header, info) }?.nth(index as usize)
        }
        _ => {
            let (count, capacity) = (info.payload_bytes.min(info.slot_bytes), info.slot_bytes);
            Some(Plane { offset: 0, element: Element::U8, count, capacity, rows: 1, stride: capacity })
        }
    }
}

/// The columns of a packet. They end early where the description is wrong.
///
/// # Safety
///
/// The header is readable for as long as the columns are used, and nobody writes to it.
unsafe fn columns<'a>(header: *const SlotHeader, info: &FrameInfo) -> Option<impl Iterator<Item = Plane> + use<'a>> {
    // SAFETY: the caller vouches for the header.
    let fields: Fields<'a> = unsafe { Fields::new(header, info.slot_bytes) }?;
    let (capacity, count, mut offset) = (fields.capacity, info.count.min(fields.capacity), fields.first);
    Some(fields.map_while(move |field| {
        let element = field.element;
        let bytes = element.bytes() * u64::from(capacity);
        let plane =
            Plane { offset: offset as usize, element, count, capacity, rows: 1, stride: u32::try_from(bytes).ok()? };
        offset += aligned(bytes);
        Some(plane)
    }))
}

/// # Safety
///
/// As [`info_of`].
unsafe fn length_limit(header: *const SlotHeader, info: &FrameInfo) -> Option<u32> {
    match info.kind {
        // SAFETY: the caller vouches for the header.
        kind::PACKET => unsafe { Fields::new(header, info.slot_bytes) }.map(|fields| fields.capacity),
        kind::ENCODED | kind::DATA => Some(info.slot_bytes),
        _ => None,
    }
}
