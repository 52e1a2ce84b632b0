//! What isolation needs of the system: shared memory, futexes that work across processes, descriptors sent over a
//! socket, and descriptors of processes. Linux only.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr::NonNull;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

/// Shared pages of a memory file.
pub(super) struct Pages {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: it is an address; what lies there is the users' business.
unsafe impl Send for Pages {}
// SAFETY: as above.
unsafe impl Sync for Pages {}

impl Pages {
    /// Maps `len` bytes of a file from an offset, a multiple of the page size.
    pub(super) fn map(file: &OwnedFd, offset: usize, len: usize) -> io::Result<Self> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let offset = libc::off_t::try_from(offset).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        // SAFETY: a new mapping at an address that the system chooses.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), len, access, libc::MAP_SHARED, file.as_raw_fd(), offset) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { base, len })
    }

    /// Maps `len` bytes of a file in place of what is at an address.
    ///
    /// # Safety
    ///
    /// The addresses are the caller's, and nobody uses what is there.
    pub(super) unsafe fn map_at(file: &OwnedFd, offset: usize, len: usize, at: NonNull<u8>) -> io::Result<Self> {
        let (access, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_FIXED);
        let offset = libc::off_t::try_from(offset).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        // SAFETY: the caller vouches for the addresses.
        let base = unsafe { libc::mmap(at.as_ptr().cast(), len, access, flags, file.as_raw_fd(), offset) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { base: at, len })
    }

    pub(super) fn base(&self) -> NonNull<u8> {
        self.base
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nobody has an address in it once its owner goes.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
    }
}

fn owned(fd: libc::c_long) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the system has just given the descriptor, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as RawFd) })
}

/// A memory file of `len` zeros.
pub(super) fn memory_file(len: usize) -> io::Result<OwnedFd> {
    // SAFETY: the name is a C string.
    let file = owned(unsafe { libc::memfd_create(c"sluice-desk".as_ptr(), libc::MFD_CLOEXEC) }.into())?;
    // SAFETY: the descriptor is open.
    if unsafe { libc::ftruncate(file.as_raw_fd(), len as libc::off_t) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(file)
}

/// The descriptor of a child that was not waited for.
pub(super) fn process_descriptor(pid: u32) -> io::Result<OwnedFd> {
    // SAFETY: takes numbers.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })
}

/// Waits until a process has ended. `false`: the time is over.
pub(super) fn await_end(process: &OwnedFd, limit: Duration) -> bool {
    await_any([Some(process.as_fd()), None], limit)[0]
}

/// Waits until one of two descriptors can be read, or has ended. None of them: the time is over.
pub(super) fn await_any(descriptors: [Option<BorrowedFd<'_>>; 2], limit: Duration) -> [bool; 2] {
    let until = Instant::now() + limit;
    // A negative one is left out.
    let fds = descriptors.map(|each| each.map_or(-1, |each| each.as_raw_fd()));
    let mut polled = fds.map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
    loop {
        let left = until.saturating_duration_since(Instant::now()).as_millis();
        // SAFETY: two descriptors, which are open.
        let found = unsafe { libc::poll(polled.as_mut_ptr(), 2, i32::try_from(left).unwrap_or(i32::MAX)) };
        if found > 0 {
            return polled.map(|each| each.revents != 0);
        }
        if left == 0 {
            return [false; 2];
        }
    }
}

/// Kills a process, whatever it does. One that has ended stays as it is.
pub(super) fn kill(process: &OwnedFd) {
    let none = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: the descriptor is open; without further information.
    unsafe { libc::syscall(libc::SYS_pidfd_send_signal, process.as_raw_fd(), libc::SIGKILL, none, 0) };
}

/// Waits while a word in shared memory has a value, at most as long as that; or less.
pub(super) fn futex_wait(word: &AtomicU32, seen: u32, limit: Option<Duration>) {
    let limit = limit.map(|limit| libc::timespec {
        tv_sec: limit.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: limit.subsec_nanos().into(),
    });
    let limit = limit.as_ref().map_or(std::ptr::null(), |limit| &raw const *limit);
    // SAFETY: word and limit outlive the call; whatever it answers, the caller looks again.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, seen, limit) };
}

/// Wakes who waits for a word in shared memory, in any process.
pub(super) fn futex_wake(word: &AtomicU32) {
    // SAFETY: the system takes the address as a name.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, i32::MAX) };
}

/// Nanoseconds of the clock that all processes share.
pub(super) fn shared_clock_ns() -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the system writes to the place that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Room for the head of one message with one descriptor, aligned as the system wants it.
#[repr(align(8))]
struct Control([u8; 32]);

fn header(part: &mut libc::iovec, control: &mut Control) -> libc::msghdr {
    // SAFETY: zeros are a valid head of a message.
    let mut head: libc::msghdr = unsafe { std::mem::zeroed() };
    (head.msg_iov, head.msg_iovlen) = (part, 1);
    (head.msg_control, head.msg_controllen) = (control.0.as_mut_ptr().cast(), control.0.len());
    head
}

/// Sends bytes with a descriptor.
pub(super) fn send_descriptor(socket: &OwnedFd, bytes: &[u8], file: &OwnedFd) -> io::Result<()> {
    let mut part = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let mut control = Control([0; 32]);
    let mut head = header(&mut part, &mut control);
    // SAFETY: there is room for one descriptor, and the head says so.
    unsafe {
        head.msg_controllen = libc::CMSG_SPACE(size_of::<RawFd>() as u32) as usize;
        let first = libc::CMSG_FIRSTHDR(&raw const head);
        (*first).cmsg_level = libc::SOL_SOCKET;
        (*first).cmsg_type = libc::SCM_RIGHTS;
        (*first).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as usize;
        libc::CMSG_DATA(first).cast::<RawFd>().write_unaligned(file.as_raw_fd());
    }
    // SAFETY: everything that the head names outlives the call.
    let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const head, libc::MSG_NOSIGNAL) };
    if sent == bytes.len() as isize { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Takes a message with a descriptor. Fills `bytes`.
pub(super) fn receive_descriptor(socket: &OwnedFd, bytes: &mut [u8]) -> io::Result<OwnedFd> {
    let wanted = bytes.len() as isize;
    let mut part = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let mut control = Control([0; 32]);
    let mut head = header(&mut part, &mut control);
    // SAFETY: everything that the head names outlives the call.
    let received = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut head, libc::MSG_CMSG_CLOEXEC) };
    if received != wanted {
        return Err(if received < 0 { io::Error::last_os_error() } else { io::ErrorKind::UnexpectedEof.into() });
    }
    // SAFETY: the system has filled in the head.
    unsafe {
        let first = libc::CMSG_FIRSTHDR(&raw const head);
        if first.is_null() || (*first).cmsg_type != libc::SCM_RIGHTS {
            return Err(io::ErrorKind::InvalidData.into());
        }
        owned(libc::CMSG_DATA(first).cast::<RawFd>().read_unaligned().into())
    }
}
