/**
 * The first tick of a node that comes from another lane: what becomes of the graph where it fails, and where it does
 * not.
 */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { Frame } from "../core/frames/frame.ts";
import type { LinkPolicy } from "../core/links/policy.ts";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";
import { filter, type Script } from "./fixtures/scripted.ts";
import { until } from "./fixtures/waiting.ts";

const FRAMES_BETWEEN = 50;
/** Edits of one run: nodes fail by turns in an asynchronous tick and in one that is not. */
const EDITS = Deno.env.get("SLUICE_DEEP") === "1" ? 4 : 2;
/** More than a busy machine needs. */
const TIMES = { trialMs: 5_000, timeoutMs: 60_000 };

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

/** Reads two frames, writes one of them, and fails. */
function failing(told: string[], isAsync: boolean) {
  return filter({
    process(this: Script): void | Promise<void> {
      const kept: Frame[] = [];
      for (let k = 0; k < 2; k++) {
        const frame = this.audioIn!.read();
        if (frame !== undefined) kept.push(frame);
      }
      if (kept[0] !== undefined) this.audioOut!.write(kept[0] as never);
      told.push(`ticked with ${kept.length > 0 ? "frames" : "nothing"}`);
      if (!isAsync) throw new Error("the first tick, on purpose");
      return Promise.reject(new Error("the first tick, on purpose"));
    },
    teardown: () => void told.push("torn down"),
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

function chain(native: "require" | "off", from: string, to: string, policy: LinkPolicy, there = pass()): Runtime {
  collected.length = 0;
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 2_000, slotBytes: 64 } } });
  const numbered = runtime.add(numberedSource({ count: 1e9, perTick: 4, intervalMs: 0.2 }), {
    id: "source",
    lane: from,
  });
  const middle = runtime.add(there, { id: "middle", lane: "near" });
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

/** Stops the graph; no frame was lost, repeated or damaged but those that links have dropped, and said so. */
async function assertWhole(runtime: Runtime, policy: LinkPolicy): Promise<void> {
  const { links, pools } = (await runtime.stop())!;
  const [{ corrupt, disordered, missing, unflagged }] = collected;
  deepEqual({ corrupt, disordered, unflagged }, { corrupt: 0, disordered: 0, unflagged: 0 });
  if (policy === "lossless") equal(missing, 0);
  for (const { id, written, read, dropped } of links) equal(written, read + dropped.full, id);
  for (const { name, slots, free } of pools) equal(free, slots, `pool ${name}`);
}

for (const [from, to, policy] of CHAINS) {
  const where = `${from} to ${to}, ${policy}`;
  eachDriver(
    `a node that comes from another lane and whose first tick fails leaves the old one (${where})`,
    async (native) => {
      const told: string[] = [];
      const runtime = chain(native, from, to, policy);
      await runtime.start();
      for (let k = 0; k < EDITS; k++) {
        await flow(runtime);
        const failed = runtime.edit((edit) => {
          edit.replace("middle", failing(told, k % 2 === 1), { lane: "main", startsAnew: true });
        }, TIMES);
        await rejects(failed, {
          code: "NodeFailed",
          message: 'Node "middle" (scripted-filter) failed in process(): the first tick, on purpose',
        });
        equal(runtime.stats().nodes.find(({ id }) => id === "middle")!.lane, "near");
      }
      await flow(runtime);
      deepEqual(told, new Array(EDITS).fill(["ticked with frames", "torn down"]).flat());
      await assertWhole(runtime, policy);
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

for (const [what, there] of [["another", pass()], ["its own", faulty({ how: "none" })]] as const) {
  eachDriver(
    `a first tick of a node of ${what} type that fails on a worker lane that was started for it is told with its node`,
    async (native) => {
      const runtime = chain(native, "far", "near", "lossless", there as ReturnType<typeof pass>);
      await runtime.start();
      await flow(runtime);
      const broken = faulty({ how: "throws", every: 1 });
      await rejects(
        runtime.edit((edit) => void edit.replace("middle", broken, { lane: "other" }), TIMES),
        (error: Error) => {
          match(error.message, /^Node "middle" \(faulty\) failed in process\(\): /);
          return true;
        },
      );
      await flow(runtime);
      await assertWhole(runtime, "lossless");
    },
  );
}

eachDriver(
  "nodes that go to another lane share the time in which they may wait for their first ticks",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const sources = Array.from({ length: 25 }, (_, k) => `source-${k}`);
    for (const id of sources) runtime.add(numberedSource({ count: 1e9, intervalMs: 60_000 }), { id, lane: "main" });
    runtime.add(numberedSource({ count: 1e9, intervalMs: 60_000 }), { lane: "far" });
    await runtime.start();
    await until(() => runtime.stats().nodes.every(({ ticks }) => ticks > 0));
    // By one after another the trials would take longer than that.
    await runtime.edit((edit) => {
      for (const id of sources) {
        edit.replace(id, numberedSource({ count: 1e9, intervalMs: 60_000 }), { lane: "far" });
      }
    }, { trialMs: 250, timeoutMs: 5_000 });
    deepEqual(new Set(runtime.stats().nodes.map(({ lane }) => lane)), new Set(["far"]));
  },
);
