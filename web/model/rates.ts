/**
 * Rates out of counts that only grow: how much a column of counters grew between two readings. Keeps two readings and
 * nothing else, in arrays that are made once for each shape of the graph.
 *
 * @module
 */

/** Readings further apart than this are no pair: a tab slept, or the line was down. Milliseconds. */
const MAX_GAP_MS = 5000;

/** See the module. One of these for each column of counters. */
export class Rates {
  /** Growth a second of each entry, `NaN` until there are two readings of the same graph. Do not keep it: it is reused. */
  perSecond: Float64Array;
  readonly #last: Float64Array;
  #lastMs = NaN;

  /** @param length entries of the column */
  constructor(length: number) {
    this.perSecond = new Float64Array(length).fill(NaN);
    this.#last = new Float64Array(length);
  }

  /**
   * Takes one reading.
   *
   * @param counts the column; an entry that went down counts as not known, since its counter began anew
   * @param atMs when it was read, by a clock that only goes forward
   * @throws {RangeError} if the column has another length
   */
  take(counts: ArrayLike<number>, atMs: number): void {
    if (counts.length !== this.#last.length) {
      throw new RangeError(`Cannot take a reading of ${counts.length} entries: wanted ${this.#last.length}`);
    }
    const elapsedMs = atMs - this.#lastMs;
    // The same reading twice says nothing new.
    if (elapsedMs === 0) return;
    const known = elapsedMs > 0 && elapsedMs <= MAX_GAP_MS;
    for (let k = 0; k < counts.length; k++) {
      const growth = counts[k] - this.#last[k];
      this.perSecond[k] = known && growth >= 0 ? growth * 1000 / elapsedMs : NaN;
      this.#last[k] = counts[k];
    }
    this.#lastMs = atMs;
  }
}
