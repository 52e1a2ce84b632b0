/**
 * A wave that keeps its phase: blocks join without a step, even if frequency or amplitude change between them.
 *
 * @module
 */

/** The shapes of a wave. */
export type Waveform = "sine" | "square" | "saw" | "triangle";

/** Fills blocks one after the other. */
export class Oscillator {
  /** Where in the wave the next sample is, in cycles: [0, 1). */
  #phase = 0;
  #amplitude: number;

  /** @param amplitude peak with which the first block starts */
  constructor(amplitude = 1) {
    this.#amplitude = amplitude;
  }

  /** Phase and amplitude, which another one goes on from. */
  get state(): [number, number] {
    return [this.#phase, this.#amplitude];
  }

  set state([phase, amplitude]: [number, number]) {
    this.#phase = phase;
    this.#amplitude = amplitude;
  }

  /**
   * Writes the next samples.
   *
   * @param target receives them
   * @param waveform starts at 0 going up; a square wave starts at its upper half
   * @param cyclesPerSample frequency divided by sample rate
   * @param amplitude the peak at the end of this block, which changes linearly from that of the last block
   */
  fill(target: Float32Array, waveform: Waveform, cyclesPerSample: number, amplitude: number): void {
    const count = target.length;
    const start = this.#phase;
    const slope = (amplitude - this.#amplitude) / count;
    for (let i = 0; i < count; i++) {
      const turns = start + i * cyclesPerSample;
      const level = this.#amplitude + slope * i;
      target[i] = level * waveAt(waveform, turns - Math.floor(turns));
    }
    const end = start + count * cyclesPerSample;
    this.#phase = end - Math.floor(end);
    this.#amplitude = amplitude;
  }
}

/** @param phase in cycles, [0, 1) */
function waveAt(waveform: Waveform, phase: number): number {
  switch (waveform) {
    case "sine":
      return Math.sin(2 * Math.PI * phase);
    case "square":
      return phase < 0.5 ? 1 : -1;
    case "saw":
      return phase < 0.5 ? 2 * phase : 2 * phase - 2;
    case "triangle":
      return phase < 0.25 ? 4 * phase : phase < 0.75 ? 2 - 4 * phase : 4 * phase - 4;
  }
}
