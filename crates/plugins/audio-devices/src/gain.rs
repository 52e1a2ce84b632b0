//! The speaker's volume: a factor that moves to a new value within 10 ms.

/// How long a change takes, seconds.
const RAMP_SECONDS: f64 = 0.01;

/// A factor that changes without a click.
pub(crate) struct Gain {
    now: f32,
    wanted: f32,
    step: f32,
    ramp: f32,
}

impl Gain {
    pub(crate) fn new(decibels: f64, muted: bool, rate_hz: u32) -> Self {
        let factor = factor(decibels, muted);
        Self { now: factor, wanted: factor, step: 0.0, ramp: (f64::from(rate_hz) * RAMP_SECONDS) as f32 }
    }

    /// Moves to another value.
    pub(crate) fn set(&mut self, decibels: f64, muted: bool) {
        self.wanted = factor(decibels, muted);
        self.step = (self.wanted - self.now) / self.ramp.max(1.0);
    }

    /// The factor of the next sample.
    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        if self.now != self.wanted {
            let next = self.now + self.step;
            let is_there = (next - self.wanted) * self.step >= 0.0;
            self.now = if is_there { self.wanted } else { next };
        }
        self.now
    }
}

fn factor(decibels: f64, muted: bool) -> f32 {
    if muted { 0.0 } else { 10.0_f64.powf(decibels / 20.0) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_takes_ten_milliseconds_and_no_step_is_larger_than_its_share() {
        let mut gain = Gain::new(0.0, false, 48_000);
        assert_eq!(gain.next(), 1.0);
        gain.set(0.0, true);
        let mut before = 1.0;
        for k in 0..480 {
            let now = gain.next();
            assert!(now < before && before - now < 1.01 / 480.0, "{k}");
            before = now;
        }
        assert!(gain.next() < 1e-6);
        gain.set(-6.0, false);
        let last = (0..481).map(|_| gain.next()).last().unwrap();
        assert!((last - 0.501_187).abs() < 1e-5);
    }
}
