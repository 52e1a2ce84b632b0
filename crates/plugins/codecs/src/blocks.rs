//! Audio blocks of any length, given out in pieces of one length.

use sluice_stage::abi::{SLUICE_DISCONTINUITY, SluiceFrameInfo};
use sluice_stage::{Context, Frame};

/// The rate of Opus.
pub(crate) const RATE_HZ: u32 = 48_000;

/// How far the time of a block may be off before it counts as a gap.
const MOST_OFF_NS: f64 = 1e6;

/// Samples that wait, interleaved.
#[derive(Default)]
pub(crate) struct Blocks {
    samples: Vec<f32>,
    channels: usize,
    rate_hz: f64,
    /// When the first of them is presented.
    pts_ns: f64,
    /// Something is missing before the first of them.
    gap: bool,
    started: bool,
}

impl Blocks {
    /// Puts a block behind the others.
    pub(crate) fn take(&mut self, context: &Context, frame: Frame, info: &SluiceFrameInfo) -> Result<(), String> {
        self.channels = info.width as usize;
        self.rate_hz = f64::from(info.height);
        let expected = self.pts_ns + self.time_ns(self.samples());
        let off = (info.pts_ns - expected).abs() > MOST_OFF_NS;
        if !self.started || off {
            self.pts_ns = info.pts_ns - self.time_ns(self.samples());
        }
        self.gap |= info.flags & SLUICE_DISCONTINUITY != 0 || (off && self.started);
        self.started = true;
        let (count, at) = (info.count as usize, self.samples.len());
        self.samples.resize(at + count * self.channels, 0.0);
        for channel in 0..self.channels {
            let block = context.samples(frame, channel as u32).ok_or("a block lacks a channel")?;
            let places = self.samples[at..].iter_mut().skip(channel).step_by(self.channels);
            places.zip(block).for_each(|(place, sample)| *place = *sample);
        }
        Ok(())
    }

    /// How many samples of each channel wait.
    pub(crate) fn samples(&self) -> usize {
        self.samples.len() / self.channels.max(1)
    }

    /// Adds silence, so that there are so many.
    pub(crate) fn pad(&mut self, count: usize) {
        if self.samples() < count {
            self.samples.resize(count * self.channels, 0.0);
        }
    }

    /// The first samples, when they are presented, and whether something is missing before them.
    pub(crate) fn front(&self, count: usize) -> (&[f32], f64, bool) {
        (&self.samples[..count * self.channels], self.pts_ns, self.gap)
    }

    /// Drops the first samples.
    pub(crate) fn drop_front(&mut self, count: usize) {
        self.samples.drain(..count * self.channels);
        self.pts_ns += self.time_ns(count);
        self.gap = false;
    }

    fn time_ns(&self, samples: usize) -> f64 {
        samples as f64 * 1e9 / self.rate_hz.max(1.0)
    }
}
