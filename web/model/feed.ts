/**
 * The last entries of a log, oldest first: bounded, so that a page that stays open for days does not grow.
 *
 * @module
 */

export class Feed<T> {
  readonly #capacity: number;
  #entries: T[] = [];

  /** @param capacity entries that are kept */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What is kept. Another array after each change, so that a view can tell. */
  get entries(): readonly T[] {
    return this.#entries;
  }

  /** Takes entries, oldest first. */
  add(entries: readonly T[]): void {
    if (entries.length === 0) return;
    const all = this.#entries.length + entries.length;
    const tooMany = Math.max(0, all - this.#capacity);
    const kept = this.#entries.slice(Math.min(tooMany, this.#entries.length));
    this.#entries = [...kept, ...entries.slice(Math.max(0, entries.length - this.#capacity))];
  }

  /** Forgets everything: another run has begun. */
  clear(): void {
    this.#entries = [];
  }
}
