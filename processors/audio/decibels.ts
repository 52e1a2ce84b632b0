/**
 * Between decibels and amplitude: 20 dB are a factor of ten.
 *
 * @module
 */

/** What silence reads as, in decibels: quieter than the smallest step of 24-bit audio. */
export const SILENCE_DB = -200;

/** The factor that a change in decibels means. */
export function decibelsToFactor(db: number): number {
  return 10 ** (db / 20);
}

/** A factor in decibels; {@linkcode SILENCE_DB} for anything quieter than that, zero included. */
export function factorToDecibels(factor: number): number {
  return factor > 1e-10 ? 20 * Math.log10(factor) : SILENCE_DB;
}
