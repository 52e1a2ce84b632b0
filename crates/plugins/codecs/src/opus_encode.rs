//! `org.sluice.codecs.opus-encode`: audio to Opus (RFC 6716), by a translation of libopus.

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_KEYFRAME, SLUICE_OPUS};
use sluice_stage::{Context, Figure, Frame, Next, Port, Stage};
use unsafe_libopus::{
    OPUS_APPLICATION_AUDIO, OPUS_APPLICATION_RESTRICTED_LOWDELAY, OPUS_APPLICATION_VOIP, OPUS_AUTO,
    OPUS_GET_LOOKAHEAD_REQUEST, OPUS_OK, OPUS_SET_BITRATE_REQUEST, OPUS_SET_COMPLEXITY_REQUEST, OPUS_SET_VBR_REQUEST,
    OpusEncoder, opus_encode_float, opus_encoder_create, opus_encoder_ctl_impl, opus_encoder_destroy, varargs,
};

use crate::blocks::{Blocks, RATE_HZ};
use crate::outbox::{Outbox, Packet};
use sluice_stage::config::{number, text};

/// Most bytes of a packet of 60 ms.
const MOST_BYTES: usize = 4_000;

/// Encodes audio.
pub struct OpusEncode {
    settings: Settings,
    encoder: Option<Encoder>,
    blocks: Blocks,
    /// Samples of the packet in each channel.
    packet_samples: usize,
    /// The end of the input is padded.
    padded: bool,
    bytes: Vec<u8>,
    outbox: Outbox,
}

struct Settings {
    bit_rate: i32,
    application: i32,
    complexity: i32,
    variable: i32,
}

/// The encoder, for audio of so many channels.
struct Encoder {
    encoder: *mut OpusEncoder,
    channels: usize,
    /// Samples by which it is late.
    look_ahead: usize,
}

impl Stage for OpusEncode {
    const ID: &'static CStr = c"org.sluice.codecs.opus-encode";
    const NAME: &'static CStr = c"Opus encode";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Encodes mono or stereo at 48 kHz to Opus, a packet a frame.\n\n\
        The encoder is late by 312 samples (120 for the application `low-delay`), which the times of packets \
        count off: the first one is presented 6.5 ms before the first sample that went in. The duration of the \
        last packet ends with the input.\n\n\
        **Example.** `tone-source sampleRateHz=48000 durationSeconds=2 ! opus-encode bitRate=64000 ! media-sink \
        path=tone.ogg`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "x-accepts": {"audio": {"sampleRateHz": 48000, "channels": [1, 2]}}, "properties": {
            "bitRate": {"type": "integer", "minimum": 0, "maximum": 512000, "default": 0, "x-unit": "bit/s",
                "x-live": true, "description": "Bits a second; 0 leaves it to the encoder."},
            "application": {"type": "string", "enum": ["audio", "voip", "low-delay"], "default": "audio",
                "description": "The aim: fidelity, speech, or the least delay."},
            "packetMs": {"type": "number", "enum": [2.5, 5, 10, 20, 40, 60], "default": 20, "x-unit": "ms",
                "description": "How long a packet lasts."},
            "complexity": {"type": "integer", "minimum": 0, "maximum": 10, "default": 10,
                "description": "How much time is spent; the higher the better."},
            "variable": {"type": "boolean", "default": true,
                "description": "True: packets of simple sound have fewer bits."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::audio(c"audio", c"Mono or stereo at 48 kHz.")];
    const OUTPUTS: &'static [Port] =
        &[Port::encoded(c"encoded", c"Opus, a packet a frame.").accepting(&[SLUICE_OPUS]).burst(8)];
    const FIGURES: &'static [Figure] = &[Figure::new(c"packets"), Figure::new(c"bytes")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            settings: settings(context)?,
            encoder: None,
            blocks: Blocks::default(),
            packet_samples: (number(context, c"packetMs")? * f64::from(RATE_HZ) / 1e3) as usize,
            padded: false,
            bytes: vec![0; MOST_BYTES],
            outbox: Outbox::new(SLUICE_OPUS),
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if !self.write(context)? {
            return Ok(Next::Again);
        }
        while let Some(frame) = context.read(0) {
            self.take(context, frame)?;
            context.release(frame);
            self.encode()?;
            if !self.write(context)? {
                return Ok(Next::Again);
            }
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        if !std::mem::replace(&mut self.padded, true) && self.encoder.is_some() {
            self.encode_rest()?;
        }
        Ok(if self.write(context)? { Next::WhenFramesCome } else { Next::Again })
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.settings.bit_rate = settings(context)?.bit_rate;
        self.encoder.as_mut().map_or(Ok(()), |encoder| encoder.set(OPUS_SET_BITRATE_REQUEST, self.settings.bit_rate))
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.outbox.packets, self.outbox.bytes]);
    }
}

impl OpusEncode {
    fn take(&mut self, context: &Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a block says nothing of itself")?;
        let (channels, rate_hz) = (info.width as usize, info.height);
        if rate_hz != RATE_HZ || !(1..=2).contains(&channels) {
            return Err(format!(
                "Opus has 1 or 2 channels at {RATE_HZ} Hz, and a block has {channels} at {rate_hz} Hz; put resample or \
                 a mixer before it"
            ));
        }
        if self.encoder.as_ref().is_none_or(|encoder| encoder.channels != channels) {
            if self.encoder.is_some() {
                return Err("the number of channels changes while Opus is encoded".into());
            }
            self.encoder = Some(Encoder::new(&self.settings, channels)?);
        }
        self.blocks.take(context, frame, &info)
    }

    /// Encodes the packets that are whole.
    fn encode(&mut self) -> Result<(), String> {
        while self.blocks.samples() >= self.packet_samples {
            self.encode_packet(self.packet_samples)?;
        }
        Ok(())
    }

    /// Encodes what is left, and so much silence that the decoder gives all of it.
    fn encode_rest(&mut self) -> Result<(), String> {
        let late = self.encoder.as_ref().map_or(0, |encoder| encoder.look_ahead);
        let mut left = self.blocks.samples() + late;
        while left > 0 {
            self.blocks.pad(self.packet_samples);
            let counting = left.min(self.packet_samples);
            self.encode_packet(counting)?;
            left -= counting;
        }
        Ok(())
    }

    /// Encodes a packet, of which so many samples count.
    fn encode_packet(&mut self, counting: usize) -> Result<(), String> {
        let Some(encoder) = &mut self.encoder else { return Err("there is no encoder".into()) };
        let late_ns = encoder.look_ahead as f64 * 1e9 / f64::from(RATE_HZ);
        let (pcm, pts_ns, gap) = self.blocks.front(self.packet_samples);
        let length = encoder.encode(pcm, &mut self.bytes)?;
        let mut bytes = self.outbox.buffer();
        bytes.extend_from_slice(&self.bytes[..length]);
        let duration_ns = (counting as f64 * 1e9 / f64::from(RATE_HZ)).round();
        let flags = SLUICE_KEYFRAME | if gap { SLUICE_DISCONTINUITY } else { 0 };
        self.outbox.push(Packet { bytes, pts_ns: (pts_ns - late_ns).round(), duration_ns, flags });
        self.blocks.drop_front(self.packet_samples);
        Ok(())
    }

    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let channels = self.encoder.as_ref().map_or(0, |encoder| encoder.channels as u32);
        self.outbox.write(context, (channels, RATE_HZ))
    }
}

impl Encoder {
    fn new(settings: &Settings, channels: usize) -> Result<Self, String> {
        let mut status = 0;
        // SAFETY: the place for the status is there.
        let encoder =
            unsafe { opus_encoder_create(RATE_HZ as i32, channels as i32, settings.application, &raw mut status) };
        if encoder.is_null() || status != OPUS_OK {
            return Err(format!("libopus has no encoder ({status})"));
        }
        let mut made = Self { encoder, channels, look_ahead: 0 };
        made.set(OPUS_SET_BITRATE_REQUEST, settings.bit_rate)?;
        made.set(OPUS_SET_COMPLEXITY_REQUEST, settings.complexity)?;
        made.set(OPUS_SET_VBR_REQUEST, settings.variable)?;
        let mut late = 0;
        // SAFETY: the encoder was made, and the request asks for one number.
        unsafe { opus_encoder_ctl_impl(made.encoder, OPUS_GET_LOOKAHEAD_REQUEST, varargs!(&mut late)) };
        made.look_ahead = usize::try_from(late).unwrap_or(0);
        Ok(made)
    }

    fn set(&mut self, request: i32, value: i32) -> Result<(), String> {
        let value = if request == OPUS_SET_BITRATE_REQUEST && value == 0 { OPUS_AUTO } else { value };
        // SAFETY: the encoder was made, and these requests take one number.
        let status = unsafe { opus_encoder_ctl_impl(self.encoder, request, varargs!(value)) };
        if status == OPUS_OK { Ok(()) } else { Err(format!("libopus refuses {value} ({status})")) }
    }

    /// Encodes interleaved samples. The answer is how many bytes there are.
    fn encode(&mut self, pcm: &[f32], bytes: &mut [u8]) -> Result<usize, String> {
        let samples = (pcm.len() / self.channels) as i32;
        // SAFETY: there are so many samples, and room for so many bytes.
        let length =
            unsafe { opus_encode_float(self.encoder, pcm.as_ptr(), samples, bytes.as_mut_ptr(), bytes.len() as i32) };
        usize::try_from(length).map_err(|_| format!("libopus refuses {samples} samples ({length})"))
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: this is the encoder's last use.
        unsafe { opus_encoder_destroy(self.encoder) };
    }
}

fn settings(context: &Context) -> Result<Settings, String> {
    Ok(Settings {
        bit_rate: number(context, c"bitRate")? as i32,
        application: match text(context, c"application")? {
            "voip" => OPUS_APPLICATION_VOIP,
            "low-delay" => OPUS_APPLICATION_RESTRICTED_LOWDELAY,
            _ => OPUS_APPLICATION_AUDIO,
        },
        complexity: number(context, c"complexity")? as i32,
        variable: i32::from(number(context, c"variable")? != 0.0),
    })
}
