/**
 * The kernels in WebAssembly, for portable mode. `deno task build:kernels` makes `wasm.gen.ts` from `crates/kernels`.
 *
 * @module
 */
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
import { WASM_BASE64 } from "./wasm.gen.ts";
import { WasmMemory } from "./wasm_memory.ts";

/** What the module exports. */
type KernelCalls = Readonly<Record<`slu_kernel_${string}`, (...values: number[]) => number>> & {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly __heap_base: { readonly value: number };
};

export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly #calls: KernelCalls;
  readonly #memory: WasmMemory;

  constructor() {
    const module = new WebAssembly.Module(Uint8Array.fromBase64(WASM_BASE64));
    this.#calls = new WebAssembly.Instance(module).exports as unknown as KernelCalls;
    this.#memory = new WasmMemory(this.#calls.memory.buffer, this.#calls.__heap_base.value);
  }

  allocate<A extends ArrayBufferView>(kind: ArrayKind<A>, length: number): A {
    return this.#memory.allocate(kind, length);
  }

  polyphase(source: Float32Array, start: number, target: Float32Array, table: PolyphaseTable, phase: number): void {
    const { coefficients, taps, rows, up, down } = table;
    const needed = Math.floor((phase + (target.length - 1) * down) / up) + taps;
    const memory = this.#memory.begin();
    this.#calls.slu_kernel_polyphase(
      memory.read(0, source.subarray(start, start + needed)),
      needed,
      0,
      memory.write(1, target),
      target.length,
      memory.read(2, coefficients),
      coefficients.length,
      taps,
      rows,
      up,
      down,
      phase,
    );
    memory.finish(1, target);
  }

  scale(samples: Float32Array, from: number, step: number): void {
    const memory = this.#memory.begin();
    this.#calls.slu_kernel_scale(memory.read(0, samples), samples.length, from, step);
    memory.finish(0, samples);
  }

  mix(
    target: Float32Array,
    targetStart: number,
    source: Float32Array,
    sourceStart: number,
    count: number,
    factor: number,
  ): void {
    const memory = this.#memory.begin();
    const part = target.subarray(targetStart, targetStart + count);
    const added = memory.read(1, source.subarray(sourceStart, sourceStart + count));
    this.#calls.slu_kernel_mix(memory.read(0, part), 0, added, 0, count, factor);
    memory.finish(0, part);
  }

  measure(samples: Float32Array, levels: Float64Array): void {
    const memory = this.#memory.begin();
    this.#calls.slu_kernel_measure(memory.read(0, samples), samples.length, memory.read(1, levels));
    memory.finish(1, levels);
  }

  dot(a: Float32Array, b: Float32Array): number {
    const memory = this.#memory.begin();
    return this.#calls.slu_kernel_dot(memory.read(0, a), memory.read(1, b), a.length);
  }

  window(samples: Float32Array, weights: Float64Array, target: Float64Array): void {
    const memory = this.#memory.begin();
    const output = memory.write(2, target);
    this.#calls.slu_kernel_window(memory.read(0, samples), memory.read(1, weights), output, target.length);
    memory.finish(2, target);
  }

  transform({ weights, factors, work }: TransformPlan, samples: Float64Array, bins: Float64Array): void {
    const memory = this.#memory.begin();
    this.#calls.slu_kernel_transform(
      memory.read(0, samples),
      samples.length,
      memory.read(1, weights),
      weights.length,
      memory.read(2, factors),
      factors.length,
      memory.write(3, work),
      work.length,
      memory.write(4, bins),
      bins.length,
    );
    memory.finish(4, bins);
  }

  decibels(numbers: Float64Array, offsetDb: number, floorDb: number, target: Float32Array): void {
    const memory = this.#memory.begin();
    const from = memory.read(0, numbers);
    this.#calls.slu_kernel_decibels(from, offsetDb, floorDb, memory.write(1, target), target.length);
    memory.finish(1, target);
  }

  biquads(samples: Float32Array, coefficients: Float64Array, state: Float64Array): void {
    const memory = this.#memory.begin();
    const sections = state.length / 2;
    const [input, factors] = [memory.read(0, samples), memory.read(1, coefficients)];
    this.#calls.slu_kernel_biquads(input, samples.length, factors, memory.read(2, state), sections);
    memory.finish(0, samples);
    memory.finish(2, state);
  }

  widen(target: Float64Array, source: Float32Array, factor: number): void {
    const memory = this.#memory.begin();
    this.#calls.slu_kernel_widen(memory.read(0, target), memory.read(1, source), source.length, factor);
    memory.finish(0, target);
  }

  mend(samples: Float64Array, count: number): void {
    const memory = this.#memory.begin();
    this.#calls.slu_kernel_mend(memory.read(0, samples), count);
    memory.finish(0, samples);
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
    const memory = this.#memory.begin();
    this.#calls.slu_kernel_combs(
      memory.read(0, records),
      records.length,
      memory.read(1, lines),
      lines.length,
      memory.read(2, input),
      memory.read(3, output),
      count,
      gain,
      feedback,
      damping,
    );
    memory.finish(0, records);
    memory.finish(1, lines);
    memory.finish(3, output);
  }

  allpasses({ records, lines }: DelayLines, samples: Float64Array, count: number, gain: number): void {
    const memory = this.#memory.begin();
    const [states, delays] = [memory.read(0, records), memory.read(1, lines)];
    this.#calls.slu_kernel_allpasses(
      states,
      records.length,
      delays,
      lines.length,
      memory.read(2, samples),
      count,
      gain,
    );
    memory.finish(0, records);
    memory.finish(1, lines);
    memory.finish(2, samples);
  }

  blend(
    samples: Float32Array,
    others: Float64Array,
    ownFrom: number,
    ownStep: number,
    othersFrom: number,
    othersStep: number,
  ): void {
    const memory = this.#memory.begin();
    const [own, theirs] = [memory.read(0, samples), memory.read(1, others)];
    this.#calls.slu_kernel_blend(own, theirs, samples.length, ownFrom, ownStep, othersFrom, othersStep);
    memory.finish(0, samples);
  }

  toYuv(from: RgbPicture, to: YuvPicture): void {
    this.#pictures("slu_kernel_to_yuv", from, to);
    const memory = this.#memory;
    memory.finish(1, to.luma);
    memory.finish(2, to.u);
    if (to.v !== undefined) memory.finish(3, to.v);
  }

  toRgb(from: YuvPicture, to: RgbPicture): void {
    this.#pictures("slu_kernel_to_rgb", to, from);
    this.#memory.finish(0, to.bytes);
  }

  /** Copies what is written in too, for the bytes between the rows. */
  #pictures(
    call: "slu_kernel_to_yuv" | "slu_kernel_to_rgb",
    { bytes, stride, width, height, order }: RgbPicture,
    { luma, u, v, lumaStride, chromaStride, matrix }: YuvPicture,
  ): void {
    const memory = this.#memory.begin();
    this.#calls[call](
      memory.read(0, bytes),
      bytes.length,
      memory.read(1, luma),
      luma.length,
      memory.read(2, u),
      u.length,
      v === undefined ? 0 : memory.read(3, v),
      v?.length ?? 0,
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
    const memory = this.#memory.begin();
    const [bytes, samples] = [memory.read(0, source), memory.write(1, target)];
    const number = PCM_NUMBERS[format];
    this.#calls.slu_kernel_decode(number, bytes, source.length, channels, channel, samples, target.length);
    memory.finish(1, target);
  }

  encode(
    format: PcmFormat,
    source: Float32Array,
    target: Uint8Array,
    channels: number,
    channel: number,
    counts: Uint32Array,
  ): void {
    const memory = this.#memory.begin();
    const [samples, bytes] = [memory.read(0, source), memory.read(1, target)];
    this.#calls.slu_kernel_encode(
      PCM_NUMBERS[format],
      samples,
      source.length,
      bytes,
      target.length,
      channels,
      channel,
      memory.read(2, counts),
    );
    memory.finish(1, target);
    memory.finish(2, counts);
  }
}
