/**
 * Finds lanes whose rounds do not advance although they call no node, from the control page alone. Work that a node has
 * left behind then keeps the thread: a tick that continues after it has awaited something, or a callback.
 *
 * A healthy lane makes a round at least once in `PARK_ASYNC_MS`, whatever its nodes wait for, also while the graph is
 * paused and while an edit holds its nodes. A lane that closes makes no further rounds, and must not be looked at.
 *
 * @module
 */
import { PARK_ASYNC_MS } from "../lanes/loop/lane_loop.ts";

/** The fewest looks during which the rounds must not advance. */
const LOOKS = 4;

/** The progress of a lane at the last look. */
interface Stand {
  readonly rounds: number;
  readonly lookedAtNs: number;
  readonly stoodNs: number;
}

/** The rounds of one lane's thread. */
export class RoundWatch {
  #stand: Stand | undefined;

  /**
   * Looks at a lane that calls no node.
   *
   * @param rounds that it has made; 0: it does not run yet
   * @param nowNs a clock that continues while the graph is paused, nanoseconds
   * @param stuckAfterNs how long a call of its nodes may last, nanoseconds; `Infinity`: for ever
   * @returns how long it has made no round, at least, nanoseconds; `undefined` while that may have other reasons
   */
  look(rounds: number, nowNs: number, stuckAfterNs: number): number | undefined {
    const limitNs = stuckAfterNs + PARK_ASYNC_MS * 1e6;
    const before = this.#stand;
    if (before?.rounds !== rounds || rounds === 0) {
      this.#stand = { rounds, lookedAtNs: nowNs, stoodNs: 0 };
      return undefined;
    }
    // A long time between looks does not count in full: the whole process may have been stopped.
    const sinceNs = Math.min(nowNs - before.lookedAtNs, limitNs / LOOKS);
    const stoodNs = before.stoodNs + sinceNs;
    this.#stand = { rounds, lookedAtNs: nowNs, stoodNs };
    return stoodNs >= limitNs ? stoodNs : undefined;
  }

  /** Starts anew: earlier looks do not count. */
  forget(): void {
    this.#stand = undefined;
  }
}
