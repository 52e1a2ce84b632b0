/**
 * The nodes' clock: the driver's, less the time that the graph was paused, in this run and in those before.
 *
 * @module
 */

/** A clock that stands still while the graph is paused. */
export class RunClock {
  readonly #driverNowNs: () => number;
  #paused = false;
  #pausedAtNs = 0;
  #pausedNs: number;

  /**
   * @param driverNowNs the monotonic clock, nanoseconds
   * @param pausedNs the length of all pauses of the runs before, nanoseconds
   */
  constructor(driverNowNs: () => number, pausedNs: number = 0) {
    this.#driverNowNs = driverNowNs;
    this.#pausedNs = pausedNs;
  }

  /** Whether it stands still. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The length of all pauses so far, nanoseconds. */
  get pausedNs(): number {
    return this.#pausedNs + (this.#paused ? this.#driverNowNs() - this.#pausedAtNs : 0);
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
