/**
 * The memory layout of structs: interfaces tagged `@frame`, whose values travel between lanes as bytes. The rules are
 * those of Rust's `#[repr(C)]`: fields in their order, each aligned to its own size, the whole padded to the largest
 * alignment. Numbers have the machine's byte order, since both sides are on one machine.
 *
 * @module
 */

/** The representation of a number or a `boolean` in memory. */
export type ScalarKind = "f64" | "f32" | "i32" | "u32" | "i16" | "u16" | "i8" | "u8" | "bool";

/** A 64-bit number, as every `number`. */
export type F64 = number;
/** A 32-bit number, rounded to about 7 digits. */
export type F32 = number;
/** A whole number from -2³¹ to 2³¹ - 1; others wrap around. */
export type I32 = number;
/** A whole number from 0 to 2³² - 1; others wrap around. */
export type U32 = number;
/** A whole number from -32,768 to 32,767; others wrap around. */
export type I16 = number;
/** A whole number from 0 to 65,535; others wrap around. */
export type U16 = number;
/** A whole number from -128 to 127; others wrap around. */
export type I8 = number;
/** A whole number from 0 to 255; others wrap around. */
export type U8 = number;

/** `N` values in a row. A plain array or a typed array of that length fits. */
export interface FixedArray<T, N extends number> {
  /** The number of values; always `N`. */
  readonly length: number;
  /** The values, from 0. */
  [index: number]: T;
  /** Exists only in the type. */
  readonly "~length"?: N;
}

/** One field. */
export interface StructField {
  /** The name in the interface. */
  readonly name: string;
  /** The type of the field, or of each element of its array. */
  readonly kind: ScalarKind | "struct";
  /** Bytes from the start of the struct. */
  readonly offsetBytes: number;
  /** For a fixed array: the number of elements. */
  readonly count?: number;
  /** For kind `struct`. */
  readonly struct?: StructLayout;
}

/** The layout of one interface. */
export interface StructLayout {
  /** The interface's name: the schema of the data frames that carry it. */
  readonly name: string;
  /** Bytes of one value, with its padding. */
  readonly sizeBytes: number;
  /** The alignment of a value's address in bytes. */
  readonly alignBytes: number;
  /** The fields, in the order of the interface. */
  readonly fields: readonly StructField[];
}

/** Bytes of each kind of scalar, which is also its alignment. */
export const SCALAR_BYTES: { readonly [K in ScalarKind]: number } = {
  f64: 8,
  f32: 4,
  i32: 4,
  u32: 4,
  i16: 2,
  u16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
};

/**
 * Lays fields out.
 *
 * @param fields in the order of the interface, without offsets
 */
export function layOut(name: string, fields: readonly Omit<StructField, "offsetBytes">[]): StructLayout {
  let end = 0;
  let alignBytes = 1;
  const placed: StructField[] = [];
  for (const { name, kind, ...rest } of fields) {
    const align = rest.struct?.alignBytes ?? SCALAR_BYTES[kind as ScalarKind];
    const size = rest.struct?.sizeBytes ?? SCALAR_BYTES[kind as ScalarKind];
    const offsetBytes = roundUp(end, align);
    placed.push({ name, kind, offsetBytes, ...rest });
    end = offsetBytes + size * (rest.count ?? 1);
    alignBytes = Math.max(alignBytes, align);
  }
  return { name, sizeBytes: roundUp(end, alignBytes), alignBytes, fields: placed };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
