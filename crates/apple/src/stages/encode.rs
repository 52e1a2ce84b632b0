//! The stages that encode pictures, over an encoder of the system that takes some at a time and gives them back on a
//! thread of its own.
//!
//! Hot path: a tick copies a picture once, into memory of the encoder's, if it is not in memory of the system's already,
//! and each unit once. It waits for nothing; the end of a stream waits for the encoder.

use std::collections::{HashMap, VecDeque};
use std::ffi::{CStr, c_void};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::Arc;

use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_I420, SLUICE_KEYFRAME, SLUICE_NV12, SluiceFrameInfo};
use sluice_stage::{Acquire, Context, Figure, Frame, Next, Picture, Port, Stage};

use super::codec::VideoCodec;
use super::mailbox::Mailbox;
use super::system_picture::PIXEL_BUFFER;
use crate::parameter_sets::Codec;
use sluice_stage::config::{number, text};

/// Pictures inside an encoder at most: enough to keep a media engine busy, and few enough to hold no pool up.
const MOST_INSIDE: usize = 8;

/// When the stage looks again where the encoder is full, if nothing wakes it before.
const LOOK_AGAIN_NS: f64 = 20e6;

/// What an encoder is made for.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoding {
    /// Which codec.
    pub codec: Codec,
    /// Pixels in a row, and rows.
    pub size: (u32, u32),
    /// `SLUICE_NV12` or `SLUICE_I420`.
    pub format: u32,
    /// How wide a pixel is in the upper 16 bits, and how high in the lower; 0: as wide as high, or not known.
    pub pixel_aspect: u32,
    /// Bits a second.
    pub bit_rate: u32,
    /// Frames from key frame to key frame at most.
    pub key_interval: u32,
    /// Pictures a second.
    pub rate_hz: f64,
    /// The profile.
    pub profile: Profile,
    /// Pictures may refer to later ones.
    pub reorder: bool,
    /// `prefer`, `require` or `avoid`.
    pub hardware: Hardware,
    /// How colours are to be read.
    pub colours: Colours,
    /// Pictures come as they are made, and are wanted soon.
    pub live: bool,
}

/// Whether the media engine is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hardware {
    /// Where there is one.
    Prefer,
    /// Or nothing.
    Require,
    /// Never.
    Avoid,
}

/// A profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// H.264 only.
    Baseline,
    /// Of either.
    Main,
    /// H.264 only.
    High,
}

/// How colours are to be read: what the stream says of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colours {
    /// The matrix.
    pub matrix: Matrix,
    /// Luma has all 256 values.
    pub full_range: bool,
}

/// A matrix, with the primaries and the transfer that belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matrix {
    /// ITU-R BT.601.
    Bt601,
    /// ITU-R BT.709.
    Bt709,
    /// ITU-R BT.2020.
    Bt2020,
}

/// What an encoder has made of the picture of that number.
pub struct Encoded {
    /// As [`Encoder::encode`] had it.
    pub number: usize,
    /// The unit; `None` if the encoder has dropped the picture, as it may in a live graph; or why it cannot go on.
    pub unit: Result<Option<Unit>, String>,
}

/// An access unit.
pub struct Unit {
    /// In Annex B form, with parameter sets in front of key frames.
    pub bytes: Vec<u8>,
    /// When it is decoded, nanoseconds; `None` where that is when it is presented.
    pub dts_ns: Option<f64>,
    /// Decoding can start with it.
    pub key_frame: bool,
}

/// Where the pixels of a picture are.
pub enum Source<'a> {
    /// In a frame, from which they are copied.
    Frame(Picture<'a>),
    /// In memory of the system's: a handle of the type [`PIXEL_BUFFER`], valid during the call, which retains it.
    Handle(NonNull<c_void>),
}

/// An encoder of the system.
pub trait Encoder: Sized + 'static {
    /// Makes one, which leaves what it makes in the mailbox, from any thread, in the order of decoding.
    ///
    /// # Errors
    ///
    /// Why there is none, with what to do.
    fn open(encoding: &Encoding, mailbox: &Arc<Mailbox<Encoded>>) -> Result<Self, String>;

    /// Takes a picture. Each one that was taken comes to the mailbox once.
    ///
    /// # Errors
    ///
    /// Why it is not taken.
    fn encode(
        &mut self,
        number: usize,
        picture: &Source<'_>,
        times_ns: (f64, f64),
        key_frame: bool,
    ) -> Result<(), String>;

    /// Sets the bits a second.
    ///
    /// # Errors
    ///
    /// Why not.
    fn set_bit_rate(&mut self, bit_rate: u32) -> Result<(), String>;

    /// Waits until all that were taken have come to the mailbox.
    ///
    /// # Errors
    ///
    /// Why some have not.
    fn finish(&mut self) -> Result<(), String>;
}

/// Encodes pictures.
pub struct VideoEncode<E, C> {
    /// What the configuration says; size, format and rate are those of the newest picture.
    encoding: Encoding,
    encoder: Option<E>,
    mailbox: Arc<Mailbox<Encoded>>,
    /// The pictures inside the encoder, by their numbers.
    inside: HashMap<usize, Inside>,
    /// Units that no slot has taken yet.
    waiting: VecDeque<(Unit, Inside)>,
    pictures: usize,
    /// The next picture becomes a key frame.
    force_key_frame: bool,
    /// A unit is missing before the next one that the encoder gives.
    dropped: bool,
    /// A unit is missing before the next one that is written.
    gap: bool,
    finished: bool,
    units: f64,
    key_frames: f64,
    bytes: f64,
    left_out: f64,
    codec: PhantomData<C>,
}

/// A picture inside the encoder.
struct Inside {
    pts_ns: f64,
    duration_ns: f64,
    size: (u32, u32),
    /// Frames before it are missing.
    flags: u32,
}

impl<E: Encoder, C: VideoCodec> Stage for VideoEncode<E, C> {
    const ID: &'static CStr = C::ENCODE.id;
    const NAME: &'static CStr = C::ENCODE.name;
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = C::ENCODE.doc;
    const CONFIG: Option<&'static CStr> = Some(C::ENCODE.config);
    const INPUTS: &'static [Port] =
        &[Port::video(c"video", c"Pictures of even size.").accepting(&[SLUICE_NV12, SLUICE_I420])];
    const OUTPUTS: &'static [Port] = &[Port::encoded(c"encoded", C::ENCODE.encoded).accepting(C::FORMATS)];
    const FIGURES: &'static [Figure] =
        &[Figure::new(c"frames"), Figure::new(c"keyFrames"), Figure::new(c"bytes"), Figure::new(c"leftOut")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            encoding: encoding(context, C::CODEC)?,
            encoder: None,
            mailbox: Arc::new(Mailbox::new(context.waker())),
            inside: HashMap::new(),
            waiting: VecDeque::new(),
            pictures: 0,
            force_key_frame: false,
            dropped: false,
            gap: false,
            finished: false,
            units: 0.0,
            key_frames: 0.0,
            bytes: 0.0,
            left_out: 0.0,
            codec: PhantomData,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        loop {
            self.collect()?;
            if !self.write_waiting(context)? {
                return Ok(Next::Again);
            }
            // The encoder wakes the stage, which has to ask for a time where it leaves frames unread.
            if self.inside.len() >= MOST_INSIDE {
                context.wait_until_ns(context.now_ns() + LOOK_AGAIN_NS);
                return Ok(Next::WhenFramesCome);
            }
            let Some(frame) = context.read(0) else { return Ok(Next::WhenFramesCome) };
            self.encode(context, frame)?;
            context.release(frame);
        }
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        if !std::mem::replace(&mut self.finished, true) {
            self.empty_encoder()?;
        }
        Ok(if self.write_waiting(context)? { Next::WhenFramesCome } else { Next::Again })
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        let bit_rate = number(context, c"bitRate")? as u32;
        if let Some(encoder) = &mut self.encoder {
            encoder.set_bit_rate(bit_rate)?;
        }
        self.encoding.bit_rate = bit_rate;
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
        values.copy_from_slice(&[self.units, self.key_frames, self.bytes, self.left_out]);
    }
}

impl<E: Encoder, C: VideoCodec> VideoEncode<E, C> {
    fn encode(&mut self, context: &mut Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a picture says nothing of itself")?;
        if let Err(why) = self.fit(&info) {
            return self.leave_out(context, why);
        }
        // A handle first: to ask for planes would have it copied.
        let picture = match context.foreign(frame, PIXEL_BUFFER) {
            Some(handle) => Source::Handle(handle),
            None => Source::Frame(context.picture(frame).ok_or("a picture has no planes")?),
        };
        let number = self.pictures;
        self.pictures += 1;
        let inside = Inside {
            pts_ns: info.pts_ns,
            duration_ns: info.duration_ns,
            size: self.encoding.size,
            flags: info.flags & SLUICE_DISCONTINUITY,
        };
        self.inside.insert(number, inside);
        let key_frame = std::mem::take(&mut self.force_key_frame);
        let encoder = self.encoder.as_mut().ok_or("there is no encoder")?;
        encoder.encode(number, &picture, (info.pts_ns, info.duration_ns), key_frame).inspect_err(|_| {
            self.inside.remove(&number);
        })
    }

    /// Makes an encoder for pictures such as this one, unless it is there.
    fn fit(&mut self, info: &SluiceFrameInfo) -> Result<(), String> {
        let size @ (width, height) = (info.width, info.height);
        let (format, pixel_aspect) = (info.format, info.pixel_aspect);
        let of_newest = (self.encoding.size, self.encoding.format, self.encoding.pixel_aspect);
        if self.encoder.is_some() && of_newest == (size, format, pixel_aspect) {
            return Ok(());
        }
        if width % 2 + height % 2 > 0 || width == 0 || height == 0 {
            return Err(format!(
                "cannot encode pictures of {width} × {height}: wanted even sizes; put a \"scale\" before it"
            ));
        }
        self.empty_encoder()?;
        let lasts = if info.duration_ns > 0.0 { 1e9 / info.duration_ns } else { 30.0 };
        let rate_hz = if self.encoding.rate_hz > 0.0 { self.encoding.rate_hz } else { lasts };
        self.encoding = Encoding { size, format, pixel_aspect, ..self.encoding.clone() };
        self.encoder = Some(E::open(&Encoding { rate_hz, ..self.encoding.clone() }, &self.mailbox)?);
        Ok(())
    }

    /// Has the encoder give what it has, and lets go of it.
    fn empty_encoder(&mut self) -> Result<(), String> {
        if let Some(mut encoder) = self.encoder.take() {
            encoder.finish()?;
        }
        self.collect()
    }

    /// Takes what the encoder has made.
    fn collect(&mut self) -> Result<(), String> {
        while let Some(Encoded { number, unit }) = self.mailbox.take() {
            let mut inside = self.inside.remove(&number).ok_or("the encoder has given a picture twice")?;
            match unit? {
                Some(unit) => {
                    inside.flags |= if std::mem::take(&mut self.dropped) { SLUICE_DISCONTINUITY } else { 0 };
                    self.waiting.push_back((unit, inside));
                }
                None => (self.left_out, self.dropped) = (self.left_out + 1.0, true),
            }
        }
        Ok(())
    }

    /// Writes what waits. `false`: no slot is free for the rest.
    fn write_waiting(&mut self, context: &mut Context) -> Result<bool, String> {
        while let Some((unit, inside)) = self.waiting.pop_front() {
            if !context.may_write() || !self.write(context, &unit, &inside)? {
                self.waiting.push_front((unit, inside));
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn write(&mut self, context: &mut Context, unit: &Unit, inside: &Inside) -> Result<bool, String> {
        let length = unit.bytes.len() as u32;
        let frame = match context.acquire_encoded(0, C::FORMATS[0], inside.size, length) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => {
                let why = format!("no slot takes {length} bytes: {why}");
                self.leave_out(context, why)?;
                return Ok(true);
            }
        };
        let place = context.bytes_mut(frame, 0).ok_or("a new frame has no bytes")?;
        place.get_mut(..unit.bytes.len()).ok_or("a new frame is too short")?.copy_from_slice(&unit.bytes);
        context.set_length(frame, length)?;
        let dts_ns = unit.dts_ns.unwrap_or(inside.pts_ns);
        context.set_coded_times_ns(frame, inside.pts_ns, dts_ns, inside.duration_ns)?;
        let gap = if std::mem::take(&mut self.gap) { SLUICE_DISCONTINUITY } else { 0 };
        context.set_flags(frame, inside.flags | gap | if unit.key_frame { SLUICE_KEYFRAME } else { 0 })?;
        context.write(0, frame)?;
        self.units += 1.0;
        self.bytes += f64::from(length);
        self.key_frames += f64::from(u8::from(unit.key_frame));
        Ok(true)
    }

    /// In a live graph in which units have gone out, one that cannot is left out, which is counted and warned of once.
    fn leave_out(&mut self, context: &mut Context, why: String) -> Result<(), String> {
        if !context.is_live() || self.units == 0.0 {
            return Err(why);
        }
        if self.left_out == 0.0 {
            context.warn(&format!("{why}; such ones are left out of the stream"));
        }
        self.left_out += 1.0;
        (self.gap, self.force_key_frame) = (true, true);
        Ok(())
    }
}

/// Reads `hardware`.
pub(super) fn hardware(context: &Context) -> Result<Hardware, String> {
    Ok(match text(context, c"hardware")? {
        "require" => Hardware::Require,
        "avoid" => Hardware::Avoid,
        _ => Hardware::Prefer,
    })
}

fn encoding(context: &Context, codec: Codec) -> Result<Encoding, String> {
    Ok(Encoding {
        codec,
        size: (0, 0),
        format: 0,
        pixel_aspect: 0,
        bit_rate: number(context, c"bitRate")? as u32,
        key_interval: number(context, c"keyInterval")? as u32,
        rate_hz: number(context, c"frameRate")?,
        profile: match text(context, c"profile")? {
            "baseline" => Profile::Baseline,
            "high" => Profile::High,
            _ => Profile::Main,
        },
        reorder: number(context, c"reorder")? != 0.0,
        hardware: hardware(context)?,
        colours: Colours {
            matrix: match text(context, c"matrix")? {
                "bt601" => Matrix::Bt601,
                "bt2020" => Matrix::Bt2020,
                _ => Matrix::Bt709,
            },
            full_range: text(context, c"range")? == "full",
        },
        live: context.is_live(),
    })
}
