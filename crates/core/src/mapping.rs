//! Shared, zeroed, page-aligned memory of the system. What anybody has seen of it is never unmapped.

use std::io;
use std::ptr::NonNull;

/// Pages of the system. Dropping it leaves them mapped on purpose, and `retire()` leaves others there: views may live
/// still.
pub(crate) struct Mapping {
    pub(crate) base: NonNull<u8>,
    pub(crate) len: usize,
    /// The memory file, by which another process can map the same pages.
    #[cfg(target_os = "linux")]
    fd: libc::c_int,
}

// SAFETY: it is an address and a number; what the pages hold is the users' business.
unsafe impl Send for Mapping {}

/// Rounds up to whole pages; `None` if that overflows.
pub(crate) fn round_to_pages(len: usize) -> Option<usize> {
    len.checked_next_multiple_of(page_size())
}

/// Rounds down to whole pages.
pub(crate) fn round_down_to_pages(len: usize) -> usize {
    len - len % page_size()
}

#[cfg(unix)]
impl Mapping {
    /// Gives addresses back to the system that nobody has seen.
    fn unmap_from(&self, shown: usize) {
        if shown < self.len {
            // SAFETY: whole pages of our own mapping; by contract nobody has an address in them.
            unsafe { libc::munmap(self.base.as_ptr().wrapping_add(shown).cast(), self.len - shown) };
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::os::fd::{BorrowedFd, OwnedFd};

    use super::*;
    use crate::regions;

    pub(super) fn page_size() -> usize {
        // SAFETY: asks for a constant of the system.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        usize::try_from(size).unwrap_or(4096)
    }

    impl Mapping {
        pub(crate) fn new(len: usize) -> io::Result<Self> {
            let length = libc::off_t::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
            // SAFETY: the name is a C string.
            let fd = unsafe { libc::memfd_create(c"sluice".as_ptr(), libc::MFD_CLOEXEC) };
            if fd < 0 {
                return Err(io::Error::last_os_error());
            }
            let place = regions::take(len);
            let base = grow(fd, length).and_then(|()| map(fd, place, len));
            match base {
                Ok(base) => Ok(Self { base, len, fd }),
                Err(error) => {
                    if let Some(place) = place {
                        regions::give_back(place, len, 0);
                    }
                    // SAFETY: the descriptor was opened above and nobody else has it.
                    unsafe { libc::close(fd) };
                    Err(error)
                }
            }
        }

        /// Gives the pages back to the system. At the first `shown` bytes are zeros from now on, which nobody else sees:
        /// the system merges them with those of the mappings beside that were retired before, and they cost no memory
        /// until they are written to. The addresses of the others are given back, to the region or to the system.
        pub(crate) fn retire(self, shown: usize) {
            let access = libc::PROT_READ | libc::PROT_WRITE;
            let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED;
            // SAFETY: replaces our own mapping, in one step; by contract nobody uses the old pages any more.
            let base = unsafe { libc::mmap(self.base.as_ptr().cast(), shown, access, kind, -1, 0) };
            if base == libc::MAP_FAILED && !self.discard(0, shown) {
                // SAFETY: the pages are mapped for writing, and by contract nobody uses them any more.
                unsafe { self.base.as_ptr().write_bytes(0, shown) };
            }
            if !regions::give_back(self.base, self.len, shown) {
                self.unmap_from(shown);
            }
            // SAFETY: the descriptor is ours; a mapping that still has the file stays as it is.
            unsafe { libc::close(self.fd) };
        }

        /// A descriptor of the memory file.
        pub(crate) fn file(&self) -> Option<OwnedFd> {
            // SAFETY: the descriptor is open as long as the mapping is there.
            unsafe { BorrowedFd::borrow_raw(self.fd) }.try_clone_to_owned().ok()
        }

        /// Gives the memory of whole pages back to the system: zeros are there from now on. Nobody uses them. `false`:
        /// the system refuses, and they are as they were.
        pub(crate) fn discard(&self, from: usize, to: usize) -> bool {
            let mode = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
            // SAFETY: the descriptor is ours and is open.
            unsafe { libc::fallocate(self.fd, mode, from as libc::off_t, (to - from) as libc::off_t) == 0 }
        }
    }

    fn grow(fd: libc::c_int, length: libc::off_t) -> io::Result<()> {
        // SAFETY: the descriptor is open.
        if unsafe { libc::ftruncate(fd, length) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Maps a file at addresses that a region has given, or else where the system chooses.
    fn map(fd: libc::c_int, place: Option<NonNull<u8>>, len: usize) -> io::Result<NonNull<u8>> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let kind = libc::MAP_SHARED | if place.is_some() { libc::MAP_FIXED } else { 0 };
        let at = place.map_or(std::ptr::null_mut(), NonNull::as_ptr);
        // SAFETY: a new mapping at an address that the system chooses, or in place of reserved pages of our own.
        let base = unsafe { libc::mmap(at.cast(), len, access, kind, fd, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        NonNull::new(base.cast()).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod system {
    use super::*;

    const ACCESS: libc::c_int = libc::PROT_READ | libc::PROT_WRITE;
    const KIND: libc::c_int = libc::MAP_SHARED | libc::MAP_ANON;

    pub(super) fn page_size() -> usize {
        // SAFETY: asks for a constant of the system.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        usize::try_from(size).unwrap_or(16_384)
    }

    impl Mapping {
        pub(crate) fn new(len: usize) -> io::Result<Self> {
            // SAFETY: a new mapping at an address that the system chooses.
            let base = unsafe { libc::mmap(std::ptr::null_mut(), len, ACCESS, KIND, -1, 0) };
            if base == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
            Ok(Self { base, len })
        }

        /// Gives the pages back to the system. At the first `shown` bytes are zeros from now on, which nobody else sees;
        /// the addresses of the others are given back too.
        pub(crate) fn retire(self, shown: usize) {
            let at = self.base.as_ptr().cast();
            let kind = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_FIXED;
            // SAFETY: replaces our own mapping, in one step, by fresh pages; by contract nobody uses the old ones.
            let base = unsafe { libc::mmap(at, shown, ACCESS, kind, -1, 0) };
            if base == libc::MAP_FAILED {
                // SAFETY: the old pages are still there, mapped for writing.
                unsafe { self.base.as_ptr().write_bytes(0, shown) };
            }
            self.unmap_from(shown);
        }

        /// Keeps the pages: they are shared, and no file is behind them that could give them back.
        pub(crate) fn discard(&self, _from: usize, _to: usize) -> bool {
            false
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::*;
    use std::alloc::{Layout, alloc_zeroed};

    pub(super) fn page_size() -> usize {
        4096
    }

    impl Mapping {
        pub(crate) fn new(len: usize) -> io::Result<Self> {
            let layout = Layout::from_size_align(len, page_size()).map_err(|_| io::ErrorKind::OutOfMemory)?;
            // SAFETY: `len` is not 0: it was rounded up to whole pages.
            let base = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(io::ErrorKind::OutOfMemory)?;
            Ok(Self { base, len })
        }

        /// Zeroes the memory, which stays taken.
        pub(crate) fn retire(self, _shown: usize) {
            // SAFETY: the memory is ours and is never freed; by contract nobody uses it any more.
            unsafe { self.base.as_ptr().write_bytes(0, self.len) };
        }

        /// Keeps the memory.
        pub(crate) fn discard(&self, _from: usize, _to: usize) -> bool {
            false
        }
    }
}

use system::page_size;
