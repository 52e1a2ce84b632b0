/**
 * Loops over samples that run with the vector instructions of the processor, for processors to call on the memory of
 * frames. A processor keeps its control flow in TypeScript and makes one call for each block.
 *
 * The first call in an isolate chooses the engine (`choose_engine.ts`). All engines give the same bits, except the bits
 * of a NaN.
 *
 * Hot path: no method allocates with the native library; in portable mode arrays that {@linkcode Kernels.float32} did
 * not make are copied in and out. None blocks.
 *
 * @module
 */
import {
  assertApart,
  assertDelays,
  assertInterleaved,
  assertKind,
  assertLength,
  assertNumber,
  assertObject,
  assertPictures,
  assertPlan,
  assertRange,
  isCount,
  RECORD,
  refuse,
} from "./checks.ts";
import { kindOf } from "../core/errors/kind_of.ts";
import { chooseEngine } from "./choose_engine.ts";
import type {
  ArrayKind,
  DelayLines,
  Engine,
  EngineName,
  PcmFormat,
  PolyphaseTable,
  RgbPicture,
  TransformPlan,
  YuvPicture,
} from "./engine.ts";
import { factorCount, fillFactors } from "./transform_plan.ts";

/** Partial sums of an inner product, of which the number of taps is a multiple. */
const PARTIAL_SUMS = 16;

/** The largest part of a ratio of rates: the places of all samples that memory holds are exact numbers then. */
const MAX_RATIO = 2 ** 26;

/**
 * The kernels. Every call checks that it stays within its arrays, and that what it writes is not what it reads. What is
 * of another kind than what is wanted, an array of other elements or `undefined` for a factor, is a `TypeError` that
 * names it.
 *
 * @example
 * ```ts
 * import { kernels } from "@sluice/sluice/kernels";
 *
 * const table = { coefficients: kernels.float32(2 * 16).fill(1 / 16), taps: 16, rows: 1, up: 1, down: 1 };
 * const source = new Float32Array(100).fill(0.5);
 * const target = new Float32Array(85);
 * kernels.polyphase(source, 0, target, table, 0); // a moving average of 16 samples
 * if (target[84] !== 0.5) throw new Error("not the average");
 * ```
 */
export class Kernels {
  #engine: Engine | undefined;
  readonly #open: () => Engine;

  /**
   * `kernels` is made already; this is for tests.
   *
   * @param open gives what runs them, at the first call
   * @internal
   */
  constructor(open: () => Engine) {
    this.#open = open;
  }

  /** The engine that runs them here. */
  get engine(): EngineName {
    return this.#chosen().name;
  }

  /**
   * Makes an array of zeros that kernels reach without a copy in portable mode too: for tables and for state that lives
   * longer than a block. In portable mode its buffer is that of all such arrays of the lane, and its memory stays taken
   * while the lane lives: make it once for each node, not for each block.
   *
   * @throws {RangeError} if the length is no whole number from 0
   */
  float32(length: number): Float32Array<ArrayBuffer> {
    return this.#allocate<Float32Array<ArrayBuffer>>(Float32Array, length);
  }

  /** As {@linkcode float32}, of 64-bit floats. */
  float64(length: number): Float64Array<ArrayBuffer> {
    return this.#allocate<Float64Array<ArrayBuffer>>(Float64Array, length);
  }

  /** As {@linkcode float32}, of bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    return this.#allocate<Uint8Array<ArrayBuffer>>(Uint8Array, length);
  }

  /**
   * Filters by one of several filters for each output sample: a sample-rate converter. The first output sample is made
   * of `taps` input samples from `start` on, by the filter of `phase`; each further one lies `down / up` of an input
   * sample later.
   *
   * Sums are of 32-bit floats, in 16 partial sums: against 64-bit sums the error is below 5e-7 of full scale for
   * filters whose coefficients add up to 1.
   *
   * @param source input
   * @param start index of the first input sample
   * @param target gets as many samples as it has
   * @param table of filters
   * @param phase of the first output sample, 0 to `up` - 1
   * @throws {RangeError} if the input or the table ends too early, or a number is out of its range
   */
  polyphase(source: Float32Array, start: number, target: Float32Array, table: PolyphaseTable, phase: number): void {
    assertObject("polyphase", "table", table, "a PolyphaseTable");
    const { coefficients, taps, rows, up, down } = table;
    assertKind("polyphase", "source", Float32Array, source);
    assertKind("polyphase", "target", Float32Array, target);
    assertKind("polyphase", "table.coefficients", Float32Array, coefficients);
    if (target.length === 0) return;
    if (!(isCount(taps) && taps % PARTIAL_SUMS === 0)) refuse("polyphase", `taps is ${taps}`, "a multiple of 16");
    if (!(isCount(rows) && isCount(up) && isCount(down) && rows <= up && up <= MAX_RATIO && down <= MAX_RATIO)) {
      refuse(
        "polyphase",
        `rows, up and down are ${rows}, ${up} and ${down}`,
        `whole numbers from 1 to ${MAX_RATIO}, rows at most up`,
      );
    }
    if (!(Number.isInteger(phase) && phase >= 0 && phase < up)) {
      refuse("polyphase", `phase is ${phase}`, `0 to ${up - 1}`);
    }
    if (coefficients.length < (rows + 1) * taps) {
      refuse("polyphase", `there are ${coefficients.length} coefficients`, `${(rows + 1) * taps}`);
    }
    const needed = Math.floor((phase + (target.length - 1) * down) / up) + taps;
    if (!(Number.isInteger(start) && start >= 0 && start + needed <= source.length)) {
      refuse("polyphase", `the source has ${source.length} samples`, `${needed} from index ${start} on`);
    }
    assertApart("polyphase", target, source);
    assertApart("polyphase", target, coefficients);
    this.#chosen().polyphase(source, start, target, table, phase);
  }

  /**
   * Multiplies by a factor that changes linearly, so that the last sample gets `to` and the next block goes on from
   * there. The products are of 64-bit floats.
   *
   * @param samples to change
   * @param from factor of the sample before the first
   * @param to factor of the last sample; as `from` for one factor
   */
  scale(samples: Float32Array, from: number, to: number): void {
    assertKind("scale", "samples", Float32Array, samples);
    assertNumber("scale", "from", from);
    assertNumber("scale", "to", to);
    if (samples.length > 0) this.#chosen().scale(samples, from, (to - from) / samples.length);
  }

  /**
   * Adds samples, times a factor: sums of 64-bit floats, rounded once.
   *
   * @param target to add to
   * @param targetStart index of its first sample
   * @param source what is added
   * @param sourceStart index of its first sample
   * @param count of samples
   * @param factor of what is added
   * @throws {RangeError} if a range reaches beyond its array, or both overlap
   */
  mix(
    target: Float32Array,
    targetStart: number,
    source: Float32Array,
    sourceStart: number,
    count: number,
    factor: number,
  ): void {
    assertKind("mix", "target", Float32Array, target);
    assertKind("mix", "source", Float32Array, source);
    assertNumber("mix", "factor", factor);
    assertRange("mix", "target", target, targetStart, count);
    assertRange("mix", "source", source, sourceStart, count);
    assertApart("mix", target, source);
    if (count > 0) this.#chosen().mix(target, targetStart, source, sourceStart, count, factor);
  }

  /**
   * Measures samples: raises `levels[0]` to the greatest absolute one, and adds the sum of all squares, of 64-bit floats
   * in 16 partial sums, to `levels[1]`. Leaves out what is no number.
   *
   * @throws {RangeError} if there are fewer than two levels
   */
  measure(samples: Float32Array, levels: Float64Array): void {
    assertKind("measure", "samples", Float32Array, samples);
    assertKind("measure", "levels", Float64Array, levels);
    assertRange("measure", "array of levels", levels, 0, 2);
    assertApart("measure", levels, samples);
    this.#chosen().measure(samples, levels);
  }

  /**
   * The sum of the products of two arrays of one length, of 64-bit floats in 16 partial sums.
   *
   * @throws {RangeError} if `b` has another length
   */
  dot(a: Float32Array, b: Float32Array): number {
    assertKind("dot", "a", Float32Array, a);
    assertKind("dot", "b", Float32Array, b);
    assertLength("dot", "second array", b, a.length);
    return this.#chosen().dot(a, b);
  }

  /**
   * Multiplies samples by the weights of a window.
   *
   * @param samples as many as there are weights
   * @param weights of the window
   * @param target gets the products
   * @throws {RangeError} if the lengths differ, or the target overlaps another
   */
  window(samples: Float32Array, weights: Float64Array, target: Float64Array): void {
    assertKind("window", "samples", Float32Array, samples);
    assertKind("window", "weights", Float64Array, weights);
    assertKind("window", "target", Float64Array, target);
    assertLength("window", "source", samples, target.length);
    assertLength("window", "window", weights, target.length);
    assertApart("window", target, samples);
    assertApart("window", target, weights);
    this.#chosen().window(samples, weights, target);
  }

  /**
   * Makes what {@linkcode transform} takes for one size. It holds the values between two passes: no two threads share it.
   *
   * @param size samples, a power of two from 2 to 2^24
   * @param weights what each sample is multiplied by, such as a window; by default 1
   * @throws {RangeError} if the size is another number, or there are not as many weights
   */
  transformPlan(size: number, weights?: ArrayLike<number>): TransformPlan {
    if (!(isCount(size) && size >= 2 && size <= 2 ** 24 && (size & (size - 1)) === 0)) {
      refuse("transform", `the size is ${size}`, "a power of two from 2 to 16777216");
    }
    if (weights !== undefined) {
      assertObject("transform", "weights", weights, "an array");
      assertLength("transform", "array of weights", weights, size);
    }
    const plan = {
      size,
      weights: this.float64(size),
      factors: this.float64(factorCount(size)),
      work: this.float64(2 * size),
    };
    if (weights === undefined) plan.weights.fill(1);
    else plan.weights.set(weights);
    fillFactors(size, plan.factors);
    return plan;
  }

  /**
   * The discrete Fourier transform of real samples, times their weights, in 64-bit floats: bin k is the sum over all
   * samples of `sample[i] * exp(-2πi · k · i / size)`. The error is some 1e-16 of the sum of all absolute samples.
   *
   * @param plan from {@linkcode transformPlan}
   * @param samples as many as its size
   * @param bins gets real and imaginary part in turn of frequency 0 to half the sample rate: `size + 2` numbers
   * @throws {RangeError} if a length differs, or two arrays overlap
   */
  transform(plan: TransformPlan, samples: Float64Array, bins: Float64Array): void {
    assertKind("transform", "samples", Float64Array, samples);
    assertKind("transform", "bins", Float64Array, bins);
    assertPlan(plan);
    assertLength("transform", "array of samples", samples, plan.size);
    assertLength("transform", "array of bins", bins, plan.size + 2);
    for (const target of [bins, plan.work]) {
      for (const source of [samples, plan.weights, plan.factors]) assertApart("transform", target, source);
    }
    assertApart("transform", bins, plan.work);
    this.#chosen().transform(plan, samples, bins);
  }

  /**
   * Gives the decibels of complex numbers, such as {@linkcode transform} gives: 20 log10 of their size, plus an offset.
   * A NaN becomes the floor.
   *
   * @param numbers real and imaginary parts in turn
   * @param offsetDb is added
   * @param floorDb the least that is given
   * @param target gets half as many
   * @throws {RangeError} if there are fewer numbers, or both overlap
   */
  decibels(numbers: Float64Array, offsetDb: number, floorDb: number, target: Float32Array): void {
    assertKind("decibels", "numbers", Float64Array, numbers);
    assertKind("decibels", "target", Float32Array, target);
    assertNumber("decibels", "offsetDb", offsetDb);
    assertNumber("decibels", "floorDb", floorDb);
    assertRange("decibels", "array of numbers", numbers, 0, 2 * target.length);
    assertApart("decibels", target, numbers);
    if (target.length > 0) this.#chosen().decibels(numbers, offsetDb, floorDb, target);
  }

  /**
   * Filters by second-order sections, one after the other, in direct form II transposed and in 64-bit floats; between
   * two sections samples are rounded to 32 bits.
   *
   * @param samples to change
   * @param coefficients b0, b1, b2, a1 and a2 of each section, divided by a0
   * @param state two numbers for each section, at first 0
   * @throws {RangeError} unless there are five coefficients for every two numbers of state, or if arrays overlap
   */
  biquads(samples: Float32Array, coefficients: Float64Array, state: Float64Array): void {
    assertKind("biquads", "samples", Float32Array, samples);
    assertKind("biquads", "coefficients", Float64Array, coefficients);
    assertKind("biquads", "state", Float64Array, state);
    if (state.length % 2 !== 0) refuse("biquads", `the state has ${state.length} numbers`, "two for each section");
    assertLength("biquads", "array of coefficients", coefficients, (5 * state.length) / 2);
    assertApart("biquads", samples, coefficients);
    assertApart("biquads", samples, state);
    assertApart("biquads", state, coefficients);
    this.#chosen().biquads(samples, coefficients, state);
  }

  /**
   * Adds samples, times a factor, to 64-bit floats.
   *
   * @throws {RangeError} if the target is shorter than the source, or overlaps it
   */
  widen(target: Float64Array, source: Float32Array, factor: number): void {
    assertKind("widen", "target", Float64Array, target);
    assertKind("widen", "source", Float32Array, source);
    assertNumber("widen", "factor", factor);
    assertRange("widen", "target", target, 0, source.length);
    assertApart("widen", target, source);
    this.#chosen().widen(target, source, factor);
  }

  /**
   * Makes 0 of what is no finite number, among the first `count`.
   *
   * @throws {RangeError} if there are not so many
   */
  mend(samples: Float64Array, count: number): void {
    assertKind("mend", "samples", Float64Array, samples);
    assertRange("mend", "array", samples, 0, count);
    this.#chosen().mend(samples, count);
  }

  /**
   * Makes silent delay lines for {@linkcode combs} or {@linkcode allpasses}.
   *
   * @param lengths of the lines, in samples
   * @throws {RangeError} if one is no whole number from 1
   */
  delayLines(lengths: readonly number[]): DelayLines {
    assertObject("delayLines", "lengths", lengths, "a list");
    for (const length of lengths) {
      if (!isCount(length)) refuse("delayLines", `a length is ${length}`, "a whole number from 1");
    }
    const records = this.float64(RECORD * lengths.length);
    lengths.forEach((length, k) => records[RECORD * k] = length);
    return { records, lines: this.float64(lengths.reduce((sum, length) => sum + length, 0)) };
  }

  /**
   * Adds the sum of low-pass combs side by side: each gives what its line has held, and keeps the input with what its
   * low-pass makes of that, times the feedback. Values below 1e-20 become 0.
   *
   * @param delays from {@linkcode delayLines}; not shared with another channel
   * @param input as many samples as `count` or more
   * @param output to add to; as long
   * @param count of samples
   * @param gain of the input
   * @param feedback below 1
   * @param damping 0 to 1: how much of its last value the low-pass keeps
   * @throws {RangeError} if an array is too short, two overlap, or the records do not fit the lines
   */
  combs(
    delays: DelayLines,
    input: Float64Array,
    output: Float64Array,
    count: number,
    gain: number,
    feedback: number,
    damping: number,
  ): void {
    assertKind("combs", "input", Float64Array, input);
    assertKind("combs", "output", Float64Array, output);
    assertNumber("combs", "gain", gain);
    assertNumber("combs", "feedback", feedback);
    assertNumber("combs", "damping", damping);
    assertDelays("combs", delays);
    assertRange("combs", "input", input, 0, count);
    assertRange("combs", "output", output, 0, count);
    assertApart("combs", output, input);
    assertApart("combs", output, delays.lines);
    assertApart("combs", delays.lines, input);
    assertApart("combs", output, delays.records);
    assertApart("combs", delays.records, input);
    this.#chosen().combs(delays, input, output, count, gain, feedback, damping);
  }

  /**
   * Runs all-passes one after the other: each keeps the input with what its line has held, times the gain, and gives the
   * latter without the former, times the gain. Values below 1e-20 become 0.
   *
   * @param delays from {@linkcode delayLines}
   * @param samples to change, the first `count`
   * @param count of samples
   * @param gain below 1
   * @throws {RangeError} if an array is too short, two overlap, or the records do not fit the lines
   */
  allpasses(delays: DelayLines, samples: Float64Array, count: number, gain: number): void {
    assertKind("allpasses", "samples", Float64Array, samples);
    assertNumber("allpasses", "gain", gain);
    assertDelays("allpasses", delays);
    assertRange("allpasses", "array of samples", samples, 0, count);
    assertApart("allpasses", samples, delays.lines);
    assertApart("allpasses", samples, delays.records);
    this.#chosen().allpasses(delays, samples, count, gain);
  }

  /**
   * Blends samples with others of 64 bits. Both factors change linearly, so that the last sample gets `to`.
   *
   * @param samples to change
   * @param others as many or more
   * @param ownFrom factor of the samples before the first
   * @param ownTo factor of the last one
   * @param othersFrom factor of the others before the first
   * @param othersTo factor of the last one
   * @throws {RangeError} if there are fewer others than samples, or both overlap
   */
  blend(
    samples: Float32Array,
    others: Float64Array,
    ownFrom: number,
    ownTo: number,
    othersFrom: number,
    othersTo: number,
  ): void {
    assertKind("blend", "samples", Float32Array, samples);
    assertKind("blend", "others", Float64Array, others);
    assertNumber("blend", "ownFrom", ownFrom);
    assertNumber("blend", "ownTo", ownTo);
    assertNumber("blend", "othersFrom", othersFrom);
    assertNumber("blend", "othersTo", othersTo);
    const count = samples.length;
    if (count === 0) return;
    assertRange("blend", "array of others", others, 0, count);
    assertApart("blend", samples, others);
    const [ownStep, othersStep] = [(ownTo - ownFrom) / count, (othersTo - othersFrom) / count];
    this.#chosen().blend(samples, others, ownFrom, ownStep, othersFrom, othersStep);
  }

  /**
   * Converts pixels to luma and chroma, NV12 or I420. Chroma is that of the mean of each square of four pixels; at an
   * odd edge the last row or column counts twice. Results are those of real arithmetic, within one step.
   *
   * @param from pixels, whose opacity is left out
   * @param to gets as many luma samples
   * @throws {RangeError} if a row lies outside its plane, or planes overlap
   */
  toYuv(from: RgbPicture, to: YuvPicture): void {
    assertPictures("toYuv", from, to);
    this.#chosen().toYuv(from, to);
  }

  /**
   * Converts luma and chroma, NV12 or I420, to opaque pixels. Each chroma sample counts for its square of four pixels.
   * Results are those of real arithmetic, within one step, and clamped.
   *
   * @param from luma and chroma
   * @param to gets as many pixels as its width and height say
   * @throws {RangeError} if a row lies outside its plane, or planes overlap
   */
  toRgb(from: YuvPicture, to: RgbPicture): void {
    assertPictures("toRgb", to, from);
    this.#chosen().toRgb(from, to);
  }

  /**
   * Takes a channel out of interleaved samples. An integer `v` of n bits gives `v / 2^(n-1)`, an unsigned one after 128
   * was taken off; 32-bit floats are moved bit for bit, 64-bit floats and 32-bit integers are rounded.
   *
   * @param format of the interleaved samples, little-endian
   * @param source their bytes: one sample of each channel for every sample of the target, or more
   * @param channels how many are interleaved
   * @param channel which one, from 0
   * @param target gets the samples
   * @throws {RangeError} if the source is too short, there is no such channel, or the arrays overlap
   */
  decode(format: PcmFormat, source: Uint8Array, channels: number, channel: number, target: Float32Array): void {
    assertKind("decode", "target", Float32Array, target);
    assertInterleaved("decode", "source", source, format, channels, channel, target.length);
    assertApart("decode", target, source);
    this.#chosen().decode(format, source, channels, channel, target);
  }

  /**
   * Puts a channel among interleaved samples: the inverse of {@linkcode decode}. For integers it rounds to the nearest,
   * halves upwards, clamps to full scale, and makes 0 of what is no number.
   *
   * @param format of the interleaved samples, little-endian
   * @param source samples of the channel
   * @param target bytes of the interleaved samples
   * @param channels how many are interleaved
   * @param channel which one, from 0
   * @param counts gets two additions: how many samples were clamped, and how many were no number
   * @throws {RangeError} if the target is too short, there is no such channel, or arrays overlap
   */
  encode(
    format: PcmFormat,
    source: Float32Array,
    target: Uint8Array,
    channels: number,
    channel: number,
    counts: Uint32Array,
  ): void {
    assertKind("encode", "source", Float32Array, source);
    assertKind("encode", "counts", Uint32Array, counts);
    assertInterleaved("encode", "target", target, format, channels, channel, source.length);
    assertRange("encode", "array of counts", counts, 0, 2);
    assertApart("encode", target, source);
    assertApart("encode", counts, source);
    assertApart("encode", counts, target);
    this.#chosen().encode(format, source, target, channels, channel, counts);
  }

  #allocate<A extends ArrayBufferView>(kind: ArrayKind<A>, length: number): A {
    if (Number.isSafeInteger(length) && length >= 0) return this.#chosen().allocate(kind, length);
    const found = typeof length === "number" ? length : kindOf(length);
    throw new RangeError(`Cannot make an array for kernels: the length is ${found}, wanted a whole number from 0`);
  }

  #chosen(): Engine {
    return this.#engine ??= this.#open();
  }
}

/** The kernels of this isolate. */
export const kernels: Kernels = new Kernels(chooseEngine);
