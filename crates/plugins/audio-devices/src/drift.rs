//! How fast a device's clock runs against the runtime's: the slope of its positions over time, by least squares.

/// Points that are kept. Where there are so many, every other one goes, until they are [`LONGEST_STEP_NS`] apart.
const POINTS: usize = 128;

/// Least time between two points at first, and at last.
const FIRST_STEP_NS: f64 = 40e6;
const LONGEST_STEP_NS: f64 = 1e9;

/// What is told before so much time has passed would be noise.
const LEAST_SPAN_NS: f64 = 2e9;

/// Positions of a device, the oldest first.
pub(crate) struct DriftMeter {
    /// Time in nanoseconds and position in samples.
    points: Vec<(f64, f64)>,
    step_ns: f64,
}

impl DriftMeter {
    pub(crate) fn new() -> Self {
        Self { points: Vec::with_capacity(POINTS), step_ns: FIRST_STEP_NS }
    }

    /// Begins anew: positions have jumped.
    pub(crate) fn reset(&mut self) {
        self.points.clear();
        self.step_ns = FIRST_STEP_NS;
    }

    /// Takes a position, unless one came only just before.
    pub(crate) fn note(&mut self, at_ns: f64, position: f64) {
        if self.points.last().is_some_and(|&(last_ns, _)| at_ns - last_ns < self.step_ns) {
            return;
        }
        if self.points.len() == POINTS {
            if self.step_ns * 2.0 <= LONGEST_STEP_NS {
                let mut index = 0;
                self.points.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.step_ns *= 2.0;
            } else {
                self.points.remove(0);
            }
        }
        self.points.push((at_ns, position));
    }

    /// Millionths by which the device is faster than `rate_hz` says; 0 until that is known.
    pub(crate) fn ppm(&self, rate_hz: f64) -> f64 {
        let (Some(&(first_ns, first)), Some(&(last_ns, _))) = (self.points.first(), self.points.last()) else {
            return 0.0;
        };
        if last_ns - first_ns < LEAST_SPAN_NS {
            return 0.0;
        }
        let count = self.points.len() as f64;
        let sums = self.points.iter().fold((0.0, 0.0), |(x, y), &(at_ns, position)| {
            let seconds = (at_ns - first_ns) / 1e9;
            (x + seconds, y + (position - first) - seconds * rate_hz)
        });
        let (mean_x, mean_y) = (sums.0 / count, sums.1 / count);
        let (xy, xx) = self.points.iter().fold((0.0, 0.0), |(xy, xx), &(at_ns, position)| {
            let x = (at_ns - first_ns) / 1e9;
            let y = (position - first) - x * rate_hz;
            (xy + (x - mean_x) * (y - mean_y), xx + (x - mean_x) * (x - mean_x))
        });
        xy / xx / rate_hz * 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_found_in_jitter_over_a_minute() {
        for ppm in [-200.0, 0.0, 35.0, 1_000.0] {
            let mut meter = DriftMeter::new();
            let mut random = 1_u32;
            for k in 0..6_000 {
                let seconds = f64::from(k) * 0.01;
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // A millisecond, up and down.
                let jitter = f64::from(random >> 16) / 65_536.0 * 96.0 - 48.0;
                meter.note(seconds * 1e9, seconds * 48_000.0 * (1.0 + ppm / 1e6) + jitter);
                if seconds < 1.9 {
                    assert_eq!(meter.ppm(48_000.0), 0.0);
                }
            }
            assert!((meter.ppm(48_000.0) - ppm).abs() < 15.0, "{ppm}: {}", meter.ppm(48_000.0));
        }
    }

    #[test]
    fn a_jump_is_forgotten_by_a_reset() {
        let mut meter = DriftMeter::new();
        for k in 0..400 {
            meter.note(f64::from(k) * 1e8, f64::from(k) * 4_800.0 + if k < 200 { 0.0 } else { 9_000.0 });
            if k == 200 {
                meter.reset();
            }
        }
        assert!(meter.ppm(48_000.0).abs() < 0.01);
    }
}
