//! Plugins. Cold: nothing here is called while frames flow.

use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::path::Path;
use std::ptr;
use std::sync::{LazyLock, Mutex, PoisonError};

use sluice_core::plugin;

use crate::native_values::text;
use crate::outcome::attempt;

/// What plugins say of themselves, by the address of their description.
static DESCRIPTIONS: LazyLock<Mutex<HashMap<usize, CString>>> = LazyLock::new(Mutex::default);

/// Loads the library of a plugin, or takes one that was loaded before, and gives what it says of its stages, as JSON in a
/// C string that is never freed. Null: it is refused.
///
/// # Safety
///
/// The path has the length given, in bytes. The code of the library is trusted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_plugin_load(path: *const u8, length: u32) -> *const c_char {
    attempt(ptr::null(), || {
        // SAFETY: the caller vouches for the text.
        let path = unsafe { text(path, length) }?;
        let loaded = plugin::load(Path::new(&path))?;
        let mut all = DESCRIPTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        let description = all.entry(loaded.description.as_ptr().addr()).or_insert_with(|| {
            // The texts of descriptors have no zero byte.
            CString::new(loaded.description.as_str()).unwrap_or_default()
        });
        Ok(description.as_ptr())
    })
}

/// Opens the library of a plugin in a process of its own first. 0: that ended, or hung. 1: nothing is wrong with opening
/// it, or this system has no such processes.
///
/// # Safety
///
/// The path has the length given, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_plugin_try(path: *const u8, length: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the text.
        let path = unsafe { text(path, length) }?;
        #[cfg(target_os = "linux")]
        sluice_core::isolation::try_library(Path::new(&path))?;
        #[cfg(not(target_os = "linux"))]
        let _ = path;
        Ok(1)
    })
}
