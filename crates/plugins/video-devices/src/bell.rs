//! What wakes a thread that waits for a descriptor at the same time.

use std::io::Error;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// A bell (`eventfd`). It stays rung until it is cleared.
pub(crate) struct Bell(OwnedFd);

impl Bell {
    /// # Errors
    ///
    /// The system gives no descriptor.
    pub(crate) fn new() -> Result<Self, String> {
        // SAFETY: it takes numbers alone.
        let descriptor = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if descriptor < 0 {
            return Err(format!("the system gives no descriptor: {}", Error::last_os_error()));
        }
        // SAFETY: it was opened just now, and nothing else has it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(descriptor) }))
    }

    /// Rings it, from any thread.
    pub(crate) fn ring(&self) {
        let one = 1_u64;
        // It can fail alone when the count is full, and then whoever waits is woken already.
        // SAFETY: there are 8 bytes to read.
        unsafe { libc::write(self.0.as_raw_fd(), (&raw const one).cast(), 8) };
    }

    /// Silences it.
    pub(crate) fn clear(&self) {
        let mut count = 0_u64;
        // SAFETY: it writes 8 bytes, or none if nobody has rung.
        unsafe { libc::read(self.0.as_raw_fd(), (&raw mut count).cast(), 8) };
    }

    /// What can be read while it is rung.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
