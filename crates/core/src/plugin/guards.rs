//! Guard bytes, in development mode: what lies behind the end of a frame that a plugin may write to has a known pattern,
//! which is looked at when the frame leaves the call. A frame that fills its slot to the last byte has none.

use sluice_abi::kind;

use crate::lane::{Frame, NodeAccess};

/// Most guard bytes of a frame.
const MOST: usize = 64;
const PATTERN: u8 = 0xa5;

/// The guarded frames of a call.
#[derive(Default)]
pub(super) struct Guards(Vec<Guard>);

struct Guard {
    frame: Frame,
    /// What the frame is called, for the fault.
    what: &'static str,
    from: *mut u8,
    length: usize,
}

impl Guards {
    /// Lays guard bytes behind a frame that the call alone refers to, unless it has some. Outside development mode does
    /// nothing.
    pub(super) fn lay(&mut self, lane: &mut impl NodeAccess, frame: Frame) {
        if !lane.is_development() || self.0.iter().any(|guard| guard.frame == frame) {
            return;
        }
        let (Some(header), Some(info)) = (lane.sole(frame), lane.info(frame)) else { return };
        let what = match info.kind {
            kind::AUDIO => "an audio frame",
            kind::VIDEO => "a video frame",
            kind::PACKET => "a packet",
            // Their length is set when they are filled: they may have the whole slot.
            _ => return,
        };
        let start = header.wrapping_add(1).cast::<u8>();
        let mut end = 0;
        let found = lane.planes_of(frame, |at, plane| {
            end = end.max(at.addr() - start.addr() + plane.stride as usize * plane.rows as usize);
        });
        let length = (info.slot_bytes as usize).saturating_sub(end).min(MOST);
        if found.is_none() || length == 0 {
            return;
        }
        let from = start.wrapping_add(end);
        // SAFETY: the bytes lie in the frame's slot, behind all that the frame has, and the one reference is this call's.
        unsafe { from.write_bytes(PATTERN, length) };
        self.0.push(Guard { frame, what, from, length });
    }

    /// Looks at the guard bytes of a frame that leaves the call.
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
    fn check(self) -> Result<(), String> {
        // SAFETY: the call still has the frame, so that nobody else uses the slot.
        let bytes = unsafe { std::slice::from_raw_parts(self.from, self.length) };
        if bytes.iter().all(|&byte| byte == PATTERN) {
            return Ok(());
        }
        // The control isolate knows the pool's name.
        Err(format!("it wrote beyond the end of {}, in a slot of pool #{}", self.what, self.frame.pool()))
    }
}
