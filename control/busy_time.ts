/**
 * How long a node has been in `process()`, also while a call is under way: the page counts a tick's time when the tick
 * is over. It only grows, as rates want it.
 *
 * @module
 */

/** By so much what was seen of a call may exceed what is counted of it when it is over, nanoseconds. */
const TOLERANCE_NS = 2e6;

export class BusyTime {
  #counted = 0;
  #shown = 0;
  /** What was seen of calls that the page counts no time of, such as one that set the node's configuration. */
  #uncounted = 0;

  /**
   * Takes a reading.
   *
   * @param countedNs of the ticks that are over
   * @param underWayNs of the call that is under way
   * @returns nanoseconds; less than before only where the node counts anew
   */
  read(countedNs: number, underWayNs: number): number {
    if (countedNs < this.#counted) this.#shown = this.#uncounted = 0;
    this.#counted = countedNs;
    const missing = this.#shown - (countedNs + this.#uncounted + underWayNs);
    if (missing > TOLERANCE_NS) this.#uncounted += missing;
    return this.#shown = Math.max(this.#shown, countedNs + this.#uncounted + underWayNs);
  }
}
