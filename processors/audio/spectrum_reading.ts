/**
 * The readings of a spectrum analyser, and their arithmetic. The transform is that of fft.js.
 *
 * @module
 */
import FFT from "fft.js";
import { factorToDecibels } from "./decibels.ts";
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

/** Turns samples into spectra of one size. Only the readings themselves are allocated. */
export class SpectrumAnalyzer {
  readonly #fft: FFT;
  readonly #window: Float64Array;
  readonly #scale: number;
  readonly #samples: Float64Array;
  readonly #bins: Float64Array;

  /**
   * @param size samples of a stretch, a power of two from 2
   * @param window by which they are weighted
   * @throws {RangeError} if the size is not a power of two
   */
  constructor(size: number, window: WindowName) {
    if (!(size >= 2 && Number.isInteger(Math.log2(size)))) {
      throw new RangeError(`Cannot analyse ${size} samples: wanted a power of two`);
    }
    this.#fft = new FFT(size);
    this.#window = makeWindow(window, size);
    this.#scale = 2 / this.#window.reduce((sum, weight) => sum + weight, 0);
    this.#samples = new Float64Array(size);
    this.#bins = new Float64Array(2 * size);
  }

  /** The samples to analyze, which {@linkcode analyze} weights in place. */
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
    const samples = this.#samples;
    const bins = this.#bins;
    const size = samples.length;
    for (let i = 0; i < size; i++) samples[i] *= this.#window[i];
    this.#fft.realTransform(bins, samples);
    const last = size / 2;
    const magnitudesDb = new Float32Array(last + 1);
    let peakBin = 0;
    let peak = -1;
    for (let k = 0; k <= last; k++) {
      const oneSided = k === 0 || k === last ? 0.5 : 1;
      const magnitude = Math.sqrt(bins[2 * k] ** 2 + bins[2 * k + 1] ** 2) * this.#scale * oneSided;
      magnitudesDb[k] = factorToDecibels(magnitude);
      if (magnitude > peak) [peak, peakBin] = [magnitude, k];
    }
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
