//! The loop that keeps two clocks together: it is told by how much one is ahead, and says by how much to correct.
//!
//! A proportional and integral loop with a double pole at [`OMEGA`], of an offset that is smoothed over two seconds. It does
//! nothing while the offset is below a millisecond, and then begins with the slope that it has seen, so that a
//! constant difference of rates is nearly corrected from its first moment.

/// Offsets below this are left alone, seconds.
pub(crate) const LEAST_OFFSET: f64 = 0.001;

/// How fast the loop settles, radians a second.
const OMEGA: f64 = 0.08;

/// Over how long offsets are smoothed, seconds.
const SMOOTHING: f64 = 2.0;

/// What is smoothed over less time than this is not acted upon, seconds.
const LEAST_TIME: f64 = 2.0;

/// The loop.
pub(crate) struct Servo {
    /// Millionths, up and down.
    limit_ppm: f64,
    smoothed: f64,
    /// Time since the first offset, and since offsets were smoothed over enough of it.
    age: f64,
    /// The smoothed offset at the end of [`LEAST_TIME`], from which its slope is reckoned.
    first: f64,
    integral_ppm: f64,
    engaged: bool,
    ppm: f64,
}

impl Servo {
    pub(crate) fn new(limit_ppm: f64) -> Self {
        Self { limit_ppm, smoothed: 0.0, age: 0.0, first: 0.0, integral_ppm: 0.0, engaged: false, ppm: 0.0 }
    }

    /// Offsets begin anew, as they have jumped; what was learnt of the rates stays.
    pub(crate) fn restart(&mut self) {
        (self.smoothed, self.age) = (0.0, 0.0);
        if self.engaged {
            self.ppm = self.integral_ppm;
        }
    }

    /// Takes the offset, in seconds, of a moment that is `step` seconds after the one before. Positive: what comes is
    /// ahead of what goes, so that fewer samples are to be made.
    pub(crate) fn update(&mut self, offset: f64, step: f64) {
        let step = step.clamp(0.0, 1.0);
        let before = self.age;
        self.age += step;
        // A plain mean at first, and then one that forgets.
        let weight = if self.age > 0.0 { (step / self.age.min(SMOOTHING)).clamp(0.0, 1.0) } else { 1.0 };
        self.smoothed += (offset - self.smoothed) * weight;
        if before < LEAST_TIME {
            self.first = self.smoothed;
            return;
        }
        if !self.engaged {
            if self.smoothed.abs() < LEAST_OFFSET {
                return;
            }
            self.engaged = true;
            let slope = (self.smoothed - self.first) / (self.age - LEAST_TIME).max(1.0);
            self.integral_ppm = (slope * 1e6).clamp(-self.limit_ppm, self.limit_ppm);
        }
        let proportional = 2.0 * OMEGA * self.smoothed * 1e6;
        let wanted = proportional + self.integral_ppm;
        self.ppm = wanted.clamp(-self.limit_ppm, self.limit_ppm);
        // At the limit nothing is added up that could not be acted upon.
        if wanted == self.ppm || (wanted > 0.0) != (self.smoothed > 0.0) {
            let integral = self.integral_ppm + OMEGA * OMEGA * self.smoothed * 1e6 * step;
            self.integral_ppm = integral.clamp(-self.limit_ppm, self.limit_ppm);
        }
    }

    /// Whether it corrects.
    pub(crate) fn is_engaged(&self) -> bool {
        self.engaged
    }

    /// Millionths by which to make fewer samples.
    pub(crate) fn ppm(&self) -> f64 {
        self.ppm
    }

    /// The smoothed offset, seconds; 0 until it is known.
    pub(crate) fn offset(&self) -> f64 {
        if self.age < LEAST_TIME { 0.0 } else { self.smoothed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two clocks apart by `drift_ppm`, for so many seconds; returns the offsets of each hundredth of a second.
    fn run(servo: &mut Servo, drift_ppm: f64, seconds: f64) -> Vec<f64> {
        let mut offset = 0.0;
        (0..(seconds * 100.0) as usize)
            .map(|_| {
                servo.update(offset, 0.01);
                offset += (drift_ppm - servo.ppm()) * 1e-6 * 0.01;
                offset
            })
            .collect()
    }

    #[test]
    fn a_difference_of_200_ppm_is_corrected_in_both_directions_within_two_milliseconds() {
        for drift in [200.0, -200.0] {
            let mut servo = Servo::new(1_000.0);
            let offsets = run(&mut servo, drift, 300.0);
            assert!(offsets.iter().all(|offset| offset.abs() < 0.002));
            assert!((servo.ppm() - drift).abs() < 2.0, "{}", servo.ppm());
            assert!(offsets.last().unwrap().abs() < 0.000_1);
        }
    }

    #[test]
    fn it_rests_while_the_offset_is_below_a_millisecond() {
        let mut servo = Servo::new(1_000.0);
        run(&mut servo, 2.0, 400.0);
        assert!(!servo.is_engaged());
        assert_eq!(servo.ppm(), 0.0);
    }

    #[test]
    fn beyond_its_limit_it_corrects_as_much_as_it_may() {
        let mut servo = Servo::new(100.0);
        let offsets = run(&mut servo, 300.0, 60.0);
        assert_eq!(servo.ppm(), 100.0);
        assert!((offsets.last().unwrap() - 60.0 * 200e-6).abs() < 0.002);
    }
}
