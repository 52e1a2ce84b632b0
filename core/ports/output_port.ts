/**
 * The output port that processors get. Only its node's lane may call it. Synchronous calls never block, and allocate
 * nothing while frames flow. When a lossless link is full, `write()` throws `Busy`; other links drop by their policy.
 *
 * @module
 */
import { waitsForRoom } from "../links/policy.ts";
import { KIND } from "../../ffi/layout.gen.ts";
import { SluiceError } from "../errors.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { FrameFormat, FrameKind } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import { frameOfCode } from "../frames/frame_of.ts";
import type { StructType } from "../frames/struct_memory.ts";
import type { LinkWriter } from "../links/link.ts";
import { LocalLink } from "../links/local_link.ts";
import { RingLinkWriter } from "../links/ring_link.ts";
import type { Pool } from "../memory/pool.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import { kindOf } from "../errors/kind_of.ts";
import { Sampler } from "./sampler.ts";
import type { StreamOutput, WaitOptions } from "./stream.ts";

/** The functions of its node that a port calls. */
export interface OutputHost {
  readonly id: string;
  /** Called before a frame is acquired. */
  acquires(): void;
  /** Records that the tick owns a frame that was acquired for a port. @returns the object to hand out */
  acquired(frame: Frame, port: OutputPort): Frame;
  /** Records that a frame left the tick. @returns the object for links */
  written(frame: Frame): Frame;
  /** Returns the time at which the node's current data entered the graph, on the runtime's clock. */
  ingressNs(): number;
  /** Returns the media time of the frame that the node read last, nanoseconds; 0 before the first. */
  ptsNs(): number;
  /** Returns the thread's next turn, for an asynchronous tick that has kept the thread for long and must await it. */
  turn(): Promise<void> | undefined;
  /**
   * Resolves when the node is admitted: its outputs have room and their pools free slots.
   *
   * @param takesBack cancels the wait when it aborts
   */
  admitted(takesBack?: AbortSignal): Promise<void>;
  /** Called when a port is used after its own end or the end of the node. */
  usedLate(port: string): void;
}

/** The state of an output beside its links. It can be structured-cloned. */
export interface OutputCarry {
  readonly name: string;
  /** Number of the next frame. */
  readonly sequence: number;
  /** The media time at which the last written frame ends, nanoseconds; -1 if unknown. */
  readonly endPtsNs: number;
  /** The announced format. */
  readonly format: FrameFormat | undefined;
}

/** The output port behind {@linkcode StreamOutput}. */
export class OutputPort implements StreamOutput {
  // Fields that every write touches are declared first, so that they share cache lines.
  /** The only link, if it stays in the lane: the usual case, kept short. */
  #only: LocalLink | undefined;
  #onlyIsLossless = false;
  /** The only link, if it leads to another lane and its frames need no preparation. */
  #onlyRing: RingLinkWriter | undefined;
  /** What gives frames to hidden nodes; absent while there are none. */
  #sampler: Sampler | undefined;
  readonly #kindCode: number = 0;
  readonly #isData: boolean;
  readonly #schema: string | undefined;
  /** The media time at which the last written frame ends and the next one begins; -1 if unknown. */
  #endPtsNs = -1;
  readonly #host: OutputHost;
  readonly name: string;
  readonly descriptor: PortDescriptor;
  readonly pool: Pool;
  /**
   * The view for values of fixed layout.
   *
   * @internal
   */
  structType: StructType | undefined;
  /** The attached links, and those of them that do not lead to hidden nodes. */
  readonly #links: LinkWriter[] = [];
  #shown: readonly LinkWriter[] = [];
  readonly #lossless: LinkWriter[] = [];
  #crossesLanes = false;
  /** True if the end of stream was sent. `#only` and `#onlyRing` are then unset, so that their writes need no check. */
  #ended = false;
  #format: FrameFormat | undefined;
  #sequence = 0;

  constructor(name: string, descriptor: PortDescriptor, host: OutputHost, pool: Pool) {
    this.name = name;
    this.descriptor = descriptor;
    this.#host = host;
    this.pool = pool;
    this.#kindCode = KIND[descriptor.kind];
    this.#isData = descriptor.kind === "data";
    this.#schema = descriptor.schema;
  }

  /**
   * Attaches a link.
   *
   * @internal
   */
  attach(link: LinkWriter): void {
    this.#links.push(link);
    if (waitsForRoom(link.plan.policy)) this.#lossless.push(link);
    this.#linksChanged();
    if (this.#format !== undefined) link.announce(this.#format);
    if (this.#ended) link.end();
  }

  /**
   * Detaches a link.
   *
   * @param index of the link's record
   * @internal
   */
  detach(index: number): LinkWriter | undefined {
    const link = this.#links.find(({ plan }) => plan.index === index);
    if (link === undefined) return undefined;
    this.#links.splice(this.#links.indexOf(link), 1);
    if (this.#lossless.includes(link)) this.#lossless.splice(this.#lossless.indexOf(link), 1);
    this.#linksChanged();
    return link;
  }

  /** Sends the end of stream. The port drops later writes. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#linksChanged();
    for (const link of this.#links) link.end();
  }

  /**
   * The attached links.
   *
   * @internal
   */
  get links(): readonly LinkWriter[] {
    return this.#links;
  }

  /**
   * The attached links without those to hidden nodes.
   *
   * @internal
   */
  get shownLinks(): readonly LinkWriter[] {
    return this.#shown;
  }

  /**
   * The attached lossless links.
   *
   * @internal
   */
  get losslessLinks(): readonly LinkWriter[] {
    return this.#lossless;
  }

  get kind(): FrameKind {
    return this.descriptor.kind;
  }

  get connected(): boolean {
    return this.#links.length > 0;
  }

  /**
   * The state that the port of a successor continues from.
   *
   * @internal
   */
  get carry(): OutputCarry {
    return { name: this.name, sequence: this.#sequence, endPtsNs: this.#endPtsNs, format: this.#format };
  }

  /**
   * Continues from the state of another port. An announced format stays.
   *
   * @internal
   */
  resumeFrom(carry: OutputCarry): void {
    this.#sequence = carry.sequence;
    this.#endPtsNs = carry.endPtsNs;
    this.#format ??= carry.format;
  }

  announce(format: FrameFormat): void {
    if (format.kind !== this.descriptor.kind) {
      throw new TypeError(
        `Cannot announce ${format.kind} on output "${this.#host.id}.${this.name}": it carries ${this.descriptor.kind}, so announce that`,
      );
    }
    this.#format = format;
    for (const link of this.#links) link.announce(format);
  }

  /**
   * The announced format.
   *
   * @internal
   */
  get format(): FrameFormat | undefined {
    return this.#format;
  }

  tryAcquire(shape: unknown): Frame | undefined {
    this.#host.acquires();
    const slot = this.pool.takeSlot();
    if (slot < 0) {
      if (this.#ended) this.#host.usedLate(this.name);
      return undefined;
    }
    if (this.#only !== undefined && this.#only.writtenOpen > 0) this.noteEnd();
    let frame: Frame;
    try {
      const blank = frameOfCode(this.pool, slot, this.#kindCode);
      if (this.#isData) (blank as DataFrame).structType = this.structType;
      frame = blank.shape(shape);
    } catch (error) {
      this.pool.release(slot);
      if (typeof shape === "object" && shape !== null) throw error;
      throw new TypeError(
        `Cannot acquire a frame of "${this.#host.id}.${this.name}": found ${
          kindOf(shape)
        }, wanted an object of its measures`,
      );
    }
    const endPtsNs = this.#endPtsNs;
    frame.stamp(this.#sequence++, this.#host.ingressNs(), endPtsNs < 0 ? this.#host.ptsNs() : endPtsNs);
    if (this.#schema !== undefined) frame.schemaName = this.#schema;
    return this.#host.acquired(frame, this);
  }

  async acquire(shape: unknown, { signal }: WaitOptions = {}): Promise<Frame> {
    const turn = this.#host.turn();
    if (turn !== undefined) await turn;
    for (;;) {
      signal?.throwIfAborted();
      const frame = this.tryAcquire(shape);
      if (frame !== undefined) return frame;
      await this.#host.admitted(signal);
    }
  }

  /**
   * Records the end time of the last frame that was written through the open end of the only link.
   *
   * @internal
   */
  noteEnd(): void {
    this.#noteEnd(this.#only!.newest());
  }

  write(frame: Frame): void {
    if (frame?.kindCode !== this.#kindCode) this.#refuseKind(frame);
    if (this.#sampler !== undefined) this.#sampler.sample(frame);
    const only = this.#only;
    if (only === undefined) {
      if (this.#onlyRing === undefined) this.#writeToAll(frame);
      else this.#writeToRing(this.#onlyRing, frame);
    } else if (!only.writeOpen(frame)) this.#writeClosed(only, frame);
  }

  ready({ signal }: WaitOptions = {}): Promise<void> {
    return this.#host.admitted(signal);
  }

  #writeClosed(only: LocalLink, frame: Frame): void {
    if (this.#onlyIsLossless && only.room() <= 0) this.#assertOwed(only);
    frame.takeReference("write");
    const given = this.#host.written(frame);
    this.#noteEnd(given);
    only.write(given);
  }

  #writeToRing(only: RingLinkWriter, frame: Frame): void {
    if (this.#onlyIsLossless && only.room() <= 0) this.#assertOwed(only);
    this.#noteEnd(frame);
    frame.takeReference("write");
    only.write(this.#host.written(frame));
  }

  #writeToAll(frame: Frame): void {
    const links = this.#shown;
    if (this.#ended) this.#host.usedLate(this.name);
    for (let k = 0; k < this.#lossless.length && !this.#ended; k++) {
      if (this.#lossless[k].room() <= 0) this.#assertOwed(this.#lossless[k]);
    }
    if (this.#isData && this.#crossesLanes) (frame as DataFrame).serialize();
    this.#noteEnd(frame);
    frame.takeReference("write");
    const given = this.#host.written(frame);
    if (links.length === 0 || this.#ended) {
      given.dropValue();
      given.pool.release(given.slot);
      return;
    }
    for (let k = 1; k < links.length; k++) given.pool.retain(given.slot);
    for (let k = 0; k < links.length; k++) links[k].write(given);
  }

  #noteEnd(frame: Frame): void {
    const durationNs = frame.durationNs;
    this.#endPtsNs = durationNs > 0 ? frame.ptsNs + durationNs : -1;
  }

  #linksChanged(): void {
    const shown = this.#shown = this.#links.filter(({ plan }) => plan.sampleNs === undefined);
    const hidden = this.#ended ? [] : this.#links.filter((link) => !shown.includes(link));
    this.#sampler = hidden.length === 0 ? undefined : new Sampler(hidden, this.#sampler);
    const [first] = shown;
    const isSole = shown.length === 1 && !this.#ended;
    this.#only = isSole && first instanceof LocalLink ? first : undefined;
    this.#onlyIsLossless = this.#lossless.length === 1;
    this.#onlyRing = isSole && first instanceof RingLinkWriter && !this.#isData ? first : undefined;
    this.#crossesLanes = shown.some(({ plan }) => plan.ring !== undefined);
  }

  #refuseKind(frame: Frame): never {
    const found = frame?.kind === undefined ? kindOf(frame) : `a frame of kind ${frame.kind}`;
    throw new TypeError(
      `Cannot write ${found} to output "${this.#host.id}.${this.name}": it carries ${this.descriptor.kind}; ` +
        "write what read() or tryAcquire() gives",
    );
  }

  /** Throws `Busy` for a full link, unless it still owes the tick a place. */
  #assertOwed(link: LinkWriter): void {
    if (link.owed !== undefined && link.owed > 0) return;
    throw new SluiceError(
      "Busy",
      `Cannot write to "${this.#host.id}.${this.name}": its lossless link to "${link.plan.toNode}.${link.plan.toPort}" ` +
        `is full; write at most "burst" frames (now ${this.descriptor.burst}) for each frame read or tick`,
      { nodeId: this.#host.id, port: this.name, linkId: link.plan.id },
    );
  }
}
