//! The stages that decode video, over a decoder of the system that takes some units at a time and gives pictures back on a
//! thread of its own.
//!
//! Hot path: a tick copies each unit once, and no picture: frames have the decoder's. It waits for the decoder at the end of a stream and where
//! another begins.

use std::collections::{HashMap, VecDeque};
use std::ffi::CStr;
use std::marker::PhantomData;
use std::sync::Arc;

use sluice_stage::abi::{SLUICE_DECODE_ONLY, SLUICE_DISCONTINUITY, SLUICE_I420, SLUICE_NV12, SluiceFrameInfo};
use sluice_stage::{Acquire, Context, Figure, Frame, Next, Port, Stage};

use super::codec::VideoCodec;
use super::encode::{Hardware, hardware};
use super::mailbox::Mailbox;
use super::system_picture::{SystemPicture, hand_on};
use crate::nal_units::to_lengths;
use crate::parameter_sets::{Codec, ParameterSets};
use crate::reorder::Reorder;
use crate::status::{is_lost, refusal};
use sluice_stage::config::text;

/// Units inside a decoder at most.
const MOST_INSIDE: usize = 8;

/// When the stage looks again where the decoder is full, if nothing wakes it before.
const LOOK_AGAIN_NS: f64 = 20e6;

/// What a decoder has made of the unit of that number.
pub struct Decoded<P> {
    /// As [`Decoder::decode`] had it.
    pub number: usize,
    /// The picture.
    pub picture: Result<P, Failure>,
}

/// Why there is no picture.
pub enum Failure {
    /// The unit is only for others, or the decoder has dropped it.
    NotShown,
    /// The unit is damaged.
    Damaged(String),
    /// The decoder is lost, such as when the Mac has slept: a new one begins with the next key frame.
    Lost(String),
}

impl Failure {
    /// What a status of VideoToolbox means for a unit.
    #[must_use]
    pub fn of_status(status: i32) -> Self {
        let text = refusal("decode a unit", status);
        if is_lost(status) { Self::Lost(text) } else { Self::Damaged(text) }
    }
}

/// A decoder of the system.
pub trait Decoder: Sized + 'static {
    /// What it makes.
    type Picture: SystemPicture;

    /// Makes one for a stream with these parameter sets. It leaves what it makes in the mailbox, from any thread.
    ///
    /// # Errors
    ///
    /// Why there is none, with what to do.
    fn open(
        codec: Codec,
        sets: &ParameterSets,
        hardware: Hardware,
        mailbox: &Arc<Mailbox<Decoded<Self::Picture>>>,
    ) -> Result<Self, String>;

    /// Takes a unit with lengths of 4 bytes. Each one that was taken comes to the mailbox once. The pictures of those that
    /// are not shown need not be made.
    ///
    /// # Errors
    ///
    /// Why it is not taken.
    fn decode(&mut self, number: usize, unit: &[u8], shown: bool) -> Result<(), Failure>;

    /// Waits until all that were taken have come to the mailbox.
    fn finish(&mut self);
}

/// Decodes access units.
pub struct VideoDecode<D: Decoder, C> {
    decoder: Option<D>,
    mailbox: Arc<Mailbox<Decoded<D::Picture>>>,
    hardware: Hardware,
    /// Damaged units fail the node.
    strict: bool,
    /// The parameter sets of the decoder.
    sets: Option<ParameterSets>,
    /// The unit that is decoded, with lengths.
    unit: Vec<u8>,
    /// The units inside the decoder, by their numbers.
    inside: HashMap<usize, Inside>,
    reorder: Reorder<(D::Picture, Inside)>,
    /// Pictures in their order that no slot has taken yet.
    waiting: VecDeque<(D::Picture, Inside)>,
    /// Something is missing before the next unit.
    gap: bool,
    /// Something is missing before the next picture that the decoder gives.
    missing: bool,
    finished: bool,
    units: usize,
    frames: f64,
    damaged: f64,
    codec: PhantomData<C>,
}

/// A unit inside the decoder.
#[derive(Clone, Copy)]
struct Inside {
    pts_ns: f64,
    dts_ns: f64,
    duration_ns: f64,
    pixel_aspect: u32,
    shown: bool,
    gap: bool,
}

impl<D: Decoder, C: VideoCodec> Stage for VideoDecode<D, C> {
    const ID: &'static CStr = C::DECODE.id;
    const NAME: &'static CStr = C::DECODE.name;
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = C::DECODE.doc;
    const CONFIG: Option<&'static CStr> = Some(C::DECODE.config);
    const INPUTS: &'static [Port] = &[Port::encoded(c"encoded", C::DECODE.encoded).accepting(C::FORMATS)];
    const OUTPUTS: &'static [Port] =
        &[Port::video(c"video", c"Pictures in NV12.").accepting(&[SLUICE_NV12, SLUICE_I420]).burst(2)];
    const FIGURES: &'static [Figure] = &[Figure::new(c"units"), Figure::new(c"frames"), Figure::new(c"damaged")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            decoder: None,
            mailbox: Arc::new(Mailbox::new(context.waker())),
            hardware: hardware(context)?,
            strict: text(context, c"damaged")? == "fail",
            sets: None,
            unit: Vec::new(),
            inside: HashMap::new(),
            reorder: Reorder::new(),
            waiting: VecDeque::new(),
            gap: false,
            missing: false,
            finished: false,
            units: 0,
            frames: 0.0,
            damaged: 0.0,
            codec: PhantomData,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        loop {
            self.collect(context)?;
            if !self.write_waiting(context)? {
                return Ok(Next::Again);
            }
            // The decoder wakes the stage, which has to ask for a time where it leaves frames unread.
            if self.inside.len() >= MOST_INSIDE {
                context.wait_until_ns(context.now_ns() + LOOK_AGAIN_NS);
                return Ok(Next::WhenFramesCome);
            }
            let Some(frame) = context.read(0) else { return Ok(Next::WhenFramesCome) };
            self.decode(context, frame)?;
            context.release(frame);
        }
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        if !std::mem::replace(&mut self.finished, true) {
            self.end_stream(context)?;
        }
        Ok(if self.write_waiting(context)? { Next::WhenFramesCome } else { Next::Again })
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.units as f64, self.frames, self.damaged]);
    }
}

impl<D: Decoder, C: VideoCodec> VideoDecode<D, C> {
    fn decode(&mut self, context: &mut Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a unit says nothing of itself")?;
        let bytes = context.bytes(frame, 0).ok_or("a unit has no bytes")?;
        self.unit.clear();
        to_lengths(bytes, |unit| C::CODEC.is_of_sample(unit), &mut self.unit);
        let sets = C::CODEC.parameter_sets(bytes);
        let number = self.units;
        self.units += 1;
        self.gap |= info.flags & SLUICE_DISCONTINUITY != 0;
        if let Some(sets) = sets.filter(|sets| self.decoder.is_none() || self.sets.as_ref() != Some(sets)) {
            self.end_stream(context)?;
            self.decoder = Some(D::open(C::CODEC, &sets, self.hardware, &self.mailbox)?);
            self.sets = Some(sets);
        }
        // A unit of parameter sets alone has no picture.
        if self.unit.is_empty() {
            return Ok(());
        }
        let Some(decoder) = &mut self.decoder else { return self.damage(context, "no parameter sets came before it") };
        let inside = Inside::of(&info, std::mem::take(&mut self.gap));
        self.inside.insert(number, inside);
        match decoder.decode(number, &self.unit, inside.shown) {
            Ok(()) => Ok(()),
            Err(failure) => self.take_failure(context, number, failure),
        }
    }

    /// Has the decoder give what it has, and lets go of it: the next stream has times of its own.
    fn end_stream(&mut self, context: &mut Context) -> Result<(), String> {
        if let Some(mut decoder) = self.decoder.take() {
            decoder.finish();
        }
        self.collect(context)?;
        self.inside.clear();
        self.waiting.extend(std::iter::from_fn(|| self.reorder.pop_rest()));
        self.reorder.restart();
        Ok(())
    }

    /// Takes what the decoder has made.
    fn collect(&mut self, context: &mut Context) -> Result<(), String> {
        while let Some(Decoded { number, picture }) = self.mailbox.take() {
            match picture {
                Err(failure) => self.take_failure(context, number, failure)?,
                Ok(picture) => {
                    // That of a unit which the decoder has also refused is passed over.
                    let Some(mut inside) = self.inside.remove(&number) else { continue };
                    if inside.shown {
                        inside.gap |= std::mem::take(&mut self.missing);
                        self.reorder.push(inside.pts_ns, inside.dts_ns, (picture, inside));
                    } else {
                        self.missing |= inside.gap;
                    }
                }
            }
            self.waiting.extend(std::iter::from_fn(|| self.reorder.pop()));
        }
        Ok(())
    }

    fn take_failure(&mut self, context: &mut Context, number: usize, failure: Failure) -> Result<(), String> {
        let Some(inside) = self.inside.remove(&number) else { return Ok(()) };
        self.reorder.advance(inside.dts_ns);
        self.missing |= inside.gap;
        match failure {
            Failure::NotShown => Ok(()),
            Failure::Damaged(why) => self.damage(context, &why),
            Failure::Lost(why) => {
                context.warn(&format!("the decoder is lost: {why}; decoding goes on with the next key frame"));
                self.damage(context, &why)?;
                self.end_stream(context)
            }
        }
    }

    /// Counts a unit that cannot be decoded, and warns of the first.
    fn damage(&mut self, context: &mut Context, why: &str) -> Result<(), String> {
        if self.strict {
            return Err(format!("access unit {} cannot be decoded: {why}", self.units));
        }
        if self.damaged == 0.0 {
            context.warn(&format!("access unit {} cannot be decoded: {why}; such ones are left out", self.units));
        }
        self.damaged += 1.0;
        self.missing = true;
        Ok(())
    }

    /// Writes the pictures that wait. `false`: no slot is free for the rest.
    fn write_waiting(&mut self, context: &mut Context) -> Result<bool, String> {
        while let Some((picture, inside)) = self.waiting.pop_front() {
            let (width, height) = picture.size();
            let made = if context.may_write() {
                hand_on(context, 0, picture, inside.pixel_aspect)
            } else {
                Err((Some(picture), Acquire::Later))
            };
            let frame = match made {
                Ok(frame) => frame,
                Err((Some(picture), Acquire::Later)) => {
                    self.waiting.push_front((picture, inside));
                    return Ok(false);
                }
                Err((_, Acquire::Refused(why))) => {
                    return Err(format!("no slot takes a picture of {width} × {height}: {why}"));
                }
                Err((None, Acquire::Later)) => return Err("a picture was lost".into()),
            };
            context.set_times_ns(frame, inside.pts_ns, inside.duration_ns)?;
            context.set_flags(frame, if inside.gap { SLUICE_DISCONTINUITY } else { 0 })?;
            context.write(0, frame)?;
            self.frames += 1.0;
        }
        Ok(true)
    }
}

impl Inside {
    fn of(info: &SluiceFrameInfo, gap: bool) -> Self {
        Self {
            pts_ns: info.pts_ns,
            dts_ns: info.dts_ns,
            duration_ns: info.duration_ns,
            pixel_aspect: info.pixel_aspect,
            shown: info.flags & SLUICE_DECODE_ONLY == 0,
            gap,
        }
    }
}
