/**
 * A sink whose frames the script reads: `for await (const frame of sink)`.
 *
 * @module
 */
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import type { FrameKind } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { PacketFields, PacketFrame, PacketNumber } from "../frames/packet_frame.ts";
import type { VideoFrame } from "../frames/video_frame.ts";
import type { StreamInput } from "../ports/stream.ts";
import type { ProcessorContext } from "../processor.ts";
import type { NodeHandle } from "../registry/handle.ts";
import type { NodeSpec, ScriptSide } from "../registry/node_type.ts";
import { appNode, type AppProcessor } from "./app_node.ts";
import { portOf } from "./source_items.ts";

/**
 * A sink in a graph whose frames the script reads. A frame belongs to the script until it asks for the next one;
 * meanwhile the node holds the frame, and the link into the node follows its policy. Copy the data to keep it longer. A
 * loop ends when the sink is removed from the graph; its last frame then stays valid until the loop asks for the next.
 */
export interface AppSinkHandle<F extends Frame, I> extends NodeHandle<I>, AsyncIterable<F> {
  /**
   * Returns the iterator of frames: every call returns the same one. It ends with the stream. Leaving the loop early
   * closes the sink, and nodes that feed only the sink end with it.
   *
   * @throws the first failure of the graph, if it failed
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<F>;
  /** The frames as a stream; a frame is valid until the next one is read. Cancelling closes the sink. */
  readonly readable: ReadableStream<F>;
}

/** Sinks for a script to read. Each call makes one, to be added once. */
export const appSink: {
  /** A sink of audio, with the input `audio`. */
  audio(): NodeSpec<AppSinkHandle<AudioFrame, { audio: AudioFrame }>>;
  /** A sink of pictures, with the input `video`. */
  video(): NodeSpec<AppSinkHandle<VideoFrame, { video: VideoFrame }>>;
  /** A sink of encoded frames, with the input `encoded`. */
  encoded(): NodeSpec<AppSinkHandle<EncodedFrame, { encoded: EncodedFrame }>>;
  /** A sink of batches of records, with the input `packet`. `T`: the known fields of the records. */
  packet<T extends { readonly [K in keyof T]: PacketNumber } = PacketFields>(): NodeSpec<
    AppSinkHandle<PacketFrame<T>, { packet: PacketFrame<T> }>
  >;
  /** A sink of values of type `T`, with the input `data`. */
  data<T = unknown>(): NodeSpec<AppSinkHandle<DataFrame<T>, { data: DataFrame<T> }>>;
} = {
  audio: () => sink("audio"),
  video: () => sink("video"),
  encoded: () => sink("encoded"),
  packet: () => sink("packet"),
  data: () => sink("data"),
};

const DESCRIBED = {
  type: "app-sink",
  className: "AppSink",
  description: "Gives the script what comes in.",
  mode: "push",
} as const;

function sink<F extends Frame, I>(kind: FrameKind): NodeSpec<AppSinkHandle<F, I>> {
  const processor = new AppSink<F, I>();
  const port = { ...portOf(kind), direction: "input" } as const;
  return appNode(DESCRIBED, port, processor, (handle, side) => processor.extend(handle, side));
}

class AppSink<F extends Frame, I> implements AppProcessor<StreamInput<F>> {
  #input!: StreamInput<F>;
  #side!: ScriptSide;
  /** Pending while the script waits for a frame. */
  #wanted: PromiseWithResolvers<F | undefined> | undefined;
  /** Pending while the node waits for the script to want a frame, and to finish with it. */
  #asked = Promise.withResolvers<void>();
  #isWaiting = false;
  #closed = false;
  #ended = false;
  #hasLeft = false;
  /** True if the stream ended before the node did. */
  #complete = false;
  #context: ProcessorContext | undefined;
  /** Rejects with the reason if the edit that adds the node is refused. */
  readonly #refused = Promise.withResolvers<never>();
  /** The frame that the script holds. */
  #lent: F | undefined;
  /** The newest run that set it up. */
  #newest: Promise<unknown> | undefined;

  wire(port: StreamInput<F>): void {
    this.#input = port;
  }

  setup(context: ProcessorContext): void {
    this.#context = context;
    const run = this.#side.run();
    if (this.#newest !== undefined && this.#newest !== run) {
      this.#asked = Promise.withResolvers();
      this.#ended = this.#complete = this.#hasLeft = false;
    }
    this.#newest = run;
    // The sink was closed before the start, when no node existed to end.
    if (this.#closed) context.finish();
  }

  async process(): Promise<void> {
    if (this.#wanted === undefined && !this.#closed) await this.#askedFor();
    if (this.#closed || this.#ended) return;
    const frame = this.#input.read();
    if (frame === undefined) return;
    this.#asked = Promise.withResolvers();
    const wanted = this.#wanted!;
    this.#wanted = undefined;
    this.#lent = frame;
    wanted.resolve(frame);
    // The tick, and the frame with it, lasts until the script returns.
    await this.#askedFor();
    if (!this.#hasLeft) this.#lent = undefined;
  }

  awaitsScript(): boolean {
    return this.#isWaiting;
  }

  disabled(): void {
    this.#leave();
  }

  flush(): void {
    this.#end(true);
  }

  teardown(): void {
    this.#end(false);
  }

  extend(handle: NodeHandle, side: ScriptSide): AppSinkHandle<F, I> {
    this.#side = side;
    side.onRefused(() => this.#end(false));
    side.onDeparture((reason) => {
      if (reason === undefined) return this.#leave();
      this.#refused.promise.catch(() => {});
      this.#refused.reject(reason);
      this.#end(false);
    });
    const iterator: AsyncIterableIterator<F> = {
      next: () => this.#next(),
      return: () => {
        this.#close();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    const readable = new ReadableStream<F>({
      pull: async (controller) => {
        const { done, value } = await this.#next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => this.#close(),
    }, { highWaterMark: 0 });
    return Object.assign(handle as unknown as NodeHandle<I>, { [Symbol.asyncIterator]: () => iterator, readable });
  }

  async #askedFor(): Promise<void> {
    this.#isWaiting = true;
    await this.#asked.promise;
    this.#isWaiting = false;
  }

  async #next(): Promise<IteratorResult<F>> {
    if (this.#wanted !== undefined) throw new TypeError("Cannot read twice at once: await the frame asked for before");
    this.#giveBack();
    if (!this.#closed && !this.#ended) {
      const wanted = this.#wanted = Promise.withResolvers<F | undefined>();
      this.#asked.resolve();
      const frame = await wanted.promise;
      if (frame !== undefined) return { done: false, value: frame };
      this.#wanted = undefined;
    }
    // Throws the error that broke the stream off.
    if (!this.#closed && !this.#complete) await Promise.race([this.#side.run(), this.#refused.promise]);
    return { done: true, value: undefined };
  }

  #end(complete: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#complete = complete;
    this.#asked.resolve();
    this.#wanted?.resolve(undefined);
  }

  /**
   * Leaves the frame to the script when the node is removed or disabled: the removal waits for the tick, and the script
   * may wait for the removal.
   */
  #leave(): void {
    this.#hasLeft = true;
    if (this.#lent !== undefined && this.#lent.owned > 0) this.#lent.retain();
    else this.#lent = undefined;
    this.#ended = false;
    this.#end(true);
  }

  /** Gives back the frame that the script held when the node was removed. */
  #giveBack(): void {
    if (!this.#hasLeft) return;
    this.#lent?.release();
    this.#lent = undefined;
  }

  #close(): void {
    this.#giveBack();
    if (this.#closed) return;
    this.#closed = true;
    this.#context?.finish();
    this.#asked.resolve();
  }
}
