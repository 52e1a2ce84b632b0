/**
 * The input port that processors get. `read()` is the hottest function of the runtime: it allocates nothing for
 * synchronous nodes and makes one object a frame for asynchronous ones.
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

/** What a port needs from its node. */
export interface InputHost {
  readonly id: string;
  readonly type: string;
  /**
   * Whether the node may take one more frame in this tick: its outputs have room and it has not taken too many.
   *
   * @param port that is read
   */
  mayRead(port: InputPort): boolean;
  /** Called for a frame that came through an open end. */
  took(frame: Frame): void;
  /** Records that the tick owns a frame of a port. @returns the object to hand out */
  received(frame: Frame, port: InputPort): Frame;
  /** @returns the object for a frame that the tick only looks at */
  shown(frame: Frame, port: InputPort): Frame;
  /** Called when the frames of a port have a new format, or their first. */
  formatChanged?(port: string, format: FrameFormat): void;
}

/** The input port behind {@linkcode StreamInput}. */
export class InputPort implements StreamInput {
  // The fields of every read stand first, so that they lie together in memory.
  /** The link, if it comes from this lane and its frames need no second look: the usual case, kept short. */
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
   * When the last frame that a timed tick read entered the graph, on the runtime's clock; 0 before that.
   *
   * @internal
   */
  enteredNs = 0;
  /**
   * Whether the link came when the node was at its end: whoever writes to it is not told of that.
   *
   * @internal
   */
  isLate = false;
  readonly #converters: ConverterLookup;
  readonly #iterator: DrainIterator;
  #format: FrameFormat | undefined;
  /** Whether encoded frames up to the next key frame are skipped, because others were skipped. */
  #skipsToKey = false;
  /** Whether a gap precedes the next frame: the node did not get what followed the last one. */
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
   * Whether encoded frames up to the next key frame are skipped, which a successor of the node continues.
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
   * Whether a gap precedes the next frame.
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
   * Checks a format against what the port accepts.
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
   * The newest encoded frame that decoding can continue with: the only queued one, or the newest key frame. Skips the
   * others.
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

  /** Frames are missing before this one. */
  #flag(frame: Frame): void {
    frame.linkGap = true;
    this.#gapAhead = false;
    this.#aim();
  }

  /** Chooses the short way to the link's frames, if possible. */
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

  /** The frame's object may have stood for a frame of another port before. */
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
