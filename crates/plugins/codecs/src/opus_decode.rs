//! `org.sluice.codecs.opus-decode`: Opus (RFC 6716) to audio, by a translation of libopus.

use std::ffi::CStr;
use std::ptr::null;

use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_OPUS, SluiceFrameInfo};
use sluice_stage::{Acquire, Context, Figure, Frame, Next, Port, Stage};
use unsafe_libopus::{
    OPUS_OK, OPUS_RESET_STATE, OPUS_SET_GAIN_REQUEST, OpusDecoder, opus_decode_float, opus_decoder_create,
    opus_decoder_ctl_impl, opus_decoder_destroy, opus_packet_get_nb_channels, varargs,
};

use crate::blocks::RATE_HZ;
use crate::heard::{Durations, Heard, Timeline, is_led_up_to, time_ns};
use sluice_stage::config::{number, text};

/// Samples of the longest packet, 120 ms.
const MOST_SAMPLES: usize = 5_760;

/// Decodes packets.
pub struct OpusDecode {
    decoder: Option<Decoder>,
    strict: bool,
    /// Samples that only warm the decoder up, and are left, of a stream that does not tell.
    skip: usize,
    pcm: Vec<f32>,
    /// What was decoded and has no slot yet: samples of `pcm`.
    waiting: Option<Heard>,
    timeline: Timeline,
    packets: f64,
    damaged: f64,
}

/// The decoder, for audio of so many channels.
struct Decoder {
    decoder: *mut OpusDecoder,
    channels: usize,
    /// Samples of the packet before, which a damaged one is taken to have.
    samples: usize,
}

impl Stage for OpusDecode {
    const ID: &'static CStr = c"org.sluice.codecs.opus-decode";
    const NAME: &'static CStr = c"Opus decode";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Decodes Opus to mono or stereo at 48 kHz.\n\n\
        Sound before the time 0, or before the time of a packet, only warms the decoder up and is left out, \
        and so are the first 312 samples of a stream that begins later and does not tell. In place of a damaged \
        packet, which is counted, comes what the decoder makes of those before it. The duration of a packet says \
        how much of it counts, and its format by how much it is made louder or softer (`gainDb`).\n\n\
        **Example.** `media-source path=talk.ogg ! opus-decode ! wav-sink path=talk.wav`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "properties": {
            "preSkip": {"type": "integer", "minimum": 0, "maximum": 48000, "default": 312, "x-unit": "samples",
                "description": "Samples at the start that are left out of a stream that begins after the time 0 and does not tell."},
            "damaged": {"type": "string", "enum": ["conceal", "fail"], "default": "conceal",
                "description": "For packets that cannot be decoded: they are made up, or the node fails."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::encoded(c"encoded", c"Opus, a packet a frame.").accepting(&[SLUICE_OPUS])];
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audio", c"Audio at 48 kHz.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"packets"), Figure::new(c"damaged")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            decoder: None,
            strict: text(context, c"damaged")? == "fail",
            skip: number(context, c"preSkip")? as usize,
            pcm: vec![0.0; 2 * MOST_SAMPLES],
            waiting: None,
            timeline: Timeline::default(),
            packets: 0.0,
            damaged: 0.0,
        })
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
        values.copy_from_slice(&[self.packets, self.damaged]);
    }
}

impl OpusDecode {
    fn decode(&mut self, context: &Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a packet says nothing of itself")?;
        let packet = context.bytes(frame, 0).ok_or("a packet has no bytes")?;
        self.packets += 1.0;
        let begins_anew = self.timeline.begins_anew(&info);
        if self.decoder.is_none() {
            self.decoder = Some(Decoder::new(channels_of(&info, packet))?);
            if tells_start(&info) {
                self.skip = 0;
            }
        }
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        if begins_anew {
            decoder.reset();
        }
        decoder.set_gain(info.gain_q8);
        let samples = match decoder.decode(packet, &mut self.pcm) {
            Some(samples) => samples,
            None => {
                self.damaged += 1.0;
                if self.strict {
                    return Err(format!("packet {} is damaged", self.packets));
                }
                decoder.conceal(&mut self.pcm)
            }
        };
        let skipped = self.skip.min(samples);
        self.skip -= skipped;
        let heard = self.timeline.place(samples, RATE_HZ, &info, Durations::Exact);
        self.waiting = heard
            .map(|heard| Heard { first: heard.first.max(skipped), ..heard })
            .filter(|heard| heard.first < heard.end);
        Ok(())
    }

    /// Writes what was decoded. `false`: no slot is free.
    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let (Some(block), Some(decoder)) = (self.waiting, &self.decoder) else { return Ok(true) };
        let channels = decoder.channels;
        if !context.may_write() {
            return Ok(false);
        }
        let samples = block.end - block.first;
        let frame = match context.acquire_audio(0, RATE_HZ, channels as u32, samples as u32) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => return Err(why),
        };
        for channel in 0..channels {
            let decoded = self.pcm[block.first * channels..].iter().skip(channel).step_by(channels);
            let places = context.samples_mut(frame, channel as u32).ok_or("a new block lacks a channel")?;
            places.iter_mut().zip(decoded).for_each(|(place, sample)| *place = *sample);
        }
        let pts_ns = (block.pts_ns + time_ns(block.first, RATE_HZ)).round();
        context.set_times_ns(frame, pts_ns, time_ns(samples, RATE_HZ).round())?;
        context.set_flags(frame, if block.gap { SLUICE_DISCONTINUITY } else { 0 })?;
        context.write(0, frame)?;
        self.waiting = None;
        Ok(true)
    }
}

/// Whether the first packet of a stream tells what of it is heard: it leads up to a place, or begins at the time 0 or before.
fn tells_start(info: &SluiceFrameInfo) -> bool {
    is_led_up_to(info) || info.pts_ns <= 0.0
}

/// How many channels the frame says that there are, or else its first byte.
fn channels_of(info: &SluiceFrameInfo, packet: &[u8]) -> usize {
    if (1..=2).contains(&info.width) {
        return info.width as usize;
    }
    // SAFETY: it reads the first byte, which is there.
    let found = packet.first().map_or(2, |first| unsafe { opus_packet_get_nb_channels(first) });
    if found == 1 { 1 } else { 2 }
}

impl Decoder {
    fn new(channels: usize) -> Result<Self, String> {
        let mut status = 0;
        // SAFETY: the place for the status is there.
        let decoder = unsafe { opus_decoder_create(RATE_HZ as i32, channels as i32, &raw mut status) };
        if decoder.is_null() || status != OPUS_OK {
            return Err(format!("libopus has no decoder ({status})"));
        }
        Ok(Self { decoder, channels, samples: MOST_SAMPLES / 6 })
    }

    /// Decodes a packet to interleaved samples. The answer is how many each channel has; `None`: it is damaged.
    fn decode(&mut self, packet: &[u8], pcm: &mut [f32]) -> Option<usize> {
        if packet.is_empty() {
            return None;
        }
        let length = i32::try_from(packet.len()).ok()?;
        // SAFETY: there are so many bytes, and room for the samples of the longest packet in two channels.
        let samples = unsafe {
            opus_decode_float(self.decoder, packet.as_ptr(), length, pcm.as_mut_ptr(), MOST_SAMPLES as i32, 0)
        };
        self.samples = usize::try_from(samples).ok().filter(|samples| *samples > 0)?;
        Some(self.samples)
    }

    /// Sets by how many 256ths of a decibel it makes its sound louder.
    fn set_gain(&mut self, gain_q8: i32) {
        // SAFETY: the decoder was made, and the request takes the number.
        unsafe { opus_decoder_ctl_impl(self.decoder, OPUS_SET_GAIN_REQUEST, varargs!(gain_q8)) };
    }

    /// Forgets the packets before.
    fn reset(&mut self) {
        // SAFETY: the decoder was made, and the request takes nothing.
        unsafe { opus_decoder_ctl_impl(self.decoder, OPUS_RESET_STATE, varargs!()) };
    }

    /// What the decoder makes up for a packet that cannot be decoded.
    fn conceal(&mut self, pcm: &mut [f32]) -> usize {
        let wanted = self.samples;
        // SAFETY: null asks for what is made up; there is room as above.
        let samples = unsafe { opus_decode_float(self.decoder, null(), 0, pcm.as_mut_ptr(), wanted as i32, 0) };
        usize::try_from(samples).unwrap_or(0)
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: this is the decoder's last use.
        unsafe { opus_decoder_destroy(self.decoder) };
    }
}
