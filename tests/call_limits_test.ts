/** ControlLimits of time that single nodes have for their calls, beside that of the run. */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { nodePackage as standard, NodeRegistry, parseGraph, Runtime } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { checkingSink, numberedSource } from "./fixtures/numbered.ts";

eachDriver("a node's own callTimeoutMs counts, whatever the run's is: 0 is for ever", async (native) => {
  await using runtime = new Runtime({ mode: "live", native, callTimeoutMs: 600, stopTimeoutMs: 50 });
  const limits = { hasty: 300, plain: undefined, patient: 0 };
  for (const [id, callTimeoutMs] of Object.entries(limits)) {
    const source = runtime.add(numberedSource({ intervalMs: 5 }));
    const bad = runtime.add(faulty({ how: "never settles", every: 3 }), { id, callTimeoutMs, supervision: "disable" });
    const sink = runtime.add(checkingSink());
    runtime.connect(source.outputs.audio, bad.inputs.audioIn);
    runtime.connect(bad.outputs.audioOut, sink.inputs.audio);
  }
  const failures: [string, string][] = [];
  const both = Promise.withResolvers<void>();
  runtime.events.on("node:*", (event) => {
    if (event.kind !== "failed") return;
    failures.push([event.nodeId, event.error.message]);
    if (failures.length === 2) both.resolve();
  });
  await runtime.start();
  await Promise.race([both.promise, runtime.finished]);
  deepEqual(failures.map(([id]) => id).sort(), ["hasty", "plain"]);
  for (const [id, message] of failures) {
    const limit = id === "hasty" ? 300 : 600;
    match(message, new RegExp(`^Node "${id}" .faulty. failed in process.*awaited something for ${limit} ms, `));
  }
  const patient = runtime.stats().nodes.find(({ id }) => id === "patient")!;
  deepEqual([patient.state, patient.activity.kind], ["running", "awaiting"]);
  await runtime.stop();
});

Deno.test("a graph file gives a node its callTimeoutMs, which the graph's snapshot has", () => {
  const registry = new NodeRegistry([standard]);
  const parse = (value: string) =>
    parseGraph(
      `{ "version": 1, "nodes": { "a": { "type": "tone-source", "callTimeoutMs": ${value} } } }`,
      "a.json",
      registry,
    );
  const runtime = new Runtime({ registry });
  runtime.addByType("gain", {}, { id: "a", callTimeoutMs: 1_500 });
  equal(runtime.graph().nodes.a.callTimeoutMs, 1_500);
  for (const wrong of ["-1", '"x"', "1.5", "1e10"]) {
    throws(() => parse(wrong), /"callTimeoutMs" of node "a" is .*, wanted a whole number from 0 to 2147483647/);
  }
  throws(
    () => runtime.addByType("gain", {}, { callTimeoutMs: -1 }),
    /^SluiceError: Cannot add a node: "callTimeoutMs" is -1, wanted milliseconds from 0 to 2147483647/,
  );
});
