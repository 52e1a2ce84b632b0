//! `org.sluice.codecs.flac-encode`: audio to FLAC (RFC 9639), by the crate `flacenc`.

use std::ffi::CStr;

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, StreamInfo};
use flacenc::config::Encoder;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Fill, FrameBuf};
use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_FLAC, SLUICE_KEYFRAME};
use sluice_stage::{Context, Figure, Frame, Next, Port, Stage};

use crate::blocks::Blocks;
use crate::exchange::number;
use crate::outbox::{Outbox, Packet};

/// Samples of a block in each channel.
const BLOCK: usize = 4_096;

/// Most channels and the highest rate of FLAC, as `flacenc` has it.
const MOST_CHANNELS: usize = 8;
const HIGHEST_RATE_HZ: u32 = 96_000;

/// Encodes audio.
pub struct FlacEncode {
    bits: u32,
    config: Verified<Encoder>,
    stream: Option<Stream>,
    blocks: Blocks,
    whole: Vec<i32>,
    made: usize,
    outbox: Outbox,
}

/// The encoder's memory, for audio of one format.
struct Stream {
    info: StreamInfo,
    buffer: FrameBuf,
    channels: usize,
    rate_hz: u32,
}

impl Stage for FlacEncode {
    const ID: &'static CStr = c"org.sluice.codecs.flac-encode";
    const NAME: &'static CStr = c"FLAC encode";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Encodes audio to FLAC, which keeps every bit.\n\n\
        Each frame holds a block of 4096 samples. Samples are rounded to the bits that are wanted; what came \
        from a file of so many comes back exactly. Rates go up to 96 kHz.\n\n\
        **Example.** `wav-source path=song.wav ! flac-encode bitsPerSample=24 ! media-sink path=song.flac`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "properties": {
            "bitsPerSample": {"type": "integer", "enum": [16, 24], "default": 16, "x-unit": "bits",
                "description": "Bits of a sample."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::audio(c"audio", c"Audio of 1 to 8 channels.")];
    const OUTPUTS: &'static [Port] =
        &[Port::encoded(c"encoded", c"FLAC, a frame of it a frame.").accepting(&[SLUICE_FLAC]).burst(8)];
    const FIGURES: &'static [Figure] = &[Figure::new(c"frames"), Figure::new(c"bytes")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let mut config = Encoder::default();
        config.block_size = BLOCK;
        config.multithread = false;
        Ok(Self {
            bits: number(context, c"bitsPerSample")? as u32,
            config: config.into_verified().map_err(|(_, error)| format!("flacenc refuses its settings: {error}"))?,
            stream: None,
            blocks: Blocks::default(),
            whole: Vec::new(),
            made: 0,
            outbox: Outbox::new(SLUICE_FLAC),
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if !self.write(context)? {
            return Ok(Next::Again);
        }
        while let Some(frame) = context.read(0) {
            self.take(context, frame)?;
            context.release(frame);
            while self.blocks.samples() >= BLOCK {
                self.encode(BLOCK)?;
            }
            if !self.write(context)? {
                return Ok(Next::Again);
            }
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        if self.blocks.samples() > 0 {
            self.encode(self.blocks.samples())?;
        }
        Ok(if self.write(context)? { Next::WhenFramesCome } else { Next::Again })
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.outbox.packets, self.outbox.bytes]);
    }
}

impl FlacEncode {
    fn take(&mut self, context: &Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a block says nothing of itself")?;
        let (channels, rate_hz) = (info.width as usize, info.height);
        match &self.stream {
            Some(stream) if (stream.channels, stream.rate_hz) == (channels, rate_hz) => {}
            Some(_) => return Err("the format of audio changes while FLAC is encoded".into()),
            None => self.stream = Some(Stream::new(channels, rate_hz, self.bits)?),
        }
        self.blocks.take(context, frame, &info)
    }

    fn encode(&mut self, count: usize) -> Result<(), String> {
        let Some(stream) = &mut self.stream else { return Err("there is no encoder".into()) };
        let (samples, pts_ns, gap) = self.blocks.front(count);
        let scale = (1_u32 << (self.bits - 1)) as f32;
        self.whole.clear();
        self.whole.extend(samples.iter().map(|sample| (sample * scale).round().clamp(-scale, scale - 1.0) as i32));
        stream.buffer.fill_interleaved(&self.whole).map_err(|error| format!("flacenc refuses a block: {error}"))?;
        let frame = flacenc::encode_fixed_size_frame(&self.config, &stream.buffer, self.made, &stream.info)
            .map_err(|error| format!("flacenc refuses a block: {error}"))?;
        let mut sink = ByteSink::new();
        frame.write(&mut sink).map_err(|error| format!("flacenc cannot write a block: {error}"))?;
        let mut bytes = self.outbox.buffer();
        bytes.extend_from_slice(sink.as_slice());
        let duration_ns = (count as f64 * 1e9 / f64::from(stream.rate_hz)).round();
        let flags = SLUICE_KEYFRAME | if gap { SLUICE_DISCONTINUITY } else { 0 };
        self.outbox.push(Packet { bytes, pts_ns: pts_ns.round(), duration_ns, flags });
        self.blocks.drop_front(count);
        self.made += 1;
        Ok(())
    }

    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let measures = self.stream.as_ref().map_or((0, 0), |stream| (stream.channels as u32, stream.rate_hz));
        self.outbox.write(context, measures)
    }
}

impl Stream {
    fn new(channels: usize, rate_hz: u32, bits: u32) -> Result<Self, String> {
        if channels > MOST_CHANNELS || rate_hz > HIGHEST_RATE_HZ {
            return Err(format!(
                "FLAC takes up to {MOST_CHANNELS} channels at up to {HIGHEST_RATE_HZ} Hz here, and a block has \
                 {channels} at {rate_hz} Hz"
            ));
        }
        let refused = |error: flacenc::error::VerifyError| format!("flacenc refuses the format: {error}");
        let info = StreamInfo::new(rate_hz as usize, channels, bits as usize).map_err(refused)?;
        let buffer = FrameBuf::with_size(channels, BLOCK).map_err(refused)?;
        Ok(Self { info, buffer, channels, rate_hz })
    }
}
