//! How long ticks take. Counts are exact; times are taken of one tick in 64, and of every tick of a node whose ticks
//! are long: the same rule as in the lanes of TypeScript.

use sluice_abi::{AGE_HISTOGRAM_SHIFT, BUCKETS_PER_OCTAVE, HISTOGRAM_BUCKETS, NodeRecord, TICK_HISTOGRAM_SHIFT};

/// Ticks that took less than this are timed one in [`SAMPLE_EVERY`].
const SHORT_TICK_NS: f64 = 20_000.0;
const SAMPLE_EVERY: f64 = 64.0;

/// A tick that took so long ends the round, so that it is published at once.
const LONG_TICK_NS: f64 = 1_000_000.0;

/// How the last timed tick of a node went.
#[derive(Default)]
pub(super) struct TickTimes {
    last_ns: f64,
}

impl TickTimes {
    /// Whether the tick of this number, from 1, is timed.
    #[inline]
    pub(super) fn is_timed(&self, tick: f64) -> bool {
        (tick as u64) % SAMPLE_EVERY as u64 == 1 || self.last_ns >= SHORT_TICK_NS
    }

    /// Whether the last timed tick is to end the round.
    #[inline]
    pub(super) fn was_long(&self) -> bool {
        self.last_ns >= LONG_TICK_NS
    }

    /// Notes a timed tick, and the age of the frame that it read last, if it read one.
    pub(super) fn note(&mut self, record: &mut NodeRecord, took_ns: f64, age_ns: Option<f64>) {
        let short = self.last_ns < SHORT_TICK_NS && took_ns < SHORT_TICK_NS;
        self.last_ns = took_ns;
        let weight = if short { SAMPLE_EVERY } else { 1.0 };
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

    #[test]
    fn buckets_are_eighths_of_octaves() {
        let found = [0.0, -5.0, 1023.0, 1024.0, 1116.0, 1117.0, 2048.0, 1e12].map(|ns| bucket(ns, 10));
        assert_eq!(found, [0, 0, 0, 0, 0, 1, 8, 175]);
    }
}
