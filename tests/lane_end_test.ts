/** Worker lanes that edits leave without nodes: they end, and their places are used again. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import type { SluiceEvent } from "../core/events/event.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";
import { flow } from "./fixtures/waiting.ts";

/** Moves to lanes that were never there before: more than there are places. */
const MOVES = 70;

/** Those of the portable driver, where not `SLUICE_DEEP` says otherwise: the places are given by the same code. */
const PORTABLE_MOVES = Deno.env.get("SLUICE_DEEP") === "1" ? MOVES : 20;

/** Memory that the process may grow by in the second half of the moves, bytes: that of a few threads of the many. */
const MAY_GROW = 64 * 2 ** 20;

/** Threads by which the process's pool for blocking calls may grow meanwhile: it keeps them for 10 s. */
const MAY_POOL = 10;

/** How long the threads of lanes that have ended, and their memory, may take to go, milliseconds. */
const SETTLE_MS = 60_000;

function chain(native: "require" | "off"): Runtime {
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 4_000, slotBytes: 64 } } });
  const source = runtime.add(numberedSource({ count: 1e9, perTick: 8, intervalMs: 0.5 }), {
    id: "source",
    lane: "main",
  });
  const middle = runtime.add(pass(), { id: "middle", lane: "lane-0" });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "main" });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(source.outputs.audio, middle.inputs.audioIn, { policy: "lossless" });
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio, { policy: "lossless" });
  runtime.connect(sink.outputs.findings, found.inputs.data);
  return runtime;
}

eachDriver("a lane that an edit leaves without nodes ends, and its name can be used again", async (native) => {
  collected.length = 0;
  const runtime = chain(native);
  const told: SluiceEvent[] = [];
  using _listening = runtime.events.on("lane:*", (event) => void told.push(event));
  await runtime.start();
  for (const lane of ["lane-1", "lane-0", "main", "lane-0"]) await runtime.edit((edit) => edit.move("middle", lane));
  await runtime.edit(() => {});
  deepEqual(runtime.stats().lanes.map(({ name }) => name), ["main", "lane-0"]);
  await runtime.stop();
  const closed = told.filter(({ kind }) => kind === "closed").map((event) => event.group === "lane" && event.lane);
  deepEqual(closed.sort(), ["lane-0", "lane-0", "lane-0", "lane-1", "main"]);
  deepEqual([collected[0].missing, collected[0].disordered], [0, 0]);
});

eachDriver("a lane that an edit leaves without nodes gives back what these have kept", async (native) => {
  collected.length = 0;
  const runtime = chain(native);
  await runtime.edit((edit) => void edit.replace("middle", faulty({ how: "keeps frames", every: 10 })));
  await runtime.start();
  await flow(runtime, "sink");
  await runtime.edit((edit) => void edit.replace("middle", pass(), { lane: "lane-1", startsAnew: true }));
  await flow(runtime, "sink");
  assertSpent((await runtime.stop())!);
});

eachDriver("moves to ever new lanes leave no thread, no open file and no memory behind", async (native) => {
  const moves = native === "off" ? PORTABLE_MOVES : MOVES;
  collected.length = 0;
  const runtime = chain(native);
  await runtime.start();
  const before = load();
  let half = before;
  for (let k = 1; k <= moves; k++) {
    await runtime.edit((edit) => edit.move("middle", `lane-${k}`), { timeoutMs: 30_000 });
    if (k === moves / 2) half = load();
  }
  await runtime.edit(() => {});
  let after = load();
  const isWell = () => isBack(after, half) && after.bytes <= half.bytes + MAY_GROW;
  for (const until = performance.now() + SETTLE_MS; !isWell() && performance.now() < until;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    after = load();
  }
  console.log(`at first ${JSON.stringify(before)}, half-way ${JSON.stringify(half)}, then ${JSON.stringify(after)}`);
  equal(runtime.stats().lanes.length, 2);
  const { pools, links } = (await runtime.stop())!;
  for (const { name, slots, free } of pools) equal(free, slots, `pool ${name}`);
  for (const { written, read } of links) equal(written, read);
  deepEqual([collected[0].missing, collected[0].disordered], [0, 0]);
  ok(isBack(after, half), "threads and open files");
  ok(after.bytes <= half.bytes + MAY_GROW, "memory");
});

interface Load {
  /** Threads of the pool for blocking calls, and all others. */
  readonly pooled: number;
  readonly threads: number;
  readonly files: number;
  readonly bytes: number;
}

/** Whether the process uses no more than half-way, but for memory. */
function isBack(after: Load, half: Load): boolean {
  return after.threads <= half.threads + 1 && after.files <= half.files + 2 && after.pooled <= half.pooled + MAY_POOL;
}

/** What the process uses, as Linux tells it; nothing elsewhere. */
function load(): Load {
  if (Deno.build.os !== "linux") return { pooled: 0, threads: 0, files: 0, bytes: 0 };
  const names = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => nameOfThread(name));
  const pooled = names.filter((name) => name.startsWith("tokio")).length;
  return {
    pooled,
    threads: names.length - pooled,
    files: [...Deno.readDirSync("/proc/self/fd")].length,
    bytes: Deno.memoryUsage().rss,
  };
}

/** The name of a thread; empty for one that has ended. */
function nameOfThread(id: string): string {
  try {
    return Deno.readTextFileSync(`/proc/self/task/${id}/comm`);
  } catch {
    return "";
  }
}
