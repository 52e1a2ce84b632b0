/**
 * How long a node has been in `process()`, including a call under way: the control page counts the time of a tick only
 * when the tick ends. The value only grows, so that rates can be taken.
 *
 * @module
 */

/** How much the observed time of a call may exceed its counted time, nanoseconds. */
const TOLERANCE_NS = 2e6;

export class BusyTime {
  #counted = 0;
  #shown = 0;
  /** Observed time of calls that the control page does not count, such as one that sets the node's configuration. */
  #uncounted = 0;

  /**
   * Takes a reading.
   *
   * @param countedNs time of the ticks that have ended
   * @param underWayNs time of the call under way
   * @returns nanoseconds; less than before only if the node's counter was reset
   */
  read(countedNs: number, underWayNs: number): number {
    if (countedNs < this.#counted) this.#shown = this.#uncounted = 0;
    this.#counted = countedNs;
    const missing = this.#shown - (countedNs + this.#uncounted + underWayNs);
    if (missing > TOLERANCE_NS) this.#uncounted += missing;
    return this.#shown = Math.max(this.#shown, countedNs + this.#uncounted + underWayNs);
  }
}
