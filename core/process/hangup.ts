/**
 * SIGHUP ends the processes of a terminal when it is closed; processes started by `nohup` ignore it. About a second
 * after the start, and with the first signal that a program listens to, Deno (2.9) listens to SIGHUP as well, and ends
 * the program at it: so read the initial setting early.
 *
 * @module
 */
import { readOwnProc } from "./own_proc.ts";

/** The bit of SIGHUP in the masks of signals on Linux. */
const HANGUP = 1n;

/** The setting at the first call. */
let ignored: boolean | undefined;

/**
 * True if this process was started to ignore SIGHUP, as far as the system reports it. Call before the process listens
 * to any signal.
 */
export function ignoresHangup(): boolean {
  return ignored ??= readIgnored();
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

function readIgnored(): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readOwnProc("status"))?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) & HANGUP) !== 0n;
}
