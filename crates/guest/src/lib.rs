//! What a program in another language calls to host an isolated node, as `python -m sluice.host` does: the functions of
//! the host, and a loop that serves the runtime. Its nodes are stages, as `sluice_stage.h` describes them; their functions
//! are those of the program. All is called on one thread.

#![cfg(target_os = "linux")]

mod calls;

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};

use sluice_abi::stage::{SluiceHost, SluicePlugin};
use sluice_core::isolation::{guest_host, serve_guest};

/// Gives the descriptor of the stage with this id, from the source that the node's plugin names; it lives as long as the
/// process. Null refuses, and [`sluice_guest_refuse`] has been told why.
pub type SluiceGuestOpen = unsafe extern "C" fn(source: *const c_char, id: *const c_char) -> *const SluicePlugin;

thread_local! {
    static REFUSAL: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The functions that the stage may call, as `sluice_stage.h` says.
#[unsafe(no_mangle)]
pub extern "C" fn sluice_guest_host() -> *const SluiceHost {
    guest_host()
}

/// Says why a source or a stage cannot be opened, as a clause.
///
/// # Safety
///
/// `text` is null, or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sluice_guest_refuse(text: *const c_char) {
    // SAFETY: the caller vouches for the text.
    let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned());
    REFUSAL.set(text);
}

/// Serves the runtime until the node ends. Standard input is the socket to the runtime, as it has started the process. The
/// answer is the status to end with: 0, or 1 after a line on standard error.
///
/// # Safety
///
/// `open` gives descriptors whose functions may be called from this thread.
///
/// # Arguments
///
/// - `host`: number of the runtime's process
/// - `memory_bytes`: most memory that this process may have for itself; 0: as much as the system gives
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sluice_guest_run(host: u64, memory_bytes: u64, open: SluiceGuestOpen) -> i32 {
    let open = move |source: &str, id: &str| {
        let no_zeros = |text: &str| CString::new(text).map_err(|_| format!("{text:?} has a zero byte"));
        let (source, id) = (no_zeros(source)?, no_zeros(id)?);
        // SAFETY: the caller vouches for the function; both are C strings.
        let descriptor = unsafe { open(source.as_ptr(), id.as_ptr()) };
        if descriptor.is_null() {
            return Err(REFUSAL.take().unwrap_or_else(|| "it does not say why".into()));
        }
        Ok(descriptor.addr())
    };
    match serve_guest(host, memory_bytes, open) {
        Ok(()) => 0,
        Err(text) => {
            eprintln!("sluice-guest: {text}");
            1
        }
    }
}
