/**
 * The engine runs the loops of {@linkcode Kernels}. There are two, which give the same bits: the native library and its
 * WebAssembly twin. Tests compare both with plain TypeScript, in `fixtures/plain_engine.ts`.
 *
 * Arguments have been checked: every index lies in its array, and what is written overlaps nothing that is read.
 *
 * @module
 */

/**
 * The name of an engine: `native` has the widest vectors of the processor, `wasm` those of WebAssembly.
 */
export type EngineName = "native" | "wasm";

/** A format of interleaved samples, little-endian: unsigned or signed integers, or floats, with so many bits. */
export type PcmFormat = "u8" | "s16" | "s24" | "s32" | "f32" | "f64";

/** Bytes of a sample of each format; the order is that of `crates/kernels/src/pcm.rs`. */
export const PCM_BYTES: Readonly<Record<PcmFormat, number>> = { u8: 1, s16: 2, s24: 3, s32: 4, f32: 4, f64: 8 };

/** The number of each format over the C interface. */
export const PCM_NUMBERS: Readonly<Record<PcmFormat, number>> = { u8: 0, s16: 1, s24: 2, s32: 3, f32: 4, f64: 5 };

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

/** The delay lines of combs or all-passes, with the state of each. {@linkcode Kernels.delayLines} makes them. */
export interface DelayLines {
  /** For each line its length, its place, and the last value of a comb's low-pass. */
  readonly records: Float64Array;
  /** The lines, one after the other. */
  readonly lines: Float64Array;
}

/** The tables of a Fourier transform of one size. {@linkcode Kernels.transformPlan} makes it. */
export interface TransformPlan {
  /** Samples of a transform. */
  readonly size: number;
  /** A factor of each sample. */
  readonly weights: Float64Array;
  /** Factors of the passes (`transform_plan.ts`). */
  readonly factors: Float64Array;
  /** The scratch memory of a transform. */
  readonly work: Float64Array;
}

/** Pixels of red, green, blue and opacity, a byte each, in this order or with blue first. */
export interface RgbPicture {
  /** The order of the bytes of a pixel. */
  readonly order: "rgba" | "bgra";
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** The rows. */
  readonly bytes: Uint8Array;
  /** Bytes from row to row. */
  readonly stride: number;
}

/** Luma, and chroma of half the width and height, rounded up, in the limited range of video. */
export interface YuvPicture {
  /** The matrix of the colours: ITU-R BT.601 or BT.709. */
  readonly matrix: "bt601" | "bt709";
  /** A byte for each pixel. */
  readonly luma: Uint8Array;
  /** Bytes from row to row of luma. */
  readonly lumaStride: number;
  /** U and V in turn (NV12), or U alone (I420). */
  readonly u: Uint8Array;
  /** V, in I420. */
  readonly v?: Uint8Array;
  /** Bytes from row to row of U, and of V. */
  readonly chromaStride: number;
}

/** See {@linkcode Kernels} for what each method does. */
export interface Engine {
  readonly name: EngineName;
  /** An array of zeros, from `make`, that the engine reaches without a copy if it can. */
  allocate<A extends ArrayBufferView>(kind: ArrayKind<A>, length: number): A;
  polyphase(source: Float32Array, start: number, target: Float32Array, table: PolyphaseTable, phase: number): void;
  /** Factors go from `from + step` on; with step 0 each is `from`. */
  scale(samples: Float32Array, from: number, step: number): void;
  mix(
    target: Float32Array,
    targetStart: number,
    source: Float32Array,
    sourceStart: number,
    count: number,
    factor: number,
  ): void;
  measure(samples: Float32Array, levels: Float64Array): void;
  dot(a: Float32Array, b: Float32Array): number;
  window(samples: Float32Array, weights: Float64Array, target: Float64Array): void;
  transform(plan: TransformPlan, samples: Float64Array, bins: Float64Array): void;
  decibels(numbers: Float64Array, offsetDb: number, floorDb: number, target: Float32Array): void;
  biquads(samples: Float32Array, coefficients: Float64Array, state: Float64Array): void;
  widen(target: Float64Array, source: Float32Array, factor: number): void;
  mend(samples: Float64Array, count: number): void;
  combs(
    delays: DelayLines,
    input: Float64Array,
    output: Float64Array,
    count: number,
    gain: number,
    feedback: number,
    damping: number,
  ): void;
  allpasses(delays: DelayLines, samples: Float64Array, count: number, gain: number): void;
  /** Factors as in {@linkcode scale}, without the exception for step 0. */
  blend(
    samples: Float32Array,
    others: Float64Array,
    ownFrom: number,
    ownStep: number,
    othersFrom: number,
    othersStep: number,
  ): void;
  toYuv(from: RgbPicture, to: YuvPicture): void;
  toRgb(from: YuvPicture, to: RgbPicture): void;
  decode(format: PcmFormat, source: Uint8Array, channels: number, channel: number, target: Float32Array): void;
  encode(
    format: PcmFormat,
    source: Float32Array,
    target: Uint8Array,
    channels: number,
    channel: number,
    counts: Uint32Array,
  ): void;
}

/** A class of typed arrays. */
export interface ArrayKind<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A;
}
