/**
 * The end of the task that has started this process. `deno task` passes SIGINT and SIGTERM on, but one that is killed
 * passes nothing on: what it has started has to see for itself that it is alone.
 *
 * @module
 */

/** How often the parent is looked at, milliseconds. */
const LOOK_EVERY_MS = 500;

/**
 * Calls back once when the task that has started this process is gone. A process that no task has started may outlive
 * its parent, as one of `nohup` does: then nothing is called.
 *
 * @returns ends the watch
 */
export function watchTaskParent(onGone: () => void): () => void {
  // `deno task` and `npm run` say so by this variable.
  if (Deno.env.get("INIT_CWD") === undefined) return () => {};
  const parent = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  // What is done at the end must not be kept from it.
  Deno.unrefTimer(timer as unknown as number);
  return () => clearInterval(timer);
}
