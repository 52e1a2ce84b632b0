//! When the way to a peer is tried for more than it was last found to carry.
//!
//! The estimator of `str0m` tries a way when it starts, and later only while far less is sent than it allows. An encoder
//! that takes what the estimate leaves never lets it, so that the estimate rises by a few percent a second. Started again
//! from its own estimate it sends two bursts of 15 ms, three and six times as fast, and takes over what arrives.

use std::time::{Duration, Instant};

/// The least time between two trials.
const LEAST: Duration = Duration::from_secs(4);

/// The time after which a way is tried although nothing says that it has become wider: a burst delays what is behind it.
const MOST: Duration = Duration::from_secs(20);

/// A way may have become wider if the estimate has risen by this factor since the last trial.
const RISE: f64 = 1.2;

/// The share of what is wanted that is enough.
const ENOUGH: f64 = 0.9;

/// The trials of a connection.
pub(crate) struct Trials {
    /// Bits a second.
    wanted: f64,
    /// The last trial, or when the estimate fell below what is enough; and the estimate then.
    last: Option<(Instant, f64)>,
}

impl Trials {
    /// `wanted`: bits a second; 0: there are no trials.
    pub(crate) fn new(wanted: f64) -> Self {
        Self { wanted, last: None }
    }

    /// Whether a trial is due, which the caller then makes. `estimate`: bits a second.
    pub(crate) fn is_due(&mut self, estimate: f64, now: Instant) -> bool {
        if estimate >= ENOUGH * self.wanted {
            self.last = None;
            return false;
        }
        let (at, before) = *self.last.get_or_insert((now, 0.0));
        let passed = now.duration_since(at);
        let is_due = passed >= MOST || passed >= LEAST && estimate > RISE * before;
        if is_due {
            self.last = Some((now, estimate));
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds at which a way is tried within a minute. `estimate`: of a second, bits a second.
    fn trials(wanted: f64, estimate: impl Fn(u64) -> f64) -> Vec<u64> {
        let (mut trials, start) = (Trials::new(wanted), Instant::now());
        (0..60).filter(|second| trials.is_due(estimate(*second), start + Duration::from_secs(*second))).collect()
    }

    #[test]
    fn a_way_that_carries_enough_is_left_alone() {
        assert!(trials(3e6, |_| 2.8e6).is_empty());
        assert!(trials(0.0, |_| 1e6).is_empty());
    }

    #[test]
    fn a_way_that_stays_narrow_is_tried_seldom() {
        assert_eq!(trials(3e6, |_| 0.5e6), [4, 24, 44]);
    }

    #[test]
    fn a_way_that_seems_wider_is_tried_at_once_until_it_is_wide_enough() {
        let estimate = |second: u64| if second < 30 { 0.5e6 } else { 0.5e6 * 1.05_f64.powf(second as f64 - 29.0) };
        assert_eq!(trials(0.7e6, estimate), [4, 24, 33]);
    }
}
