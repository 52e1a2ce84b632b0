/**
 * Other libraries' chains that do what {@linkcode runChain} does, each in a worker of its own.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { passStep } from "../nodes/pass_class.ts";

/** What a peer is asked to run. */
export interface ChainJob {
  readonly passes: number;
  readonly classes: number;
  readonly frames: number;
  readonly warmup: number;
}

/** What it answers. */
export interface ChainAnswer {
  readonly nsPerFrame: number;
  readonly received: number;
  readonly ptsSum: number;
}

/** Runs a peer's chain. @returns nanoseconds a frame @throws if an item is missing or was not changed by every step */
export async function runPeerChain(module: "rxjs" | "node_streams" | "web_streams", job: ChainJob): Promise<number> {
  const worker = new Worker(import.meta.resolve(`./${module}_worker.ts`), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<ChainAnswer>();
  worker.onmessage = ({ data }: MessageEvent<ChainAnswer>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`The peer ${module} failed: ${event.message}`));
  };
  worker.postMessage(job);
  try {
    const { nsPerFrame, received, ptsSum } = await promise;
    const count = job.frames + job.warmup;
    let steps = 0;
    for (let k = 0; k < job.passes; k++) steps += passStep(k % job.classes);
    equal(received, count, `items that came through ${module}`);
    equal(ptsSum, steps * count, `sum of what the steps of ${module} added`);
    return nsPerFrame;
  } finally {
    worker.terminate();
  }
}
