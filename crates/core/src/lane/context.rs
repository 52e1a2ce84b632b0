//! What a stage sees of its lane during a tick. Frames are handles; a handle is good while the tick owns the frame:
//! until it is written, released, or the tick ends. A call with any other is refused and changes nothing.

#[cfg(target_os = "linux")]
use std::sync::Arc;

use sluice_abi::stage::{SLUICE_ENDED, SLUICE_OPEN, SLUICE_UNLINKED};
use sluice_abi::{ENTRY_DISCONTINUITY, ENTRY_POOL_SHIFT, ENTRY_SLOT_MASK, SlotHeader, flag, format as payload, kind};

use crate::clock;
#[cfg(target_os = "linux")]
use crate::pool::Pool;
use crate::sync::Ordering;

use super::mailbox::Report;
use super::ports::Ports;
use super::presentations::Presented;
use super::shared::Shared;

/// Most channels of an audio frame.
pub(super) const MAX_CHANNELS: u32 = 64;

/// A frame that the running tick owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame(pub(in crate::lane) u32);

impl Frame {
    /// The frame of a ring's entry; whether it is the tick's is looked up with each use.
    pub(crate) fn from_entry(entry: u32) -> Self {
        Self(entry)
    }

    /// The entry by which rings name it.
    pub(crate) fn entry(self) -> u32 {
        self.0
    }
}

/// Why a frame was not written. It stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unwritten {
    NoOutput,
    NotOwn,
    OtherKind,
    /// A lossless link has none.
    NoRoom,
}

/// What can come from an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum InputState {
    /// Nothing is linked to it.
    Unlinked = SLUICE_UNLINKED,
    /// Frames wait there, or may still come.
    Open = SLUICE_OPEN,
    /// Its writer has ended, and every frame was read.
    Ended = SLUICE_ENDED,
}

impl InputState {
    /// A state by its number.
    #[cfg(target_os = "linux")]
    pub(crate) fn of(number: i32) -> Option<Self> {
        [Self::Unlinked, Self::Open, Self::Ended].into_iter().find(|&state| state as i32 == number)
    }
}

/// The header fields of a frame that stages use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameView {
    /// Number of channels.
    pub channels: u32,
    /// Hertz.
    pub sample_rate_hz: u32,
    /// Samples in each channel.
    pub sample_count: u32,
    /// Count of the frame at its source, from 0.
    pub sequence: f64,
    /// When it is to be presented, nanoseconds.
    pub pts_ns: f64,
    /// Frames are missing before it.
    pub discontinuity: bool,
}

/// The lane as a stage sees it in a call.
pub struct StageContext<'a> {
    pub(super) ports: &'a mut Ports,
    pub(super) shared: &'a mut Shared,
}

impl StageContext<'_> {
    /// Whether sources keep to the clock.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.shared.live
    }

    /// Whether what stages do with frames is checked.
    pub(crate) fn is_development(&self) -> bool {
        self.shared.development
    }

    /// Nanoseconds since the runtime's epoch, less the time for which the graph was paused.
    #[must_use]
    pub fn now_ns(&self) -> f64 {
        self.shared.clock_ns()
    }

    /// Takes the oldest frame of an input. `None` if none is queued, an output has no room, or this tick has taken
    /// its share.
    #[inline]
    pub fn read(&mut self, input: u32) -> Option<Frame> {
        if !self.ports.may_read(self.shared) {
            return None;
        }
        self.take_next(input)
    }

    /// Takes up to `most` of the oldest frames of an input: no more than the outputs have room for, and their pools slots
    /// at hand. Returns how many.
    #[inline]
    pub(crate) fn read_many(&mut self, input: u32, most: u32, mut take: impl FnMut(Frame)) -> u32 {
        if !self.ports.may_read(self.shared) {
            return 0;
        }
        let most = most.min(self.ports.reads_admitted(self.shared));
        let mut count = 0;
        while count < most {
            let Some(frame) = self.take_next(input) else { break };
            take(frame);
            count += 1;
        }
        count
    }

    /// The first input that a frame may be taken of now, with the frame, which stays there, and whether others wait behind it.
    #[cfg(target_os = "linux")]
    pub(crate) fn offer(&mut self) -> Option<(u32, u32, bool)> {
        if !self.ports.may_read(self.shared) {
            return None;
        }
        (0..self.ports.inputs.len() as u32).find_map(|input| {
            let entry = self.entry_at(input)?;
            let waiting = self.ports.inputs[input as usize].as_ref()?.available(self.shared);
            Some((input, entry, waiting > 1))
        })
    }

    /// Takes a frame that [`offer`](Self::offer) has given in this tick.
    #[cfg(target_os = "linux")]
    pub(crate) fn take_offered(&mut self, input: u32) -> Option<Frame> {
        self.take_next(input)
    }

    /// Takes the oldest frame of an input, which admission allows.
    #[inline]
    fn take_next(&mut self, input: u32) -> Option<Frame> {
        let entry = self.ports.inputs.get_mut(input as usize)?.as_mut()?.take(self.shared)?;
        self.shared.owned.push(entry);
        self.ports.reads += 1;
        let header = self.shared.header_of(entry);
        // SAFETY: the slot exists, or taking it had panicked; the frame is this tick's to read.
        (self.ports.last_ingress_ns, self.ports.last_pts_ns) = unsafe { ((*header).ingress_ns, (*header).pts_ns) };
        self.ports.record().frames_in += 1.0;
        Some(Frame(entry))
    }

    /// What can come from an input. `None`: there is no such input.
    pub(crate) fn input_state(&self, input: u32) -> Option<InputState> {
        Some(match self.ports.inputs.get(input as usize)? {
            None => InputState::Unlinked,
            Some(link) if link.ended(self.shared) => InputState::Ended,
            Some(_) => InputState::Open,
        })
    }

    /// Whether anything is linked to an output. `None`: there is no such output.
    pub(crate) fn is_linked(&self, output: u32) -> Option<bool> {
        Some(!self.ports.outputs.get(output as usize)?.links.is_empty())
    }

    /// Whether every output has room for one more frame, and the pool a slot.
    #[inline]
    pub fn may_write(&mut self) -> bool {
        self.ports.may_write(self.shared)
    }

    /// Takes a slot and lays an audio frame out in it, with the output's next number. `None`: no slot is free, or the
    /// shape does not fit.
    #[inline]
    pub fn acquire_audio(&mut self, output: u32, rate_hz: u32, channels: u32, samples: u32) -> Option<Frame> {
        let bytes = u64::from(channels) * u64::from(samples) * 4;
        let shape_fits = (1..=MAX_CHANNELS).contains(&channels) && rate_hz > 0;
        if !shape_fits || bytes > u64::from(self.slot_bytes(output)?) {
            return None;
        }
        let duration_ns = clock::whole_ns(f64::from(samples) * 1e9 / f64::from(rate_hz));
        let (frame, header) = self.take_slot(output)?;
        // SAFETY: the slot was just taken, and is this tick's alone.
        let header = unsafe { &mut *header };
        header.strides[0] = samples * 4;
        header.duration_ns = duration_ns;
        header.payload_length = bytes as u32;
        header.kind = kind::AUDIO;
        header.format = payload::F32_PLANAR;
        header.width = channels;
        header.height = rate_hz;
        Some(frame)
    }

    /// Bytes of payload in a slot of an output's pool. `None`: there is no such output.
    #[inline]
    pub(super) fn slot_bytes(&self, output: u32) -> Option<u32> {
        let output = self.ports.outputs.get(output as usize)?;
        Some(self.shared.slots[output.pool].payload_bytes())
    }

    /// Takes a slot of an output's pool for its next frame, with a header that says of the frame only its number and
    /// the times of the frame that was read last. `None`: no slot is free, or there is no such output.
    #[inline]
    pub(super) fn take_slot(&mut self, output: u32) -> Option<(Frame, *mut SlotHeader)> {
        let output = self.ports.outputs.get_mut(output as usize)?;
        let pool = &mut self.shared.slots[output.pool];
        let slot = pool.take()?;
        let found = pool.header(slot);
        let ingress_ns = if self.ports.inputs.is_empty() { self.shared.now_ns } else { self.ports.last_ingress_ns };
        // SAFETY: the slot was just taken, and is this tick's alone.
        let header = unsafe { &mut *found };
        header.gpu_handle = 0;
        header.strides = [0; 4];
        header.checksum = 0;
        header.gain_q8 = 0;
        header.pixel_aspect = 0;
        header.pts_ns = self.ports.last_pts_ns;
        header.dts_ns = 0.0;
        header.duration_ns = 0.0;
        header.ingress_ns = ingress_ns;
        header.sequence = output.sequence;
        header.flags = 0;
        header.batch_size = 0;
        output.sequence += 1.0;
        let entry = slot | pool.index() << ENTRY_POOL_SHIFT;
        self.shared.owned.push(entry);
        Some((Frame(entry), found))
    }

    /// What an audio frame is. `None`: it is not this tick's, or not audio that lies within its slot.
    #[inline]
    #[must_use]
    pub fn view(&self, frame: Frame) -> Option<FrameView> {
        // SAFETY: the frame is this tick's to read.
        let header = unsafe { &*self.audio(frame)? };
        Some(FrameView {
            channels: header.width,
            sample_rate_hz: header.height,
            sample_count: header.strides[0] / 4,
            sequence: header.sequence,
            pts_ns: header.pts_ns,
            discontinuity: frame.0 & ENTRY_DISCONTINUITY != 0 || header.flags & flag::DISCONTINUITY != 0,
        })
    }

    /// The samples of one channel. `None`: as [`StageContext::view`], or there is no such channel.
    #[inline]
    #[must_use]
    pub fn channel(&self, frame: Frame, channel: u32) -> Option<&[f32]> {
        let (first, count) = self.plane(frame, channel)?;
        // SAFETY: `plane` found the samples within the slot, which is aligned to 64 bytes; nobody writes to a frame
        // that others may read.
        Some(unsafe { std::slice::from_raw_parts(first, count) })
    }

    /// The samples of one channel, to change. `None`: as [`StageContext::channel`], or others read the frame too:
    /// [`StageContext::writable`] gives one that they do not.
    #[inline]
    pub fn channel_mut(&mut self, frame: Frame, channel: u32) -> Option<&mut [f32]> {
        let (first, count) = self.plane(frame, channel)?;
        let header = self.header(frame)?;
        if !is_sole(header) {
            return None;
        }
        // SAFETY: the one reference is this tick's. The checksum that the payload was handed over with holds no longer.
        unsafe { (*header).checksum = 0 };
        // SAFETY: as above, and as in `channel`.
        Some(unsafe { std::slice::from_raw_parts_mut(first, count) })
    }

    /// Sets when a frame that only this tick refers to is to be presented.
    #[inline]
    pub fn set_pts_ns(&mut self, frame: Frame, pts_ns: f64) -> bool {
        let Some(header) = self.header(frame) else { return false };
        let own = is_sole(header);
        if own {
            // SAFETY: the one reference is this tick's.
            unsafe { (*header).pts_ns = pts_ns };
        }
        own
    }

    /// A frame that may be changed: this one, if nobody else refers to it, else a copy, in exchange for this one.
    /// `None`: a copy is needed and no slot is free, or the frame is not this tick's.
    #[inline]
    pub fn writable(&mut self, frame: Frame) -> Option<Frame> {
        if is_sole(self.header(frame)?) {
            return Some(frame);
        }
        self.map_entry(frame.0);
        let (slots, slot) = self.shared.slot_of(frame.0);
        let copy = slots.take()?;
        let (from, to) = (slots.header(slot), slots.header(copy));
        // SAFETY: both slots are this tick's, the first to read and the second alone to write; they differ, and both
        // have as much payload. The reference count, its line's other fields and the generation stay the slot's own.
        unsafe {
            let length = (*from).payload_length.min(slots.payload_bytes()) as usize;
            (*to).gpu_handle = 0;
            (*to).strides = (*from).strides;
            (*to).checksum = 0;
            (*to).gain_q8 = (*from).gain_q8;
            (*to).pixel_aspect = (*from).pixel_aspect;
            (*to).pts_ns = (*from).pts_ns;
            (*to).dts_ns = (*from).dts_ns;
            (*to).duration_ns = (*from).duration_ns;
            (*to).ingress_ns = (*from).ingress_ns;
            (*to).sequence = (*from).sequence;
            (*to).payload_length = (*from).payload_length;
            (*to).kind = (*from).kind;
            (*to).format = (*from).format;
            (*to).flags = (*from).flags;
            (*to).batch_size = (*from).batch_size;
            (*to).width = (*from).width;
            (*to).height = (*from).height;
            std::ptr::copy_nonoverlapping(from.add(1).cast::<u8>(), to.add(1).cast::<u8>(), length);
        }
        let entry = frame.0 & !ENTRY_SLOT_MASK | copy;
        self.release(frame);
        self.shared.owned.push(entry);
        Some(Frame(entry))
    }

    /// Hands a frame over to the links of an output, or, without links, gives it back. `false`: a lossless link has
    /// no room, or the frame is not this tick's, or there is no such output; the frame stays as it was.
    #[inline]
    pub fn write(&mut self, output: u32, frame: Frame) -> bool {
        self.write_of(output, frame, None).is_ok()
    }

    /// As [`StageContext::write`], and refuses a frame that is not of this kind.
    ///
    /// # Errors
    ///
    /// Why not.
    #[inline]
    pub(crate) fn write_of(&mut self, output: u32, frame: Frame, kind: Option<u8>) -> Result<(), Unwritten> {
        let Some(links) = self.ports.outputs.get_mut(output as usize) else { return Err(Unwritten::NoOutput) };
        let Some(at) = self.shared.owned.iter().rposition(|&own| own == frame.0) else {
            return Err(Unwritten::NotOwn);
        };
        // SAFETY: the frame is this tick's to read.
        if kind.is_some_and(|kind| kind != unsafe { (*self.shared.header_of(frame.0)).kind }) {
            return Err(Unwritten::OtherKind);
        }
        let full = self.ports.room_seen == 0
            && links.links.iter_mut().any(|link| link.is_lossless() && link.room(self.shared, 1) == 0);
        if full {
            return Err(Unwritten::NoRoom);
        }
        self.shared.owned.swap_remove(at);
        self.pass_on(output, frame.0);
        Ok(())
    }

    /// Writes the frames that the tick was given last, in their order, if they all can be. `false`: nothing was done.
    #[inline]
    pub(crate) fn write_newest(
        &mut self,
        output: u32,
        frames: impl ExactSizeIterator<Item = u32> + Clone,
        kind: u8,
    ) -> bool {
        let Some(first) = self.shared.owned.len().checked_sub(frames.len()) else { return false };
        let fits = |(frame, &own): (u32, &u32)| {
            // SAFETY: where it is the tick's own frame, it is to be read.
            frame == own && kind == unsafe { (*self.shared.header_of(own)).kind }
        };
        let known = self.ports.outputs.len() > output as usize && self.ports.room_seen as usize >= frames.len();
        if !known || !frames.clone().zip(&self.shared.owned[first..]).all(fits) {
            return false;
        }
        self.shared.owned.truncate(first);
        frames.for_each(|frame| self.pass_on(output, frame));
        true
    }

    /// Hands a frame, which the tick no longer owns, over to the links of an output.
    #[inline(always)]
    fn pass_on(&mut self, output: u32, entry: u32) {
        self.ports.room_seen = self.ports.room_seen.saturating_sub(1);
        let (slots, slot) = self.shared.slot_of(entry);
        match &mut self.ports.outputs[output as usize].links[..] {
            [] => {
                slots.release(slot);
            }
            [link] => link.write(entry, self.shared),
            links => {
                for _ in 1..links.len() {
                    slots.retain(slot);
                }
                for link in links {
                    link.write(entry, self.shared);
                }
            }
        }
        self.ports.writes += 1;
        self.ports.record().frames_out += 1.0;
    }

    /// Sees to it that the bytes of a frame are in its slot.
    #[inline]
    pub(crate) fn map_entry(&mut self, entry: u32) {
        let (slots, slot) = self.shared.slot_of(entry);
        slots.map(slot);
    }

    /// Gives a frame back. `false`: it is not this tick's.
    #[inline]
    pub fn release(&mut self, frame: Frame) -> bool {
        if !self.shared.disown(frame.0) {
            return false;
        }
        let (slots, slot) = self.shared.slot_of(frame.0);
        slots.release(slot)
    }

    /// For a stage with a cadence of its own: not again before this time. Others, and a flush that goes on: again at this
    /// time at the latest, also offline. Holds for one call.
    pub fn wait_until_ns(&mut self, time_ns: f64) {
        self.ports.not_before_ns = time_ns;
    }

    /// Has `process` called again without a new frame, once the outputs have room and their pools slots.
    pub fn run_again(&mut self) {
        self.ports.again = true;
    }

    /// Writes a line to the node's log: 0 error, 1 warning, 2 information, 3 debugging.
    pub fn log(&mut self, level: u32, text: String) {
        self.shared.mailbox.report(Report::Log { node: self.ports.position as u32, level, text });
    }

    /// Publishes an event of the node, with a value as JSON.
    pub fn emit(&mut self, name: String, json: String) {
        self.shared.mailbox.report(Report::Emitted { node: self.ports.position as u32, name, json });
    }

    /// Ends the source: `flush` and the end of the stream follow.
    pub fn finish(&mut self) {
        self.ports.finishing = true;
    }

    /// Reports how far the stage is, nanoseconds of media time. `total_ns`: infinite, if not known.
    #[inline]
    pub fn progress(&mut self, done_ns: f64, total_ns: f64) {
        self.shared.progress(self.ports.position, done_ns, total_ns);
    }

    /// Says what the node presents when, for the graph's nodes of this group.
    pub(crate) fn present(&mut self, group: &str, kind: u32, pair: Presented) {
        self.shared.presentations.set(group, kind, pair);
    }

    /// What a node of this group has said last, of this kind.
    pub(crate) fn presented(&self, group: &str, kind: u32) -> Option<Presented> {
        self.shared.presentations.get(group, kind)
    }

    /// Frames for which every lossless output has room, as far as that was looked at.
    #[cfg(target_os = "linux")]
    pub(crate) fn room(&self) -> u32 {
        self.ports.room_seen
    }

    /// Whether a frame waits at an input.
    #[cfg(target_os = "linux")]
    pub(crate) fn has_more(&self, input: u32) -> bool {
        let link = self.ports.inputs.get(input as usize).and_then(Option::as_ref);
        link.is_some_and(|link| link.available(self.shared) > 0)
    }

    /// The pool of an entry.
    #[cfg(target_os = "linux")]
    pub(crate) fn pool_of(&self, entry: u32) -> &Arc<Pool> {
        self.shared.slots[(entry >> ENTRY_POOL_SHIFT & sluice_abi::ENTRY_POOL_MASK) as usize].pool()
    }

    /// How long all pauses took so far, nanoseconds.
    #[cfg(target_os = "linux")]
    pub(crate) fn paused_ns(&self) -> f64 {
        self.shared.paused_ns
    }

    #[inline]
    pub(super) fn header(&self, frame: Frame) -> Option<*mut SlotHeader> {
        self.shared.owned.iter().rev().any(|&own| own == frame.0).then(|| self.shared.header_of(frame.0))
    }

    /// The header of this tick's frame, if it is audio that lies within its slot.
    #[inline]
    fn audio(&self, frame: Frame) -> Option<*mut SlotHeader> {
        let found = self.header(frame)?;
        // SAFETY: the frame is this tick's to read.
        let header = unsafe { &*found };
        let bytes = u64::from(header.width) * u64::from(header.strides[0] / 4) * 4;
        let pool = (frame.0 >> ENTRY_POOL_SHIFT & sluice_abi::ENTRY_POOL_MASK) as usize;
        let fits = bytes <= u64::from(self.shared.slots[pool].payload_bytes());
        (header.kind == kind::AUDIO && fits && header.width <= MAX_CHANNELS).then_some(found)
    }

    #[inline]
    fn plane(&self, frame: Frame, channel: u32) -> Option<(*mut f32, usize)> {
        let header = self.audio(frame)?;
        // SAFETY: the frame is this tick's to read.
        let (channels, stride) = unsafe { ((*header).width, (*header).strides[0]) };
        if channel >= channels {
            return None;
        }
        let count = (stride / 4) as usize;
        let payload = header.wrapping_add(1).cast::<f32>();
        Some((payload.wrapping_add(channel as usize * count), count))
    }
}

/// Whether the tick's own reference to a frame is the only one.
#[inline]
pub(super) fn is_sole(header: *mut SlotHeader) -> bool {
    // SAFETY: whoever asks has the frame, and the count is atomic. Acquire: what other holders did with the slot before
    // they gave it up is visible.
    unsafe { (*header).ref_count.load(Ordering::Acquire) == 1 }
}
