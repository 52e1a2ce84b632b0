//! Cameras by the kernel.

use std::ffi::{CString, c_void};
use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr::{self, NonNull};
use std::time::Duration;

use super::abi;
use super::driver::{Ask, Cameras, Driver, Memory};

/// The cameras of this machine.
pub(crate) struct Kernel;

impl Cameras for Kernel {
    fn paths(&self) -> Vec<String> {
        let names = fs::read_dir("/dev").into_iter().flatten().flatten();
        let mut numbers: Vec<u32> =
            names.filter_map(|entry| entry.file_name().to_str()?.strip_prefix("video")?.parse().ok()).collect();
        numbers.sort_unstable();
        numbers.into_iter().map(|number| format!("/dev/video{number}")).collect()
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Driver>> {
        let path = CString::new(path).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
        // SAFETY: the path is a C string.
        let descriptor = unsafe { libc::open(path.as_ptr(), libc::O_RDWR | libc::O_NONBLOCK | libc::O_CLOEXEC) };
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: it was opened just now, and nothing else has it.
        Ok(Box::new(Open(unsafe { OwnedFd::from_raw_fd(descriptor) })))
    }
}

/// A camera that is open. Requests do not wait.
struct Open(OwnedFd);

impl Driver for Open {
    fn ask(&mut self, ask: Ask<'_>) -> io::Result<()> {
        let mut kind = abi::BUF_TYPE_VIDEO_CAPTURE as i32;
        let (request, argument): (u32, *mut c_void) = match ask {
            Ask::Capability(to) => (abi::QUERYCAP, ptr::from_mut(to).cast()),
            Ask::Format(to) => (abi::ENUM_FMT, ptr::from_mut(to).cast()),
            Ask::Size(to) => (abi::ENUM_FRAMESIZES, ptr::from_mut(to).cast()),
            Ask::Interval(to) => (abi::ENUM_FRAMEINTERVALS, ptr::from_mut(to).cast()),
            Ask::SetFormat(to) => (abi::S_FMT, ptr::from_mut(to).cast()),
            Ask::SetInterval(to) => (abi::S_PARM, ptr::from_mut(to).cast()),
            Ask::Buffers(to) => (abi::REQBUFS, ptr::from_mut(to).cast()),
            Ask::Describe(to) => (abi::QUERYBUF, ptr::from_mut(to).cast()),
            Ask::Queue(to) => (abi::QBUF, ptr::from_mut(to).cast()),
            Ask::Dequeue(to) => (abi::DQBUF, ptr::from_mut(to).cast()),
            Ask::StreamOn => (abi::STREAMON, (&raw mut kind).cast()),
            Ask::StreamOff => (abi::STREAMOFF, (&raw mut kind).cast()),
        };
        loop {
            // SAFETY: the descriptor is open, and the argument is what the request takes, by whose size it is named.
            if unsafe { libc::ioctl(self.0.as_raw_fd(), request as libc::Ioctl, argument) } >= 0 {
                return Ok(());
            }
            let error = io::Error::last_os_error();
            if error.kind() != ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }

    fn map(&mut self, offset: u32, length: usize) -> io::Result<Box<dyn Memory>> {
        Ok(Box::new(Mapped::new(self.0.as_raw_fd(), offset, length)?))
    }

    fn wait(&mut self, bell: RawFd, most: Duration) -> io::Result<bool> {
        let place = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        let mut places = [place(self.0.as_raw_fd()), place(bell)];
        // SAFETY: the descriptors are open, and there are two places.
        if unsafe { libc::poll(places.as_mut_ptr(), 2, most.as_millis() as i32) } < 0 {
            let error = io::Error::last_os_error();
            return if error.kind() == ErrorKind::Interrupted { Ok(false) } else { Err(error) };
        }
        // An error too: what is asked next says which.
        Ok(places[0].revents != 0)
    }
}

/// A buffer of a driver's.
pub(super) struct Mapped {
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: the mapping is only read, and is there as long as this.
unsafe impl Send for Mapped {}
// SAFETY: as above.
unsafe impl Sync for Mapped {}

impl Mapped {
    /// Maps a part of what a descriptor is open for.
    pub(super) fn new(descriptor: RawFd, offset: u32, length: usize) -> io::Result<Self> {
        // SAFETY: a new mapping, which the system refuses if the descriptor has none.
        let start = unsafe {
            let at = libc::off_t::from(offset);
            libc::mmap(ptr::null_mut(), length, libc::PROT_READ, libc::MAP_SHARED, descriptor, at)
        };
        let start = NonNull::new(start.cast()).filter(|_| start != libc::MAP_FAILED);
        Ok(Self { start: start.ok_or_else(io::Error::last_os_error)?, length })
    }
}

impl Memory for Mapped {
    fn bytes(&self) -> &[u8] {
        // SAFETY: so long is the mapping. The driver writes to it while the buffer is queued alone, when nobody reads it.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: the mapping was made with that length, and nothing borrows it.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
    }
}
