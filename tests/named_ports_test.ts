/** Ports of a name and a kind that are chosen while the graph runs, beside numbered ones. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { nodePackage as boards, nodes as patches } from "../codegen/testdata/accepted/named_ports/sluice.gen.ts";
import { describeType } from "../control/answers/snapshot.ts";
import { ProcessorHarness } from "../testing/harness.ts";
import { Runtime } from "../core/runtime.ts";
import { appSink, appSource, buildGraph, graphOptions, NodeRegistry, nodes, parseGraph } from "../mod.ts";
import { nodePackage } from "../sluice.gen.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { inTime } from "./fixtures/waiting.ts";

const RATE = 8000;

function registry(): NodeRegistry {
  return new NodeRegistry([nodePackage, boards]);
}

function inputsOf(runtime: Runtime, node: string): (readonly [string, string])[] {
  return runtime.portInfo(node).filter(({ direction }) => direction === "input").map(({ name, type }) => [name, type]);
}

eachDriver("addInput() and addOutput() give a running node ports of any name and any kind", async (native) => {
  await using runtime = new Runtime({ native });
  const board = runtime.add(patches.patchbay(), { id: "board", lane: "patch" });
  const tone = runtime.add(appSource.audio({ sampleRateHz: RATE, channels: 1 }), { id: "tone" });
  const reader = runtime.add(appSink.data<{ level: number }>(), { id: "reader" });
  const writer = runtime.add(appSource.data<{ level: number }>(), { id: "writer" });
  const ear = runtime.add(appSink.audio(), { id: "ear" });
  await runtime.start();
  equal(await runtime.addInput("board", "others"), "others_0");
  equal(await runtime.addInput("board", "mic", { kind: "audio" }), "mic");
  equal(await runtime.addOutput("board", "micOut", { kind: "audio" }), "micOut");
  await runtime.addInput("board", "peak", { kind: "data" });
  await runtime.addOutput("board", "peakOut", { kind: "data" });
  await runtime.connect(tone.outputs.audio, board.inputs.sources.mic);
  await runtime.connect(board.outputs.sinks.micOut, ear.inputs.audio);
  await runtime.connectByName("writer.data", "board.peak");
  await runtime.connectByName("board.peakOut", "reader.data");
  deepEqual(inputsOf(runtime, "board"), [["others_0", "AudioFrame"], ["mic", "AudioFrame"], ["peak", "DataFrame"]]);
  deepEqual(runtime.portInfo("board").at(-1), {
    name: "peakOut",
    address: "board.peakOut",
    direction: "output",
    kind: "data",
    kinds: ["data"],
    type: "DataFrame<Reading>",
    links: [runtime.links("board.peakOut")[0].id],
    doc: "One for each input that is to be heard.",
  });

  const heard = ear[Symbol.asyncIterator]();
  const read = reader[Symbol.asyncIterator]();
  await tone.push({ channels: [new Float32Array([0.5, 0.25])] });
  deepEqual([...(await inTime(heard.next(), runtime)).value!.channel(0)], [0.5, 0.25]);
  await writer.push({ value: { level: 7 } });
  deepEqual((await inTime(read.next(), runtime)).value!.value, { level: 7 });

  // The same name may carry something else in the same edit.
  await runtime.edit((edit) => {
    edit.removeInput("board", "mic");
    edit.removeOutput("board", "micOut");
    edit.addInput("board", "mic", { kind: "data" });
    edit.addOutput("board", "micOut", { kind: "data" });
    edit.disconnect(runtime.links("reader.data")[0].id);
    edit.disconnect(runtime.links("board.peak")[0].id);
    edit.connectByName("writer.data", "board.mic");
    edit.connectByName("board.micOut", "reader.data");
  });
  await writer.push({ value: { level: 8 } });
  deepEqual((await inTime(read.next(), runtime)).value!.value, { level: 8 });
  await Promise.all([heard.return!(), read.return!()]);
  assertSpent((await runtime.stop())!);
});

eachDriver("ports of names of their own stay with a node that is moved, replaced or run again", async (native) => {
  await using runtime = new Runtime({ native });
  runtime.add(nodes.dynamicMixer(), {
    id: "room",
    ports: ["audioIn_2", { input: "guitar", kind: "audio" }, { input: "voice", kind: "audio" }],
  });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const wanted = ["audioIn_2", "guitar", "voice"];
  const names = () => inputsOf(runtime, "room").map(([name]) => name);
  deepEqual(names(), wanted);
  runtime.connectByName("tone.audio", "room.voice");
  await runtime.start();
  await runtime.move("room", "stage");
  deepEqual(names(), wanted);
  await runtime.configure("room", { strategy: "average" });
  deepEqual(names(), wanted);
  await runtime.restart();
  deepEqual(names(), wanted);
  await rejects(runtime.replace("room", nodes.gain()), {
    code: "PortNotFound",
    message: 'Cannot replace node "room" (dynamic-mixer) by a gain: Cannot add input "room.voice" (audio): "gain" ' +
      "takes no inputs of other names than its own",
  });
  await runtime.removeInput("room", "voice");
  deepEqual(names(), ["audioIn_2", "guitar"]);
  equal(runtime.links(tone.outputs.audio).length, 0);
  await runtime.stop();
});

Deno.test("a wrong kind, a taken name and a node that takes none are refused, and nothing changes", async () => {
  await using runtime = new Runtime({ native: "off" });
  runtime.add(nodes.dynamicMixer(), { id: "room" });
  runtime.add(nodes.gain(), { id: "gain" });
  runtime.add(patches.patchbay(), { id: "board", ports: [{ output: "film", kind: "video" }] });
  await rejects(runtime.addInput("room", "film", { kind: "video" }), {
    code: "TypeMismatch",
    expected: "AudioFrame",
    actual: "VideoFrame",
  });
  await runtime.addInput("room", "voice", { kind: "audio" });
  await rejects(runtime.addInput("room", "voice", { kind: "audio" }), {
    code: "InvalidGraph",
    message: 'Cannot add input "room.voice" (audio): the node has an input of that name; choose another',
  });
  await rejects(runtime.addInput("gain", "voice", { kind: "audio" }), { code: "PortNotFound" });
  await rejects(runtime.addOutput("room", "voices", { kind: "audio" }), { code: "PortNotFound" });
  await rejects(runtime.addInput("room", "other", { knd: "audio" } as never), { code: "InvalidConfig", key: "knd" });
  throws(() => runtime.connectByName("board.film", "room.voice"), {
    code: "TypeMismatch",
    expected: "AudioFrame",
    actual: "VideoFrame",
  });
  throws(() => runtime.connectByName("gain.audioOut", "room.voic"), {
    code: "PortNotFound",
    message: 'Cannot link to "room.voic": "dynamic-mixer" has no input of that name (did you mean "voice"?); ' +
      'inputs: "voice"; add one of any name by addInput(), with its kind',
  });
  throws(() => runtime.connectByName("gain.audioOut", "room.voices"), {
    code: "PortNotFound",
    message: 'Cannot link to "room.voices": it is a dynamic port, wanted one of "voice"',
  });
  throws(() => runtime.add(nodes.gain(), { id: "second", ports: [{ input: "side", kind: "audio" }] }), {
    code: "PortNotFound",
  });
  deepEqual(runtime.portInfo("room").map(({ name }) => name), ["voice", "audioOut"]);
  deepEqual(Object.keys(runtime.graph().nodes), ["room", "gain", "board"]);
});

Deno.test("a graph file says which ports of names of their own a node has, and graph() writes them", async () => {
  const types = registry();
  const file = {
    version: 1,
    nodes: {
      tone: { type: "tone-source" },
      board: {
        type: "patchbay",
        ports: [{ input: "mic", kind: "audio" }, "others_3", { output: "micOut", kind: "audio" }],
      },
      room: { type: "dynamic-mixer" },
    },
    links: [{ from: "tone.audio", to: "board.mic" }, { from: "board.micOut", to: "room.audioIn_1" }],
  };
  const document = parseGraph(JSON.stringify(file), "g.json", types);
  await using runtime = new Runtime({ ...graphOptions(document), registry: types, native: "off" });
  buildGraph(document, runtime);
  deepEqual(inputsOf(runtime, "board").map(([name]) => name), ["others_3", "mic"]);
  const written = runtime.graph();
  deepEqual(written.nodes.board.ports, ["others_3", { input: "mic", kind: "audio" }, {
    output: "micOut",
    kind: "audio",
  }]);
  equal(written.nodes.room.ports, undefined);
  const again = parseGraph(JSON.stringify(written), "again.json", types);
  await using copy = new Runtime({ ...graphOptions(again), registry: types, native: "off" });
  buildGraph(again, copy);
  deepEqual(copy.graph(), written);
});

for (
  const [what, ports, message] of [
    ["a kind that the node does not take", [{ input: "film", kind: "video" }], /1:\d+: .*wanted AudioFrame/],
    ["a name twice", [{ input: "a", kind: "audio" }, { input: "a", kind: "audio" }], /has an input of that name/],
    ["a port without a kind", [{ input: "a" }], /"kind" of a port is undefined, wanted "audio" or/],
    ["a port that is no element", ["audioin_1"], /it is no element of a dynamic port; dynamic ports: "audioIn"/],
    ["what is no list", { a: "audio" }, /"ports" of node "room" is an object, wanted a list of ports/],
  ] as const
) {
  Deno.test(`a graph file with ${what} is refused at its place`, () => {
    const text = JSON.stringify({ version: 1, nodes: { room: { type: "dynamic-mixer", ports } } });
    throws(() => parseGraph(text, "g.json", registry()), message);
  });
}

Deno.test("a node type tells clients of the control plane which ports of names of their own it takes", () => {
  const { dynamic, named } = describeType(nodes.dynamicMixer.descriptor).inputs.find(({ name }) => name === "voices")!;
  deepEqual({ dynamic, named }, { dynamic: { initial: 0, max: 64 }, named: [{ kind: "audio", type: "AudioFrame" }] });
});

Deno.test("ProcessorHarness.addInput() gives a node ports of names of their own", async () => {
  await using harness = await ProcessorHarness.create(patches.patchbay());
  harness.addInput("mic", { kind: "audio" });
  harness.addOutput("micOut", { kind: "audio" });
  harness.pushAudio("mic", { sampleRateHz: RATE, channels: [new Float32Array([1, 2])] });
  await harness.run();
  deepEqual(harness.takeAudio("micOut").map(({ channels }) => [...channels[0]]), [[1, 2]]);
  harness.removeInput("mic");
  throws(() => harness.addInput("mic", { kind: "sound" as never }), { code: "InvalidConfig" });
});
