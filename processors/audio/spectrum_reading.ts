/**
 * The readings of a spectrum analyser, and their arithmetic.
 *
 * @module
 */
import type { TransformPlan } from "../../kernels/engine.ts";
import { kernels } from "../../kernels/kernels.ts";
import { SILENCE_DB } from "./decibels.ts";
import { makeWindow, type WindowName } from "./window.ts";

/** The spectrum of one window of audio. */
export interface SpectrumReading {
  /** When the window begins: media time, nanoseconds. */
  readonly ptsNs: number;
  /** Its length, nanoseconds. */
  readonly durationNs: number;
  /** Distance between bins, in hertz: bin k stands for k × `binHz`. */
  readonly binHz: number;
  /** Decibels of full scale of each bin, from 0 Hz to half the sample rate: size / 2 + 1 values. */
  readonly magnitudesDb: Float32Array;
  /** The bin with the greatest magnitude. */
  readonly peakBin: number;
  /** Its magnitude, in decibels of full scale. */
  readonly peakDb: number;
  /** The frequency of the peak, from a parabola through its bin and its two neighbours, in hertz. */
  readonly peakHz: number;
}

/** A factor of 2 in decibels: 0 Hz and half the sample rate have no negative counterpart. */
const HALF_DB = 20 * Math.log10(2);

/** Turns samples into spectra of one size. Only the readings themselves are allocated. */
export class SpectrumAnalyzer {
  readonly #plan: TransformPlan;
  readonly #samples: Float64Array;
  readonly #bins: Float64Array;
  /** What makes the decibels of a sine at full scale 0, of which half the energy is at negative frequencies. */
  readonly #offsetDb: number;

  /**
   * @param size samples of a stretch, a power of two from 2
   * @param window by which they are weighted
   * @throws {RangeError} if the size is not a power of two
   */
  constructor(size: number, window: WindowName) {
    if (!(size >= 2 && Number.isInteger(Math.log2(size)))) {
      throw new RangeError(`Cannot analyse ${size} samples: wanted a power of two`);
    }
    const weights = makeWindow(window, size);
    this.#plan = kernels.transformPlan(size, weights);
    this.#samples = kernels.float64(size);
    this.#bins = kernels.float64(size + 2);
    this.#offsetDb = 20 * Math.log10(2 / weights.reduce((sum, weight) => sum + weight, 0));
  }

  /** The samples to analyze. */
  get samples(): Float64Array {
    return this.#samples;
  }

  /**
   * Makes a reading: a sine at full scale whose frequency is that of a bin reads 0 dB there.
   *
   * @param ptsNs when the stretch begins
   * @param durationNs how long it is
   * @param sampleRateHz of the samples
   */
  analyze(ptsNs: number, durationNs: number, sampleRateHz: number): SpectrumReading {
    const size = this.#samples.length;
    const magnitudesDb = new Float32Array(size / 2 + 1);
    kernels.transform(this.#plan, this.#samples, this.#bins);
    kernels.decibels(this.#bins, this.#offsetDb, SILENCE_DB, magnitudesDb);
    for (const edge of [0, size / 2]) magnitudesDb[edge] = Math.max(SILENCE_DB, magnitudesDb[edge] - HALF_DB);
    let peakBin = 0;
    for (let k = 1; k < magnitudesDb.length; k++) if (magnitudesDb[k] > magnitudesDb[peakBin]) peakBin = k;
    const binHz = sampleRateHz / size;
    const peakHz = (peakBin + vertex(magnitudesDb, peakBin)) * binHz;
    return { ptsNs, durationNs, binHz, magnitudesDb, peakBin, peakDb: magnitudesDb[peakBin], peakHz };
  }
}

/** Where the parabola through three values has its vertex, from the middle one: [-0.5, 0.5]. */
function vertex(values: Float32Array, middle: number): number {
  if (middle === 0 || middle === values.length - 1) return 0;
  const [left, centre, right] = [values[middle - 1], values[middle], values[middle + 1]];
  const bend = left - 2 * centre + right;
  return bend === 0 ? 0 : (0.5 * (left - right)) / bend;
}
