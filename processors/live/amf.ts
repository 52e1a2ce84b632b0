/**
 * The values of RTMP's commands: AMF 0 (Adobe's "Action Message Format -- AMF 0").
 *
 * @module
 */

/** What is written: objects as records. */
export type AmfWritten = string | number | null | { readonly [key: string]: string | number };
/** What is read: objects as maps, so that no name in them means anything to JavaScript. */
export type AmfRead = string | number | boolean | null | undefined | ReadonlyMap<string, AmfRead> | readonly AmfRead[];

const [NUMBER, BOOLEAN, STRING, OBJECT, NULL, UNDEFINED, ARRAY, END, LIST, DATE, LONG_STRING] = [
  ...[0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12],
];
/** How deep values may lie in each other. */
const MOST_DEPTH = 8;

/** Writes values one behind the other. @param values texts of up to 65535 bytes */
export function encodeAmf(...values: readonly AmfWritten[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values.flatMap(encode));
}

/** Reads values up to the first that is cut off or of a type that commands lack; that one and the rest are left out. */
export function decodeAmf(bytes: Uint8Array): AmfRead[] {
  const reader = new AmfReader(bytes);
  const values: AmfRead[] = [];
  try {
    while (!reader.isAtEnd) values.push(reader.value(0));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return values;
}

class AmfReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  value(depth: number): AmfRead {
    if (depth > MOST_DEPTH) throw new RangeError("values lie too deep in each other");
    const type = this.#view.getUint8(this.#skip(1));
    if (type === NUMBER) return this.#view.getFloat64(this.#skip(8));
    if (type === BOOLEAN) return this.#view.getUint8(this.#skip(1)) !== 0;
    if (type === STRING) return this.#text(this.#view.getUint16(this.#skip(2)));
    if (type === LONG_STRING) return this.#text(this.#view.getUint32(this.#skip(4)));
    if (type === OBJECT) return this.#fields(depth);
    if (type === NULL) return null;
    if (type === UNDEFINED) return undefined;
    if (type === ARRAY) return (this.#skip(4), this.#fields(depth));
    if (type === LIST) return this.#list(depth);
    if (type === DATE) return (this.#view.getFloat64(this.#skip(10)));
    throw new RangeError(`commands lack values of type ${type}`);
  }

  #fields(depth: number): ReadonlyMap<string, AmfRead> {
    const fields = new Map<string, AmfRead>();
    for (;;) {
      const name = this.#text(this.#view.getUint16(this.#skip(2)));
      if (name === "" && this.#bytes[this.#at] === END) return (this.#skip(1), fields);
      fields.set(name, this.value(depth + 1));
    }
  }

  #list(depth: number): AmfRead[] {
    const count = this.#view.getUint32(this.#skip(4));
    const values: AmfRead[] = [];
    while (values.length < count) values.push(this.value(depth + 1));
    return values;
  }

  #text(length: number): string {
    const from = this.#skip(length);
    if (this.#at > this.#bytes.length) throw new RangeError("a text is cut off");
    return new TextDecoder().decode(this.#bytes.subarray(from, this.#at));
  }

  /** @returns where the skipped bytes begin */
  #skip(count: number): number {
    const from = this.#at;
    this.#at += count;
    return from;
  }
}

function encode(value: AmfWritten): number[] {
  if (value === null) return [NULL];
  if (typeof value === "string") return [STRING, ...text(value)];
  if (typeof value === "number") return [NUMBER, ...new Uint8Array(new Float64Array([value]).buffer).toReversed()];
  return [OBJECT, ...Object.entries(value).flatMap(([key, each]) => [...text(key), ...encode(each)]), 0, 0, END];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [bytes.length >> 8, bytes.length & 0xff, ...bytes];
}
