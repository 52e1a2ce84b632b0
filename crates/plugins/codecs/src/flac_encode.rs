//! `org.sluice.codecs.flac-encode`: audio to FLAC (RFC 9639), by the crate `sluice-flac`.

use std::ffi::CStr;

use sluice_flac::{Encoder, Format, MOST_SAMPLES};
use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_FLAC, SLUICE_KEYFRAME};
use sluice_stage::{Context, Figure, Frame, Next, Port, Stage};

use crate::blocks::Blocks;
use crate::outbox::{Outbox, Packet};
use sluice_stage::config::number;

/// Encodes audio.
pub struct FlacEncode {
    bits: u32,
    encoder: Option<Encoder>,
    blocks: Blocks,
    whole: Vec<i32>,
    outbox: Outbox,
}

impl Stage for FlacEncode {
    const ID: &'static CStr = c"org.sluice.codecs.flac-encode";
    const NAME: &'static CStr = c"FLAC encode";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Encodes audio to FLAC, which keeps every bit.\n\n\
        Each frame holds a block of 4096 samples, and is never longer than its samples are, but for its headers. \
        Samples are rounded to the bits that are wanted; what came from a file of so many comes back exactly. Samples \
        beyond full scale are cut there, and a NaN is silence. Rates go up to 65,535 Hz, and to \
        655,350 Hz where 10 divides them. Many players know no 32 bits.\n\n\
        **Example.** `wav-source path=song.wav ! flac-encode bitsPerSample=24 ! media-sink path=song.flac`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "properties": {
            "bitsPerSample": {"type": "integer", "enum": [16, 24, 32], "default": 16, "x-unit": "bits",
                "description": "Bits of a sample."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::audio(c"audio", c"Audio of 1 to 8 channels.")];
    const OUTPUTS: &'static [Port] =
        &[Port::encoded(c"encoded", c"FLAC, a frame of it a frame: at most 131,098 bytes, for 8 channels of 32 bits.")
            .accepting(&[SLUICE_FLAC])
            .burst(8)];
    const FIGURES: &'static [Figure] = &[Figure::new(c"frames"), Figure::new(c"bytes")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            bits: number(context, c"bitsPerSample")? as u32,
            encoder: None,
            blocks: Blocks::default(),
            whole: Vec::new(),
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
            while self.blocks.samples() >= MOST_SAMPLES {
                self.encode(MOST_SAMPLES)?;
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
        let format = Format { channels: info.width as usize, rate_hz: info.height, bits: self.bits };
        match &self.encoder {
            Some(encoder) if encoder.format() == format => {}
            Some(_) => return Err("the format of audio changes while FLAC is encoded".into()),
            None => self.encoder = Some(Encoder::new(format)?),
        }
        self.blocks.take(context, frame, &info)
    }

    fn encode(&mut self, count: usize) -> Result<(), String> {
        let Some(encoder) = &mut self.encoder else { return Err("there is no encoder".into()) };
        let (samples, pts_ns, gap) = self.blocks.front(count);
        let scale = f64::from(1_u32 << (self.bits - 1));
        self.whole.clear();
        self.whole.extend(samples.iter().map(|sample| whole(*sample, scale)));
        let mut bytes = self.outbox.buffer();
        encoder.encode(&self.whole, &mut bytes);
        let duration_ns = (count as f64 * 1e9 / f64::from(encoder.format().rate_hz)).round();
        let flags = SLUICE_KEYFRAME | if gap { SLUICE_DISCONTINUITY } else { 0 };
        self.outbox.push(Packet { bytes, pts_ns: pts_ns.round(), duration_ns, flags });
        self.blocks.drop_front(count);
        Ok(())
    }

    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let measures = self.encoder.as_ref().map_or((0, 0), |encoder| {
            let format = encoder.format();
            (format.channels as u32, format.rate_hz)
        });
        self.outbox.write(context, measures)
    }
}

/// The whole number next to a sample, halves away from 0; 0 for what is no number.
fn whole(sample: f32, scale: f64) -> i32 {
    let scaled = f64::from(sample) * scale;
    (scaled + 0.5_f64.copysign(scaled)).clamp(-scale, scale - 1.0) as i32
}
