//! Times of Core Media's clocks as instants.

use std::time::Instant;

use objc2_core_media::{CMClock, CMSyncConvertTime, CMTime};

use super::core::nanoseconds;
use crate::time::instant_at;

/// When something happened that a clock has stamped; without one it is the host's clock. A time that is invalid or in the
/// future counts as now.
pub(super) fn instant_of(stamp: CMTime, clock: Option<&CMClock>) -> Instant {
    // SAFETY: clocks that live.
    let (stamp, host) = unsafe {
        let host = CMClock::host_time_clock();
        (clock.map_or(stamp, |clock| CMSyncConvertTime(stamp, clock, &host)), host.time())
    };
    let age_ns = nanoseconds(host).zip(nanoseconds(stamp)).map_or(0.0, |(host, stamp)| (host - stamp).max(0.0));
    instant_at(Instant::now(), -age_ns)
}

/// Seconds of the host's clock, as Core Animation and Metal have them.
pub(super) fn host_seconds() -> f64 {
    // SAFETY: a clock that lives.
    nanoseconds(unsafe { CMClock::host_time_clock().time() }).unwrap_or(0.0) / 1e9
}
