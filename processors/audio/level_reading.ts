/**
 * The readings of a level meter.
 *
 * @module
 */

/** Levels over a period of audio. Decibels are relative to full scale; silence reads -200. */
export interface LevelReading {
  /** When the period begins: media time, nanoseconds. */
  readonly ptsNs: number;
  /** Its length, nanoseconds. */
  readonly durationNs: number;
  /** The greatest absolute sample of each channel. */
  readonly peakDb: readonly number[];
  /** The root of the mean square of each channel; a sine at full scale reads -3.01. */
  readonly rmsDb: readonly number[];
  /** The greatest absolute sample of each channel since the stream began. */
  readonly peakHoldDb: readonly number[];
}

/** Collects samples and gives readings. Allocates only when a reading is taken. */
export class LevelCounter {
  readonly #peak: Float64Array;
  readonly #hold: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  /** @param channels to measure, each by itself */
  constructor(channels: number) {
    this.#peak = new Float64Array(channels);
    this.#hold = new Float64Array(channels);
    this.#squares = new Float64Array(channels);
  }

  /** Number of channels. */
  get channels(): number {
    return this.#peak.length;
  }

  /** Samples per channel since the last reading. */
  get count(): number {
    return this.#count;
  }

  /** Adds one channel's samples. Leaves out samples that are not numbers. */
  add(channel: number, samples: Float32Array): void {
    let peak = this.#peak[channel];
    let squares = this.#squares[channel];
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i];
      const size = Math.abs(sample);
      if (size > peak) peak = size;
      if (sample === sample) squares += sample * sample;
    }
    this.#peak[channel] = peak;
    this.#squares[channel] = squares;
    if (peak > this.#hold[channel]) this.#hold[channel] = peak;
  }

  /** Counts samples that were added on every channel. */
  advance(count: number): void {
    this.#count += count;
  }

  /**
   * Makes a reading and starts the next period.
   *
   * @param ptsNs when the period began
   * @param durationNs its length
   * @param toDecibels from an amplitude
   */
  take(ptsNs: number, durationNs: number, toDecibels: (amplitude: number) => number): LevelReading {
    const count = Math.max(1, this.#count);
    const reading = {
      ptsNs,
      durationNs,
      peakDb: Array.from(this.#peak, toDecibels),
      rmsDb: Array.from(this.#squares, (sum) => toDecibels(Math.sqrt(sum / count))),
      peakHoldDb: Array.from(this.#hold, toDecibels),
    };
    this.#peak.fill(0);
    this.#squares.fill(0);
    this.#count = 0;
    return reading;
  }
}
