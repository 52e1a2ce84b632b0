/**
 * Starts the threads of worker lanes. A program that is about to run a graph may start one before it has read the
 * graph: the thread loads its modules meanwhile, and the first worker lane takes it.
 *
 * @module
 */
import { bundledLane } from "../../registry/lane_code.ts";

let early: Worker | undefined;

/** Starts the thread of the first worker lane, before the name of the lane is known. */
export function startLaneWorkerEarly(): void {
  early ??= makeWorker("sluice-lane");
}

/** Ends the thread that was started early, if no lane has taken it. */
export function dropEarlyLaneWorker(): void {
  early?.terminate();
  early = undefined;
}

/**
 * Returns the thread of a worker lane: the one that was started early, or a new one.
 *
 * @param lane the lane's name, which a new thread gets
 */
export function takeLaneWorker(lane: string): Worker {
  const worker = early ?? makeWorker(`sluice-${lane}`);
  early = undefined;
  return worker;
}

function makeWorker(name: string): Worker {
  const module = bundledLane() ?? import.meta.resolve("../loop/lane_worker.ts");
  return new Worker(module, { type: "module", name });
}
