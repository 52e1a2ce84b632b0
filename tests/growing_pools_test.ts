/** Pools grow with a graph that runs, within their budget, and shrink with it. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { RuntimeStats } from "../core/stats.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { collect, collected, joint, looseSink, numberedSource } from "./fixtures/numbered.ts";
import { type Script, sink } from "./fixtures/scripted.ts";
import { flow, until } from "./fixtures/waiting.ts";

/** How many nodes a graph grows to, by how many links: an edit each. */
const NODES = Deno.env.get("SLUICE_DEEP") === "1" ? 1_000 : 24;

const LANES = ["main", "near", "far"];

const poolOf = ({ pools }: RuntimeStats, name = "audio") => pools.find((pool) => pool.name === name)!;

/** Adds nodes to the tree below node "n0", and links each to the one above it, and every other one once more. */
async function growTree(runtime: Runtime, from: number, to: number, lanes: readonly string[]): Promise<void> {
  for (let k = from; k < to; k++) {
    await runtime.edit((edit) => void edit.add(joint(), { id: `n${k}`, lane: lanes[k % lanes.length] }));
    const link = (above: number, input: string) =>
      runtime.edit((edit) => void edit.connectByName(`n${above}.audio`, `n${k}.${input}`, { capacity: 16 }));
    await link(Math.floor((k - 1) / 2), "first");
    if (k % 2 === 0) await link(Math.floor((k - 1) / 3), "second");
  }
}

for (const lanes of [["main"], LANES]) {
  eachDriver(`a graph of one source grows by single edits, with ${lanes.length} lanes`, async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    runtime.add(numberedSource({ count: 1e9, intervalMs: NODES / 20 }), { id: "n0", lane: "main" });
    await runtime.start();
    const before = poolOf(runtime.stats()).slots;
    await growTree(runtime, 1, NODES + 1, lanes);
    const last = `n${NODES}`;
    await flow(runtime, last, 5);
    const grown = poolOf(runtime.stats());
    ok(grown.slots >= 18 * 1.5 * NODES && grown.slots > before, `${grown.slots} slots`);
    equal(grown.exhausted, 0);
    equal(runtime.stats().links.length, NODES + Math.floor(NODES / 2));
    const summary = (await runtime.stop())!;
    assertSpent(summary);
    for (const { slots, free } of summary.pools) equal(free, slots);
  });
}

eachDriver("a running graph gets one link of data after another", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "n0", lane: "main" });
  await runtime.start();
  for (let k = 0; k < 12; k++) {
    await runtime.edit((edit) => {
      edit.add(looseSink(), { id: `from${k}`, lane: LANES[k % 3] });
      edit.add(collect(), { id: `to${k}`, lane: "main" });
      edit.connectByName(`from${k}.findings`, `to${k}.data`);
    });
  }
  ok(poolOf(runtime.stats(), "data").slots > 256);
  const before = collected.length;
  const summary = (await runtime.stop())!;
  equal(collected.length, before + 12);
  assertSpent(summary);
});

eachDriver("the figures tell how much memory pools may have, before the start as after it", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const { memory } = runtime.stats();
  ok(memory.limitBytes > 0);
  deepEqual(memory, { limitBytes: memory.limitBytes, reservedBytes: 0, usedBytes: 0 });
  await runtime.start();
  equal(runtime.stats().memory.limitBytes, memory.limitBytes);
  await using given = new Runtime({ native, memory: { limit: 2 ** 20 } });
  equal(given.stats().memory.limitBytes, 2 ** 20);
});

eachDriver("pools keep to memory.limit, and an edit beyond it says what to do and changes nothing", async (native) => {
  const limit = 24 * 2 ** 20;
  await using runtime = new Runtime({ mode: "live", native, memory: { limit } });
  runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "n0", lane: "main" });
  await runtime.start();
  await rejects(growTree(runtime, 1, 30, ["main"]), {
    code: "PoolExhausted",
    key: "memory.limit",
    message: /^Cannot edit the graph: its pools need 2\d MiB \("audio" 2\d MiB\), and memory.limit is 24 MiB; raise .*/,
  });
  const { memory, nodes, links } = runtime.stats();
  ok(memory.limitBytes === limit && memory.reservedBytes > limit / 2 && memory.reservedBytes <= limit);
  const last = nodes.at(-1)!.id;
  await flow(runtime, links.at(-1)!.to.split(".")[0], 3);
  await runtime.edit((edit) => void edit.remove(last));
  assertSpent((await runtime.stop())!);
});

Deno.test("a start beyond memory.limit is refused", async () => {
  await using runtime = new Runtime({ mode: "live", memory: { limit: 1_000_000 } });
  runtime.add(numberedSource(), { id: "n0", lane: "main" });
  await rejects(runtime.start(), {
    code: "PoolExhausted",
    message: /^Cannot start: its pools need 2 MiB .* is 1 MiB; /,
  });
});

eachDriver("figures of a pool that shrinks tell of the slots that nodes keep", async (native) => {
  const kept: { release(): void }[] = [];
  await using runtime = new Runtime({ mode: "live", native });
  runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "n0", lane: "main" });
  await runtime.start();
  // More than the pool lends once it has shrunk.
  const wanted = 2 * poolOf(runtime.stats()).slots;
  const keeps = sink({
    process(this: Script) {
      for (const frame of this.audioIn!.drain()) if (kept.length < wanted) kept.push(frame.retain());
    },
  });
  await runtime.edit((edit) => {
    for (let k = 1; k <= 24; k++) {
      edit.add(joint(), { id: `n${k}`, lane: "main" });
      edit.connectByName(`n${k - 1}.audio`, `n${k}.first`, { capacity: 32 });
    }
    edit.add(numberedSource({ count: 1e9, intervalMs: 0.1 }), { id: "own", lane: "main" });
    edit.add(keeps, { id: "keeps" });
    edit.connectByName("own.audio", "keeps.audioIn");
  });
  const inUse = () => {
    const { memory, pools } = runtime.stats();
    for (const { slots, free } of pools) ok(free <= slots, `${free} of ${slots}`);
    const { slots, free, slotBytes } = poolOf(runtime.stats());
    ok(memory.usedBytes >= (slots - free) * slotBytes);
    return slots - free;
  };
  await until(() => kept.length === wanted);
  const grown = poolOf(runtime.stats()).slots;
  ok(inUse() >= wanted);
  await runtime.edit((edit) => {
    for (let k = 24; k > 1; k--) edit.remove(`n${k}`);
  });
  await until(() => poolOf(runtime.stats()).slots < grown);
  ok(inUse() >= wanted);
  for (const frame of kept) frame.release();
  ok(inUse() < wanted);
  const summary = (await runtime.stop())!;
  assertSpent(summary);
  ok(poolOf(summary).slots < wanted);
});

eachDriver("what a graph needs no longer is given back while it runs, and comes again", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "n0", lane: "near" });
  await runtime.start();
  await growTree(runtime, 1, 25, LANES);
  await flow(runtime, "n24", 3);
  const { slots } = poolOf(runtime.stats());
  await runtime.edit((edit) => {
    for (let k = 24; k > 1; k--) edit.remove(`n${k}`);
  });
  await until(() => poolOf(runtime.stats()).slots < slots / 2);
  await growTree(runtime, 2, 25, LANES);
  await flow(runtime, "n24", 3);
  const summary = (await runtime.stop())!;
  assertSpent(summary);
  ok(poolOf(summary).slots >= slots / 2);
});
