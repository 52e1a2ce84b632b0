/**
 * The Fourier transform and the decibels of its results in plain TypeScript: as `crates/kernels/src/transform.rs` and
 * `decibels.rs`, operation by operation.
 *
 * @module
 */
import type { TransformPlan } from "./engine.ts";

/** As in `crates/kernels/src/decibels.rs`. */
const OCTAVE = 3.010299956639812;
const ROOT_HALF = 0x3fe6a09e;
const ONE = 0x3ff00000;
const TERMS = [
  8.685889638065035,
  2.895296546021678,
  1.737177927613007,
  1.2408413768664335,
  0.9650988486738927,
  0.789626330733185,
  0.6681453567742335,
] as const;
/** The least normal number. */
const LEAST = 2 ** -1022;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Which word has the exponent: all machines that Deno runs on are little-endian. */
const HIGH = 1;

/** See `Engine.transform()`. */
export function transform(
  { size, weights, factors, work }: TransformPlan,
  samples: Float64Array,
  bins: Float64Array,
): void {
  const count = size / 2;
  let from = work.subarray(0, size);
  let to = work.subarray(size);
  for (let k = 0; k < count; k++) {
    from[k] = samples[2 * k] * weights[2 * k];
    from[count + k] = samples[2 * k + 1] * weights[2 * k + 1];
  }
  let stride = 1;
  let used = 0;
  for (; count / stride >= 4; stride *= 4) {
    const quarter = count / stride / 4;
    pass(from, to, stride, factors.subarray(used, used += 6 * quarter));
    [from, to] = [to, from];
  }
  if (stride < count) {
    for (let part = 0; part < size; part += count) {
      for (let k = part; k < part + stride; k++) {
        to[k] = from[k] + from[k + stride];
        to[k + stride] = from[k] - from[k + stride];
      }
    }
    from = to;
  }
  join(from, factors.subarray(used), bins);
}

/** One pass by radix 4. An `I` at the end of a name is an imaginary part, and `v` that of `w`. */
function pass(from: Float64Array, to: Float64Array, stride: number, factors: Float64Array): void {
  const count = from.length / 2;
  const quarter = factors.length / 6;
  for (let p = 0; p < quarter; p++) {
    const w1 = factors[p];
    const v1 = factors[p + quarter];
    const w2 = factors[p + 2 * quarter];
    const v2 = factors[p + 3 * quarter];
    const w3 = factors[p + 4 * quarter];
    const v3 = factors[p + 5 * quarter];
    for (let i = 0; i < stride; i++) {
      const a = stride * p + i;
      const b = a + stride * quarter;
      const c = b + stride * quarter;
      const d = c + stride * quarter;
      const sumAc = from[a] + from[c];
      const sumAcI = from[count + a] + from[count + c];
      const sumBd = from[b] + from[d];
      const sumBdI = from[count + b] + from[count + d];
      const lessAc = from[a] - from[c];
      const lessAcI = from[count + a] - from[count + c];
      const lessBd = from[b] - from[d];
      const lessBdI = from[count + b] - from[count + d];
      const at = 4 * stride * p + i;
      to[at] = sumAc + sumBd;
      to[count + at] = sumAcI + sumBdI;
      putProduct(to, at + stride, lessAc + lessBdI, lessAcI - lessBd, w1, v1);
      putProduct(to, at + 2 * stride, sumAc - sumBd, sumAcI - sumBdI, w2, v2);
      putProduct(to, at + 3 * stride, lessAc - lessBdI, lessAcI + lessBd, w3, v3);
    }
  }
}

function putProduct(to: Float64Array, at: number, x: number, xI: number, w: number, v: number): void {
  to[at] = x * w - xI * v;
  to[to.length / 2 + at] = x * v + xI * w;
}

/** Makes the transform of the real samples from that of the numbers that they were taken for. */
function join(from: Float64Array, factors: Float64Array, bins: Float64Array): void {
  const count = from.length / 2;
  bins[0] = from[0] + from[count];
  bins[1] = 0;
  bins[2 * count] = from[0] - from[count];
  bins[2 * count + 1] = 0;
  if (count === 1) return;
  const half = count / 2;
  bins[count] = from[half];
  bins[count + 1] = -from[count + half];
  for (let k = 1; k < half; k++) {
    const cosine = factors[k - 1];
    const sine = factors[half - 2 + k];
    const behind = from[count - k];
    const behindI = from[2 * count - k];
    const even = (from[k] + behind) * 0.5;
    const evenI = (from[count + k] - behindI) * 0.5;
    const odd = (from[count + k] + behindI) * 0.5;
    const oddI = (behind - from[k]) * 0.5;
    const turned = cosine * odd + sine * oddI;
    const turnedI = cosine * oddI - sine * odd;
    bins[2 * k] = even + turned;
    bins[2 * k + 1] = evenI + turnedI;
    bins[2 * (count - k)] = even - turned;
    bins[2 * (count - k) + 1] = turnedI - evenI;
  }
}

/** See `Engine.decibels()`. */
export function decibels(numbers: Float64Array, offsetDb: number, floorDb: number, target: Float32Array): void {
  for (let k = 0; k < target.length; k++) {
    const db = ofPower(numbers[2 * k] * numbers[2 * k] + numbers[2 * k + 1] * numbers[2 * k + 1]) + offsetDb;
    target[k] = db > floorDb ? db : floorDb;
  }
}

/** 10 log10 of a power. */
function ofPower(power: number): number {
  float[0] = power > LEAST ? power : LEAST;
  const bits = words[HIGH] + (ONE - ROOT_HALF);
  const octaves = (bits >>> 20) - 1023;
  words[HIGH] = (bits & 0xfffff) + ROOT_HALF;
  const ratio = (float[0] - 1) / (float[0] + 1);
  const square = ratio * ratio;
  let sum: number = TERMS[6];
  for (let k = 5; k >= 0; k--) sum = sum * square + TERMS[k];
  return power <= Number.MAX_VALUE ? octaves * OCTAVE + ratio * sum : power;
}
