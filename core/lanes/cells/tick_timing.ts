/**
 * Decides which ticks of a lane are timed. Timing costs two reads of the clock and an entry in two histograms, too much
 * for a tick of 100 ns: of such ticks one in 64 is timed. A round that took long contained long ticks: it pays for a
 * while in which each tick of the lane is timed. So timing takes at most a 64th of the time, and every long tick is
 * found.
 *
 * @module
 */

/** The approximate cost of timing a tick, nanoseconds. */
const COST_NS = 250;

/** Timing takes at most one part in this many of the time of long rounds. */
const SHARE = 64;

/** A round of short ticks is shorter than this, nanoseconds. */
const SHORT_ROUND_NS = 250_000;

/** The most credit for timed ticks, nanoseconds: 4,000 ticks. */
const MAX_CREDIT_NS = 1_000_000;

/** Decides which ticks are timed: one object for each lane. */
export class TickTiming {
  /** True if each tick is timed, rather than one in 64. */
  each: boolean;
  readonly #always: boolean;
  #creditNs = 0;

  /** @param always time each tick, whatever it costs: for a lane that may delay the rest of the program */
  constructor(always: boolean) {
    this.each = this.#always = always;
  }

  /** Pays for a tick that was timed. */
  spend(): void {
    if (!this.each || this.#always) return;
    this.#creditNs -= COST_NS;
    if (this.#creditNs <= 0) this.each = false;
  }

  /** Earns credit for a round. @param tookNs how long it ran nodes */
  earn(tookNs: number): void {
    if (tookNs < SHORT_ROUND_NS) return;
    this.#creditNs = Math.min(MAX_CREDIT_NS, this.#creditNs + tookNs / SHARE);
    this.each = true;
  }
}

/** Never times each tick: for cells outside of lanes. */
export const SAMPLED_TIMING: TickTiming = new TickTiming(false);
