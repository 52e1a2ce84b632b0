//! The functions of libasound that are used, found in the library when they are needed: neither a build nor a machine
//! without ALSA needs it. Their contracts are those of ALSA's documentation.

use std::ffi::{CStr, c_char, c_int, c_long, c_uint, c_ulong, c_void};
use std::sync::OnceLock;

use libloading::Library;

use crate::trouble::Trouble;

/// The library's name on every Linux.
const NAME: &str = "libasound.so.2";

/// An open device of the library's.
#[repr(C)]
pub(super) struct SndPcm {
    _private: [u8; 0],
}

/// What takes the library's messages in place of standard error.
type Handler = unsafe extern "C" fn(*const c_char, c_int, *const c_char, c_int, *const c_char);

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident: fn($($argument:ty),*) -> $result:ty;)+) => {
        /// The functions, by the names that they have in the library.
        pub(super) struct Alsa {
            $($(#[$doc])* pub(super) $name: unsafe extern "C" fn($($argument),*) -> $result,)+
        }

        impl Alsa {
            fn find(library: &Library) -> Result<Self, libloading::Error> {
                // SAFETY: the library's documentation declares the functions so.
                Ok(Self { $($name: unsafe { *library.get(stringify!($name).as_bytes())? },)+ })
            }
        }
    };
}

functions! {
    snd_pcm_open: fn(*mut *mut SndPcm, *const c_char, c_int, c_int) -> c_int;
    snd_pcm_close: fn(*mut SndPcm) -> c_int;
    snd_pcm_set_params: fn(*mut SndPcm, c_int, c_int, c_uint, c_uint, c_int, c_uint) -> c_int;
    snd_pcm_get_params: fn(*mut SndPcm, *mut c_ulong, *mut c_ulong) -> c_int;
    snd_pcm_writei: fn(*mut SndPcm, *const c_void, c_ulong) -> c_long;
    snd_pcm_readi: fn(*mut SndPcm, *mut c_void, c_ulong) -> c_long;
    snd_pcm_avail_update: fn(*mut SndPcm) -> c_long;
    snd_pcm_delay: fn(*mut SndPcm, *mut c_long) -> c_int;
    snd_pcm_recover: fn(*mut SndPcm, c_int, c_int) -> c_int;
    snd_pcm_start: fn(*mut SndPcm) -> c_int;
    snd_strerror: fn(c_int) -> *const c_char;
    snd_device_name_hint: fn(c_int, *const c_char, *mut *mut *mut c_void) -> c_int;
    snd_device_name_get_hint: fn(*const c_void, *const c_char) -> *mut c_char;
    snd_device_name_free_hint: fn(*mut *mut c_void) -> c_int;
    snd_lib_error_set_handler: fn(Option<Handler>) -> c_int;
}

static ALSA: OnceLock<Result<Alsa, String>> = OnceLock::new();

/// The library, which stays open.
///
/// # Errors
///
/// It is not installed, or too old.
pub(super) fn alsa() -> Result<&'static Alsa, Trouble> {
    let opened = ALSA.get_or_init(|| {
        // SAFETY: what the library runs when it is opened is ALSA's own.
        let library = unsafe { Library::new(NAME) }.map_err(|error| format!("no ALSA: {error}"))?;
        let alsa = Alsa::find(&library).map_err(|error| format!("no ALSA: {error}"))?;
        // Functions of it are kept.
        std::mem::forget(library);
        // SAFETY: the handler is a function that lives as long as the process.
        unsafe { (alsa.snd_lib_error_set_handler)(Some(ignore)) };
        Ok(alsa)
    });
    opened.as_ref().map_err(|text| Trouble::NoServer(text.clone()))
}

/// The library says on standard error what its functions answer, too. It passes more arguments than these, which in C's
/// convention are the caller's to take back.
unsafe extern "C" fn ignore(_: *const c_char, _: c_int, _: *const c_char, _: c_int, _: *const c_char) {}

impl Alsa {
    /// What an answer below 0 means.
    pub(super) fn meaning(&self, answer: c_int) -> String {
        // SAFETY: the library gives a text that lives as long as the process.
        unsafe { CStr::from_ptr((self.snd_strerror)(answer)) }.to_string_lossy().into_owned()
    }
}
