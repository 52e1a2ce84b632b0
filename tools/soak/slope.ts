/**
 * Whether a figure that was looked at again and again grows.
 *
 * @module
 */

/** A look. */
export interface Sample {
  /** Since the beginning, seconds. */
  readonly atSeconds: number;
  readonly value: number;
}

/** A straight line through samples. */
export interface Slope {
  /** Growth of the value an hour. */
  readonly perHour: number;
  /** It is less than that much more in 19 of 20 cases, and more than that much less in as many. */
  readonly marginPerHour: number;
}

/** Quantiles of Student's distribution at 95 %, by degrees of freedom from 1; from 30 on that of the normal one. */
const QUANTILES = [
  6.31,
  2.92,
  2.35,
  2.13,
  2.02,
  1.94,
  1.89,
  1.86,
  1.83,
  1.81,
  1.8,
  1.78,
  1.77,
  1.76,
  1.75,
  1.75,
  1.74,
  1.73,
  1.73,
  1.72,
  1.72,
  1.72,
  1.71,
  1.71,
  1.71,
  1.71,
  1.7,
  1.7,
  1.7,
];
const NORMAL = 1.65;

/** The middle value of each stretch of time: what is left of a figure that goes up and down all the time. */
export function middles(samples: readonly Sample[], stretchSeconds: number): Sample[] {
  const stretches = Map.groupBy(samples, ({ atSeconds }) => Math.floor(atSeconds / stretchSeconds));
  return [...stretches].map(([stretch, looks]) => ({
    atSeconds: (stretch + 0.5) * stretchSeconds,
    value: median(looks.map(({ value }) => value)),
  }));
}

/**
 * The line of least squares.
 *
 * @throws {RangeError} for fewer than 3 samples
 */
export function slopeOf(samples: readonly Sample[]): Slope {
  const count = samples.length;
  if (count < 3) throw new RangeError(`Cannot find the slope of ${count} samples: wanted at least 3`);
  const meanAt = samples.reduce((sum, { atSeconds }) => sum + atSeconds, 0) / count;
  const meanValue = samples.reduce((sum, { value }) => sum + value, 0) / count;
  let spread = 0;
  let common = 0;
  for (const { atSeconds, value } of samples) {
    spread += (atSeconds - meanAt) ** 2;
    common += (atSeconds - meanAt) * (value - meanValue);
  }
  const perSecond = common / spread;
  const rest = samples.reduce(
    (sum, { atSeconds, value }) => sum + (value - meanValue - perSecond * (atSeconds - meanAt)) ** 2,
    0,
  );
  const error = Math.sqrt(rest / (count - 2) / spread);
  return { perHour: perSecond * 3_600, marginPerHour: error * (QUANTILES[count - 3] ?? NORMAL) * 3_600 };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
