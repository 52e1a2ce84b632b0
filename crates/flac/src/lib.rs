//! An encoder of FLAC frames (RFC 9639) that works in bounded time and memory. Apart from its headers, no frame is
//! longer than the raw samples.
//!
//! Words of the format: a frame holds a *subframe* for each channel, which is a predictor and the *residual*, what the
//! predictor does not tell. The residual is in *partitions*, each with the parameter of its Rice code.
//!
//! Hot path: an encoder allocates when it is made, and the buffer of bytes grows to the longest frame.

#![forbid(unsafe_code)]

mod bits;
mod crc;
mod fixed;
mod header;
mod lpc;
mod rice;
mod stereo;
mod subframe;

use bits::BitWriter;
use header::{Coding, Header};
use stereo::Pair;
use subframe::{Planner, Signal};

/// Most samples of a block in each channel.
pub const MOST_SAMPLES: usize = 4_096;
/// Most channels.
pub const MOST_CHANNELS: usize = 8;

/// The longest header of a frame, and the check at its end.
const MOST_HEADER_BYTES: usize = 16 + 2;

/// What all frames of a stream have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// 1 to 8.
    pub channels: usize,
    /// Hertz.
    pub rate_hz: u32,
    /// Bits of a sample: 8, 12, 16, 20, 24 or 32.
    pub bits: u32,
}

impl Format {
    /// The length of the longest frame of so many samples in each channel: its headers, and the raw samples.
    #[must_use]
    pub const fn most_frame_bytes(&self, samples: usize) -> usize {
        MOST_HEADER_BYTES + self.channels + (self.channels * samples * self.bits as usize).div_ceil(8)
    }
}

/// Encodes the blocks of a stream one after the other.
pub struct Encoder {
    header: Header,
    format: Format,
    /// The number of the next frame.
    number: u32,
    channels: Vec<Signal>,
    pair: Option<Pair>,
    planner: Planner,
}

impl Encoder {
    /// Makes an encoder.
    ///
    /// # Errors
    ///
    /// If a frame header cannot express the format.
    pub fn new(format: Format) -> Result<Self, String> {
        Ok(Self {
            header: Header::new(&format)?,
            format,
            number: 0,
            channels: (0..format.channels).map(|_| Signal::new(format.bits)).collect(),
            pair: if format.channels == 2 { Pair::new(format.bits) } else { None },
            planner: Planner::new(),
        })
    }

    /// The format passed to [`Encoder::new`].
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Appends the frame of a block to `bytes`, which becomes longer by [`Format::most_frame_bytes`] at most. All blocks
    /// of a stream but the last one have the same length.
    ///
    /// # Panics
    ///
    /// Unless there are 1 to [`MOST_SAMPLES`] samples for each channel, interleaved, each within the bits of the format.
    pub fn encode(&mut self, samples: &[i32], bytes: &mut Vec<u8>) {
        let channels = self.format.channels;
        let count = samples.len() / channels;
        assert!(
            samples.len() == count * channels && (1..=MOST_SAMPLES).contains(&count),
            "cannot encode a FLAC block of {} samples in {channels} channels, wanted 1 to {MOST_SAMPLES} samples for each",
            samples.len()
        );
        for (at, signal) in self.channels.iter_mut().enumerate() {
            signal.fill(samples.chunks_exact(channels).map(|block| block[at]));
        }
        let start = bytes.len();
        let coding = self.pair.as_mut().map_or(Coding::Independent, |pair| pair.choose(&self.channels));
        self.write(coding, count, bytes);
        // A difference of two channels that no predictor serves has one bit more than each of them.
        if coding != Coding::Independent && bytes.len() - start > self.format.most_frame_bytes(count) {
            bytes.truncate(start);
            self.write(Coding::Independent, count, bytes);
        }
        // Numbers have 31 bits: years of sound.
        self.number = (self.number + 1) & 0x7fff_ffff;
    }

    fn write(&mut self, coding: Coding, count: usize, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        bytes.reserve(self.format.most_frame_bytes(count));
        self.header.write(coding, count, self.number, bytes);
        let mut writer = BitWriter::new(bytes);
        let own = &self.channels;
        match (&self.pair, coding) {
            (Some(pair), Coding::LeftSide) => self.planner.write_all([&own[0], &pair.side], &mut writer),
            (Some(pair), Coding::SideRight) => self.planner.write_all([&pair.side, &own[1]], &mut writer),
            (Some(pair), Coding::MidSide) => self.planner.write_all([&pair.mid, &pair.side], &mut writer),
            _ => self.planner.write_all(own, &mut writer),
        }
        writer.finish();
        let check = crc::crc_16(&bytes[start..]);
        bytes.extend_from_slice(&check.to_be_bytes());
    }
}
