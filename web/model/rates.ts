/**
 * Rates out of counts that only grow: how much a column of counters grew over about the last second. Keeps the readings
 * of that time and nothing else, in arrays that are made once for each shape of the graph.
 *
 * @module
 */

/** Readings further apart than this are no pair: a tab slept, or the line was down. Milliseconds. */
const MAX_GAP_MS = 5000;

/** What rates are taken over, milliseconds: blocks of audio come in bursts that a shorter time would show. */
const WINDOW_MS = 1000;

/** Readings that are kept: with more than these in a second the window is shorter. */
const KEPT = 16;

/** The rates of one column of counters. */
export class Rates {
  /**
   * Growth a second of each entry, `NaN` until there are two readings of the same graph. Do not keep it: it is reused.
   */
  perSecond: Float64Array;
  readonly #length: number;
  /** A ring of readings, one after another. */
  readonly #counts: Float64Array;
  readonly #timesMs: Float64Array = new Float64Array(KEPT);
  #newest = -1;
  #readings = 0;

  /** @param length entries of the column */
  constructor(length: number) {
    this.#length = length;
    this.perSecond = new Float64Array(length).fill(NaN);
    this.#counts = new Float64Array(length * KEPT);
  }

  /**
   * Takes one reading.
   *
   * @param counts the column; an entry that went down counts as not known, since its counter began anew
   * @param atMs when it was read, by a clock that only goes forward
   * @throws {RangeError} if the column has another length
   */
  take(counts: ArrayLike<number>, atMs: number): void {
    if (counts.length !== this.#length) {
      throw new RangeError(`Cannot take a reading of ${counts.length} entries: wanted ${this.#length}`);
    }
    const elapsedMs = this.#readings === 0 ? 0 : atMs - this.#timesMs[this.#newest];
    // The same reading twice says nothing new.
    if (elapsedMs === 0 && this.#readings > 0) return;
    if (elapsedMs < 0 || elapsedMs > MAX_GAP_MS) this.#readings = 0;
    const base = this.#base(atMs);
    const newest = this.#newest * this.#length;
    const next = (this.#newest + 1) % KEPT;
    for (let k = 0; k < this.#length; k++) {
      const count = counts[k];
      const began = base >= 0 && count < this.#counts[newest + k];
      const growth = base < 0 || began ? NaN : count - this.#counts[base * this.#length + k];
      this.perSecond[k] = growth >= 0 ? growth * 1000 / (atMs - this.#timesMs[base]) : NaN;
      // Counts from before a counter was reset belong to another count.
      if (began) this.#forget(k);
    }
    for (let k = 0; k < this.#length; k++) this.#counts[next * this.#length + k] = counts[k];
    this.#timesMs[next] = atMs;
    this.#newest = next;
    this.#readings = Math.min(KEPT, this.#readings + 1);
  }

  /**
   * Takes over what is known of entries that another column counts too, such as that of another version of the graph.
   *
   * @param origins index in `before` of each entry here; negative for a new one, whose rate is not known yet
   */
  carryFrom(before: Rates, origins: readonly number[]): void {
    this.#timesMs.set(before.#timesMs);
    this.#newest = before.#newest;
    this.#readings = before.#readings;
    origins.forEach((origin, k) => {
      this.perSecond[k] = origin < 0 ? NaN : before.perSecond[origin];
      for (let reading = 0; reading < KEPT; reading++) {
        const count = origin < 0 ? NaN : before.#counts[reading * before.#length + origin];
        this.#counts[reading * this.#length + k] = count;
      }
    });
  }

  /** The reading about one window back, or the oldest kept one; -1 without any. */
  #base(atMs: number): number {
    for (let back = this.#readings - 1; back >= 0; back--) {
      const at = (this.#newest - back + KEPT) % KEPT;
      if (back === 0 || atMs - this.#timesMs[at] <= WINDOW_MS * 1.05) return at;
    }
    return -1;
  }

  #forget(entry: number): void {
    for (let reading = 0; reading < KEPT; reading++) this.#counts[reading * this.#length + entry] = NaN;
  }
}
