/**
 * SIGHUP, which ends what was started from a terminal when that is closed, and which what `nohup` has started ignores.
 * About a second after the start, and with the first signal that a program listens to, Deno (2.9) listens to SIGHUP as
 * well, and ends the program at it: so what the process was started with is to be asked for early.
 *
 * @module
 */
import { readOwnProc } from "./own_proc.ts";

/** The bit of SIGHUP in the masks of signals that Linux shows. */
const HANGUP = 1n;

/** As it was when it was asked first. */
let ignored: boolean | undefined;

/** Whether this process was started to ignore SIGHUP, as far as the system tells. To be asked before it listens to any signal. */
export function ignoresHangup(): boolean {
  return ignored ??= readIgnored();
}

/**
 * Has a process that ignores SIGHUP go on to do so. To be called before it listens to any signal.
 *
 * @returns ends that
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
