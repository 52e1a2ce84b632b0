//! `org.sluice.codecs.h264-encode`: pictures to H.264, by openh264.

use std::ffi::CStr;

use sluice_stage::abi::{
    SLUICE_DISCONTINUITY, SLUICE_H264, SLUICE_I420, SLUICE_KEYFRAME, SLUICE_NV12, SluiceFrameInfo,
};
use sluice_stage::{Context, Figure, Frame, Next, Picture, Port, Stage, pixel_format_name};

use crate::h264_encoder::{Complexity, H264Encoder, Matrix, Planes, Profile, Rate, Settings};
use crate::outbox::{Outbox, Packet};
use sluice_stage::config::{number, text};

/// What openh264 takes, in either orientation.
const SMALLEST: u32 = 16;
const LONGEST: u32 = 3_840;
const SHORTEST: u32 = 2_160;

/// Encodes pictures.
pub struct H264Encode {
    /// Its rate of pictures is 0 where the first picture is to tell it.
    settings: Settings,
    /// Made for the first picture, and anew for one of another size.
    encoder: Option<H264Encoder>,
    /// The next picture becomes a key frame.
    force_key_frame: bool,
    /// Chroma of pictures in NV12, which openh264 takes apart.
    chroma: [Vec<u8>; 2],
    outbox: Outbox,
}

impl Stage for H264Encode {
    const ID: &'static CStr = c"org.sluice.codecs.h264-encode";
    const NAME: &'static CStr = c"H.264 encode";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Encodes pictures to H.264, an access unit a picture.\n\n\
        It is openh264. Units come in the order of the pictures and in Annex B form; key frames have the \
        parameter sets in front. A picture of another size starts with a key frame, as does one after the \
        command `keyFrame`. The matrix and the range that are given stand in the stream, and change no picture; so does how wide \
        pixels are, as pictures say it.\n\n\
        Sizes are even. A live graph that has begun leaves out pictures of other sizes, and those that no slot \
        takes: the log tells of the first, the figure `leftOut` counts them, and the stream goes on with a key \
        frame. Pictures of noise that would be longer than openh264 has room for are quantised more coarsely from \
        there on, which the log says.\n\n\
        The parameter sets of encoders of one size, profile and rate of pictures are the same for every bit rate \
        up to 24 Mbit/s: the level that they name is 4 or higher, which has room for that. So one encoder may be \
        replaced by one of another bit rate while a `media-sink` records. A live bit rate beyond what the level \
        has room for is refused; another size, profile, matrix or range needs another file.\n\n\
        **Example.** `pattern-source durationSeconds=10 ! convert ! h264-encode bitRate=4000000 ! media-sink \
        path=pattern.mp4`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "properties": {
            "bitRate": {"type": "integer", "minimum": 10000, "maximum": 200000000, "default": 2000000,
                "x-unit": "bit/s", "x-live": true, "description": "Bits a second, on average."},
            "rateControl": {"type": "string", "enum": ["bitrate", "quality", "constant"], "default": "bitrate",
                "description": "The kept quantity: the bit rate; the quality, with the bit rate as a target; the quantiser."},
            "quantiser": {"type": "integer", "minimum": 1, "maximum": 51, "default": 24,
                "description": "With the rate control constant: the quantiser of all pictures, the lower the better."},
            "keyInterval": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 60, "x-unit": "frames",
                "description": "Frames from key frame to key frame at most."},
            "profile": {"type": "string", "enum": ["baseline", "main", "high"], "default": "high",
                "description": "The profile of the stream."},
            "complexity": {"type": "string", "enum": ["low", "medium", "high"], "default": "medium",
                "description": "How much time is spent on a picture."},
            "content": {"type": "string", "enum": ["camera", "screen"], "default": "camera",
                "description": "The content of the pictures."},
            "frameRate": {"type": "number", "minimum": 0, "maximum": 1000, "default": 0, "x-unit": "Hz",
                "description": "Pictures a second, for the bit rate; 0 takes the duration of the first picture, or 30."},
            "matrix": {"type": "string", "enum": ["bt601", "bt709", "bt2020"], "default": "bt709",
                "description": "The matrix that the pictures were made with, which the stream names."},
            "range": {"type": "string", "enum": ["limited", "full"], "default": "limited",
                "description": "The range that the pictures were made with, which the stream names."}
        }}"#,
    );
    const INPUTS: &'static [Port] =
        &[Port::video(c"video", c"Pictures of even size.").accepting(&[SLUICE_I420, SLUICE_NV12])];
    const OUTPUTS: &'static [Port] =
        &[Port::encoded(c"encoded", c"H.264, an access unit a frame.").accepting(&[SLUICE_H264])];
    const FIGURES: &'static [Figure] =
        &[Figure::new(c"frames"), Figure::new(c"keyFrames"), Figure::new(c"bytes"), Figure::new(c"leftOut")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let settings = settings(context)?;
        let chroma = [Vec::new(), Vec::new()];
        Ok(Self { settings, encoder: None, force_key_frame: false, chroma, outbox: Outbox::new(SLUICE_H264) })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if !self.write(context)? {
            return Ok(Next::Again);
        }
        while let Some(frame) = context.read(0) {
            self.encode(context, frame)?;
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

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        let bit_rate = number(context, c"bitRate")? as u32;
        if let Some(encoder) = &mut self.encoder {
            encoder.set_bit_rate(bit_rate)?;
        }
        self.settings.bit_rate = bit_rate;
        Ok(())
    }

    fn command(&mut self, _context: &mut Context, name: &str, _json: &str) -> Result<String, String> {
        if name != "keyFrame" {
            return Err(format!("there is no command \"{name}\"; there is \"keyFrame\""));
        }
        self.force_key_frame = true;
        Ok("null".into())
    }

    fn figures(&mut self, values: &mut [f64]) {
        let Outbox { packets, key_frames, bytes, left_out, .. } = self.outbox;
        values.copy_from_slice(&[packets, key_frames, bytes, left_out]);
    }
}

impl H264Encode {
    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let measures = self.encoder.as_ref().map_or((0, 0), H264Encoder::size);
        self.outbox.write(context, measures)
    }

    fn encode(&mut self, context: &mut Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a picture says nothing of itself")?;
        if let Err(why) = self.fit(&info) {
            return self.outbox.leave_out(context, why);
        }
        // What follows what was left out needs it.
        self.force_key_frame |= self.outbox.has_lost();
        let picture = context.picture(frame).ok_or("a picture has no planes")?;
        let Self { encoder: Some(encoder), chroma, outbox, force_key_frame, .. } = self else {
            return Err("there is no encoder".into());
        };
        let (time_ms, force) = ((info.pts_ns.max(0.0) / 1e6) as i64, std::mem::take(force_key_frame));
        let planes = match planes(&picture, chroma) {
            Ok(planes) => planes,
            Err(why) => return outbox.leave_out(context, why),
        };
        let mut bytes = outbox.buffer();
        let before = encoder.least_quantiser();
        let key_frame = loop {
            match encoder.encode(&planes, time_ms, force, &mut bytes)? {
                Some(key_frame) => break key_frame,
                None => *encoder = encoder.coarser()?,
            }
        };
        let least = encoder.least_quantiser();
        if least > before {
            context.warn(&format!(
                "openh264 has no room for a picture of noise that is encoded so finely: pictures are quantised by {least} \
                 at least from here on"
            ));
        }
        if bytes.is_empty() {
            return Err("openh264 has made nothing of a picture".into());
        }
        let flags = info.flags & SLUICE_DISCONTINUITY | if key_frame { SLUICE_KEYFRAME } else { 0 };
        self.outbox.push(Packet { bytes, pts_ns: info.pts_ns, duration_ns: info.duration_ns, flags });
        Ok(())
    }

    /// Makes an encoder for the size of a picture, unless it is there.
    fn fit(&mut self, info: &SluiceFrameInfo) -> Result<(), String> {
        let size @ (width, height) = (info.width, info.height);
        let fits = |encoder: &H264Encoder| encoder.size() == size && encoder.pixel_aspect() == info.pixel_aspect;
        if self.encoder.as_ref().is_some_and(fits) {
            return Ok(());
        }
        let (long, short) = (width.max(height), width.min(height));
        if width % 2 + height % 2 > 0 || short < SMALLEST || long > LONGEST || short > SHORTEST {
            return Err(format!(
                "H.264 cannot have pictures of {width} × {height}: wanted even sizes from {SMALLEST} × {SMALLEST} to \
                 {LONGEST} × {SHORTEST}; put a \"scale\" before it"
            ));
        }
        let lasts = if info.duration_ns > 0.0 { (1e9 / info.duration_ns) as f32 } else { 30.0 };
        let frame_rate = if self.settings.frame_rate > 0.0 { self.settings.frame_rate } else { lasts };
        let settings = Settings { frame_rate, pixel_aspect: info.pixel_aspect, ..self.settings };
        self.encoder = Some(H264Encoder::new(&settings, size)?);
        Ok(())
    }
}

fn settings(context: &Context) -> Result<Settings, String> {
    Ok(Settings {
        bit_rate: number(context, c"bitRate")? as u32,
        rate: match text(context, c"rateControl")? {
            "quality" => Rate::Quality,
            "constant" => Rate::Quantiser(number(context, c"quantiser")? as u8),
            _ => Rate::Bits,
        },
        key_interval: number(context, c"keyInterval")? as u32,
        profile: match text(context, c"profile")? {
            "baseline" => Profile::Baseline,
            "main" => Profile::Main,
            _ => Profile::High,
        },
        complexity: match text(context, c"complexity")? {
            "low" => Complexity::Low,
            "high" => Complexity::High,
            _ => Complexity::Medium,
        },
        screen: text(context, c"content")? == "screen",
        frame_rate: number(context, c"frameRate")? as f32,
        matrix: match text(context, c"matrix")? {
            "bt601" => Matrix::Bt601,
            "bt2020" => Matrix::Bt2020,
            _ => Matrix::Bt709,
        },
        full_range: text(context, c"range")? == "full",
        pixel_aspect: 0,
        least_quantiser: 0,
    })
}

/// The planes of a picture, those of NV12 with their chroma taken apart.
fn planes<'a>(picture: &Picture<'a>, chroma: &'a mut [Vec<u8>; 2]) -> Result<Planes<'a>, String> {
    let &Picture { format, width, height, planes } = picture;
    let [luma, first, _] = planes;
    if format == SLUICE_I420 {
        return Ok(Planes { planes: planes.map(|plane| (plane.bytes, plane.stride)), width, height });
    }
    if format != SLUICE_NV12 {
        let name = pixel_format_name(format);
        return Err(format!("pixel format {name} is neither i420 nor nv12; put a \"convert\" before it"));
    }
    let half = width as usize / 2;
    let [us, vs] = chroma;
    us.resize(half * first.rows, 0);
    vs.resize(half * first.rows, 0);
    for row in 0..first.rows {
        let places = us[row * half..][..half].iter_mut().zip(&mut vs[row * half..][..half]);
        for (pair, (u, v)) in first.row(row).chunks_exact(2).zip(places) {
            (*u, *v) = (pair[0], pair[1]);
        }
    }
    Ok(Planes { planes: [(luma.bytes, luma.stride), (us, half), (vs, half)], width, height })
}
