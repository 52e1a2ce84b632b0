/** Pools grow with a graph that runs, within their budget, and shrink with it. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { RuntimeStats } from "../core/stats.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { joint, looseSink, numberedSource } from "./fixtures/numbered.ts";
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
