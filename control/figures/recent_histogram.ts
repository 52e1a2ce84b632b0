/**
 * The counts of a control page's histogram over the last ten seconds. The page's counters only grow, so their growth is
 * recorded about once a second until it is too old. It needs the memory of two histograms, and a pair of numbers for
 * each bucket that grew in a second.
 *
 * @module
 */
import { NODE } from "../../ffi/layout.gen.ts";

// Local copy: V8 resolves an imported constant again at each use.
const BUCKETS = NODE.histogramBuckets;

/** The length of the window, nanoseconds. */
const WINDOW_NS = 10e9;

/** Readings further apart than this do not belong to one window: no client has followed meanwhile. */
const MAX_GAP_NS = 5e9;

/** The growth of the counters until a time. */
interface Growth {
  readonly atNs: number;
  /** Bucket and count, alternating. */
  readonly pairs: readonly number[];
}

export class RecentHistogram {
  /** The counts of the window. Do not keep the array: each reading changes it. */
  readonly window: Float64Array = new Float64Array(BUCKETS);
  readonly #before: Float64Array = new Float64Array(BUCKETS);
  readonly #growths: Growth[] = [];
  #lookedAtNs = -Infinity;

  /**
   * Reads the counters.
   *
   * @param counts of the page; the histogram begins at index `at`
   * @param nowNs a clock that never stands still, nanoseconds
   * @returns whether the window has changed
   */
  look(counts: Float64Array, at: number, nowNs: number): boolean {
    const isPair = nowNs - this.#lookedAtNs <= MAX_GAP_NS;
    this.#lookedAtNs = nowNs;
    const before = this.#before;
    const pairs: number[] = [];
    let fell = false;
    for (let k = 0; k < BUCKETS; k++) {
      const growth = counts[at + k] - before[k];
      if (growth === 0) continue;
      before[k] += growth;
      if (growth < 0) fell = true;
      else pairs.push(k, growth);
    }
    // The record belongs to another node, or its counters were reset.
    if (!isPair || fell) {
      this.#growths.length = 0;
      this.window.fill(0);
      return true;
    }
    let changed = this.#forget(nowNs - WINDOW_NS);
    if (pairs.length > 0) {
      this.#growths.push({ atNs: nowNs, pairs });
      this.#add(pairs, 1);
      changed = true;
    }
    return changed;
  }

  #forget(untilNs: number): boolean {
    let old = 0;
    while (old < this.#growths.length && this.#growths[old].atNs <= untilNs) this.#add(this.#growths[old++].pairs, -1);
    this.#growths.splice(0, old);
    return old > 0;
  }

  #add(pairs: readonly number[], sign: 1 | -1): void {
    for (let k = 0; k < pairs.length; k += 2) this.window[pairs[k]] += sign * pairs[k + 1];
  }
}
