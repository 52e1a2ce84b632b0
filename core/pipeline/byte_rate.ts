/**
 * Limits bytes a second, on average, and delays the excess. A second's worth may pass at once.
 *
 * @module
 */

/** A rate that several sessions may share. */
export class ByteRate {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  /** The time at which all bytes so far are within the rate. */
  #paidAtMs: number;

  /** @param perSecond bytes a second; `Infinity` for no limit */
  constructor(perSecond: number, nowMs: () => number) {
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
    this.#paidAtMs = -Infinity;
  }

  /** Lets bytes through. @returns the delay before they may pass, milliseconds */
  take(bytes: number): number {
    const nowMs = this.#nowMs();
    this.#paidAtMs = Math.max(this.#paidAtMs, nowMs - 1000) + (1000 * bytes) / this.#perSecond;
    return Math.max(0, this.#paidAtMs - nowMs);
  }
}
