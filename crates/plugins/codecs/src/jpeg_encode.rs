//! `org.sluice.codecs.jpeg-encode`: pictures to JPEG, by the crate `jpeg-encoder`.

use std::ffi::CStr;

use jpeg_encoder::{ColorType, Encoder};
use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_DISCONTINUITY, SLUICE_JPEG, SLUICE_KEYFRAME, SLUICE_RGBA8};
use sluice_stage::{Context, Figure, Frame, Next, Port, Stage, pixel_format_name};

use crate::outbox::{Outbox, Packet};
use sluice_stage::config::number;

/// Encodes pictures.
pub struct JpegEncode {
    quality: u8,
    /// Rows without padding.
    pixels: Vec<u8>,
    size: (u32, u32),
    /// It was said that pixels become square.
    told_aspect: bool,
    outbox: Outbox,
}

impl Stage for JpegEncode {
    const ID: &'static CStr = c"org.sluice.codecs.jpeg-encode";
    const NAME: &'static CStr = c"JPEG encode";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Encodes pictures to JPEG, each by itself.\n\n\
        Alpha is left out. Pixels that are not square are taken for square ones, which the log tells. A live graph that has begun leaves out pictures that no slot takes: the log tells of \
        the first, and the figure `leftOut` counts them.\n\n\
        **Example.** `pattern-source durationSeconds=1 ! jpeg-encode quality=90 ! media-sink path=pattern.mkv`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "properties": {
            "quality": {"type": "integer", "minimum": 1, "maximum": 100, "default": 85, "x-live": true,
                "description": "How good pictures are; below 90, chroma has half the width and height."}
        }}"#,
    );
    const INPUTS: &'static [Port] =
        &[Port::video(c"video", c"Pictures in RGBA or BGRA.").accepting(&[SLUICE_RGBA8, SLUICE_BGRA8])];
    const OUTPUTS: &'static [Port] =
        &[Port::encoded(c"encoded", c"JPEG, a picture a frame.").accepting(&[SLUICE_JPEG])];
    const FIGURES: &'static [Figure] = &[Figure::new(c"frames"), Figure::new(c"bytes"), Figure::new(c"leftOut")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let quality = number(context, c"quality")? as u8;
        Ok(Self { quality, pixels: Vec::new(), size: (0, 0), told_aspect: false, outbox: Outbox::new(SLUICE_JPEG) })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if !self.outbox.write(context, self.size)? {
            return Ok(Next::Again);
        }
        while let Some(frame) = context.read(0) {
            self.encode(context, frame)?;
            context.release(frame);
            if !self.outbox.write(context, self.size)? {
                return Ok(Next::Again);
            }
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        Ok(if self.outbox.write(context, self.size)? { Next::WhenFramesCome } else { Next::Again })
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.quality = number(context, c"quality")? as u8;
        Ok(())
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.outbox.packets, self.outbox.bytes, self.outbox.left_out]);
    }
}

impl JpegEncode {
    fn encode(&mut self, context: &mut Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a picture says nothing of itself")?;
        if info.pixel_aspect != 0 && !std::mem::replace(&mut self.told_aspect, true) {
            context.warn(&format!(
                "pictures have pixels of {}:{}, which JPEG does not keep, so that they look distorted: put a \"scale\" with \
                 squarePixels=true before it",
                info.pixel_aspect >> 16,
                info.pixel_aspect & 0xffff
            ));
        }
        let picture = context.picture(frame).ok_or("a picture has no planes")?;
        let colours = match picture.format {
            SLUICE_RGBA8 => ColorType::Rgba,
            SLUICE_BGRA8 => ColorType::Bgra,
            other => {
                let name = pixel_format_name(other);
                return Err(format!("pixel format {name} is neither rgba8 nor bgra8; put a \"convert\" before it"));
            }
        };
        let rows = &picture.planes[0];
        let pixels = if rows.stride == rows.row_bytes {
            rows.bytes
        } else {
            self.pixels.clear();
            (0..rows.rows).for_each(|row| self.pixels.extend_from_slice(rows.row(row)));
            &self.pixels
        };
        let mut bytes = self.outbox.buffer();
        Encoder::new(&mut bytes, self.quality)
            .encode(pixels, picture.width as u16, picture.height as u16, colours)
            .map_err(|error| format!("a picture of {} × {} is no JPEG: {error}", picture.width, picture.height))?;
        self.size = (picture.width, picture.height);
        let flags = SLUICE_KEYFRAME | info.flags & SLUICE_DISCONTINUITY;
        self.outbox.push(Packet { bytes, pts_ns: info.pts_ns, duration_ns: info.duration_ns, flags });
        Ok(())
    }
}
