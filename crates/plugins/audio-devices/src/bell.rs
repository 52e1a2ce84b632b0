//! What wakes a device's thread: a descriptor on Linux, where it waits for that and for its device at once.

use std::time::Duration;

#[cfg(target_os = "linux")]
pub(crate) use descriptor::Bell;

#[cfg(not(target_os = "linux"))]
pub(crate) use condition::Bell;

/// Longest wait: so often a thread looks whether it is to end.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_millis(500);

#[cfg(target_os = "linux")]
mod descriptor {
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
    use std::time::Duration;

    /// An `eventfd`. `None`: the process has no descriptors left; then waits end by their time alone.
    pub(crate) struct Bell(Option<OwnedFd>);

    impl Bell {
        pub(crate) fn new() -> Self {
            // SAFETY: the call takes two numbers.
            let number = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
            // SAFETY: a new descriptor is nobody else's.
            Self((number >= 0).then(|| unsafe { OwnedFd::from_raw_fd(number) }))
        }

        /// The descriptor, which is readable once the bell was rung.
        pub(crate) fn descriptor(&self) -> Option<RawFd> {
            self.0.as_ref().map(AsRawFd::as_raw_fd)
        }

        pub(crate) fn ring(&self) {
            let Some(number) = self.descriptor() else { return };
            let one = 1_u64;
            // SAFETY: the descriptor is open, and the number has eight bytes.
            unsafe { libc::write(number, (&raw const one).cast(), 8) };
        }

        /// Takes back what was rung.
        pub(crate) fn silence(&self) {
            let Some(number) = self.descriptor() else { return };
            let mut rung = 0_u64;
            // SAFETY: the descriptor is open, and there is room for eight bytes.
            unsafe { libc::read(number, (&raw mut rung).cast(), 8) };
        }

        /// Waits until it is rung, for so long at most.
        pub(crate) fn wait(&self, limit: Duration) {
            let mut entry = libc::pollfd { fd: self.descriptor().unwrap_or(-1), events: libc::POLLIN, revents: 0 };
            let time = libc::timespec { tv_sec: limit.as_secs() as _, tv_nsec: limit.subsec_nanos().into() };
            // SAFETY: one entry, a time, and no set of signals.
            unsafe { libc::ppoll(&raw mut entry, 1, &raw const time, std::ptr::null()) };
            self.silence();
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod condition {
    use std::sync::{Condvar, Mutex, PoisonError};
    use std::time::Duration;

    /// A flag with a condition.
    #[derive(Default)]
    pub(crate) struct Bell {
        rung: Mutex<bool>,
        changed: Condvar,
    }

    impl Bell {
        pub(crate) fn new() -> Self {
            Self::default()
        }

        pub(crate) fn ring(&self) {
            *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
            self.changed.notify_all();
        }

        /// Waits until it is rung, for so long at most.
        pub(crate) fn wait(&self, limit: Duration) {
            let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
            let all = self.changed.wait_timeout_while(rung, limit, |rung| !*rung);
            *all.unwrap_or_else(PoisonError::into_inner).0 = false;
        }
    }
}
