/**
 * When a second signal is another one: `deno task` passes on a SIGINT that the terminal has sent to every process
 * already, so that one Ctrl-C comes twice.
 *
 * @module
 */

/** How long after the first signal another one counts as the same, milliseconds. */
export const SAME_SIGNAL_MS = 1_000;

/** How long what has come while a node kept the thread may take to be heard, milliseconds. */
const HEARD_AFTER_MS = 100;

/**
 * Calls back once signals that are heard from then on are other ones than that which was heard just now. Those that come
 * while a node keeps the thread are heard when it is free again, and are the same ones. Keeps no program from its end.
 */
export function onceAnotherSignal(action: () => void): void {
  after(SAME_SIGNAL_MS, () => after(HEARD_AFTER_MS, action));
}

function after(ms: number, action: () => void): void {
  Deno.unrefTimer(setTimeout(action, ms) as unknown as number);
}
