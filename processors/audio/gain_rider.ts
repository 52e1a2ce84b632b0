/**
 * What nodes that set the gain of audio by its level have in common: one gain for all channels, sample by sample.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";

/** How much of a step a smoother has left after so many milliseconds is 1/e. */
export function smoothing(timeMs: number, sampleRateHz: number): number {
  return timeMs <= 0 ? 0 : Math.exp(-1000 / (timeMs * sampleRateHz));
}

/** Holds the greatest absolute sample of all channels at each moment of a block. Grows with the longest block. */
export class LinkedPeaks {
  #peaks = new Float32Array(0);

  /** The peaks of a block, valid until the next one. Samples that are not finite count as silence. */
  measure(frame: AudioFrame): Float32Array {
    const count = frame.sampleCount;
    if (this.#peaks.length < count) this.#peaks = new Float32Array(count);
    const peaks = this.#peaks.subarray(0, count).fill(0);
    for (let channel = 0; channel < frame.channels; channel++) {
      const samples = frame.channel(channel);
      for (let i = 0; i < count; i++) {
        const level = Math.abs(samples[i]);
        if (level > peaks[i] && level < Infinity) peaks[i] = level;
      }
    }
    return peaks;
  }
}

/** Multiplies all channels of a block by the same gains. */
export function applyGains(frame: AudioFrame, gains: Float32Array): void {
  for (let channel = 0; channel < frame.channels; channel++) {
    const samples = frame.channel(channel);
    for (let i = 0; i < samples.length; i++) samples[i] *= gains[i];
  }
}
