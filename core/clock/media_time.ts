/**
 * Rational times, value over timescale, as in Core Media's `CMTime` and the tracks of ISO base media files. The
 * conversions are exact up to one rounding. They use BigInt, which allocates: call them at the edges of a graph, not
 * for every frame.
 *
 * @module
 */

/** A time of `value / timescale` seconds. */
export interface MediaTime {
  /** Units since the start: a signed 64-bit integer. */
  readonly value: bigint;
  /** Units a second: 1 to 2³¹ - 1, as `CMTimeScale`. */
  readonly timescale: number;
}

const SECOND_NS = 1_000_000_000n;
const MAX_TIMESCALE = 0x7fff_ffff;
const MAX_VALUE = 0x7fff_ffff_ffff_ffffn;

/**
 * Converts a rational time to nanoseconds.
 *
 * @returns the nearest nanosecond; halves are rounded away from 0, as `CMTimeConvertScale` does by default
 * @throws {RangeError} if the timescale or the value is out of range, or the result is beyond ±104 days, where a number
 * can no longer hold every nanosecond
 */
export function mediaTimeToNs(time: MediaTime): number {
  assertTimescale(time.timescale);
  assertValue(time.value);
  const timeNs = divide(time.value * SECOND_NS, BigInt(time.timescale));
  const number = Number(timeNs);
  if (!Number.isSafeInteger(number)) {
    throw new RangeError(
      `Cannot give ${time.value}/${time.timescale} s in nanoseconds: wanted at most 104 days from 0`,
    );
  }
  return number;
}

/**
 * Converts nanoseconds to a rational time.
 *
 * @param timeNs a whole number of nanoseconds
 * @param timescale units a second, 1 to 2³¹ - 1: 600 suits most frame rates, 1,000,000,000 keeps every nanosecond
 * @returns the nearest unit; halves are rounded away from 0
 * @throws {RangeError} if an argument is out of range
 */
export function nsToMediaTime(timeNs: number, timescale: number): MediaTime {
  assertTimescale(timescale);
  if (!Number.isSafeInteger(timeNs)) {
    throw new RangeError(`Cannot give ${timeNs} ns as a media time: wanted a whole number below 2^53`);
  }
  return { value: divide(BigInt(timeNs) * BigInt(timescale), SECOND_NS), timescale };
}

/** Divides, rounding halves away from 0. */
function divide(dividend: bigint, divisor: bigint): bigint {
  const half = dividend < 0n ? -divisor : divisor;
  return (dividend * 2n + half) / (divisor * 2n);
}

function assertTimescale(timescale: number): void {
  if (Number.isInteger(timescale) && timescale >= 1 && timescale <= MAX_TIMESCALE) return;
  throw new RangeError(`Cannot use ${timescale} as a timescale: wanted a whole number from 1 to ${MAX_TIMESCALE}`);
}

function assertValue(value: bigint): void {
  if (value >= -MAX_VALUE - 1n && value <= MAX_VALUE) return;
  throw new RangeError(`Cannot use ${value} as the value of a media time: wanted a signed 64-bit integer`);
}
