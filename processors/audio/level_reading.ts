/**
 * What a level meter says.
 *
 * @module
 */

/** Levels over a stretch of audio. Decibels are relative to full scale; silence reads -200. */
export interface LevelReading {
  /** When the stretch begins: media time, nanoseconds. */
  readonly ptsNs: number;
  /** How long it is, nanoseconds. */
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

  /** @param channels that are measured, each for itself */
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

  /** Adds one channel's samples. Samples that are not numbers are left out. */
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

  /** Says that so many samples were added on every channel. */
  advance(count: number): void {
    this.#count += count;
  }

  /**
   * Takes a reading and starts the next stretch.
   *
   * @param ptsNs when the stretch began
   * @param durationNs how long it is
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
