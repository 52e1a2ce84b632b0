//! The fixed predictors (RFC 9639, 9.2.5): a polynomial through the samples before.

/// The highest order.
pub const MOST_ORDER: usize = 4;

/// Differences of order 4 of signals of so many bits do not overflow.
const EXACT_BITS: u32 = 27;

/// Samples that are summed side by side.
const LANES: usize = 8;

/// About how much the predictor of order 2 leaves, in all.
pub fn roughness(samples: &[i32]) -> f32 {
    let shift = excess(samples);
    let mut sums = [0.0; LANES];
    for run in samples.windows(LANES + 2).step_by(LANES) {
        for (at, sum) in sums.iter_mut().enumerate() {
            let s: [i32; 3] = std::array::from_fn(|k| run[at + k] >> shift);
            *sum += (s[2] - 2 * s[1] + s[0]).abs() as f32;
        }
    }
    sums.iter().sum::<f32>() * (1_u32 << shift) as f32
}

/// The order that leaves the least, in all, as far as sums of floats tell.
pub fn best_order(samples: &[i32]) -> usize {
    let shift = excess(samples);
    let mut sums = [[0.0_f32; LANES]; MOST_ORDER + 1];
    for run in samples.windows(LANES + MOST_ORDER).step_by(LANES) {
        for at in 0..LANES {
            let s: [i32; MOST_ORDER + 1] = std::array::from_fn(|k| run[at + k] >> shift);
            sums[0][at] += s[4].abs() as f32;
            sums[1][at] += (s[4] - s[3]).abs() as f32;
            sums[2][at] += (s[4] - 2 * s[3] + s[2]).abs() as f32;
            sums[3][at] += (s[4] - s[1] - 3 * (s[3] - s[2])).abs() as f32;
            sums[4][at] += (s[4] + s[0] - 4 * (s[3] + s[1]) + 6 * s[2]).abs() as f32;
        }
    }
    let sum = |order: usize| sums[order].iter().sum::<f32>();
    let highest = MOST_ORDER.min(samples.len() - 1);
    (0..=highest).min_by(|a, b| sum(*a).total_cmp(&sum(*b))).unwrap_or(0)
}

/// Writes the residual of the samples after the first `order` ones. `false`: a residual does not fit in 32 bits.
pub fn residual(samples: &[i32], order: usize, into: &mut Vec<i32>) -> bool {
    match order {
        0 => fill(samples, into, |s: &[i64; 1]| s[0]),
        1 => fill(samples, into, |s: &[i64; 2]| s[1] - s[0]),
        2 => fill(samples, into, |s: &[i64; 3]| s[2] - 2 * s[1] + s[0]),
        3 => fill(samples, into, |s: &[i64; 4]| s[3] - 3 * (s[2] - s[1]) - s[0]),
        _ => fill(samples, into, |s: &[i64; 5]| s[4] - 4 * (s[3] + s[1]) + 6 * s[2] + s[0]),
    }
}

fn fill<const N: usize>(samples: &[i32], into: &mut Vec<i32>, left: impl Fn(&[i64; N]) -> i64) -> bool {
    let mut over = 0;
    into.clear();
    into.extend(samples.windows(N).map(|window| {
        let value = left(&std::array::from_fn(|at| i64::from(window[at])));
        over |= beyond(value);
        value as i32
    }));
    over == 0
}

/// Not 0 for what is no residual (RFC 9639, 9.2.7.3): below −2^31 + 1, or above 2^31 − 1.
#[inline]
fn beyond(value: i64) -> u64 {
    value.unsigned_abs() >> 31
}

/// By how much the samples are shifted, so that their differences do not overflow.
fn excess(samples: &[i32]) -> u32 {
    let magnitude = samples.iter().fold(0, |all, sample| all | (sample ^ (sample >> 31)));
    (33 - magnitude.leading_zeros()).saturating_sub(EXACT_BITS)
}
