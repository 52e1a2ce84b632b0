/**
 * Peaks of the wave between samples, as a converter makes it: four values for each sample (ITU-R BS.1770-4, annex 2), by
 * a filter of 32 taps each, which lets more through below half the rate than that of the standard. Sound comes out by {@linkcode PEAKS_DELAY} samples later, for the filter needs
 * as many ahead. Allocates only when a block is longer than every one before it.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { kernels } from "../../kernels/kernels.ts";
import { PlaneQueue } from "./plane_queue.ts";
import { makePolyphaseTable } from "./polyphase_filter.ts";

/** Values for each sample. */
const OVERSAMPLING = 4;

const FILTER = makePolyphaseTable(OVERSAMPLING, 1, { zeroCrossings: 16, kaiserBeta: 9, cutoff: 1 });

/** By how many samples the peaks of a block are behind it. */
export const PEAKS_DELAY = FILTER.taps / 2;

/** Finds the peaks of one stream. */
export class TruePeaks {
  readonly #queue: PlaneQueue;
  readonly #levels = kernels.float64(2);
  #between = kernels.float32(0);
  #peaks = new Float32Array(0);

  /** @param queued samples of each channel, from {@linkcode queued}: by default silence */
  constructor(channels: number, queued?: readonly Float32Array[]) {
    if (queued === undefined) {
      this.#queue = new PlaneQueue(channels);
      this.#queue.pushSilence(FILTER.taps - 1);
    } else this.#queue = PlaneQueue.of(queued);
  }

  /** The samples that the next peaks need. The views are valid until the next block. */
  get queued(): readonly Float32Array[] {
    return this.#queue.queued;
  }

  /** The greatest absolute value, of a block and between its samples. Those that are not finite count as silence. */
  greatest(frame: AudioFrame): number {
    this.#queue.push(frame);
    this.#queue.mend(frame.sampleCount);
    return this.#greatest(frame.sampleCount);
  }

  /** As {@linkcode greatest}, of what the stream ends with. */
  greatestAtEnd(): number {
    this.#queue.pushSilence(PEAKS_DELAY);
    return this.#greatest(PEAKS_DELAY);
  }

  /**
   * Delays the samples of a block, and gives the greatest absolute value of all channels from each of them on to the
   * next. Samples that are not finite become silence.
   */
  delay(frame: AudioFrame): Float32Array {
    const { sampleCount: count, channels } = frame;
    this.#queue.push(frame);
    this.#queue.mend(count);
    if (this.#peaks.length < count) this.#peaks = new Float32Array(count);
    const peaks = this.#peaks.subarray(0, count).fill(0);
    const middle = this.#queue.start + PEAKS_DELAY - 1;
    for (let channel = 0; channel < channels; channel++) {
      const between = this.#render(channel, count);
      const samples = frame.channel(channel);
      samples.set(this.#queue.plane(channel).subarray(middle, middle + count));
      for (let i = 0; i < count; i++) {
        let most = Math.max(Math.abs(samples[i]), peaks[i]);
        for (let k = OVERSAMPLING * i; k < OVERSAMPLING * (i + 1); k++) most = Math.max(most, Math.abs(between[k]));
        peaks[i] = most;
      }
    }
    this.#queue.drop(count);
    return peaks;
  }

  #greatest(count: number): number {
    this.#levels.fill(0);
    const middle = this.#queue.start + PEAKS_DELAY - 1;
    for (let channel = 0; channel < this.#queue.channels; channel++) {
      kernels.measure(this.#render(channel, count), this.#levels);
      kernels.measure(this.#queue.plane(channel).subarray(middle, middle + count), this.#levels);
    }
    this.#queue.drop(count);
    return this.#levels[0];
  }

  #render(channel: number, count: number): Float32Array {
    const length = OVERSAMPLING * count;
    if (this.#between.length < length) this.#between = kernels.float32(length);
    const between = this.#between.subarray(0, length);
    kernels.polyphase(this.#queue.plane(channel), this.#queue.start, between, FILTER, 0);
    return between;
  }
}
