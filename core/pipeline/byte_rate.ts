/**
 * Bytes a second, on average: what goes beyond is let through later. A second's worth may go at once.
 *
 * @module
 */

/** A rate that several may share. */
export class ByteRate {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  /** When what was let through so far is paid for. */
  #paidAtMs: number;

  /** @param perSecond bytes; `Infinity` for no limit */
  constructor(perSecond: number, nowMs: () => number) {
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
    this.#paidAtMs = -Infinity;
  }

  /** Lets bytes through. @returns in how many milliseconds they may go */
  take(bytes: number): number {
    const nowMs = this.#nowMs();
    this.#paidAtMs = Math.max(this.#paidAtMs, nowMs - 1000) + (1000 * bytes) / this.#perSecond;
    return Math.max(0, this.#paidAtMs - nowMs);
  }
}
