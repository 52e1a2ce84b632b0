/**
 * How far apart two streams are. Times are nanoseconds, as frames carry them; what people read is milliseconds.
 *
 * @module
 */

/** Within this many milliseconds two times count as the same by default: one picture at 60 Hz. */
export const SYNC_TOLERANCE_MS = 16.6;

/**
 * How much later in the media a picture stands than the sound that is heard with it.
 *
 * @param videoPtsNs presentation time of the picture, nanoseconds
 * @param audioPtsNs presentation time of the sound, nanoseconds
 * @returns milliseconds: above 0 if the picture is ahead of the sound, below 0 if it lags
 */
export function videoAudioDeltaMs(videoPtsNs: number, audioPtsNs: number): number {
  return (videoPtsNs - audioPtsNs) / 1e6;
}

/**
 * Whether two times are equal within a tolerance.
 *
 * @param aNs one time, nanoseconds
 * @param bNs the other, nanoseconds
 * @param toleranceMs how far apart they may be, milliseconds, itself included
 * @throws {RangeError} if the tolerance is below 0 or not a number
 */
export function areSynchronized(aNs: number, bNs: number, toleranceMs: number = SYNC_TOLERANCE_MS): boolean {
  if (!(toleranceMs >= 0)) {
    throw new RangeError(`Cannot compare times: the tolerance is ${toleranceMs} ms, wanted 0 or more`);
  }
  // In whole nanoseconds, because 16.6 has no exact binary form.
  return Math.abs(aNs - bNs) <= Math.round(toleranceMs * 1e6);
}
