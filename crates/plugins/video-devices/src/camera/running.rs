//! The stage where there is Video4Linux.

use std::sync::atomic::Ordering;
use std::time::Instant;

use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_JPEG, SLUICE_KEYFRAME};
use sluice_stage::{Acquire, Context, Frame, Next};

use super::mjpeg;
use super::picture::{frame_format, write};
use super::thread::{CameraThread, News};
use crate::config::{acquire, tell_available, tell_unavailable};
use crate::pace::Moment;
use crate::v4l2::{Captured, Format, Kernel, Request};
use sluice_stage::config::{number, text};

/// The outputs.
const VIDEO: u32 = 0;
const ENCODED: u32 = 1;

/// The stage.
pub(super) struct Running {
    camera: CameraThread,
    /// The moment of the call before.
    called: Option<Moment>,
    /// A picture for which there was no slot.
    waiting: Option<Captured>,
    /// Pictures are missing before the next one.
    gap: bool,
    /// The last picture that was decoded.
    pixels: Vec<u8>,
    tables: Vec<u8>,
    frames: u64,
    damaged: u64,
}

impl Running {
    pub(super) fn create(context: &mut Context) -> Result<Self, String> {
        let request = Request {
            device: text(context, c"device")?.to_owned(),
            width: number(context, c"width")? as u32,
            height: number(context, c"height")? as u32,
            frame_rate: number(context, c"frameRate")?,
            format: Format::named(text(context, c"format")?),
        };
        let waker = context.waker().ok_or("the host gives no waker")?;
        let camera = CameraThread::start(Box::new(Kernel), request, move || waker.wake())?;
        Ok(Self {
            camera,
            called: None,
            waiting: None,
            gap: false,
            pixels: Vec::new(),
            tables: mjpeg::typical_tables(),
            frames: 0,
            damaged: 0,
        })
    }

    pub(super) fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(news) = self.camera.take_news() {
            match news {
                News::Begun(text) => context.log(&text),
                News::Unavailable(why) => tell_unavailable(context, &why)?,
                News::Available(text) => tell_available(context, &text)?,
            }
        }
        let now = Moment { ns: context.now_ns(), instant: Instant::now() };
        if self.called.replace(now).is_some_and(|then| now.was_paused_since(then)) {
            // They are of the time of the pause.
            self.waiting = None;
            self.camera.clear();
            self.gap = true;
        }
        while let Some(captured) = self.waiting.take().or_else(|| self.camera.take()) {
            if !context.may_write() || !self.write(context, now, &captured)? {
                self.waiting = Some(captured);
                return Ok(Next::Again);
            }
        }
        Ok(Next::WhenFramesCome)
    }

    pub(super) fn figures(&mut self, values: &mut [f64]) {
        let counts = self.camera.counts();
        let [lost, late, reconnects] =
            [&counts.lost, &counts.late, &counts.reconnects].map(|count| count.load(Ordering::Relaxed));
        values.copy_from_slice(&[self.frames, lost, late, self.damaged, reconnects].map(|count| count as f64));
    }

    /// Writes a picture to the outputs that are linked. `false`: a slot is missing.
    fn write(&mut self, context: &mut Context, now: Moment, captured: &Captured) -> Result<bool, String> {
        let is_coded = captured.shape.format == Format::Mjpeg;
        let encoded = if is_coded && context.is_linked(ENCODED) {
            match self.acquire_encoded(context, captured)? {
                Some(frame) => Some(frame),
                None => return Ok(false),
            }
        } else {
            None
        };
        let video = if context.is_linked(VIDEO) {
            match self.acquire_video(context, captured)? {
                Outcome::Frame(frame) => Some(frame),
                Outcome::NoSlot => {
                    if let Some(frame) = encoded {
                        context.release(frame);
                    }
                    return Ok(false);
                }
                Outcome::Damaged => None,
            }
        } else {
            None
        };
        let discontinuity = if self.gap || captured.lost > 0 || captured.first { SLUICE_DISCONTINUITY } else { 0 };
        let (pts_ns, duration_ns) = (now.ns_of(captured.at).round(), (1e9 / captured.shape.frame_rate).round());
        for (output, frame, flags) in [(ENCODED, encoded, SLUICE_KEYFRAME), (VIDEO, video, 0)] {
            let Some(frame) = frame else { continue };
            context.set_times_ns(frame, pts_ns, duration_ns)?;
            context.set_flags(frame, flags | discontinuity)?;
            context.write(output, frame)?;
        }
        self.gap = video.is_none() && encoded.is_none() && self.gap;
        self.frames += 1;
        Ok(true)
    }

    /// A slot with the coded picture; `None`: none is free.
    fn acquire_encoded(&self, context: &mut Context, captured: &Captured) -> Result<Option<Frame>, String> {
        let jpeg = mjpeg::trimmed(captured.bytes());
        let parts = self.whole(jpeg);
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let measures = (captured.shape.width, captured.shape.height);
        let frame = match context.acquire_encoded(ENCODED, SLUICE_JPEG, measures, length as u32) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(None),
            Err(Acquire::Refused(why)) => {
                return Err(format!("no slot takes a JPEG of {length} bytes: {why}"));
            }
        };
        let bytes = context.bytes_mut(frame, 0).ok_or("a new frame has no bytes")?;
        let mut at = 0;
        for part in parts {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        context.set_length(frame, length as u32)?;
        Ok(Some(frame))
    }

    /// A JPEG with its tables, in parts.
    fn whole<'a>(&'a self, jpeg: &'a [u8]) -> [&'a [u8]; 3] {
        match mjpeg::tables_at(jpeg) {
            Some(at) => [&jpeg[..at], &self.tables, &jpeg[at..]],
            None => [jpeg, &[], &[]],
        }
    }

    /// A slot with the picture.
    fn acquire_video(&mut self, context: &mut Context, captured: &Captured) -> Result<Outcome, String> {
        let shape = &captured.shape;
        let (format, mut size) = (frame_format(shape.format), (shape.width, shape.height));
        // Before it is decoded, which is not to be done twice.
        let Some(mut frame) = acquire(context, VIDEO, format, size)? else { return Ok(Outcome::NoSlot) };
        if shape.format == Format::Mjpeg {
            let whole = self.whole(captured.bytes()).concat();
            let found = match mjpeg::decode(&whole, &mut self.pixels) {
                Ok((width, height)) => (width as u32, height as u32),
                Err(why) => {
                    context.release(frame);
                    return Ok(self.leave_out(context, &why));
                }
            };
            if found != size {
                context.release(frame);
                size = found;
                let Some(other) = acquire(context, VIDEO, format, size)? else { return Ok(Outcome::NoSlot) };
                frame = other;
            }
        }
        let mut picture = context.picture_mut(frame).ok_or("a new picture has no planes")?;
        if shape.format == Format::Mjpeg {
            for (row, pixels) in self.pixels.chunks_exact(4 * size.0 as usize).take(size.1 as usize).enumerate() {
                picture.planes[0].row(row).copy_from_slice(pixels);
            }
        } else if let Err(why) = write(captured.bytes(), shape, &mut picture) {
            context.release(frame);
            return Ok(self.leave_out(context, &why));
        }
        Ok(Outcome::Frame(frame))
    }

    /// Counts a damaged picture, and tells of the first one.
    fn leave_out(&mut self, context: &mut Context, why: &str) -> Outcome {
        self.damaged += 1;
        self.gap = true;
        if self.damaged == 1 {
            context
                .warn(&format!("a picture is damaged, and is left out: {why}; the figure \"damaged\" counts others"));
        }
        Outcome::Damaged
    }
}

/// What became of a picture.
enum Outcome {
    Frame(Frame),
    NoSlot,
    Damaged,
}
