/**
 * The nodes' clock: the driver's, less the pauses of the graph in this run and in the runs before.
 *
 * @module
 */

/** A clock that stops while the graph is paused. */
export class RunClock {
  readonly #driverNowNs: () => number;
  #paused = false;
  #pausedAtNs = 0;
  #pausedNs: number;

  /**
   * Starts the clock of a run.
   *
   * @param driverNowNs the monotonic clock, nanoseconds
   * @param pausedNs the duration of all pauses of the runs before, nanoseconds
   */
  constructor(driverNowNs: () => number, pausedNs: number = 0) {
    this.#driverNowNs = driverNowNs;
    this.#pausedNs = pausedNs;
  }

  /** True while the clock is stopped. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The duration of all pauses so far, nanoseconds. */
  get pausedNs(): number {
    return this.#pausedNs + (this.#paused ? this.#driverNowNs() - this.#pausedAtNs : 0);
  }

  /** Returns the present time, nanoseconds. */
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
