/**
 * A source that the script feeds: `await source.push(…)`.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { Frame } from "../frames/frame.ts";
import type { StreamOutput } from "../ports/stream.ts";
import type { ProcessorContext } from "../processor.ts";
import type { NodeHandle } from "../registry/handle.ts";
import type { NodeSpec } from "../registry/node_type.ts";
import { appNode, type AppProcessor } from "./app_node.ts";
import { PushQueue } from "./push_queue.ts";

/** What the blocks of an audio source are. */
export interface AppAudioOptions {
  /** Hertz. */
  readonly sampleRateHz: number;
  /** 1 to 64. */
  readonly channels: number;
}

/** A block of audio to push. */
export interface AppAudioBlock {
  /** One array a channel, all of one length. They are copied before `push()` returns its promise's value. */
  readonly channels: readonly Float32Array[];
  /** Presentation time, nanoseconds; by default the end of the block before, or 0. */
  readonly ptsNs?: number;
  /** Whether samples are missing before the block; by default `false`. */
  readonly discontinuity?: boolean;
}

/** A value to push. */
export interface AppValue<T> {
  /** It travels by reference on its own lane and must not be changed afterwards. */
  readonly value: T;
  /** Presentation time, nanoseconds; by default 0. */
  readonly ptsNs?: number;
}

/** A source in a graph that the script feeds with items of type `I`. */
export interface AppSourceHandle<I, O> extends NodeHandle<Record<never, never>, O> {
  /**
   * Gives the graph one item. It waits for room on lossless links, and for the start of the graph; items keep their
   * order however many are waited for at once.
   *
   * @returns when every link has the item
   * @throws {TypeError} or {RangeError} if the item is not what the source carries: the graph goes on
   * @throws {SluiceError} why the graph failed, or `Busy` if it has ended or nobody reads from the source any more
   */
  push(item: I): Promise<void>;
  /** Ends the stream after what was pushed. A second call does nothing. */
  end(): void;
  /** Fails the graph: `runtime.finished` rejects with the reason. */
  abort(reason: unknown): void;
  /** Pushes what is written to it; closing ends the stream, aborting fails the graph. */
  readonly writable: WritableStream<I>;
}

/** What is added for an audio source. */
export type AppAudioSource = NodeSpec<AppSourceHandle<AppAudioBlock, { audio: AudioFrame }>>;

/** What is added for a source of values. */
export type AppDataSource<T> = NodeSpec<AppSourceHandle<AppValue<T>, { data: DataFrame<T> }>>;

/** Sources that a script feeds. Each call makes one, to be added once. */
export const appSource: {
  /** A source of audio, with the output `audio`. */
  audio(options: AppAudioOptions): AppAudioSource;
  /** A source of values of type `T`, with the output `data`. */
  data<T = unknown>(): AppDataSource<T>;
} = {
  audio: (options) => {
    let endPtsNs = 0;
    const make = async (output: StreamOutput<AudioFrame>, block: AppAudioBlock): Promise<AudioFrame> => {
      const sampleCount = checkBlock(block, options);
      const frame = await acquire(output, { ...options, sampleCount });
      for (const [at, samples] of block.channels.entries()) frame.channel(at).set(samples);
      frame.ptsNs = block.ptsNs ?? endPtsNs;
      frame.discontinuity = block.discontinuity ?? false;
      endPtsNs = frame.ptsNs + frame.durationNs;
      return frame;
    };
    const announce = (output: StreamOutput<AudioFrame>) => output.announce({ kind: "audio", ...options });
    const processor = new AppSource<AppAudioBlock, AudioFrame, { audio: AudioFrame }>(make, announce);
    return appNode(
      DESCRIBED,
      { name: "audio", direction: "output", kind: "audio", type: "AudioFrame" },
      processor,
      (handle, run) => processor.extend(handle, run),
    );
  },
  data: <T>() => {
    const make = async (output: StreamOutput<DataFrame<T>>, { value, ptsNs }: AppValue<T>) => {
      const frame = await acquire(output, { value });
      frame.ptsNs = ptsNs ?? 0;
      return frame;
    };
    const processor = new AppSource<AppValue<T>, DataFrame<T>, { data: DataFrame<T> }>(make);
    const port = { name: "data", direction: "output", kind: "data", type: "DataFrame", schema: "unknown" } as const;
    return appNode(DESCRIBED, port, processor, (handle, run) => processor.extend(handle, run));
  },
};

const DESCRIBED = {
  type: "app-source",
  className: "AppSource",
  description: "Gives a graph what the script pushes.",
  mode: "external",
} as const;

class AppSource<I, F extends Frame, O> implements AppProcessor<StreamOutput<F>> {
  readonly #make: (output: StreamOutput<F>, item: I) => Promise<F>;
  readonly #announce: (output: StreamOutput<F>) => void;
  readonly #queue = new PushQueue<I>();
  #output!: StreamOutput<F>;
  #failure: { readonly reason: unknown } | undefined;
  #run: () => Promise<unknown> = () => Promise.resolve();
  #id = "";

  constructor(
    make: (output: StreamOutput<F>, item: I) => Promise<F>,
    announce: (output: StreamOutput<F>) => void = () => {},
  ) {
    this.#make = make;
    this.#announce = announce;
  }

  wire(port: StreamOutput<F>): void {
    this.#output = port;
  }

  setup(): void {
    this.#announce(this.#output);
  }

  async process(context: ProcessorContext): Promise<void> {
    const close = () => this.#queue.close(this.#over());
    context.signal.addEventListener("abort", close, { once: true });
    for (let pushed = await this.#queue.take(); pushed !== undefined; pushed = await this.#queue.take()) {
      try {
        await this.#output.ready();
      } catch {
        pushed.reject(this.#over());
        break;
      }
      let frame: F;
      try {
        frame = await this.#make(this.#output, pushed.item);
      } catch (error) {
        pushed.reject(error);
        continue;
      }
      this.#output.write(frame);
      pushed.resolve();
    }
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  teardown(): void {
    // Whoever still pushes learns how the graph ended.
    void this.#run().then(
      () => this.#queue.close(this.#over()),
      (failure) => this.#queue.close(failure),
    );
  }

  extend(handle: NodeHandle, run: () => Promise<unknown>): AppSourceHandle<I, O> {
    this.#run = run;
    this.#id = handle.id;
    const push = (item: I) => this.#queue.push(item);
    const end = () => this.#queue.end();
    const abort = (reason: unknown) => {
      this.#failure ??= { reason };
      this.#queue.close(reason);
    };
    const write = (item: I) =>
      push(item).catch((error) => {
        // A stream that failed takes no more items, so the graph would wait for ever.
        abort(error);
        throw error;
      });
    const writable = new WritableStream<I>({ write, close: end, abort });
    return Object.assign(handle as unknown as NodeHandle<Record<never, never>, O>, { push, end, abort, writable });
  }

  #over(): SluiceError {
    const message = `Cannot push to "${this.#id}": the graph has ended, or nobody reads from it any more`;
    return new SluiceError("Busy", message, { nodeId: this.#id });
  }
}

/** Takes a slot, waiting for one if there is none. */
function acquire<F extends Frame>(output: StreamOutput<F>, shape: unknown): Promise<F> {
  return output.acquire(shape as Parameters<StreamOutput<F>["acquire"]>[0]);
}

/** @returns samples in each channel */
function checkBlock({ channels }: AppAudioBlock, options: AppAudioOptions): number {
  if (channels.length !== options.channels) {
    throw new RangeError(`Cannot push a block of ${channels.length} channels: wanted ${options.channels}`);
  }
  const sampleCount = channels[0].length;
  const other = channels.find((samples) => samples.length !== sampleCount);
  if (other === undefined) return sampleCount;
  throw new RangeError(
    `Cannot push a block whose channels have ${sampleCount} and ${other.length} samples: wanted as many in each`,
  );
}
