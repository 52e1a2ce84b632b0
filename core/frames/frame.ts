/**
 * The base of frames, which links carry. A frame object is one lane's view of a slot, and only that lane may use it.
 * The object is cached for the slot, so that reading allocates nothing. Asynchronous nodes get objects of their own,
 * because their ticks overlap with those of other nodes. Nothing here blocks.
 *
 * Ownership: a node that read or acquired a frame *owns* one reference until it writes the frame on, releases it, or
 * its tick ends. `retain()` adds a reference that outlives the tick.
 *
 * @module
 */
import { FLAG, SLOT } from "../../ffi/layout.gen.ts";
import { SluiceError } from "../errors.ts";
import type { Pool } from "../memory/pool.ts";
import type { FrameFormat, FrameKind } from "./format.ts";
import { layoutNumber } from "./layout_number.ts";
import type { Ledger } from "../memory/ledger.ts";

// Local copies: V8 resolves an imported constant again at each use.
const HEADER_BYTES = SLOT.size;
const PTS_NS = SLOT.ptsNs >> 3;
const DTS_NS = SLOT.dtsNs >> 3;
const GAIN_Q8 = SLOT.gainQ8 >> 2;
const PIXEL_ASPECT = SLOT.pixelAspect >> 2;
const DURATION_NS = SLOT.durationNs >> 3;
const INGRESS_NS = SLOT.ingressNs >> 3;
const SEQUENCE = SLOT.sequence >> 3;
const FLAG_DISCONTINUITY = FLAG.discontinuity;
const FLAG_GAP = FLAG.gap;
const KIND = SLOT.kind >> 2;
const CHECKSUM = SLOT.checksum >> 2;
const BATCH_SIZE = SLOT.batchSize >> 2;
const WIDTH = SLOT.width >> 2;
const HEIGHT = SLOT.height >> 2;
const GENERATION = SLOT.generation >> 2;
const FORMAT = SLOT.format;
const STRIDES = SLOT.strides >> 2;
const PAYLOAD_LENGTH = SLOT.payloadLength >> 2;
const HEADER_WORDS = SLOT.size >> 2;
const FLAGS = SLOT.flags >> 1;

/** A class of frames, with the lists of members that development mode needs. */
export type FrameClass<F extends Frame = Frame> =
  & (new (pool: Pool, slot: number, ledger: Ledger) => F)
  & Pick<typeof Frame, "unowned" | "times">;

/** The base of all frames. Times are nanoseconds since the runtime's epoch or the media's start, as f64. */
export abstract class Frame {
  /**
   * Members that the runtime uses on frames that no node owns. Development mode checks the owner at all other members.
   *
   * @internal
   */
  static readonly unowned: readonly string[] = [
    "fresh",
    "copyTo",
    "shape",
    "dropValue",
    "takeReference",
    "stamp",
    "clearHeader",
    "renewHeader",
    "generation",
    "formatCode",
    "assertFits",
    "hasFlag",
    "setFlag",
  ];
  /**
   * Members that are times, nanoseconds. Development mode checks the values they are set to.
   *
   * @internal
   */
  static readonly times: readonly string[] = ["ptsNs", "durationNs", "ingressNs"];
  /** The kind of the frame. */
  abstract readonly kind: FrameKind;
  /**
   * The kind's code in a slot's header.
   *
   * @internal
   */
  abstract readonly kindCode: number;
  /**
   * The pool that the slot belongs to.
   *
   * @internal
   */
  readonly pool: Pool;
  /**
   * The index of the slot in its pool.
   *
   * @internal
   */
  readonly slot: number = 0;
  /**
   * Records the references of the running tick.
   *
   * @internal
   */
  readonly ledger: Ledger;
  /**
   * References that the running tick owns through this object, one for each read. The end of the tick gives them back.
   *
   * @internal
   */
  owned = 0;
  /**
   * References that `retain()` added through this object.
   *
   * @internal
   */
  retained = 0;
  /**
   * The retained references that the running tick added; its `release()` gives those back first.
   *
   * @internal
   */
  retainedNow = 0;
  /**
   * The number of the node that has retained the frame; 0 if none has, or it is unknown.
   *
   * @internal
   */
  keeper = 0;
  /**
   * True if the link that this frame was read from dropped frames before it.
   *
   * @internal
   */
  linkGap = false;
  /**
   * The number of the format in the header, from `layoutNumber()`; 0 before the first request.
   *
   * @internal
   */
  layout = 0;
  /**
   * Name of the type of values or records, from the port that wrote the frame.
   *
   * @internal
   */
  schemaName = "unknown";
  /** Index of the header in the pool's u32 and i32 views. */
  protected readonly at32: number = 0;
  /** Index of the header in the pool's f64 view. */
  protected readonly at64: number = 0;
  /** Byte offset of the payload in the arena. */
  protected readonly payloadAt: number = 0;

  /**
   * Makes a frame object for the runtime; nodes get frames from `output.tryAcquire()` and `input.read()`.
   *
   * @internal
   */
  constructor(pool: Pool, slot: number, ledger: Ledger) {
    this.pool = pool;
    this.slot = slot;
    this.ledger = ledger;
    this.at32 = pool.headerAt(slot);
    this.at64 = this.at32 / 2;
    this.payloadAt = pool.slotOffset(slot) + HEADER_BYTES;
  }

  /**
   * Returns a number for the format in the header, from 1; equal formats have equal numbers.
   *
   * @internal
   */
  layoutNumber(): number {
    if (this.layout !== 0) return this.layout;
    const { u32 } = this.pool;
    const at = this.at32;
    return this.layout = layoutNumber(u32[at + KIND] & 0xffff, u32[at + WIDTH], u32[at + HEIGHT]);
  }

  /** The format of the payload. */
  abstract get format(): FrameFormat;
  /**
   * Lays a frame out in a slot that was just acquired.
   *
   * @throws {RangeError} for a shape that is wrong or does not fit the slot
   * @internal
   */
  abstract shape(shape: unknown): this;
  /**
   * Drops the object's state besides the slot, unless others refer to the slot too. Call it before giving a reference
   * back.
   *
   * @internal
   */
  dropValue(): void {}

  /**
   * Returns another object for the same slot, whose references another ledger records.
   *
   * @internal
   */
  fresh(ledger: Ledger): this {
    const made = new (this.constructor as FrameClass<this>)(this.pool, this.slot, ledger);
    made.schemaName = this.schemaName;
    made.linkGap = this.linkGap;
    return made;
  }

  /** Presentation time: media time, nanoseconds. */
  get ptsNs(): number {
    return this.pool.f64[this.at64 + PTS_NS];
  }
  set ptsNs(value: number) {
    this.pool.f64[this.at64 + PTS_NS] = value;
  }

  /** The duration of the frame, nanoseconds; 0 if it has none. */
  get durationNs(): number {
    return this.pool.f64[this.at64 + DURATION_NS];
  }
  set durationNs(value: number) {
    this.pool.f64[this.at64 + DURATION_NS] = value;
  }

  /** The time at which the data that the frame derives from entered the graph, on the runtime's clock. */
  get ingressNs(): number {
    return this.pool.f64[this.at64 + INGRESS_NS];
  }
  set ingressNs(value: number) {
    this.pool.f64[this.at64 + INGRESS_NS] = value;
  }

  /** The number of the frame in its source, from 0. */
  get sequence(): number {
    return this.pool.f64[this.at64 + SEQUENCE];
  }
  set sequence(value: number) {
    this.pool.f64[this.at64 + SEQUENCE] = value;
  }

  /** True if frames are missing before this one, on the link that it was read from or further upstream. */
  get discontinuity(): boolean {
    return this.linkGap || this.hasFlag(FLAG_DISCONTINUITY);
  }
  set discontinuity(value: boolean) {
    this.setFlag(FLAG_DISCONTINUITY, value);
    if (!value) this.linkGap = false;
  }

  /** True if the payload stands in for lost media. */
  get gap(): boolean {
    return this.hasFlag(FLAG_GAP);
  }
  set gap(value: boolean) {
    this.setFlag(FLAG_GAP, value);
  }

  /** Sets this frame's times, sequence and flags to those of another. */
  copyTimes(from: Frame): void {
    const header = this.pool.f64;
    const source = from.pool.f64;
    for (let k = PTS_NS; k <= SEQUENCE; k++) header[this.at64 + k] = source[from.at64 + k];
    this.pool.u16[this.#flagsAt] = from.pool.u16[from.#flagsAt];
    this.linkGap = from.linkGap;
  }

  /**
   * Keeps the frame beyond this tick, until `release()`.
   *
   * @throws {TypeError} if no reference is left: the slot may have been reused
   */
  retain(): this {
    if (this.owned === 0 && this.retained === 0 && this.pool.references(this.slot) <= 0) this.#refuseGone("retain");
    this.pool.retain(this.slot);
    this.retained++;
    this.retainedNow++;
    this.#countKept();
    return this;
  }

  /**
   * Gives one reference back: the tick's own, or one from `retain()`.
   *
   * @throws {TypeError} if the reference was released or handed over before
   */
  release(): void {
    this.takeReference("release");
    this.pool.release(this.slot);
  }

  /** Releases the frame as `release()` does, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * Returns a frame that may be changed: this one if no other node or lane refers to it, otherwise a copy in exchange
   * for this one.
   *
   * @throws {SluiceError} `PoolExhausted` if a copy is needed and no slot is free
   */
  writable(): this {
    if (this.pool.references(this.slot) === 1) return this;
    const slot = this.pool.slotForCopy(this.slot);
    if (slot < 0) {
      throw new SluiceError("PoolExhausted", `Cannot copy a frame: pool "${this.pool.name}" has no free slot`);
    }
    const copy = this.copyTo(slot);
    copy.copyTimes(this);
    if (this.owned > 0) this.ledger.add(copy);
    else {
      copy.retained = 1;
      copy.#countKept();
    }
    this.takeReference("write");
    this.pool.release(this.slot);
    return copy;
  }

  /**
   * Takes the reference away from this object, before it is handed over or given back.
   *
   * @internal
   */
  takeReference(action: "release" | "write"): void {
    if (action === "release" && this.retainedNow > 0) {
      this.retainedNow--;
      this.#dropRetained();
      return;
    }
    // Others on this lane may read the same object next. References that they release are not references that this tick
    // retained.
    this.retainedNow = 0;
    if (this.owned > 0) this.owned--;
    else if (this.retained > 0) this.#dropRetained();
    else this.#refuseGone(action);
  }

  /**
   * Sets the place of a newly laid out frame in its stream. Before this call the header has the place of the slot's
   * last frame.
   *
   * @internal
   */
  stamp(sequence: number, ingressNs: number, ptsNs: number): void {
    const { f64 } = this.pool;
    const at = this.at64;
    f64[at + SEQUENCE] = sequence;
    f64[at + INGRESS_NS] = ingressNs;
    f64[at + PTS_NS] = ptsNs;
  }

  /** Clears the header of a slot that was just acquired, except for the fields that `stamp()` sets. */
  protected clearHeader(kind: number, format: number): void {
    const { u32 } = this.pool;
    u32[this.at32 + WIDTH] = 0;
    u32[this.at32 + HEIGHT] = 0;
    u32[this.at32 + CHECKSUM] = 0;
    u32[this.at32 + GAIN_Q8] = 0;
    u32[this.at32 + PIXEL_ASPECT] = 0;
    this.pool.f64[this.at64 + DTS_NS] = 0;
    this.layout = 0;
    this.renewHeader(kind | (format << 8));
  }

  /**
   * Clears the header of a slot that had the same layout before, except for the fields that `stamp()` sets; shape and
   * payload length stay. Skips the first cache line of the header, whose fields few frames need.
   *
   * @param word kind and format, as the header has them
   */
  protected renewHeader(word: number): void {
    const { f64, u32 } = this.pool;
    const at = this.at32;
    f64[this.at64 + DURATION_NS] = 0;
    // The word has no flags.
    u32[at + KIND] = word;
    u32[at + BATCH_SIZE] = 0;
    this.linkGap = false;
    this.retained = 0;
    this.retainedNow = 0;
  }

  /** The generation of the slot, which changes each time it is acquired. */
  protected get generation(): number {
    return this.pool.u32[this.at32 + GENERATION];
  }

  /** The format of the payload: a code of `FORMAT`. */
  protected get formatCode(): number {
    return this.pool.u8[this.at32 * 4 + FORMAT];
  }

  /**
   * Checks that a payload fits the slot.
   *
   * @throws {RangeError} if it does not, or `bytes` is not a whole number
   */
  protected assertFits(bytes: number, what: string): void {
    if (Number.isInteger(bytes) && bytes >= 0 && bytes <= this.pool.payloadBytes) return;
    throw new RangeError(
      `Cannot put ${what} into a frame (${bytes} bytes): a slot of pool "${this.pool.name}" has ` +
        `${this.pool.payloadBytes}; write less at once, or set pools.${this.pool.name}.slotBytes`,
    );
  }

  /** Copies this frame's shape and payload to another slot of the same pool. */
  protected copyTo(slot: number): this {
    const copy = new (this.constructor as FrameClass<this>)(this.pool, slot, this.ledger);
    const { u8, u32 } = this.pool;
    const from = this.at32;
    for (let k = STRIDES; k < STRIDES + 4; k++) u32[copy.at32 + k] = u32[from + k];
    for (let k = PAYLOAD_LENGTH; k < HEADER_WORDS; k++) u32[copy.at32 + k] = u32[from + k];
    u32[copy.at32 + CHECKSUM] = 0;
    u8.copyWithin(copy.payloadAt, this.payloadAt, this.payloadAt + u32[from + PAYLOAD_LENGTH]);
    copy.schemaName = this.schemaName;
    return copy;
  }

  /** True if a bit of the header's flags is set. */
  protected hasFlag(flag: number): boolean {
    return (this.pool.u16[this.#flagsAt] & flag) !== 0;
  }

  /** Sets or clears a bit of the header's flags. */
  protected setFlag(flag: number, on: boolean): void {
    const flags = this.pool.u16[this.#flagsAt];
    this.pool.u16[this.#flagsAt] = on ? flags | flag : flags & ~flag;
  }

  #countKept(): void {
    const { keeping } = this.ledger;
    if (keeping !== undefined) this.keeper = keeping.keeps();
  }

  #dropRetained(): void {
    this.retained--;
    if (this.keeper !== 0 && !this.pool.closed) this.ledger.keeping!.gaveBack(this.keeper);
  }

  #refuseGone(action: string): never {
    throw new TypeError(
      `Cannot ${action} a frame of pool "${this.pool.name}": it was released or written before; ` +
        "call retain() before that to keep a frame",
    );
  }

  get #flagsAt(): number {
    return this.at32 * 2 + FLAGS;
  }
}
