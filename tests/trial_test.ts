/** The first tick of a node that takes another one's place: what becomes of the graph where it fails. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import type { Frame } from "../core/frames/frame.ts";
import type { LinkPolicy } from "../core/links/policy.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, collect, collected, numberedSource } from "./fixtures/numbered.ts";
import { filter, type Script, source } from "./fixtures/scripted.ts";
import { until } from "./fixtures/waiting.ts";

/** Frames that must pass between two edits, and edits. */
const FRAMES_BETWEEN = 50;
const EDITS = 10;

/** How a first tick fails, after it has read two frames and written one of them. */
const FAILURES = ["throws", "rejects"] as const;

/** Hands every frame on. */
function handOn(this: Script): void {
  for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
}

/** A filter that hands frames on, and tells of its end. */
function passing(told: string[], name: string) {
  return filter({ process: handOn, teardown: () => void told.push(name) });
}

/** A filter whose first tick fails. */
function failing(told: string[], how: (typeof FAILURES)[number]) {
  return filter({
    process(this: Script): void | Promise<void> {
      const kept: Frame[] = [];
      for (let k = 0; k < 2; k++) {
        const frame = this.audioIn!.read();
        if (frame !== undefined) kept.push(frame);
      }
      if (kept[0] !== undefined) this.audioOut!.write(kept[0] as never);
      told.push(`ticked with ${kept.length > 0 ? "frames" : "nothing"}`);
      if (how === "throws") throw new Error("the first tick, on purpose");
      return Promise.reject(new Error("the first tick, on purpose"));
    },
    teardown: () => void told.push("new torn down"),
  }, { isAsync: how === "rejects" });
}

function chain(native: "require" | "off", policy: LinkPolicy, lane: string, told: string[]): Runtime {
  const runtime = new Runtime({ mode: "offline", native, pools: { audio: { slots: 2_000, slotBytes: 64 } } });
  const numbered = runtime.add(numberedSource({ count: 1e9, perTick: 4 }), { id: "source", lane });
  const middle = runtime.add(passing(told, "old"), { id: "middle" });
  const sink = runtime.add(checkingSink(), { id: "sink", lane });
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

for (const how of FAILURES) {
  for (const [lane, policy] of [["main", "lossless"], ["far", "lossless"], ["far", "roll-off"]] as const) {
    eachDriver(`replace() keeps the old node where the first tick ${how} (${lane}, ${policy})`, async (native) => {
      collected.length = 0;
      const told: string[] = [];
      const runtime = chain(native, policy, lane, told);
      await runtime.start();
      for (let k = 0; k < EDITS; k++) {
        await flow(runtime);
        await rejects(runtime.edit((edit) => void edit.replace("middle", failing(told, how)), { trialMs: 60_000 }), {
          code: "NodeFailed",
          message: 'Node "middle" (scripted-filter) failed in process(): the first tick, on purpose',
        });
      }
      await flow(runtime);
      const { links, pools } = (await runtime.stop())!;
      deepEqual(told, [...new Array(EDITS).fill(["ticked with frames", "new torn down"]).flat(), "old"]);
      const [{ corrupt, disordered, missing, unflagged, falselyFlagged }] = collected;
      deepEqual({ corrupt, disordered, unflagged, falselyFlagged }, {
        corrupt: 0,
        disordered: 0,
        unflagged: 0,
        falselyFlagged: 0,
      });
      if (policy === "lossless") equal(missing, 0);
      for (const { id, written, read, dropped } of links) equal(written, read + dropped.full, id);
      for (const { name, slots, free } of pools) equal(free, slots, `pool ${name}`);
    });
  }
}

eachDriver("replace() takes over what the first tick has read and written, once it went well", async (native) => {
  collected.length = 0;
  const told: string[] = [];
  const runtime = chain(native, "lossless", "far", told);
  await runtime.start();
  for (let k = 0; k < EDITS; k++) {
    await flow(runtime);
    await runtime.edit((edit) => void edit.replace("middle", passing(told, `new ${k}`)));
  }
  await flow(runtime);
  const { links, pools } = (await runtime.stop())!;
  deepEqual([collected[0].missing, collected[0].disordered, collected[0].corrupt], [0, 0, 0]);
  equal(told.length, EDITS + 1);
  for (const { written, read } of links) equal(written, read);
  for (const { name, slots, free } of pools) equal(free, slots, `pool ${name}`);
});

eachDriver("replace() does not wait for a first tick where the graph is paused", async (native) => {
  const told: string[] = [];
  const runtime = chain(native, "lossless", "main", told);
  await runtime.start();
  await flow(runtime);
  await runtime.pause();
  await runtime.edit((edit) => void edit.replace("middle", failing(told, "throws")), { trialMs: 60_000 });
  await until(() => told.length > 0);
  deepEqual(told, ["old"]);
  await runtime.edit((edit) => void edit.replace("middle", passing(told, "third")));
  await runtime.resume();
  await flow(runtime);
  await runtime.stop();
  deepEqual(told, ["old", "new torn down", "third"]);
});

eachDriver("replace() takes a node for good for which nothing has come in time", async (native) => {
  const told: string[] = [];
  const runtime = new Runtime({ mode: "live", native });
  const silent = runtime.add(source({ process: (context) => context.waitUntilNs(context.nowNs() + 1e9) }));
  const middle = runtime.add(passing(told, "old"), { id: "middle" });
  runtime.connect(silent.outputs.audioOut, middle.inputs.audioIn);
  await runtime.start();
  await runtime.edit((edit) => void edit.replace("middle", failing(told, "throws")), { trialMs: 10 });
  await runtime.stop();
  deepEqual(told, ["old", "new torn down"]);
});
