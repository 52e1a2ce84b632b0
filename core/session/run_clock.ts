/**
 * The nodes' clock: the driver's, less the time that the graph was paused.
 *
 * @module
 */

/** A clock that stands still while the graph is paused. */
export class RunClock {
  readonly #driverNowNs: () => number;
  #paused = false;
  #pausedAtNs = 0;
  #pausedNs = 0;

  /** @param driverNowNs the monotonic clock, nanoseconds */
  constructor(driverNowNs: () => number) {
    this.#driverNowNs = driverNowNs;
  }

  /** Whether it stands still. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The length of all pauses that have ended, nanoseconds. */
  get pausedNs(): number {
    return this.#pausedNs;
  }

  /** The time now, nanoseconds. */
  nowNs(): number {
    return (this.#paused ? this.#pausedAtNs : this.#driverNowNs()) - this.#pausedNs;
  }

  pause(): void {
    this.#paused = true;
    this.#pausedAtNs = this.#driverNowNs();
  }

  resume(): void {
    this.#paused = false;
    this.#pausedNs += this.#driverNowNs() - this.#pausedAtNs;
  }
}
