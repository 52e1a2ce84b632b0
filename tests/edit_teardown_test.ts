/** Nodes that an edit has set up which is refused are torn down, also where their lane ends meanwhile. */
import { equal, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { leaving } from "./fixtures/leaving.ts";
import { numberedSource, pass } from "./fixtures/numbered.ts";
import { filter } from "./fixtures/scripted.ts";
import { flow, until } from "./fixtures/waiting.ts";

const NODES = ["a", "b"] as const;

/** Longer than a thread that closes lives on. */
const SLOW_MS = 300;

/**
 * A graph with one node on lane `stays`, and a file in which lanes note what is set up and torn down on lane "near".
 */
async function noted(native: "require" | "off", stays: string) {
  const path = await Deno.makeTempFile();
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 4_000, slotBytes: 64 } } });
  runtime.add(numberedSource({ count: 1e9, perTick: 8, intervalMs: 1 }), { id: "source", lane: "main" });
  runtime.add(pass(), { id: "stays", lane: stays });
  runtime.connectByName("source.audio", "stays.audioIn");
  await runtime.start();
  await flow(runtime, "stays");
  const notes = () => Deno.readTextFileSync(path);
  /** Adds nodes to lane "near", and one on main whose `setup()` does what it is given once those are set up. */
  const add = (teardownMs: number, then: () => Promise<void>) =>
    runtime.edit((edit) => {
      for (const id of NODES) {
        edit.add(leaving({ teardownMs, ledger: path }), { id, lane: "near" });
        edit.connectByName("source.audio", `${id}.audioIn`);
      }
      const setup = () => until(() => notes() === "ss").then(then);
      edit.add(filter({ setup, process() {} }, { isAsync: true }), { id: "refusing" });
      edit.connectByName("source.audio", "refusing.audioIn");
    });
  return { runtime, notes, add, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

for (const [where, stays] of [["its lane ends", "far"], ["the graph is stopped", "near"]] as const) {
  eachDriver(`what a refused edit has set up is torn down, though ${where} meanwhile`, async (native) => {
    await using site = await noted(native, stays);
    const { runtime, notes, add } = site;
    let closed = false;
    using _lane = runtime.events.on("lane:near", ({ kind }) => void (closed ||= kind === "closed"));
    const refused = add(SLOW_MS, () => Promise.reject(new Error("no device, on purpose")));
    await rejects(refused, { code: "NodeFailed" });
    if (stays === "far") await until(() => closed);
    else await runtime.stop();
    equal(notes(), "sstt");
    await runtime.stop();
  });
}

for (const teardownMs of [0, SLOW_MS]) {
  const how = teardownMs === 0 ? "at once" : "slowly";
  eachDriver(`what an edit has set up is torn down ${how} when the graph is stopped meanwhile`, async (native) => {
    await using site = await noted(native, "near");
    const { runtime, notes, add } = site;
    const begun = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const refused = rejects(add(teardownMs, () => (begun.resolve(), go.promise)), { code: "Busy" });
    await begun.promise;
    await runtime.stop();
    equal(notes(), "sstt");
    go.resolve();
    await refused;
  });
}

eachDriver("what an edit is setting up is torn down when the graph is stopped meanwhile", async (native) => {
  await using site = await noted(native, "near");
  const { runtime } = site;
  let calls = "";
  const slow = filter({
    setup: () => (calls += "s", new Promise(() => {})),
    process() {},
    teardown: () => void (calls += "t"),
  }, { isAsync: true });
  const refused = rejects(runtime.edit((edit) => {
    edit.add(slow, { id: "slow" });
    edit.connectByName("source.audio", "slow.audioIn");
  }));
  await until(() => calls === "s");
  await runtime.stop();
  await refused;
  equal(calls, "st");
});
