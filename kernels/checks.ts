/**
 * What {@linkcode Kernels} checks before a call: that arrays are of the kind that it counts in, that every index lies in
 * its array, that what is written is not what is read, and that names and numbers are some. The engines check nothing,
 * so that all refuse alike.
 *
 * @module
 */
import { kindOf } from "../core/errors/kind_of.ts";
import {
  type DelayLines,
  PCM_BYTES,
  type PcmFormat,
  type RgbPicture,
  type TransformPlan,
  type YuvPicture,
} from "./engine.ts";
import { factorCount } from "./transform_plan.ts";

/** Numbers in the record of a delay line. */
export const RECORD = 3;

const FORMATS = Object.keys(PCM_BYTES);
const ORDERS: readonly RgbPicture["order"][] = ["rgba", "bgra"];
const MATRICES: readonly YuvPicture["matrix"][] = ["bt601", "bt709"];

/** Whether a value counts something, from 1. */
export function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 0xffffffff;
}

/** Throws what is said of a wrong call. */
export function refuse(kernel: string, found: string, wanted: string): never {
  throw new RangeError(`Cannot run kernel "${kernel}": ${found}, wanted ${wanted}`);
}

/** Checks that an array is of the kind whose elements the kernel counts: it would reach beyond one of smaller ones. */
export function assertKind(
  kernel: string,
  name: string,
  kind: typeof Float32Array | typeof Float64Array | typeof Uint32Array | typeof Uint8Array,
  array: unknown,
): void {
  if (!(array instanceof kind)) refuseKind(kernel, name, array, `a ${kind.name}`);
}

/** Checks that a factor or the like is a number, which may be NaN or infinite. */
export function assertNumber(kernel: string, name: string, value: unknown): void {
  if (typeof value !== "number") refuseKind(kernel, name, value, "a number");
}

/** Checks that an argument is an object, whose parts are looked at next. */
export function assertObject(kernel: string, name: string, value: unknown, wanted: string): void {
  if (typeof value !== "object" || value === null) refuseKind(kernel, name, value, wanted);
}

function refuseKind(kernel: string, name: string, found: unknown, wanted: string): never {
  throw new TypeError(`Cannot run kernel "${kernel}": "${name}" is ${kindOf(found)}, wanted ${wanted}`);
}

/** Checks that a name is one that there is. */
function assertOneOf(kernel: string, name: string, found: unknown, known: readonly string[]): void {
  if (known.includes(found as string)) return;
  const text = typeof found === "string" ? JSON.stringify(found) : kindOf(found);
  refuse(kernel, `the ${name} is ${text}`, known.join(", "));
}

/** Checks that an array has `count` elements from `start` on. */
export function assertRange(
  kernel: string,
  name: string,
  array: { length: number },
  start: number,
  count: number,
): void {
  const areCounts = Number.isInteger(start) && Number.isInteger(count) && start >= 0 && count >= 0;
  // The native library takes no -0.
  const isNegative = Object.is(start, -0) || Object.is(count, -0);
  if (areCounts && !isNegative && start + count <= array.length) return;
  refuse(kernel, `the ${name} has ${array.length} elements`, `${count} from index ${start} on`);
}

/** Checks that an array has a length. */
export function assertLength(kernel: string, name: string, array: { length: number }, length: number): void {
  if (array.length !== length) refuse(kernel, `the ${name} has ${array.length} elements`, `${length}`);
}

/** Checks that what a kernel writes is not what it reads. */
export function assertApart(kernel: string, target: ArrayBufferView, source: ArrayBufferView): void {
  if (source.byteOffset >= target.byteOffset + target.byteLength) return;
  if (target.byteOffset >= source.byteOffset + source.byteLength || source.buffer !== target.buffer) return;
  refuse(kernel, "what it writes overlaps what it reads", "memory of its own");
}

/** Checks that records describe lines, and a place in each. */
export function assertDelays(kernel: string, delays: DelayLines): void {
  assertObject(kernel, "delays", delays, "those of delayLines()");
  const { records, lines } = delays;
  assertKind(kernel, "delays.records", Float64Array, records);
  assertKind(kernel, "delays.lines", Float64Array, lines);
  let end = 0;
  let fits = records.length % RECORD === 0;
  for (let k = 0; k < records.length; k += RECORD) {
    const length = records[k];
    const at = records[k + 1];
    fits &&= isCount(length) && Number.isInteger(at) && at >= 0 && at < length;
    end += length;
  }
  if (!(fits && end <= lines.length)) refuse(kernel, "the records do not describe the lines", "those of delayLines()");
  assertApart(kernel, records, lines);
}

/** Checks that the arrays of a transform have the lengths that its size says. */
export function assertPlan(plan: TransformPlan): void {
  assertObject("transform", "plan", plan, "a plan of transformPlan()");
  const { size, weights, factors, work } = plan;
  assertKind("transform", "plan.weights", Float64Array, weights);
  assertKind("transform", "plan.factors", Float64Array, factors);
  assertKind("transform", "plan.work", Float64Array, work);
  const isSize = isCount(size) && size >= 2 && (size & (size - 1)) === 0;
  if (isSize && weights.length === size && work.length === 2 * size && factors.length === factorCount(size)) return;
  refuse("transform", "the arrays of the plan do not have the lengths of its size", "a plan of transformPlan()");
}

/** Checks that all rows of two pictures lie in their planes, and that these are apart. */
export function assertPictures(kernel: string, rgb: RgbPicture, yuv: YuvPicture): void {
  assertObject(kernel, "pixels", rgb, "an RgbPicture");
  assertObject(kernel, "luma and chroma", yuv, "a YuvPicture");
  const { width, height } = rgb;
  assertOneOf(kernel, "order", rgb.order, ORDERS);
  assertOneOf(kernel, "matrix", yuv.matrix, MATRICES);
  if (!(isCount(width) && isCount(height))) refuse(kernel, `the size is ${width} × ${height}`, "whole numbers from 1");
  const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  assertPlane(kernel, "picture", rgb.bytes, rgb.stride, 4 * width, height);
  assertPlane(kernel, "luma", yuv.luma, yuv.lumaStride, width, height);
  assertPlane(kernel, "U", yuv.u, yuv.chromaStride, yuv.v === undefined ? 2 * columns : columns, rows);
  const planes = [rgb.bytes, yuv.luma, yuv.u];
  if (yuv.v !== undefined) {
    assertPlane(kernel, "V", yuv.v, yuv.chromaStride, columns, rows);
    planes.push(yuv.v);
  }
  planes.forEach((plane, k) => planes.slice(k + 1).forEach((other) => assertApart(kernel, plane, other)));
}

function assertPlane(
  kernel: string,
  name: string,
  plane: Uint8Array,
  stride: number,
  rowBytes: number,
  rows: number,
): void {
  assertKind(kernel, name, Uint8Array, plane);
  if (isCount(stride) && stride >= rowBytes && plane.length >= (rows - 1) * stride + rowBytes) return;
  refuse(
    kernel,
    `the plane "${name}" has ${plane.length} bytes and a stride of ${stride}`,
    `${rows} rows of ${rowBytes}`,
  );
}

/** Checks that interleaved samples reach as far as those of a channel. */
export function assertInterleaved(
  kernel: string,
  name: string,
  bytes: Uint8Array,
  format: PcmFormat,
  channels: number,
  channel: number,
  count: number,
): void {
  assertKind(kernel, name, Uint8Array, bytes);
  assertOneOf(kernel, "format", format, FORMATS);
  const size = PCM_BYTES[format];
  if (!(isCount(channels) && Number.isInteger(channel) && channel >= 0 && channel < channels)) {
    refuse(kernel, `there are ${channels} channels`, `one with the index ${channel}`);
  }
  if (bytes.length < count * channels * size) {
    refuse(kernel, `the ${name} has ${bytes.length} bytes`, `${count * channels * size}`);
  }
}
