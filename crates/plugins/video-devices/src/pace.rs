//! When pictures are due, and how the clock of the graph and the system's belong together.

use std::time::{Duration, Instant};

/// The graph's clock stands still while the graph is paused, and the system's does not.
const PAUSED_NS: f64 = 2e6;

/// One moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// As `Context::now_ns`.
    pub(crate) ns: f64,
    pub(crate) instant: Instant,
}

impl Moment {
    /// The graph's time of an instant that is near.
    pub(crate) fn ns_of(&self, instant: Instant) -> f64 {
        match self.instant.checked_duration_since(instant) {
            Some(since) => self.ns - since.as_nanos() as f64,
            None => self.ns + (instant - self.instant).as_nanos() as f64,
        }
    }

    /// The instant of a time of the graph; this one, if that is earlier.
    pub(crate) fn instant_of(&self, ns: f64) -> Instant {
        self.instant + Duration::from_nanos((ns - self.ns).max(0.0) as u64)
    }

    /// Whether the graph was paused since then.
    pub(crate) fn was_paused_since(&self, then: Self) -> bool {
        (self.instant - then.instant).as_nanos() as f64 - (self.ns - then.ns) > PAUSED_NS
    }
}

/// Times at equal distances.
pub(crate) struct Pace {
    period_ns: f64,
    /// Times that have passed are left out and counted; else the next one follows the last picture.
    counts: bool,
    /// The last one.
    due_ns: Option<f64>,
    late: u64,
}

impl Pace {
    pub(crate) fn new(period_ns: f64, counts: bool) -> Self {
        Self { period_ns, counts, due_ns: None, late: 0 }
    }

    pub(crate) fn period_ns(&self) -> f64 {
        self.period_ns
    }

    /// How many times have passed without a picture.
    pub(crate) fn late(&self) -> u64 {
        self.late
    }

    /// Begins anew at a time, without counting.
    pub(crate) fn resume(&mut self, now_ns: f64) {
        self.due_ns = Some(now_ns);
    }

    /// The next time, once the picture of the last one is there.
    pub(crate) fn next(&mut self, now_ns: f64) -> f64 {
        let last_ns = *self.due_ns.get_or_insert(now_ns);
        let next_ns = last_ns + self.period_ns;
        let passed = ((now_ns - next_ns) / self.period_ns).ceil().max(0.0);
        let due_ns = if self.counts { next_ns + passed * self.period_ns } else { next_ns.max(now_ns) };
        if self.counts {
            self.late += passed as u64;
        }
        self.due_ns = Some(due_ns);
        due_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_at_equal_distances_and_passed_ones_are_counted() {
        let mut pace = Pace::new(100.0, true);
        assert_eq!([1_000.0, 1_150.0, 1_200.0].map(|now_ns| pace.next(now_ns)), [1_100.0, 1_200.0, 1_300.0]);
        assert_eq!(pace.late(), 0);
        // Those of 1,400 and 1,500 have passed.
        assert_eq!((pace.next(1_510.0), pace.late()), (1_600.0, 2));
        pace.resume(5_000.0);
        assert_eq!((pace.next(5_010.0), pace.late()), (5_100.0, 2));
    }

    #[test]
    fn without_counting_the_next_time_follows_the_last_picture() {
        let mut pace = Pace::new(100.0, false);
        assert_eq!([1_000.0, 1_150.0, 1_700.0].map(|now_ns| pace.next(now_ns)), [1_100.0, 1_200.0, 1_700.0]);
        assert_eq!(pace.late(), 0);
    }

    #[test]
    fn a_moment_converts_both_ways_and_notices_a_pause() {
        let then = Moment { ns: 1e9, instant: Instant::now() };
        let second = Duration::from_secs(1);
        assert_eq!(then.ns_of(then.instant + second), 2e9);
        assert_eq!(then.instant_of(1.5e9), then.instant + second / 2);
        assert_eq!(then.instant_of(0.5e9), then.instant);
        let later = |ns| Moment { ns, instant: then.instant + second };
        assert!(!later(2e9).was_paused_since(then) && later(1.9e9).was_paused_since(then));
        assert_eq!(later(2e9).ns_of(then.instant), 1e9);
    }
}
