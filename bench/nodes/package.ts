/**
 * The package of the benchmarks' node types: worker lanes import it.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import { definePackage, type NodePackage, type NodeType } from "../../core/registry/node_type.ts";
import { port } from "./describe.ts";
import { nodeType } from "./node_type.ts";
import { type PassType, passTypes } from "./pass_class.ts";

/** What a sink has seen. Heap figures are those of the sink's isolate, where `gc()` is there to be called. */
export interface Seen {
  readonly received: number;
  /** Sum over all frames of `ptsNs - sequence`. */
  readonly ptsSum: number;
  /** Frames that came out of order or not at all. */
  readonly disordered: number;
  /** Frames whose payload was not where the source had put it. */
  readonly moved: number;
  /**
   * When the first timed frame and the last frame came, on the runtime's clock; with no frames to warm up, when the
   * first one left the source.
   */
  readonly fromNs: number;
  readonly toNs: number;
  /**
   * Nanoseconds a frame in the quickest quarter of the stretches of {@linkcode STRETCH} timed frames, at most; 0 with
   * no such stretch. Other work of the machine makes some stretches long, and leaves these alone.
   */
  readonly calmNs: number;
  readonly heapGrowthBytes: number;
}

/** Frames of a stretch that is timed by itself. */
const STRETCH = 1_000;

/** Stretches that are looked at: the newest of the run. */
const STRETCHES = 128;

const NOTHING_SEEN: Seen = {
  received: 0,
  ptsSum: 0,
  disordered: 0,
  moved: 0,
  fromNs: 0,
  toNs: 0,
  calmNs: 0,
  heapGrowthBytes: 0,
};

type None = Record<never, never>;
type SourceHandle = NodeHandle<None, { audio: AudioFrame<1> }>;

class BenchSource {
  audio!: StreamOutput<AudioFrame<1>>;
  /** Frames in all, and in one tick. */
  count = 1;
  perTick = 1;
  /** Samples in a frame. */
  samples = 16;
  protected sent = 0;

  process(context: ProcessorContext): void {
    const sampleCount = this.samples;
    for (let k = 0; k < this.perTick && this.sent < this.count; k++) {
      const frame = this.audio.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount });
      if (frame === undefined) return;
      frame.ptsNs = this.sent;
      // The sink compares it with where it finds the payload.
      frame.durationNs = frame.channel(0).byteOffset;
      this.sent++;
      this.audio.write(frame);
    }
    if (this.sent >= this.count) context.finish();
  }
}

/** Also measures the heap of its isolate, from frame `warmup` to the last. */
class HeapSource extends BenchSource {
  seen!: StreamOutput<DataFrame<Seen>>;
  warmup = 0;
  #heap = 0;

  override process(context: ProcessorContext): void {
    if (this.sent === this.warmup) this.#heap = collectedHeapBytes();
    super.process(context);
  }

  flush(): void {
    const value: Seen = { ...NOTHING_SEEN, heapGrowthBytes: collectedHeapBytes() - this.#heap };
    this.seen.write(this.seen.tryAcquire({ value })!);
  }
}

class BenchSink {
  audio!: StreamInput<AudioFrame<1>>;
  seen!: StreamOutput<DataFrame<Seen>>;
  /** Frames before the clock starts. */
  warmup = 0;
  /** Frames in all. */
  count = 1;
  #received = 0;
  #ptsSum = 0;
  #disordered = 0;
  #moved = 0;
  #fromNs = 0;
  #toNs = 0;
  #heap = 0;
  /** Nanoseconds a frame, of the newest stretches; made at the start, so that memory does not grow. */
  readonly #stretches = new Float64Array(STRETCHES);
  #stretchesTimed = 0;
  #stretchFromNs = 0;

  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audio.read())) {
      if (this.#received === this.warmup) {
        this.#heap = collectedHeapBytes();
        this.#fromNs = this.warmup === 0 ? frame.ingressNs : context.nowNs();
      }
      if (frame.sequence !== this.#received) this.#disordered++;
      if (frame.durationNs !== frame.channel(0).byteOffset) this.#moved++;
      this.#ptsSum += frame.ptsNs - frame.sequence;
      this.#received++;
      if (this.#received % STRETCH === 0) this.#endStretch(context.nowNs());
      if (this.#received === this.count) this.#toNs = context.nowNs();
    }
  }

  flush(): void {
    const value: Seen = {
      received: this.#received,
      ptsSum: this.#ptsSum,
      disordered: this.#disordered,
      moved: this.#moved,
      fromNs: this.#fromNs,
      toNs: this.#toNs,
      calmNs: this.#calmNs(),
      heapGrowthBytes: collectedHeapBytes() - this.#heap,
    };
    this.seen.write(this.seen.tryAcquire({ value })!);
  }

  #endStretch(nowNs: number): void {
    if (this.#received >= this.warmup + STRETCH) {
      this.#stretches[this.#stretchesTimed++ % STRETCHES] = (nowNs - this.#stretchFromNs) / STRETCH;
    }
    this.#stretchFromNs = nowNs;
  }

  #calmNs(): number {
    const timed = this.#stretches.subarray(0, Math.min(this.#stretchesTimed, STRETCHES)).sort();
    return timed[timed.length >> 2] ?? 0;
  }
}

class BenchReport {
  data!: StreamInput<DataFrame<Seen>>;

  process(): void {
    let frame;
    while ((frame = this.data.read())) reported.push(frame.value);
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

class BenchWorker {
  audio!: StreamInput<AudioFrame>;
  workMs = 0;

  process(): void {
    // A wait keeps the thread and leaves the core to others.
    if (this.audio.read() !== undefined) Atomics.wait(never, 0, 0, this.workMs);
  }
}

/** What `benchReport` nodes on main have received. */
export const reported: Seen[] = [];

/** Bytes of this isolate's heap in use after a forced collection; 0 where there is no `gc()`. */
function collectedHeapBytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return 0;
  gc();
  return Deno.memoryUsage().heapUsed;
}

/** A source of `count` frames; one frame a tick, with a burst of 1. */
export const benchSource: NodeType<{ count: number; samples?: number }, SourceHandle> = sourceType("bench-source", 1);

/** A source of `count` frames, `perTick` (at most 32) in a tick. */
export const benchBatchSource: NodeType<{ count: number; perTick: number; samples?: number }, SourceHandle> =
  sourceType("bench-batch-source", 32);

/** A source of one frame a tick that measures its isolate's heap. */
export const benchHeapSource: NodeType<
  { count: number; warmup: number; samples?: number },
  NodeHandle<None, { audio: AudioFrame<1>; seen: DataFrame<Seen> }>
> = nodeType(() => new HeapSource(), {
  type: "bench-heap-source",
  mode: "loop",
  keys: ["count", "warmup", "samples"],
  ports: [
    port({ name: "audio", direction: "output", kind: "audio" }),
    port({ name: "seen", direction: "output", kind: "data" }),
  ],
});

/** Checks frames and times them. */
export const benchSink: NodeType<
  { warmup: number; count: number },
  NodeHandle<{ audio: AudioFrame }, { seen: DataFrame<Seen> }>
> = nodeType(() => new BenchSink(), {
  type: "bench-sink",
  keys: ["warmup", "count"],
  ports: [
    port({ name: "audio", direction: "input", kind: "audio" }),
    port({ name: "seen", direction: "output", kind: "data" }),
  ],
});

/** Reads a frame a tick and keeps its thread for `workMs`, which may be changed. */
export const benchWorker: NodeType<{ workMs: number }, NodeHandle<{ audio: AudioFrame }, None>> = nodeType(
  () => new BenchWorker(),
  {
    type: "bench-worker",
    config: {
      type: "object",
      properties: { workMs: { type: "number", minimum: 0, "x-live": true } },
      required: ["workMs"],
      additionalProperties: false,
    },
    ports: [port({ name: "audio", direction: "input", kind: "audio" })],
  },
);

/** Puts what sinks have seen into {@linkcode reported}, on main. */
export const benchReport: NodeType<None, NodeHandle<{ data: DataFrame<Seen> }, None>> = nodeType(
  () => new BenchReport(),
  {
    type: "bench-report",
    lane: "main",
    ports: [port({ name: "data", direction: "input", kind: "data" })],
  },
);

/** The classes that hand frames on. */
export const benchPasses: readonly PassType[] = passTypes();

export const nodePackage: NodePackage = definePackage({
  name: "bench",
  url: import.meta.url,
  nodes: [benchSource, benchBatchSource, benchHeapSource, benchSink, benchWorker, benchReport, ...benchPasses],
  sources: {},
});

function sourceType<C>(type: string, burst: number): NodeType<C, SourceHandle> {
  return nodeType(() => new BenchSource(), {
    type,
    mode: "loop",
    keys: ["count", "perTick", "samples"],
    ports: [port({ name: "audio", direction: "output", kind: "audio", burst })],
  });
}
