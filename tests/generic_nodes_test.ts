/** Node types whose ports carry the kind of frames that links tell, from one's first link to its last. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { nodes as generic } from "../codegen/testdata/accepted/generic_frames/sluice.gen.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import { appSink, appSource, nodePackage, nodes, type PortInfo, Runtime } from "../mod.ts";
import { checkGraph } from "../core/graph/load.ts";
import { NodeRegistry } from "../core/registry/node_registry.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

const SOUND = { sampleRateHz: 1000, channels: 1 } as const;

function facts(ports: readonly PortInfo[]): unknown[] {
  return ports.map(({ kind, type }) => [kind, type]);
}

Deno.test("a generic node takes the kind of its first link, and any kind again once the last one has gone", async () => {
  const runtime = new Runtime({ native: "off" });
  const sound = runtime.add(appSource.audio(SOUND), { id: "sound" });
  const values = runtime.add(appSource.data<number>(), { id: "values" });
  const first = runtime.add(nodes.valve(), { id: "first" });
  const second = runtime.add(nodes.valve(), { id: "second" });
  const trim = runtime.add(nodes.trim(), { id: "trim" });
  const open = [[undefined, "Frame"], [undefined, "Frame"]];
  const heard = [["audio", "AudioFrame"], ["audio", "AudioFrame"]];
  deepEqual(facts(runtime.portInfo("first")), open);
  deepEqual(runtime.portInfo("trim")[0].kinds, ["audio", "video"]);
  // Against the direction of the frames: all of them are told by the last link.
  runtime.connect(second.outputs.frameOut, trim.inputs.frameIn);
  runtime.connect(first.outputs.frameOut, second.inputs.frameIn);
  deepEqual(facts(runtime.portInfo("first")).flat()[1], "AudioFrame | VideoFrame");
  throws(() => runtime.connect(values.outputs.data, first.inputs.frameIn), {
    code: "TypeMismatch",
    message:
      'Cannot link "values.data" to "first.frameIn": the output carries DataFrame, wanted AudioFrame | VideoFrame',
  });
  const link = await runtime.connect(sound.outputs.audio, first.inputs.frameIn);
  for (const id of ["first", "second", "trim"]) deepEqual(facts(runtime.portInfo(id)), heard, id);
  equal(runtime.links()[0].capacity, 8, "as for audio");
  const sink = runtime.add(appSink.data<number>(), { id: "sink" });
  throws(() => runtime.connect(second.outputs.frameOut, sink.inputs.data), {
    code: "TypeMismatch",
    message: 'Cannot link "second.frameOut" to "sink.data": the output carries AudioFrame (from "sound.audio"), ' +
      "wanted DataFrame",
  });
  void runtime.disconnect(link);
  deepEqual(runtime.portInfo("second")[0].kinds, ["audio", "video", "encoded", "packet", "data"]);
  void runtime.remove("trim");
  runtime.connect(values.outputs.data, first.inputs.frameIn);
  runtime.connect(second.outputs.frameOut, sink.inputs.data);
  equal(runtime.portInfo("second")[1].kind, "data");
  const { second: written } = runtime.graph().nodes;
  deepEqual(written, { type: "valve", config: {}, lane: "worker" }, "the graph file says nothing of it");
});

eachDriver("a generic node that runs carries sound, then values, with those beside it", async (native) => {
  await using runtime = new Runtime({ native, mode: "live" });
  const sound = runtime.add(appSource.audio(SOUND), { id: "sound" });
  const values = runtime.add(appSource.data<number>(), { id: "values" });
  const valve = runtime.add(nodes.valve(), { id: "valve", lane: "far" });
  const delay = runtime.add(nodes.delay({ delayFrames: 0 }), { id: "delay" });
  const heard = runtime.add(appSink.audio(), { id: "heard" });
  const read = runtime.add(appSink.data<number>(), { id: "read" });
  const other = runtime.add(nodes.valve(), { id: "other" });
  runtime.connect(values.outputs.data, other.inputs.frameIn, { policy: "lossless" });
  runtime.connect(other.outputs.frameOut, read.inputs.data);
  const into = await runtime.connect(sound.outputs.audio, valve.inputs.frameIn);
  runtime.connect(valve.outputs.frameOut, delay.inputs.frameIn);
  const out = await runtime.connect(delay.outputs.frameOut, heard.inputs.audio);
  await runtime.start();
  await sound.push({ channels: [Float32Array.of(1, 2)] });
  const block = await heard[Symbol.asyncIterator]().next();
  deepEqual([...(block.value as AudioFrame).channel(0)], [1, 2]);
  await runtime.edit((edit) => {
    edit.disconnect(into);
    edit.disconnect(out);
    for (const id of ["other", "heard", "sound"]) edit.remove(id);
    edit.connectByName("values.data", "valve.frameIn");
    edit.connectByName("delay.frameOut", "read.data");
  });
  equal(runtime.portInfo("delay")[0].kind, "data");
  await values.push({ value: 7 });
  values.end();
  for await (const frame of read) equal(frame.value, 7);
  equal((await runtime.finished).outcome, "completed");
});

Deno.test("a generic class of a package is checked in scripts, graph files and lines as those that ship are", () => {
  const runtime = new Runtime({ native: "off" });
  const registry = new NodeRegistry([nodePackage, generic.pass.package!]);
  const first = runtime.add(generic.first<AudioFrame>(), { id: "first" });
  const level = runtime.add(nodes.levelMeter(), { id: "level" });
  runtime.connect(first.outputs.frameOut, level.inputs.audioIn);
  equal(runtime.portInfo("first")[0].kind, "audio");
  const check = (type: string, sink: string) => {
    const graph = {
      version: 1,
      mode: "offline",
      nodes: { tone: { type: "tone-source" }, each: { type }, sink: { type: sink } },
      links: [
        { from: "each.frameOut", to: `sink.${sink === "level-meter" ? "audioIn" : "data"}` },
        { from: "tone.audio", to: `each.frameIn${type === "first" ? "_0" : ""}` },
      ],
    };
    return checkGraph(JSON.stringify(graph), "g.json", registry).errors.map(({ message }) => message);
  };
  deepEqual(check("first", "level-meter"), []);
  deepEqual(check("pass", "level-meter"), []);
  deepEqual(check("pass", "console-sink"), [
    'g.json:1:176: Cannot link "tone.audio" to "each.frameIn": the output carries AudioFrame, wanted DataFrame (for ' +
    '"sink.data")',
  ]);
  deepEqual(check("audio-valve", "console-sink"), [
    'g.json:1:85: Cannot find node type "audio-valve": one type takes every kind of frame; write "valve"',
  ]);
});
