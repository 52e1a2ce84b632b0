/**
 * Nodes that have gone and whose teardown() does not return in time, also where they keep a lane that has no other
 * node: the graph goes on.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { SluiceEvent } from "../core/events/event.ts";
import type { GraphTarget } from "../core/graph/build.ts";
import type { GraphEdit } from "../core/live/graph_edit.ts";
import { configureLog, tapLog } from "../core/log.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { leaving, type LeavingConfig } from "./fixtures/leaving.ts";
import { numberedSource, pass } from "./fixtures/numbered.ts";
import { filter, passing } from "./fixtures/scripted.ts";
import { flow, sleep, until } from "./fixtures/waiting.ts";

/** How long a removed node may take to tear down, and after that its lane to end, or all at the end, milliseconds. */
const LIMITS_MS: readonly number[] = [10_000, 5_000];

/** By what they are made shorter here. */
const SHORTER = 20;

/** A teardown() longer than both of these together, and one without an end, milliseconds. */
const LATE_MS = 5_000;
const NEVER_MS = 2 ** 30;

/** What edits may take that are no part of the question: none of the limits, and long for a busy machine. */
const PATIENT = { timeoutMs: 60_000 };

/** "a", alone on lane "near", reads what a source on main sends. */
function graph(native: "require" | "off", teardownMs: number, how?: LeavingConfig["how"]): Runtime {
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 4_000, slotBytes: 64 } } });
  runtime.add(numberedSource({ count: 0xffffffff, perTick: 8, intervalMs: 0.5 }), { id: "source", lane: "main" });
  runtime.add(leaving({ teardownMs, ...(how && { how }) }), { id: "a", lane: "near" });
  runtime.connectByName("source.audio", "a.audioIn");
  return runtime;
}

/**
 * Runs a test for which the limits are shorter, and lists those that are set. Lanes on workers have clocks of their
 * own.
 */
async function withShortLimits(body: (set: number[]) => Promise<void>): Promise<void> {
  const { setTimeout } = globalThis;
  const set: number[] = [];
  globalThis.setTimeout = ((run: () => void, ms: number) => {
    if (!LIMITS_MS.includes(ms)) return setTimeout(run, ms);
    set.push(ms);
    return setTimeout(run, ms / SHORTER);
  }) as unknown as typeof setTimeout;
  try {
    await body(set);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

async function addOnNear(runtime: Runtime, id: string): Promise<void> {
  await runtime.edit((edit) => {
    edit.add(pass(), { id, lane: "near" });
    edit.connectByName("source.audio", `${id}.audioIn`);
  }, PATIENT);
  await flow(runtime, id);
}

eachDriver("a node that is torn down late keeps neither its lane's name nor, once it is, the lane", async (native) => {
  const runtime = graph(native, LATE_MS);
  const told: string[] = [];
  using _listening = runtime.events.on("lane:near", (event: SluiceEvent) => void told.push(event.kind));
  await runtime.start();
  await flow(runtime, "a");
  await withShortLimits(async () => {
    await rejects(runtime.edit((edit) => edit.remove("a"), PATIENT), { code: "Timeout", nodeId: "a" });
    await addOnNear(runtime, "b");
  });
  deepEqual(runtime.stats().lanes.map(({ name }) => name), ["main", "near"]);
  await until(() => told.includes("closed"));
  deepEqual(told.slice(0, 2), ["started", "warning"]);
  // Those of the lane that is there now, and of the one before it.
  deepEqual(told.slice(2).sort(), ["closed", "started"]);
  deepEqual(runtime.stats().pools.map(({ quarantined }) => quarantined), [0]);
  await addOnNear(runtime, "c");
  assertSpent((await runtime.stop())!);
});

eachDriver("a node that is never torn down lets the graph be edited and stopped", async (native) => {
  const runtime = graph(native, NEVER_MS);
  await runtime.start();
  await withShortLimits(async (limits) => {
    for (const lane of ["far", "near"]) {
      await flow(runtime, "a");
      await rejects(runtime.edit((edit) => edit.move("a", lane), PATIENT), { code: "Timeout", nodeId: "a" });
    }
    await flow(runtime, "a");
    await addOnNear(runtime, "b");
    limits.length = 0;
    for (let k = 0; k < 2; k++) await runtime.edit(() => {});
    deepEqual(limits, [], "lanes that were given up are waited for");
    const logged: string[] = [];
    configureLog({ setting: { level: "error", json: false }, write: (line) => logged.push(line), colors: false });
    using _ = { [Symbol.dispose]: () => configureLog() };
    const { outcome, lanes } = (await runtime.stop())!;
    equal(outcome, "stopped");
    deepEqual(lanes.map(({ name }) => name), ["main", "near"]);
    const [stuck, ...late] = logged;
    const open = 'did not close within 5000 ms: a call of "a" or "b" has not returned';
    match(stuck, new RegExp(` error runtime: Lane "near"( \\(thread \\d+\\))? ${open}\\. `));
    equal(late.length, 2);
    for (const [k, lane] of ["near", "far"].entries()) {
      const what = "was left behind by an edit and has not closed since";
      match(
        late[k],
        new RegExp(` error runtime: Lane "${lane}".* ${what}: flush\\(\\) or teardown\\(\\) of the former "a" has`),
      );
    }
  });
});

eachDriver("a lane that a replaced node keeps from its end is told with the node", async (native) => {
  const runtime = graph(native, NEVER_MS);
  const told: string[] = [];
  runtime.events.on("lane:near", (event) => void (event.kind === "warning" && told.push(event.message)));
  await runtime.start();
  await flow(runtime, "a");
  await runtime.edit((edit) => void edit.replace("a", pass()), PATIENT);
  await flow(runtime, "a");
  await withShortLimits(() => runtime.stop().then(() => {}));
  const reason =
    /^Lane "near".* did not close within 5000 ms: flush\(\) or teardown\(\) of the former "a" has not returned\. /;
  equal(told.length, 1);
  match(told[0], reason);
});

eachDriver("pause() does not wait for a lane that ends, nor for one that the graph goes on without", async (native) => {
  const runtime = graph(native, NEVER_MS);
  await runtime.start();
  await flow(runtime, "a");
  await withShortLimits(async (limits) => {
    await rejects(runtime.edit((edit) => edit.remove("a"), PATIENT), { code: "Timeout", nodeId: "a" });
    await until(() => limits.at(-1) === LIMITS_MS.at(-1));
  });
  equal(runtime.stats().lanes.length, 2, "the lane ends");
  for (let k = 0; k < 2; k++) {
    await runtime.pause();
    await runtime.resume();
    await runtime.edit(() => {});
    equal(runtime.stats().lanes.length, 1, "the graph goes on without it");
  }
  await runtime.stop();
});

Deno.test({
  name: "native: a late lane whose thread ends without a word is late no more",
  // Nothing proves it there.
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: async () => {
    const { Worker } = globalThis;
    const workers: Worker[] = [];
    globalThis.Worker = class extends Worker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        // Another one watches lane main.
        if (!String(given[0]).includes("main_watch")) workers.push(this);
      }
    };
    const errors: string[] = [];
    using _tap = { [Symbol.dispose]: tapLog(({ level, message }) => void (level === "error" && errors.push(message))) };
    const runtime = graph("require", NEVER_MS, "keeps a frame");
    try {
      await runtime.start();
      await flow(runtime, "a");
      await withShortLimits(async () => {
        await rejects(runtime.edit((edit) => edit.remove("a"), PATIENT), { code: "Timeout", nodeId: "a" });
        await runtime.edit(() => {});
      });
    } finally {
      globalThis.Worker = Worker;
    }
    const quarantined = () => runtime.stats().pools.reduce((sum, pool) => sum + pool.quarantined, 0);
    ok(quarantined() > 0);
    equal(workers.length, 1);
    workers[0].terminate();
    await until(() => quarantined() === 0);
    assertSpent((await runtime.stop())!);
    deepEqual(errors, []);
  },
});

eachDriver("a node that is torn down late is not taken for a later one with its id", async (native) => {
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 4_000, slotBytes: 64 } } });
  const teardowns: (() => void)[] = [];
  const teardown = () => new Promise<void>((resolve) => void teardowns.push(resolve));
  const add = (graph: Pick<GraphEdit, "add"> & Pick<GraphTarget, "connectByName">) => {
    graph.add(filter({ ...passing(), teardown }), { id: "a" });
    graph.connectByName("source.audio", "a.audioIn");
  };
  runtime.add(numberedSource({ count: 1e9, perTick: 8, intervalMs: 0.5 }), { id: "source", lane: "main" });
  add(runtime);
  await runtime.start();
  await flow(runtime, "a");
  await withShortLimits(async () => {
    await rejects(runtime.edit((edit) => edit.remove("a"), PATIENT), { code: "Timeout", nodeId: "a" });
  });
  await runtime.edit(add, PATIENT);
  await flow(runtime, "a");
  let isGone = false;
  const removed = runtime.edit((edit) => edit.remove("a"), PATIENT).then(() => isGone = true);
  await until(() => teardowns.length === 2);
  teardowns[0]();
  await sleep(100);
  equal(isGone, false, "the second one's teardown() has not returned");
  teardowns[1]();
  await removed;
  assertSpent((await runtime.stop())!);
});
