/**
 * Waits for work without going to sleep, for a few microseconds: where frames come from another lane at a quick pace,
 * a lane that slept would spend more time on falling asleep and being woken than on the frames.
 *
 * It only pays while the waits are short and there is a processor for each lane that is awake. So a spin in vain makes the
 * next ones shorter, down to an occasional short one.
 *
 * @module
 */
import { type ControlPage, LANE_STATE } from "../../control_page.ts";

/** Longest spin, nanoseconds. */
const MAX_SPIN_NS = 20_000;

/** Shortest spin, nanoseconds; below it, only one wait in {@linkcode RETRY_EVERY} spins. */
const MIN_SPIN_NS = 2_500;
const RETRY_EVERY = 16;

/** Looks between two readings of the clock. */
const LOOKS = 32;

// A constant of this module: an imported one is looked up anew at each use.
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
   * @param lane whose inbox is watched
   * @param processors that the machine has
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
   * @returns whether that happened: if not, the lane may as well sleep
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
