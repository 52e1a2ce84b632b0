/**
 * Log-scale histograms of durations, as the control arena stores them: 176 counters, eight to an octave, so that each
 * duration is at most 4.5 % from the middle of its bucket. The first bucket has all shorter durations, the last all
 * longer ones.
 *
 * @module
 */
import { NODE } from "../../ffi/layout.gen.ts";

/** Counters of a histogram. */
export const BUCKETS: number = NODE.histogramBuckets;

/** Buckets in an octave. */
const PER_OCTAVE = NODE.bucketsPerOctave;

/** Quantiles of a distribution of durations. */
export interface Quantiles {
  /** The median, nanoseconds: the middle of its bucket. */
  readonly p50Ns: number;
  /** The 99th percentile, nanoseconds. */
  readonly p99Ns: number;
  /** Durations, including the ticks that measured ones represent: one in 64 of the short ticks is measured. */
  readonly samples: number;
}

/**
 * Returns the bucket of a duration.
 *
 * @param shift the first bucket begins at 2^shift nanoseconds
 */
export function bucketOf(durationNs: number, shift: number): number {
  const bucket = Math.floor((Math.log2(durationNs) - shift) * PER_OCTAVE);
  // The logarithm of 0 is -Infinity and of a negative number NaN: both compare as false.
  return bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
}

/** Returns the start of a bucket, nanoseconds. */
export function bucketStartNs(bucket: number, shift: number): number {
  return 2 ** (shift + bucket / PER_OCTAVE);
}

/**
 * Reads a histogram.
 *
 * @param counts the control arena's f64 view
 * @param at index of the first counter
 */
export function readQuantiles(counts: Float64Array, at: number, shift: number): Quantiles {
  let samples = 0;
  for (let k = 0; k < BUCKETS; k++) samples += counts[at + k];
  return {
    p50Ns: quantile(counts, at, shift, samples, 0.5),
    p99Ns: quantile(counts, at, shift, samples, 0.99),
    samples,
  };
}

function quantile(counts: Float64Array, at: number, shift: number, samples: number, share: number): number {
  if (samples === 0) return 0;
  let left = Math.ceil(samples * share);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    left -= counts[at + bucket];
    if (left <= 0) return Math.round(bucketStartNs(bucket + 0.5, shift));
  }
  return Math.round(bucketStartNs(BUCKETS - 0.5, shift));
}
