/**
 * What live sinks do alike: connect, again and again, and send what comes in as a transport stream. Nothing is sent before
 * a key frame of pictures; what comes while no connection is there is lost in a live graph, and counted. An offline graph
 * waits for the connection, and fails with it.
 *
 * @module
 */
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { EncodedFormat } from "../../core/frames/format.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { NetworkFault } from "../network/network_fault.ts";
import { retried } from "../network/retried.ts";
import { pause } from "../network/retry.ts";
import type { LiveLink } from "./live_link.ts";
import { retriesOf } from "./pauses.ts";
import { TsWriter } from "./ts_writer.ts";

/** A connection that has held for so long is one. */
const STEADY_SECONDS = 1;
/** How long a tick rests at most where nothing can be sent, milliseconds. */
const REST_MS = 50;
/** How long a stream begins without an input that has told no format by then. */
const MOST_WAIT_NS = 2e9;

/** A stream that is being sent. */
interface Sent {
  readonly link: LiveLink;
  isOpen: boolean;
  /** Frames given to it. */
  frames: number;
  /** When the first frame came that could have been sent. */
  sinceNs: number | undefined;
  writer: TsWriter | undefined;
  /** The inputs that are sent, in the order of its tracks. */
  inputs: readonly StreamInput<EncodedFrame>[];
}

/** The inputs of one sink. */
export class LiveSink {
  readonly #context: ProcessorContext;
  readonly #inputs: readonly StreamInput<EncodedFrame>[];
  readonly #stopping = new AbortController();
  readonly #figures = { sent: 0, lost: 0, connections: 0 };
  readonly #running: Promise<void>;
  readonly #pause: typeof pause;
  /** The connection, or the attempt to make one; and the stream, where it takes one. */
  #link: LiveLink | undefined;
  #sent: Sent | undefined;
  #failure: unknown;
  #isOver = false;

  /**
   * @param inputs pictures first
   * @param connect makes the next connection
   * @param wait pauses between tries, and for a connection to prove steady
   */
  constructor(
    context: ProcessorContext,
    inputs: readonly StreamInput<EncodedFrame>[],
    connect: () => LiveLink | Promise<LiveLink>,
    wait = pause,
  ) {
    this.#context = context;
    this.#pause = wait;
    this.#inputs = inputs.filter(({ connected }) => connected);
    context.report(this.#figures);
    this.#running = this.#run(connect).catch((error) => void (this.#failure = error));
  }

  /** Sends what has come. */
  async process(): Promise<void> {
    const context = this.#context;
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const sent = this.#sent;
      const isFull = sent === undefined ? context.mode === "offline" : !sent.link.hasRoom;
      if (isFull) {
        await this.#rest(sent);
        return context.waitUntilNs(context.nowNs());
      }
      const input = this.#earliest();
      const frame = input?.read();
      if (frame === undefined) return context.report(this.#figures);
      if (sent === undefined || !this.#send(sent, input!, frame)) this.#figures.lost++;
      frame.release();
    }
  }

  /** Sends the rest of what was taken, and waits until the other side has it. */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#isOver = true;
    const link = this.#sent?.link;
    link?.end();
    const { log, mode } = this.#context;
    await link?.closed.catch((error) => {
      if (mode === "offline") throw error;
      log.warn(`its end may be missing: ${error.message}`);
    });
    this.#context.report(this.#figures);
  }

  /** Ends the connection. */
  async teardown(): Promise<void> {
    this.#stopping.abort(new Error("the node is torn down"));
    await this.#link?.[Symbol.asyncDispose]();
    await this.#running;
  }

  async #run(connect: () => LiveLink | Promise<LiveLink>): Promise<void> {
    const { signal } = this.#stopping;
    const options = { ...retriesOf(this.#context, signal), pause: this.#pause };
    try {
      for await (const _ of retried(options, () => this.#connection(connect))) this.#context.report(this.#figures);
      // Live, it is tried again for ever.
      throw new NetworkFault("Cannot go on sending", "the other side has ended the connection before the stream did");
    } catch (error) {
      if (!signal.aborted && !this.#isOver) throw error;
    }
  }

  /** One connection, from when it is open. */
  async *#connection(connect: () => LiveLink | Promise<LiveLink>): AsyncGenerator<LiveLink> {
    await using link = await connect();
    this.#stopping.signal.throwIfAborted();
    this.#link = link;
    const sent: Sent = { link, isOpen: false, frames: 0, sinceNs: undefined, writer: undefined, inputs: [] };
    try {
      if (link.opensWithFrames) this.#sent = sent;
      await link.opened;
      sent.isOpen = true;
      this.#sent = sent;
      this.#figures.connections++;
      // A server that takes everybody, and then sends the wrong ones away, is asked ever more rarely.
      await Promise.race([link.closed, this.#pause(STEADY_SECONDS, this.#stopping.signal)]);
      yield link;
      await link.closed;
    } finally {
      if (this.#isOver) this.#stopping.abort(new Error("everything is sent"));
      this.#sent = undefined;
      if (!sent.isOpen) {
        this.#figures.sent -= sent.frames;
        this.#figures.lost += sent.frames;
      }
      this.#context.report(this.#figures);
    }
  }

  /** The input whose next frame is the earliest. */
  #earliest(): StreamInput<EncodedFrame> | undefined {
    let found: StreamInput<EncodedFrame> | undefined;
    let earliestNs = Infinity;
    for (const input of this.#inputs) {
      const { ptsNs } = input.peek() ?? { ptsNs: Infinity };
      if (ptsNs >= earliestNs) continue;
      found = input;
      earliestNs = ptsNs;
    }
    return found;
  }

  /** @returns whether the frame is sent */
  #send(sent: Sent, input: StreamInput<EncodedFrame>, frame: EncodedFrame): boolean {
    if (sent.writer === undefined && !this.#begin(sent, input, frame)) return false;
    const place = sent.inputs.indexOf(input);
    if (place < 0) {
      this.#context.log.warn(`"${input.name}" begins after the others: it connects again, to send both`);
      void sent.link[Symbol.asyncDispose]();
      this.#sent = undefined;
      return false;
    }
    sent.link.write(sent.writer!.write(place, frame));
    sent.frames++;
    this.#figures.sent++;
    return true;
  }

  /** Begins the stream, if this frame can be the first. */
  #begin(sent: Sent, input: StreamInput<EncodedFrame>, frame: EncodedFrame): boolean {
    const nowNs = this.#context.nowNs();
    sent.sinceNs ??= nowNs;
    const open = this.#inputs.filter(({ ended, format }) => !ended || format !== undefined);
    const known = open.filter(({ format }) => format !== undefined);
    if (known.length < open.length && nowNs - sent.sinceNs < MOST_WAIT_NS) return false;
    const video = known.find(({ name }) => name === "video");
    if (video !== undefined && !video.ended && !(input === video && frame.keyframe)) return false;
    sent.inputs = known;
    sent.writer = new TsWriter(known.map(({ format }) => format as EncodedFormat), frame.ptsNs);
    return true;
  }

  async #rest(sent: Sent | undefined): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, REST_MS);
    await Promise.race(sent === undefined ? [over] : [over, sent.link.changed]);
    clearTimeout(timer);
  }
}
