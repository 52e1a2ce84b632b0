//! Waiting on a word of shared memory: a futex on Linux, else a table of condition variables.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::doorbell::Wait;

/// The parker of this system.
#[cfg(target_os = "linux")]
pub type Parker = Futex;
/// The parker of this system.
#[cfg(not(target_os = "linux"))]
pub type Parker = Table;

/// The system's futex, private to the process: all lanes are its threads, and the system need not look up the file
/// behind the page.
#[cfg(target_os = "linux")]
#[derive(Clone, Copy, Default)]
pub struct Futex;

#[cfg(target_os = "linux")]
impl Wait for Futex {
    fn wait(&self, word: &AtomicU32, seen: u32, timeout: Duration) {
        let limit = libc::timespec {
            tv_sec: timeout.as_secs().try_into().unwrap_or(libc::time_t::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        };
        let limit = if timeout == Duration::MAX { std::ptr::null() } else { &raw const limit };
        // SAFETY: `word` and `limit` outlive the call; the system only reads them. Every result, also an error
        // (changed, interrupted, timed out), means that the caller looks again.
        unsafe {
            libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG, seen, limit)
        };
    }

    fn wake(&self, word: &AtomicU32) {
        // SAFETY: the system takes the address as a name and does not touch the word.
        unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, i32::MAX) };
    }
}

/// Condition variables, one for many words: those who share one are woken in vain. For threads of one process.
#[derive(Clone, Copy, Default)]
pub struct Table;

const BUCKETS: usize = 64;

struct Bucket {
    lock: Mutex<()>,
    rung: Condvar,
}

static TABLE: [Bucket; BUCKETS] = [const { Bucket { lock: Mutex::new(()), rung: Condvar::new() } }; BUCKETS];

fn bucket(word: &AtomicU32) -> &'static Bucket {
    // Bells lie in records of 1,024 bytes.
    &TABLE[(word.as_ptr().addr() >> 10) % BUCKETS]
}

impl Wait for Table {
    fn wait(&self, word: &AtomicU32, seen: u32, timeout: Duration) {
        let bucket = bucket(word);
        let guard = bucket.lock.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock: a wake that follows a change of the word comes before this look, or finds us waiting.
        if word.load(Ordering::SeqCst) == seen {
            if timeout == Duration::MAX {
                drop(bucket.rung.wait(guard));
            } else {
                drop(bucket.rung.wait_timeout(guard, timeout));
            }
        }
    }

    fn wake(&self, word: &AtomicU32) {
        let bucket = bucket(word);
        drop(bucket.lock.lock().unwrap_or_else(PoisonError::into_inner));
        bucket.rung.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn wait_ends_by_wake(parker: impl Wait + Send + 'static) {
        let word = Arc::new(AtomicU32::new(0));
        let waiter = {
            let word = Arc::clone(&word);
            std::thread::spawn(move || {
                while word.load(Ordering::SeqCst) == 0 {
                    parker.wait(&word, 0, Duration::from_secs(60));
                }
                parker
            })
        };
        std::thread::yield_now();
        word.store(1, Ordering::SeqCst);
        // A wake before the wait is not lost: the waiter sees the changed word.
        Parker::default().wake(&word);
        Table.wake(&word);
        waiter.join().unwrap();
    }

    #[test]
    fn wait_of_the_system_ends_by_wake() {
        wait_ends_by_wake(Parker::default());
    }

    #[test]
    fn wait_of_the_table_ends_by_wake() {
        wait_ends_by_wake(Table);
    }

    #[test]
    fn wait_returns_at_once_when_the_word_differs() {
        let word = AtomicU32::new(5);
        Parker::default().wait(&word, 4, Duration::from_secs(60));
        Table.wait(&word, 4, Duration::from_secs(60));
    }
}
