//! The one clock of a process.

use std::sync::OnceLock;
use std::time::Instant;

static EPOCH: OnceLock<Instant> = OnceLock::new();

/// Nanoseconds of the monotonic clock since the first call in this process: an integer, exact for 104 days.
#[inline]
#[must_use]
pub fn now_ns() -> f64 {
    let since = EPOCH.get_or_init(Instant::now).elapsed();
    since.as_secs() as f64 * 1e9 + f64::from(since.subsec_nanos())
}
