//! Filters in sections of second order.
//!
//! The coefficients are those of the "Audio EQ Cookbook" (R. Bristow-Johnson, a W3C note); a low or high pass of order n
//! has the quality factors of a Butterworth filter. A section is computed in direct form II, transposed, in 64 bits.

use std::f64::consts::{PI, TAU};

use crate::wide::wide;

/// Channels that are filtered side by side.
pub(crate) const BESIDE: usize = 8;

type Numbers = [f64; BESIDE];

/// What a filter lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// What lies below the frequency.
    LowPass,
    /// What lies above.
    HighPass,
    /// What lies around.
    BandPass,
    /// All but what lies around.
    Notch,
}

/// A section: numerator and denominator, of which the first coefficient is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

/// A filter, without its state.
#[derive(Clone, Debug)]
pub struct Sections(Vec<Section>);

/// What sections remember of 8 channels.
pub(crate) type States = [[Numbers; 2]];

impl Sections {
    /// Designs a filter.
    ///
    /// # Errors
    ///
    /// The frequency is not below half the rate.
    pub fn design(shape: Shape, frequency_hz: f64, rate_hz: f64, order: u32, q: f64) -> Result<Self, String> {
        if !(frequency_hz > 0.0 && frequency_hz < rate_hz / 2.0) {
            return Err(format!("the frequency is {frequency_hz} Hz, wanted one below half the rate of {rate_hz} Hz"));
        }
        let count = order.max(2) / 2;
        let quality = |k: u32| match shape {
            Shape::LowPass | Shape::HighPass => 0.5 / (PI * f64::from(2 * k + 1) / f64::from(4 * count)).cos(),
            Shape::BandPass | Shape::Notch => q,
        };
        Ok(Self((0..count).map(|k| section(shape, TAU * frequency_hz / rate_hz, quality(k))).collect()))
    }

    /// How many sections it has.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Filters samples of 8 channels.
    pub(crate) fn run(&self, samples: &mut [Numbers], states: &mut States) {
        for (section, state) in self.0.iter().zip(states) {
            run_section(samples, section, state);
        }
    }
}

fn section(shape: Shape, w: f64, q: f64) -> Section {
    let (sine, cosine) = w.sin_cos();
    let alpha = sine / (2.0 * q);
    let scale = 1.0 / (1.0 + alpha);
    let b = match shape {
        Shape::LowPass => [(1.0 - cosine) / 2.0, 1.0 - cosine, (1.0 - cosine) / 2.0],
        Shape::HighPass => [(1.0 + cosine) / 2.0, -1.0 - cosine, (1.0 + cosine) / 2.0],
        Shape::BandPass => [alpha, 0.0, -alpha],
        Shape::Notch => [1.0, -2.0 * cosine, 1.0],
    };
    Section { b: b.map(|b| b * scale), a: [-2.0 * cosine * scale, (1.0 - alpha) * scale] }
}

wide! {
    fn run_section(samples: &mut [Numbers], section: &Section, state: &mut [Numbers; 2]) => run_section_any
}

#[inline(always)]
fn run_section_any(samples: &mut [Numbers], section: &Section, state: &mut [Numbers; 2]) {
    let Section { b: [b0, b1, b2], a: [a1, a2] } = *section;
    let [mut first, mut second] = *state;
    for sample in samples {
        for k in 0..BESIDE {
            let x = sample[k];
            let y = b0 * x + first[k];
            first[k] = b1 * x + second[k] - a1 * y;
            second[k] = b2 * x - a2 * y;
            sample[k] = y;
        }
    }
    *state = [first, second];
}

wide! {
    /// Puts a channel beside others. Returns how many samples are not finite.
    pub(crate) fn gather(from: &[f32], to: &mut [Numbers], lane: usize) -> u32 => gather_any
}

#[inline(always)]
fn gather_any(from: &[f32], to: &mut [Numbers], lane: usize) -> u32 {
    for (place, &sample) in to.iter_mut().zip(from) {
        place[lane % BESIDE] = f64::from(sample);
    }
    from.iter().map(|sample| u32::from(!sample.is_finite())).sum()
}

wide! {
    /// Takes a channel out from among others.
    pub(crate) fn scatter(from: &[Numbers], to: &mut [f32], lane: usize) => scatter_any
}

#[inline(always)]
fn scatter_any(from: &[Numbers], to: &mut [f32], lane: usize) {
    for (place, sample) in to.iter_mut().zip(from) {
        *place = sample[lane % BESIDE] as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The difference equation as it is written in books, from the first sample on.
    fn reference(sections: &Sections, x: &[f64]) -> Vec<f64> {
        sections.0.iter().fold(x.to_vec(), |x, Section { b, a }| {
            let mut y = vec![0.0; x.len()];
            for n in 0..x.len() {
                let at = |list: &[f64], back: usize| if n >= back { list[n - back] } else { 0.0 };
                y[n] = b[0] * x[n] + b[1] * at(&x, 1) + b[2] * at(&x, 2) - a[0] * at(&y, 1) - a[1] * at(&y, 2);
            }
            y
        })
    }

    fn gain_db(sections: &Sections, frequency: f64) -> f64 {
        let mut square = 1.0;
        for Section { b, a } in &sections.0 {
            let at = |c: [f64; 3]| {
                let (mut re, mut im) = (0.0, 0.0);
                for (k, c) in c.into_iter().enumerate() {
                    let (sine, cosine) = (-TAU * frequency * k as f64).sin_cos();
                    (re, im) = (re + c * cosine, im + c * sine);
                }
                re * re + im * im
            };
            square *= at(*b) / at([1.0, a[0], a[1]]);
        }
        10.0 * square.log10()
    }

    #[test]
    fn each_of_8_channels_is_filtered_as_the_difference_equation_says() {
        let sections = Sections::design(Shape::LowPass, 900.0, 10_000.0, 6, 1.0).unwrap();
        let signal = |k: usize| (0..500).map(|n| ((n * n * (k + 3)) % 71) as f64 / 35.0 - 1.0).collect::<Vec<f64>>();
        let mut states = vec![[[0.0; BESIDE]; 2]; sections.count()];
        let mut samples = vec![[0.0; BESIDE]; 500];
        for k in 0..BESIDE {
            samples.iter_mut().zip(signal(k)).for_each(|(place, sample)| place[k] = sample);
        }
        // In two pieces: the state goes on.
        let (early, late) = samples.split_at_mut(123);
        sections.run(early, &mut states);
        sections.run(late, &mut states);
        for k in 0..BESIDE {
            for (n, (got, wanted)) in samples.iter().map(|s| s[k]).zip(reference(&sections, &signal(k))).enumerate() {
                assert!((got - wanted).abs() < 1e-12, "channel {k}, sample {n}: {got}, wanted {wanted}");
            }
        }
    }

    #[test]
    fn filters_have_their_gain() {
        let design = |shape, order| Sections::design(shape, 1_000.0, 10_000.0, order, 4.0).unwrap();
        let close = |got: f64, wanted: f64| assert!((got - wanted).abs() < 0.01, "{got} dB, wanted {wanted} dB");
        for order in [2, 4, 8] {
            let (low, high) = (design(Shape::LowPass, order), design(Shape::HighPass, order));
            close(gain_db(&low, 0.0), 0.0);
            close(gain_db(&low, 0.1), -3.0103);
            close(gain_db(&high, 0.1), -3.0103);
            close(gain_db(&high, 0.4999), 0.0);
            // Butterworth's formula, with frequencies as the bilinear transform warps them.
            let warped = (PI * 0.2).tan() / (PI * 0.1).tan();
            close(gain_db(&low, 0.2), -10.0 * (1.0 + warped.powi(2 * order as i32)).log10());
        }
        close(gain_db(&design(Shape::BandPass, 2), 0.1), 0.0);
        assert!(gain_db(&design(Shape::Notch, 2), 0.1) < -200.0);
        close(gain_db(&design(Shape::Notch, 2), 0.0), 0.0);
    }
}
