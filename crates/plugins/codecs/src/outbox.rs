//! What an encoder has made and not written: a slot may be free only later.

use std::collections::VecDeque;

use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_KEYFRAME};
use sluice_stage::{Acquire, Context};

/// One access unit or packet.
pub(crate) struct Packet {
    pub(crate) bytes: Vec<u8>,
    pub(crate) pts_ns: f64,
    pub(crate) duration_ns: f64,
    /// `SLUICE_KEYFRAME`, `SLUICE_DISCONTINUITY`.
    pub(crate) flags: u32,
}

/// Packets in the order in which they are written.
pub(crate) struct Outbox {
    /// `abi::SLUICE_H264`, …
    codec: u32,
    waiting: VecDeque<Packet>,
    /// Buffers of packets that were written.
    spare: Vec<Vec<u8>>,
    /// What comes next is flagged: something before it is missing.
    gap: bool,
    /// Something was left out since that was asked last.
    lost: bool,
    pub(crate) packets: f64,
    pub(crate) key_frames: f64,
    pub(crate) bytes: f64,
    /// Packets that were left out.
    pub(crate) left_out: f64,
}

impl Outbox {
    pub(crate) fn new(codec: u32) -> Self {
        Self {
            codec,
            waiting: VecDeque::new(),
            spare: Vec::new(),
            gap: false,
            lost: false,
            packets: 0.0,
            key_frames: 0.0,
            bytes: 0.0,
            left_out: 0.0,
        }
    }

    /// An empty buffer for a packet's bytes.
    pub(crate) fn buffer(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_default()
    }

    /// Puts a packet behind those that wait.
    pub(crate) fn push(&mut self, packet: Packet) {
        self.waiting.push_back(packet);
    }

    /// In a live graph in which packets have gone out, one that cannot is left out, which is counted and warned of once.
    ///
    /// # Errors
    ///
    /// Why it cannot, in another graph.
    pub(crate) fn leave_out(&mut self, context: &mut Context, why: String) -> Result<(), String> {
        if !context.is_live() || self.packets == 0.0 {
            return Err(why);
        }
        if self.left_out == 0.0 {
            context.warn(&format!("{why}; such ones are left out of the stream"));
        }
        self.left_out += 1.0;
        (self.gap, self.lost) = (true, true);
        Ok(())
    }

    /// Whether something was left out since this was asked last.
    pub(crate) fn has_lost(&mut self) -> bool {
        std::mem::take(&mut self.lost)
    }

    /// Writes what waits. `false`: no slot is free for the rest, and the stage is to answer `Next::Again`.
    pub(crate) fn write(&mut self, context: &mut Context, measures: (u32, u32)) -> Result<bool, String> {
        while let Some(packet) = self.waiting.pop_front() {
            if !context.may_write() || !self.write_one(context, measures, &packet)? {
                self.waiting.push_front(packet);
                return Ok(false);
            }
            let mut bytes = packet.bytes;
            bytes.clear();
            self.spare.push(bytes);
        }
        Ok(true)
    }

    fn write_one(&mut self, context: &mut Context, measures: (u32, u32), packet: &Packet) -> Result<bool, String> {
        let length = packet.bytes.len() as u32;
        let frame = match context.acquire_encoded(0, self.codec, measures, length) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => {
                let why = format!("no slot takes {length} bytes: {why}");
                self.leave_out(context, why)?;
                return Ok(true);
            }
        };
        let place = context.bytes_mut(frame, 0).ok_or("a new frame has no bytes")?;
        place.get_mut(..packet.bytes.len()).ok_or("a new frame is too short")?.copy_from_slice(&packet.bytes);
        context.set_length(frame, length)?;
        context.set_times_ns(frame, packet.pts_ns, packet.duration_ns)?;
        let gap = if std::mem::take(&mut self.gap) { SLUICE_DISCONTINUITY } else { 0 };
        context.set_flags(frame, packet.flags | gap)?;
        context.write(0, frame)?;
        self.packets += 1.0;
        self.bytes += f64::from(length);
        self.key_frames += f64::from(u8::from(packet.flags & SLUICE_KEYFRAME != 0));
        Ok(true)
    }
}
