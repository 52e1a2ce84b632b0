/**
 * The kernels in plain TypeScript: the reference for the others, and what `SLUICE_KERNELS=off` chooses. Where the others
 * compute in 32-bit floats, each operation is rounded here by itself.
 *
 * @module
 */
import type { Engine, PolyphaseTable } from "./engine.ts";

const { fround } = Math;
/** Partial sums of an inner product; `crates/kernels/src/polyphase.rs` has the same. */
const PARTIAL_SUMS = 16;

export class PlainEngine implements Engine {
  readonly name = "plain";
  readonly #sums = new Float32Array(PARTIAL_SUMS);

  float32(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(length);
  }

  polyphase(source: Float32Array, start: number, target: Float32Array, table: PolyphaseTable, phase: number): void {
    const { coefficients, taps, rows, up, down } = table;
    const rest = down % up;
    const whole = (down - rest) / up;
    let at = start;
    for (let i = 0; i < target.length; i++) {
      if (rows === up) target[i] = this.#dot(source, at, coefficients, phase * taps, taps);
      else {
        const row = Math.floor((phase * rows) / up);
        const share = fround(((phase * rows) % up) / up);
        const low = this.#dot(source, at, coefficients, row * taps, taps);
        const high = this.#dot(source, at, coefficients, (row + 1) * taps, taps);
        target[i] = low + fround(share * fround(high - low));
      }
      at += whole;
      phase += rest;
      if (phase >= up) {
        phase -= up;
        at++;
      }
    }
  }

  #dot(samples: Float32Array, at: number, coefficients: Float32Array, row: number, taps: number): number {
    const sums = this.#sums.fill(0);
    for (let k = 0; k < taps; k++) sums[k % PARTIAL_SUMS] += fround(samples[at + k] * coefficients[row + k]);
    for (let half = PARTIAL_SUMS / 2; half >= 1; half /= 2) {
      for (let j = 0; j < half; j++) sums[j] += sums[j + half];
    }
    return sums[0];
  }
}
