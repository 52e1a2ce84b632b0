//! Loops over the samples of one channel. Sums and products are of 64-bit floats and rounded once, when they are stored.

/// Multiplies by a factor that starts one `step` beyond `from` and grows by `step` with each sample; with a step of 0,
/// by `from`.
#[inline(always)]
pub(crate) fn scale(samples: &mut [f32], from: f64, step: f64) {
    if step == 0.0 {
        for sample in samples {
            *sample = (f64::from(*sample) * from) as f32;
        }
        return;
    }
    for (i, sample) in samples.iter_mut().enumerate() {
        *sample = (f64::from(*sample) * (from + step * f64::from(i as u32 + 1))) as f32;
    }
}

/// Adds `source`, times `factor`.
#[inline(always)]
pub(crate) fn mix(target: &mut [f32], source: &[f32], factor: f64) {
    for (sum, sample) in target.iter_mut().zip(source) {
        *sum = (f64::from(*sum) + f64::from(*sample) * factor) as f32;
    }
}

/// Sums that a long sum is split into: sum `j` has the values `j`, `j + 16`, …
const PARTIAL_SUMS: usize = 16;

/// Adds up partial sums: 16 → 8 → 4 → 2 → 1, the upper half to the lower.
#[inline(always)]
fn fold(mut sums: [f64; PARTIAL_SUMS]) -> f64 {
    let mut half = PARTIAL_SUMS / 2;
    while half > 0 {
        for j in 0..half {
            sums[j] += sums[j + half];
        }
        half /= 2;
    }
    sums[0]
}

/// Raises `levels[0]` to the greatest absolute sample, and adds the sum of all squares to `levels[1]`. Leaves NaN out.
#[inline(always)]
pub(crate) fn measure(samples: &[f32], levels: &mut [f64; 2]) {
    let mut peaks = [0f32; PARTIAL_SUMS];
    let mut sums = [0f64; PARTIAL_SUMS];
    let blocks = samples.chunks_exact(PARTIAL_SUMS);
    let rest = blocks.remainder();
    let mut last = [0f32; PARTIAL_SUMS];
    last[..rest.len()].copy_from_slice(rest);
    for block in blocks.chain(core::iter::once(&last[..])) {
        for j in 0..PARTIAL_SUMS {
            let sample = if block[j].is_nan() { 0.0 } else { block[j] };
            let size = sample.abs();
            peaks[j] = if size > peaks[j] { size } else { peaks[j] };
            sums[j] += f64::from(sample) * f64::from(sample);
        }
    }
    // Keeps the compiler from splitting the loop into the pairs that the fold adds.
    let (peaks, sums) = (core::hint::black_box(peaks), core::hint::black_box(sums));
    for peak in peaks {
        let peak = f64::from(peak);
        levels[0] = if peak > levels[0] { peak } else { levels[0] };
    }
    levels[1] += fold(sums);
}

/// The sum of the products of `a` and `b`, which have one length.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0f64; PARTIAL_SUMS];
    let (blocks_a, blocks_b) = (a.chunks_exact(PARTIAL_SUMS), b.chunks_exact(PARTIAL_SUMS));
    let (rest_a, rest_b) = (blocks_a.remainder(), blocks_b.remainder());
    for (a, b) in blocks_a.zip(blocks_b) {
        for j in 0..PARTIAL_SUMS {
            sums[j] += f64::from(a[j]) * f64::from(b[j]);
        }
    }
    for (j, (a, b)) in rest_a.iter().zip(rest_b).enumerate() {
        sums[j] += f64::from(*a) * f64::from(*b);
    }
    fold(core::hint::black_box(sums))
}

/// Multiplies by a window, into an array of 64-bit floats.
#[inline(always)]
pub(crate) fn window(samples: &[f32], weights: &[f64], target: &mut [f64]) {
    for ((output, sample), weight) in target.iter_mut().zip(samples).zip(weights) {
        *output = f64::from(*sample) * weight;
    }
}

/// Runs second-order sections one after the other, in direct form II transposed. A section has the coefficients b0, b1,
/// b2, a1 and a2, with a0 = 1, and two values of state.
#[inline(always)]
pub(crate) fn biquads(samples: &mut [f32], coefficients: &[f64], state: &mut [f64]) {
    for (c, state) in coefficients.chunks_exact(5).zip(state.chunks_exact_mut(2)) {
        let (mut z1, mut z2) = (state[0], state[1]);
        for sample in samples.iter_mut() {
            let x = f64::from(*sample);
            let y = c[0] * x + z1;
            z1 = c[1] * x - c[3] * y + z2;
            z2 = c[2] * x - c[4] * y;
            *sample = y as f32;
        }
        (state[0], state[1]) = (z1, z2);
    }
}
