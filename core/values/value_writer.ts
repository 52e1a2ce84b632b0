/**
 * Writes a value into a lane's memory, in the format of `wire.ts`. Accepts what `structuredClone()` accepts, with the
 * same result for the reader, and refuses the rest. Getters run once, and once more to measure a value that does not
 * fit.
 *
 * Writing small plain objects allocates only their arrays of keys; it never blocks. A value that does not fit leaves
 * meaningless bytes behind.
 *
 * @module
 */
import { pathTo } from "./value_path.ts";
import { kindOf, type RefusedKind, unboxed } from "./value_kind.ts";
import {
  ERROR_CLASSES,
  MAX_DEPTH,
  SHORT_LIMIT,
  SHORT_STRING,
  SMALL_NUMBER,
  TAG,
  VIEW_CLASSES,
  WIRE_VERSION,
} from "./wire.ts";

// Local copies: V8 resolves an imported constant again at each use.
const SHORT = SHORT_LIMIT;
const STRING = SHORT_STRING;
const SMALL = SMALL_NUMBER;
const DEEPEST = MAX_DEPTH;
const TAG_INT32 = TAG.int32;
const TAG_NUMBER = TAG.number;
const TAG_NUMBERS = TAG.numbers;
const TAG_OBJECT = TAG.object;
const TAG_ABSENT = TAG.absent;

/** Most objects for which a list is faster to search than a map. */
const FEW_OBJECTS = 12;

/** The largest value to measure, in bytes: measuring takes as much memory. */
export const MAX_MEASURED = 64 * 2 ** 20;

/** Memory for writing and reading values. */
export interface ValueMemory {
  readonly u8: Uint8Array;
  readonly view: DataView;
}

/**
 * Thrown inside when the room ends. Not an error: for the stack of one, V8 would parse this module, and with it a whole
 * bundle, a second time at each start of a lane.
 */
const FULL = Symbol("the value does not fit");

/** Thrown inside for a value that does not travel. */
class Refusal {
  constructor(readonly part: unknown, readonly what: string, readonly type: ErrorConstructor = TypeError) {}
}

const encoder = new TextEncoder();
const viewNameOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!
  .get as (this: unknown) => string | undefined;

/** The writer of this isolate; `undefined` while it writes. */
let idle: ValueWriter | undefined;

/**
 * Writes a value.
 *
 * @param start the byte offset in the memory
 * @param end the byte offset of the first byte that may not be written
 * @returns the number of bytes written, 0 if the value does not fit
 * @throws {TypeError} for values that `structuredClone()` refuses, shared memory, resizable buffers, and objects of the
 * platform's classes (`Blob`, `URL`), with the path to the value
 * @throws {RangeError} for a value that nests deeper than 1,000 levels
 */
export function writeValue(value: unknown, memory: ValueMemory, start: number, end: number): number {
  const writer = idle ?? new ValueWriter();
  // A getter of the value may write another value.
  idle = undefined;
  try {
    return writer.write(value, memory, start, end);
  } catch (error) {
    if (error === FULL) return 0;
    if (!(error instanceof Refusal)) throw error;
    throw new error.type(
      `Cannot send a value to another lane: "${pathTo(value, error.part)}" is ${error.what}; ` +
        "leave it out or send its data, or put both nodes on one lane",
    );
  } finally {
    writer.forget();
    idle = writer;
  }
}

/** Returns the bytes of a value that `writeValue()` has no room for; `Infinity` for more than `MAX_MEASURED`. */
export function measureValue(value: unknown): number {
  // The system provides memory only for the pages written.
  const u8 = new Uint8Array(MAX_MEASURED);
  const length = writeValue(value, { u8, view: new DataView(u8.buffer) }, 0, MAX_MEASURED);
  return length > 0 ? length : Infinity;
}

class ValueWriter {
  #u8: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#u8.buffer);
  #start = 0;
  #at = 0;
  #end = 0;
  #depth = 0;
  /** The objects that have begun, by number. */
  readonly #objects: object[] = [];
  /** The objects' numbers, once they are many. */
  #numbers: Map<object, number> | undefined;

  write(value: unknown, { u8, view }: ValueMemory, start: number, end: number): number {
    this.#u8 = u8;
    this.#view = view;
    this.#start = start;
    this.#at = start;
    this.#end = end;
    this.#byte(WIRE_VERSION);
    this.#value(value);
    return this.#at - start;
  }

  /** Drops references to the value written. */
  forget(): void {
    this.#objects.length = 0;
    this.#numbers = undefined;
    this.#depth = 0;
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case "number":
        return this.#number(value);
      case "string":
        return this.#string(value);
      case "boolean":
        return this.#byte(value ? TAG.true : TAG.false);
      case "undefined":
        return this.#byte(TAG.undefined);
      case "bigint":
        return this.#bigint(value);
      case "object":
        return value === null ? this.#byte(TAG.null) : this.#object(value);
      case "function":
        throw new Refusal(value, value.name === "" ? "a function" : `the function "${value.name}"`);
      default:
        throw new Refusal(value, `the symbol ${String(value)}`);
    }
  }

  #number(value: number): void {
    const whole = value | 0;
    // -0 equals 0, but is not written as a whole number.
    if (whole !== value || (whole === 0 && 1 / value < 0)) {
      this.#room(9);
      this.#u8[this.#at] = TAG_NUMBER;
      this.#view.setFloat64(this.#at + 1, value, true);
      this.#at += 9;
    } else if (whole >= 0 && whole < SHORT) this.#byte(SMALL | whole);
    else {
      this.#room(5);
      this.#u8[this.#at] = TAG_INT32;
      this.#view.setInt32(this.#at + 1, whole, true);
      this.#at += 5;
    }
  }

  #bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.#byte(TAG.bigint64);
      this.#room(8);
      this.#view.setBigInt64(this.#at, value, true);
      this.#at += 8;
      return;
    }
    this.#byte(TAG.bigint);
    this.#byte(value < 0n ? 1 : 0);
    this.#string((value < 0n ? -value : value).toString(16));
  }

  #string(text: string): void {
    const { length } = text;
    if (length >= SHORT) return this.#longString(text);
    this.#room(length + 1);
    const u8 = this.#u8;
    const at = this.#at + 1;
    for (let k = 0; k < length; k++) {
      const unit = text.charCodeAt(k);
      if (unit > 0x7f) return this.#utf16(text);
      u8[at + k] = unit;
    }
    u8[at - 1] = STRING | length;
    this.#at = at + length;
  }

  #longString(text: string): void {
    // A lone surrogate has no form in UTF-8.
    if (!text.isWellFormed()) return this.#utf16(text);
    this.#room(5 + text.length);
    const { read, written } = encoder.encodeInto(text, this.#u8.subarray(this.#at + 5, this.#end));
    if (read < text.length) throw FULL;
    this.#u8[this.#at] = TAG.utf8;
    this.#view.setUint32(this.#at + 1, written, true);
    this.#at += 5 + written;
  }

  #utf16(text: string): void {
    const { length } = text;
    this.#room(5 + 2 * length);
    this.#u8[this.#at] = TAG.utf16;
    this.#view.setUint32(this.#at + 1, length, true);
    this.#at += 5;
    for (let k = 0; k < length; k++, this.#at += 2) this.#view.setUint16(this.#at, text.charCodeAt(k), true);
  }

  #object(value: object): void {
    const before = this.#numberOf(value);
    if (before >= 0) {
      this.#byte(TAG.ref);
      this.#count(before);
      return;
    }
    if (this.#depth === DEEPEST) {
      throw new Refusal(value, `nested deeper than ${DEEPEST} levels`, RangeError);
    }
    this.#depth++;
    this.#newObject(value);
    this.#depth--;
  }

  /** Returns the number of an object that has begun before; for another one, begins it and returns -1. */
  #numberOf(value: object): number {
    const objects = this.#objects;
    const known = objects.length;
    if (known < FEW_OBJECTS) {
      for (let k = 0; k < known; k++) if (objects[k] === value) return k;
      objects.push(value);
      return -1;
    }
    const numbers = this.#numbers ??= new Map(objects.map((each, number) => [each, number]));
    const before = numbers.get(value);
    if (before !== undefined) return before;
    numbers.set(value, numbers.size);
    return -1;
  }

  #newObject(value: object): void {
    const kind = kindOf(value);
    switch (kind) {
      case "plain":
        this.#byte(TAG_OBJECT);
        return this.#properties(value, Object.keys(value));
      case "array":
        return this.#array(value as unknown[]);
      case "map":
        return this.#map(value as Map<unknown, unknown>);
      case "set":
        return this.#set(value as Set<unknown>);
      case "date":
        this.#byte(TAG.date);
        return this.#float(Date.prototype.getTime.call(value as Date));
      case "regExp":
        this.#byte(TAG.regExp);
        this.#string((value as RegExp).source);
        return this.#string((value as RegExp).flags);
      case "buffer":
        return this.#buffer(value as ArrayBuffer);
      case "view":
        return this.#bufferView(value as ArrayBufferView);
      case "error":
        return this.#error(value as Error);
      case "boxed":
        this.#byte(TAG.boxed);
        return this.#value(unboxed(value));
      default:
        throw new Refusal(value, (kind as RefusedKind).refused);
    }
  }

  #properties(value: object, keys: readonly string[]): void {
    this.#count(keys.length);
    for (const key of keys) {
      this.#string(key);
      this.#property((value as Record<string, unknown>)[key], value, key);
    }
  }

  /** @param value the value of a property, which a getter may have removed meanwhile */
  #property(value: unknown, of: object, key: string | number): void {
    if (value === undefined && !Object.hasOwn(of, key)) this.#byte(TAG_ABSENT);
    else this.#value(value);
  }

  #array(value: readonly unknown[]): void {
    const { length } = value;
    const keys = Object.keys(value);
    // Indices come first and ascend: if the last of so many keys is the last index, these are all keys.
    if (keys.length === length && (length === 0 || keys[length - 1] === String(length - 1))) {
      this.#byte(TAG.array);
      this.#count(length);
      for (let k = 0; k < length; k++) {
        let part = value[k];
        if (typeof part === "number" && (part | 0) !== part) {
          const start = this.#beginNumbers();
          for (; typeof part === "number"; part = value[k]) {
            this.#float(part);
            if (++k === length) break;
          }
          this.#endNumbers(start);
          if (k === length) return;
        }
        this.#property(part, value, k);
      }
    } else {
      this.#byte(TAG.sparseArray);
      this.#count(length);
      this.#properties(value, keys);
    }
  }

  /** @returns the offset of their start, behind which numbers without tags follow */
  #beginNumbers(): number {
    this.#room(5);
    this.#at += 5;
    return this.#at - 5;
  }

  #endNumbers(start: number): void {
    const count = (this.#at - start - 5) / 8;
    this.#u8[start] = count === 1 ? TAG_NUMBER : TAG_NUMBERS;
    if (count > 1) this.#view.setUint32(start + 1, count, true);
    else {
      this.#u8.copyWithin(start + 1, start + 5, this.#at);
      this.#at -= 4;
    }
  }

  #map(value: Map<unknown, unknown>): void {
    const { size } = value;
    this.#byte(TAG.map);
    this.#count(size);
    let left = size;
    for (const [key, part] of Map.prototype.entries.call(value)) {
      if (left-- === 0) break;
      this.#value(key);
      this.#value(part);
    }
    if (left !== 0) throw new Refusal(value, "a Map that changed while it was read");
  }

  #set(value: Set<unknown>): void {
    const { size } = value;
    this.#byte(TAG.set);
    this.#count(size);
    let left = size;
    for (const part of Set.prototype.values.call(value)) {
      if (left-- === 0) break;
      this.#value(part);
    }
    if (left !== 0) throw new Refusal(value, "a Set that changed while it was read");
  }

  #buffer(value: ArrayBuffer): void {
    if (value.detached) throw new Refusal(value, "a detached ArrayBuffer");
    // The maximum length takes room too, and the reader would have to trust it.
    if (value.resizable) throw new Refusal(value, "a resizable ArrayBuffer");
    const { byteLength } = value;
    this.#byte(TAG.buffer);
    this.#count(byteLength);
    this.#room(byteLength);
    this.#u8.set(new Uint8Array(value), this.#at);
    this.#at += byteLength;
  }

  #bufferView(value: ArrayBufferView): void {
    const { buffer } = value;
    if (!(buffer instanceof ArrayBuffer)) throw new Refusal(value, "a view of shared memory");
    if (buffer.byteLength > this.#end - this.#start && value.byteLength < buffer.byteLength) {
      throw new Refusal(
        value,
        `a view of ${value.byteLength} bytes into an ArrayBuffer of ${buffer.byteLength}, which would go with it ` +
          "and does not fit: send a copy by slice()",
      );
    }
    const name = viewNameOf.call(value) ?? "DataView";
    const type = VIEW_CLASSES.findIndex((each) => each.name === name);
    const elementBytes = VIEW_CLASSES[type] === DataView ? 1 : (value as Uint8Array).BYTES_PER_ELEMENT;
    this.#byte(TAG.view);
    this.#byte(type);
    this.#count(value.byteOffset);
    this.#count(value.byteLength / elementBytes);
    this.#object(buffer);
  }

  #error(value: Error): void {
    const name = textOf(value, value.name);
    const type = ERROR_CLASSES.findIndex((each) => each.name === name);
    this.#byte(TAG.error);
    this.#byte(Math.max(type, 0));
    const message = Object.getOwnPropertyDescriptor(value, "message");
    if (message !== undefined && "value" in message) this.#string(textOf(value, message.value));
    else this.#byte(TAG_ABSENT);
    const { stack } = value;
    if (typeof stack === "string") this.#string(stack);
    else this.#byte(TAG_ABSENT);
    const cause = Object.getOwnPropertyDescriptor(value, "cause");
    if (cause !== undefined && "value" in cause) this.#value(cause.value);
    else this.#byte(TAG_ABSENT);
  }

  #float(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** @param count 0 to 2³² - 1 */
  #count(count: number): void {
    for (; count > 0x7f; count = Math.floor(count / 128)) this.#byte((count & 0x7f) | 0x80);
    this.#byte(count);
  }

  #byte(byte: number): void {
    if (this.#at >= this.#end) throw FULL;
    this.#u8[this.#at++] = byte;
  }

  #room(bytes: number): void {
    if (this.#at + bytes > this.#end) throw FULL;
  }
}

/** Returns the name or the message of an error. */
function textOf(error: Error, part: unknown): string {
  if (typeof part === "symbol") throw new Refusal(error, "an Error whose name or message is a symbol");
  return String(part);
}
