//! Addresses for the pools of a guest that cannot ask for the place of each: a program whose language has no pointers, or
//! may not use them once foreign code runs. Each pool has a window of its own, by its index. Linux only.

use std::io;
use std::ptr::NonNull;

use sluice_abi::ENTRY_POOL_MASK;

/// Bytes of a window: more than a pool can have.
pub(super) const WINDOW_BYTES: usize = 10 << 30;

/// Windows, one for each index that a pool can have.
const WINDOWS: usize = ENTRY_POOL_MASK as usize + 1;

/// Addresses without memory, until pools are mapped there. They stay as long as the process.
pub(super) struct Region {
    base: NonNull<u8>,
}

// SAFETY: it is an address.
unsafe impl Send for Region {}

impl Region {
    pub(super) fn reserve() -> io::Result<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at an address that the system chooses.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), Self::bytes(), libc::PROT_NONE, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { base: NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)? })
    }

    pub(super) fn base(&self) -> NonNull<u8> {
        self.base
    }

    pub(super) const fn bytes() -> usize {
        WINDOW_BYTES * WINDOWS
    }

    /// The window of a pool.
    pub(super) fn window(&self, pool: usize) -> Option<NonNull<u8>> {
        // SAFETY: the window is within the region.
        (pool < WINDOWS).then(|| unsafe { self.base.add(pool * WINDOW_BYTES) })
    }
}
