/**
 * The readings of a level meter.
 *
 * @module
 */

import { kernels } from "../../kernels/kernels.ts";

/** Levels over a period of audio. Decibels are relative to full scale; silence reads -200, infinity 771. */
export interface LevelReading {
  /** When the period begins: media time, nanoseconds. */
  readonly ptsNs: number;
  /** Its length, nanoseconds. */
  readonly durationNs: number;
  /** The greatest absolute sample of each channel. */
  readonly peakDb: readonly number[];
  /** The root of the mean square of each channel; a sine at full scale reads -3.01. */
  readonly rmsDb: readonly number[];
  /** The greatest absolute sample of each channel since the stream began, without periods in which one was infinite. */
  readonly peakHoldDb: readonly number[];
}

/** All that changes in a {@linkcode LevelCounter}. */
export interface LevelState {
  readonly levels: readonly Float64Array[];
  readonly hold: Float64Array;
  readonly count: number;
}

/** Collects samples and gives readings. Allocates only when a reading is taken. */
export class LevelCounter {
  /** Peak and sum of squares of each channel. */
  readonly #levels: Float64Array[];
  readonly #hold: Float64Array;
  #count = 0;

  /** @param channels to measure, each by itself */
  constructor(channels: number) {
    this.#levels = Array.from({ length: channels }, () => kernels.float64(2));
    this.#hold = new Float64Array(channels);
  }

  /** One that goes on from a state. */
  static restored({ levels, hold, count }: LevelState): LevelCounter {
    const counter = new LevelCounter(levels.length);
    for (const [channel, values] of levels.entries()) counter.#levels[channel].set(values);
    counter.#hold.set(hold);
    counter.#count = count;
    return counter;
  }

  /** What another one goes on from: its own arrays. */
  snapshot(): LevelState {
    return { levels: this.#levels, hold: this.#hold, count: this.#count };
  }

  /** Number of channels. */
  get channels(): number {
    return this.#levels.length;
  }

  /** Samples per channel since the last reading. */
  get count(): number {
    return this.#count;
  }

  /** Adds one channel's samples. Leaves out samples that are not numbers. */
  add(channel: number, samples: Float32Array): void {
    const levels = this.#levels[channel];
    kernels.measure(samples, levels);
    if (levels[0] > this.#hold[channel] && levels[0] < Infinity) this.#hold[channel] = levels[0];
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
      peakDb: this.#levels.map(([peak]) => toDecibels(peak)),
      rmsDb: this.#levels.map(([, squares]) => toDecibels(Math.sqrt(squares / count))),
      peakHoldDb: Array.from(this.#hold, toDecibels),
    };
    for (const levels of this.#levels) levels.fill(0);
    this.#count = 0;
    return reading;
  }
}
