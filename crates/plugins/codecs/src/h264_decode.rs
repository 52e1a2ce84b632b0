//! `org.sluice.codecs.h264-decode`: H.264 to pictures, by openh264.

use sluice_h264::{Said, Shape, read_sets};
use std::collections::VecDeque;
use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_DECODE_ONLY, SLUICE_DISCONTINUITY, SLUICE_H264, SLUICE_I420, SLUICE_KEYFRAME};
use sluice_stage::{Acquire, Context, Figure, Frame, Next, Port, Stage};

use crate::h264_decoder::{Decoded, H264Decoder, Harm, Times, Unit};
use sluice_stage::config::text;

/// An access unit delimiter (ITU-T H.264, 7.3.2.4).
const DELIMITER: [u8; 6] = [0, 0, 0, 1, 0x09, 0xf0];

/// Decodes access units.
pub struct H264Decode {
    decoder: H264Decoder,
    /// The unit that is decoded.
    unit: Vec<u8>,
    /// Damaged units fail the node.
    strict: bool,
    sets: Sets,
    /// What the last set says of pictures.
    shape: Option<Shape>,
    /// What pixels are like, as `SluiceFrameInfo` has it.
    pixel_aspect: u32,
    /// Pictures for which no slot was free.
    waiting: VecDeque<Kept>,
    /// Something is missing before the next unit.
    gap: bool,
    /// Something is missing before a picture that was not shown, and so before the next one that is.
    unshown_gap: bool,
    /// The decoder has given what it had.
    flushed: bool,
    units: f64,
    frames: f64,
    damaged: f64,
}

/// What is known of the stream by its sequence parameter sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sets {
    /// None has come.
    Unseen,
    /// The last one fits.
    Fit,
    /// The last one does not, which is damage as long as those before fit and the next one does.
    Doubtful,
}

/// A picture in memory of the stage's own.
struct Kept {
    width: usize,
    height: usize,
    planes: [Vec<u8>; 3],
    times: Times,
    pixel_aspect: u32,
}

impl Stage for H264Decode {
    const ID: &'static CStr = c"org.sluice.codecs.h264-decode";
    const NAME: &'static CStr = c"H.264 decode";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Decodes H.264 to pictures in I420, in the order of presentation.\n\n\
        It is openh264, and takes the profiles baseline, main and high, progressive, 8 bits, 4:2:0; others are \
        refused by name. Units come in Annex B form, one a frame, the first with its parameter sets. Pictures \
        that are decoded only for those after them are not given. Where pixels are wider than high, or higher than wide, \
        pictures say so: as the container says it, or else the stream.\n\n\
        Units before the first key frame are left out and counted. Behind it, what is damaged of a picture is filled in \
        from the picture before, and decoding goes on: the unit is counted, as are those that refer to it and cannot be \
        decoded without it, and the first picture behind the damage is flagged as a discontinuity. A picture that damage \
        has moved behind a later one is left out and counted. A parameter set that asks for what the decoder cannot do, \
        behind others that do not, counts as damage, too: pictures are left out up to the next key frame. If that one \
        asks for it as well, or the first one of a stream does, the node fails.\n\n\
        **Example.** `media-source path=film.mp4 ! h264-decode ! image-sink path=film-%d.png`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "properties": {
            "damaged": {"type": "string", "enum": ["skip", "fail"], "default": "skip",
                "description": "For units that cannot be decoded: they are left out, or the node fails."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::encoded(c"encoded", c"H.264 in Annex B form.").accepting(&[SLUICE_H264])];
    const OUTPUTS: &'static [Port] = &[Port::video(c"video", c"Pictures in I420.").accepting(&[SLUICE_I420]).burst(2)];
    const FIGURES: &'static [Figure] = &[Figure::new(c"units"), Figure::new(c"frames"), Figure::new(c"damaged")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            decoder: H264Decoder::new()?,
            unit: Vec::new(),
            strict: text(context, c"damaged")? == "fail",
            sets: Sets::Unseen,
            shape: None,
            pixel_aspect: 0,
            waiting: VecDeque::new(),
            gap: false,
            unshown_gap: false,
            flushed: false,
            units: 0.0,
            frames: 0.0,
            damaged: 0.0,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if !self.write_waiting(context)? {
            return Ok(Next::Again);
        }
        while let Some(frame) = context.read(0) {
            self.decode(context, frame)?;
            context.release(frame);
            if !self.waiting.is_empty() {
                return Ok(Next::Again);
            }
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        if !std::mem::replace(&mut self.flushed, true) {
            self.keep_rest()?;
        }
        Ok(if self.write_waiting(context)? { Next::WhenFramesCome } else { Next::Again })
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.units, self.frames, self.damaged]);
    }
}

impl H264Decode {
    fn decode(&mut self, context: &mut Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a unit says nothing of itself")?;
        let unit = context.bytes(frame, 0).ok_or("a unit has no bytes")?;
        let sets = read_sets(unit);
        // Streams have a sequence parameter set before each key frame, or else the container tells which they are.
        let keyframe = info.flags & SLUICE_KEYFRAME != 0 || matches!(sets, Said::Fits(Some(_)));
        // A copy, for the context is needed where the decoder gives a picture.
        self.unit.clear();
        self.unit.extend_from_slice(unit);
        self.unit.extend_from_slice(&DELIMITER);
        self.units += 1.0;
        self.gap |= info.flags & SLUICE_DISCONTINUITY != 0;
        if !self.accept(context, sets)? {
            self.gap = true;
            return self.count(1.0);
        }
        let gap = std::mem::take(&mut self.gap);
        let decode_only = info.flags & SLUICE_DECODE_ONLY != 0;
        let times = Times { pts_ns: info.pts_ns, duration_ns: info.duration_ns, gap, decode_only };
        // What the container says counts.
        let told = self.shape.map_or(0, |shape| shape.pixel_aspect);
        self.pixel_aspect = if info.pixel_aspect == 0 { told } else { info.pixel_aspect };
        let Self { decoder, unit, waiting, unshown_gap, frames, pixel_aspect, .. } = self;
        let unit = Unit { bytes: unit, times, keyframe };
        let Harm { damaged, left_out } = decoder.decode(unit, &mut |picture| {
            let Some(picture) = shown(picture, unshown_gap) else { return Ok(()) };
            if !waiting.is_empty() || !write(context, &picture, *pixel_aspect)? {
                waiting.push_back(Kept::of(&picture, *pixel_aspect));
            } else {
                *frames += 1.0;
            }
            Ok(())
        })?;
        self.count(f64::from(left_out + u32::from(damaged)))
    }

    /// Whether a unit is to be decoded by its parameter sets. What they ask for is the stream's if the first ones say so, or
    /// two in a row; else they are damaged, and what follows depends on their picture.
    fn accept(&mut self, context: &mut Context, said: Said) -> Result<bool, String> {
        match (said, self.sets) {
            (Said::Nothing, sets) => Ok(sets != Sets::Doubtful),
            (Said::Fits(shape), _) => {
                self.sets = Sets::Fit;
                if shape.is_some() && shape != self.shape {
                    // The decoder drops what it has yet to give where pictures of another size begin.
                    self.keep_rest()?;
                    self.shape = shape;
                }
                Ok(true)
            }
            (Said::Unsupported(what), Sets::Fit) => {
                self.sets = Sets::Doubtful;
                context.warn(&format!(
                    "unit {} asks for {what}, which cannot be decoded: it is damaged, or the stream has changed to that; what \
                     comes up to the next sequence parameter set is left out, and counted as damaged",
                    self.units
                ));
                Ok(false)
            }
            (Said::Unsupported(what), _) => {
                Err(format!("cannot decode H.264 with {what}: supported is progressive video of 8 bits in 4:2:0"))
            }
        }
    }

    /// Counts units that are left out, or of which the decoder has made what it could.
    fn count(&mut self, damaged: f64) -> Result<(), String> {
        self.damaged += damaged;
        if self.strict && damaged > 0.0 { Err(format!("access unit {} is damaged", self.units)) } else { Ok(()) }
    }

    /// Keeps the pictures that the decoder has not given yet.
    fn keep_rest(&mut self) -> Result<(), String> {
        let Self { decoder, waiting, unshown_gap, pixel_aspect, .. } = self;
        decoder.flush(&mut |picture| {
            if let Some(picture) = shown(picture, unshown_gap) {
                waiting.push_back(Kept::of(&picture, *pixel_aspect));
            }
            Ok(())
        })
    }

    fn write_waiting(&mut self, context: &mut Context) -> Result<bool, String> {
        while let Some(kept) = self.waiting.front() {
            if !context.may_write() || !write(context, &kept.view(), kept.pixel_aspect)? {
                return Ok(false);
            }
            self.waiting.pop_front();
            self.frames += 1.0;
        }
        Ok(true)
    }
}

impl Kept {
    fn of(picture: &Decoded<'_>, pixel_aspect: u32) -> Self {
        let widths = [picture.width, picture.width / 2, picture.width / 2];
        let planes = std::array::from_fn(|k| {
            let (bytes, stride) = picture.planes[k];
            bytes.chunks(stride).flat_map(|row| &row[..widths[k]]).copied().collect()
        });
        Self { width: picture.width, height: picture.height, planes, times: picture.times, pixel_aspect }
    }

    fn view(&self) -> Decoded<'_> {
        let Self { width, height, planes: [y, u, v], times, .. } = self;
        let planes = [(y.as_slice(), *width), (u.as_slice(), width / 2), (v.as_slice(), width / 2)];
        Decoded { width: *width, height: *height, planes, times: *times }
    }
}

/// The picture if it is to be shown. A gap before one that is not is one before the next.
fn shown<'a>(mut picture: Decoded<'a>, unshown_gap: &mut bool) -> Option<Decoded<'a>> {
    let gap = std::mem::take(unshown_gap) | picture.times.gap;
    if picture.times.decode_only {
        *unshown_gap = gap;
        return None;
    }
    picture.times.gap = gap;
    Some(picture)
}

/// Writes a picture. `false`: no slot is free.
fn write(context: &mut Context, picture: &Decoded<'_>, pixel_aspect: u32) -> Result<bool, String> {
    let (width, height) = (picture.width as u32, picture.height as u32);
    let frame = match context.acquire_anamorphic(0, SLUICE_I420, (width, height), pixel_aspect) {
        Ok(frame) => frame,
        Err(Acquire::Later) => return Ok(false),
        Err(Acquire::Refused(why)) => {
            return Err(format!("no slot takes a picture of {width} × {height}: {why}"));
        }
    };
    let mut copy = context.picture_mut(frame).ok_or("a new picture has no planes")?;
    for (plane, (bytes, stride)) in copy.planes.iter_mut().zip(picture.planes) {
        let width = plane.row_bytes;
        for (row, pixels) in bytes.chunks(stride).take(plane.rows).enumerate() {
            plane.row(row).copy_from_slice(&pixels[..width]);
        }
    }
    let Times { pts_ns, duration_ns, gap, .. } = picture.times;
    context.set_times_ns(frame, pts_ns, duration_ns)?;
    context.set_flags(frame, if gap { SLUICE_DISCONTINUITY } else { 0 })?;
    context.write(0, frame)?;
    Ok(true)
}
