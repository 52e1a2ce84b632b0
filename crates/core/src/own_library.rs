//! The file that this code was loaded from: the native library, or a program that has it in itself.

use std::ffi::{CStr, OsStr};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Its path, as the system was given it. `None`: the system does not know.
pub(crate) fn own_path() -> Option<PathBuf> {
    let mut found = MaybeUninit::<libc::Dl_info>::uninit();
    // SAFETY: the system looks an address of this library up, and fills the record in where it answers so.
    let name = unsafe {
        let own = own_path as fn() -> Option<PathBuf>;
        if libc::dladdr(own as *const libc::c_void, found.as_mut_ptr()) == 0 {
            return None;
        }
        CStr::from_ptr(found.assume_init().dli_fname)
    };
    Some(Path::new(OsStr::from_bytes(name.to_bytes())).to_path_buf())
}
