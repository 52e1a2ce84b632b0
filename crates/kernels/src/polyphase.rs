//! The filter of a sample-rate converter by a ratio of whole numbers: an inner product for each output sample.
//!
//! The compiler makes two-lane vectors of the plain loop, so that the inner product is written out for each instruction
//! set: 16 partial sums, of which sum `j` has the products of taps `j`, `j + 16`, …; then 16 → 8 → 4 → 2 → 1 by adding
//! the upper half to the lower.

#[cfg(target_arch = "x86_64")]
use crate::level::{Level, level};

/// Partial sums of an inner product; the number of taps is a multiple of it.
pub const PARTIAL_SUMS: usize = 16;

/// A table of filters and the ratio that it is for.
#[derive(Clone, Copy, Debug)]
pub struct Polyphase<'a> {
    /// `rows + 1` filters of `taps` coefficients each: row `k` is for `k / rows` of a sample behind the middle.
    pub table: &'a [f32],
    /// Coefficients of a filter, a multiple of [`PARTIAL_SUMS`].
    pub taps: usize,
    /// Filters for each input sample. Where they are as many as `up`, each phase has its row; else two rows are mixed.
    pub rows: usize,
    /// Output samples for every `down` input samples.
    pub up: u32,
    /// Input samples for every `up` output samples.
    pub down: u32,
}

/// Fills `target`. Its first sample is made of `source[0..taps]`, `phase` (below `up`) behind the middle of them.
///
/// Returns how many samples it made: fewer than `target` has where `source` or the table ends early.
pub fn polyphase(source: &[f32], target: &mut [f32], filter: Polyphase<'_>, phase: u32) -> usize {
    if filter.taps == 0 || filter.taps % PARTIAL_SUMS != 0 || filter.rows == 0 || phase >= filter.up {
        return 0;
    }
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: that level is in force only where the processor has AVX-512F and AVX2.
        Level::Avx512 => return unsafe { widest(source, target, filter, phase) },
        // SAFETY: that level is in force only where the processor has AVX2.
        Level::Avx2 => return unsafe { wide(source, target, filter, phase) },
        Level::Baseline => {}
    }
    // SAFETY: `each_output` passes slices of one length, a multiple of 16.
    each_output(source, target, filter, phase, |samples, row| unsafe { baseline::dot(samples, row) })
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn wide(source: &[f32], target: &mut [f32], filter: Polyphase<'_>, phase: u32) -> usize {
    // SAFETY: `each_output` passes slices of one length, a multiple of 16.
    each_output(source, target, filter, phase, |samples, row| unsafe { avx2::dot(samples, row) })
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn widest(source: &[f32], target: &mut [f32], filter: Polyphase<'_>, phase: u32) -> usize {
    // SAFETY: `each_output` passes slices of one length, a multiple of 16 above 0, and the caller vouches for AVX-512F.
    let made = each_output(source, target, filter, phase, |samples, row| unsafe { avx512::dot(samples, row) });
    core::arch::x86_64::_mm256_zeroupper();
    made
}

#[inline(always)]
fn each_output(
    source: &[f32],
    target: &mut [f32],
    filter: Polyphase<'_>,
    phase: u32,
    dot: impl Fn(&[f32], &[f32]) -> f32,
) -> usize {
    let Polyphase { table, taps, rows, up, down } = filter;
    let (whole, rest) = ((down / up) as usize, down % up);
    let row_at = |row: usize| table.get(row.checked_mul(taps)?..)?.get(..taps);
    let (mut at, mut phase) = (0usize, phase);
    for (made, output) in target.iter_mut().enumerate() {
        let Some(samples) = source.get(at..).and_then(|ahead| ahead.get(..taps)) else { return made };
        *output = if rows == up as usize {
            let Some(row) = row_at(phase as usize) else { return made };
            dot(samples, row)
        } else {
            let place = u64::from(phase) * rows as u64;
            let (low, share) = (place / u64::from(up), place % u64::from(up));
            let (Some(low), Some(high)) = (row_at(low as usize), row_at(low as usize + 1)) else { return made };
            let share = (share as f64 / f64::from(up)) as f32;
            let (low, high) = (dot(samples, low), dot(samples, high));
            low + share * (high - low)
        };
        at += whole;
        phase += rest;
        if phase >= up {
            phase -= up;
            at += 1;
        }
    }
    target.len()
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use core::arch::asm;

    /// In assembly, since the intrinsics need Rust 1.89.
    ///
    /// # Safety
    ///
    /// The processor has AVX-512F; both slices have one length, a multiple of 16 above 0.
    #[inline(always)]
    pub(super) unsafe fn dot(samples: &[f32], row: &[f32]) -> f32 {
        let sum: f32;
        // SAFETY: the caller vouches for the processor and for the lengths: it reads both slices to their ends, and
        // writes to registers alone.
        unsafe {
            asm!(
                "vmovups {sum:z}, [{x}]",
                "vmulps {sum:z}, {sum:z}, [{h}]",
                "jmp 3f",
                "2:",
                "vmovups {part:z}, [{x} + {at}]",
                "vmulps {part:z}, {part:z}, [{h} + {at}]",
                "vaddps {sum:z}, {sum:z}, {part:z}",
                "3:",
                "add {at}, 64",
                "cmp {at}, {end}",
                "jb 2b",
                "vextractf64x4 {part:y}, {sum:z}, 1",
                "vaddps {sum:y}, {sum:y}, {part:y}",
                "vextractf128 {part:x}, {sum:y}, 1",
                "vaddps {sum:x}, {sum:x}, {part:x}",
                "vmovhlps {part:x}, {sum:x}, {sum:x}",
                "vaddps {sum:x}, {sum:x}, {part:x}",
                "vmovshdup {part:x}, {sum:x}",
                "vaddss {sum:x}, {sum:x}, {part:x}",
                x = in(reg) samples.as_ptr(),
                h = in(reg) row.as_ptr(),
                end = in(reg) size_of_val(samples),
                at = inout(reg) 0usize => _,
                sum = out(xmm_reg) sum,
                part = out(xmm_reg) _,
                options(pure, readonly, nostack),
            );
        }
        sum
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use core::arch::x86_64::*;

    /// # Safety
    ///
    /// The processor has AVX2; both slices have one length, a multiple of 16.
    #[inline(always)]
    pub(super) unsafe fn dot(samples: &[f32], row: &[f32]) -> f32 {
        let (x, h) = (samples.as_ptr(), row.as_ptr());
        // SAFETY: the caller vouches for the processor and for the lengths.
        unsafe {
            let mut sums = [_mm256_setzero_ps(); 2];
            for k in (0..samples.len()).step_by(16) {
                for (j, sum) in sums.iter_mut().enumerate() {
                    let (a, b) = (_mm256_loadu_ps(x.add(k + 8 * j)), _mm256_loadu_ps(h.add(k + 8 * j)));
                    *sum = _mm256_add_ps(*sum, _mm256_mul_ps(a, b));
                }
            }
            let eight = _mm256_add_ps(sums[0], sums[1]);
            super::baseline::fold(_mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1)))
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod baseline {
    use core::arch::x86_64::*;

    /// # Safety
    ///
    /// Both slices have one length, a multiple of 16.
    #[inline(always)]
    pub(super) unsafe fn dot(samples: &[f32], row: &[f32]) -> f32 {
        let (x, h) = (samples.as_ptr(), row.as_ptr());
        // SAFETY: the caller vouches for the lengths, and every x86-64 processor has SSE2.
        unsafe {
            let mut sums = [_mm_setzero_ps(); 4];
            for k in (0..samples.len()).step_by(16) {
                for (j, sum) in sums.iter_mut().enumerate() {
                    let (a, b) = (_mm_loadu_ps(x.add(k + 4 * j)), _mm_loadu_ps(h.add(k + 4 * j)));
                    *sum = _mm_add_ps(*sum, _mm_mul_ps(a, b));
                }
            }
            fold(_mm_add_ps(_mm_add_ps(sums[0], sums[2]), _mm_add_ps(sums[1], sums[3])))
        }
    }

    /// # Safety
    ///
    /// Every x86-64 processor has SSE2.
    #[inline(always)]
    pub(super) unsafe fn fold(four: __m128) -> f32 {
        // SAFETY: see above.
        unsafe {
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)))
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod baseline {
    use core::arch::aarch64::*;

    /// # Safety
    ///
    /// Both slices have one length, a multiple of 16.
    #[inline(always)]
    pub(super) unsafe fn dot(samples: &[f32], row: &[f32]) -> f32 {
        let (x, h) = (samples.as_ptr(), row.as_ptr());
        // SAFETY: the caller vouches for the lengths, and every processor of this target has NEON.
        unsafe {
            let mut sums = [vdupq_n_f32(0.0); 4];
            for k in (0..samples.len()).step_by(16) {
                for (j, sum) in sums.iter_mut().enumerate() {
                    let (a, b) = (vld1q_f32(x.add(k + 4 * j)), vld1q_f32(h.add(k + 4 * j)));
                    *sum = vaddq_f32(*sum, vmulq_f32(a, b));
                }
            }
            let four = vaddq_f32(vaddq_f32(sums[0], sums[2]), vaddq_f32(sums[1], sums[3]));
            let two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
            vget_lane_f32::<0>(two) + vget_lane_f32::<1>(two)
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod baseline {
    use core::arch::wasm32::*;

    /// # Safety
    ///
    /// Both slices have one length, a multiple of 16.
    #[inline(always)]
    pub(super) unsafe fn dot(samples: &[f32], row: &[f32]) -> f32 {
        let (x, h) = (samples.as_ptr(), row.as_ptr());
        // SAFETY: the caller vouches for the lengths.
        unsafe {
            let mut sums = [f32x4_splat(0.0); 4];
            for k in (0..samples.len()).step_by(16) {
                for (j, sum) in sums.iter_mut().enumerate() {
                    let (a, b) = (v128_load(x.add(k + 4 * j).cast()), v128_load(h.add(k + 4 * j).cast()));
                    *sum = f32x4_add(*sum, f32x4_mul(a, b));
                }
            }
            let four = f32x4_add(f32x4_add(sums[0], sums[2]), f32x4_add(sums[1], sums[3]));
            let two = f32x4_add(four, i32x4_shuffle::<2, 3, 2, 3>(four, four));
            f32x4_extract_lane::<0>(two) + f32x4_extract_lane::<1>(two)
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32")))]
mod baseline {
    /// # Safety
    ///
    /// None.
    #[inline(always)]
    pub(super) unsafe fn dot(samples: &[f32], row: &[f32]) -> f32 {
        let mut sums = [0f32; 16];
        for (x, h) in samples.chunks_exact(16).zip(row.chunks_exact(16)) {
            for j in 0..16 {
                sums[j] += x[j] * h[j];
            }
        }
        let mut half = 8;
        while half > 0 {
            for j in 0..half {
                sums[j] += sums[j + half];
            }
            half /= 2;
        }
        sums[0]
    }
}
