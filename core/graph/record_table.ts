/**
 * Numbers for the records of the control arena. The record of a removed node or link is used again only once it is
 * given back, when no lane can write to it any more.
 *
 * @module
 */

export class RecordTable {
  readonly #free: number[] = [];
  #next = 0;

  /** The most records that were ever in use at once. */
  get size(): number {
    return this.#next;
  }

  /** Takes the lowest number that was never used or was given back. */
  take(): number {
    return this.#free.pop() ?? this.#next++;
  }

  /** Frees a number for use. */
  giveBack(index: number): void {
    this.#free.push(index);
  }
}
