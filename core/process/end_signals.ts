/**
 * The signals that ask a program for an orderly end, with the exit codes that follow them.
 *
 * @module
 */
import { ignoresHangup } from "./hangup.ts";

/** Exit codes after an orderly end, by signal. */
export const END_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that asks for an orderly end. */
export type EndSignal = keyof typeof END_CODES;

/**
 * Returns the signals that this process is to listen to: without SIGHUP if it was started to ignore that signal. Call
 * on the main thread, before the process listens to any signal.
 */
export function endSignals(): readonly EndSignal[] {
  // On Windows no other signal can be listened to.
  if (Deno.build.os === "windows") return ["SIGINT"];
  return ignoresHangup() ? ["SIGINT", "SIGTERM"] : ["SIGHUP", "SIGINT", "SIGTERM"];
}
