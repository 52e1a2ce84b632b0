/**
 * Detects the end of the task that started this process. `deno task` passes SIGINT and SIGTERM on, but a killed task
 * passes nothing on: its processes have to find out for themselves.
 *
 * @module
 */
import { ignoresHangup } from "./hangup.ts";
import { readOwnProc } from "./own_proc.ts";

/** The reason for the stop, for people. */
export const TASK_GONE = "the task that started this has ended";

/** Time between checks of the parent, milliseconds. */
const LOOK_EVERY_MS = 500;

/** The position of the session in `/proc/self/stat`, counted after the name of the process. */
const SESSION_AT = 3;

/**
 * Calls back once when the task that started this process is gone. Never calls back in a process without a task, which
 * may outlive its parent, or in a process started to go on by itself: one that ignores SIGHUP, as under `nohup`, or
 * whose session is its own or the task's, as under `setsid`.
 *
 * @returns a function that ends the watch
 */
export function watchTaskParent(onGone: () => void): () => void {
  // `deno task` and `npm run` set this variable.
  if (Deno.env.get("INIT_CWD") === undefined || isMeantToGoOn()) return () => {};
  const parent = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  // The timer must not keep the process running.
  Deno.unrefTimer(timer as unknown as number);
  return () => clearInterval(timer);
}

function isMeantToGoOn(): boolean {
  const stat = readOwnProc("stat");
  // The name of the process is in parentheses, and may hold any character.
  const session = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[SESSION_AT]);
  return ignoresHangup() || session === Deno.pid || session === Deno.ppid;
}
