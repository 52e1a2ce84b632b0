//! The fixed predictors (RFC 9639, 9.2.5): a polynomial through the samples before.

/// The highest order.
pub const MOST_ORDER: usize = 4;

/// Differences of order 4 of signals of so many bits do not overflow.
const EXACT_BITS: u32 = 27;

/// How much the predictor of order 2 leaves, in all; of wide signals about.
pub fn roughness(samples: &[i32]) -> u64 {
    let shift = excess(samples);
    let sum: u64 = samples
        .windows(3)
        .map(|s| u64::from(((s[2] >> shift) - 2 * (s[1] >> shift) + (s[0] >> shift)).unsigned_abs()))
        .sum();
    sum << shift
}

/// The order that leaves the least, in all; of wide signals about.
pub fn best_order(samples: &[i32]) -> usize {
    let shift = excess(samples);
    let mut sums = [0_u64; MOST_ORDER + 1];
    for s in samples.windows(MOST_ORDER + 1) {
        let s: [i32; MOST_ORDER + 1] = std::array::from_fn(|at| s[at] >> shift);
        let first = s[4] - s[3];
        let second = first - (s[3] - s[2]);
        let third = s[4] - s[1] - 3 * (s[3] - s[2]);
        let fourth = s[4] + s[0] - 4 * (s[3] + s[1]) + 6 * s[2];
        for (sum, value) in sums.iter_mut().zip([s[4], first, second, third, fourth]) {
            *sum += u64::from(value.unsigned_abs());
        }
    }
    let highest = MOST_ORDER.min(samples.len() - 1);
    (0..=highest).min_by_key(|order| sums[*order]).unwrap_or(0)
}

/// Writes what the predictor leaves behind the first `order` samples. `false`: something has more than 32 bits.
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
pub fn beyond(value: i64) -> u64 {
    value.unsigned_abs() >> 31
}

/// By how much the samples are shifted, so that their differences do not overflow.
fn excess(samples: &[i32]) -> u32 {
    let magnitude = samples.iter().fold(0, |all, sample| all | (sample ^ (sample >> 31)));
    (33 - magnitude.leading_zeros()).saturating_sub(EXACT_BITS)
}
