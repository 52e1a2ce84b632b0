/**
 * The kernels of the native library. Arrays go there as they are, whether they lie in a frame or in memory of
 * JavaScript: such an argument costs about 15 ns, and keeps the array in place during the call.
 *
 * @module
 */
import type { KernelSymbols } from "../ffi/symbols.ts";
import {
  type ArrayKind,
  type DelayLines,
  type Engine,
  PCM_NUMBERS,
  type PcmFormat,
  type PolyphaseTable,
  type RgbPicture,
  type TransformPlan,
  type YuvPicture,
} from "./engine.ts";

/** The library's functions. They take views of any buffer, shared ones too. */
type KernelCalls = Readonly<Record<keyof KernelSymbols, (...values: (number | ArrayBufferView)[]) => number>>;

/** What instructions the native kernels use. */
export type NativeLevel = (typeof LEVELS)[number];

/** Bytes. An array that is longer stays where it is. */
const CACHE_LINE = 64;

const NO_BYTES = new Uint8Array(0);
/** From the number 1 on. */
const LEVELS = ["baseline", "avx2", "avx512"] as const;

export class NativeEngine implements Engine {
  readonly name = "native";
  readonly #calls: KernelCalls;

  /** @param symbols of the library */
  constructor(symbols: KernelSymbols) {
    this.#calls = symbols as unknown as KernelCalls;
  }

  /**
   * Puts other instructions in force in the whole process, for tests and measurements.
   *
   * @returns what is in force now: the highest that the processor has where it lacks this one
   */
  use(level: NativeLevel): NativeLevel {
    return LEVELS[this.#calls.slu_kernel_level(LEVELS.indexOf(level) + 1) - 1];
  }

  /** At the beginning of a line of the cache: rows of a table that are such lines are then read in one piece. */
  allocate<A extends ArrayBufferView>(kind: ArrayKind<A>, length: number): A {
    const room = new Uint8Array(length * kind.BYTES_PER_ELEMENT + CACHE_LINE);
    const beyond = Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(room)) % BigInt(CACHE_LINE));
    return new kind(room.buffer, beyond === 0 ? 0 : CACHE_LINE - beyond, length);
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

  scale(samples: Float32Array, from: number, step: number): void {
    this.#calls.slu_kernel_scale(samples, samples.length, from, step);
  }

  mix(
    target: Float32Array,
    targetStart: number,
    source: Float32Array,
    sourceStart: number,
    count: number,
    factor: number,
  ): void {
    this.#calls.slu_kernel_mix(target, targetStart, source, sourceStart, count, factor);
  }

  measure(samples: Float32Array, levels: Float64Array): void {
    this.#calls.slu_kernel_measure(samples, samples.length, levels);
  }

  dot(a: Float32Array, b: Float32Array): number {
    return this.#calls.slu_kernel_dot(a, b, a.length);
  }

  window(samples: Float32Array, weights: Float64Array, target: Float64Array): void {
    this.#calls.slu_kernel_window(samples, weights, target, target.length);
  }

  transform({ weights, factors, work }: TransformPlan, samples: Float64Array, bins: Float64Array): void {
    this.#calls.slu_kernel_transform(
      samples,
      samples.length,
      weights,
      weights.length,
      factors,
      factors.length,
      work,
      work.length,
      bins,
      bins.length,
    );
  }

  decibels(numbers: Float64Array, offsetDb: number, floorDb: number, target: Float32Array): void {
    this.#calls.slu_kernel_decibels(numbers, offsetDb, floorDb, target, target.length);
  }

  biquads(samples: Float32Array, coefficients: Float64Array, state: Float64Array): void {
    this.#calls.slu_kernel_biquads(samples, samples.length, coefficients, state, state.length / 2);
  }

  widen(target: Float64Array, source: Float32Array, factor: number): void {
    this.#calls.slu_kernel_widen(target, source, source.length, factor);
  }

  mend(samples: Float64Array, count: number): void {
    this.#calls.slu_kernel_mend(samples, count);
  }

  combs(
    { records, lines }: DelayLines,
    input: Float64Array,
    output: Float64Array,
    count: number,
    gain: number,
    feedback: number,
    damping: number,
  ): void {
    this.#calls.slu_kernel_combs(
      records,
      records.length,
      lines,
      lines.length,
      input,
      output,
      count,
      gain,
      feedback,
      damping,
    );
  }

  allpasses({ records, lines }: DelayLines, samples: Float64Array, count: number, gain: number): void {
    this.#calls.slu_kernel_allpasses(records, records.length, lines, lines.length, samples, count, gain);
  }

  blend(
    samples: Float32Array,
    others: Float64Array,
    ownFrom: number,
    ownStep: number,
    othersFrom: number,
    othersStep: number,
  ): void {
    this.#calls.slu_kernel_blend(samples, others, samples.length, ownFrom, ownStep, othersFrom, othersStep);
  }

  toYuv(from: RgbPicture, to: YuvPicture): void {
    this.#pictures(this.#calls.slu_kernel_to_yuv, from, to);
  }

  toRgb(from: YuvPicture, to: RgbPicture): void {
    this.#pictures(this.#calls.slu_kernel_to_rgb, to, from);
  }

  #pictures(
    call: KernelCalls["slu_kernel_to_yuv"],
    { bytes, stride, width, height, order }: RgbPicture,
    { luma, u, v = NO_BYTES, lumaStride, chromaStride, matrix }: YuvPicture,
  ): void {
    call(
      bytes,
      bytes.length,
      luma,
      luma.length,
      u,
      u.length,
      v,
      v.length,
      width,
      height,
      stride,
      lumaStride,
      chromaStride,
      order === "bgra" ? 1 : 0,
      matrix === "bt709" ? 1 : 0,
    );
  }

  decode(format: PcmFormat, source: Uint8Array, channels: number, channel: number, target: Float32Array): void {
    this.#calls.slu_kernel_decode(PCM_NUMBERS[format], source, source.length, channels, channel, target, target.length);
  }

  encode(
    format: PcmFormat,
    source: Float32Array,
    target: Uint8Array,
    channels: number,
    channel: number,
    counts: Uint32Array,
  ): void {
    const number = PCM_NUMBERS[format];
    this.#calls.slu_kernel_encode(number, source, source.length, target, target.length, channels, channel, counts);
  }
}
