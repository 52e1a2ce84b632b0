/**
 * The part of a histogram that has something in it, as bars.
 *
 * @module
 */
import type { Histogram } from "../../control/schemas/graph.ts";
import { BUCKETS_PER_OCTAVE } from "../../control/schemas/stats_layout.ts";

/** Bars at least, so that a single one is not as wide as the whole. */
const MIN_BARS = 16;

/** One bar. */
export interface HistogramBar {
  /** Where its bucket begins. */
  readonly startNs: number;
  readonly count: number;
}

export interface HistogramBars {
  readonly bars: readonly HistogramBar[];
  /** The greatest count. */
  readonly peak: number;
  /** Everything that was measured. */
  readonly total: number;
  /** Ends of the scale. */
  readonly fromNs: number;
  readonly toNs: number;
}

/** The duration that a share of all lies below, within a bucket, nanoseconds; 0 of nothing. */
export function quantileNs({ shift, counts }: Histogram, share: number): number {
  let left = Math.ceil(counts.reduce((sum, count) => sum + count, 0) * share);
  if (left === 0) return 0;
  const bucket = counts.findIndex((count) => (left -= count) <= 0);
  return 2 ** (shift + (bucket + 0.5) / BUCKETS_PER_OCTAVE);
}

/** Takes a histogram apart. */
export function histogramBars({ shift, counts }: Histogram): HistogramBars {
  const startNs = (bucket: number) => 2 ** (shift + bucket / BUCKETS_PER_OCTAVE);
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return { bars: [], peak: 0, total: 0, fromNs: 0, toNs: 0 };
  const last = counts.findLastIndex((count) => count > 0);
  const end = Math.min(counts.length, Math.max(last + 1, first + MIN_BARS));
  const begin = Math.max(0, Math.min(first, end - MIN_BARS));
  const bars = counts.slice(begin, end).map((count, k) => ({ startNs: startNs(begin + k), count }));
  return {
    bars,
    peak: Math.max(...bars.map(({ count }) => count)),
    total: counts.reduce((sum, count) => sum + count, 0),
    fromNs: startNs(begin),
    toNs: startNs(end),
  };
}
