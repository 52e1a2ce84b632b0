//! The kernels over a C interface: the native library exports it, and so does the WebAssembly twin.
//!
//! An array is an address and a number of elements. Callers are `kernels/native_engine.ts` and `wasm_engine.ts`,
//! by way of `kernels/kernels.ts`, which has checked every length.

use core::slice::{from_raw_parts, from_raw_parts_mut};

use crate::{Level, Matrix, PcmFormat, Polyphase, Shape, level, polyphase, reverb, transform, use_level};

/// # Safety
///
/// There are `length` values at `start`, unless it is 0, that nothing writes meanwhile.
unsafe fn read<'a, T>(start: *const T, length: u32) -> &'a [T] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller vouches for the values.
    unsafe { from_raw_parts(start, length as usize) }
}

/// # Safety
///
/// There are `length` values at `start`, unless it is 0, that nothing else reads or writes meanwhile.
unsafe fn write<'a, T>(start: *mut T, length: u32) -> &'a mut [T] {
    if length == 0 {
        return &mut [];
    }
    // SAFETY: the caller vouches for the values.
    unsafe { from_raw_parts_mut(start, length as usize) }
}

/// Says which instructions are in use, after putting `wanted` in force: 1 the baseline, 2 AVX2, 3 AVX-512; 0 asks only.
#[unsafe(no_mangle)]
pub extern "C" fn slu_kernel_level(wanted: u32) -> u32 {
    let level = match wanted {
        1 => use_level(Level::Baseline),
        2 => use_level(Level::Avx2),
        3 => use_level(Level::Avx512),
        _ => level(),
    };
    level as u32
}

/// See [`polyphase`]. Returns how many samples it made.
///
/// # Safety
///
/// The addresses and lengths are those of arrays, and `target` overlaps none of the others.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // Arrays come as addresses and lengths.
pub unsafe extern "C" fn slu_kernel_polyphase(
    source: *const f32,
    source_length: u32,
    start: u32,
    target: *mut f32,
    target_length: u32,
    table: *const f32,
    table_length: u32,
    taps: u32,
    rows: u32,
    up: u32,
    down: u32,
    phase: u32,
) -> u32 {
    // SAFETY: the caller vouches for the arrays.
    let (source, target, table) =
        unsafe { (read(source, source_length), write(target, target_length), read(table, table_length)) };
    let filter = Polyphase { table, taps: taps as usize, rows: rows as usize, up, down };
    polyphase(source.get(start as usize..).unwrap_or(&[]), target, filter, phase) as u32
}

/// See [`scale`](crate::scale).
///
/// # Safety
///
/// The address and length are those of an array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_scale(samples: *mut f32, length: u32, from: f64, step: f64) {
    // SAFETY: the caller vouches for the array.
    crate::scale(unsafe { write(samples, length) }, from, step);
}

/// See [`mix`](crate::mix): both arrays from an index on.
///
/// # Safety
///
/// The addresses are those of arrays that have `length` values from the indices on, and do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_mix(
    target: *mut f32,
    target_start: u32,
    source: *const f32,
    source_start: u32,
    length: u32,
    factor: f64,
) {
    // SAFETY: the caller vouches for the arrays.
    let (target, source) = unsafe {
        (
            write(target.wrapping_add(target_start as usize), length),
            read(source.wrapping_add(source_start as usize), length),
        )
    };
    crate::mix(target, source, factor);
}

/// See [`measure`](crate::measure).
///
/// # Safety
///
/// The addresses are those of arrays that do not overlap; `levels` has two values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_measure(samples: *const f32, length: u32, levels: *mut f64) {
    // SAFETY: the caller vouches for the arrays.
    let (samples, levels) = unsafe { (read(samples, length), &mut *levels.cast::<[f64; 2]>()) };
    crate::measure(samples, levels);
}

/// See [`dot`](crate::dot).
///
/// # Safety
///
/// The addresses are those of arrays of one length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_dot(a: *const f32, b: *const f32, length: u32) -> f64 {
    // SAFETY: the caller vouches for the arrays.
    let (a, b) = unsafe { (read(a, length), read(b, length)) };
    crate::dot(a, b)
}

/// See [`window`](crate::window).
///
/// # Safety
///
/// The addresses are those of arrays of one length, and `target` overlaps none of the others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_window(samples: *const f32, weights: *const f64, target: *mut f64, length: u32) {
    // SAFETY: the caller vouches for the arrays.
    let (samples, weights, target) = unsafe { (read(samples, length), read(weights, length), write(target, length)) };
    crate::window(samples, weights, target);
}

/// See [`biquads`](crate::biquads).
///
/// # Safety
///
/// The addresses are those of arrays that do not overlap: there are five coefficients and two values of state a section.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_biquads(
    samples: *mut f32,
    length: u32,
    coefficients: *const f64,
    state: *mut f64,
    sections: u32,
) {
    // SAFETY: the caller vouches for the arrays.
    let (samples, coefficients, state) =
        unsafe { (write(samples, length), read(coefficients, 5 * sections), write(state, 2 * sections)) };
    crate::biquads(samples, coefficients, state);
}

/// See [`widen`](crate::widen).
///
/// # Safety
///
/// The addresses are those of arrays of one length that do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_widen(target: *mut f64, source: *const f32, length: u32, factor: f64) {
    // SAFETY: the caller vouches for the arrays.
    let (target, source) = unsafe { (write(target, length), read(source, length)) };
    crate::widen(target, source, factor);
}

/// See [`mend`](crate::mend).
///
/// # Safety
///
/// The address and length are those of an array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_mend(samples: *mut f64, length: u32) {
    // SAFETY: the caller vouches for the array.
    crate::mend(unsafe { write(samples, length) });
}

/// See [`combs`](crate::combs). 0: the records do not fit the lines.
///
/// # Safety
///
/// The addresses and lengths are those of arrays that do not overlap; input and output have `length` values.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // Arrays come as addresses and lengths.
pub unsafe extern "C" fn slu_kernel_combs(
    records: *mut f64,
    records_length: u32,
    lines: *mut f64,
    lines_length: u32,
    input: *const f64,
    output: *mut f64,
    length: u32,
    gain: f64,
    feedback: f64,
    damping: f64,
) -> u32 {
    // SAFETY: the caller vouches for the arrays.
    let (records, lines, input, output) = unsafe {
        (write(records, records_length), write(lines, lines_length), read(input, length), write(output, length))
    };
    if !reverb::fits(records, lines) {
        return 0;
    }
    crate::combs(records, lines, input, output, gain, feedback, damping);
    1
}

/// See [`allpasses`](crate::allpasses). 0: the records do not fit the lines.
///
/// # Safety
///
/// The addresses and lengths are those of arrays that do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_allpasses(
    records: *mut f64,
    records_length: u32,
    lines: *mut f64,
    lines_length: u32,
    samples: *mut f64,
    length: u32,
    gain: f64,
) -> u32 {
    // SAFETY: the caller vouches for the arrays.
    let (records, lines, samples) =
        unsafe { (write(records, records_length), write(lines, lines_length), write(samples, length)) };
    if !reverb::fits(records, lines) {
        return 0;
    }
    crate::allpasses(records, lines, samples, gain);
    1
}

/// See [`blend`](crate::blend).
///
/// # Safety
///
/// The addresses are those of arrays of one length that do not overlap.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // Numbers come one by one.
pub unsafe extern "C" fn slu_kernel_blend(
    samples: *mut f32,
    others: *const f64,
    length: u32,
    own_from: f64,
    own_step: f64,
    others_from: f64,
    others_step: f64,
) {
    // SAFETY: the caller vouches for the arrays.
    let (samples, others) = unsafe { (write(samples, length), read(others, length)) };
    crate::blend(samples, others, [own_from, others_from], [own_step, others_step]);
}

/// See [`transform`](crate::transform()). 0: the arrays do not fit each other.
///
/// # Safety
///
/// The addresses and lengths are those of arrays; `work` and `bins` overlap none of the others.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // Arrays come as addresses and lengths.
pub unsafe extern "C" fn slu_kernel_transform(
    samples: *const f64,
    size: u32,
    weights: *const f64,
    weights_length: u32,
    factors: *const f64,
    factors_length: u32,
    work: *mut f64,
    work_length: u32,
    bins: *mut f64,
    bins_length: u32,
) -> u32 {
    // SAFETY: the caller vouches for the arrays.
    let (samples, weights, factors, work, bins) = unsafe {
        (
            read(samples, size),
            read(weights, weights_length),
            read(factors, factors_length),
            write(work, work_length),
            write(bins, bins_length),
        )
    };
    if !transform::fits(samples.len(), weights, factors, work, bins) {
        return 0;
    }
    crate::transform(samples, weights, factors, work, bins);
    1
}

/// See [`decibels`](crate::decibels()).
///
/// # Safety
///
/// The addresses are those of arrays that do not overlap: `numbers` has two values for each of the `length` of `target`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_decibels(
    numbers: *const f64,
    offset: f64,
    floor: f64,
    target: *mut f32,
    length: u32,
) {
    // SAFETY: the caller vouches for the arrays.
    let (numbers, target) = unsafe { (read(numbers, 2 * length), write(target, length)) };
    crate::decibels(numbers, offset, floor, target);
}

/// See [`decode`](crate::decode). 0: there is no such format or channel.
///
/// # Safety
///
/// The addresses and lengths are those of arrays that do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_kernel_decode(
    format: u32,
    source: *const u8,
    source_length: u32,
    channels: u32,
    channel: u32,
    target: *mut u32,
    length: u32,
) -> u32 {
    let Some(format) = PcmFormat::from_number(format) else { return 0 };
    if channel >= channels {
        return 0;
    }
    // SAFETY: the caller vouches for the arrays.
    let (source, target) = unsafe { (read(source, source_length), write(target, length)) };
    crate::decode(format, source, channels as usize, channel as usize, target);
    1
}

/// See [`encode`](crate::encode). 0: there is no such format or channel.
///
/// # Safety
///
/// The addresses and lengths are those of arrays that do not overlap; `counts` has two values.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // Arrays come as addresses and lengths.
pub unsafe extern "C" fn slu_kernel_encode(
    format: u32,
    source: *const u32,
    length: u32,
    target: *mut u8,
    target_length: u32,
    channels: u32,
    channel: u32,
    counts: *mut u32,
) -> u32 {
    let Some(format) = PcmFormat::from_number(format) else { return 0 };
    if channel >= channels {
        return 0;
    }
    // SAFETY: the caller vouches for the arrays.
    let (source, target, counts) =
        unsafe { (read(source, length), write(target, target_length), &mut *counts.cast::<[u32; 2]>()) };
    crate::encode(format, source, target, channels as usize, channel as usize, counts);
    1
}

/// See [`to_yuv`](crate::to_yuv). `order` 1: blue comes first; `matrix` 1: BT.709. Without V, U holds both in turn. 0: a
/// row lies outside its plane.
///
/// # Safety
///
/// The addresses and lengths are those of arrays that do not overlap.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // Arrays come as addresses and lengths.
pub unsafe extern "C" fn slu_kernel_to_yuv(
    rgb: *const u8,
    rgb_length: u32,
    luma: *mut u8,
    luma_length: u32,
    u: *mut u8,
    u_length: u32,
    v: *mut u8,
    v_length: u32,
    width: u32,
    height: u32,
    rgb_stride: u32,
    luma_stride: u32,
    chroma_stride: u32,
    order: u32,
    matrix: u32,
) -> u32 {
    let shape = Shape {
        width: width as usize,
        height: height as usize,
        rgb_stride: rgb_stride as usize,
        luma_stride: luma_stride as usize,
        chroma_stride: chroma_stride as usize,
        bgr: order == 1,
        matrix: if matrix == 1 { Matrix::Bt709 } else { Matrix::Bt601 },
    };
    // SAFETY: the caller vouches for the arrays.
    let (rgb, luma, u, v) =
        unsafe { (read(rgb, rgb_length), write(luma, luma_length), write(u, u_length), write(v, v_length)) };
    if !shape.fits(rgb, luma, u, v) {
        return 0;
    }
    crate::to_yuv(shape, rgb, luma, u, v);
    1
}

/// See [`to_rgb`](crate::to_rgb). `order` 1: blue comes first; `matrix` 1: BT.709. Without V, U holds both in turn. 0: a
/// row lies outside its plane.
///
/// # Safety
///
/// The addresses and lengths are those of arrays that do not overlap.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // Arrays come as addresses and lengths.
pub unsafe extern "C" fn slu_kernel_to_rgb(
    rgb: *mut u8,
    rgb_length: u32,
    luma: *const u8,
    luma_length: u32,
    u: *const u8,
    u_length: u32,
    v: *const u8,
    v_length: u32,
    width: u32,
    height: u32,
    rgb_stride: u32,
    luma_stride: u32,
    chroma_stride: u32,
    order: u32,
    matrix: u32,
) -> u32 {
    let shape = Shape {
        width: width as usize,
        height: height as usize,
        rgb_stride: rgb_stride as usize,
        luma_stride: luma_stride as usize,
        chroma_stride: chroma_stride as usize,
        bgr: order == 1,
        matrix: if matrix == 1 { Matrix::Bt709 } else { Matrix::Bt601 },
    };
    // SAFETY: the caller vouches for the arrays.
    let (rgb, luma, u, v) =
        unsafe { (write(rgb, rgb_length), read(luma, luma_length), read(u, u_length), read(v, v_length)) };
    if !shape.fits(rgb, luma, u, v) {
        return 0;
    }
    crate::to_rgb(shape, luma, u, v, rgb);
    1
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
