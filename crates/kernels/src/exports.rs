//! The kernels over a C interface: the native library exports it, and so does the WebAssembly twin.
//!
//! An array is an address and a number of elements. Callers are `core/kernels/native_engine.ts` and `wasm_engine.ts`,
//! by way of `core/kernels/kernels.ts`, which has checked every length.

use core::slice::{from_raw_parts, from_raw_parts_mut};

use crate::{Level, Polyphase, level, polyphase, use_level};

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

/// Says which instructions are in use, after putting `wanted` in force: 1 the baseline, 2 AVX2; 0 asks only.
#[unsafe(no_mangle)]
pub extern "C" fn slu_kernel_level(wanted: u32) -> u32 {
    let level = match wanted {
        1 => use_level(Level::Baseline),
        2 => use_level(Level::Avx2),
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

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
