//! When pictures of a fixed rate are due.

/// Times that are a period apart, from the first that is asked for. Those that pass while nobody asks are missed: nothing is
/// made up for.
pub struct Ticks {
    period_ns: f64,
    /// The next time; `None` before the first.
    next_ns: Option<f64>,
    /// What it was before [`Ticks::take`], and what that has missed.
    before: (Option<f64>, f64),
}

impl Ticks {
    /// Of a period, nanoseconds.
    #[must_use]
    pub fn new(period_ns: f64) -> Self {
        Self { period_ns, next_ns: None, before: (None, 0.0) }
    }

    /// The next time, nanoseconds; 0 before the first.
    #[must_use]
    pub fn next_ns(&self) -> f64 {
        self.next_ns.unwrap_or(0.0)
    }

    /// Whether one is due: how many were missed before it.
    pub fn take(&mut self, now_ns: f64) -> Option<f64> {
        let due_ns = self.next_ns.unwrap_or(now_ns);
        if now_ns < due_ns {
            return None;
        }
        let missed = ((now_ns - due_ns) / self.period_ns).floor();
        self.before = (self.next_ns, missed);
        self.next_ns = Some(due_ns + (missed + 1.0) * self.period_ns);
        Some(missed)
    }

    /// What was taken last was not used, and is due again.
    pub fn put_back(&mut self) {
        let (before, missed) = self.before;
        // What was missed has been told.
        self.next_ns = before.map(|due_ns| due_ns + missed * self.period_ns);
    }
}

#[cfg(test)]
mod tests {
    use super::Ticks;

    #[test]
    fn ticks_keep_to_a_grid_from_the_first_time_that_is_asked_for() {
        let mut ticks = Ticks::new(10.0);
        assert_eq!(ticks.take(3.0), Some(0.0));
        assert_eq!(ticks.next_ns(), 13.0);
        assert_eq!((ticks.take(12.9), ticks.take(13.5)), (None, Some(0.0)));
        assert_eq!(ticks.next_ns(), 23.0);
    }

    #[test]
    fn ticks_that_nobody_took_are_missed_and_counted_once() {
        let mut ticks = Ticks::new(10.0);
        assert_eq!(ticks.take(0.0), Some(0.0));
        assert_eq!(ticks.take(45.0), Some(3.0));
        assert_eq!(ticks.next_ns(), 50.0);
        assert_eq!(ticks.take(50.0), Some(0.0));
    }

    #[test]
    fn a_tick_that_is_put_back_is_due_again_and_misses_nothing_twice() {
        let mut ticks = Ticks::new(10.0);
        assert_eq!(ticks.take(0.0), Some(0.0));
        assert_eq!(ticks.take(25.0), Some(1.0));
        ticks.put_back();
        assert_eq!(ticks.take(26.0), Some(0.0));
        assert_eq!(ticks.next_ns(), 30.0);
        let mut first = Ticks::new(10.0);
        assert_eq!(first.take(7.0), Some(0.0));
        first.put_back();
        assert_eq!(first.take(9.0), Some(0.0));
        assert_eq!(first.next_ns(), 19.0);
    }
}
