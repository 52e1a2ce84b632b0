/**
 * Waits for work for a few microseconds without sleep: if frames arrive from another lane at a quick pace, a lane that
 * slept would spend more time on sleeping and waking than on the frames. Only the lane's thread calls it; it keeps that
 * thread busy.
 *
 * Spinning only pays while the waits are short and each lane that is awake has a processor. So a spin in vain shortens
 * the next ones, down to an occasional short one.
 *
 * @module
 */
import { type ControlPage, LANE_STATE } from "../../control_page.ts";

/** Longest spin, nanoseconds. */
const MAX_SPIN_NS = 20_000;

/** Shortest spin, nanoseconds; below it, only one wait in {@linkcode RETRY_EVERY} spins. */
const MIN_SPIN_NS = 2_500;
const RETRY_EVERY = 16;

/** Checks between two readings of the clock. */
const LOOKS = 32;

// A constant of this module: V8 resolves an imported one again at each use.
const RUNNING = LANE_STATE.running;

/** Spins for as long as recent waits make it likely to pay. */
export class Spinner {
  readonly #page: ControlPage;
  readonly #lane: number;
  readonly #processors: number;
  readonly #nowNs: () => number;
  #budgetNs = MAX_SPIN_NS;
  #skipped = 0;

  /**
   * Watches the inbox of one lane.
   *
   * @param lane whose inbox is watched
   * @param processors of the machine
   * @param nowNs any clock
   */
  constructor(page: ControlPage, lane: number, processors: number, nowNs: () => number) {
    this.#page = page;
    this.#lane = lane;
    this.#processors = processors;
    this.#nowNs = nowNs;
  }

  /**
   * Spins until the lane's inbox has something or its bell is rung.
   *
   * @param limitNs longest time
   * @returns whether work arrived; if not, the lane may sleep
   */
  spin(limitNs: number): boolean {
    if (this.#budgetNs < MIN_SPIN_NS) {
      if (++this.#skipped < RETRY_EVERY) return false;
      this.#skipped = 0;
      this.#budgetNs = MIN_SPIN_NS;
    }
    if (this.#page.lanesIn(RUNNING) > this.#processors) return false;
    const found = this.#watch(Math.min(this.#budgetNs, limitNs));
    this.#budgetNs = found ? MAX_SPIN_NS : this.#budgetNs / 2;
    return found;
  }

  #watch(forNs: number): boolean {
    const page = this.#page;
    const lane = this.#lane;
    const bell = page.bell(lane);
    const untilNs = this.#nowNs() + forNs;
    do {
      for (let look = 0; look < LOOKS; look++) {
        if (!page.inboxEmpty(lane) || page.bell(lane) !== bell) return true;
      }
    } while (this.#nowNs() < untilNs);
    return false;
  }
}
