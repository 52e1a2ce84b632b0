/**
 * A node that one edit replaces and takes to another lane: it has no trial, and no frame of its links is lost or counted
 * twice. Where its first tick fails, it has failed itself.
 */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { Supervision } from "../core/graph/supervision.ts";
import type { LinkPolicy } from "../core/links/policy.ts";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";
import { filter, type Script } from "./fixtures/scripted.ts";
import { until } from "./fixtures/waiting.ts";

const FRAMES_BETWEEN = 50;
/** Edits of one run. */
const EDITS = Deno.env.get("SLUICE_DEEP") === "1" ? 4 : 2;
/** More than a busy machine needs. */
const TIMES = { trialMs: 5_000, timeoutMs: 60_000 };

const SUPERVISION = { restart: { limit: 5, backoffMs: 1 } };

/** Where the links lead from and to whose middle leaves lane "near" for "main", and their policy. */
const CHAINS: readonly (readonly [from: string, to: string, policy: LinkPolicy])[] = [
  ["near", "near", "lossless"],
  ["near", "near", "roll-off"],
  ["far", "near", "roll-off"],
  ["far", "far", "lossless"],
  ["main", "main", "roll-off"],
  ["main", "main", "lossless"],
  ["far", "main", "lossless"],
  ["main", "far", "roll-off"],
];

/** Reads a frame, and fails, once; later instances pass frames on. */
function failing(told: string[], isAsync: boolean) {
  return filter({
    process(this: Script): void | Promise<void> {
      const first = told.length === 0 ? this.audioIn!.read() : undefined;
      if (first === undefined) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
        return isAsync ? Promise.resolve() : undefined;
      }
      told.push("ticked");
      if (!isAsync) throw new Error("the first tick, on purpose");
      return Promise.reject(new Error("the first tick, on purpose"));
    },
  }, { isAsync });
}

function passing(told: string[]) {
  return filter({
    process(this: Script): void {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
    },
    teardown: () => void told.push("torn down"),
  });
}

function chain(
  native: "require" | "off",
  from: string,
  to: string,
  policy: LinkPolicy,
  supervision: Supervision = SUPERVISION,
): Runtime {
  collected.length = 0;
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 2_000, slotBytes: 64 } } });
  const numbered = runtime.add(numberedSource({ count: 1e9, perTick: 4, intervalMs: 0.2 }), {
    id: "source",
    lane: from,
  });
  const middle = runtime.add(pass(), { id: "middle", lane: "near", supervision });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: to });
  const found = runtime.add(collect(), { id: "found" });
  runtime.connect(numbered.outputs.audio, middle.inputs.audioIn, { policy });
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio, { policy });
  runtime.connect(sink.outputs.findings, found.inputs.data);
  return runtime;
}

async function flow(runtime: Runtime): Promise<void> {
  const read = () => runtime.stats().nodes.find(({ id }) => id === "sink")!.framesIn;
  const before = read();
  while (read() < before + FRAMES_BETWEEN) await new Promise((resolve) => setTimeout(resolve, 1));
}

/**
 * Stops the graph; no frame was lost, repeated or damaged but those that links have dropped, and said so.
 *
 * @param lost frames that a failed tick had read
 */
async function assertWhole(runtime: Runtime, policy: LinkPolicy, lost = 0): Promise<void> {
  const { links, pools } = (await runtime.stop())!;
  const [{ corrupt, disordered, missing, unflagged }] = collected;
  deepEqual({ corrupt, disordered, unflagged }, { corrupt: 0, disordered: 0, unflagged: 0 });
  if (policy === "lossless") equal(missing, lost);
  for (const { id, written, read, dropped } of links) equal(written, read + dropped.full, id);
  for (const { name, slots, free } of pools) equal(free, slots, `pool ${name}`);
}

for (const [from, to, policy] of CHAINS) {
  const where = `${from} to ${to}, ${policy}`;
  eachDriver(
    `a node whose first tick on another lane fails is restarted there, and only what it read is lost (${where})`,
    async (native) => {
      for (const isAsync of [false, true]) {
        const told: string[] = [];
        const runtime = chain(native, from, to, policy);
        await runtime.start();
        await flow(runtime);
        await runtime.edit((edit) => void edit.replace("middle", failing(told, isAsync), { lane: "main" }), TIMES);
        await until(() => told.length > 0);
        await flow(runtime);
        const { lane, restarts } = runtime.stats().nodes.find(({ id }) => id === "middle")!;
        deepEqual([lane, restarts], ["main", 1]);
        await assertWhole(runtime, policy, 1);
      }
    },
  );

  eachDriver(
    `what the first tick of a node from another lane has read and written counts once (${where})`,
    async (native) => {
      const told: string[] = [];
      const runtime = chain(native, from, to, policy);
      await runtime.start();
      for (let k = 0; k < EDITS; k++) {
        await flow(runtime);
        await runtime.edit(
          (edit) => void edit.replace("middle", passing(told), { lane: "main", startsAnew: true }),
          TIMES,
        );
        await flow(runtime);
        await runtime.edit((edit) => void edit.replace("middle", pass(), { lane: "near" }), TIMES);
      }
      await flow(runtime);
      equal(told.length, EDITS);
      await assertWhole(runtime, policy);
    },
  );
}

eachDriver(
  "a first tick that fails on a worker lane that was started for its node is told with the node",
  async (native) => {
    const runtime = chain(native, "far", "near", "lossless", "fail");
    await runtime.start();
    await flow(runtime);
    await runtime.edit((edit) => {
      edit.replace("middle", faulty({ how: "throws", every: 1 }), { lane: "other" });
    }, TIMES);
    await rejects(runtime.finished, (error: Error) => {
      match(error.message, /^Node "middle" \(faulty\) failed in process\(\): /);
      return true;
    });
  },
);

eachDriver(
  "nodes that are replaced on one lane share the time in which they may wait for their first ticks",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const sources = Array.from({ length: 25 }, (_, k) => `source-${k}`);
    for (const id of sources) runtime.add(numberedSource({ count: 1e9, intervalMs: 60_000 }), { id, lane: "main" });
    await runtime.start();
    await until(() => runtime.stats().nodes.every(({ ticks }) => ticks > 0));
    // By one after another the trials would take longer than that.
    await runtime.edit((edit) => {
      for (const id of sources) edit.replace(id, numberedSource({ count: 1e9, intervalMs: 60_000 }));
    }, { trialMs: 250, timeoutMs: 5_000 });
  },
);
