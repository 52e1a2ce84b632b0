//! The discrete Fourier transform of real samples whose number is a power of two.
//!
//! Even samples are taken for real and odd ones for imaginary parts of half as many numbers. Their transform is
//! Stockham's, which leaves its result in order, by radix 4, with a last pass by radix 2 where the number is no power of
//! 4 (Van Loan, "Computational frameworks for the fast Fourier transform", 1992). Real and imaginary parts lie apart, so
//! that what is next to each other goes through the same operations side by side.

use core::array::from_fn;
use core::mem::swap;

/// Numbers that are computed side by side.
const BESIDE: usize = 4;
/// Factors of a butterfly: real and imaginary parts of three.
const FACTORS: usize = 6;

/// `N` numbers: their real parts, and their imaginary parts.
type Numbers<const N: usize> = [[f64; N]; 2];

/// Whether these are the lengths of the arrays of a transform of `size` samples.
pub(crate) fn fits(size: usize, weights: &[f64], factors: &[f64], work: &[f64], bins: &[f64]) -> bool {
    size >= 2
        && size.is_power_of_two()
        && weights.len() == size
        && factors.len() == factor_count(size)
        && work.len() == 2 * size
        && bins.len() == size + 2
}

/// How many factors the transform of `size` samples takes: those of each pass, and those that join the halves.
fn factor_count(size: usize) -> usize {
    let mut factors = 2 * (size / 4).saturating_sub(1);
    let mut length = size / 2;
    while length >= 4 {
        factors += FACTORS * (length / 4);
        length /= 4;
    }
    factors
}

/// Transforms `samples`, times `weights`, into `bins`: real and imaginary part of each frequency from 0 to half the
/// rate. The arrays must [fit](fits).
#[inline(always)]
pub(crate) fn transform(samples: &[f64], weights: &[f64], factors: &[f64], work: &mut [f64], bins: &mut [f64]) {
    let count = samples.len() / 2;
    let (mut from, mut to) = work.split_at_mut(2 * count);
    split(samples, weights, from);
    let (mut stride, mut factors) = (1, factors);
    while count / stride >= 4 {
        let (own, rest) = factors.split_at(FACTORS * (count / stride / 4));
        match stride {
            1 => first_pass(from, to, own),
            _ => pass(from, to, stride, own),
        }
        factors = rest;
        stride *= 4;
        swap(&mut from, &mut to);
    }
    if stride < count {
        halves(from, to);
        swap(&mut from, &mut to);
    }
    join(from, factors, bins);
}

/// Weights samples, and puts even ones and odd ones into the two halves of `to`.
#[inline(always)]
fn split(samples: &[f64], weights: &[f64], to: &mut [f64]) {
    let (even, odd) = to.split_at_mut(to.len() / 2);
    let pairs = samples.chunks_exact(2).zip(weights.chunks_exact(2));
    for (((pair, weights), even), odd) in pairs.zip(even).zip(odd) {
        *even = pair[0] * weights[0];
        *odd = pair[1] * weights[1];
    }
}

/// The transform of four numbers that lie a quarter apart, with the factors of the next pass: `N` of them side by side.
#[inline(always)]
fn butterfly<const N: usize>(x: [Numbers<N>; 4], w: [Numbers<N>; 3]) -> [Numbers<N>; 4] {
    let [a, b, c, d] = x;
    let (sum_ac, less_ac) = ([add(a[0], c[0]), add(a[1], c[1])], [less(a[0], c[0]), less(a[1], c[1])]);
    let (sum_bd, less_bd) = ([add(b[0], d[0]), add(b[1], d[1])], [less(b[0], d[0]), less(b[1], d[1])]);
    [
        [add(sum_ac[0], sum_bd[0]), add(sum_ac[1], sum_bd[1])],
        turned([add(less_ac[0], less_bd[1]), less(less_ac[1], less_bd[0])], w[0]),
        turned([less(sum_ac[0], sum_bd[0]), less(sum_ac[1], sum_bd[1])], w[1]),
        turned([less(less_ac[0], less_bd[1]), add(less_ac[1], less_bd[0])], w[2]),
    ]
}

/// The products of complex numbers.
#[inline(always)]
fn turned<const N: usize>(a: Numbers<N>, b: Numbers<N>) -> Numbers<N> {
    [less(times(a[0], b[0]), times(a[1], b[1])), add(times(a[0], b[1]), times(a[1], b[0]))]
}

#[inline(always)]
fn add<const N: usize>(a: [f64; N], b: [f64; N]) -> [f64; N] {
    from_fn(|i| a[i] + b[i])
}

#[inline(always)]
fn less<const N: usize>(a: [f64; N], b: [f64; N]) -> [f64; N] {
    from_fn(|i| a[i] - b[i])
}

#[inline(always)]
fn times<const N: usize>(a: [f64; N], b: [f64; N]) -> [f64; N] {
    from_fn(|i| a[i] * b[i])
}

/// The first pass: neighbours have different factors, and what they give is put between each other.
#[inline(always)]
fn first_pass(from: &[f64], to: &mut [f64], factors: &[f64]) {
    let quarter = factors.len() / FACTORS;
    let mut at = 0;
    while at + BESIDE <= quarter {
        first_butterflies::<BESIDE>(from, to, factors, at);
        at += BESIDE;
    }
    while at < quarter {
        first_butterflies::<1>(from, to, factors, at);
        at += 1;
    }
}

#[inline(always)]
fn first_butterflies<const N: usize>(from: &[f64], to: &mut [f64], factors: &[f64], at: usize) {
    let (quarter, count) = (factors.len() / FACTORS, from.len() / 2);
    let number = |k: usize| [load(from, k * quarter + at), load(from, count + k * quarter + at)];
    let factor = |k: usize| [load(factors, 2 * k * quarter + at), load(factors, (2 * k + 1) * quarter + at)];
    let y = butterfly::<N>([number(0), number(1), number(2), number(3)], [factor(0), factor(1), factor(2)]);
    let (real, imaginary) = to.split_at_mut(count);
    for (part, target) in [real, imaginary].into_iter().enumerate() {
        for (i, four) in target[4 * at..][..4 * N].chunks_exact_mut(4).enumerate() {
            four.copy_from_slice(&[y[0][part][i], y[1][part][i], y[2][part][i], y[3][part][i]]);
        }
    }
}

#[inline(always)]
fn load<const N: usize>(from: &[f64], at: usize) -> [f64; N] {
    let mut values = [0.0; N];
    values.copy_from_slice(&from[at..][..N]);
    values
}

/// A further pass: `stride` neighbours have the same factors. The stride is a multiple of [`BESIDE`].
#[inline(always)]
fn pass(from: &[f64], to: &mut [f64], stride: usize, factors: &[f64]) {
    let quarter = factors.len() / FACTORS;
    let (real, imaginary) = from.split_at(from.len() / 2);
    let (to_real, to_imaginary) = to.split_at_mut(from.len() / 2);
    let targets = to_real.chunks_exact_mut(4 * stride).zip(to_imaginary.chunks_exact_mut(4 * stride));
    for (p, (to_real, to_imaginary)) in targets.enumerate() {
        let factor = |k: usize| [[factors[2 * k * quarter + p]; BESIDE], [factors[(2 * k + 1) * quarter + p]; BESIDE]];
        let w = [factor(0), factor(1), factor(2)];
        let at = |k: usize| stride * (p + k * quarter);
        let number = |k: usize| (fours(&real[at(k)..][..stride]), fours(&imaginary[at(k)..][..stride]));
        let [a, b, c, d] = [number(0), number(1), number(2), number(3)];
        let (to_real, to_imaginary) = (quarters(to_real), quarters(to_imaginary));
        for i in 0..stride / BESIDE {
            let x = [[a.0[i], a.1[i]], [b.0[i], b.1[i]], [c.0[i], c.1[i]], [d.0[i], d.1[i]]];
            let [y0, y1, y2, y3] = butterfly(x, w);
            [to_real[0][i], to_imaginary[0][i]] = y0;
            [to_real[1][i], to_imaginary[1][i]] = y1;
            [to_real[2][i], to_imaginary[2][i]] = y2;
            [to_real[3][i], to_imaginary[3][i]] = y3;
        }
    }
}

/// The values of a slice by fours.
#[inline(always)]
fn fours(values: &[f64]) -> &[[f64; BESIDE]] {
    // SAFETY: an array of numbers is laid out as they are, and there are as many as the slice has whole fours.
    unsafe { core::slice::from_raw_parts(values.as_ptr().cast(), values.len() / BESIDE) }
}

/// The four quarters of a slice, each by fours.
#[inline(always)]
fn quarters(values: &mut [f64]) -> [&mut [[f64; BESIDE]]; 4] {
    let length = values.len() / 4 / BESIDE;
    let start: *mut [f64; BESIDE] = values.as_mut_ptr().cast();
    // SAFETY: as in `fours`; the quarters do not overlap, and the slice has at least four times their length.
    [0, 1, 2, 3].map(|k| unsafe { core::slice::from_raw_parts_mut(start.add(k * length), length) })
}

/// The last pass where the number is no power of 4.
#[inline(always)]
fn halves(from: &[f64], to: &mut [f64]) {
    let half = from.len() / 4;
    for (from, to) in from.chunks_exact(2 * half).zip(to.chunks_exact_mut(2 * half)) {
        let ((a, b), (sums, differences)) = (from.split_at(half), to.split_at_mut(half));
        for (((a, b), sum), difference) in a.iter().zip(b).zip(sums).zip(differences) {
            *sum = a + b;
            *difference = a - b;
        }
    }
}

/// Makes the transform of the real samples from that of the numbers that they were taken for.
#[inline(always)]
fn join(from: &[f64], factors: &[f64], bins: &mut [f64]) {
    let (real, imaginary) = from.split_at(from.len() / 2);
    let count = real.len();
    let (cosines, sines) = factors.split_at(factors.len() / 2);
    let (first, rest) = bins.split_at_mut(2);
    let (middle, last) = rest.split_at_mut(2 * (count - 1));
    first.copy_from_slice(&[real[0] + imaginary[0], 0.0]);
    last.copy_from_slice(&[real[0] - imaginary[0], 0.0]);
    if count == 1 {
        return;
    }
    let half = count / 2 - 1;
    let (low, rest) = middle.split_at_mut(2 * half);
    let (own, high) = rest.split_at_mut(2);
    own.copy_from_slice(&[real[half + 1], -imaginary[half + 1]]);
    let ascending = real[1..=half].iter().zip(&imaginary[1..=half]);
    let descending = real[half + 2..].iter().zip(&imaginary[half + 2..]).rev();
    let pairs = ascending.zip(descending).zip(cosines.iter().zip(sines));
    let targets = low.chunks_exact_mut(2).zip(high.chunks_exact_mut(2).rev());
    for ((((real, imaginary), (real_behind, imaginary_behind)), (cosine, sine)), (low, high)) in pairs.zip(targets) {
        let even = [(real + real_behind) * 0.5, (imaginary - imaginary_behind) * 0.5];
        let odd = [(imaginary + imaginary_behind) * 0.5, (real_behind - real) * 0.5];
        let turned = [cosine * odd[0] + sine * odd[1], cosine * odd[1] - sine * odd[0]];
        low.copy_from_slice(&[even[0] + turned[0], even[1] + turned[1]]);
        high.copy_from_slice(&[even[0] - turned[0], turned[1] - even[1]]);
    }
}
