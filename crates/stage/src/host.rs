//! The host's functions, as they are known since the plugin was registered.

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use sluice_abi::stage::{SluiceContext, SluiceHost};

static HOST: OnceLock<SluiceHost> = OnceLock::new();

/// Takes a copy of the table; functions that an older host lacks are `None`.
///
/// # Safety
///
/// `table` is the table of a host, as long as it says.
pub(crate) unsafe fn enter(table: *const SluiceHost) {
    HOST.get_or_init(|| {
        let mut copy = MaybeUninit::<SluiceHost>::zeroed();
        // SAFETY: the caller vouches for the table, of which the size is read first.
        let known = unsafe { (*table).size as usize }.min(size_of::<SluiceHost>());
        // SAFETY: both have so many bytes.
        unsafe { std::ptr::copy_nonoverlapping(table.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), known) };
        // SAFETY: integers, and addresses of functions that are null where the host has none.
        unsafe { copy.assume_init() }
    });
}

/// Calls a function of the host with a context; gives `$refused` where the host lacks it.
macro_rules! ask {
    ($context:expr, $name:ident($($argument:expr),* $(,)?), $refused:expr) => {
        match $crate::host::table().and_then(|table| table.$name) {
            // SAFETY: the context is that of the running call, and what the arguments point to is there meanwhile.
            Some(call) => unsafe { call($context, $($argument),*) },
            None => $refused,
        }
    };
}

pub(crate) use ask;

pub(crate) fn table() -> Option<&'static SluiceHost> {
    HOST.get()
}

/// Tells the host why a call fails.
pub(crate) fn fault(context: *mut SluiceContext, text: &str) {
    let text = c_text(text);
    ask!(context, fault(text.as_ptr()), ());
}

/// A text for C, up to its first zero byte.
pub(crate) fn c_text(text: &str) -> CString {
    let end = text.find('\0').unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}
