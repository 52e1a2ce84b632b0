//! Drops samples from a stream, or repeats some, with a cross-fade of 2 ms, where two clocks are too far apart to be
//! brought together by resampling.

/// How long cross-fades last, seconds.
const FADE_SECONDS: f64 = 0.002;

/// What is still to be dropped, and what would have come.
pub(crate) struct Splice {
    channels: usize,
    fade: usize,
    dropping: usize,
    /// What followed where dropping began, interleaved, until what follows it is faded in.
    tail: Vec<f32>,
}

impl Splice {
    pub(crate) fn new(channels: usize, rate_hz: u32) -> Self {
        let fade = (f64::from(rate_hz) * FADE_SECONDS) as usize;
        Self { channels, fade, dropping: 0, tail: Vec::with_capacity(fade * channels) }
    }

    /// Whether samples are still to be dropped.
    pub(crate) fn is_dropping(&self) -> bool {
        self.dropping > 0
    }

    /// Drops so many of the samples to come.
    pub(crate) fn drop_next(&mut self, count: usize) {
        self.dropping += count;
    }

    /// Drops from a block, interleaved, and joins what is left. Returns how many samples were dropped.
    pub(crate) fn apply(&mut self, block: &mut Vec<f32>) -> usize {
        if self.dropping == 0 && self.tail.is_empty() {
            return 0;
        }
        if self.tail.is_empty() {
            self.tail.extend_from_slice(&block[..(self.fade * self.channels).min(block.len())]);
        }
        let count = self.dropping.min(block.len() / self.channels);
        self.dropping -= count;
        block.drain(..count * self.channels);
        if self.dropping == 0 && !block.is_empty() {
            cross_fade(&self.tail, block, self.channels);
            self.tail.clear();
        }
        count
    }

    /// Puts the last samples of `history` before a block once more, `count` at most. Returns how many.
    pub(crate) fn repeat(&self, history: &[f32], count: usize, block: &mut Vec<f32>) -> usize {
        let count = count.min(history.len() / self.channels);
        let mut again = history[history.len() - count * self.channels..].to_vec();
        let next = &block[..(self.fade * self.channels).min(block.len())];
        cross_fade(next, &mut again, self.channels);
        block.splice(0..0, again);
        count
    }
}

/// Begins `to` as a continuation of `from`.
fn cross_fade(from: &[f32], to: &mut [f32], channels: usize) {
    let count = from.len().min(to.len()) / channels;
    for k in 0..count {
        let share = (k + 1) as f32 / (count + 1) as f32;
        for at in k * channels..(k + 1) * channels {
            to[at] = from[at] * (1.0 - share) + to[at] * share;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(from: usize, count: usize) -> Vec<f32> {
        (from..from + count).map(|k| (k as f32 * 0.05).sin()).collect()
    }

    /// The largest step between two samples.
    fn steepest(samples: &[f32]) -> f32 {
        samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn samples_are_dropped_over_several_blocks_and_what_is_left_joins_without_a_click() {
        let mut splice = Splice::new(1, 48_000);
        splice.drop_next(700);
        let (mut out, mut dropped) = (tone(0, 480), 0);
        for k in 1..5 {
            let mut block = tone(k * 480, 480);
            dropped += splice.apply(&mut block);
            out.extend(block);
        }
        assert_eq!((dropped, out.len(), splice.is_dropping()), (700, 5 * 480 - 700, false));
        // Two parts of a tone that fade into each other are no steeper than their sum.
        assert!(steepest(&out) < 0.08, "{}", steepest(&out));
        assert_eq!(out[..480], tone(0, 480));
        assert_eq!(out[out.len() - 480..], tone(4 * 480, 480));
    }

    #[test]
    fn samples_are_repeated_without_a_click() {
        let splice = Splice::new(1, 48_000);
        let mut block = tone(960, 480);
        assert_eq!(splice.repeat(&tone(0, 960), 300, &mut block), 300);
        let mut out = tone(0, 960);
        out.extend(block);
        assert_eq!(out.len(), 960 + 300 + 480);
        assert!(steepest(&out) < 0.08, "{}", steepest(&out));
    }
}
