/**
 * Rates out of counts that only grow: the slope of the straight line that fits the readings of the last three seconds of
 * a counter best. Frames come in bursts: by what a counter has grown in a second, 46.9 blocks a second that come four at
 * a time would show as 44 or 48. The line is within 5 % of the truth where a burst comes twice a second or more often,
 * with ten readings a second. A counter that has stood still for a second has rate 0. Keeps the readings of that time and nothing else, in arrays that are made once for each shape of the graph.
 *
 * @module
 */

/** Readings further apart than this are no pair: a tab slept, or the line was down. Milliseconds. */
const MAX_GAP_MS = 5000;

/** What lines are fitted over, milliseconds, and how long a counter stands still whose rate is 0. */
const WINDOW_MS = 3000;
const STILL_MS = 1000;

/** By how much a window may be longer, since readings do not come on time to the millisecond. */
const SLACK = 1.05;

/** Readings that are kept: with more than these in the window it is shorter. */
const KEPT = 48;

/** The rates of one column of counters. */
export class Rates {
  /**
   * Growth a second of each entry, `NaN` until there are two readings of the same graph. Do not keep it: it is reused.
   */
  perSecond: Float64Array;
  readonly #length: number;
  /** The readings of each entry, one entry after another; `NaN` where its counter has begun anew since, or stood still. */
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
    const last = this.#newest;
    this.#newest = (last + 1) % KEPT;
    this.#timesMs[this.#newest] = atMs;
    this.#readings = Math.min(KEPT, this.#readings + 1);
    const [window, still] = [this.#within(WINDOW_MS), this.#within(STILL_MS)];
    for (let k = 0; k < this.#length; k++) {
      const first = k * KEPT;
      const count = counts[k];
      // Counts from before a counter was reset belong to another count.
      if (this.#readings > 1 && count < this.#counts[first + last]) this.#forget(k, 1);
      this.#counts[first + this.#newest] = count;
      const stood = still > 1 && count === this.#counts[first + this.#at(still - 1)];
      // It may come to another rate then.
      if (stood) this.#forget(k, still);
      this.perSecond[k] = stood ? 0 : this.#slope(first, window);
    }
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
      const counts = origin < 0 ? undefined : before.#counts.subarray(origin * KEPT, (origin + 1) * KEPT);
      if (counts === undefined) this.#counts.fill(NaN, k * KEPT, (k + 1) * KEPT);
      else this.#counts.set(counts, k * KEPT);
    });
  }

  /** Where a reading is, by how many came after it. */
  #at(back: number): number {
    return (this.#newest - back + KEPT) % KEPT;
  }

  /** How many of the newest readings lie within a time: the newest and the one before in any case. */
  #within(forMs: number): number {
    const fromMs = this.#timesMs[this.#newest] - forMs * SLACK;
    let count = Math.min(2, this.#readings);
    while (count < this.#readings && this.#timesMs[this.#at(count)] >= fromMs) count++;
    return count;
  }

  /** The slope of the line of least squares through the newest readings of an entry, a second; `NaN` through one. */
  #slope(first: number, readings: number): number {
    const [atMs, count] = [this.#timesMs[this.#newest], this.#counts[first + this.#newest]];
    let [n, sumT, sumC, sumTT, sumTC] = [0, 0, 0, 0, 0];
    for (let back = 0; back < readings; back++) {
      const at = this.#at(back);
      const c = this.#counts[first + at] - count;
      if (Number.isNaN(c)) break;
      const t = this.#timesMs[at] - atMs;
      n++;
      sumT += t;
      sumC += c;
      sumTT += t * t;
      sumTC += t * c;
    }
    return n < 2 ? NaN : Math.max(0, (n * sumTC - sumT * sumC) / (n * sumTT - sumT * sumT) * 1000);
  }

  /** Forgets the readings of an entry before the newest ones. */
  #forget(entry: number, newest: number): void {
    for (let back = newest; back < KEPT; back++) this.#counts[entry * KEPT + this.#at(back)] = NaN;
  }
}
