//! Plugins. Cold: nothing here is called while frames flow.

use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};
#[cfg(target_os = "linux")]
use std::time::Duration;
use std::{ptr, slice};

use sluice_core::plugin::{self, Origin};

use crate::outcome::attempt;

/// What plugins say of themselves, by the address of their description.
static DESCRIPTIONS: LazyLock<Mutex<HashMap<usize, CString>>> = LazyLock::new(Mutex::default);

/// Loads the library of a plugin, or takes one that was loaded before, and gives what it says of its stages, as JSON in a
/// C string that is never freed. Null: it is refused.
///
/// # Safety
///
/// The path has the length given, in bytes. The code of the library is trusted.
///
/// # Arguments
///
/// - `shipped`: whether the library came with this one: 1, else 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_plugin_load(path: *const u8, length: u32, shipped: u32) -> *const c_char {
    attempt(ptr::null(), || {
        // SAFETY: the caller vouches for the text.
        let path = unsafe { text(path, length) }?;
        let path = Path::new(&path);
        let origin = if shipped == 0 { Origin::Foreign } else { Origin::Shipped };
        #[cfg(target_os = "linux")]
        if origin == Origin::Foreign {
            sluice_core::isolation::vouch(path)?;
        }
        let loaded = plugin::load(path, origin)?;
        let mut all = DESCRIPTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        let description = all.entry(loaded.description.as_ptr().addr()).or_insert_with(|| {
            // The texts of descriptors have no zero byte.
            CString::new(loaded.description.as_str()).unwrap_or_default()
        });
        Ok(description.as_ptr())
    })
}

/// Opens libraries of plugins in a process of its own, so that [`slu_plugin_load`] opens none that ended it, or hung; it
/// does so itself with one that is not known. Gives how many processes it took; 0 where this system has no such ones.
///
/// # Safety
///
/// The paths have the length given, in bytes, with a zero byte between them.
///
/// # Arguments
///
/// - `all`: whether those are opened, too, that are known: 1, else 0
/// - `limit_ms`: how long opening one may take
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_plugin_try(paths: *const u8, length: u32, all: u32, limit_ms: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the text.
        let paths = unsafe { text(paths, length) }?;
        Ok(try_libraries(&paths, all != 0, limit_ms))
    })
}

#[cfg(target_os = "linux")]
fn try_libraries(paths: &str, all: bool, limit_ms: u32) -> u32 {
    use sluice_core::isolation;
    let paths: Vec<PathBuf> = paths.split('\0').map(PathBuf::from).collect();
    let trial = if all { isolation::Trial::OfAll } else { isolation::Trial::OfUnknown };
    isolation::try_libraries(&paths, trial, Duration::from_millis(limit_ms.into()))
}

#[cfg(not(target_os = "linux"))]
fn try_libraries(_paths: &str, _all: bool, _limit_ms: u32) -> u32 {
    0
}

/// Lists the devices that the key `device` of a stage may name, as JSON in a C string that is valid until the next call
/// with that id; empty: the stage has none. Null: it cannot list them. It may take a second.
///
/// # Safety
///
/// The id has the length given, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_plugin_devices(id: *const u8, length: u32) -> *const c_char {
    /// What the last calls gave, by the id.
    static LISTS: LazyLock<Mutex<HashMap<String, CString>>> = LazyLock::new(Mutex::default);
    attempt(ptr::null(), || {
        // SAFETY: the caller vouches for the text.
        let id = unsafe { text(id, length) }?;
        let list = CString::new(plugin::list_devices(&id)?.unwrap_or_default()).unwrap_or_default();
        // The text stays where it is when the map moves what points to it.
        let start = list.as_ptr();
        LISTS.lock().unwrap_or_else(PoisonError::into_inner).insert(id, list);
        Ok(start)
    })
}

/// Whether nobody but the user and root may change a file or a folder of a plugin. 0: somebody may; the last error says who.
///
/// # Safety
///
/// The texts have the lengths given, in bytes.
///
/// # Arguments
///
/// - `what`: how the reason calls it
/// - `around`: whether it is the folder around one of the plugin's own: 1, else 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_plugin_rights(
    path: *const u8,
    path_length: u32,
    what: *const u8,
    what_length: u32,
    around: u32,
) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the texts.
        let (path, what) = unsafe { (text(path, path_length)?, text(what, what_length)?) };
        #[cfg(unix)]
        {
            let place = if around == 0 { plugin::Place::Own } else { plugin::Place::Around };
            plugin::find_stranger(Path::new(&path), &what, place).map_or(Ok(1), Err)
        }
        #[cfg(not(unix))]
        {
            let _ = (path, what, around);
            Ok(1)
        }
    })
}

/// # Safety
///
/// There are `length` bytes at `start`, unless it is 0.
unsafe fn text(start: *const u8, length: u32) -> Result<String, String> {
    if length == 0 || start.is_null() {
        return Ok(String::new());
    }
    // SAFETY: the caller vouches for the bytes.
    let bytes = unsafe { slice::from_raw_parts(start, length as usize) };
    String::from_utf8(bytes.to_vec()).map_err(|error| format!("a text is not UTF-8: {error}"))
}
