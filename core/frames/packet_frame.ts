/**
 * Packets: batches of numeric records, such as sensors produce. A record has named fields; a batch holds each field as
 * a column, so that a processor works on typed arrays. The number of records may differ from frame to frame.
 *
 * The payload describes itself, so that every lane can read it: four words (capacity; number of fields; where the first
 * column starts; 0), then for each field the code of its type, the length of its name in bytes and the name in UTF-8.
 * Columns start at multiples of 64 bytes, each with room for `capacity` records. The slot's header has the number of
 * records as its batch size.
 *
 * @module
 */
import { FORMAT, KIND, SLOT } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import type { Pool } from "../memory/pool.ts";
import type { PacketFormat } from "./format.ts";
import { Frame } from "./frame.ts";

// Local copies: V8 resolves an imported constant again at each use.
const KIND_PACKET = KIND.packet;
const BATCH_SIZE = SLOT.batchSize >> 2;
const FORMAT_STRUCT = FORMAT.struct;
const PAYLOAD_LENGTH = SLOT.payloadLength >> 2;

/** The types of a field. */
export type PacketNumber = "f64" | "f32" | "i32" | "u32" | "u8";

/** The fields of a record: the type of each, by name. */
export interface PacketFields {
  /** Any name. */
  readonly [name: string]: PacketNumber;
}

/** The constraint for the fields of a record, which an interface also satisfies: `T extends PacketFieldsOf<T>`. */
export type PacketFieldsOf<T> = { readonly [K in keyof T]: PacketNumber };

/** The array that holds a column of a type. */
export type ColumnOf<N extends PacketNumber> = {
  f64: Float64Array;
  f32: Float32Array;
  i32: Int32Array;
  u32: Uint32Array;
  u8: Uint8Array;
}[N];

/** The shape that a packet frame is acquired with. */
export interface PacketShape<T extends { readonly [K in keyof T]: PacketNumber } = PacketFields> {
  /** The fields of a record. */
  readonly fields: T;
  /** The number of records that fit. */
  readonly capacity: number;
  /** The number of records in the batch; by default `capacity`. */
  readonly batchSize?: number;
}

interface Column {
  readonly name: string;
  readonly type: PacketNumber;
}

/** The arrays of columns. */
export const COLUMN_CLASSES = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
} as const;

/** Returns the type of a column's numbers. @returns `undefined` for a value that is not a column */
export function columnType(column: unknown): PacketNumber | undefined {
  return TYPES.find((type) => column instanceof COLUMN_CLASSES[type]);
}

/** The types of columns; the index of a type is its code in the payload. */
const TYPES: readonly PacketNumber[] = ["f64", "f32", "i32", "u32", "u8"];

const COLUMN_ALIGN = 64;
const HEAD_BYTES = 16;

/** Layouts that were written before, by the object that named the fields. */
const written = new WeakMap<object, Uint8Array>();

/**
 * A batch of records. `T` gives the fields: `PacketFrame<{ timeNs: "f64"; x: "f32" }>`.
 *
 * @example
 * ```ts
 * import type { PacketFrame } from "@sluice/sluice";
 *
 * type Motion = { x: "f32"; y: "f32" };
 *
 * function meanX(batch: PacketFrame<Motion>): number {
 *   let sum = 0;
 *   for (const x of batch.column("x")) sum += x;
 *   return sum / batch.batchSize;
 * }
 * ```
 */
export class PacketFrame<T extends { readonly [K in keyof T]: PacketNumber } = PacketFields> extends Frame {
  /** The kind of the frame. */
  override readonly kind = "packet";
  /** @internal */
  override readonly kindCode = KIND_PACKET;
  #columns: Column[] = [];
  #views = new Map<string, ColumnOf<PacketNumber>>();
  /** The description that the columns and views were made for. */
  #description = new Uint8Array(0);
  #generation = -1;
  #batchSize = -1;
  #viewsOf: ArrayBufferLike | undefined;

  /** The fields of a record. */
  get fields(): T {
    this.#layOut();
    return Object.fromEntries(this.#columns.map(({ name, type }) => [name, type])) as unknown as T;
  }

  /** The number of records that fit. */
  get capacity(): number {
    return this.pool.u32[index32(this.payloadAt)];
  }

  /**
   * The number of records in the batch, 0 to `capacity`.
   *
   * @throws {RangeError} for more than fit
   */
  get batchSize(): number {
    return this.pool.u32[this.at32 + BATCH_SIZE];
  }
  set batchSize(value: number) {
    if (!(Number.isInteger(value) && value >= 0 && value <= this.capacity)) {
      throw new RangeError(`Cannot set the batch size to ${value}: wanted a whole number from 0 to ${this.capacity}`);
    }
    this.pool.u32[this.at32 + BATCH_SIZE] = value;
  }

  /** The format of the payload. */
  override get format(): PacketFormat {
    return { kind: "packet", schema: this.schemaName };
  }

  /**
   * One field of every record: a view over the slot, `batchSize` long and valid as long as the frame.
   *
   * @throws {RangeError} if the record has no such field
   */
  column<K extends keyof T & string>(name: K): ColumnOf<T[K]> {
    this.#layOut();
    const view = this.#views.get(name);
    if (view === undefined) {
      const names = this.#columns.map((column) => `"${column.name}"`);
      throw new RangeError(`Cannot take column "${name}" of a packet frame: its fields are ${names.join(", ")}`);
    }
    return view as ColumnOf<T[K]>;
  }

  /**
   * Lays a frame out in a slot that was just acquired.
   *
   * @internal
   */
  shape(shape: PacketShape<T>): this {
    const { capacity } = shape;
    const batchSize = shape.batchSize ?? capacity;
    if (!(Number.isInteger(capacity) && capacity >= 0 && capacity <= this.pool.payloadBytes)) {
      throw new RangeError(`Cannot acquire a packet frame: capacity is ${capacity}, wanted a whole number of records`);
    }
    if (!(Number.isInteger(batchSize) && batchSize >= 0 && batchSize <= capacity)) {
      throw new RangeError(`Cannot acquire a packet frame: batchSize is ${batchSize}, wanted 0 to ${capacity}`);
    }
    const description = describe(shape.fields);
    const types = Object.values(shape.fields) as PacketNumber[];
    const bytes = description.length + types.reduce((sum, type) => sum + columnBytes(type, capacity), 0);
    this.assertFits(bytes, `a packet frame of ${capacity} records with ${types.length} fields`);
    this.clearHeader(KIND_PACKET, FORMAT_STRUCT);
    const { u32, u8 } = this.pool;
    u8.set(description, this.payloadAt);
    u32[index32(this.payloadAt)] = capacity;
    u32[this.at32 + PAYLOAD_LENGTH] = bytes;
    u32[this.at32 + BATCH_SIZE] = batchSize;
    return this;
  }

  /** Updates columns and views to the slot. Allocates nothing while batches have the same layout. */
  #layOut(): void {
    const generation = this.generation;
    const { batchSize } = this;
    const { u8, u32, payloads } = this.pool;
    if (generation === this.#generation && batchSize === this.#batchSize && payloads === this.#viewsOf) return;
    const at = this.payloadAt;
    const length = u32[index32(at) + 2];
    const known = this.#description;
    let same = known.length === length && batchSize === this.#batchSize && payloads === this.#viewsOf;
    for (let k = 0; same && k < length; k++) same = u8[at + k] === known[k];
    this.#generation = generation;
    if (same) return;
    this.#description = u8.slice(at, at + length);
    this.#batchSize = batchSize;
    this.#viewsOf = payloads;
    this.#columns = columnsOf(this.#description, this.pool);
    this.#views = new Map();
    const capacity = u32[index32(at)];
    let start = at + length;
    for (const { name, type } of this.#columns) {
      this.#views.set(name, new COLUMN_CLASSES[type](payloads as ArrayBuffer, start, batchSize));
      start += columnBytes(type, capacity);
    }
  }
}

/** Returns the start of the payload for these fields, with a capacity of 0. */
function describe(fields: { readonly [name: string]: PacketNumber }): Uint8Array {
  const known = written.get(fields);
  if (known !== undefined) return known;
  const parts: number[] = [];
  const entries = Object.entries(fields);
  if (entries.length === 0) throw new RangeError("Cannot acquire a packet frame: a record has no fields");
  for (const [name, type] of entries) {
    const code = TYPES.indexOf(type);
    const bytes = new TextEncoder().encode(name);
    if (code < 0) {
      throw new RangeError(`Cannot acquire a packet frame: "${name}" is "${type}", wanted ${TYPES.join(", ")}`);
    }
    if (bytes.length < 1 || bytes.length > 255) {
      throw new RangeError(`Cannot acquire a packet frame: a name has ${bytes.length} bytes, wanted 1 to 255`);
    }
    parts.push(code, bytes.length, ...bytes);
  }
  const description = new Uint8Array(alignColumn(HEAD_BYTES + parts.length));
  description.set(parts, HEAD_BYTES);
  new Uint32Array(description.buffer, 0, 3).set([0, entries.length, description.length]);
  written.set(fields, description);
  return description;
}

function columnsOf(description: Uint8Array, pool: Pool): Column[] {
  const count = new Uint32Array(description.buffer, 0, 2)[1];
  const columns: Column[] = [];
  let at = HEAD_BYTES;
  for (let field = 0; field < count; field++) {
    const type = TYPES[description[at]];
    const length = description[at + 1];
    if (type === undefined || at + 2 + length > description.length) {
      throw new TypeError(`Cannot read a packet frame of pool "${pool.name}": its payload describes no fields`);
    }
    columns.push({ name: new TextDecoder().decode(description.subarray(at + 2, at + 2 + length)), type });
    at += 2 + length;
  }
  return columns;
}

function columnBytes(type: PacketNumber, records: number): number {
  return alignColumn(COLUMN_CLASSES[type].BYTES_PER_ELEMENT * records);
}

function alignColumn(bytes: number): number {
  return Math.ceil(bytes / COLUMN_ALIGN) * COLUMN_ALIGN;
}
