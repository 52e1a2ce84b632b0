//! When samples were taken: as the batches say that they came in, each for itself, so that nothing drifts away from the
//! clock of the source however long it runs.

/// Where the batch before ended; `None` before the first one.
#[derive(Default)]
pub(crate) struct Joint(Option<f64>);

impl Joint {
    /// Whether records are missing before a batch: it begins elsewhere than the one before ended, by more than half of its
    /// own duration.
    pub(crate) fn is_gap(&mut self, pts_ns: f64, duration_ns: f64) -> bool {
        let end_ns = self.0.replace(pts_ns + duration_ns);
        end_ns.is_some_and(|end_ns| (pts_ns - end_ns).abs() > duration_ns / 2.0)
    }
}

/// The times of samples that are kept, which are numbered from 0.
#[derive(Default)]
pub(crate) struct Timeline {
    marks: Vec<Mark>,
    /// How many samples there are.
    count: i64,
}

/// A batch: the number of its first sample, which is negative where that one is forgotten, and its times.
struct Mark {
    first: i64,
    pts_ns: f64,
    step_ns: f64,
}

impl Timeline {
    /// Adds the samples of a batch, one at least.
    pub(crate) fn add(&mut self, pts_ns: f64, duration_ns: f64, records: usize) {
        self.marks.push(Mark { first: self.count, pts_ns, step_ns: duration_ns / records as f64 });
        self.count += records as i64;
    }

    /// When a sample was taken; one that is still to come follows at the rate of the newest batch.
    pub(crate) fn time_ns(&self, sample: usize) -> f64 {
        let behind = self.marks.partition_point(|mark| mark.first <= sample as i64);
        let mark = behind.checked_sub(1).and_then(|at| self.marks.get(at));
        mark.map_or(0.0, |mark| mark.pts_ns + mark.step_ns * (sample as i64 - mark.first) as f64)
    }

    /// How long so many samples last, at the rate of the newest batch.
    pub(crate) fn length_ns(&self, samples: usize) -> f64 {
        self.marks.last().map_or(0.0, |mark| mark.step_ns * samples as f64)
    }

    /// Forgets the first samples. The newest batch is kept, for the time of what comes behind it.
    pub(crate) fn forget(&mut self, samples: usize) {
        let behind = self.marks.partition_point(|mark| mark.first <= samples as i64);
        self.marks.drain(..behind.saturating_sub(1));
        self.marks.iter_mut().for_each(|mark| mark.first -= samples as i64);
        self.count -= samples as i64;
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.marks.clear();
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_the_times_of_their_batches() {
        let mut times = Timeline::default();
        times.add(1_000.0, 100.0, 10);
        // The source's clock is 3 ns ahead by now, and its rate is another one.
        times.add(1_103.0, 40.0, 2);
        let all = |times: &Timeline, samples: [usize; 4]| samples.map(|sample| times.time_ns(sample));
        assert_eq!(all(&times, [0, 9, 10, 13]), [1_000.0, 1_090.0, 1_103.0, 1_163.0]);
        times.forget(9);
        assert_eq!(all(&times, [0, 1, 2, 3]), [1_090.0, 1_103.0, 1_123.0, 1_143.0]);
        times.forget(3);
        times.add(1_150.0, 100.0, 1);
        assert_eq!((times.time_ns(0), times.time_ns(1)), (1_150.0, 1_250.0));
        times.clear();
        times.add(5.0, 10.0, 10);
        assert_eq!(times.time_ns(3), 8.0);
    }

    #[test]
    fn a_batch_that_begins_elsewhere_lies_behind_a_gap() {
        let mut joint = Joint::default();
        let mut gaps = |pts_ns| joint.is_gap(pts_ns, 100.0);
        assert_eq!([1_000.0, 1_149.0, 1_301.0, 1_360.0].map(&mut gaps), [false, false, true, false]);
        assert_eq!([1_450.0, 1_300.0, 1_400.0].map(&mut gaps), [false, true, false]);
    }
}
