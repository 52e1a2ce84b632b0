/**
 * Measures the time since this thread was last in its event loop. A settled promise continues before any other work: an
 * asynchronous tick that works and awaits only such promises would keep the thread.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** The longest time that an asynchronous tick keeps the thread before others get a turn, milliseconds. */
const TURN_MS = 4;

/** Returns to the event loop in which pending work completes: a message, and the lane's reaction to it. */
const TURN_YIELDS = 16;

/** The time of the first check since the thread was in its event loop; -1 before it. */
let fromMs = -1;

/** True if the thread must return to its event loop. Time counts from the first check after the last return. */
export function isTurnOver(): boolean {
  // Several runtimes may share the thread, each with a clock of its own.
  // deno-lint-ignore sluice/no-wall-clock
  const nowMs = performance.now();
  if (fromMs >= 0) return nowMs - fromMs >= TURN_MS;
  fromMs = nowMs;
  setImmediate(() => fromMs = -1);
  return false;
}

/** Gives all other work of the event loop a turn. */
export async function takeTurns(): Promise<void> {
  for (let k = 0; k < TURN_YIELDS; k++) await yieldNow();
}

/** Returns to the event loop once. */
export function yieldNow(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
