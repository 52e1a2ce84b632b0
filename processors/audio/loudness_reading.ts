/**
 * The readings of a loudness meter.
 *
 * @module
 */

/** Loudness up to the end of a period. Silence reads -200. */
export interface LoudnessReading {
  /** When the period begins: media time, nanoseconds. */
  readonly ptsNs: number;
  /** Its length, nanoseconds. */
  readonly durationNs: number;
  /** Loudness of the last 400 ms, LUFS. */
  readonly momentaryLufs: number;
  /** Loudness of the last 3 s, LUFS. */
  readonly shortTermLufs: number;
  /** Loudness since the stream began, without what is quiet beside the rest, LUFS; -70 until something counts. */
  readonly integratedLufs: number;
  /** How far loud and quiet passages are apart, LU. */
  readonly rangeLu: number;
  /** The greatest absolute value since the stream began, between samples too, decibels of full scale. */
  readonly truePeakDb: number;
}
