/**
 * Data: a TypeScript value on a link. Inside a lane the value travels by reference, and readers must not change it.
 * Between lanes it is written into the slot, less than a microsecond for a small object, and each lane that reads it
 * gets the copy that `structuredClone()` would give it.
 *
 * A value whose interface is tagged `@frame` is stored in the slot as bytes: acquiring the frame copies the fields
 * there, every lane reads those bytes, and nothing is serialized.
 *
 * @module
 */
import { FORMAT, KIND, SLOT } from "../../ffi/layout.gen.ts";
import type { DataFormat } from "./format.ts";
import { Frame, type FrameClass } from "./frame.ts";
import type { Pool } from "../memory/pool.ts";
import type { Ledger } from "../memory/ledger.ts";
import type { StructLayout } from "./struct_layout.ts";
import "../values/engine.ts";
import { readValue } from "../values/value_reader.ts";
import { MAX_MEASURED, measureValue, writeValue } from "../values/value_writer.ts";
import { readStruct, StructMemory, type StructType, type StructView } from "./struct_memory.ts";

// Local copies: V8 resolves an imported constant again at each use.
const KIND_DATA = KIND.data;
const FORMAT_STRUCT = FORMAT.struct;
const PAYLOAD_LENGTH = SLOT.payloadLength >> 2;
const FORMAT_SERIALIZED = FORMAT.serialized;

/** The shape that a data frame is acquired with. */
export interface DataShape<T> {
  /** The value; it travels by reference inside a lane. */
  readonly value: T;
}

/** A frame that carries a value of type `T`. */
export class DataFrame<T = unknown> extends Frame {
  /** @internal */
  static override readonly unowned: readonly string[] = [...Frame.unowned, "serialize"];
  /** The kind of the frame. */
  override readonly kind = "data";
  /** @internal */
  override readonly kindCode = KIND_DATA;
  /**
   * The view for values of fixed layout; set by the port.
   *
   * @internal
   */
  structType: StructType | undefined;
  /** The layout of such values, if the port has no view class. */
  structLayout: StructLayout | undefined;
  #view: StructView<unknown> | undefined;
  #viewType: StructType | undefined;
  #viewOver: ArrayBufferLike | undefined;
  #value: T | undefined;
  /** The generation of the slot that the value belongs to; 0 if there is no value. */
  #generation = 0;

  /**
   * The value. Readers must not change it, since others may hold the same object. A value of fixed layout is a view of
   * the slot and valid as long as the frame; only the view of a frame from `writable()` may be changed.
   */
  get value(): T {
    if (this.formatCode === FORMAT_STRUCT) return this.#struct() as T;
    const generation = this.generation;
    if (this.#generation !== generation) {
      this.#value = readValue(this.pool, this.payloadAt, this.pool.u32[this.at32 + PAYLOAD_LENGTH]) as T;
      this.#generation = generation;
    }
    return this.#value as T;
  }

  /** The name of the value's schema. */
  override get format(): DataFormat {
    return { kind: "data", schema: this.schemaName };
  }

  /**
   * Puts the value into a slot that was just acquired.
   *
   * @internal
   */
  shape(shape: DataShape<T>): this {
    if (this.structType !== undefined) return this.#shapeStruct(this.structType, shape.value);
    this.clearHeader(KIND_DATA, FORMAT_SERIALIZED);
    this.pool.u32[this.at32 + PAYLOAD_LENGTH] = 0;
    this.#value = shape.value;
    this.#generation = this.generation;
    return this;
  }

  /**
   * Writes the value into the slot, for other lanes. A second call does nothing.
   *
   * @throws {RangeError} if it does not fit, or nests deeper than 1,000 levels
   * @throws {TypeError} if part of it cannot be sent, such as a function
   * @internal
   */
  serialize(): void {
    const lengthAt = this.at32 + PAYLOAD_LENGTH;
    if (this.pool.u32[lengthAt] !== 0) return;
    const { value, pool } = this;
    const length = writeValue(value, pool, this.payloadAt, this.payloadAt + pool.payloadBytes);
    if (length === 0) refuseSize(pool, measureValue(value));
    pool.u32[lengthAt] = length;
  }

  /** @internal */
  override dropValue(): void {
    // Another link of the same output may lead to the same object.
    if (this.pool.references(this.slot) > 1) return;
    this.#value = undefined;
    this.#generation = 0;
  }

  /** @internal */
  override fresh(ledger: Ledger): this {
    const frame = super.fresh(ledger);
    frame.structType = this.structType;
    frame.structLayout = this.structLayout;
    frame.#value = this.#value;
    frame.#generation = this.#generation;
    return frame;
  }

  /** @internal */
  protected override copyTo(slot: number): this {
    if (this.formatCode === FORMAT_STRUCT) {
      const copy = super.copyTo(slot);
      copy.structType = this.structType;
      copy.structLayout = this.structLayout;
      return copy;
    }
    const copy = new (this.constructor as FrameClass<this>)(this.pool, slot, this.ledger);
    copy.schemaName = this.schemaName;
    return copy.shape({ value: structuredClone(this.value) });
  }

  #shapeStruct(type: StructType, value: T): this {
    const { sizeBytes } = type.schema();
    this.assertFits(sizeBytes, `a struct "${type.schema().name}"`);
    this.clearHeader(KIND_DATA, FORMAT_STRUCT);
    this.pool.u32[this.at32 + PAYLOAD_LENGTH] = sizeBytes;
    this.#viewOf(type).assign(value);
    return this;
  }

  /** Returns the view of the slot, made once; a plain copy if the port has no view class. */
  #struct(): unknown {
    if (this.structType !== undefined) return this.#viewOf(this.structType);
    const layout = this.structLayout;
    if (layout !== undefined) return readStruct(layout, memoryOf(this.pool), this.payloadAt);
    throw new TypeError(`Cannot read a struct "${this.schemaName}": its layout is not known here`);
  }

  #viewOf(type: StructType): StructView<unknown> {
    const { payloads } = this.pool;
    if (this.#view === undefined || this.#viewType !== type || this.#viewOver !== payloads) {
      this.#view = new type(memoryOf(this.pool), this.payloadAt);
      this.#viewType = type;
      this.#viewOver = payloads;
    }
    return this.#view;
  }
}

function refuseSize({ name, payloadBytes }: Pool, bytes: number): never {
  const size = bytes === Infinity ? `more than ${Math.max(payloadBytes, MAX_MEASURED)}` : bytes;
  throw new RangeError(
    `Cannot send a value of ${size} bytes to another lane: a slot of pool "${name}" has ${payloadBytes}; send less, or ` +
      `set pools.${name}.slotBytes`,
  );
}

const memories = new WeakMap<ArrayBufferLike, StructMemory>();

function memoryOf({ payloads }: Pool): StructMemory {
  let memory = memories.get(payloads);
  if (memory === undefined) memories.set(payloads, memory = new StructMemory(payloads));
  return memory;
}
