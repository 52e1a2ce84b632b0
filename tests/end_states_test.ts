/** What statistics and the log tell of nodes, lanes and links once a run has ended before its time. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { configureLog } from "../core/log.ts";
import { definePackage } from "../generated.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { fixture } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { leaving } from "./fixtures/leaving.ts";
import { faulty } from "./fixtures/faulty.ts";
import { collect, numberedSource, pass } from "./fixtures/numbered.ts";
import { counting, filter, misbehaving, sink, source } from "./fixtures/scripted.ts";

function states(runtime: Runtime): { nodes: Record<string, string>; links: string[] } {
  const { nodes, links } = runtime.summary()!;
  return {
    nodes: Object.fromEntries(nodes.map(({ id, state }) => [id, state])),
    links: links.map(({ state }) => state),
  };
}

eachDriver("after a node has failed, links and the nodes that had not ended are closed", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(source(counting(1_000)), { id: "from" });
  const bad = runtime.add(filter({ process: () => void fail() }), { id: "bad" });
  const to = runtime.add(sink({ process() {} }), { id: "to" });
  runtime.connect(from.outputs.audioOut, bad.inputs.audioIn);
  runtime.connect(bad.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, { code: "NodeFailed" });
  deepEqual(states(runtime), {
    nodes: { from: "closed", bad: "failed", to: "closed" },
    links: ["closed", "closed"],
  });
});

// Portable mode cannot prove that a thread has ended.
const ignore = Deno.env.get("SLUICE_NATIVE") === "off";

Deno.test("after a lane has died, its nodes have failed and the others are closed", { ignore }, async () => {
  const lines: string[] = [];
  configureLog({ setting: { level: "warn", json: false }, write: (line) => lines.push(line), colors: false });
  using _ = { [Symbol.dispose]: () => configureLog() };
  await using runtime = new Runtime({ mode: "live", native: "require" });
  const from = runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "from", lane: "alive" });
  const first = runtime.add(pass(), { id: "first", lane: "dying" });
  const last = runtime.add(misbehaving({ how: "close" }), { id: "last", lane: "dying" });
  runtime.add(collect(), { id: "to" });
  runtime.connect(from.outputs.audio, first.inputs.audioIn);
  runtime.connect(first.outputs.audioOut, last.inputs.audioIn);
  runtime.connectByName("last.data", "to.data");
  await runtime.start();
  await rejects(runtime.finished, { code: "LaneCrashed" });
  equal(lines.join(""), "", "a lane that has died is not said to hang");
  deepEqual(states(runtime), {
    nodes: { from: "closed", first: "failed", last: "failed", to: "closed" },
    links: ["closed", "closed", "closed"],
  });
});

eachDriver("a lane that has died tears its nodes down, however soon the run is closed", async (native) => {
  const ledger = await Deno.makeTempFile();
  try {
    await using runtime = new Runtime({ mode: "offline", native });
    const from = runtime.add(numberedSource({ count: 1_000 }), { id: "from", lane: "alive" });
    const last = runtime.add(leaving({ how: "exits in a tick", teardownMs: 50, ledger }), {
      id: "last",
      lane: "dying",
    });
    runtime.connect(from.outputs.audio, last.inputs.audioIn);
    await runtime.start();
    await rejects(runtime.finished, { code: "LaneCrashed" });
    equal(await Deno.readTextFile(ledger), "st");
  } finally {
    await Deno.remove(ledger);
  }
});

eachDriver("after stop() ran out of time, links and the nodes that did not end are closed", async (native) => {
  await using runtime = new Runtime({ mode: "live", native, stopTimeoutMs: 1_000 });
  const from = runtime.add(source(counting(1_000)), { id: "from" });
  const waiting = runtime.add(
    sink({ process: async () => await new Promise<void>(() => {}) }, undefined, { isAsync: true }),
    { id: "waiting" },
  );
  runtime.connect(from.outputs.audioOut, waiting.inputs.audioIn);
  await runtime.start();
  equal((await runtime.stop())?.outcome, "stopped");
  deepEqual(states(runtime), { nodes: { from: "ended", waiting: "closed" }, links: ["closed"] });
});

/** Lanes of runs whose last frame may come after its reader was looked at last: it does in some of several. */
const LAST_ROUNDS = ["main", "near", "main", "near"];

eachDriver("the last frame that comes to a disabled node is skipped like those before", async (native) => {
  for (const lane of LAST_ROUNDS) {
    await using runtime = new Runtime({ mode: "live", native });
    const from = runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "from", lane: "far" });
    const last = runtime.add(faulty({ how: "stops slowly" }), { id: "last", lane: "far" });
    const bad = runtime.add(faulty({ how: "throws", every: 20 }), { id: "bad", lane, supervision: "disable" });
    const to = runtime.add(pass(), { id: "to", lane: "far" });
    runtime.connect(from.outputs.audio, last.inputs.audioIn, { policy: "lossless" });
    runtime.connect(last.outputs.audioOut, bad.inputs.audioIn, { policy: "lossless" });
    runtime.connect(bad.outputs.audioOut, to.inputs.audioIn);
    const disabled = Promise.withResolvers<void>();
    using _ = runtime.events.on("node:bad", ({ kind }) => kind === "disabled" && disabled.resolve());
    await runtime.start();
    await disabled.promise;
    const summary = (await runtime.stop())!;
    assertSpent(summary);
    const [, { written, read, dropped }] = summary.links;
    equal(written, read + dropped.skipped);
  }
});

eachDriver("stop() while lanes start names the lanes that did not start in time", async (native) => {
  const lines: string[] = [];
  configureLog({ setting: { level: "warn", json: false }, write: (line) => lines.push(line), colors: false });
  try {
    await using runtime = new Runtime({ mode: "live", native, stopTimeoutMs: 1 });
    for (const lane of ["one", "two"]) runtime.add(neverLoads(), { lane });
    const starting = runtime.start();
    await Promise.all([rejects(starting, { code: "Busy" }), runtime.stop()]);
    match(
      lines.join(""),
      /Stopped before the graph was drained: lane "one", "two" did not start within 1 ms/,
    );
  } finally {
    configureLog();
  }
});

/** A node whose package a worker lane never gets. */
const neverLoads = fixture(() => ({ process() {} }), { type: "never-loads", mode: "loop", ports: [] });
definePackage({
  name: "never-loads",
  url: import.meta.resolve("./fixtures/never_loads.ts"),
  nodes: [neverLoads],
  sources: {},
});

function fail(): void {
  throw new Error("on purpose");
}
