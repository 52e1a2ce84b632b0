/**
 * Whether the figures that are shown are of now: a line that swallows what is sent over it looks open, and only the
 * readings that do not come tell.
 *
 * @module
 */

/** Readings may be late by this, milliseconds, without being old: both ends do other things as well. */
const LEEWAY_MS = 500;

/** Periods of readings after which figures are old. */
const OLD_PERIODS = 2;

/** Tells whether figures are old. Times are milliseconds of any monotonic clock. */
export class Freshness {
  #periodMs: number;
  #heardMs: number;

  /** @param periodMs time between two readings that were asked for */
  constructor(periodMs: number, nowMs: number) {
    this.#periodMs = periodMs;
    this.#heardMs = nowMs;
  }

  /** Readings are asked for at another pace from now on: the next one may take its time. */
  expect(periodMs: number, nowMs: number): void {
    this.#periodMs = periodMs;
    this.#heardMs = nowMs;
  }

  /** A reading has come. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  /** How long the figures have been old, counted from the newest reading; 0 while they are of now. */
  oldForMs(nowMs: number): number {
    const silentMs = nowMs - this.#heardMs;
    return silentMs > OLD_PERIODS * this.#periodMs + LEEWAY_MS ? silentMs : 0;
  }
}
