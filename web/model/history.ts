/**
 * The last readings of some series, for plots: a ring of fixed size, so that a page that stays open for days needs no
 * more memory than one that was just opened. Drawing takes at most two points a pixel, whatever the ring holds.
 *
 * @module
 */

/** A piece of history as plots want it: a column of times and one for each series; `NaN` is a gap. */
export interface HistorySlice {
  /** Seconds. */
  readonly times: Float64Array;
  readonly series: readonly Float64Array[];
}

export class History {
  readonly #capacity: number;
  readonly #times: Float64Array;
  readonly #series: readonly Float64Array[];
  #next = 0;
  #length = 0;

  /**
   * @param series how many values a reading has
   * @param capacity readings that are kept
   */
  constructor(series: number, capacity: number) {
    this.#capacity = capacity;
    this.#times = new Float64Array(capacity);
    this.#series = Array.from({ length: series }, () => new Float64Array(capacity));
  }

  /**
   * Takes one reading; the oldest makes room.
   *
   * @param timeSeconds not before that of the reading before
   * @param values one for each series
   */
  push(timeSeconds: number, ...values: readonly number[]): void {
    this.#times[this.#next] = timeSeconds;
    this.#series.forEach((series, k) => series[this.#next] = values[k] ?? NaN);
    this.#next = (this.#next + 1) % this.#capacity;
    this.#length = Math.min(this.#capacity, this.#length + 1);
  }

  /**
   * What it holds, oldest first. With more readings than `2 * pixels` each pixel's are merged to two points, the least
   * and the greatest value of each series, so that no peak is lost.
   */
  slice(pixels: number): HistorySlice {
    const columns = Math.max(1, Math.floor(pixels));
    const oldest = (this.#next - this.#length + this.#capacity) % this.#capacity;
    const at = (k: number) => (oldest + k) % this.#capacity;
    if (this.#length <= 2 * columns) {
      const copy = (from: Float64Array) => Float64Array.from({ length: this.#length }, (_, k) => from[at(k)]);
      return { times: copy(this.#times), series: this.#series.map(copy) };
    }
    const times = new Float64Array(2 * columns);
    const series = this.#series.map(() => new Float64Array(2 * columns));
    for (let column = 0; column < columns; column++) {
      const start = Math.floor(column * this.#length / columns);
      const end = Math.floor((column + 1) * this.#length / columns);
      times[2 * column] = this.#times[at(start)];
      times[2 * column + 1] = this.#times[at(end - 1)];
      series.forEach((target, s) => mergeRange(this.#series[s], at, start, end, target, 2 * column));
    }
    return { times, series };
  }
}

/** Writes the least and the greatest of a range, in the order in which they came. */
function mergeRange(
  from: Float64Array,
  at: (k: number) => number,
  start: number,
  end: number,
  target: Float64Array,
  where: number,
): void {
  let least = -1;
  let greatest = -1;
  for (let k = start; k < end; k++) {
    const value = from[at(k)];
    if (Number.isNaN(value)) continue;
    if (least < 0 || value < from[at(least)]) least = k;
    if (greatest < 0 || value > from[at(greatest)]) greatest = k;
  }
  target[where] = least < 0 ? NaN : from[at(Math.min(least, greatest))];
  target[where + 1] = least < 0 ? NaN : from[at(Math.max(least, greatest))];
}
