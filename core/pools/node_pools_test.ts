import { deepEqual, equal, throws } from "node:assert/strict";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { appSink } from "../app/app_sink.ts";
import type { Frame } from "../frames/frame.ts";
import { buildGraph, graphOptions } from "../graph/build.ts";
import { checkGraph, parseGraph } from "../graph/load.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { Runtime } from "../runtime.ts";

const registry = new NodeRegistry([nodePackage]);

const poolsOf = (runtime: Runtime) => Object.fromEntries(runtime.stats().pools.map(({ name, slots }) => [name, slots]));

eachDriver(
  "each output of a node takes frames from the pool that is named for it, or from that of its kind",
  async (native) => {
    await using runtime = new Runtime({ native, mode: "offline", pools: { readings: { slots: 100 }, music: {} } });
    const pool = { audio: "music" };
    const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.5 }), { id: "tone", pool, lane: "other" });
    const meter = runtime.add(nodes.levelMeter(), { id: "meter", pool: { levels: "readings" } });
    const levels = runtime.add(appSink.data());
    const audio = runtime.add(appSink.audio());
    runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
    runtime.connect(meter.outputs.levels, levels.inputs.data);
    runtime.connect(meter.outputs.audioOut, audio.inputs.audio);
    deepEqual(runtime.graph().nodes.meter.pool, { levels: "readings" });
    await runtime.start();
    const seen = async (sink: AsyncIterable<Frame>) => {
      const pools = new Set<string>();
      for await (const frame of sink) pools.add(frame.pool.name);
      return [...pools];
    };
    deepEqual(await Promise.all([seen(levels), seen(audio)]), [["readings"], ["music"]]);
    const { outcome, pools } = await runtime.finished;
    equal(outcome, "completed");
    for (const { free, slots } of pools) equal(free, slots);
    deepEqual(Object.keys(poolsOf(runtime)).sort(), ["audio", "music", "readings"]);
    equal(poolsOf(runtime).readings, 100);
  },
);

Deno.test("pools are refused that are not there, and for outputs that are not", () => {
  const runtime = new Runtime({ native: "off", pools: { music: {} } });
  const add = (pool: unknown) => runtime.add(nodes.levelMeter(), { id: "meter", pool: pool as string });
  throws(() => add({ audioOut: "musik" }), {
    code: "InvalidConfig",
    key: "pool",
    message: /the pool "musik": the pools are/,
  });
  throws(() => add({ audio: "music" }), {
    code: "PortNotFound",
    message: 'Cannot give node "meter" its pools: it has no output "audio"; outputs: "levels" and "audioOut"',
  });
  throws(() => add(["music"]), { code: "InvalidConfig", message: /found a list, wanted the name of a pool, or such/ });
});

Deno.test("a graph file names pools by output, and is written with them", () => {
  const textOf = (pool: unknown) =>
    JSON.stringify({
      version: 1,
      pools: { readings: { slots: 40 } },
      nodes: { tone: { type: "tone-source" }, meter: { type: "level-meter", pool } },
      links: [{ from: "tone.audio", to: "meter.audioIn" }],
    });
  const document = parseGraph(textOf({ levels: "readings" }), "g.json", registry);
  const runtime = new Runtime({ ...graphOptions(document), registry, native: "off" });
  buildGraph(document, runtime);
  deepEqual(runtime.graph().nodes.meter.pool, { levels: "readings" });
  const errorsOf = (pool: unknown) => checkGraph(textOf(pool), "g.json", registry).errors.map(({ code }) => code);
  deepEqual(errorsOf({ levels: "readings" }), []);
  deepEqual(errorsOf({ level: "readings" }), ["PortNotFound"]);
  deepEqual(errorsOf({ levels: "reading" }), ["InvalidConfig"]);
  deepEqual(errorsOf({ levels: 3 }), ["InvalidGraph"]);
});
