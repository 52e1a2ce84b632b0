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
  /** By how much that may be off: half the interval that holds it in 99 of 100 cases. */
  readonly marginPerHour: number;
}

/** Quantiles of Student's distribution at 99.5 %, by degrees of freedom from 1; from 30 on that of the normal one. */
const QUANTILES = [
  63.7,
  9.92,
  5.84,
  4.6,
  4.03,
  3.71,
  3.5,
  3.36,
  3.25,
  3.17,
  3.11,
  3.05,
  3.01,
  2.98,
  2.95,
  2.92,
  2.9,
  2.88,
  2.86,
  2.85,
  2.83,
  2.82,
  2.81,
  2.8,
  2.79,
  2.78,
  2.77,
  2.76,
  2.76,
];
const NORMAL = 2.58;

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

/**
 * Whether something grows by less than a limit: `less` and `more` where that is as good as certain, `unsure` where the
 * limit lies within the margin of the slope.
 */
export function judgeSlope({ perHour, marginPerHour }: Slope, limit: number): "less" | "more" | "unsure" {
  if (perHour + marginPerHour < limit) return "less";
  return perHour - marginPerHour >= limit ? "more" : "unsure";
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
