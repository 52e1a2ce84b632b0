/**
 * Tells a second signal from a repeated one: `deno task` passes on a SIGINT that the terminal has already sent to every
 * process, so that one Ctrl-C arrives twice.
 *
 * @module
 */

/** Time after the first signal during which another one counts as the same, milliseconds. */
export const SAME_SIGNAL_MS = 1_000;

/** Time limit for hearing signals that arrived while a node held the thread, milliseconds. */
const HEARD_AFTER_MS = 100;

/**
 * Calls back once later signals count as new ones. Signals that arrive while a node holds the thread are heard when the
 * thread is free again, and count as the first one. Does not keep the program running.
 */
export function onceAnotherSignal(action: () => void): void {
  after(SAME_SIGNAL_MS, () => after(HEARD_AFTER_MS, action));
}

function after(ms: number, action: () => void): void {
  Deno.unrefTimer(setTimeout(action, ms) as unknown as number);
}
