/**
 * How long a lane with much to do takes until it does what it is asked.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import type { Benchmark } from "../benchmark.ts";
import { figure, median, type Row } from "../measure.ts";
import { benchSource, benchWorker } from "../nodes/package.ts";

/** Time of a tick, milliseconds: the node always has 64 frames before it. */
const WORK_MS = 25;
const CAPACITY = 64;

/** Questions of a run. */
const ASKED = 20;

/** Longest that the median may take, in ticks: one of half a tick is under way on average, and threads must wake. */
const LIMIT_TICKS = 1;

export const answers: Benchmark = {
  name: "answers",
  about:
    `A parameter is set, and the graph paused, while a node of a worker lane works ${WORK_MS} ms on each frame and its ` +
    `link is full. From the call until it is in effect, by the time of a tick.`,
  async run({ runs }) {
    const set: number[] = [];
    const paused: number[] = [];
    for (let k = 0; k < runs; k++) {
      const times = await answerTimes();
      set.push(...times.set);
      paused.push(...times.paused);
    }
    return [row("a parameter is set", set), row("the graph is paused", paused)];
  },
};

/** @returns how long each took, nanoseconds */
async function answerTimes(): Promise<{ readonly set: readonly number[]; readonly paused: readonly number[] }> {
  await using runtime = new Runtime({ mode: "live", native: "require", stopTimeoutMs: 0 });
  const source = runtime.add(benchSource({ count: 1e9 }), { lane: "bench-a" });
  const worker = runtime.add(benchWorker({ workMs: WORK_MS }), { id: "worker", lane: "bench-b" });
  runtime.connect(source.outputs.audio, worker.inputs.audio, { policy: "lossless", capacity: CAPACITY });
  await runtime.start();
  const ticks = () => runtime.stats().nodes.find(({ id }) => id === "worker")!.ticks;
  while (ticks() < 3) await sleep(WORK_MS);
  const set: number[] = [];
  const paused: number[] = [];
  for (let k = 0; k < ASKED; k++) {
    set.push(await timed(() => runtime.setConfig("worker", "workMs", WORK_MS)));
    await sleep(k * 7 % WORK_MS);
    paused.push(await timed(() => runtime.pause()));
    ok(runtime.stats().links[0].queued > CAPACITY / 2, "frames are queued");
    await runtime.resume();
    await sleep(2 * WORK_MS + k * 11 % WORK_MS);
  }
  equal(set.length + paused.length, 2 * ASKED);
  return { set, paused };
}

async function timed(ask: () => Promise<unknown>): Promise<number> {
  const fromMs = performance.now();
  await ask();
  return (performance.now() - fromMs) * 1e6;
}

function row(what: string, valuesNs: readonly number[]): Row {
  const inTicks = valuesNs.map((ns) => ns / (WORK_MS * 1e6));
  const result = median(inTicks);
  return {
    what: `${what} on a lane with a backlog, ticks of ${WORK_MS} ms: median`,
    peer: "",
    result: `${result.toFixed(2)} ticks`,
    spread: `${Math.min(...inTicks).toFixed(2)} to ${Math.max(...inTicks).toFixed(2)} ticks`,
    goal: `≤ ${LIMIT_TICKS} tick`,
    hit: result <= LIMIT_TICKS,
    detail: figure(median(valuesNs)),
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
