//! The newest samples of each channel, with the time of the first one.

use sluice_stage::Context;

use crate::batch::{Batch, WANTS_F32, is_same_rate};

/// Samples that were read and are still needed.
#[derive(Default)]
pub(crate) struct History {
    channels: Vec<Vec<f32>>,
    /// When the first sample was taken, and how long one lasts.
    from_ns: f64,
    step_ns: f64,
}

impl History {
    /// Adds a batch. After a gap, and where rate or number of channels are others, nothing is left of what was before: the
    /// answer is `false` then.
    pub(crate) fn add(&mut self, context: &Context, batch: &Batch) -> Result<bool, String> {
        let step_ns = 1e9 / batch.rate_hz()?;
        let is_alike = self.channels.len() == batch.channels && is_same_rate(step_ns, self.step_ns);
        let goes_on = is_alike && !batch.gap;
        self.step_ns = step_ns;
        if !goes_on {
            self.channels.resize_with(batch.channels, Vec::new);
            self.channels.iter_mut().for_each(Vec::clear);
        }
        if self.count() == 0 {
            self.from_ns = batch.pts_ns;
        }
        let columns = context.columns::<f32>(batch.frame).ok_or(WANTS_F32)?;
        for (k, channel) in self.channels.iter_mut().enumerate() {
            channel.extend_from_slice(columns.get(k));
        }
        Ok(goes_on)
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
        self.from_ns + self.step_ns * sample as f64
    }

    /// How long so many samples last.
    pub(crate) fn length_ns(&self, samples: usize) -> f64 {
        self.step_ns * samples as f64
    }

    /// Forgets the first samples.
    pub(crate) fn forget(&mut self, samples: usize) {
        self.from_ns = self.time_ns(samples);
        for channel in &mut self.channels {
            channel.drain(..samples);
        }
    }
}
