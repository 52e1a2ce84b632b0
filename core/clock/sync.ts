/**
 * Measures how far apart two streams are. Times are nanoseconds, as in frames; results for people are milliseconds.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";

/** Default tolerance within which two times count as equal, milliseconds: one picture at 60 Hz. */
export const SYNC_TOLERANCE_MS = 16.6;

/**
 * Returns how much later in the media a picture is than the sound heard with it.
 *
 * @param video the picture, or its presentation time in nanoseconds
 * @param audio the sound, or its presentation time in nanoseconds
 * @returns milliseconds: above 0 if the picture is ahead of the sound, below 0 if it lags
 * @throws {TypeError} for a value that is neither a frame nor a finite number
 */
export function videoAudioDeltaMs(
  video: number | { readonly ptsNs: number },
  audio: number | { readonly ptsNs: number },
): number {
  return (readNs(video) - readNs(audio)) / 1e6;
}

/**
 * True if two times are equal within a tolerance.
 *
 * @param a a frame, or a time in nanoseconds
 * @param b the other frame or time
 * @param toleranceMs the largest difference, inclusive, milliseconds
 * @throws {TypeError} for a value that is neither a frame nor a finite number
 * @throws {RangeError} if the tolerance is below 0 or not a number
 */
export function areSynchronized(
  a: number | { readonly ptsNs: number },
  b: number | { readonly ptsNs: number },
  toleranceMs: number = SYNC_TOLERANCE_MS,
): boolean {
  if (!(toleranceMs >= 0)) {
    throw new RangeError(`Cannot compare times: the tolerance is ${toleranceMs} ms, wanted 0 or more`);
  }
  // In whole nanoseconds, because 16.6 has no exact binary form.
  return Math.abs(readNs(a) - readNs(b)) <= Math.round(toleranceMs * 1e6);
}

function readNs(time: number | { readonly ptsNs: number }): number {
  const timeNs = typeof time === "object" && time !== null ? time.ptsNs : time;
  if (typeof timeNs === "number" && Number.isFinite(timeNs)) return timeNs;
  throw new TypeError(`Cannot compare times: ${describeValue(time)} is neither a frame nor a time in nanoseconds`);
}
