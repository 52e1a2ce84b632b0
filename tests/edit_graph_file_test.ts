/** A graph file that an edit adds to a running graph. */
import { deepEqual, equal } from "node:assert/strict";
import { buildGraph, nodePackage, NodeRegistry, parseGraph, Runtime } from "../mod.ts";
import { nodes } from "../sluice.gen.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { flow } from "./fixtures/waiting.ts";

const VOICE = `{ "version": 1, "nodes": { "first": { "type": "gain" }, "second": { "type": "gain", "lane": "own" } },
  "links": [{ "from": "first.audioOut", "to": "second.audioIn" }],
  "inputs": { "audio": "first.audioIn" }, "outputs": { "audio": "second.audioOut" } }`;

eachDriver("an edit adds a graph file twice to a running graph, and one goes with its nodes", async (native) => {
  const registry = new NodeRegistry([nodePackage]);
  const voice = parseGraph(VOICE, "voice.json", registry);
  await using runtime = new Runtime({ mode: "live", native, registry });
  const tone = runtime.add(nodes.toneSource({ durationSeconds: 3_600 }), { id: "tone" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
  await runtime.start();
  const put = (id: string) =>
    runtime.edit((edit) => {
      const { inputs, outputs } = buildGraph(voice, edit, { id, lane: "dsp" });
      edit.addByType("level-meter", {}, { id: `${id}-meter` });
      edit.connectByName("tone.audio", inputs.audio);
      edit.connectByName(outputs.audio, `${id}-meter.audioIn`);
    });
  await put("left");
  await put("right");
  await flow(runtime, "left-meter", 3);
  await flow(runtime, "right-meter", 3);
  const lanes = runtime.stats().nodes.filter(({ id }) => id.includes("--")).map(({ id, lane }) => [id, lane]);
  deepEqual(lanes, [["left--first", "dsp"], ["left--second", "own"], ["right--first", "dsp"], [
    "right--second",
    "own",
  ]]);
  await runtime.edit((edit) => {
    for (const id of ["left--first", "left--second", "left-meter"]) edit.remove(id);
  });
  equal(runtime.stats().nodes.length, 5);
  await flow(runtime, "right-meter", 3);
  assertSpent((await runtime.stop())!);
});
