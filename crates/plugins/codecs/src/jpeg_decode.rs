//! `org.sluice.codecs.jpeg-decode`: JPEG to pictures, by the crate `zune-jpeg`.

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_DECODE_ONLY, SLUICE_DISCONTINUITY, SLUICE_JPEG, SLUICE_RGBA8};
use sluice_stage::{Acquire, Context, Figure, Frame, Next, Port, Stage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use sluice_stage::config::text;

/// Most pixels in a row, and most rows.
const MOST_PIXELS: usize = 16_384;

/// Decodes pictures.
pub struct JpegDecode {
    strict: bool,
    /// The picture that was decoded and has no slot yet, in rows without padding.
    pixels: Vec<u8>,
    waiting: Option<Waiting>,
    gap: bool,
    /// Pictures that came.
    seen: f64,
    pictures: f64,
    damaged: f64,
}

#[derive(Clone, Copy)]
struct Waiting {
    size: (usize, usize),
    pts_ns: f64,
    duration_ns: f64,
}

impl Stage for JpegDecode {
    const ID: &'static CStr = c"org.sluice.codecs.jpeg-decode";
    const NAME: &'static CStr = c"JPEG decode";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Decodes JPEG to pictures in RGBA.\n\n\
        It takes baseline and progressive ones, grey or in colours. Those that are damaged are left out and \
        counted, the log tells of the first, and the next one is flagged as a discontinuity; of one that is cut \
        off, which is counted too, the rest is grey.\n\n\
        **Example.** `media-source path=camera.mkv ! jpeg-decode ! image-sink path=camera-%d.png`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "properties": {
            "damaged": {"type": "string", "enum": ["skip", "fail"], "default": "skip",
                "description": "For pictures that cannot be decoded, or are cut off: they are left out or partly grey, or the node fails."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::encoded(c"encoded", c"JPEG, a picture a frame.").accepting(&[SLUICE_JPEG])];
    const OUTPUTS: &'static [Port] = &[Port::video(c"video", c"Pictures in RGBA.").accepting(&[SLUICE_RGBA8])];
    const FIGURES: &'static [Figure] = &[Figure::new(c"frames"), Figure::new(c"damaged")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let strict = text(context, c"damaged")? == "fail";
        Ok(Self { strict, pixels: Vec::new(), waiting: None, gap: false, seen: 0.0, pictures: 0.0, damaged: 0.0 })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if !self.write(context)? {
            return Ok(Next::Again);
        }
        while let Some(frame) = context.read(0) {
            self.decode(context, frame)?;
            context.release(frame);
            if !self.write(context)? {
                return Ok(Next::Again);
            }
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        Ok(if self.write(context)? { Next::WhenFramesCome } else { Next::Again })
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.pictures, self.damaged]);
    }
}

impl JpegDecode {
    fn decode(&mut self, context: &mut Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a picture says nothing of itself")?;
        let bytes = context.bytes(frame, 0).ok_or("a picture has no bytes")?;
        self.gap |= info.flags & SLUICE_DISCONTINUITY != 0;
        self.seen += 1.0;
        // No other picture needs it.
        if info.flags & SLUICE_DECODE_ONLY != 0 {
            return Ok(());
        }
        match decode(bytes, &mut self.pixels) {
            Ok(size) => {
                let ends = has_end(bytes);
                self.waiting = Some(Waiting { size, pts_ns: info.pts_ns, duration_ns: info.duration_ns });
                if ends { Ok(()) } else { self.tell(context, "is cut off", "the rest of it is grey") }
            }
            Err(why) => {
                self.gap = true;
                self.tell(context, &format!("is no JPEG that can be decoded: {why}"), "it is left out")
            }
        }
    }

    /// Counts a damaged picture, and tells of the first one.
    fn tell(&mut self, context: &mut Context, why: &str, done: &str) -> Result<(), String> {
        self.damaged += 1.0;
        let message = format!("picture {} {why}", self.seen);
        if self.strict {
            return Err(message);
        }
        if self.damaged == 1.0 {
            context.warn(&format!("{message}; {done}, and the figure \"damaged\" counts others"));
        }
        Ok(())
    }

    /// Writes the picture that was decoded. `false`: no slot is free.
    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let Some(Waiting { size: (width, height), pts_ns, duration_ns }) = self.waiting else { return Ok(true) };
        if !context.may_write() {
            return Ok(false);
        }
        let frame = match context.acquire_video(0, SLUICE_RGBA8, width as u32, height as u32) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => {
                return Err(format!("no slot takes a picture of {width} × {height}: {why}"));
            }
        };
        let mut picture = context.picture_mut(frame).ok_or("a new picture has no planes")?;
        for (row, pixels) in self.pixels.chunks_exact(4 * width).take(height).enumerate() {
            picture.planes[0].row(row).copy_from_slice(pixels);
        }
        context.set_times_ns(frame, pts_ns, duration_ns)?;
        context.set_flags(frame, if std::mem::take(&mut self.gap) { SLUICE_DISCONTINUITY } else { 0 })?;
        context.write(0, frame)?;
        self.waiting = None;
        self.pictures += 1.0;
        Ok(true)
    }
}

/// Decodes a picture to RGBA. The answer is its width and height.
pub(crate) fn decode(bytes: &[u8], pixels: &mut Vec<u8>) -> Result<(usize, usize), String> {
    let options = DecoderOptions::default()
        .set_max_width(MOST_PIXELS)
        .set_max_height(MOST_PIXELS)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(bytes, options);
    decoder.decode_headers().map_err(|error| error.to_string())?;
    let (size, info) = (decoder.output_buffer_size(), decoder.info());
    let (Some(size), Some(info)) = (size, info) else { return Err("it has no size".into()) };
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    if size != 4 * width * height {
        return Err("it has colours that do not become RGBA".into());
    }
    pixels.resize(size, 0);
    decoder.decode_into(pixels).map_err(|error| error.to_string())?;
    Ok((width, height))
}

/// Whether a picture has its end, the marker EOI. Data has no marker but where a zero does not follow 0xFF, and other
/// markers tell how long their segment is (ITU-T T.81, B.1.1).
fn has_end(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&byte| byte == 0xff) {
        rest = match &rest[at + 1..] {
            [0xd9, ..] => return true,
            [0x00 | 0x01 | 0xd0..=0xd8, after @ ..] => after,
            [0xff, ..] => &rest[at + 1..],
            [_, segment @ ..] => match segment {
                [high, low, ..] => segment.get(usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or_default(),
                _ => return false,
            },
            [] => return false,
        };
    }
    false
}
