/**
 * Converts between nanoseconds and the ticks of a media clock, rounding to the nearest. Errors do not add up over time.
 *
 * Converts whole seconds and the remainder separately, so that every intermediate value is an exact integer. Nothing
 * here allocates or blocks.
 *
 * @module
 */

/** Highest rate of a media clock, hertz. */
export const MAX_CLOCK_RATE_HZ = 1_000_000;

const SECOND_NS = 1e9;

/**
 * Converts nanoseconds to ticks.
 *
 * @param timeNs a whole number of nanoseconds, also below 0
 * @param clockRateHz ticks a second, a whole number from 1 to 1,000,000
 * @returns the nearest tick; halves are rounded up
 * @throws {RangeError} for a rate out of range, and for a time that is not finite
 */
export function nsToTicks(timeNs: number, clockRateHz: number): number {
  assertClockRate(clockRateHz);
  assertFinite(timeNs);
  const rest = remainder(timeNs, SECOND_NS);
  return ((timeNs - rest) / SECOND_NS) * clockRateHz + Math.round((rest * clockRateHz) / SECOND_NS);
}

/**
 * Converts ticks to nanoseconds. Converting the result back gives the same tick.
 *
 * @param ticks a whole number of ticks, also below 0
 * @param clockRateHz ticks a second, a whole number from 1 to 1,000,000
 * @returns the nearest nanosecond; halves are rounded up
 * @throws {RangeError} for a rate out of range, and for a number of ticks that is not finite
 */
export function ticksToNs(ticks: number, clockRateHz: number): number {
  assertClockRate(clockRateHz);
  assertFinite(ticks);
  const rest = remainder(ticks, clockRateHz);
  return ((ticks - rest) / clockRateHz) * SECOND_NS + Math.round((rest * SECOND_NS) / clockRateHz);
}

/** @throws {RangeError} if a media clock cannot have this rate */
export function assertClockRate(clockRateHz: number): void {
  if (Number.isInteger(clockRateHz) && clockRateHz >= 1 && clockRateHz <= MAX_CLOCK_RATE_HZ) return;
  throw new RangeError(
    `Cannot use ${clockRateHz} Hz as a media clock: wanted a whole number from 1 to ${MAX_CLOCK_RATE_HZ}`,
  );
}

function assertFinite(value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`Cannot convert the time ${value}: wanted a finite number`);
}

/** Returns the exact remainder, 0 or more. */
function remainder(value: number, by: number): number {
  const rest = value % by;
  return rest < 0 ? rest + by : rest;
}
