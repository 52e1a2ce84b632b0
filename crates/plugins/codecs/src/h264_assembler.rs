//! Tells whether openh264 was built with its assembler, for `sluice doctor` and benchmarks.

// The crate of openh264 is linked for its C++ alone here.
use openh264_sys2 as _;
use std::ptr::null_mut;

unsafe extern "C" {
    /// What openh264 makes use of in the processor. On x86 it is never 0 with the assembler, and always without.
    fn WelsCPUFeatureDetect(processors: *mut i32) -> u32;
}

/// On x86, 1 if openh264 was built with its assembler, for which nasm must be there, else 0. Without a meaning elsewhere.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_h264_has_assembler() -> u8 {
    // SAFETY: a count of processors is written only where there is a place for it.
    u8::from(unsafe { WelsCPUFeatureDetect(null_mut()) } != 0)
}
