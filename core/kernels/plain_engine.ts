/**
 * The kernels in plain TypeScript: the reference for the others, and what `SLUICE_KERNELS=off` chooses. Where the others
 * compute in 32-bit floats, each operation is rounded here by itself.
 *
 * @module
 */
import {
  type ArrayKind,
  type DelayLines,
  type Engine,
  PCM_BYTES,
  type PcmFormat,
  type PolyphaseTable,
  type RgbPicture,
  type TransformPlan,
  type YuvPicture,
} from "./engine.ts";
import { decibels, transform } from "./plain_transform.ts";

const { fround } = Math;
/** Partial sums of a long sum; `crates/kernels/src` has the same. */
const PARTIAL_SUMS = 16;
/** As in `crates/kernels/src/reverb.rs`. */
const TINY = 1e-20;
const RECORD = 3;
/** What full scale is of the integer formats. */
const SCALES = { u8: 0x80, s16: 0x8000, s24: 0x800000, s32: 0x80000000 } as const;

/** Factors of luma and chroma, times 2^16: as in `crates/kernels/src/pixels.rs`. */
const MATRICES = {
  bt601: {
    y: [16829, 33039, 6416],
    u: [-9714, -19070, 28784],
    v: [28784, -24103, -4681],
    redV: 104597,
    greenU: -25675,
    greenV: -53279,
    blueU: 132201,
  },
  bt709: {
    y: [11966, 40254, 4064],
    u: [-6596, -22188, 28784],
    v: [28784, -26145, -2639],
    redV: 117489,
    greenU: -13975,
    greenV: -34925,
    blueU: 138438,
  },
} as const;
const LUMA = 76309;
const ROUND = 0x8000;

export class PlainEngine implements Engine {
  readonly name = "plain";
  readonly #sums = new Float32Array(PARTIAL_SUMS);
  readonly #wideSums = new Float64Array(PARTIAL_SUMS);

  allocate<A extends ArrayBufferView>(kind: ArrayKind<A>, length: number): A {
    return new kind(length);
  }

  polyphase(source: Float32Array, start: number, target: Float32Array, table: PolyphaseTable, phase: number): void {
    const { coefficients, taps, rows, up, down } = table;
    const rest = down % up;
    const whole = (down - rest) / up;
    let at = start;
    for (let i = 0; i < target.length; i++) {
      if (rows === up) target[i] = this.#inner(source, at, coefficients, phase * taps, taps);
      else {
        const row = Math.floor((phase * rows) / up);
        const share = fround(((phase * rows) % up) / up);
        const low = this.#inner(source, at, coefficients, row * taps, taps);
        const high = this.#inner(source, at, coefficients, (row + 1) * taps, taps);
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

  scale(samples: Float32Array, from: number, step: number): void {
    if (step === 0) { for (let i = 0; i < samples.length; i++) samples[i] *= from; }
    else for (let i = 0; i < samples.length; i++) samples[i] *= from + step * (i + 1);
  }

  mix(
    target: Float32Array,
    targetStart: number,
    source: Float32Array,
    sourceStart: number,
    count: number,
    factor: number,
  ): void {
    for (let i = 0; i < count; i++) target[targetStart + i] += source[sourceStart + i] * factor;
  }

  measure(samples: Float32Array, levels: Float64Array): void {
    const sums = this.#wideSums.fill(0);
    let peak = levels[0];
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i];
      if (sample !== sample) continue;
      const size = Math.abs(sample);
      if (size > peak) peak = size;
      sums[i % PARTIAL_SUMS] += sample * sample;
    }
    levels[0] = peak;
    levels[1] += fold(sums);
  }

  dot(a: Float32Array, b: Float32Array): number {
    const sums = this.#wideSums.fill(0);
    for (let i = 0; i < a.length; i++) sums[i % PARTIAL_SUMS] += a[i] * b[i];
    return fold(sums);
  }

  window(samples: Float32Array, weights: Float64Array, target: Float64Array): void {
    for (let i = 0; i < target.length; i++) target[i] = samples[i] * weights[i];
  }

  transform(plan: TransformPlan, samples: Float64Array, bins: Float64Array): void {
    transform(plan, samples, bins);
  }

  decibels(numbers: Float64Array, offsetDb: number, floorDb: number, target: Float32Array): void {
    decibels(numbers, offsetDb, floorDb, target);
  }

  biquads(samples: Float32Array, coefficients: Float64Array, state: Float64Array): void {
    for (let k = 0; 2 * k < state.length; k++) {
      const [b0, b1, b2, a1, a2] = coefficients.subarray(5 * k, 5 * k + 5);
      let z1 = state[2 * k];
      let z2 = state[2 * k + 1];
      for (let i = 0; i < samples.length; i++) {
        const x = samples[i];
        const y = b0 * x + z1;
        z1 = b1 * x - a1 * y + z2;
        z2 = b2 * x - a2 * y;
        samples[i] = y;
      }
      state[2 * k] = z1;
      state[2 * k + 1] = z2;
    }
  }

  widen(target: Float64Array, source: Float32Array, factor: number): void {
    for (let i = 0; i < source.length; i++) target[i] += source[i] * factor;
  }

  mend(samples: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) if (!Number.isFinite(samples[i])) samples[i] = 0;
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
    for (let k = 0, start = 0; k < records.length; start += records[k], k += RECORD) {
      const end = start + records[k];
      let at = start + records[k + 1];
      let filtered = records[k + 2];
      for (let i = 0; i < count; i++) {
        const delayed = lines[at];
        filtered = delayed + (filtered - delayed) * damping;
        if (filtered < TINY && filtered > -TINY) filtered = 0;
        lines[at] = input[i] * gain + filtered * feedback;
        output[i] += delayed;
        if (++at === end) at = start;
      }
      records[k + 1] = at - start;
      records[k + 2] = filtered;
    }
  }

  allpasses({ records, lines }: DelayLines, samples: Float64Array, count: number, gain: number): void {
    for (let k = 0, start = 0; k < records.length; start += records[k], k += RECORD) {
      const end = start + records[k];
      let at = start + records[k + 1];
      for (let i = 0; i < count; i++) {
        const delayed = lines[at];
        let kept = samples[i] + delayed * gain;
        if (kept < TINY && kept > -TINY) kept = 0;
        lines[at] = kept;
        samples[i] = delayed - kept * gain;
        if (++at === end) at = start;
      }
      records[k + 1] = at - start;
    }
  }

  blend(
    samples: Float32Array,
    others: Float64Array,
    ownFrom: number,
    ownStep: number,
    othersFrom: number,
    othersStep: number,
  ): void {
    for (let i = 0; i < samples.length; i++) {
      samples[i] = samples[i] * (ownFrom + ownStep * (i + 1)) + others[i] * (othersFrom + othersStep * (i + 1));
    }
  }

  toYuv({ bytes, stride, width, height, order }: RgbPicture, to: YuvPicture): void {
    const { y, u, v } = MATRICES[to.matrix];
    const [red, blue] = order === "bgra" ? [2, 0] : [0, 2];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const at = row * stride + 4 * column;
        to.luma[row * to.lumaStride + column] = weigh(y, bytes[at + red], bytes[at + 1], bytes[at + blue], 16);
      }
    }
    const step = to.v === undefined ? 2 : 1;
    const seconds = to.v ?? to.u.subarray(1);
    for (let row = 0; 2 * row < height; row++) {
      const top = 2 * row * stride;
      const low = Math.min(2 * row + 1, height - 1) * stride;
      for (let column = 0; 2 * column < width; column++) {
        const left = 8 * column;
        const right = 4 * Math.min(2 * column + 1, width - 1);
        const mean = (k: number) =>
          Math.floor(
            (bytes[top + left + k] + bytes[top + right + k] + bytes[low + left + k] + bytes[low + right + k] + 2) / 4,
          );
        const [r, g, b] = [mean(red), mean(1), mean(blue)];
        const at = row * to.chromaStride + step * column;
        to.u[at] = weigh(u, r, g, b, 128);
        seconds[at] = weigh(v, r, g, b, 128);
      }
    }
  }

  toRgb(from: YuvPicture, { bytes, stride, width, height, order }: RgbPicture): void {
    const { redV, greenU, greenV, blueU } = MATRICES[from.matrix];
    const [red, blue] = order === "bgra" ? [2, 0] : [0, 2];
    const step = from.v === undefined ? 2 : 1;
    const seconds = from.v ?? from.u.subarray(1);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const chroma = Math.floor(row / 2) * from.chromaStride + step * Math.floor(column / 2);
        const y = LUMA * (from.luma[row * from.lumaStride + column] - 16) + ROUND;
        const [u, v] = [from.u[chroma] - 128, seconds[chroma] - 128];
        const at = row * stride + 4 * column;
        bytes[at + red] = clamp(y + redV * v);
        bytes[at + 1] = clamp(y + greenU * u + greenV * v);
        bytes[at + blue] = clamp(y + blueU * u);
        bytes[at + 3] = 255;
      }
    }
  }

  decode(format: PcmFormat, source: Uint8Array, channels: number, channel: number, target: Float32Array): void {
    const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    const step = channels * PCM_BYTES[format];
    const count = target.length;
    let at = channel * PCM_BYTES[format];
    switch (format) {
      case "u8":
        for (let i = 0; i < count; i++, at += step) target[i] = (source[at] - 0x80) / 0x80;
        return;
      case "s16":
        for (let i = 0; i < count; i++, at += step) target[i] = view.getInt16(at, true) / 0x8000;
        return;
      case "s24":
        for (let i = 0; i < count; i++, at += step) {
          const high = (source[at] << 8) | (source[at + 1] << 16) | (source[at + 2] << 24);
          target[i] = (high >> 8) / 0x800000;
        }
        return;
      case "s32":
        for (let i = 0; i < count; i++, at += step) target[i] = view.getInt32(at, true) / 0x80000000;
        return;
      case "f32": {
        const bits = bitsOf(target);
        for (let i = 0; i < count; i++, at += step) bits[i] = view.getUint32(at, true);
        return;
      }
      case "f64":
        for (let i = 0; i < count; i++, at += step) target[i] = view.getFloat64(at, true);
        return;
    }
  }

  encode(
    format: PcmFormat,
    source: Float32Array,
    target: Uint8Array,
    channels: number,
    channel: number,
    counts: Uint32Array,
  ): void {
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    const step = channels * PCM_BYTES[format];
    let at = channel * PCM_BYTES[format];
    if (format === "f32") {
      const bits = bitsOf(source);
      for (let i = 0; i < bits.length; i++, at += step) view.setUint32(at, bits[i], true);
      return;
    }
    if (format === "f64") {
      for (let i = 0; i < source.length; i++, at += step) view.setFloat64(at, source[i], true);
      return;
    }
    const scale = SCALES[format];
    for (let i = 0; i < source.length; i++, at += step) {
      const value = quantize(source[i], scale, counts);
      if (format === "u8") target[at] = value + 0x80;
      else if (format === "s16") view.setInt16(at, value, true);
      else if (format === "s32") view.setInt32(at, value, true);
      else {
        view.setInt16(at, value, true);
        target[at + 2] = value >> 16;
      }
    }
  }

  #inner(samples: Float32Array, at: number, coefficients: Float32Array, row: number, taps: number): number {
    const sums = this.#sums.fill(0);
    for (let k = 0; k < taps; k++) sums[k % PARTIAL_SUMS] += fround(samples[at + k] * coefficients[row + k]);
    return fold(sums);
  }
}

/** Adds partial sums up: 16 → 8 → 4 → 2 → 1, the upper half to the lower. */
function fold(sums: Float32Array | Float64Array): number {
  for (let half = PARTIAL_SUMS / 2; half >= 1; half /= 2) {
    for (let j = 0; j < half; j++) sums[j] += sums[j + half];
  }
  return sums[0];
}

function weigh(factors: readonly [number, number, number], r: number, g: number, b: number, zero: number): number {
  return Math.floor((factors[0] * r + factors[1] * g + factors[2] * b + zero * 0x10000 + ROUND) / 0x10000);
}

/** What times 2^16 is `value`, within a byte. */
function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.floor(value / 0x10000)));
}

function bitsOf(samples: Float32Array): Uint32Array {
  return new Uint32Array(samples.buffer, samples.byteOffset, samples.length);
}

/** Rounds to the nearest integer, halves upwards, within [-scale, scale - 1]. */
function quantize(sample: number, scale: number, counts: Uint32Array): number {
  const value = Math.floor(sample * scale + 0.5);
  if (value >= -scale && value < scale) return value;
  if (sample !== sample) {
    counts[1]++;
    return 0;
  }
  counts[0]++;
  return value < 0 ? -scale : scale - 1;
}
