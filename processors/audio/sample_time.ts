/**
 * Between numbers of samples and nanoseconds, exactly: a product of samples and 10^9 leaves the integers of a double
 * after three minutes at 48 kHz, so whole seconds are split off first.
 *
 * @module
 */

const NS_PER_SECOND = 1_000_000_000;

/**
 * The time that a number of samples takes.
 *
 * @param samples a whole number, which may be negative
 * @param sampleRateHz samples a second
 * @returns nanoseconds, rounded to the nearest
 */
export function samplesToNs(samples: number, sampleRateHz: number): number {
  const seconds = Math.floor(samples / sampleRateHz);
  const rest = samples - seconds * sampleRateHz;
  return seconds * NS_PER_SECOND + Math.round((rest * NS_PER_SECOND) / sampleRateHz);
}

/**
 * The number of samples in a time.
 *
 * @param timeNs nanoseconds, which may be negative
 * @param sampleRateHz samples a second
 * @returns samples, rounded to the nearest
 */
export function nsToSamples(timeNs: number, sampleRateHz: number): number {
  const seconds = Math.floor(timeNs / NS_PER_SECOND);
  const restNs = timeNs - seconds * NS_PER_SECOND;
  return seconds * sampleRateHz + Math.round((restNs * sampleRateHz) / NS_PER_SECOND);
}
