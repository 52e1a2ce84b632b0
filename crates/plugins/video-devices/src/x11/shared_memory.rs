//! Memory that this process and an X server share (MIT-SHM 1.2, by descriptor), so that no picture goes through a socket.

use std::ffi::c_void;
use std::io::Error;
use std::os::fd::{FromRawFd, OwnedFd};
use std::ptr::{self, NonNull};

use x11rb::connection::Connection;
use x11rb::protocol::shm::{self, ConnectionExt};

use super::server::{Failure, Server};
use crate::shot::Pixels;

/// Memory that a server may use while a request that names it is under way, and at no other time.
pub(crate) struct Segment {
    start: NonNull<u8>,
    length: usize,
    /// What it is called in requests. The server forgets it with the connection.
    pub(crate) number: shm::Seg,
    /// Of the connection by which the server knows it.
    serial: u64,
}

// SAFETY: the memory belongs to whoever has the segment.
unsafe impl Send for Segment {}

impl Segment {
    /// Makes memory and gives it to a server. `None`: the server takes none, as it is on another machine or is too old.
    pub(crate) fn share(server: &Server, length: usize) -> Result<Option<Self>, Failure> {
        if !server.has(shm::X11_EXTENSION_NAME) {
            return Ok(None);
        }
        let version = server.link.shm_query_version()?.reply()?;
        if (version.major_version, version.minor_version) < (1, 2) {
            return Ok(None);
        }
        let length = length.max(1);
        let none = |error: Error| Failure::Lost(format!("the system gives no memory for {length} bytes: {error}"));
        let descriptor = memory(length).map_err(none)?;
        // SAFETY: a new mapping of a file of that length, which lives as long as the mapping.
        let start = unsafe {
            let access = libc::PROT_READ | libc::PROT_WRITE;
            libc::mmap(
                ptr::null_mut(),
                length,
                access,
                libc::MAP_SHARED,
                std::os::fd::AsRawFd::as_raw_fd(&descriptor),
                0,
            )
        };
        let start = NonNull::new(start.cast()).filter(|_| start != libc::MAP_FAILED);
        let start = start.ok_or_else(|| none(Error::last_os_error()))?;
        let number = server.link.generate_id()?;
        let segment = Self { start, length, number, serial: server.serial };
        match server.link.shm_attach_fd(number, descriptor, false)?.check() {
            Ok(()) => Ok(Some(segment)),
            // A server that is reached over a network takes no descriptors.
            Err(x11rb::errors::ReplyError::X11Error(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Segment {
    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: so long is the mapping, which lives as long as this; no request that names it is under way.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.length) }
    }
}

impl Pixels for Segment {
    fn bytes(&self) -> &[u8] {
        // SAFETY: so long is the mapping, which lives as long as this; no request that names it is under way.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: the mapping was made with that length, and nothing borrows it.
        unsafe { libc::munmap(self.start.as_ptr().cast::<c_void>(), self.length) };
    }
}

/// Where pixels are kept.
pub(crate) enum Store {
    Shared(Segment),
    /// Memory of this process, with the number of the connection that it is for.
    Own(Vec<u8>, u64),
}

impl Store {
    /// Memory for so many bytes, shared with the server if it can be.
    pub(crate) fn new(server: &Server, length: usize) -> Result<Self, Failure> {
        let shared = Segment::share(server, length)?;
        Ok(shared.map_or_else(|| Self::Own(vec![0; length], server.serial), Self::Shared))
    }

    /// Whether it is of this connection to a server.
    pub(crate) fn is_of(&self, server: &Server) -> bool {
        let (Self::Shared(Segment { serial, .. }) | Self::Own(_, serial)) = self;
        *serial == server.serial
    }

    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Shared(segment) => segment.length,
            Self::Own(bytes, _) => bytes.len(),
        }
    }

    /// All bytes, to change.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Shared(segment) => segment.bytes_mut(),
            Self::Own(bytes, _) => bytes,
        }
    }

    /// Has the server forget it, if it is this one's.
    pub(crate) fn give_up(self, server: &Server) -> Result<(), Failure> {
        if let (true, Self::Shared(segment)) = (self.is_of(server), &self) {
            server.link.shm_detach(segment.number)?;
        }
        Ok(())
    }
}

impl Pixels for Store {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Shared(segment) => segment.bytes(),
            Self::Own(bytes, _) => bytes,
        }
    }
}

/// A file that is memory alone.
fn memory(length: usize) -> Result<OwnedFd, Error> {
    // SAFETY: the name is a C string.
    let descriptor = unsafe { libc::memfd_create(c"sluice-picture".as_ptr(), libc::MFD_CLOEXEC) };
    if descriptor < 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: it was opened just now, and nothing else has it.
    let owned = unsafe { OwnedFd::from_raw_fd(descriptor) };
    // SAFETY: the descriptor is open.
    if unsafe { libc::ftruncate(descriptor, length as libc::off_t) } != 0 {
        return Err(Error::last_os_error());
    }
    Ok(owned)
}
