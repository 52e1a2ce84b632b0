//! Guards of frames, in development mode. What lies behind the end of a frame that a plugin may write to has a known
//! pattern, and its header is remembered: both are looked at when the frame leaves the call. What fills its slot to the last
//! byte has its header alone, as frames and values do whose length is set once they are filled.

use std::mem::offset_of;

use sluice_abi::{SlotHeader, kind};

use crate::lane::{Frame, NodeAccess};

/// Most guard bytes of a frame.
const MOST: usize = 1_024;
const PATTERN: u8 = 0xa5;

/// Bytes of a header, but for the count of references, which the plugin's lane does not write alone.
type Head = [u8; size_of::<SlotHeader>()];
const COUNT: usize = offset_of!(SlotHeader, ref_count);

/// The guarded frames of a call.
#[derive(Default)]
pub(super) struct Guards(Vec<Guard>);

struct Guard {
    frame: Frame,
    /// What the frame is called, for the fault.
    what: &'static str,
    header: *const SlotHeader,
    head: Head,
    from: *mut u8,
    length: usize,
}

impl Guards {
    /// Guards a frame that the call alone refers to, unless it is guarded. Outside development mode does nothing.
    pub(super) fn lay(&mut self, lane: &mut impl NodeAccess, frame: Frame) {
        if !lane.is_development() || self.0.iter().any(|guard| guard.frame == frame) {
            return;
        }
        let (Some(header), Some(info)) = (lane.sole(frame), lane.info(frame)) else { return };
        let (what, is_filled_later) = match info.kind {
            kind::AUDIO => ("an audio frame", false),
            kind::VIDEO => ("a video frame", false),
            kind::PACKET => ("a packet", false),
            kind::ENCODED => ("an encoded frame", true),
            _ => ("a value", true),
        };
        let start = header.wrapping_add(1).cast::<u8>();
        let mut end = 0;
        let found = lane.planes_of(frame, |at, plane| {
            end = end.max(at.addr() - start.addr() + plane.stride as usize * plane.rows as usize);
        });
        let room = if found.is_none() || is_filled_later { 0 } else { info.slot_bytes as usize };
        let (from, length) = (start.wrapping_add(end), room.saturating_sub(end).min(MOST));
        // SAFETY: the bytes lie in the frame's slot, behind all that the frame has, and the one reference is this call's.
        unsafe { from.write_bytes(PATTERN, length) };
        // SAFETY: the call has the frame.
        let head = unsafe { head_of(header) };
        self.0.push(Guard { frame, what, header, head, from, length });
    }

    /// The host is about to change the header of a frame.
    ///
    /// # Errors
    ///
    /// What the stage did, if it has changed already.
    pub(super) fn check_head(&self, frame: Frame) -> Result<(), String> {
        self.0.iter().find(|guard| guard.frame == frame).map_or(Ok(()), Guard::check_head)
    }

    /// The host has changed the header of a frame.
    pub(super) fn renew_head(&mut self, frame: Frame) {
        if let Some(guard) = self.0.iter_mut().find(|guard| guard.frame == frame) {
            // SAFETY: the call still has the frame, whose guard is taken away when it leaves.
            guard.head = unsafe { head_of(guard.header) };
        }
    }

    /// Looks at the guards of a frame that leaves the call.
    ///
    /// # Errors
    ///
    /// What the stage did, if they have changed.
    pub(super) fn check(&mut self, frame: Frame) -> Result<(), String> {
        match self.0.iter().position(|guard| guard.frame == frame) {
            Some(at) => self.0.swap_remove(at).check(),
            None => Ok(()),
        }
    }

    /// As [`Guards::check`], of all frames that the call still has.
    ///
    /// # Errors
    ///
    /// As there, of the first.
    pub(super) fn check_all(&mut self) -> Result<(), String> {
        self.0.drain(..).try_for_each(Guard::check)
    }
}

impl Guard {
    fn check_head(&self) -> Result<(), String> {
        // SAFETY: as in `check`.
        if unsafe { head_of(self.header) } == self.head {
            return Ok(());
        }
        Err(format!("it wrote before the beginning of {}, in a slot of pool #{}", self.what, self.frame.pool()))
    }

    fn check(self) -> Result<(), String> {
        self.check_head()?;
        // SAFETY: the call still has the frame, so that nobody else uses the slot.
        let bytes = unsafe { std::slice::from_raw_parts(self.from, self.length) };
        if bytes.iter().all(|&byte| byte == PATTERN) {
            return Ok(());
        }
        // The control isolate knows the pool's name.
        Err(format!("it wrote beyond the end of {}, in a slot of pool #{}", self.what, self.frame.pool()))
    }
}

/// What of a header only the host changes.
///
/// # Safety
///
/// The frame is the call's own.
unsafe fn head_of(header: *const SlotHeader) -> Head {
    // SAFETY: the caller has the frame, and arenas are zeros before anything is written to them.
    let mut head = unsafe { header.cast::<Head>().read() };
    head[COUNT..COUNT + 4].fill(0);
    head
}
