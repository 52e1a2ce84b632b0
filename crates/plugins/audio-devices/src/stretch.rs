//! Makes a few samples more or fewer of what comes, or another rate, by windowed sinc functions.
//!
//! It is made when it is needed, and begins with the samples that went by before: what it gives first is what would
//! have come next, so that nothing is heard of its beginning. From then on it holds [`Stretch::held`] samples.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable, Async, FixedAsync, Indexing, Resampler, Resizable, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

/// Length of the filter, samples of the lower rate.
const SINC: usize = 64;

/// Between so many points of the filter for each sample it is interpolated on a line: 100 dB below the sound.
const POINTS: usize = 512;

/// What passes where the rates are nearly the same, as a share of half the rate: nothing is folded then.
const PASSES: f32 = 0.97;

/// Samples that are kept of what went by, of one channel.
pub(crate) const HISTORY: usize = 1_024;

/// Most samples that are taken at once.
const CHUNK: usize = 1_024;

/// Largest change of the ratio.
const MOST_RELATIVE: f64 = 1.1;

/// The resampler.
pub(crate) struct Stretch {
    inner: Async<f32>,
    channels: usize,
    /// Samples made that stand for what went by before it began.
    skip: usize,
    made: Vec<f32>,
    ratio: f64,
}

impl Stretch {
    /// Makes one of so many samples for each that comes. `history`: what went by, interleaved; empty: nothing did.
    ///
    /// # Errors
    ///
    /// Why the ratio is refused.
    pub(crate) fn new(ratio: f64, channels: usize, history: &[f32]) -> Result<Self, String> {
        let mut parameters = SincInterpolationParameters::new(SINC, WindowFunction::BlackmanHarris2)
            .oversampling_factor(POINTS)
            .interpolation(SincInterpolationType::Linear);
        if (ratio - 1.0).abs() < 0.001 {
            parameters = parameters.f_cutoff(PASSES);
        }
        let refused = |error| format!("no resampler for the ratio {ratio}: {error}");
        let inner =
            Async::new_sinc(ratio, MOST_RELATIVE, &parameters, CHUNK, channels, FixedAsync::Input).map_err(refused)?;
        let room = (inner.output_frames_max() + 16) * channels;
        let mut stretch = Self { inner, channels, skip: 0, made: vec![0.0; room], ratio };
        let count = history.len() / channels;
        let mut scrap = Vec::new();
        stretch.take(history, 0.0, &mut scrap);
        // What it was given, less what it has made, is what it holds; that part was heard.
        let made = scrap.len() / channels;
        stretch.skip = ((count as f64 * ratio) as usize + stretch.delay()).saturating_sub(made);
        if history.is_empty() {
            stretch.skip = stretch.delay();
        }
        Ok(stretch)
    }

    /// Samples by which what comes out lags behind what goes in, at the rate of what comes out.
    fn delay(&self) -> usize {
        self.inner.output_delay() - 1
    }

    /// Takes samples, interleaved, and appends those that they make to `out`: `ppm` millionths fewer than the ratio says.
    pub(crate) fn take(&mut self, samples: &[f32], ppm: f64, out: &mut Vec<f32>) {
        let relative = 1.0 / (1.0 + ppm * 1e-6);
        let mut rest = samples;
        while !rest.is_empty() {
            let count = (rest.len() / self.channels).min(CHUNK);
            let (now, later) = rest.split_at(count * self.channels);
            rest = later;
            self.step(now, count, relative, out);
        }
    }

    fn step(&mut self, samples: &[f32], count: usize, relative: f64, out: &mut Vec<f32>) {
        let channels = self.channels;
        let set = self.inner.set_chunk_size(count).and(self.inner.set_resample_ratio_relative(relative, true));
        let room = self.made.len() / channels;
        let (Ok(()), Ok(from), Ok(mut to)) = (
            set,
            InterleavedSlice::new(samples, channels, count),
            InterleavedSlice::new_mut(&mut self.made, channels, room),
        ) else {
            return;
        };
        let Ok((_, made)) = self.inner.process_into_buffer(&from, &mut to, None::<&Indexing>) else { return };
        let skipped = self.skip.min(made);
        self.skip -= skipped;
        out.extend_from_slice(&self.made[skipped * channels..made * channels]);
    }

    /// Samples that went in and have not come out, at the rate of what comes out.
    pub(crate) fn held(&self) -> f64 {
        SINC as f64 * self.ratio.max(1.0) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(from: usize, count: usize) -> Vec<f32> {
        (from..from + count).flat_map(|k| [(k as f32 * 0.13).sin() * 0.5, (k as f32 * 0.05).cos() * 0.5]).collect()
    }

    #[test]
    fn it_goes_on_where_direct_samples_ended() {
        for (before, size) in [(HISTORY, 480), (HISTORY, 37), (300, 1_500), (40, 480)] {
            let mut stretch = Stretch::new(1.0, 2, &tone(5_000 - before, before)).unwrap();
            let mut out = Vec::new();
            for k in 0..20 {
                stretch.take(&tone(5_000 + k * size, size), 0.0, &mut out);
            }
            assert!((20 * size - out.len() / 2).abs_diff(stretch.held() as usize) <= 2, "{}", out.len() / 2);
            let wanted = tone(5_000, out.len() / 2);
            // Where little went by before, the filter lacks part of its history.
            let from = if before < 200 { 400 } else { 0 };
            let error = out.iter().zip(&wanted).skip(from).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(error < 1e-3, "{before}, {size}: {error}");
        }
    }

    #[test]
    fn it_makes_so_many_fewer() {
        let mut stretch = Stretch::new(1.0, 2, &[]).unwrap();
        let mut out = Vec::new();
        for k in 0..1_000 {
            stretch.take(&tone(k * 480, 480), 500.0, &mut out);
        }
        let missing = 480_000.0 - (out.len() / 2) as f64 - stretch.held();
        assert!((missing - 240.0).abs() < 3.0, "{missing}");
    }
}
