/**
 * The input port that processors get. `read()` is the hottest function of the runtime: it allocates nothing for
 * synchronous nodes and makes one object a frame for asynchronous ones.
 *
 * @module
 */
import { SLOT } from "../../ffi/layout.gen.ts";
import { SluiceError } from "../errors.ts";
import { type AudioAccepts, describeFormat, findClash, type FrameFormat } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { LinkReader } from "../links/link.ts";
import type { PortDescriptor } from "../registry/descriptor.ts";
import type { StreamInput } from "./stream.ts";

/** What a port asks of the node that it belongs to. */
export interface InputHost {
  readonly id: string;
  readonly type: string;
  /** Whether the node may take one more frame in this tick: its outputs have room and it has not taken too many. */
  mayRead(): boolean;
  /** Notes that the tick owns the frame. @returns the object to hand out */
  received(frame: Frame): Frame;
}

/** Names the node types that would mend a clash: `["resampler"]`. */
export type ConverterLookup = (field: "sampleRateHz" | "channels") => readonly string[];

/** See {@linkcode StreamInput}. */
export class InputPort implements StreamInput {
  readonly name: string;
  readonly descriptor: PortDescriptor;
  readonly #host: InputHost;
  readonly #converters: ConverterLookup;
  readonly #iterator: DrainIterator;
  #link: LinkReader | undefined;
  #format: FrameFormat | undefined;
  /** Channels and rate of the last frame, as in its header. */
  #width = -1;
  #height = -1;

  constructor(name: string, descriptor: PortDescriptor, host: InputHost, converters: ConverterLookup) {
    this.name = name;
    this.descriptor = descriptor;
    this.#host = host;
    this.#converters = converters;
    this.#iterator = new DrainIterator(this);
  }

  /**
   * Leads a link here.
   *
   * @internal
   */
  attach(link: LinkReader): void {
    this.#link = link;
  }

  /**
   * The link that leads here.
   *
   * @internal
   */
  get link(): LinkReader | undefined {
    return this.#link;
  }

  get connected(): boolean {
    return this.#link !== undefined;
  }

  get ended(): boolean {
    return this.#link === undefined || this.#link.ended();
  }

  get format(): FrameFormat | undefined {
    return this.#format ?? this.#link?.announced;
  }

  read(): Frame | undefined {
    const link = this.#link;
    if (link === undefined || !this.#host.mayRead()) return undefined;
    const frame = link.take();
    if (frame === undefined) return undefined;
    return this.#receive(frame);
  }

  peek(): Frame | undefined {
    return this.#link?.peek();
  }

  readLatest(): Frame | undefined {
    const link = this.#link;
    if (link === undefined || !this.#host.mayRead()) return undefined;
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
    if (skipped > 0) {
      link.countSkipped(skipped);
      newest.linkGap = true;
    }
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
  }

  #receive(frame: Frame): Frame {
    const { u32 } = frame.pool;
    const header = frame.pool.slotOffset(frame.slot) >> 2;
    const width = u32[header + (SLOT.width >> 2)];
    const height = u32[header + (SLOT.height >> 2)];
    const own = this.#host.received(frame);
    if (width !== this.#width || height !== this.#height) {
      this.#width = width;
      this.#height = height;
      this.accept(frame.format);
    }
    return own;
  }
}

/**
 * Checks a format against what an input accepts.
 *
 * @throws {SluiceError} `TypeMismatch`, naming both ends and the node types that would convert
 */
export function assertAccepted(
  format: FrameFormat,
  accepts: AudioAccepts,
  link: { readonly fromNode: string; readonly fromPort: string; readonly toNode: string; readonly toPort: string },
  converters: ConverterLookup,
): void {
  const clash = findClash(format, accepts);
  if (clash === undefined) return;
  const wanted = clash.field === "channels"
    ? `${clash.wanted.join(" or ")} channel${clash.wanted.length === 1 && clash.wanted[0] === 1 ? "" : "s"}`
    : `${clash.wanted.join(" or ")} Hz`;
  const mend = converters(clash.field);
  throw new SluiceError(
    "TypeMismatch",
    `Cannot send "${link.fromNode}.${link.fromPort}" to "${link.toNode}.${link.toPort}": it carries ` +
      `${describeFormat(format)}, wanted ${wanted}` +
      (mend.length > 0 ? `; put a ${mend.map((type) => `"${type}"`).join(" or ")} node between them` : ""),
    { nodeId: link.toNode, port: link.toPort, available: mend },
  );
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
