/**
 * Reads a value from a lane's memory, in the format of `wire.ts`. The result does not refer to that memory.
 *
 * Checks the bytes: whatever they are, the result is a value or an error, in time and memory proportional to their
 * number. Defines properties, and never calls a setter, so that a key such as `__proto__` is only a key.
 *
 * @module
 */
import { asciiText, isAt, type KeyEntry, KeyTable } from "./key_table.ts";
import type { ValueMemory } from "./value_writer.ts";
import { ERROR_CLASSES, MAX_DEPTH, SHORT_STRING, SMALL_NUMBER, TAG, VIEW_CLASSES, WIRE_VERSION } from "./wire.ts";

// Local copies: V8 resolves an imported constant again at each use.
const STRING = SHORT_STRING;
const SMALL = SMALL_NUMBER;
const DEEPEST = MAX_DEPTH;
const TAG_INT32 = TAG.int32;
const TAG_NUMBER = TAG.number;
const TAG_NUMBERS = TAG.numbers;
const TAG_OBJECT = TAG.object;
const TAG_ARRAY = TAG.array;
const TAG_ABSENT = TAG.absent;

/** Longest string to look up: short ones may have been read before. */
const LOOKED_UP = 16;

/** An array has room for this many holes for each element, and one more. */
const HOLES_EACH = 8;

/** The most code units to turn into text at once. */
const UNITS_AT_ONCE = 4096;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

/** Replaces a view in the list of objects until its buffer is read. */
const UNFINISHED = {};

/**
 * Reads a value.
 *
 * @param at the byte offset of its first byte
 * @param length its length in bytes
 * @throws {TypeError} if the bytes are not a value
 */
export function readValue(memory: ValueMemory, at: number, length: number): unknown {
  try {
    return reader.read(memory, at, length);
  } finally {
    reader.forget();
  }
}

class ValueReader {
  readonly #keys = new KeyTable();
  readonly #texts = new KeyTable();
  #u8: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#u8.buffer);
  #start = 0;
  #at = 0;
  #end = 0;
  #depth = 0;
  /** The objects that have begun, by number. */
  readonly #objects: object[] = [];
  /** The last key read. */
  #key: KeyEntry = { text: "", inherited: false, place: 0, next: 0 };

  read({ u8, view }: ValueMemory, at: number, length: number): unknown {
    this.#u8 = u8;
    this.#view = view;
    this.#start = at;
    this.#at = at;
    this.#end = at + length;
    const version = this.#byte();
    if (version !== WIRE_VERSION) this.#refuse(`the first byte is ${version}, wanted ${WIRE_VERSION}`);
    const value = this.#value();
    if (this.#at !== this.#end) this.#refuse("the value ends before its bytes");
    return value;
  }

  /** Drops references to the value read. */
  forget(): void {
    this.#objects.length = 0;
    this.#depth = 0;
  }

  #value(): unknown {
    const tag = this.#byte();
    if (tag >= SMALL) return tag - SMALL;
    if (tag >= STRING) return this.#shortString(tag - STRING);
    switch (tag) {
      case TAG_NUMBER:
        return this.#float();
      case TAG_INT32: {
        const at = this.#take(4);
        return this.#view.getInt32(at, true);
      }
      case TAG_OBJECT:
        return this.#object();
      case TAG_ARRAY:
        return this.#array();
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      default:
        return this.#rareValue(tag);
    }
  }

  #rareValue(tag: number): unknown {
    switch (tag) {
      case TAG.bigint64:
        return this.#view.getBigInt64(this.#take(8), true);
      case TAG.bigint:
        return this.#bigint();
      case TAG.utf8:
        return this.#utf8();
      case TAG.utf16:
        return this.#utf16();
      case TAG.ref:
        return this.#ref();
      case TAG.sparseArray:
        return this.#sparseArray();
      case TAG.map:
        return this.#map();
      case TAG.set:
        return this.#set();
      case TAG.date:
        return this.#begin(new Date(this.#float()));
      case TAG.regExp:
        return this.#regExp();
      case TAG.buffer:
        return this.#buffer();
      case TAG.view:
        return this.#bufferView();
      case TAG.error:
        return this.#error();
      case TAG.boxed:
        return this.#boxed();
      default:
        return this.#refuse(`${tag} is no tag of a value`);
    }
  }

  #shortString(length: number): string {
    const at = this.#take(length);
    return length <= LOOKED_UP ? this.#texts.get(this.#u8, at, length).text : asciiText(this.#u8, at, length);
  }

  #utf8(): string {
    const length = this.#view.getUint32(this.#take(4), true);
    const at = this.#take(length);
    const u8 = this.#u8;
    // A decoder refuses shared memory.
    const bytes = u8.buffer instanceof ArrayBuffer ? u8.subarray(at, at + length) : u8.slice(at, at + length);
    try {
      return decoder.decode(bytes as Uint8Array<ArrayBuffer>);
    } catch {
      return this.#refuse("a string is no UTF-8");
    }
  }

  #utf16(): string {
    let left = this.#view.getUint32(this.#take(4), true);
    let at = this.#take(2 * left);
    let text = "";
    while (left > 0) {
      const units = new Array<number>(Math.min(left, UNITS_AT_ONCE));
      for (let k = 0; k < units.length; k++, at += 2) units[k] = this.#view.getUint16(at, true);
      text += String.fromCharCode(...units);
      left -= units.length;
    }
    return text;
  }

  #text(): string {
    const text = this.#value();
    return typeof text === "string" ? text : this.#refuse("a string was to stand here");
  }

  #bigint(): bigint {
    const isNegative = this.#byte() === 1;
    const digits = this.#text();
    if (!/^[0-9a-f]+$/.test(digits)) this.#refuse("a bigint has no hexadecimal digits");
    const magnitude = BigInt(`0x${digits}`);
    return isNegative ? -magnitude : magnitude;
  }

  #ref(): object {
    const number = this.#count();
    const objects = this.#objects;
    if (number >= objects.length || objects[number] === UNFINISHED) this.#refuse(`no object ${number} has begun`);
    return objects[number];
  }

  #object(): object {
    const count = this.#countOf(2);
    const made: Record<string, unknown> = {};
    this.#enter(made);
    this.#properties(made, count);
    this.#depth--;
    return made;
  }

  #properties(made: object, count: number): void {
    for (let k = 0; k < count; k++) {
      const tag = this.#at < this.#end ? this.#u8[this.#at] : 0;
      let key: string;
      let inherited: boolean;
      if (tag >= STRING && tag < SMALL) {
        const entry = this.#shortKey(tag - STRING);
        key = entry.text;
        inherited = entry.inherited;
      } else {
        key = this.#text();
        inherited = key in Object.prototype;
      }
      if (this.#isAbsent()) continue;
      const value = this.#value();
      if (inherited) define(made, key, value, true);
      else (made as Record<string, unknown>)[key] = value;
    }
  }

  #shortKey(length: number): KeyEntry {
    const at = this.#take(length + 1) + 1;
    const last = this.#key;
    const next = this.#keys.at(last.next);
    if (next !== undefined && isAt(next.text, this.#u8, at, length)) return this.#key = next;
    const found = this.#keys.get(this.#u8, at, length);
    last.next = found.place;
    return this.#key = found;
  }

  #array(): unknown[] {
    const count = this.#countOf(1);
    const made: unknown[] = [];
    this.#enter(made);
    for (let k = 0; k < count; k++) {
      if (this.#at < this.#end && this.#u8[this.#at] === TAG_NUMBERS) {
        k += this.#numbers(made, count - k) - 1;
      } else if (this.#isAbsent()) made.length = k + 1;
      else made.push(this.#value());
    }
    this.#depth--;
    return made;
  }

  /** Reads consecutive numbers. @param most the most to read @returns their number */
  #numbers(made: unknown[], most: number): number {
    this.#at++;
    const view = this.#view;
    const count = view.getUint32(this.#take(4), true);
    if (count === 0 || count > most) this.#refuse(`${count} numbers do not fit the array`);
    const at = this.#take(8 * count);
    for (let k = 0; k < count; k++) made.push(view.getFloat64(at + 8 * k, true));
    return count;
  }

  #sparseArray(): unknown[] {
    const length = this.#count();
    const count = this.#countOf(2);
    const made = arrayOfHoles(length, count);
    this.#enter(made);
    this.#properties(made, count);
    if (made.length !== length) this.#refuse("an array has an element beyond its length");
    this.#depth--;
    return made;
  }

  #map(): Map<unknown, unknown> {
    const count = this.#countOf(2);
    const made = this.#enter(new Map<unknown, unknown>());
    for (let k = 0; k < count; k++) {
      const key = this.#value();
      made.set(key, this.#value());
    }
    this.#depth--;
    return made;
  }

  #set(): Set<unknown> {
    const count = this.#countOf(1);
    const made = this.#enter(new Set<unknown>());
    for (let k = 0; k < count; k++) made.add(this.#value());
    this.#depth--;
    return made;
  }

  #regExp(): RegExp {
    const source = this.#text();
    const flags = this.#text();
    return this.#begin(this.#made(() => new RegExp(source, flags)));
  }

  #buffer(): ArrayBuffer {
    const length = this.#count();
    const at = this.#take(length);
    return this.#begin(this.#u8.slice(at, at + length).buffer as ArrayBuffer);
  }

  #bufferView(): ArrayBufferView {
    const type = VIEW_CLASSES[this.#byte()] as ViewClass | undefined;
    if (type === undefined) this.#refuse("no class of views has this number");
    const offset = this.#count();
    const length = this.#count();
    const number = this.#objects.length;
    this.#enter(UNFINISHED);
    const buffer = this.#value();
    if (!(buffer instanceof ArrayBuffer)) this.#refuse("the buffer of a view was to stand here");
    const made = this.#made(() => new type!(buffer as ArrayBuffer, offset, length));
    this.#objects[number] = made;
    this.#depth--;
    return made;
  }

  #error(): Error {
    const type = ERROR_CLASSES[this.#byte()];
    if (type === undefined) this.#refuse("no class of errors has this number");
    const made = this.#enter(withoutTrace(type));
    if (!this.#isAbsent()) define(made, "message", this.#text(), false);
    made.stack = this.#isAbsent() ? undefined : this.#text();
    if (!this.#isAbsent()) define(made, "cause", this.#value(), false);
    this.#depth--;
    return made;
  }

  #boxed(): object {
    const number = this.#objects.length;
    this.#objects.push(UNFINISHED);
    const value = this.#value();
    if (typeof value === "object" || value === undefined) this.#refuse("a primitive was to stand here");
    return this.#objects[number] = Object(value) as object;
  }

  #enter<T extends object>(made: T): T {
    if (this.#depth++ === DEEPEST) this.#refuse(`it nests deeper than ${DEEPEST} levels`);
    this.#objects.push(made);
    return made;
  }

  #begin<T extends object>(made: T): T {
    this.#objects.push(made);
    return made;
  }

  /** Makes an object from parameters in the bytes; turns the engine's errors into errors of the value. */
  #made<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      return this.#refuse((error as Error).message);
    }
  }

  /** True if the next value is absent; then skips it. */
  #isAbsent(): boolean {
    if (this.#at >= this.#end || this.#u8[this.#at] !== TAG_ABSENT) return false;
    this.#at++;
    return true;
  }

  #float(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** @param bytes the least bytes of each counted item */
  #countOf(bytes: number): number {
    const count = this.#count();
    if (count * bytes > this.#end - this.#at) this.#refuse(`${count} parts do not fit`);
    return count;
  }

  #count(): number {
    let count = this.#byte();
    if (count < 0x80) return count;
    count &= 0x7f;
    for (let scale = 128; scale <= 2 ** 28; scale *= 128) {
      const byte = this.#byte();
      count += (byte & 0x7f) * scale;
      if (byte < 0x80) return count < 2 ** 32 ? count : this.#refuse("a count is too large");
    }
    return this.#refuse("a count is too large");
  }

  #byte(): number {
    if (this.#at >= this.#end) this.#refuse("its bytes end early");
    return this.#u8[this.#at++];
  }

  /** Skips a number of bytes. @returns the offset of their start */
  #take(bytes: number): number {
    const at = this.#at;
    if (bytes > this.#end - at) this.#refuse("its bytes end early");
    this.#at = at + bytes;
    return at;
  }

  #refuse(what: string): never {
    throw new TypeError(
      `Cannot read a value of ${this.#end - this.#start} bytes from another lane: ${what} (byte ` +
        `${this.#at - this.#start})`,
    );
  }
}

const reader = new ValueReader();

function define(made: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(made, key, { value, enumerable, writable: true, configurable: true });
}

/** Makes an array without elements. Its memory depends on the number of elements to come, not on its length. */
function arrayOfHoles(length: number, count: number): unknown[] {
  const made: unknown[] = [];
  if (length > HOLES_EACH * (count + 1)) {
    // V8 reserves room for an array's whole length, unless it already keeps the elements in a table, as it does once an
    // element is not plain.
    Object.defineProperty(made, 0, { get: undefined, configurable: true });
    delete made[0];
  }
  made.length = length;
  return made;
}

/** Makes an error without a stack: capturing one takes microseconds. */
function withoutTrace(type: ErrorConstructor): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new type();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
