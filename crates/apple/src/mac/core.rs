//! What the code for Core Foundation and Core Media has in common.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};

use objc2_core_foundation::{CFDictionary, CFNumber, CFRetained, CFString, CFType, Type};
use objc2_core_media::{CMBlockBuffer, CMTime, kCMBlockBufferAssureMemoryNowFlag};
use objc2_foundation::NSError;

use crate::status::refusal;
use crate::time::{MediaTime, NANOSECONDS};

/// A status of a framework as a result; `what` completes "cannot …".
pub(super) fn check(status: i32, what: &str) -> Result<(), String> {
    if status == 0 { Ok(()) } else { Err(refusal(what, status)) }
}

/// The object that a function stores, and answers 0.
///
/// # Safety
///
/// What it stores is the address of an object with a reference that nobody else gives back.
pub(super) unsafe fn made_by<T: Type>(
    what: &str,
    make: impl FnOnce(NonNull<*mut T>) -> i32,
) -> Result<CFRetained<T>, String> {
    let mut at = ptr::null_mut();
    check(make(NonNull::from(&mut at)), what)?;
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
    let (length, flags) = (bytes.len(), kCMBlockBufferAssureMemoryNowFlag);
    // SAFETY: without memory of ours the block allocates its own.
    let block = unsafe {
        made_by("allocate a block of Core Media", |place| {
            let (none, source) = (ptr::null_mut(), ptr::null());
            CMBlockBuffer::create_with_memory_block(None, none, length, None, source, 0, length, flags, place)
        })
    }?;
    // SAFETY: both have so many bytes.
    let status = unsafe { CMBlockBuffer::replace_data_bytes(NonNull::from(bytes).cast(), &block, 0, length) };
    check(status, "fill a block of Core Media")?;
    Ok(block)
}

/// An error in words.
pub(super) fn tell(error: &NSError) -> String {
    let reason = error.localizedFailureReason().map_or(String::new(), |reason| format!(" {reason}"));
    format!("{}{reason} ({} {})", error.localizedDescription(), error.domain(), error.code())
}

/// Runs what the system calls: a panic must not go on into its frames.
pub(super) fn guarded(body: impl FnOnce()) {
    // The panic's hook has told it. What it left is behind locks that do not mind.
    _ = catch_unwind(AssertUnwindSafe(body));
}
