/**
 * The end of the task that has started this process. `deno task` passes SIGINT and SIGTERM on, but one that is killed
 * passes nothing on: what it has started has to see for itself that it is alone.
 *
 * @module
 */
import { ignoresHangup } from "./hangup.ts";
import { readOwnProc } from "./own_proc.ts";

/** Why a program stops after that, for people. */
export const TASK_GONE = "the task that started this has ended";

/** How often the parent is looked at, milliseconds. */
const LOOK_EVERY_MS = 500;

/** Where `/proc/self/stat` has the session, counted from what follows the name of the process. */
const SESSION_AT = 3;

/**
 * Calls back once when the task that has started this process is gone. A process that no task has started may outlive
 * its parent, and so may one that was started to go on by itself: it ignores SIGHUP, as `nohup` has it, or its session
 * is its own or the task's, as `setsid` has it. Then nothing is called.
 *
 * @returns ends the watch
 */
export function watchTaskParent(onGone: () => void): () => void {
  // `deno task` and `npm run` say so by this variable.
  if (Deno.env.get("INIT_CWD") === undefined || isMeantToGoOn()) return () => {};
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

function isMeantToGoOn(): boolean {
  const stat = readOwnProc("stat");
  // The name of the process stands in parentheses, and may hold any character.
  const session = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[SESSION_AT]);
  return ignoresHangup() || session === Deno.pid || session === Deno.ppid;
}
