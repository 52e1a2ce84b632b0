/**
 * The kernels of the native library. Arrays go there as they are, whether they lie in a frame or in memory of
 * JavaScript: such an argument costs about 15 ns, and keeps the array in place during the call.
 *
 * @module
 */
import type { NativeSymbols } from "../../ffi/symbols.ts";
import type { Engine, PolyphaseTable } from "./engine.ts";

/** The kernels among the library's functions. They take views of any buffer, shared ones too. */
type KernelCalls = {
  readonly [Name in keyof NativeSymbols as Name extends `slu_kernel_${string}` ? Name : never]: (
    ...values: (number | ArrayBufferView)[]
  ) => number;
};

/** What instructions the native kernels use. */
export type NativeLevel = "baseline" | "avx2";

const LEVELS = { baseline: 1, avx2: 2 } as const;

export class NativeEngine implements Engine {
  readonly name = "native";
  readonly #calls: KernelCalls;

  /** @param symbols of the library */
  constructor(symbols: NativeSymbols) {
    this.#calls = symbols as unknown as KernelCalls;
  }

  /**
   * Puts other instructions in force in the whole process, for tests and measurements.
   *
   * @returns what is in force now: `baseline` where the processor lacks AVX2
   */
  use(level: NativeLevel): NativeLevel {
    return this.#calls.slu_kernel_level(LEVELS[level]) === LEVELS.avx2 ? "avx2" : "baseline";
  }

  float32(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(length);
  }

  polyphase(source: Float32Array, start: number, target: Float32Array, table: PolyphaseTable, phase: number): void {
    const { coefficients, taps, rows, up, down } = table;
    this.#calls.slu_kernel_polyphase(
      source,
      source.length,
      start,
      target,
      target.length,
      coefficients,
      coefficients.length,
      taps,
      rows,
      up,
      down,
      phase,
    );
  }
}
