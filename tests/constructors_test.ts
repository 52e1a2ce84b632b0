import { deepEqual, equal, rejects } from "node:assert/strict";
import { eachDriver } from "./fixtures/each_driver.ts";
import { nodes } from "../codegen/testdata/accepted/constructors/sluice.gen.ts";
import type { Fader, Ramp } from "../codegen/testdata/accepted/constructors/faders.ts";
import { nodes as standard } from "../sluice.gen.ts";
import { appSink } from "../core/app/app_sink.ts";
import { nodeId } from "../core/ids.ts";
import type { AnyNodeType } from "../core/registry/node_type.ts";
import { Runtime } from "../core/runtime.ts";
import { makeInstance } from "../core/lanes/cells/cell_builder.ts";

const make = async (type: AnyNodeType, config: Record<string, unknown>) =>
  await makeInstance(type, { id: nodeId("a"), type: type.descriptor.type, config, secrets: [] });

Deno.test("makeInstance() gives the configuration to a constructor or to create(), and fields get theirs", async () => {
  const fader = await make(nodes.fader, { curve: "line", steps: [1], factor: 2 });
  fader.configure({ curve: "line", factor: 2 });
  const { settings, factor } = fader.processor as unknown as Fader;
  deepEqual([settings, factor], [{ startDb: -3, curve: "line", steps: [1] }, 2]);
  const slow = (await make(nodes.slowFader, { curve: "bend", startDb: 1 })).processor as unknown as Fader;
  deepEqual(slow.settings, { startDb: 1, curve: "bend", steps: undefined });
  const ramp = (await make(nodes.ramp, { lengths: [1, 2] })).processor as unknown as Ramp;
  deepEqual(ramp.lengths, [1, 2]);
});

Deno.test("the schema of a configuration has what a constructor takes, beside fields", () => {
  const { config, takesConfig } = nodes.fader.descriptor;
  deepEqual([Object.keys(config.properties), config.required], [["startDb", "curve", "steps", "factor"], ["curve"]]);
  equal(config.properties.startDb.default, -3);
  equal(takesConfig, "constructor");
  equal(nodes.ramp.descriptor.takesConfig, "create");
  deepEqual(Object.keys(nodes.spare.descriptor.config.properties), ["factor"]);
});

eachDriver(
  "nodes whose constructor takes the configuration run on any lane, and are replaced for another",
  async (native) => {
    await using runtime = new Runtime({ native });
    const tone = runtime.add(standard.toneSource({ blockSize: 64 }));
    const fader = runtime.add(nodes.fader({ curve: "line" }), { id: "fader", lane: "far" });
    const ramp = runtime.add(nodes.ramp({ lengths: [1] }), { lane: "main" });
    const sink = runtime.add(appSink.audio());
    runtime.connect(tone.outputs.audio, fader.inputs.audioIn);
    runtime.connect(fader.outputs.audioOut, ramp.inputs.audioIn);
    runtime.connect(ramp.outputs.audioOut, sink.inputs.audio);
    await runtime.start();
    let blocks = 0;
    for await (const _ of sink) {
      if (++blocks === 2) await runtime.configure("fader", { curve: "bend" });
      if (blocks === 4) break;
    }
    deepEqual(runtime.graph().nodes.fader.config, { curve: "bend" });
    await rejects(runtime.setConfig("fader", "curve", "line"), { code: "InvalidConfig", key: "curve" });
    await rejects(runtime.configure("fader", { curve: "zigzag" }), { code: "InvalidConfig", key: "curve" });
  },
);
