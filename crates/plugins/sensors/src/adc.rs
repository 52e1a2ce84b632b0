//! A simulated analogue-to-digital converter: a sine in each channel, with noise, rounded to counts.

use std::array::from_fn;
use std::f64::consts::TAU;

use crate::wide::wide;

/// Samples that are computed side by side.
const BESIDE: usize = 8;

/// Standard deviation of the sum of four random 16-bit numbers.
const NOISE_SCALE: f64 = 37_837.22;
/// Their mean.
const NOISE_MEAN: i32 = 2 * 65_535;

/// Adding this to a number below 2^51 rounds it to a whole one, to the even one of two that are as near; the lower bits
/// of the sum are that number.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// What the converter is given, in volts.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// Peak of the sine.
    pub amplitude_volts: f64,
    /// Added to it.
    pub offset_volts: f64,
    /// Standard deviation of the noise.
    pub noise_volts: f64,
    /// Frequency of the first channel, and how much higher it is with each further one.
    pub frequency_hz: f64,
    /// As above.
    pub frequency_step_hz: f64,
}

/// The converter.
pub struct Adc {
    channels: Vec<Channel>,
    amplitude: f64,
    offset: f64,
    noise: f64,
    limit: f64,
}

struct Channel {
    /// Cycles of the sine, 0 to 1.
    phase: f64,
    /// Cycles in a sample.
    step: f64,
    /// Cosine and sine of 0 to 7 steps, and of 8.
    turns: [[f64; 2]; BESIDE + 1],
    /// State of the noise of each sample in a group of 8; none is 0.
    random: [u64; BESIDE],
}

impl Adc {
    /// A converter of `bits` (2 to 32) over ±`full_scale_volts`.
    #[must_use]
    pub fn new(channels: usize, rate_hz: f64, bits: u32, full_scale_volts: f64, signal: Signal, seed: u64) -> Self {
        let limit = 2_f64.powi(bits as i32 - 1);
        let counts = limit / full_scale_volts;
        let channel = |k: usize| {
            let step = (signal.frequency_hz + signal.frequency_step_hz * k as f64) / rate_hz;
            let turns = from_fn(|turn| {
                let (sine, cosine) = (TAU * (step * turn as f64).fract()).sin_cos();
                [cosine, sine]
            });
            let random = from_fn(|lane| mix(seed ^ mix((k * BESIDE + lane) as u64 + 1)).max(1));
            Channel { phase: 0.0, step, turns, random }
        };
        Self {
            channels: (0..channels).map(channel).collect(),
            amplitude: signal.amplitude_volts * counts,
            offset: signal.offset_volts * counts,
            noise: signal.noise_volts * counts / NOISE_SCALE,
            limit,
        }
    }

    /// Converts as many samples of a channel as there is room for, from where the last ended.
    pub fn fill(&mut self, channel: usize, samples: &mut [i32]) {
        let channel = &mut self.channels[channel];
        convert(channel, [self.amplitude, self.offset, self.noise, self.limit], samples);
        channel.advance(samples.len());
    }

    /// Passes over samples of every channel.
    pub fn skip(&mut self, samples: usize) {
        self.channels.iter_mut().for_each(|channel| channel.advance(samples));
    }

    /// The phase of each channel, in cycles.
    pub(crate) fn phases(&self) -> impl Iterator<Item = f64> {
        self.channels.iter().map(|channel| channel.phase)
    }

    /// Goes on from other phases, as far as there are some.
    pub(crate) fn set_phases(&mut self, phases: impl Iterator<Item = f64>) {
        for (channel, phase) in self.channels.iter_mut().zip(phases) {
            channel.phase = phase;
        }
    }
}

impl Channel {
    fn advance(&mut self, samples: usize) {
        self.phase = (self.phase + (self.step * samples as f64).fract()).fract();
    }
}

wide! {
    fn convert(channel: &mut Channel, scales: [f64; 4], samples: &mut [i32]) => convert_any
}

#[inline(always)]
fn convert_any(channel: &mut Channel, [amplitude, offset, noise, limit]: [f64; 4], samples: &mut [i32]) {
    let (sine, cosine) = (TAU * channel.phase).sin_cos();
    let turns = &channel.turns;
    let mut c: [f64; BESIDE] = from_fn(|k| amplitude * (cosine * turns[k][0] - sine * turns[k][1]));
    let mut s: [f64; BESIDE] = from_fn(|k| amplitude * (sine * turns[k][0] + cosine * turns[k][1]));
    let [turn_c, turn_s] = turns[BESIDE];
    let mut random = channel.random;
    let mut group = |out: &mut [i32; BESIDE]| {
        for k in 0..BESIDE {
            let mut value = s[k] + offset;
            if noise > 0.0 {
                random[k] = next_random(random[k]);
                value += noise * f64::from(sum_of_parts(random[k]) - NOISE_MEAN);
            }
            let value = value.max(-limit).min(limit - 1.0);
            out[k] = (value + ROUND).to_bits() as i32;
            (c[k], s[k]) = (c[k] * turn_c - s[k] * turn_s, s[k] * turn_c + c[k] * turn_s);
        }
    };
    let mut groups = samples.chunks_exact_mut(BESIDE);
    groups.by_ref().filter_map(|out| out.try_into().ok()).for_each(&mut group);
    let rest = groups.into_remainder();
    if !rest.is_empty() {
        let mut last = [0; BESIDE];
        group(&mut last);
        rest.copy_from_slice(&last[..rest.len()]);
    }
    channel.random = random;
}

/// Marsaglia, "Xorshift RNGs", 2003.
#[inline(always)]
pub(crate) fn next_random(mut x: u64) -> u64 {
    x ^= x << 13;
    x ^= x >> 7;
    x ^ x << 17
}

#[inline(always)]
fn sum_of_parts(x: u64) -> i32 {
    ((x & 0xffff) + (x >> 16 & 0xffff) + (x >> 32 & 0xffff) + (x >> 48)) as i32
}

/// Spreads the bits of a seed (Steele et al., "Fast splittable pseudorandom number generators", 2014).
pub(crate) fn mix(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINE: Signal = Signal {
        amplitude_volts: 4.0,
        offset_volts: 1.0,
        noise_volts: 0.0,
        frequency_hz: 50.0,
        frequency_step_hz: 25.0,
    };

    #[test]
    fn a_channel_is_its_sine_in_counts_whatever_the_lengths_of_the_pieces() {
        let mut adc = Adc::new(2, 10_000.0, 16, 10.0, SINE, 1);
        let mut samples = vec![0; 1_000];
        for piece in [0..3, 3..8, 8..300, 300..1_000] {
            adc.fill(1, &mut samples[piece]);
        }
        for (n, &sample) in samples.iter().enumerate() {
            let volts = 1.0 + 4.0 * (TAU * 75.0 * n as f64 / 10_000.0).sin();
            assert!((f64::from(sample) - volts * 3_276.8).abs() <= 0.500_001, "sample {n} is {sample}, {volts} V");
        }
    }

    #[test]
    fn noise_has_its_standard_deviation_and_follows_from_the_seed() {
        let signal = Signal { amplitude_volts: 0.0, offset_volts: 0.0, noise_volts: 0.5, ..SINE };
        let noise = |seed| {
            let mut samples = vec![0; 80_000];
            Adc::new(1, 10_000.0, 24, 10.0, signal, seed).fill(0, &mut samples);
            samples
        };
        let samples = noise(7);
        let mean = samples.iter().map(|&x| f64::from(x)).sum::<f64>() / samples.len() as f64;
        let square = samples.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / samples.len() as f64;
        let wanted = 0.5 * 8_388_608.0 / 10.0;
        assert!((square.sqrt() / wanted - 1.0).abs() < 0.01, "{} of {wanted}", square.sqrt());
        assert!(mean.abs() < 0.02 * wanted, "{mean}");
        assert_eq!(samples, noise(7));
        assert_ne!(samples, noise(8));
    }

    #[test]
    fn what_is_beyond_full_scale_is_clipped() {
        let mut samples = vec![0; 200];
        Adc::new(1, 10_000.0, 16, 2.0, SINE, 1).fill(0, &mut samples);
        assert_eq!((samples.iter().min(), samples.iter().max()), (Some(&-32_768), Some(&32_767)));
    }
}
