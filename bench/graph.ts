/**
 * Runs a chain of nodes as users run graphs, and times it between two frames at its end.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { LinkPolicy } from "../core/links/policy.ts";
import type { PoolSize } from "../core/pools/pool_plan.ts";
import { Runtime } from "../core/runtime.ts";
import { passStep } from "./nodes/pass_class.ts";
import {
  benchBatchSource,
  benchHeapSource,
  benchPasses,
  benchReport,
  benchSink,
  benchSource,
  reported,
  type Seen,
} from "./nodes/package.ts";

/** What chain to run. */
export interface Chain {
  /** Pass nodes between source and sink. */
  readonly passes: number;
  /** Classes that the pass nodes are of, 1 to 20. */
  readonly classes: number;
  /** Frames that are timed, and those before them. */
  readonly frames: number;
  readonly warmup: number;
  /** Frames in one tick of the source, at most 32; by default 1. */
  readonly perTick?: number;
  /** Samples in a frame; by default 16. */
  readonly samples?: number;
  /** The lane of each node from the source on; the last holds for all that follow. By default one worker lane. */
  readonly lanes?: readonly string[];
  /** By default `lossless`, so that every frame is counted. */
  readonly policy?: LinkPolicy;
  readonly capacity?: number;
  /** By default the native driver. */
  readonly portable?: boolean;
  readonly pool?: PoolSize;
  /** Measure the heaps of the first and the last lane; by default `false`. */
  readonly heap?: boolean;
  /** Whether the links count, as they do unless a variant of the runtime leaves it out; by default `true`. */
  readonly counted?: boolean;
}

/** How a chain ran. */
export interface ChainRun {
  readonly nsPerFrame: number;
  readonly seen: Seen;
  /** What the source has seen of its heap. */
  readonly source?: Seen;
}

/** Runs a chain to its end. @throws if a frame is missing, out of order, changed or counted wrongly */
export async function runChain(chain: Chain): Promise<ChainRun> {
  const { passes, classes, frames, warmup, perTick = 1, samples = 16, lanes = ["bench"], portable = false } = chain;
  const count = frames + warmup;
  await using runtime = new Runtime({
    mode: "offline",
    native: portable ? "off" : "require",
    ...(chain.pool && { pools: { audio: chain.pool } }),
  });
  const laneOf = (place: number) => lanes[Math.min(place, lanes.length - 1)];
  const link = { policy: chain.policy ?? "lossless", ...(chain.capacity && { capacity: chain.capacity }) };
  const heapSource = chain.heap
    ? runtime.add(benchHeapSource({ count, warmup, samples }), { lane: laneOf(0) })
    : undefined;
  const source = heapSource ??
    (perTick === 1
      ? runtime.add(benchSource({ count, samples }), { lane: laneOf(0) })
      : runtime.add(benchBatchSource({ count, perTick, samples }), { lane: laneOf(0) }));
  let output = source.outputs.audio as typeof passOutput;
  let passOutput!: ReturnType<typeof addPass>["outputs"]["audioOut"];
  for (let k = 0; k < passes; k++) {
    const pass = addPass(runtime, k % classes, laneOf(k + 1));
    runtime.connect(output, pass.inputs.audioIn, link);
    output = passOutput = pass.outputs.audioOut;
  }
  const sink = runtime.add(benchSink({ count, warmup }), { lane: laneOf(passes + 1) });
  runtime.connect(output, sink.inputs.audio, link);
  const report = runtime.add(benchReport());
  runtime.connect(sink.outputs.seen, report.inputs.data, { policy: "lossless" });
  if (heapSource !== undefined) {
    const sourceReport = runtime.add(benchReport());
    runtime.connect(heapSource.outputs.seen, sourceReport.inputs.data, { policy: "lossless" });
  }
  reported.length = 0;
  await runtime.start();
  const summary = await runtime.finished;
  const seen = reported.find((each) => each.received > 0)!;
  assertSeen(chain, count, seen);
  for (const each of summary.links.filter((link) => link.from.includes("audio"))) {
    if (chain.counted === false) break;
    const { written, read, queued, dropped } = each;
    deepEqual({ written, read, queued, full: dropped.full }, { written: count, read: count, queued: 0, full: 0 });
  }
  return { nsPerFrame: (seen.toNs - seen.fromNs) / frames, seen, source: reported.find((each) => each.received === 0) };
}

function addPass(runtime: Runtime, index: number, lane: string) {
  return runtime.add(benchPasses[index](), { lane });
}

function assertSeen({ passes, classes }: Chain, count: number, seen: Seen): void {
  let steps = 0;
  for (let k = 0; k < passes; k++) steps += passStep(k % classes);
  equal(seen.received, count, "frames received");
  equal(seen.disordered, 0, "frames out of order");
  equal(seen.moved, 0, "frames that were copied");
  equal(seen.ptsSum, steps * count, "sum of what the nodes added");
}
