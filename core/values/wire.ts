/**
 * The bytes of a value, in a slot and wherever else it leaves its isolate. The first byte is {@linkcode WIRE_VERSION};
 * one value follows:
 *
 * - `0x80 | n`: a string of `n` ASCII characters, 0 to 63, one byte each;
 * - `0xc0 | n`: the whole number `n`, 0 to 63;
 * - any other byte: a tag, followed by the data in `TAG`.
 *
 * A *count* is an unsigned whole number below 2³², seven bits a byte, the lowest first; the top bit means that another
 * byte follows. Numbers of fixed width are little-endian and unaligned. A *value* is a value as above. Every object has
 * a number, from 0, in the order in which objects begin; `ref` names an object that has begun before.
 *
 * `docs/values.md` publishes the format, for transports, recordings and other languages: the meaning of each byte in
 * version 1 is final.
 *
 * @module
 */

/** The first byte of every value. */
export const WIRE_VERSION = 1;

/** Added to the length of a short string. */
export const SHORT_STRING = 0x80;

/** Added to a small whole number. */
export const SMALL_NUMBER = 0xc0;

/** Short strings and small numbers are below this. */
export const SHORT_LIMIT = 64;

/** Deepest nesting of values: an object in an object in … */
export const MAX_DEPTH = 1000;

/** The data after each tag. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** i32. */
  int32: 4,
  /** f64. */
  number: 5,
  /** i64. */
  bigint64: 6,
  /** One byte, 1 for a negative number; then the magnitude as a value: a string of hexadecimal digits. */
  bigint: 7,
  /** u32, then as many bytes of UTF-8. */
  utf8: 8,
  /** u32, then as many code units of two bytes each. */
  utf16: 9,
  /** Count: the number of an object that has begun before. */
  ref: 10,
  /** Count; then as many pairs of a key (a string value) and a value or `absent`. */
  object: 11,
  /** Count; then as many values, or `absent` for a hole; or `numbers` for several of them. */
  array: 12,
  /** Count, the length; count; then as many pairs of a key (a string value) and a value or `absent`. */
  sparseArray: 13,
  /** Count; then as many pairs of a key and a value. */
  map: 14,
  /** Count; then as many values. */
  set: 15,
  /** f64, milliseconds since 1970; NaN for an invalid date. */
  date: 16,
  /** Two string values: source, flags. */
  regExp: 17,
  /** Count, then as many bytes. */
  buffer: 18,
  /** One byte, an index into `VIEW_CLASSES`; count, byte offset; count, length in elements; the buffer or its `ref`. */
  view: 19,
  /** One byte, an index into `ERROR_CLASSES`; three values: message, stack and cause, each may be `absent`. */
  error: 20,
  /** A number, a string, a boolean or a bigint, for an object such as `new Number()`. */
  boxed: 21,
  /** A missing property or element. */
  absent: 22,
  /** u32, at least 1; then as many f64. Only in an array. */
  numbers: 23,
} as const;

/** Node 22 and older browsers lack this class; they refuse its views. */
const Float16 = globalThis.Float16Array ?? class Float16Array {
  constructor() {
    throw new TypeError("this engine has no Float16Array");
  }
};

/** The classes of views, by their number in the bytes. */
export const VIEW_CLASSES = [
  DataView,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float16,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** The classes of errors that keep their class, by their number in the bytes; all others become an `Error`. */
export const ERROR_CLASSES = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError] as const;
