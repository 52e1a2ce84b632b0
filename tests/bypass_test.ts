/** Nodes that are passed by: from the start, by edits at any time, and through whatever becomes of their lane. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { nativeNodes, nativePackage } from "../core/registry/fixtures/test_stages.ts";
import { NodeRegistry } from "../core/registry/node_registry.ts";
import { buildGraph, graphOptions } from "../core/graph/build.ts";
import { parseGraph } from "../core/graph/load.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty, nodePackage as faultyPackage } from "./fixtures/faulty.ts";
import { checkingSink, collect, nodePackage as numberedPackage, numberedSource, pass } from "./fixtures/numbered.ts";
import { flow } from "./fixtures/waiting.ts";

const REGISTRY = new NodeRegistry([numberedPackage, faultyPackage, nativePackage]);
const POOLS = { audio: { slots: 4_000, slotBytes: 64 } };

/** A node that fails at its first block, if it is not passed by. */
function chain(native: "require" | "off", bypassed?: boolean): Runtime {
  const runtime = new Runtime({ mode: "offline", native, pools: POOLS, registry: REGISTRY });
  const source = runtime.add(numberedSource({ count: 1e9, perTick: 8 }), { id: "source", lane: "a" });
  const faults = runtime.add(faulty({ how: "throws", every: 1 }), { id: "faults", lane: "b", bypassed });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "a" });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(source.outputs.audio, faults.inputs.audioIn);
  runtime.connect(faults.outputs.audioOut, sink.inputs.audio);
  runtime.connect(sink.outputs.findings, found.inputs.data);
  return runtime;
}

function nodeOf(runtime: Runtime, id: string) {
  return runtime.stats().nodes.find((node) => node.id === id)!;
}

for (const how of ["when it is added", "by an edit before the start", "by a graph file"]) {
  eachDriver(`a node is bypassed from the start: ${how}`, async (native) => {
    let runtime = chain(native, how === "when it is added");
    if (how !== "when it is added") await runtime.edit((edit) => edit.bypass("faults"));
    if (how === "by a graph file") {
      const document = parseGraph(JSON.stringify(runtime.graph()), "copy.json", REGISTRY);
      await runtime[Symbol.asyncDispose]();
      runtime = new Runtime({ ...graphOptions(document), native, registry: REGISTRY });
      buildGraph(document, runtime);
    }
    deepEqual(Object.entries(runtime.graph().nodes).map(([id, { bypassed }]) => [id, bypassed]), [
      ["source", undefined],
      ["faults", true],
      ["sink", undefined],
      ["found", undefined],
    ]);
    await runtime.start();
    await flow(runtime, "sink");
    deepEqual(runtime.stats().nodes.map(({ id, bypassed }) => [id, bypassed]), [
      ["source", false],
      ["faults", true],
      ["sink", false],
      ["found", false],
    ]);
    await runtime.edit((edit) => edit.bypass("faults", false));
    equal(runtime.graph().nodes.faults.bypassed, undefined);
    await rejects(runtime.finished, { code: "NodeFailed", nodeId: "faults" });
  });
}

eachDriver("bypass() takes effect while the graph is paused", async (native) => {
  const runtime = chain(native);
  await runtime.edit((edit) => edit.reconfigure("faults", { every: 1_000_000 }));
  await runtime.start();
  await flow(runtime, "sink");
  await runtime.pause();
  await runtime.edit((edit) => {
    edit.bypass("faults");
    edit.reconfigure("faults", { every: 1 });
  });
  ok(nodeOf(runtime, "faults").bypassed);
  await runtime.resume();
  await flow(runtime, "sink");
  await runtime.stop();
});

eachDriver(
  "a bypassed node stays so when it is moved or replaced by its type, and another type is run",
  async (native) => {
    const runtime = chain(native, true);
    await runtime.start();
    await flow(runtime, "sink");
    await runtime.edit((edit) => edit.move("faults", "c"));
    await flow(runtime, "sink");
    await runtime.edit((edit) => edit.replace("faults", faulty({ how: "throws", every: 2 })));
    await flow(runtime, "sink");
    ok(nodeOf(runtime, "faults").bypassed);
    await runtime.edit((edit) => edit.replace("faults", pass()));
    ok(!nodeOf(runtime, "faults").bypassed);
    equal(runtime.graph().nodes.faults.bypassed, undefined);
    await flow(runtime, "sink");
    await runtime.stop();
  },
);

eachDriver("a bypassed node stays so when its lane is replaced", async (native) => {
  const supervision = { restart: { limit: 1_000, backoffMs: 1, maxBackoffMs: 1 } };
  const runtime = new Runtime({ mode: "live", native, pools: POOLS });
  const source = runtime.add(numberedSource({ count: 1e9, perTick: 8, intervalMs: 2 }), { id: "source", lane: "a" });
  const mine = runtime.add(faulty({ how: "exits the worker", every: 2_000 }), { id: "mine", lane: "b", supervision });
  const faults = runtime.add(faulty({ how: "throws", every: 1 }), {
    id: "faults",
    lane: "b",
    supervision,
    bypassed: true,
  });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "a" });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(source.outputs.audio, mine.inputs.audioIn);
  runtime.connect(source.outputs.audio, faults.inputs.audioIn);
  runtime.connect(faults.outputs.audioOut, sink.inputs.audio);
  runtime.connect(sink.outputs.findings, found.inputs.data);
  const replaced = Promise.withResolvers<void>();
  const failures: string[] = [];
  runtime.events.on("lane:b", (event) => {
    if (event.group === "lane" && event.kind === "replaced") replaced.resolve();
  });
  runtime.events.on("node:faults", (event) => {
    if (event.group === "node" && event.kind === "failed") failures.push(event.error.message);
  });
  await runtime.start();
  await replaced.promise;
  await flow(runtime, "sink", 500);
  ok(nodeOf(runtime, "faults").bypassed);
  deepEqual(failures.filter((message) => message.includes("process()")), []);
  await runtime.stop();
});

Deno.test({
  name: "native lanes: a stage is bypassed from the start, and when one of its type takes its place",
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: async () => {
    await using runtime = new Runtime({ mode: "offline", native: "require", pools: POOLS });
    const { nativeGain, nativeSink, nativeSource } = nativeNodes;
    const source = runtime.add(nativeSource({ blockSize: 8 }), { lane: "x" });
    const gain = runtime.add(nativeGain({ gainDb: -6 }), { id: "gain", lane: "y", bypassed: true });
    const target = runtime.add(nativeSink(), { id: "sink", lane: "z" });
    runtime.connect(source.outputs.audio, gain.inputs.audioIn);
    runtime.connect(gain.outputs.audioOut, target.inputs.audio);
    await runtime.start();
    await flow(runtime, "sink", 1_000);
    await runtime.edit((edit) => edit.replace("gain", nativeGain({ gainDb: -12 })));
    await flow(runtime, "sink", 1_000);
    equal(nodeOf(runtime, "sink").figures!.corrupt, 0, "samples that were scaled");
    await runtime.edit((edit) => edit.bypass("gain", false));
    while (nodeOf(runtime, "sink").figures!.corrupt === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await runtime.stop();
  },
});

Deno.test("Runtime.add() refuses to bypass a node that cannot be", () => {
  const runtime = new Runtime({ native: "off" });
  const add = (bypassed: unknown) => () => runtime.add(checkingSink(), { id: "s", bypassed: bypassed as boolean });
  throws(add(true), {
    code: "InvalidGraph",
    message:
      'Cannot bypass node "s" (checking-sink): only a node with one input and one output of the same type can be ' +
      "bypassed",
  });
  throws(add("yes"), {
    code: "InvalidConfig",
    message: 'Cannot bypass node "s" (checking-sink): found a string, wanted true or false',
  });
  deepEqual(runtime.graph().nodes, {});
});
