//! Rational times, as Core Media's `CMTime` has them, to nanoseconds and back. It is `core/clock/media_time.ts` in Rust:
//! exact up to one rounding, with the same limits, so that a time that crosses both stays the same.

use std::time::{Duration, Instant};

/// Most units a second: `CMTimeScale` has 31 bits.
const MAX_TIMESCALE: i32 = i32::MAX;
/// A number of JavaScript holds every integer up to this, 104 days of nanoseconds.
const MAX_SAFE: i128 = (1 << 53) - 1;
const SECOND_NS: i128 = 1_000_000_000;

/// The timescale of times that this crate makes, which keeps every nanosecond.
pub const NANOSECONDS: i32 = 1_000_000_000;

/// A time of `value / timescale` seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaTime {
    /// Units since the start.
    pub value: i64,
    /// Units a second: 1 or more.
    pub timescale: i32,
}

impl MediaTime {
    /// A time in a timescale, of whole nanoseconds; the nearest unit, halves away from 0.
    ///
    /// # Errors
    ///
    /// The timescale is below 1, the time is no number or beyond 104 days, or the units are more than 64 bits hold.
    pub fn from_ns(time_ns: f64, timescale: i32) -> Result<Self, String> {
        check(timescale)?;
        if time_ns.fract() != 0.0 || time_ns.abs() > MAX_SAFE as f64 {
            return Err(format!("cannot give {time_ns} ns as a media time: wanted a whole number below 2^53"));
        }
        let units = divide(time_ns as i128 * i128::from(timescale), SECOND_NS);
        let value = i64::try_from(units)
            .map_err(|_| format!("cannot give {time_ns} ns in 1/{timescale} s: the units do not fit in 64 bits"))?;
        Ok(Self { value, timescale })
    }

    /// The nearest nanosecond, halves away from 0.
    ///
    /// # Errors
    ///
    /// The timescale is below 1, or the result is beyond 104 days.
    pub fn to_ns(self) -> Result<f64, String> {
        let Self { value, timescale } = self;
        check(timescale)?;
        let time_ns = divide(i128::from(value) * SECOND_NS, i128::from(timescale));
        if time_ns.abs() > MAX_SAFE {
            return Err(format!("cannot give {value}/{timescale} s in nanoseconds: wanted at most 104 days from 0"));
        }
        Ok(time_ns as f64)
    }
}

/// The instant that is so many nanoseconds after another one, or before it; that one itself where the system has none.
#[must_use]
pub fn instant_at(of: Instant, offset_ns: f64) -> Instant {
    let offset = Duration::from_nanos(offset_ns.abs() as u64);
    let found = if offset_ns < 0.0 { of.checked_sub(offset) } else { of.checked_add(offset) };
    found.unwrap_or(of)
}

fn check(timescale: i32) -> Result<(), String> {
    if timescale >= 1 {
        return Ok(());
    }
    Err(format!("cannot use {timescale} as a timescale: wanted a whole number from 1 to {MAX_TIMESCALE}"))
}

/// Divides, rounding halves away from 0. The divisor is positive.
fn divide(dividend: i128, divisor: i128) -> i128 {
    let half = if dividend < 0 { -divisor } else { divisor };
    (dividend * 2 + half) / (divisor * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ns(value: i64, timescale: i32) -> Result<f64, String> {
        MediaTime { value, timescale }.to_ns()
    }

    #[test]
    fn to_ns_rounds_halves_away_from_zero() {
        assert_eq!(ns(1, 3), Ok(333_333_333.0));
        assert_eq!(ns(2, 3), Ok(666_666_667.0));
        assert_eq!(ns(1, 2_000_000_000), Ok(1.0));
        assert_eq!(ns(-1, 2_000_000_000), Ok(-1.0));
        assert_eq!(ns(-1, 3), Ok(-333_333_333.0));
    }

    #[test]
    fn to_ns_refuses_what_a_number_of_javascript_cannot_hold() {
        assert_eq!(ns((1 << 53) - 1, NANOSECONDS), Ok(9_007_199_254_740_991.0));
        assert_eq!(
            ns(1 << 53, NANOSECONDS).unwrap_err(),
            "cannot give 9007199254740992/1000000000 s in nanoseconds: wanted at most 104 days from 0"
        );
        assert!(ns(i64::MIN, 1).is_err() && ns(i64::MAX, 1).is_err());
        assert_eq!(ns(1, 0).unwrap_err(), "cannot use 0 as a timescale: wanted a whole number from 1 to 2147483647");
    }

    #[test]
    fn from_ns_gives_the_nearest_unit() {
        let of = |time_ns, timescale| MediaTime::from_ns(time_ns, timescale).map(|time| time.value);
        assert_eq!(of(333_333_333.0, 3), Ok(1));
        assert_eq!(of(-500_000_000.0, 1), Ok(-1));
        assert_eq!(of(499_999_999.0, 1), Ok(0));
        assert_eq!(of(9_007_199_254_740_991.0, NANOSECONDS), Ok(9_007_199_254_740_991));
        assert!(of(0.5, 600).is_err() && of(f64::NAN, 600).is_err() && of(f64::INFINITY, 600).is_err());
        assert!(of(9_007_199_254_740_992.0, 600).is_err() && of(0.0, -1).is_err());
    }

    #[test]
    fn instant_at_goes_both_ways() {
        let now = Instant::now();
        assert_eq!(instant_at(now, 1_500.0).duration_since(now), Duration::from_nanos(1_500));
        assert_eq!(now.duration_since(instant_at(now, -1_500.0)), Duration::from_nanos(1_500));
        assert_eq!(instant_at(now, f64::NAN), now);
    }

    #[test]
    fn times_of_common_frame_rates_come_back() {
        for timescale in [600, 24_000, 30_000, 48_000, 90_000, NANOSECONDS] {
            for value in [0, 1, 1_001, 123_456_789, -77] {
                let time = MediaTime { value, timescale };
                assert_eq!(MediaTime::from_ns(time.to_ns().unwrap(), timescale), Ok(time));
            }
        }
    }
}
