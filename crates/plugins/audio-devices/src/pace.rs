//! Whether what comes has a pace of its own, or comes as fast as it is taken.
//!
//! A source without a pace fills its link at once: its blocks enter the graph in far less time than they last. One with a
//! clock, such as a microphone's, never is further ahead of it than at its start, but for a block or two: after a halt it
//! comes back to where it would have been.

/// What is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Too little has come.
    Unknown,
    /// It keeps to a clock that is not the device's.
    Own,
    /// It is taken by the device's clock.
    Pulled,
}

/// Within how much time the clock of a source may move from where it was, seconds.
const FORGETTING: f64 = 60.0;

/// Judges by when blocks entered the graph.
pub(crate) struct Judge {
    pace: Pace,
    first_ns: Option<f64>,
    /// Length of the blocks that came, seconds.
    came: f64,
    /// By how much those of a source with a pace are ahead of their time, as a rule, seconds.
    usual: f64,
}

impl Judge {
    /// `paced`: whether sources keep to a clock at all.
    pub(crate) fn new(paced: bool) -> Self {
        Self { pace: if paced { Pace::Unknown } else { Pace::Pulled }, first_ns: None, came: 0.0, usual: 0.0 }
    }

    pub(crate) fn pace(&self) -> Pace {
        self.pace
    }

    /// Looks at a block that comes, or is the next to come. `target` is what is kept, and `block` its length, seconds.
    pub(crate) fn look(&mut self, ingress_ns: f64, target: f64, block: f64) {
        let elapsed = (ingress_ns - *self.first_ns.get_or_insert(ingress_ns)) / 1e9;
        let ahead = self.came - elapsed;
        match self.pace {
            Pace::Pulled => {}
            Pace::Own if ahead > self.usual + target.max(4.0 * block) => self.pace = Pace::Pulled,
            Pace::Own => self.usual += (ahead - self.usual) * (block / FORGETTING).min(1.0),
            // Without a pace all of the target has come before it is played.
            Pace::Unknown if ahead >= (target / 2.0).max(2.5 * block).min(0.9 * target) => self.pace = Pace::Pulled,
            Pace::Unknown if self.came >= target + 2.0 * block => {
                (self.pace, self.usual) = (Pace::Own, ahead.max(0.0));
            }
            Pace::Unknown => {}
        }
    }

    /// A block was taken.
    pub(crate) fn took(&mut self, seconds: f64) {
        self.came += seconds;
    }

    /// Blocks before this one, which enters the graph at `ingress_ns`, were dropped by their link, as it was full: nobody
    /// waits for the device.
    pub(crate) fn rolled_off(&mut self, ingress_ns: f64) {
        (self.pace, self.first_ns, self.came, self.usual) = (Pace::Own, Some(ingress_ns), 0.0, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of 10 ms that enter at these times, milliseconds, of which the speaker keeps 40 ms.
    fn judge(times: &[f64]) -> Pace {
        let mut judge = Judge::new(true);
        for time in times {
            judge.look(time * 1e6, 0.04, 0.01);
            judge.took(0.01);
        }
        judge.pace()
    }

    #[test]
    fn blocks_that_come_at_once_are_pulled_and_those_that_come_in_their_time_have_a_pace() {
        assert_eq!(judge(&[0.0, 0.1, 0.2]), Pace::Unknown);
        assert_eq!(judge(&[0.0, 0.1, 0.2, 0.3]), Pace::Pulled);
        assert_eq!(judge(&[0.0, 10.0, 20.0, 30.0]), Pace::Unknown);
        // Two at a time, and late ones.
        assert_eq!(judge(&[0.0, 0.0, 20.0, 20.0, 41.0, 41.0, 60.0]), Pace::Own);
        assert_eq!(judge(&[0.0, 10.0, 35.0, 36.0, 41.0, 50.0, 60.0]), Pace::Own);
    }

    #[test]
    fn blocks_that_last_longer_than_half_of_the_target_are_told_apart_too() {
        let mut judge = Judge::new(true);
        for _ in 0..2 {
            judge.look(0.0, 0.04, 0.021);
            judge.took(0.021);
        }
        judge.look(0.0, 0.04, 0.021);
        assert_eq!(judge.pace(), Pace::Pulled);
    }

    #[test]
    fn a_halt_is_made_up_for_and_what_floods_has_no_pace_after_all() {
        let even: Vec<f64> = (0..100).map(|k| f64::from(k) * 10.0).collect();
        let mut halted = even.clone();
        halted.extend((0..30).map(|_| 1_290.0));
        assert_eq!(judge(&halted), Pace::Own);
        let mut flood = even;
        flood.extend((0..30).map(|_| 1_000.0));
        assert_eq!(judge(&flood), Pace::Pulled);
    }

    #[test]
    fn offline_everything_is_pulled() {
        assert_eq!(Judge::new(false).pace(), Pace::Pulled);
    }
}
