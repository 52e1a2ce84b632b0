/**
 * The input port that processors get. Only its node's lane may call it, and it never blocks. `read()` is the hottest
 * function of the runtime: it allocates nothing for synchronous nodes and makes one object a frame for asynchronous
 * ones. A full output makes `read()` return `undefined`.
 *
 * @module
 */
import { DataFrame } from "../frames/data_frame.ts";
import { isKeyframe } from "../frames/encoded_frame.ts";
import type { FrameFormat, FrameKind } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { StructType } from "../frames/struct_memory.ts";
import type { LinkReader } from "../links/link.ts";
import { LocalLink } from "../links/local_link.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import { assertAccepted, type ConverterLookup } from "./accepted.ts";
import type { StreamInput } from "./stream.ts";

/** The functions of its node that a port calls. */
export interface InputHost {
  readonly id: string;
  readonly type: string;
  /**
   * True if the node may take one more frame in this tick: its outputs have room and it has not taken too many.
   *
   * @param port that is read
   */
  mayRead(port: InputPort): boolean;
  /** Called for a frame read through an open end. */
  took(frame: Frame): void;
  /** Records that the tick owns a frame of a port. @returns the object to hand out */
  received(frame: Frame, port: InputPort): Frame;
  /** Returns the object for a frame that the tick only looks at. */
  shown(frame: Frame, port: InputPort): Frame;
  /** Called when a port gets its first frame, and when the format of its frames changes. */
  formatChanged?(port: string, format: FrameFormat): void;
}

/** The input port behind {@linkcode StreamInput}. */
export class InputPort implements StreamInput {
  // Fields that every read touches are declared first, so that they share cache lines.
  /** The link, if it comes from this lane and its frames need no further check: the usual case, kept short. */
  #local: LocalLink | undefined;
  readonly #host: InputHost;
  /** The number of the last frame's format; -1 before the first. */
  #layout = -1;
  readonly #isData: boolean;
  #link: LinkReader | undefined;
  readonly name: string;
  readonly descriptor: PortDescriptor;
  /**
   * The view for values of fixed layout.
   *
   * @internal
   */
  structType: StructType | undefined;
  /**
   * The time at which the last frame that a timed tick read entered the graph, on the runtime's clock; 0 before the
   * first.
   *
   * @internal
   */
  enteredNs = 0;
  /**
   * True if the link was attached after the node had ended: its writer is not told of the end.
   *
   * @internal
   */
  isLate = false;
  readonly #converters: ConverterLookup;
  readonly #iterator: DrainIterator;
  #format: FrameFormat | undefined;
  /** True while the port skips encoded frames up to the next key frame, because it has skipped others. */
  #skipsToKey = false;
  /** True if a gap precedes the next frame: the node did not get the frames before it. */
  #gapAhead = false;

  constructor(name: string, descriptor: PortDescriptor, host: InputHost, converters: ConverterLookup) {
    this.name = name;
    this.descriptor = descriptor;
    this.#host = host;
    this.#converters = converters;
    this.#iterator = new DrainIterator(this);
    this.#isData = descriptor.kind === "data";
  }

  /**
   * Attaches a link.
   *
   * @internal
   */
  attach(link: LinkReader): void {
    this.#link = link;
    this.#aim();
  }

  /**
   * Detaches the link.
   *
   * @internal
   */
  detach(): void {
    this.#link = undefined;
    this.isLate = false;
    this.#local = undefined;
    this.#format = undefined;
    this.#layout = -1;
  }

  /**
   * The attached link.
   *
   * @internal
   */
  get link(): LinkReader | undefined {
    return this.#link;
  }

  /**
   * True while the port skips encoded frames up to the next key frame. A successor of the node continues that.
   *
   * @internal
   */
  get skipsToKey(): boolean {
    return this.#skipsToKey;
  }
  set skipsToKey(skips: boolean) {
    this.#skipsToKey = skips;
    if (skips) this.#gapAhead = true;
  }

  /**
   * Marks a gap before the next frame: the node did not get frames of the link.
   *
   * @internal
   */
  markGap(): void {
    this.#gapAhead = true;
    this.#aim();
  }

  /**
   * True if a gap precedes the next frame.
   *
   * @internal
   */
  get hasGapAhead(): boolean {
    return this.#gapAhead;
  }

  get kind(): FrameKind {
    return this.descriptor.kind;
  }

  get connected(): boolean {
    return this.#link !== undefined;
  }

  get ended(): boolean {
    return this.#link === undefined || this.#link.ended();
  }

  get queued(): number {
    return this.#link?.available() ?? 0;
  }

  get capacity(): number {
    return this.#link?.plan.capacity ?? 0;
  }

  get format(): FrameFormat | undefined {
    return this.#format ?? this.#link?.announced;
  }

  read(): Frame | undefined {
    const local = this.#local;
    if (local === undefined) return this.#readAny();
    const frame = local.takeOpen();
    if (frame === undefined) return this.#readClosed(local);
    this.#host.took(frame);
    if (frame.layout !== this.#layout) this.#noteLayout(frame);
    return frame;
  }

  peek(): Frame | undefined {
    const link = this.#link;
    if (link === undefined) return undefined;
    if (this.#skipsToKey) this.#skipToKey(link);
    const frame = link.peek();
    if (frame === undefined) return undefined;
    if (frame instanceof DataFrame) this.#tellLayout(frame, link);
    return this.#host.shown(frame, this);
  }

  readLatest(): Frame | undefined {
    const link = this.#link;
    if (link === undefined || !this.#host.mayRead(this)) return undefined;
    if (this.descriptor.kind === "encoded") return this.#readLatestKey(link);
    let newest = link.take();
    if (newest === undefined) return undefined;
    let skipped = 0;
    for (let left = link.available(); left > 0; left--) {
      const next = link.take();
      if (next === undefined) break;
      newest.pool.release(newest.slot);
      skipped++;
      newest = next;
    }
    if (skipped > 0) link.countSkipped(skipped);
    if (skipped > 0 || this.#gapAhead) this.#flag(newest);
    return this.#receive(newest);
  }

  drain(): IterableIterator<Frame> {
    return this.#iterator;
  }

  /**
   * Checks a format against the formats that the port accepts.
   *
   * @throws {SluiceError} `TypeMismatch`
   */
  accept(format: FrameFormat): void {
    const accepts = this.descriptor.accepts;
    if (accepts !== undefined && this.#link !== undefined) {
      assertAccepted(format, accepts, this.#link.plan, this.#converters);
    }
    this.#format = format;
    this.#host.formatChanged?.(this.name, format);
  }

  /**
   * Returns the newest encoded frame that decoding can continue with: the only queued one, or the newest key frame.
   * Skips the others.
   */
  #readLatestKey(link: LinkReader): Frame | undefined {
    if (this.#skipsToKey) this.#skipToKey(link);
    let newest = link.take();
    let taken = newest === undefined ? 0 : 1;
    let gap = this.#gapAhead;
    let skipsToKey = false;
    for (let left = link.available(); left > 0; left--) {
      const next = link.take();
      if (next === undefined) break;
      taken++;
      skipsToKey = !isKeyframe(next);
      if (!skipsToKey) {
        newest?.pool.release(newest.slot);
        newest = next;
        gap = true;
        continue;
      }
      next.pool.release(next.slot);
      if (newest === undefined || isKeyframe(newest)) continue;
      newest.pool.release(newest.slot);
      newest = undefined;
    }
    const skipped = newest === undefined ? taken : taken - 1;
    if (taken > 0) this.#skipsToKey = this.#gapAhead = skipsToKey;
    if (skipped > 0) link.countSkipped(skipped);
    if (newest === undefined) return undefined;
    if (gap) newest.linkGap = true;
    return this.#receive(newest);
  }

  #readClosed(local: LocalLink): Frame | undefined {
    if (!local.hasFrames() || !this.#host.mayRead(this)) return undefined;
    return this.#receive(local.take()!);
  }

  #readAny(): Frame | undefined {
    const link = this.#link;
    if (link === undefined || !link.hasFrames() || !this.#host.mayRead(this)) return undefined;
    if (this.#skipsToKey) this.#skipToKey(link);
    const frame = link.take();
    if (frame === undefined) return undefined;
    if (this.#gapAhead) this.#flag(frame);
    return this.#receive(frame);
  }

  /** Marks the frame: frames are missing before it. */
  #flag(frame: Frame): void {
    frame.linkGap = true;
    this.#gapAhead = false;
    this.#aim();
  }

  /** Chooses the short path to the link's frames, if possible. */
  #aim(): void {
    const isShort = !this.#gapAhead && this.descriptor.kind !== "encoded";
    this.#local = isShort && this.#link instanceof LocalLink ? this.#link : undefined;
  }

  #skipToKey(link: LinkReader): void {
    for (let next = link.peek(); next !== undefined; next = link.peek()) {
      if (isKeyframe(next)) {
        this.#skipsToKey = false;
        return;
      }
      link.take();
      next.pool.release(next.slot);
      link.countSkipped(1);
    }
  }

  /** Reports the layout to a frame whose object may have represented a frame of another port before. */
  #tellLayout(frame: DataFrame, link: LinkReader): void {
    frame.structType = this.structType;
    frame.structLayout = link.plan.struct;
  }

  #receive(frame: Frame): Frame {
    const layout = frame.layoutNumber();
    if (this.#isData && this.#link !== undefined) this.#tellLayout(frame as DataFrame, this.#link);
    const own = this.#host.received(frame, this);
    if (layout !== this.#layout) this.#noteLayout(frame);
    return own;
  }

  #noteLayout(frame: Frame): void {
    const layout = frame.layoutNumber();
    if (layout === this.#layout) return;
    this.#layout = layout;
    this.accept(frame.format);
  }
}

class DrainIterator implements IterableIterator<Frame> {
  readonly #port: InputPort;
  readonly #result: { done: boolean; value: Frame | undefined } = { done: false, value: undefined };

  constructor(port: InputPort) {
    this.#port = port;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Frame> {
    const frame = this.#port.read();
    this.#result.done = frame === undefined;
    this.#result.value = frame;
    return this.#result as IteratorResult<Frame>;
  }
}
