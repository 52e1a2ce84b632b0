//! A connection to an X server on which no wait lasts for ever: one for a server that hangs, or that is asked for by a
//! stage that has gone, ends with an error.

use std::io::{Error, ErrorKind, Result};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use x11rb::rust_connection::{DefaultStream, PollMode, Stream};
use x11rb::utils::RawFdContainer;

/// How long a server may take for an answer.
const ANSWER: Duration = Duration::from_secs(5);

/// How often a wait looks whether it is to end.
const LOOK_MS: i32 = 100;

/// The connection.
pub(crate) struct BoundedStream {
    inner: DefaultStream,
    /// The stage has gone.
    stopped: Arc<AtomicBool>,
}

impl BoundedStream {
    pub(crate) fn new(inner: DefaultStream, stopped: Arc<AtomicBool>) -> Self {
        Self { inner, stopped }
    }
}

impl AsRawFd for BoundedStream {
    fn as_raw_fd(&self) -> RawFd {
        self.inner.as_raw_fd()
    }
}

impl Stream for BoundedStream {
    fn poll(&self, mode: PollMode) -> Result<()> {
        let began = Instant::now();
        let mut events = 0;
        if mode.readable() {
            events |= libc::POLLIN;
        }
        if mode.writable() {
            events |= libc::POLLOUT;
        }
        loop {
            let mut place = libc::pollfd { fd: self.inner.as_raw_fd(), events, revents: 0 };
            // SAFETY: the descriptor is open, and there is one place.
            let found = unsafe { libc::poll(&raw mut place, 1, LOOK_MS) };
            if found > 0 {
                return Ok(());
            }
            if found < 0 {
                let error = Error::last_os_error();
                if error.kind() != ErrorKind::Interrupted {
                    return Err(error);
                }
            }
            // Relaxed: nothing else is read by what it says.
            if self.stopped.load(Ordering::Relaxed) {
                return Err(Error::new(ErrorKind::ConnectionAborted, "the node has ended"));
            }
            if began.elapsed() >= ANSWER {
                return Err(Error::new(ErrorKind::TimedOut, "it has not answered for 5 s"));
            }
        }
    }

    fn read(&self, buffer: &mut [u8], descriptors: &mut Vec<RawFdContainer>) -> Result<usize> {
        self.inner.read(buffer, descriptors)
    }

    fn write(&self, buffer: &[u8], descriptors: &mut Vec<RawFdContainer>) -> Result<usize> {
        self.inner.write(buffer, descriptors)
    }

    fn write_vectored(&self, buffers: &[std::io::IoSlice<'_>], descriptors: &mut Vec<RawFdContainer>) -> Result<usize> {
        self.inner.write_vectored(buffers, descriptors)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_wait_ends_with_its_stage() {
        let (own, _other) = UnixStream::pair().unwrap();
        let (inner, _) = DefaultStream::from_unix_stream(own).unwrap();
        let stream = BoundedStream::new(inner, Arc::new(AtomicBool::new(true)));
        assert_eq!(stream.poll(PollMode::Readable).unwrap_err().kind(), ErrorKind::ConnectionAborted);
        // What can be done at once is done all the same.
        stream.poll(PollMode::Writable).unwrap();
    }
}
