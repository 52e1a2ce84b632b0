//! Lowers a rate by a whole factor, behind a filter that lets nothing pass which would be folded onto what is kept.
//!
//! The factor is taken apart into stages, each with its own filter, which is shorter the earlier it comes (Crochiere and
//! Rabiner, "Multirate Digital Signal Processing", 1983). Filters are of linear phase, by Kaiser's window. They are
//! centred: an output belongs to the moment of the input sample that it stands for.

use std::array::from_fn;
use std::f64::consts::PI;

use crate::wide::wide;

/// Products that are computed side by side.
const BESIDE: usize = 8;

/// A stage takes a factor up to this one, unless it is a prime.
const MOST_OF_STAGE: usize = 5;

/// The filters of all stages, for any number of channels.
pub struct Decimator {
    stages: Vec<Stage>,
    factor: usize,
}

struct Stage {
    factor: usize,
    /// An odd number of them, symmetric, with the sum 1.
    taps: Vec<f32>,
}

/// What a channel remembers.
#[derive(Default)]
pub struct Channel {
    /// Of each stage: samples that it still needs.
    lines: Vec<Vec<f32>>,
    out: Vec<f32>,
}

impl Channel {
    /// The outputs of the last call.
    #[must_use]
    pub fn out(&self) -> &[f32] {
        &self.out
    }

    /// Forgets them.
    pub fn take_out(&mut self) {
        self.out.clear();
    }
}

impl Decimator {
    /// Designs the filters.
    ///
    /// `pass_band` is the part of the new band that is to be kept, 0 to 1; `stop_band_db` by how much what would be folded
    /// is weakened at least,
    /// 40 or more.
    #[must_use]
    pub fn new(factor: usize, pass_band: f64, stop_band_db: f64) -> Self {
        let factors = stages_of(factor);
        // What passes one stage passes the next, so what all let through adds up.
        let stop_db = stop_band_db.max(40.0) + 20.0 * (factors.len().max(1) as f64).log10();
        let highest = 0.5 / factor as f64;
        let mut rate = 1.0;
        let stage = |factor: usize| {
            let (pass, stop) = (pass_band * highest / rate, 1.0 / factor as f64 - highest / rate);
            rate /= factor as f64;
            Stage { factor, taps: low_pass(pass, stop, stop_db) }
        };
        Self { stages: factors.into_iter().map(stage).collect(), factor }
    }

    /// By how much the rate becomes lower.
    #[must_use]
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// How many samples after an input sample all have come that its output needs.
    #[must_use]
    pub fn delay(&self) -> usize {
        let mut step = 1;
        let of_stage = |stage: &Stage| {
            let delay = stage.taps.len() / 2 * step;
            step *= stage.factor;
            delay
        };
        self.stages.iter().map(of_stage).sum()
    }

    /// A channel before its first sample: what was before it counts as 0.
    #[must_use]
    pub fn channel(&self) -> Channel {
        Channel { lines: self.stages.iter().map(|stage| vec![0.0; stage.taps.len() / 2]).collect(), out: Vec::new() }
    }

    /// Forgets what a channel has been given.
    pub fn reset(&self, channel: &mut Channel) {
        for (line, stage) in channel.lines.iter_mut().zip(&self.stages) {
            line.clear();
            line.resize(stage.taps.len() / 2, 0.0);
        }
    }

    /// Gives a channel further samples; its outputs are those that are complete then.
    pub fn push(&self, channel: &mut Channel, samples: &[f32]) {
        channel.out.clear();
        match channel.lines.first_mut() {
            Some(line) => line.extend_from_slice(samples),
            None => channel.out.extend_from_slice(samples),
        }
        self.run(channel, 0);
    }

    /// Ends a channel, for its last outputs: what comes after it counts as 0.
    pub fn finish(&self, channel: &mut Channel) {
        channel.out.clear();
        for (index, stage) in self.stages.iter().enumerate() {
            let line = &mut channel.lines[index];
            line.resize(line.len() + stage.taps.len() / 2, 0.0);
            self.run(channel, index);
        }
    }

    /// Runs the stages from one on.
    fn run(&self, channel: &mut Channel, first: usize) {
        for (index, stage) in self.stages.iter().enumerate().skip(first) {
            let (line, rest) = channel.lines[index..].split_first_mut().expect("each stage has a line");
            decimate(line, stage.factor, &stage.taps, rest.first_mut().unwrap_or(&mut channel.out));
        }
    }
}

wide! {
    fn decimate(line: &mut Vec<f32>, factor: usize, taps: &[f32], out: &mut Vec<f32>) => decimate_any
}

/// Writes the outputs of all windows that are full, and keeps what the next ones need.
#[inline(always)]
fn decimate_any(line: &mut Vec<f32>, factor: usize, taps: &[f32], out: &mut Vec<f32>) {
    let mut from = 0;
    while let Some(window) = line.get(from..from + taps.len()) {
        out.push(product(window, taps));
        from += factor;
    }
    // A filter is longer than its factor, so that `from` lies within the line.
    line.drain(..from.min(line.len()));
}

/// The sum of products, in the same order on every processor.
#[inline(always)]
fn product(window: &[f32], taps: &[f32]) -> f32 {
    let mut sums = [[0.0_f32; BESIDE]; 4];
    let (rows, more) = (window.chunks_exact(4 * BESIDE), taps.chunks_exact(4 * BESIDE));
    let (rest, rest_taps) = (rows.remainder(), more.remainder());
    for (x, h) in rows.zip(more) {
        for (row, sum) in sums.iter_mut().enumerate() {
            add_products(sum, &x[row * BESIDE..][..BESIDE], &h[row * BESIDE..][..BESIDE]);
        }
    }
    let (rows, more) = (rest.chunks_exact(BESIDE), rest_taps.chunks_exact(BESIDE));
    let last: f32 = rows.remainder().iter().zip(more.remainder()).map(|(x, h)| x * h).sum();
    for (x, h) in rows.zip(more) {
        add_products(&mut sums[0], x, h);
    }
    let [a, b, c, d] = sums;
    let all: [f32; BESIDE] = from_fn(|k| (a[k] + b[k]) + (c[k] + d[k]));
    let [a, b, c, d, e, f, g, h] = all;
    ((a + e) + (b + f)) + ((c + g) + (d + h)) + last
}

#[inline(always)]
fn add_products(sum: &mut [f32; BESIDE], x: &[f32], h: &[f32]) {
    for k in 0..BESIDE {
        sum[k] += x[k] * h[k];
    }
}

/// The factors of stages, the largest first.
fn stages_of(factor: usize) -> Vec<usize> {
    let mut rest = factor;
    let mut stages = Vec::new();
    while rest > 1 {
        let most = (2..=MOST_OF_STAGE).rev().find(|&most| rest % most == 0);
        let next = most.unwrap_or_else(|| (2..=rest).find(|&prime| rest % prime == 0).unwrap_or(rest));
        stages.push(next);
        rest /= next;
    }
    stages.sort_unstable_by(|a, b| b.cmp(a));
    stages
}

/// A low pass between two edges, in parts of the rate (Kaiser, "Nonrecursive digital filter design", 1974).
fn low_pass(pass: f64, stop: f64, stop_db: f64) -> Vec<f32> {
    let wanted = (stop_db - 7.95).max(1.0) / (2.285 * 2.0 * PI * (stop - pass));
    // One more than a multiple of 8: as many as are computed side by side, and the middle.
    let half = (wanted / 2.0).ceil() as i32;
    let half = (half + 3) / 4 * 4;
    let beta = match stop_db {
        50.0.. => 0.1102 * (stop_db - 8.7),
        _ => 0.5842 * (stop_db - 21.0).max(0.0).powf(0.4) + 0.07886 * (stop_db - 21.0).max(0.0),
    };
    let cut = pass + stop;
    let tap = |n: i32| {
        let (x, part) = (f64::from(n), f64::from(n) / f64::from(half + 1));
        let sinc = if n == 0 { 1.0 } else { (PI * cut * x).sin() / (PI * cut * x) };
        sinc * bessel(beta * (1.0 - part * part).sqrt())
    };
    let taps: Vec<f64> = (-half..=half).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| (tap / sum) as f32).collect()
}

/// The modified Bessel function of the first kind and order 0, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= (x / (2.0 * k)).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(frequency: f64, count: usize) -> Vec<f32> {
        (0..count).map(|n| (2.0 * PI * frequency * n as f64).sin() as f32).collect()
    }

    fn all(decimator: &Decimator, samples: &[f32], piece: usize) -> Vec<f32> {
        let mut channel = decimator.channel();
        let mut out = Vec::new();
        for part in samples.chunks(piece) {
            decimator.push(&mut channel, part);
            out.extend_from_slice(channel.out());
        }
        decimator.finish(&mut channel);
        out.extend_from_slice(channel.out());
        out
    }

    /// The highest of what is far from both ends.
    fn peak(samples: &[f32]) -> f64 {
        let edge = samples.len() / 4;
        samples[edge..samples.len() - edge].iter().fold(0.0, |peak, x| f64::from(x.abs()).max(peak))
    }

    #[test]
    fn what_would_be_folded_is_weakened_as_the_specification_says() {
        for (factor, stop_db) in [(16, 80.0), (16, 100.0), (10, 80.0), (7, 60.0), (2, 80.0)] {
            let decimator = Decimator::new(factor, 0.8, stop_db);
            let highest = 0.5 / factor as f64;
            for k in 0..60 {
                // From the new highest frequency to the old one.
                let frequency = highest + (0.4999 - highest) * f64::from(k) / 59.0;
                let left = peak(&all(&decimator, &sine(frequency, 400 * factor), 256));
                let left_db = 20.0 * left.max(1e-9).log10();
                assert!(left_db < -stop_db + 0.5, "1:{factor}: {frequency} is left with {left_db} dB");
            }
        }
    }

    #[test]
    fn what_is_kept_keeps_its_height_and_its_moment() {
        let decimator = Decimator::new(16, 0.8, 80.0);
        for frequency in [0.001, 0.01, 0.8 * 0.5 / 16.0] {
            let samples = sine(frequency, 16_000);
            let out = all(&decimator, &samples, 100);
            assert_eq!(out.len(), 1_000);
            for n in 100..900 {
                let (got, wanted) = (out[n], samples[16 * n]);
                assert!((got - wanted).abs() < 3e-4, "{frequency}: output {n} is {got}, wanted {wanted}");
            }
        }
    }

    #[test]
    fn pieces_of_any_length_give_the_same() {
        let decimator = Decimator::new(12, 0.7, 60.0);
        let samples = sine(0.013, 5_003);
        let whole = all(&decimator, &samples, 5_003);
        assert_eq!(whole.len(), 5_003_usize.div_ceil(12));
        for piece in [1, 7, 12, 1_000] {
            assert_eq!(all(&decimator, &samples, piece), whole);
        }
    }

    #[test]
    fn a_factor_is_taken_apart_into_small_ones() {
        let found = [1, 2, 16, 17, 1_000, 34].map(stages_of);
        assert_eq!(found, [vec![], vec![2], vec![4, 4], vec![17], vec![5, 5, 5, 4, 2], vec![17, 2]]);
        assert_eq!(Decimator::new(1, 0.8, 80.0).delay(), 0);
    }
}
