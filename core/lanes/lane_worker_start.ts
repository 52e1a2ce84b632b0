/**
 * Starts the threads of worker lanes. A program that is about to run a graph may start one before it has read the
 * graph: the thread loads its modules meanwhile, and the first worker lane takes it.
 *
 * @module
 */
import type { PackageLoad } from "./messages.ts";

let early: Worker | undefined;

/**
 * Starts the thread of the first worker lane, whatever the lane will be called.
 *
 * @param packageUrl URL of the generated module that its nodes are likely to come from
 */
export function startLaneWorkerEarly(packageUrl: string): void {
  if (early !== undefined) return;
  early = makeWorker("sluice-lane");
  early.postMessage({ kind: "load", packageUrl } satisfies PackageLoad);
}

/** Ends the thread that was started early, if no lane has taken it. */
export function dropEarlyLaneWorker(): void {
  early?.terminate();
  early = undefined;
}

/**
 * The thread of a worker lane: the one that was started early, or a new one.
 *
 * @param lane the lane's name, which a new one gets
 */
export function takeLaneWorker(lane: string): Worker {
  const worker = early ?? makeWorker(`sluice-${lane}`);
  early = undefined;
  return worker;
}

function makeWorker(name: string): Worker {
  return new Worker(import.meta.resolve("./loop/lane_worker.ts"), { type: "module", name });
}
