/**
 * The low-pass filter of a sample-rate converter: a sinc under a Kaiser window, cut into phases (Crochiere and Rabiner,
 * "Multirate digital signal processing", 1983; Kaiser, 1974). A ratio of whole numbers L / M, in lowest terms, needs L
 * phases; where that is more than {@linkcode MAX_PHASES}, values between phases are interpolated linearly, which costs
 * less than the window's own error.
 *
 * @module
 */

import type { PolyphaseTable } from "../../kernels/engine.ts";
import { kernels } from "../../kernels/kernels.ts";

/** The most phases in the table, at the higher of the two rates. */
const MAX_PHASES = 2048;
/** The length of either side is a multiple of this, as the kernel wants it. */
const HALF_STEP = 8;

/** What a low-pass filter is like. */
export interface FilterShape {
  /** The fewest zero crossings of the sinc on either side, at the lower of the two rates. */
  readonly zeroCrossings: number;
  /** Shape of the window: with 10, side lobes are about 100 dB down. */
  readonly kaiserBeta: number;
  /** Cut-off relative to half the lower rate, so that the window's slope ends near it. */
  readonly cutoff: number;
}

const CONVERTER: FilterShape = { zeroCrossings: 32, kaiserBeta: 10, cutoff: 0.94 };

/**
 * Makes the filters for a ratio of whole numbers.
 *
 * @param up L: output samples for every `down` input samples
 * @param down M
 */
export function makePolyphaseTable(up: number, down: number, shape: FilterShape = CONVERTER): PolyphaseTable {
  const ratio = Math.min(1, up / down);
  const half = Math.ceil(shape.zeroCrossings / ratio / HALF_STEP) * HALF_STEP;
  const taps = 2 * half;
  const rows = Math.min(up, Math.ceil(MAX_PHASES * ratio));
  const coefficients = kernels.float32((rows + 1) * taps);
  // The filter of a place behind the middle, read backwards, is that of as far before the end.
  for (let row = 0; 2 * row <= rows; row++) {
    const filter = makeFilter(row / rows, half, shape.cutoff * ratio, shape.kaiserBeta);
    coefficients.set(filter, row * taps);
    coefficients.set(filter.reverse(), (rows - row) * taps);
  }
  return { coefficients, taps, rows, up, down };
}

/** One filter, whose coefficients add up to 1, so that a constant passes unchanged. */
function makeFilter(offset: number, half: number, cutoff: number, beta: number): Float64Array {
  const values = new Float64Array(2 * half);
  let sum = 0;
  for (let k = 0; k < values.length; k++) {
    const at = k - (half - 1) - offset;
    values[k] = sinc(at * cutoff) * kaiser(at / half, beta);
    sum += values[k];
  }
  for (let k = 0; k < values.length; k++) values[k] /= sum;
  return values;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The window, times a constant that a filter is divided by again. @param x from -1 to 1; 0 beyond */
function kaiser(x: number, beta: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel0(beta * Math.sqrt(1 - x * x));
}

/** The modified Bessel function of order 0, by its power series. */
function bessel0(x: number): number {
  const quarter = (x * x) / 4;
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
