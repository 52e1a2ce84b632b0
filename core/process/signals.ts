/**
 * The signals that ask a program for an orderly end, who still listens to them, and the end of the task that started the
 * program.
 *
 * SIGHUP ends the processes of a terminal when it is closed; processes started by `nohup` ignore it. About a second
 * after the start, and with the first signal that a program listens to, Deno (2.9) listens to SIGHUP as well, and ends
 * the program at it: so the initial setting is read early.
 *
 * `deno task` passes SIGINT and SIGTERM on, so one Ctrl-C arrives twice. A killed task passes nothing on: its processes
 * have to find out for themselves.
 *
 * @module
 */

/** Exit codes after an orderly end, by signal. */
export const END_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that asks for an orderly end. */
export type EndSignal = keyof typeof END_CODES;

/** Time after the first signal during which another one counts as the same, milliseconds. */
export const SAME_SIGNAL_MS = 1_000;

/** Time limit for hearing signals that arrived while a node held the thread, milliseconds. */
const HEARD_AFTER_MS = 100;

/** The bit of SIGHUP in the masks of signals on Linux. */
const HANGUP = 1n;

/** The reason for a stop after the end of the task, for people. */
export const TASK_GONE = "the task that started this has ended";

/** Time between checks of the parent, milliseconds. */
const LOOK_EVERY_MS = 500;

/** The position of the session in `/proc/self/stat`, counted after the name of the process. */
const SESSION_AT = 3;

/** The setting of SIGHUP at the first call. */
let isIgnored: boolean | undefined;

/**
 * Returns the signals that this process is to listen to: without SIGHUP if it was started to ignore that signal. Call
 * on the main thread, before the process listens to any signal.
 */
export function endSignals(): readonly EndSignal[] {
  // On Windows no other signal can be listened to.
  if (Deno.build.os === "windows") return ["SIGINT"];
  return ignoresHangup() ? ["SIGINT", "SIGTERM"] : ["SIGHUP", "SIGINT", "SIGTERM"];
}

/**
 * True if this process was started to ignore SIGHUP, as far as the system reports it. Call before the process listens
 * to any signal.
 */
export function ignoresHangup(): boolean {
  return isIgnored ??= readIgnored();
}

/**
 * Makes a process that ignores SIGHUP go on to ignore it. Call before the process listens to any signal.
 *
 * @returns a function that ends this
 */
export function keepIgnoringHangup(): () => void {
  if (!ignoresHangup()) return () => {};
  const ignore = () => {};
  Deno.addSignalListener("SIGHUP", ignore);
  return () => Deno.removeSignalListener("SIGHUP", ignore);
}

/**
 * Calls back once later signals count as new ones. Signals that arrive while a node holds the thread are heard when the
 * thread is free again, and count as the first one. Does not keep the program running.
 */
export function onceAnotherSignal(action: () => void): void {
  afterMs(SAME_SIGNAL_MS, () => afterMs(HEARD_AFTER_MS, action));
}

/** Calls back later. Does not keep the program running. */
export function afterMs(ms: number, action: () => void): void {
  Deno.unrefTimer(setTimeout(action, ms) as unknown as number);
}

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

function readIgnored(): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readOwnProc("status"))?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) & HANGUP) !== 0n;
}

/** Returns the text of a file of `/proc/self`; empty on other systems, and if it is unreadable. */
function readOwnProc(name: "stat" | "status"): string {
  if (Deno.build.os !== "linux") return "";
  const path = `/proc/self/${name}`;
  if (!isGranted({ name: "read", path })) return "";
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** True if the program has a permission. Never prompts. */
export function isGranted(wanted: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(wanted).state === "granted";
}
