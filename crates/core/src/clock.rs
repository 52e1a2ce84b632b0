//! The one clock of a process.

use std::sync::OnceLock;
#[cfg(target_os = "linux")]
use std::time::Duration;
use std::time::Instant;

static EPOCH: OnceLock<Instant> = OnceLock::new();

/// Nanoseconds of the monotonic clock since the first call in this process: an integer, exact for 104 days.
#[inline]
#[must_use]
pub fn now_ns() -> f64 {
    let since = EPOCH.get_or_init(Instant::now).elapsed();
    since.as_secs() as f64 * 1e9 + f64::from(since.subsec_nanos())
}

/// Has the clock go on from a time, if nobody has read it yet: that of a process on whose behalf this one works.
#[cfg(target_os = "linux")]
pub(crate) fn begin_at(now_ns: f64) {
    let now = Instant::now();
    let begin = now.checked_sub(Duration::from_nanos(now_ns.max(0.0) as u64));
    // Where the clock has begun, the times that were read stand.
    let _ = EPOCH.set(begin.unwrap_or(now));
}

/// The nearest whole number of nanoseconds, for times from 0 to 2^53. (`f64::round` is a call on most machines.)
#[inline]
#[must_use]
pub fn whole_ns(time_ns: f64) -> f64 {
    (time_ns + 0.5) as i64 as f64
}
