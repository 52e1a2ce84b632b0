//! The clock of devices: nanoseconds on a monotonic clock. A test moves one by hand, and waits for nothing.

use std::sync::LazyLock;
use std::time::Instant;

/// Tells the time, nanoseconds since a moment of its own.
pub trait Clock: Send + Sync {
    /// The time.
    fn now_ns(&self) -> f64;
}

/// The clock of the system, the same for all devices of the process.
pub struct Monotonic;

static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for Monotonic {
    fn now_ns(&self) -> f64 {
        ORIGIN.elapsed().as_nanos() as f64
    }
}

#[cfg(test)]
pub(crate) mod manual {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Clock;

    /// A clock that a test moves.
    #[derive(Default)]
    pub(crate) struct Manual(AtomicU64);

    impl Manual {
        pub(crate) fn new() -> Arc<Self> {
            Arc::new(Self::default())
        }

        pub(crate) fn set_ns(&self, time_ns: f64) {
            self.0.store(time_ns.to_bits(), Ordering::Relaxed);
        }
    }

    impl Clock for Manual {
        fn now_ns(&self) -> f64 {
            f64::from_bits(self.0.load(Ordering::Relaxed))
        }
    }
}
