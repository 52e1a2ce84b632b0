/**
 * A gain that is low enough for a peak before the peak comes.
 *
 * The gain that each sample needs goes through a minimum over the samples ahead, then through the release, which only
 * lets it rise slowly, then through a mean over the same number of samples, which makes its fall a ramp. Every value of
 * that mean is a minimum with the sample in it, so their mean is low enough for it.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { smoothing } from "./gain_rider.ts";

/** All that changes in a {@linkcode LookaheadGain}. */
export interface LookaheadState {
  readonly delay: number;
  readonly held: readonly Float32Array[];
  readonly ring: Float64Array;
  readonly leastAt: Float64Array;
  readonly released: Float64Array;
  /** First and count of the ring, sum, gain, position, and how many gains have come in. */
  readonly numbers: readonly [number, number, number, number, number, number];
}

/** Limits one stream. Allocates nothing after it was made. */
export class LookaheadGain {
  readonly channels: number;
  /** By how many samples what comes out is behind. */
  readonly delay: number;
  readonly #sampleRateHz: number;
  /** The last samples of each channel, in a ring. */
  readonly #held: Float32Array[];
  /** Gains that rise, and the sample of each: what can still be a minimum. A ring. */
  readonly #leastGains: Float64Array;
  readonly #leastAt: Float64Array;
  #first = 0;
  #count = 0;
  /** The last gains after the release, in a ring, and what is missing to 1 in them together. */
  readonly #released: Float64Array;
  #sum = 0;
  #gain = 1;
  #position = 0;
  /** How many gains have come in. */
  #pushed = 0;

  /** @param delay samples to look ahead, at least 1 */
  constructor(channels: number, sampleRateHz: number, delay: number) {
    this.channels = channels;
    this.delay = delay;
    this.#sampleRateHz = sampleRateHz;
    this.#held = Array.from({ length: channels }, () => new Float32Array(delay));
    this.#leastGains = new Float64Array(delay + 1);
    this.#leastAt = new Float64Array(delay + 1);
    this.#released = new Float64Array(delay + 1).fill(1);
  }

  /** One that goes on from a state. */
  static restored(
    { held, ring, leastAt, released, numbers, delay }: LookaheadState,
    sampleRateHz: number,
  ): LookaheadGain {
    const gain = new LookaheadGain(held.length, sampleRateHz, delay);
    for (const [channel, samples] of held.entries()) gain.#held[channel].set(samples);
    gain.#leastGains.set(ring);
    gain.#leastAt.set(leastAt);
    gain.#released.set(released);
    [gain.#first, gain.#count, gain.#sum, gain.#gain, gain.#position, gain.#pushed] = numbers;
    return gain;
  }

  /** What another one goes on from: its own arrays. */
  snapshot(): LookaheadState {
    return {
      delay: this.delay,
      held: this.#held,
      ring: this.#leastGains,
      leastAt: this.#leastAt,
      released: this.#released,
      numbers: [this.#first, this.#count, this.#sum, this.#gain, this.#position, this.#pushed],
    };
  }

  /**
   * Puts limited samples in the place of those of a block, `delay` later. What is not finite is silence.
   *
   * @param peaks the greatest absolute sample of all channels
   * @param ceiling the most that comes out
   * @returns the least gain
   */
  render(frame: AudioFrame, peaks: Float32Array, ceiling: number, releaseMs: number): number {
    const rest = smoothing(releaseMs, this.#sampleRateHz);
    let least = 1;
    for (let i = 0; i < peaks.length; i++) {
      const gain = this.#next(peaks[i] > ceiling ? ceiling / peaks[i] : 1, rest);
      if (gain < least) least = gain;
      peaks[i] = gain;
    }
    for (let channel = 0; channel < this.channels; channel++) {
      this.#delayed(frame.channel(channel), this.#held[channel], peaks, ceiling);
    }
    this.#position += peaks.length;
    return least;
  }

  /** The gain of the sample `delay` before the one whose needed gain comes in. */
  #next(needed: number, rest: number): number {
    const size = this.delay + 1;
    const at = this.#pushed++;
    // What needs no lower gain than the new sample and comes before it is no minimum from now on.
    while (this.#count > 0 && this.#leastGains[(this.#first + this.#count - 1) % size] >= needed) this.#count--;
    if (this.#count > 0 && this.#leastAt[this.#first] < at - this.delay) {
      this.#first = (this.#first + 1) % size;
      this.#count--;
    }
    const end = (this.#first + this.#count++) % size;
    this.#leastGains[end] = needed;
    this.#leastAt[end] = at;
    const minimum = this.#leastGains[this.#first];
    this.#gain = Math.min(minimum, 1 + (this.#gain - 1) * rest);
    const place = at % size;
    this.#sum += this.#released[place] - this.#gain;
    this.#released[place] = this.#gain;
    // Sums of differences drift: where all are 1, nothing is missing.
    if (this.#gain === 1 && this.#sum < 1e-9) this.#sum = 0;
    return 1 - this.#sum / size;
  }

  #delayed(samples: Float32Array, held: Float32Array, gains: Float32Array, ceiling: number): void {
    let at = this.#position % this.delay;
    for (let i = 0; i < samples.length; i++) {
      const limited = held[at] * gains[i];
      held[at] = Number.isFinite(samples[i]) ? samples[i] : 0;
      at = at + 1 === this.delay ? 0 : at + 1;
      samples[i] = limited > ceiling ? ceiling : limited < -ceiling ? -ceiling : limited;
    }
  }
}
