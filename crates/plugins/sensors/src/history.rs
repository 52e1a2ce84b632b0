//! The newest samples of each channel, with their times.

use sluice_stage::Context;

use crate::batch::{Batch, WANTS_F32, is_same_rate};
use crate::timeline::Timeline;

/// Samples that were read and are still needed.
#[derive(Default)]
pub(crate) struct History {
    channels: Vec<Vec<f32>>,
    times: Timeline,
    rate_hz: f64,
}

impl History {
    /// Whether a batch can be joined to what is there: no record is missing before it, and rate and number of channels are
    /// the same.
    pub(crate) fn is_joined_by(&self, batch: &Batch) -> Result<bool, String> {
        let is_alike = self.channels.len() == batch.channels && is_same_rate(batch.rate_hz()?, self.rate_hz);
        Ok(is_alike && !batch.gap)
    }

    /// Adds a batch. Where it cannot be joined, nothing is left of what was before.
    pub(crate) fn add(&mut self, context: &Context, batch: &Batch) -> Result<(), String> {
        if !self.is_joined_by(batch)? {
            self.channels.resize_with(batch.channels, Vec::new);
            self.channels.iter_mut().for_each(Vec::clear);
            self.times.clear();
            self.rate_hz = batch.rate_hz()?;
        }
        let columns = context.columns::<f32>(batch.frame).ok_or(WANTS_F32)?;
        for (k, channel) in self.channels.iter_mut().enumerate() {
            channel.extend_from_slice(columns.get(k));
        }
        self.times.add(batch.pts_ns, batch.duration_ns, batch.records);
        Ok(())
    }

    /// How many samples of each channel there are.
    pub(crate) fn count(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// The samples of a channel; none, if there is no such channel.
    pub(crate) fn channel(&self, channel: usize) -> &[f32] {
        self.channels.get(channel).map_or(&[], Vec::as_slice)
    }

    /// How many channels there are.
    pub(crate) fn channels(&self) -> usize {
        self.channels.len()
    }

    /// When a sample was taken.
    pub(crate) fn time_ns(&self, sample: usize) -> f64 {
        self.times.time_ns(sample)
    }

    /// How long so many samples last.
    pub(crate) fn length_ns(&self, samples: usize) -> f64 {
        self.times.length_ns(samples)
    }

    /// Forgets the first samples.
    pub(crate) fn forget(&mut self, samples: usize) {
        self.times.forget(samples);
        for channel in &mut self.channels {
            channel.drain(..samples);
        }
    }
}
