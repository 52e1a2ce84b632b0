/**
 * Warns users who get portable mode in place of the native library.
 *
 * @module
 */
import { logger } from "../log.ts";

let isTold = false;

/** Warns of portable mode with `note`, once in a program; does nothing if `note` is `undefined`. */
export function warnOfFallback(note: string | undefined): void {
  if (note === undefined || isTold) return;
  isTold = true;
  logger("runtime").warn(note);
}
