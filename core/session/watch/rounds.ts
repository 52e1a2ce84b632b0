/**
 * Finds lanes whose rounds do not advance although they call no node. Work that a node has left behind then keeps the
 * thread: a tick that continues after it has awaited something, or a callback.
 *
 * A healthy lane makes a round at least once in `PARK_ASYNC_MS`, whatever its nodes wait for, also while the graph is
 * paused and while an edit holds its nodes. A lane that closes makes no further rounds, and must not be looked at.
 *
 * @module
 */
import { PARK_ASYNC_MS } from "../../lanes/loop/lane_loop.ts";
import type { Stand } from "../../lanes/ports/lane_thread.ts";

/** The fewest looks during which the rounds must not advance. */
const LOOKS = 4;

/**
 * Looks at a lane that calls no node.
 *
 * @param before the result of the look before; `undefined`: earlier looks do not count
 * @param rounds that it has made; 0: it does not run yet
 * @param nowNs a clock that continues while the graph is paused, nanoseconds
 * @param stuckAfterNs how long a call of its nodes may last, nanoseconds; `Infinity`: for ever
 */
export function standOf(before: Stand | undefined, rounds: number, nowNs: number, stuckAfterNs: number): Stand {
  if (before?.rounds !== rounds || rounds === 0) return { rounds, lookedAtNs: nowNs, stoodNs: 0, isKept: false };
  const limitNs = stuckAfterNs + PARK_ASYNC_MS * 1e6;
  // A long time between looks does not count in full: the whole process may have been stopped.
  const stoodNs = before.stoodNs + Math.min(nowNs - before.lookedAtNs, limitNs / LOOKS);
  return { rounds, lookedAtNs: nowNs, stoodNs, isKept: stoodNs >= limitNs };
}
