//! How cold functions tell what went wrong.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static LAST_ERROR: RefCell<CString> = RefCell::new(CString::default());
}

/// Runs a cold function's body. A refusal or a panic becomes `refused`, and its text the thread's last error.
pub(crate) fn attempt<T>(refused: T, body: impl FnOnce() -> Result<T, String>) -> T {
    // The body's state is either local or behind locks that ignore poison.
    let outcome = catch_unwind(AssertUnwindSafe(body));
    match outcome.unwrap_or_else(|_| Err("the native library panicked; its message is on standard error".into())) {
        Ok(value) => value,
        Err(text) => {
            let text = CString::new(text.replace('\0', " ")).unwrap_or_default();
            LAST_ERROR.with_borrow_mut(|last| *last = text);
            refused
        }
    }
}

/// The reason of this thread's last refusal, valid until the next one.
pub(crate) fn last_error() -> *const c_char {
    LAST_ERROR.with_borrow(|last| CStr::as_ptr(last))
}
