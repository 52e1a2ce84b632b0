/**
 * Log-scale histograms of durations, as they stand in the control arena: 176 counters, eight to an octave, so that what
 * a counter has seen is at most 4.5 % from its middle. The first holds everything shorter, the last everything longer.
 *
 * @module
 */
import { NODE } from "../../ffi/layout.gen.ts";

/** Counters of a histogram. */
export const BUCKETS: number = NODE.histogramBuckets;

/** Buckets in an octave. */
const PER_OCTAVE = NODE.bucketsPerOctave;

/** What is known of a distribution of durations. */
export interface Quantiles {
  /** Median, nanoseconds: the middle of the bucket that it falls into. */
  readonly p50Ns: number;
  /** 99th percentile, nanoseconds. */
  readonly p99Ns: number;
  /** Durations, with those that the measured ones stand for: of short ticks one in 64 is. */
  readonly samples: number;
}

/**
 * The bucket that a duration belongs to.
 *
 * @param shift the first bucket begins at 2^shift nanoseconds
 */
export function bucketOf(durationNs: number, shift: number): number {
  const bucket = Math.floor((Math.log2(durationNs) - shift) * PER_OCTAVE);
  // Of 0 and below the logarithm is no number, which compares as false.
  return bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
}

/** Where a bucket begins, nanoseconds. */
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
