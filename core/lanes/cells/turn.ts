/**
 * How long this thread has not been back to its event loop. A promise that is settled already goes on before anything
 * else: a tick that works, and waits only for such promises, would keep the thread though it is asynchronous.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** What an asynchronous tick may keep the thread for before others have their turn, milliseconds. */
const TURN_MS = 4;

/** Returns to the event loop in which what waits there comes about: a message, and what the lane does upon it. */
const TURN_YIELDS = 16;

/** When the first look since the thread was in its event loop was taken; -1 before that. */
let fromMs = -1;

/**
 * Whether the thread is to go back to its event loop. Counts from the first look on that is taken after it was there.
 */
export function isTurnOver(): boolean {
  // Several runtimes may share the thread, each with a clock of its own.
  // deno-lint-ignore sluice/no-wall-clock
  const nowMs = performance.now();
  if (fromMs >= 0) return nowMs - fromMs >= TURN_MS;
  fromMs = nowMs;
  setImmediate(() => fromMs = -1);
  return false;
}

/** Lets all others have their turn. */
export async function takeTurns(): Promise<void> {
  for (let k = 0; k < TURN_YIELDS; k++) await yieldNow();
}

/** Goes back to the event loop once. */
export function yieldNow(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
