//! Decibels of complex numbers.

/// 10 log10(2), in decibels.
const OCTAVE: f64 = 3.010299956639812;
/// The bits of the square root of 1/2 and of 1, above the lowest 32.
const ROOT_HALF: u64 = 0x3fe6_a09e;
const ONE: u64 = 0x3ff0_0000;
/// 20 / ln(10) / (2 k + 1): the series of the area tangent, of which the first term left out is below 1e-11 dB.
const TERMS: [f64; 7] = [
    8.685889638065035,
    2.895296546021678,
    1.737177927613007,
    1.2408413768664335,
    0.9650988486738927,
    0.789626330733185,
    0.6681453567742335,
];

/// Fills `target` with the decibels of as many complex numbers, whose real and imaginary parts take turns, plus
/// `offset`. Less than `floor` becomes that, and so does what is no number.
#[inline(always)]
pub(crate) fn decibels(numbers: &[f64], offset: f64, floor: f64, target: &mut [f32]) {
    for (level, number) in target.iter_mut().zip(numbers.chunks_exact(2)) {
        let power = number[0] * number[0] + number[1] * number[1];
        let db = of_power(power) + offset;
        *level = (if db > floor { db } else { floor }) as f32;
    }
}

/// 10 log10 of a power, within 1e-11 dB or the error of 64-bit floats.
#[inline(always)]
fn of_power(power: f64) -> f64 {
    let least = if power > f64::MIN_POSITIVE { power } else { f64::MIN_POSITIVE };
    // A factor between the roots of 1/2 and of 2, and a power of two.
    let bits = least.to_bits() + ((ONE - ROOT_HALF) << 32);
    let octaves = (bits >> 52) as i32 - 1023;
    let factor = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + (ROOT_HALF << 32));
    let ratio = (factor - 1.0) / (factor + 1.0);
    let square = ratio * ratio;
    let mut sum = TERMS[6];
    for term in TERMS[..6].iter().rev() {
        sum = sum * square + term;
    }
    let db = f64::from(octaves) * OCTAVE + ratio * sum;
    // What is no number, and what is infinite, stays so.
    if power <= f64::MAX { db } else { power }
}
