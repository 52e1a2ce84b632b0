/**
 * Which ticks of a lane are timed. To time one costs two reads of the clock and its place in two histograms, more than a
 * tick of 100 ns has to spare: of such ticks one in 64 is timed. A round that took long has had long ticks in it: it
 * pays for a while in which each tick of the lane is timed, so that timing takes at most one part in 64 of the time, and
 * whatever takes long is seen.
 *
 * @module
 */

/** What timing a tick costs, about, nanoseconds. */
const COST_NS = 250;

/** Timing takes at most one part in so many of the time of rounds that took long. */
const SHARE = 64;

/** A round of short ticks is shorter than this, nanoseconds. */
const SHORT_ROUND_NS = 250_000;

/** Ticks are paid for in advance up to this, nanoseconds: 4,000 of them. */
const MAX_CREDIT_NS = 1_000_000;

/** Decides which ticks are timed: one object for each lane. */
export class TickTiming {
  /** Each tick is timed, rather than one in 64. */
  each: boolean;
  readonly #always: boolean;
  #creditNs = 0;

  /** @param always time each tick: for a lane that nobody may wait for, whatever it costs */
  constructor(always: boolean) {
    this.each = this.#always = always;
  }

  /** A tick was timed. */
  spend(): void {
    if (!this.each || this.#always) return;
    this.#creditNs -= COST_NS;
    if (this.#creditNs <= 0) this.each = false;
  }

  /** A round is over. @param tookNs how long it ran nodes */
  earn(tookNs: number): void {
    if (tookNs < SHORT_ROUND_NS) return;
    this.#creditNs = Math.min(MAX_CREDIT_NS, this.#creditNs + tookNs / SHARE);
    this.each = true;
  }
}

/** Never times each tick: for cells that no lane runs. */
export const SAMPLED_TIMING: TickTiming = new TickTiming(false);
