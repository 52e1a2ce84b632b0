/** Node types that are made by hand. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { makeNodeType } from "../generated.ts";
import { appSink, NodeRegistry, Runtime } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { nodePackage, sum, ticks } from "./fixtures/hand_made.ts";

eachDriver("a type that is made by hand runs on any lane, by the URL of its module", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const first = runtime.add(ticks({ blocks: 3 }), { lane: "near" });
  const second = runtime.add(ticks({ blocks: 2 }), { lane: "main" });
  const joined = runtime.add(sum(), { lane: "far" });
  const sink = runtime.add(appSink.audio());
  runtime.connect(first.outputs.audio, joined.inputs.parts[0]);
  runtime.connect(second.outputs.audio, joined.inputs.parts[1]);
  runtime.connect(joined.outputs.audio, sink.inputs.audio);
  await runtime.start();
  const seen: number[] = [];
  for await (const frame of sink) seen.push(frame.channel(0)[3]);
  deepEqual(seen.sort(), [0, 0, 1, 1, 2]);
  equal((await runtime.finished).outcome, "completed");
});

Deno.test("a type that is made by hand is checked, and known to registries, as others are", async () => {
  const registry = new NodeRegistry([nodePackage]);
  const { inputs, outputs, mode, package: from } = registry.getMetadata("hand-ticks");
  deepEqual([inputs, mode, from], [[], "loop", "hand-made"]);
  deepEqual(outputs, [
    {
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "The blocks.",
      kind: "audio",
      name: "audio",
      direction: "output",
    },
  ]);
  const runtime = new Runtime({ registry, native: "off" });
  throws(() => runtime.addByType("hand-ticks", { blocks: 0 }), { code: "InvalidConfig", key: "blocks" });
  throws(() => runtime.addByType("hand-sum", { blocks: 1 }), { code: "InvalidConfig", key: "blocks" });
  const needy = makeNodeType({
    type: "needy",
    outputs: { data: { kind: "data" } },
    config: { name: { type: "string" } },
    load: () => Promise.reject(new Error("never")),
  });
  throws(() => runtime.add(needy({})), { code: "InvalidConfig", key: "name" });
  // In no package, it can only run where it was made.
  await using alone = new Runtime({ native: "off" });
  alone.add(needy({ name: "x" }), { lane: "far" });
  await rejects(alone.start(), { message: /needy/ });
  await rejects(alone.finished);
});
