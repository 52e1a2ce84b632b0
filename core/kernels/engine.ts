/**
 * What runs the loops of {@linkcode Kernels}. There are three engines, which give the same bits: the native library,
 * its WebAssembly twin, and plain TypeScript, which is the reference that the other two are tested against.
 *
 * Arguments have been checked: every index lies in its array, and what is written overlaps nothing that is read.
 *
 * @module
 */

/**
 * Which engine it is: `native` has the widest vectors of the processor, `wasm` those of WebAssembly, `plain` none.
 */
export type EngineName = "native" | "wasm" | "plain";

/** The filters of a sample-rate converter, one for each place between two input samples. */
export interface PolyphaseTable {
  /**
   * `rows + 1` filters of `taps` coefficients each: filter `k` is for an output sample that lies `k / rows` of an input
   * sample behind the middle of its input.
   */
  readonly coefficients: Float32Array;
  /** Coefficients of a filter: a multiple of 16. */
  readonly taps: number;
  /** Filters for each input sample: `up`, or fewer, in which case the results of two of them are mixed. */
  readonly rows: number;
  /** Output samples for every `down` input samples. */
  readonly up: number;
  /** Input samples for every `up` output samples. */
  readonly down: number;
}

/** See {@linkcode Kernels} for what each method does. */
export interface Engine {
  readonly name: EngineName;
  float32(length: number): Float32Array<ArrayBuffer>;
  polyphase(source: Float32Array, start: number, target: Float32Array, table: PolyphaseTable, phase: number): void;
}
