//! What the code for Core Foundation and Core Media has in common.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use objc2_core_foundation::{CFDictionary, CFNumber, CFRetained, CFString, CFType, Type};
use objc2_core_media::{CMBlockBuffer, CMFormatDescription, CMTime, kCMBlockBufferAssureMemoryNowFlag};

use crate::four_cc::spell_status;
use crate::time::{MediaTime, NANOSECONDS};

/// A status of a framework as a result; `what` completes "cannot …".
pub(super) fn check(status: i32, what: &str) -> Result<(), String> {
    if status == 0 { Ok(()) } else { Err(format!("cannot {what}: macOS answers {}", spell_status(status))) }
}

/// The object that a function has made, which is the caller's.
///
/// # Safety
///
/// `at` is null or the address of an object with a reference that nobody else gives back.
pub(super) unsafe fn made<T: Type>(at: *mut T, what: &str) -> Result<CFRetained<T>, String> {
    let at = NonNull::new(at).ok_or_else(|| format!("cannot {what}: macOS gives nothing"))?;
    // SAFETY: the caller vouches for the reference.
    Ok(unsafe { CFRetained::from_raw(at) })
}

/// A dictionary.
pub(super) fn dictionary(pairs: &[(&CFString, &CFType)]) -> CFRetained<CFDictionary<CFString, CFType>> {
    let (keys, values): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    CFDictionary::from_slices(&keys, &values)
}

/// A whole number.
pub(super) fn whole(number: u32) -> CFRetained<CFNumber> {
    CFNumber::new_i64(number.into())
}

/// A time for Core Media.
pub(super) fn time(time_ns: f64) -> Result<CMTime, String> {
    let MediaTime { value, timescale } = MediaTime::from_ns(time_ns.round(), NANOSECONDS)?;
    // SAFETY: plain numbers.
    Ok(unsafe { CMTime::new(value, timescale) })
}

/// A time of Core Media in nanoseconds; `None` if it is invalid or no number.
pub(super) fn nanoseconds(time: CMTime) -> Option<f64> {
    // `kCMTimeFlags_Valid` alone, or with `kCMTimeFlags_HasBeenRounded`.
    let is_number = time.flags.0 & !2 == 1;
    is_number.then(|| MediaTime { value: time.value, timescale: time.timescale }.to_ns().ok())?
}

/// A block of memory of Core Media's with a copy of bytes.
pub(super) fn block_of(bytes: &[u8]) -> Result<CFRetained<CMBlockBuffer>, String> {
    let mut block = std::ptr::null_mut();
    // SAFETY: without memory of ours the block allocates its own; the place for it is there.
    let status = unsafe {
        CMBlockBuffer::create_with_memory_block(
            None,
            std::ptr::null_mut(),
            bytes.len(),
            None,
            std::ptr::null(),
            0,
            bytes.len(),
            kCMBlockBufferAssureMemoryNowFlag,
            NonNull::from(&mut block),
        )
    };
    check(status, "allocate a block of Core Media")?;
    // SAFETY: the function has made it for the caller.
    let block = unsafe { made(block, "allocate a block of Core Media") }?;
    let source = NonNull::from(bytes).cast();
    // SAFETY: both have so many bytes.
    let status = unsafe { CMBlockBuffer::replace_data_bytes(source, &block, 0, bytes.len()) };
    check(status, "fill a block of Core Media")?;
    Ok(block)
}

/// The format that a function has made.
///
/// # Safety
///
/// As [`made`].
pub(super) unsafe fn made_format(
    at: *const CMFormatDescription,
    what: &str,
) -> Result<CFRetained<CMFormatDescription>, String> {
    // SAFETY: the caller vouches for it; nobody writes by this address.
    unsafe { made(at.cast_mut(), what) }
}

/// Runs what the system calls: a panic must not go on into its frames.
pub(super) fn guarded(body: impl FnOnce()) {
    // The panic's hook has told it. What it left is behind locks that do not mind.
    _ = catch_unwind(AssertUnwindSafe(body));
}
