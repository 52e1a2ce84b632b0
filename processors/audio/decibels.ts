/**
 * Converts between decibels and amplitude: 20 dB are a factor of ten.
 *
 * @module
 */

/** The decibels of silence: quieter than the smallest step of 24-bit audio. */
export const SILENCE_DB = -200;

/** The decibels of what has no end: louder than any number of 32 bits. */
export const LOUDEST_DB = 771;

/** The factor of a change in decibels. */
export function decibelsToFactor(db: number): number {
  return 10 ** (db / 20);
}

/** A factor in decibels; at least {@linkcode SILENCE_DB}, also for zero, and at most {@linkcode LOUDEST_DB}. */
export function factorToDecibels(factor: number): number {
  return factor > 1e-10 ? Math.min(20 * Math.log10(factor), LOUDEST_DB) : SILENCE_DB;
}
