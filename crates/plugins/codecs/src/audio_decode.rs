//! Stages that decode audio with the crates of Symphonia: what `aac-decode`, `mp3-decode` and `flac-decode` share.

use std::ffi::CStr;
use std::marker::PhantomData;

use sluice_stage::abi::SLUICE_DISCONTINUITY;
use sluice_stage::{Acquire, Context, Figure, Frame, Next, Port, Stage};
use symphonia_core::codecs::audio::AudioDecoder;
use symphonia_core::packet::PacketRef;
use symphonia_core::units::{Duration, Timestamp};

use crate::heard::{Durations, Heard, Timeline, time_ns};
use sluice_stage::config::text;

/// Most values in a block of audio: they fit the slots of the usual pool.
const MOST_VALUES: usize = 16_384;

/// What the header of a packet says.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Header {
    pub(crate) rate_hz: u32,
    pub(crate) channels: usize,
    /// In each channel.
    pub(crate) samples: usize,
    /// Bytes in front that the decoder is not given.
    pub(crate) skip: usize,
    /// The type of object of AAC, or the bits of a sample of FLAC.
    pub(crate) detail: u32,
}

/// A codec that Symphonia decodes.
pub(crate) trait Coding: Send + 'static {
    const ID: &'static CStr;
    const NAME: &'static CStr;
    const DOC: &'static CStr;
    const INPUTS: &'static [Port];

    /// Reads the header of a packet. `None`: it is damaged.
    fn read(packet: &[u8]) -> Option<Header>;

    /// Makes a decoder for a stream with such packets, of which the graph says that it decodes to `told_hz`, or 0.
    ///
    /// # Errors
    ///
    /// What of the stream cannot be decoded, and what can be done.
    fn decoder(header: &Header, told_hz: u32) -> Result<Box<dyn AudioDecoder>, String>;
}

/// Decodes packets of a codec.
pub struct AudioDecode<C> {
    strict: bool,
    stream: Option<Stream>,
    /// What the packet before said, if that was another stream.
    other: Option<Header>,
    /// A vector for each channel.
    pcm: Vec<Vec<f32>>,
    /// What was decoded and has no slot yet: samples of `pcm`.
    waiting: Option<Heard>,
    timeline: Timeline,
    /// Silence took the place of a packet, or another stream began.
    gap: bool,
    packets: f64,
    damaged: f64,
    coding: PhantomData<C>,
}

/// The stream that is decoded.
struct Stream {
    decoder: Box<dyn AudioDecoder>,
    header: Header,
}

impl<C: Coding> Stage for AudioDecode<C> {
    const ID: &'static CStr = C::ID;
    const NAME: &'static CStr = C::NAME;
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = C::DOC;
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "properties": {
            "damaged": {"type": "string", "enum": ["conceal", "fail"], "default": "conceal",
                "description": "For packets that cannot be decoded: silence takes their place, or the node fails."}
        }}"#,
    );
    const INPUTS: &'static [Port] = C::INPUTS;
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audio", c"Audio at the rate of the stream.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"packets"), Figure::new(c"damaged")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            strict: text(context, c"damaged")? == "fail",
            stream: None,
            other: None,
            pcm: Vec::new(),
            waiting: None,
            timeline: Timeline::default(),
            gap: false,
            packets: 0.0,
            damaged: 0.0,
            coding: PhantomData,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if !self.write(context)? {
            return Ok(Next::Again);
        }
        while let Some(frame) = context.read(0) {
            if let Some(why) = self.take(context, frame)? {
                self.tell(context, why)?;
            }
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
        values.copy_from_slice(&[self.packets, self.damaged]);
    }
}

impl<C: Coding> AudioDecode<C> {
    /// Decodes a packet. The answer is what damages it.
    fn take(&mut self, context: &Context, frame: Frame) -> Result<Option<String>, String> {
        let info = context.info(frame).ok_or("a packet says nothing of itself")?;
        let packet = context.bytes(frame, 0).ok_or("a packet has no bytes")?;
        self.packets += 1.0;
        self.timeline.begins_anew(&info);
        if info.flags & SLUICE_DISCONTINUITY != 0 {
            // A decoder that is reset keeps the state of its noise.
            if let Some(stream) = &mut self.stream {
                stream.decoder = C::decoder(&stream.header, 0)?;
            }
        }
        let header = C::read(packet);
        if let Some(header) = header {
            self.follow(&header, info.height)?;
        }
        let Some(stream) = &mut self.stream else { return Ok(Some("its header is damaged".into())) };
        let why = match header {
            Some(header) if stream.is_of(&header) => stream.decode(&packet[header.skip..], header, &mut self.pcm).err(),
            Some(_) => Some("its header tells of another stream".into()),
            None => Some("its header is damaged".into()),
        };
        if why.is_some() {
            self.gap = true;
            // What is left of it would harm those after it.
            stream.decoder = C::decoder(&stream.header, 0)?;
            self.pcm.resize_with(stream.header.channels, Vec::new);
            self.pcm.iter_mut().for_each(|samples| {
                samples.clear();
                samples.resize(stream.header.samples, 0.0);
            });
        }
        let samples = self.pcm.first().map_or(0, Vec::len);
        self.waiting = self.timeline.place(samples, stream.header.rate_hz, &info, Durations::Rounded);
        self.gap |= self.waiting.is_some_and(|heard| heard.gap);
        Ok(why)
    }

    /// Makes a decoder for the first packet, and for another stream of which two packets in a row tell.
    fn follow(&mut self, header: &Header, told_hz: u32) -> Result<(), String> {
        let is_other = self.stream.as_ref().is_some_and(|stream| !stream.is_of(header));
        let is_new = self.stream.is_none() || self.other.is_some_and(|other| is_other && same_stream(&other, header));
        self.other = is_other.then_some(*header);
        if is_new {
            self.gap |= is_other;
            self.other = None;
            self.stream = Some(Stream { decoder: C::decoder(header, told_hz)?, header: *header });
        }
        Ok(())
    }

    /// Counts a damaged packet, and tells of the first one.
    fn tell(&mut self, context: &mut Context, why: String) -> Result<(), String> {
        self.damaged += 1.0;
        let message = format!("packet {} is damaged: {why}", self.packets);
        if self.strict {
            return Err(message);
        }
        if self.damaged == 1.0 {
            context.warn(&format!("{message}; silence takes its place, and the figure \"damaged\" counts others"));
        }
        Ok(())
    }

    /// Writes what was decoded. `false`: no slot is free.
    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        while let (Some(block), Some(stream)) = (self.waiting, &self.stream) {
            let Header { rate_hz, channels, .. } = stream.header;
            if !context.may_write() {
                return Ok(false);
            }
            let samples = (block.end - block.first).min(MOST_VALUES / channels.max(1));
            let frame = match context.acquire_audio(0, rate_hz, channels as u32, samples as u32) {
                Ok(frame) => frame,
                Err(Acquire::Later) => return Ok(false),
                Err(Acquire::Refused(why)) => return Err(why),
            };
            for (channel, decoded) in self.pcm.iter().enumerate() {
                let places = context.samples_mut(frame, channel as u32).ok_or("a new block lacks a channel")?;
                places.copy_from_slice(&decoded[block.first..block.first + samples]);
            }
            let pts_ns = (block.pts_ns + time_ns(block.first, rate_hz)).round();
            context.set_times_ns(frame, pts_ns, time_ns(samples, rate_hz).round())?;
            context.set_flags(frame, if std::mem::take(&mut self.gap) { SLUICE_DISCONTINUITY } else { 0 })?;
            context.write(0, frame)?;
            let first = block.first + samples;
            self.waiting = (first < block.end).then_some(Heard { first, ..block });
        }
        Ok(true)
    }
}

impl Stream {
    fn is_of(&self, header: &Header) -> bool {
        same_stream(&self.header, header)
    }

    /// Decodes a packet to a vector for each channel.
    fn decode(&mut self, payload: &[u8], header: Header, pcm: &mut Vec<Vec<f32>>) -> Result<(), String> {
        self.header = header;
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, payload);
        let decoded = self.decoder.decode_ref(&packet).map_err(|error| error.to_string())?;
        decoded.copy_to_vecs_planar(pcm);
        let is_whole = pcm.len() == header.channels
            && pcm.iter().all(|samples| samples.len() == header.samples && samples.iter().all(|each| each.is_finite()));
        if is_whole { Ok(()) } else { Err("it does not decode to what its header tells".into()) }
    }
}

fn same_stream(one: &Header, other: &Header) -> bool {
    (one.rate_hz, one.channels, one.detail) == (other.rate_hz, other.channels, other.detail)
}
