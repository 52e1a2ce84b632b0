/**
 * Quantiles of histograms. Hot: each reading computes hundreds of them.
 *
 * @module
 */
import { NODE } from "../../ffi/layout.gen.ts";

// Local copy: V8 resolves an imported constant again at each use.
const BUCKETS = NODE.histogramBuckets;

/**
 * Writes the buckets of the median and the 99th percentile, plus 1; 0 if nothing was measured.
 *
 * @param counts one histogram
 * @param p50 written at index `k`, as is `p99`
 */
export function readBuckets(counts: Float64Array, p50: Float64Array, p99: Float64Array, k: number): void {
  let samples = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 4) {
    samples += counts[bucket] + counts[bucket + 1] + counts[bucket + 2] + counts[bucket + 3];
  }
  if (samples === 0) {
    p50[k] = p99[k] = 0;
    return;
  }
  const half = Math.ceil(samples * 0.5);
  let median = 0;
  for (let seen = counts[0]; seen < half && median < BUCKETS - 1;) seen += counts[++median];
  // Counts from the end, since little lies above the 99th percentile.
  let last = BUCKETS - 1;
  for (let above = samples - Math.ceil(samples * 0.99) - counts[last]; above >= 0 && last > 0;) {
    above -= counts[--last];
  }
  p50[k] = median + 1;
  p99[k] = last + 1;
}
