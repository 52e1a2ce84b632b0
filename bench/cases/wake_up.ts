/**
 * How long it takes to wake a lane that sleeps, and to be woken by it.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { controlBytes, ControlPage } from "../../core/control_page.ts";
import { openNativeDriver } from "../../core/driver/native.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { figure, median, quantile, ratioRow, type Row } from "../measure.ts";
import type { WakeAnswer, WakeJob } from "../peers/wake_worker.ts";

const ROUNDS = 20_000;

/** Most that a round trip may take while both sides spin, nanoseconds. */
const SPINNING_LIMIT_NS = 3_000;

export const wakeUp: Benchmark = {
  name: "wake-up",
  about:
    "A round trip between two worker lanes: signal, wake, signal back. Blocking park against the bare futex of libc " +
    "called from Deno; and spinning on the inbox.",
  async run({ runs, skip }: BenchOptions) {
    if (Deno.build.os !== "linux") {
      skip("the bare futex is that of Linux");
      return [];
    }
    const trips = { park: [] as number[][], futex: [] as number[][], spin: [] as number[][] };
    for (let k = 0; k < runs; k++) {
      for (const mode of ["park", "futex", "spin"] as const) trips[mode].push(await roundTrips(mode));
    }
    const at = (mode: keyof typeof trips, part: number) => trips[mode].map((each) => quantile(each, part));
    const spinning = median(at("spin", 0.5));
    return [
      ratioRow(
        { what: "wake-up round trip, blocking park, median", peer: "bare futex", goal: { of: "cost", limit: 1.1 } },
        at("park", 0.5),
        at("futex", 0.5),
      ),
      ratioRow(
        { what: "wake-up round trip, blocking park, p99", peer: "bare futex" },
        at("park", 0.99),
        at("futex", 0.99),
      ),
      {
        what: "signal round trip, both sides spinning, median",
        peer: "",
        result: figure(spinning),
        spread: `${figure(Math.min(...at("spin", 0.5)))} to ${figure(Math.max(...at("spin", 0.5)))}`,
        goal: "≤ 3 µs",
        hit: spinning <= SPINNING_LIMIT_NS,
        detail: "",
      },
      {
        what: "signal round trip, both sides spinning, p99",
        peer: "",
        result: figure(median(at("spin", 0.99))),
        spread: `${figure(Math.min(...at("spin", 0.99)))} to ${figure(Math.max(...at("spin", 0.99)))}`,
        goal: "",
        hit: undefined,
        detail: "",
      },
    ] satisfies Row[];
  },
};

/** @returns how long each round took, nanoseconds */
async function roundTrips(mode: WakeJob["mode"]): Promise<number[]> {
  const driver = openNativeDriver();
  const sizes = { lanes: 2, links: 1, nodes: 1 };
  const control = driver.createArena(controlBytes(sizes));
  ControlPage.format(driver.openArena(control), sizes);
  const words = driver.createArena(4096);
  const workers = [0, 1].map((lane) => {
    const worker = new Worker(import.meta.resolve("../peers/wake_worker.ts"), { type: "module" });
    const job: WakeJob = { mode, lane, rounds: ROUNDS, driver: driver.token, control, words };
    const { promise, resolve, reject } = Promise.withResolvers<WakeAnswer>();
    worker.onmessage = ({ data }: MessageEvent<WakeAnswer>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`A lane of the wake-up benchmark failed: ${event.message}`));
    };
    worker.postMessage(job);
    return { worker, promise };
  });
  const answers = await Promise.all(workers.map(({ promise }) => promise));
  for (const { worker } of workers) worker.terminate();
  driver.releaseArena(words);
  driver.releaseArena(control);
  for (const { woken } of answers) equal(woken, ROUNDS, "times woken");
  return answers[0].tripsNs.slice(ROUNDS / 10);
}
