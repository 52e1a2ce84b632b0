/**
 * The low-pass filter of a sample-rate converter: a sinc under a Kaiser window, cut into phases (Crochiere and Rabiner,
 * "Multirate digital signal processing", 1983; Kaiser, 1974). A ratio of whole numbers L / M, in lowest terms, needs L
 * phases; where that is more than {@linkcode MAX_PHASES}, values between phases are interpolated linearly, which costs
 * less than the window's own error.
 *
 * @module
 */

/** The most phases in the table, at the higher of the two rates. */
const MAX_PHASES = 2048;
/** Zero crossings of the sinc on either side, at the lower of the two rates. */
const ZERO_CROSSINGS = 32;
/** Shape of the window: side lobes about 100 dB down. */
const KAISER_BETA = 10;
/** Cut-off relative to half the lower rate, so that the window's slope ends near it. */
const CUTOFF = 0.94;

/** A table of filters, one for each place between two input samples. */
export class PolyphaseFilter {
  /** Input samples that one output sample needs. */
  readonly taps: number;
  /** Phases between two input samples, L of the ratio. */
  readonly phases: number;
  readonly #rows: number;
  readonly #table: Float64Array;
  readonly #mixed: Float64Array;

  /**
   * @param phases L: output samples for every M input samples
   * @param ratio output rate divided by input rate
   */
  constructor(phases: number, ratio: number) {
    const cutoff = CUTOFF * Math.min(1, ratio);
    const half = Math.ceil(ZERO_CROSSINGS / Math.min(1, ratio));
    this.taps = 2 * half;
    this.phases = phases;
    this.#rows = Math.min(phases, Math.ceil(MAX_PHASES * Math.min(1, ratio)));
    this.#table = new Float64Array((this.#rows + 1) * this.taps);
    this.#mixed = new Float64Array(this.taps);
    for (let row = 0; row <= this.#rows; row++) this.#fillRow(row, row / this.#rows, half, cutoff);
  }

  /**
   * One output sample.
   *
   * @param samples input
   * @param start index of the first of the `taps` samples around the output sample
   * @param phase how far the output sample is past the middle one of them, 0 to `phases` - 1
   */
  apply(samples: Float32Array, start: number, phase: number): number {
    const { taps } = this;
    const table = this.#table;
    let sum = 0;
    if (this.#rows === this.phases) {
      const row = phase * taps;
      for (let k = 0; k < taps; k++) sum += samples[start + k] * table[row + k];
      return sum;
    }
    const at = (phase / this.phases) * this.#rows;
    const row = Math.floor(at);
    const share = at - row;
    const low = row * taps;
    const high = low + taps;
    for (let k = 0; k < taps; k++) {
      sum += samples[start + k] * (table[low + k] + share * (table[high + k] - table[low + k]));
    }
    return sum;
  }

  /** Each row sums to 1, so that a constant passes unchanged. */
  #fillRow(row: number, offset: number, half: number, cutoff: number): void {
    const values = this.#mixed;
    let sum = 0;
    for (let k = 0; k < this.taps; k++) {
      const at = k - (half - 1) - offset;
      const value = sinc(at * cutoff) * kaiser(at / half);
      values[k] = value;
      sum += value;
    }
    for (let k = 0; k < this.taps; k++) this.#table[row * this.taps + k] = values[k] / sum;
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @param x from -1 to 1; 0 beyond */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel0(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel0(KAISER_BETA);
}

/** The modified Bessel function of order 0, by its power series. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
