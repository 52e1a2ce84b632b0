/**
 * A bounded queue that drops its oldest entry when it is full, and counts the drops.
 *
 * @module
 */

export class EventQueue<T> {
  readonly #capacity: number;
  readonly #slots: (T | undefined)[] = [];
  #head = 0;
  #size = 0;
  #dropped = 0;

  /** @param capacity entries that fit, from 1 */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 1_048_576) {
      throw new RangeError(
        `Cannot make a queue of events: capacity is ${capacity}, wanted a whole number from 1 to 1048576`,
      );
    }
    this.#capacity = capacity;
  }

  /** Number of entries in the queue. */
  get size(): number {
    return this.#size;
  }

  /** Number of entries that were dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an entry. */
  push(entry: T): void {
    if (this.#size === this.#capacity) {
      this.take();
      this.#dropped++;
    }
    this.#slots[(this.#head + this.#size) % this.#capacity] = entry;
    this.#size++;
  }

  /** Takes the oldest entry. */
  take(): T | undefined {
    if (this.#size === 0) return undefined;
    const entry = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#capacity;
    this.#size--;
    return entry;
  }
}
