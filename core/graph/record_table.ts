/**
 * Numbers for the records of the control arena. A record that a removed node or link had is used again only once it is
 * given back, when no lane can write to it any more.
 *
 * @module
 */

export class RecordTable {
  readonly #free: number[] = [];
  #next = 0;

  /** How many records were ever in use at once. */
  get size(): number {
    return this.#next;
  }

  /** The lowest number that was never used or was given back. */
  take(): number {
    return this.#free.pop() ?? this.#next++;
  }

  /** The number may be used again. */
  giveBack(index: number): void {
    this.#free.push(index);
  }
}
