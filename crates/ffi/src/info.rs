//! What the library is.

use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use sluice_abi::{ABI_VERSION, write_layout};

use crate::outcome;

/// The version of the shared layouts.
#[unsafe(no_mangle)]
pub extern "C" fn slu_abi_version() -> u32 {
    ABI_VERSION
}

/// The version of the library, as a C string that is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn slu_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The table of the shared layouts, a line a value, as a C string that is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn slu_layout_text() -> *const c_char {
    static TEXT: OnceLock<CString> = OnceLock::new();
    outcome::attempt(c"".as_ptr(), || {
        let text = TEXT.get_or_init(|| {
            let mut text = String::new();
            // Writing to a string cannot fail, and the table holds no zero byte.
            let _ = write_layout(&mut text);
            CString::new(text).unwrap_or_default()
        });
        Ok(text.as_ptr())
    })
}

/// Why the last cold call of this thread was refused, as a C string that is valid until the next refusal.
#[unsafe(no_mangle)]
pub extern "C" fn slu_last_error() -> *const c_char {
    outcome::last_error()
}

/// Bytes of memory that this process may have: those of the machine, or the limit of its control group if that is less; 0
/// if the system does not tell.
#[unsafe(no_mangle)]
pub extern "C" fn slu_machine_bytes() -> f64 {
    sluice_core::machine::memory_bytes() as f64
}

/// Nanoseconds since the epoch that all lanes of the process share.
#[unsafe(no_mangle)]
pub extern "C" fn slu_now_ns() -> f64 {
    sluice_core::clock::now_ns()
}
