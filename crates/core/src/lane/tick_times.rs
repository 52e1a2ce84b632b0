//! How long ticks take. Counts are exact; times are taken of one tick in 64, more often of the first ones, and of every
//! tick of a node whose ticks are long: the same rule as in the lanes of TypeScript.

use sluice_abi::{AGE_HISTOGRAM_SHIFT, BUCKETS_PER_OCTAVE, HISTOGRAM_BUCKETS, NodeRecord, TICK_HISTOGRAM_SHIFT};

/// Ticks that took less than this are timed one in [`SAMPLE_EVERY`], once that many were as short.
const SHORT_TICK_NS: f64 = 20_000.0;
const SAMPLE_EVERY: u32 = 64;

/// A tick that took so long ends the round, so that it is published at once.
const LONG_TICK_NS: f64 = 1_000_000.0;

/// How the last timed tick of a node went, and which one is timed next.
pub(super) struct TickTimes {
    last_ns: f64,
    /// Ticks that no timed one stands for yet, with the one under way.
    untold: u32,
    /// How many there may be before one is timed, 1 to 64.
    period: u32,
}

impl Default for TickTimes {
    fn default() -> Self {
        Self { last_ns: 0.0, untold: 0, period: 1 }
    }
}

impl TickTimes {
    /// A tick begins. Returns whether it is timed.
    #[inline]
    pub(super) fn begin(&mut self) -> bool {
        self.untold = self.untold.saturating_add(1);
        self.untold >= self.period
    }

    /// Whether the last timed tick is to end the round.
    #[inline]
    pub(super) fn was_long(&self) -> bool {
        self.last_ns >= LONG_TICK_NS
    }

    /// Notes a timed tick, and the age of the frame that it read last, if it read one. A short tick stands for those
    /// that were not timed before it, a long one for itself.
    pub(super) fn note(&mut self, record: &mut NodeRecord, took_ns: f64, age_ns: Option<f64>) {
        self.last_ns = took_ns;
        let is_long = took_ns >= SHORT_TICK_NS;
        let stands_for = if is_long { 1 } else { self.untold };
        self.untold -= stands_for;
        self.period = if is_long { 1 } else { SAMPLE_EVERY.min(2 * self.period) };
        let weight = f64::from(stands_for);
        record.busy_ns += took_ns * weight;
        record.sampled_ticks += 1.0;
        record.max_tick_ns = record.max_tick_ns.max(took_ns);
        record.tick_histogram[bucket(took_ns, TICK_HISTOGRAM_SHIFT)] += weight;
        if let Some(age_ns) = age_ns {
            record.age_histogram[bucket(age_ns, AGE_HISTOGRAM_SHIFT)] += weight;
        }
    }
}

/// The bucket of a duration; see [`NodeRecord`].
fn bucket(duration_ns: f64, shift: u32) -> usize {
    // Of 0 and below the logarithm is no number, which becomes 0.
    let bucket = ((duration_ns.log2() - f64::from(shift)) * BUCKETS_PER_OCTAVE as f64).floor();
    (bucket.max(0.0) as usize).min(HISTOGRAM_BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs ticks of these durations.
    fn run(times: &mut TickTimes, record: &mut NodeRecord, ticks: impl IntoIterator<Item = f64>) {
        for took_ns in ticks {
            record.ticks += 1.0;
            if times.begin() {
                times.note(record, took_ns, None);
            }
        }
    }

    fn record() -> NodeRecord {
        // SAFETY: numbers only, of which all zeros are valid.
        unsafe { core::mem::zeroed() }
    }

    #[test]
    fn a_timed_tick_stands_for_none_that_has_not_been() {
        let (mut times, mut record) = (TickTimes::default(), record());
        run(&mut times, &mut record, [19_000.0]);
        assert_eq!((record.busy_ns, record.tick_histogram.iter().sum::<f64>()), (19_000.0, 1.0));
        run(&mut times, &mut record, (0..10_000).map(|_| 1_000.0));
        let told: f64 = record.tick_histogram.iter().sum();
        assert!(told <= record.ticks && told > record.ticks - 64.0, "{told} of {}", record.ticks);
        assert_eq!(record.busy_ns, 19_000.0 + (told - 1.0) * 1_000.0);
        assert!(record.sampled_ticks < 10_000.0 / 64.0 + 8.0);
    }

    #[test]
    fn a_long_tick_stands_for_itself_and_those_after_it_are_timed() {
        let (mut times, mut record) = (TickTimes::default(), record());
        run(&mut times, &mut record, [50e6]);
        assert_eq!((record.busy_ns, record.sampled_ticks), (50e6, 1.0));
        run(&mut times, &mut record, [30e6, 40e6, 1_000.0]);
        assert_eq!((record.busy_ns, record.sampled_ticks), (120e6 + 1_000.0, 4.0));
    }

    #[test]
    fn buckets_are_eighths_of_octaves() {
        let found = [0.0, -5.0, 1023.0, 1024.0, 1116.0, 1117.0, 2048.0, 1e12].map(|ns| bucket(ns, 10));
        assert_eq!(found, [0, 0, 0, 0, 0, 1, 8, 175]);
    }
}
