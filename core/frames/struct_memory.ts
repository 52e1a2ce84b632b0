/**
 * Typed arrays over the memory of structs, and the class of views that the generator writes.
 *
 * Making a view allocates; reading and writing its fields neither allocates nor blocks. A view belongs to one lane.
 *
 * @module
 */
import type { StructField, StructLayout } from "./struct_layout.ts";

/** Typed arrays over the same bytes. */
export class StructMemory {
  /** Numbers of 64 bits. */
  readonly f64: Float64Array;
  /** Numbers of 32 bits. */
  readonly f32: Float32Array;
  /** Signed whole numbers of 32 bits. */
  readonly i32: Int32Array;
  /** Unsigned whole numbers of 32 bits. */
  readonly u32: Uint32Array;
  /** Signed whole numbers of 16 bits. */
  readonly i16: Int16Array;
  /** Unsigned whole numbers of 16 bits. */
  readonly u16: Uint16Array;
  /** Signed bytes. */
  readonly i8: Int8Array;
  /** Bytes. */
  readonly u8: Uint8Array;

  /**
   * Wraps a buffer.
   *
   * @param buffer its length is rounded down to a multiple of 8 bytes
   */
  constructor(buffer: ArrayBufferLike) {
    const words = Math.floor(buffer.byteLength / 8);
    this.f64 = new Float64Array(buffer, 0, words);
    this.f32 = new Float32Array(buffer, 0, words * 2);
    this.i32 = new Int32Array(buffer, 0, words * 2);
    this.u32 = new Uint32Array(buffer, 0, words * 2);
    this.i16 = new Int16Array(buffer, 0, words * 4);
    this.u16 = new Uint16Array(buffer, 0, words * 4);
    this.i8 = new Int8Array(buffer, 0, words * 8);
    this.u8 = new Uint8Array(buffer, 0, words * 8);
  }
}

/** A view of a value in memory. Its fields read and write the bytes. */
export type StructView<T> = T & {
  /** Copies the fields of a value. @throws {RangeError} if an array of the value has another length */
  assign(value: T): void;
  /** Returns a copy as a plain object. */
  toJSON(): T;
};

/** The class of views that the generator writes for an interface tagged `@frame`. */
export interface StructType<T = unknown> {
  /** Makes a view. `offsetBytes` is a multiple of the layout's alignment. */
  new (memory: StructMemory, offsetBytes: number): StructView<T>;
  /** Returns the layout. */
  schema(): StructLayout;
}

/**
 * Copies numbers into a fixed array. Called by generated code.
 *
 * @param name of the field, for the message
 * @throws {RangeError} if the lengths differ
 */
export function assignArray(
  target: { readonly length: number; [index: number]: number },
  source: { readonly length: number; readonly [index: number]: number },
  name: string,
): void {
  if (source.length !== target.length) {
    throw new RangeError(`Cannot assign ${source.length} values to "${name}": wanted ${target.length}`);
  }
  for (let k = 0; k < target.length; k++) target[k] = source[k];
}

/** Copies a struct to a plain object, for callers that know only its layout. */
export function readStruct(layout: StructLayout, memory: StructMemory, offsetBytes: number): Record<string, unknown> {
  return Object.fromEntries(layout.fields.map((field) => [field.name, readField(field, memory, offsetBytes)]));
}

function readField(field: StructField, memory: StructMemory, base: number): unknown {
  const { kind, struct, count, offsetBytes } = field;
  const read = (at: number): unknown => {
    if (kind === "struct") return struct && readStruct(struct, memory, at);
    if (kind === "bool") return memory.u8[at] !== 0;
    return memory[kind][at / memory[kind].BYTES_PER_ELEMENT];
  };
  const size = struct?.sizeBytes ?? (kind === "bool" || kind === "struct" ? 1 : memory[kind].BYTES_PER_ELEMENT);
  if (count === undefined) return read(base + offsetBytes);
  return Array.from({ length: count }, (_, k) => read(base + offsetBytes + k * size));
}
