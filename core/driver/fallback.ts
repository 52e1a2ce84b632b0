/**
 * Tells people that they got portable mode where they would have had the native library.
 *
 * @module
 */
import { logger } from "../log.ts";

let isTold = false;

/** Warns of portable mode with `note`, once in a program; `undefined`: there is nothing to tell. */
export function warnOfFallback(note: string | undefined): void {
  if (note === undefined || isTold) return;
  isTold = true;
  logger("runtime").warn(note);
}
