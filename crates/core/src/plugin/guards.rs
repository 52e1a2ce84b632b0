//! What a stage gets of frames in development mode: a copy of each payload with guard bytes on both sides, in place of
//! the slot. What it writes to a frame that is its own is put back when the frame leaves the call; what it writes anywhere
//! else harms nobody, is found then, and fails its node. A frame that fills its slot is guarded as every other.

use std::ops::Range;
use std::ptr;

use sluice_abi::kind;

use crate::lane::{Frame, NodeAccess};

/// Guard bytes on each side of a copy.
const GUARD: usize = 1_024;
const PATTERN: u8 = 0xa5;

/// Copies start where a payload may, and are as long as so many bytes allow.
#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Line([u8; 64]);

/// The frames of a call.
#[derive(Default)]
pub(super) struct Guards {
    /// Where frames came from, or are to go: the port's name. The newest last.
    ports: Vec<(Frame, &'static str)>,
    /// Also those of frames that have left the call, which the stage still knows the addresses of.
    copies: Vec<Twin>,
    /// What was written where it should not, first.
    found: Option<String>,
}

/// The payload of a frame, as the stage has it.
struct Twin {
    frame: Frame,
    /// What the frame is called, for the fault.
    what: String,
    lines: Box<[Line]>,
    length: usize,
    access: Access,
}

/// What the stage may do with a copy. All but `Write` have a sum of the bytes, which must not change.
#[derive(Clone, Copy)]
enum Access {
    Read(u64),
    Write,
    /// Nothing: the frame has left the call.
    Left(u64),
}

impl Guards {
    /// Notes the port that a frame came from, or was acquired for.
    pub(super) fn note(&mut self, frame: Frame, port: &'static str) {
        self.ports.push((frame, port));
    }

    /// Notes that a frame stands for another from now on: it is a copy of that.
    pub(super) fn follow(&mut self, old: Frame, new: Frame) {
        if old == new {
            return;
        }
        self.ports.push((new, self.port_of(old)));
        self.leave(old);
    }

    /// Where the stage finds what lies at an address in the payload of a frame.
    pub(super) fn stand_in(
        &mut self,
        lane: &mut impl NodeAccess,
        frame: Frame,
        address: *mut u8,
        to_write: bool,
    ) -> *mut u8 {
        let Some(start) = payload_of(lane, frame) else { return address };
        let at = self.find(frame).unwrap_or_else(|| {
            self.copies.push(Twin::new(lane, frame, self.port_of(frame)));
            self.copies.len() - 1
        });
        let copy = &mut self.copies[at];
        if to_write {
            self.found = self.found.take().or(copy.check().err());
            copy.access = Access::Write;
        }
        copy.start_mut().wrapping_add(address.addr() - start.addr())
    }

    /// Puts back what was written to a frame that is to leave the call. `false`: the stage wrote elsewhere, and is to
    /// fail.
    pub(super) fn put_back(&mut self, lane: &mut impl NodeAccess, frame: Frame) -> bool {
        let Some(at) = self.find(frame) else { return true };
        let copy = &self.copies[at];
        let found = copy.check().and_then(|()| copy.put_back(lane)).err();
        let is_intact = found.is_none();
        self.found = self.found.take().or(found);
        is_intact
    }

    /// A frame is the links' from now on, too: the stage may only read it.
    pub(super) fn share(&mut self, frame: Frame) {
        if let Some(at) = self.find(frame) {
            self.copies[at].access = Access::Read(self.copies[at].sum());
        }
    }

    /// A frame has left the call.
    pub(super) fn leave(&mut self, frame: Frame) {
        if let Some(at) = self.find(frame) {
            self.found = self.found.take().or(self.copies[at].check().err());
            self.copies[at].access = Access::Left(self.copies[at].sum());
        }
    }

    /// The call has ended: what the stage wrote where it should not.
    pub(super) fn find_overrun(&mut self) -> Option<String> {
        self.found.take().or_else(|| self.copies.iter().find_map(|copy| copy.check().err()))
    }

    fn find(&self, frame: Frame) -> Option<usize> {
        self.copies.iter().rposition(|copy| copy.frame == frame && !matches!(copy.access, Access::Left(_)))
    }

    fn port_of(&self, frame: Frame) -> &'static str {
        self.ports.iter().rfind(|(known, _)| *known == frame).map_or("", |(_, port)| port)
    }
}

impl Twin {
    fn new(lane: &mut impl NodeAccess, frame: Frame, port: &str) -> Self {
        let info = lane.info(frame);
        let what = match info.map_or(0, |info| info.kind) {
            kind::AUDIO => "an audio frame",
            kind::VIDEO => "a video frame",
            kind::ENCODED => "an encoded frame",
            kind::PACKET => "a packet",
            _ => "a value",
        };
        let (mut length, mut used) = (0, 0);
        let is_whole = each_part(lane, frame, |part, room| {
            used = part.end;
            length = part.start + room;
        });
        if is_whole.is_none() {
            // Its description is spoiled.
            length = info.map_or(0, |info| info.slot_bytes as usize);
            used = length;
        }
        let lines = vec![Line([PATTERN; 64]); (2 * GUARD + length).div_ceil(size_of::<Line>())].into_boxed_slice();
        let what = format!("{what} of port \"{port}\"");
        let mut copy = Self { frame, what, lines, length, access: Access::Read(0) };
        if let Some(start) = payload_of(lane, frame) {
            // SAFETY: the frame is the call's to read, its parts end within its slot, and the copy is as long.
            unsafe { ptr::copy_nonoverlapping(start, copy.start_mut(), used) };
        }
        copy.access = Access::Read(copy.sum());
        copy
    }

    fn start_mut(&mut self) -> *mut u8 {
        self.lines.as_mut_ptr().cast::<u8>().wrapping_add(GUARD)
    }

    fn all(&self) -> &[u8] {
        // SAFETY: lines are bytes, all of which were written.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), size_of_val(&*self.lines)) }
    }

    fn payload(&self) -> &[u8] {
        &self.all()[GUARD..GUARD + self.length]
    }

    /// Differs from that of all bytes of which one word differs.
    fn sum(&self) -> u64 {
        self.payload().chunks(8).fold(0, |sum: u64, bytes| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            (sum.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95)
        })
    }

    /// # Errors
    ///
    /// What the stage did.
    fn check(&self) -> Result<(), String> {
        let (before, rest) = self.all().split_at(GUARD);
        let is_whole = |bytes: &[u8]| bytes.iter().all(|&byte| byte == PATTERN);
        let what = &self.what;
        if !is_whole(before) {
            return Err(format!("it wrote before the beginning of {what}"));
        }
        if !is_whole(&rest[self.length..]) {
            return Err(format!("it wrote beyond the end of {what}"));
        }
        match self.access {
            Access::Read(sum) if sum != self.sum() => {
                Err(format!("it wrote to {what} by an address that is for reading; ask for one by plane_mut"))
            }
            Access::Left(sum) if sum != self.sum() => Err(format!("it wrote to {what} after it had handed that on")),
            _ => Ok(()),
        }
    }

    /// Puts the parts of the payload back, if the stage was to write them.
    ///
    /// # Errors
    ///
    /// If it wrote between them.
    fn put_back(&self, lane: &mut impl NodeAccess) -> Result<(), String> {
        let (Access::Write, Some(start)) = (self.access, payload_of(lane, self.frame)) else { return Ok(()) };
        let (own, mut end, mut strays) = (self.payload(), 0, false);
        each_part(lane, self.frame, |part, room| {
            // SAFETY: the frame is the call's alone, or none had been given to write to; parts lie within its slot.
            let between = unsafe { std::slice::from_raw_parts(start.add(end), part.start - end) };
            strays |= between != &own[end..part.start];
            end = part.start + room;
            // SAFETY: as above.
            unsafe { ptr::copy_nonoverlapping(own[part.clone()].as_ptr(), start.add(part.start), part.len()) };
        });
        if strays { Err(format!("it wrote outside the parts of {}", self.what)) } else { Ok(()) }
    }
}

/// Where the payload of a frame starts.
fn payload_of(lane: &impl NodeAccess, frame: Frame) -> Option<*mut u8> {
    Some(lane.header(frame)?.wrapping_add(1).cast())
}

/// Gives where each part of a payload lies, as far as it is in use, and for how many bytes it has room.
///
/// `None`: the frame is not the call's, or its description is spoiled.
fn each_part(lane: &mut impl NodeAccess, frame: Frame, mut each: impl FnMut(Range<usize>, usize)) -> Option<()> {
    let (info, start) = (lane.info(frame)?, payload_of(lane, frame)?);
    lane.planes_of(frame, |address, plane| {
        let (from, room) = (address.addr() - start.addr(), plane.stride as usize * plane.rows as usize);
        let used = match info.kind {
            kind::ENCODED | kind::DATA => room.min(info.payload_bytes as usize),
            _ => room,
        };
        each(from..from + used, room);
    })
}
