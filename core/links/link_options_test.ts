import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { appSink } from "../app/app_sink.ts";
import { appSource } from "../app/app_source.ts";
import { buildGraph, graphOptions } from "../graph/build.ts";
import { checkGraph, parseGraph } from "../graph/load.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { Runtime } from "../runtime.ts";
import { capacityBy, findCapacityFault } from "./link_options.ts";
import type { LinkCapacity, LinkOptions } from "./policy.ts";

const registry = new NodeRegistry([nodePackage]);

/** The capacities of a link of audio and of one of data. */
function capacities(capacity: LinkCapacity | undefined, options: LinkOptions = {}): number[] {
  const runtime = new Runtime({ native: "off", capacity });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  const sink = runtime.add(appSink.data(), { id: "sink" });
  runtime.connect(tone.outputs.audio, meter.inputs.audioIn, options);
  runtime.connect(meter.outputs.levels, sink.inputs.data, options);
  return runtime.links().map((link) => link.capacity);
}

Deno.test("links hold as many frames as the rule of the runtime says", () => {
  deepEqual(capacities(undefined), [8, 16]);
  deepEqual(capacities("byKind"), [8, 16]);
  deepEqual(capacities(5), [5, 5]);
  deepEqual(capacities({ byKind: { audio: 3 } }), [3, 16]);
  const asked: unknown[] = [];
  const own: LinkCapacity = (link) => {
    asked.push(link);
    return link.kind === "data" ? 100 : 50;
  };
  deepEqual(capacities(own), [50, 100]);
  deepEqual(asked, [
    { from: "tone.audio", to: "meter.audioIn", kind: "audio", policy: "roll-off", burst: 1 },
    { from: "meter.levels", to: "sink.data", kind: "data", policy: "roll-off", burst: 1 },
  ]);
});

Deno.test("a link's own rule goes before that of the runtime, and latest before both", () => {
  deepEqual(capacities(5, { capacity: 7 }), [7, 7]);
  deepEqual(capacities(5, { capacity: "byKind" }), [8, 16]);
  deepEqual(capacities(5, { capacity: { byKind: { data: 2 } } }), [8, 2]);
  deepEqual(capacities(5, { capacity: ({ burst }) => burst * 9 }), [9, 9]);
  deepEqual(capacities(5, { policy: "latest" }), [1, 1]);
});

Deno.test("a rule for all links gives way to the burst of an output; a link's own does not", () => {
  const facts = { from: "a.out", to: "b.in", kind: "data", policy: "lossless", burst: 40 } as const;
  equal(capacityBy("byKind", facts), 80);
  const runtime = new Runtime({ native: "off", mode: "offline", capacity: 1 });
  const source = runtime.add(appSource.audio({ sampleRateHz: 1000, channels: 1 }));
  const chunks = runtime.add(nodes.rebuffer());
  const meter = runtime.add(nodes.levelMeter());
  runtime.connect(source.outputs.audio, chunks.inputs.frameIn);
  const { burst } = nodes.rebuffer.descriptor.outputs[0];
  throws(() => runtime.connect(chunks.outputs.frameOut, meter.inputs.audioIn, { capacity: burst - 1 }), {
    message: new RegExp(`capacity is ${burst - 1}, `),
  });
  runtime.connect(chunks.outputs.frameOut, meter.inputs.audioIn);
  deepEqual(runtime.links().map(({ capacity }) => capacity), [1, burst]);
});

Deno.test("findCapacityFault() says what a rule has to be", () => {
  const wanted = 'wanted a whole number from 1 to 65536, "byKind", or { "byKind": { "audio": 64, … } }';
  for (
    const [rule, fault] of [
      [0, `"capacity" is 0, ${wanted}`],
      ["bykind", `"capacity" is "bykind", ${wanted}`],
      [[1], `"capacity" is a list, ${wanted}`],
      [{ audio: 1 }, `"capacity" is an object, ${wanted}`],
      [{ byKind: {}, fixed: 3 }, '"capacity" has the key "fixed", wanted "byKind" alone'],
      [{ byKind: { sound: 3 } }, '"capacity" names "sound", wanted "audio", "video", "encoded", "packet" and "data"'],
      [{ byKind: { audio: 0.5 } }, '"capacity" for audio is 0.5, wanted a whole number from 1 to 65536'],
    ] as const
  ) equal(findCapacityFault(rule, '"capacity"'), fault);
  throws(() => new Runtime({ capacity: 0 }), { code: "InvalidConfig", key: "capacity" });
  throws(() => capacities(() => 0), {
    code: "InvalidGraph",
    message: 'Cannot link "tone.audio" to "meter.audioIn": capacity is 0, wanted a whole number from 1 to 65536',
  });
});

Deno.test("a graph file has rules for capacities, and a graph is written down with them", async () => {
  const graphOf = (parts: object, link: object = {}) =>
    JSON.stringify({
      version: 1,
      nodes: { tone: { type: "tone-source" }, gain: { type: "gain" }, meter: { type: "level-meter" } },
      links: [{ from: "tone.audio", to: "gain.audioIn", ...link }, { from: "gain.audioOut", to: "meter.audioIn" }],
      ...parts,
    });
  const load = (text: string) => {
    const document = parseGraph(text, "g.json", registry);
    const runtime = new Runtime({ ...graphOptions(document), registry, native: "off" });
    buildGraph(document, runtime);
    return runtime;
  };
  for (
    const [text, wanted] of [
      [graphOf({}), [8, 8]],
      [graphOf({ capacity: 5 }), [5, 5]],
      [graphOf({ capacity: 5 }, { capacity: "byKind" }), [8, 5]],
      [graphOf({ capacity: { byKind: { audio: 3, data: 9 } } }, { capacity: 4 }), [4, 3]],
    ] as const
  ) {
    const runtime = load(text);
    const written = runtime.graph();
    const { capacity } = JSON.parse(text);
    deepEqual(runtime.links().map((link) => link.capacity), wanted);
    deepEqual(written.capacity, capacity);
    deepEqual(load(JSON.stringify(written)).graph(), written);
    // A link that is added later follows the rule too.
    runtime.addByType("level-meter", {}, { id: "later" });
    runtime.connectByName("gain.audioOut", "later.audioIn");
    equal(runtime.links("later.audioIn")[0].capacity, wanted[1]);
  }
  const { errors } = checkGraph(graphOf({ capacity: { byKind: { audio: 0 } } }), "g.json", registry);
  deepEqual(errors.map(({ message }) => message.replace(/^g\.json:\d+:\d+: /, "")), [
    'Cannot read graph: "capacity" for audio is 0, wanted a whole number from 1 to 65536',
  ]);
  await rejects(async () => await load(graphOf({})).connectByName("tone.audio", "gain.audioIn"), {
    code: "DestinationOccupied",
  });
});

Deno.test("links into a delay hold what waits there besides, by the least time between two frames of their kind", () => {
  const held = (mode: "live" | "offline", source: "tone" | "image" | "data", delayFrames?: number) => {
    const runtime = new Runtime({ mode, native: "off" });
    const delay = runtime.add(nodes.delay({ delayMs: 800, delayFrames }));
    if (source === "data") runtime.connect(runtime.add(appSource.data()).outputs.data, delay.inputs.frameIn);
    else if (source === "tone") runtime.connect(runtime.add(nodes.toneSource()).outputs.audio, delay.inputs.frameIn);
    else {
      const image = runtime.add(nodes.imageSource({ path: "a.png" }));
      runtime.connect(image.outputs.video, delay.inputs.frameIn);
    }
    return runtime.links()[0].capacity;
  };
  deepEqual([held("live", "tone"), held("live", "image"), held("live", "data")], [8 + 321, 4 + 51, 16 + 801]);
  deepEqual([held("live", "image", 10), held("offline", "image"), held("offline", "image", 10)], [
    4 + 60,
    4 + 1,
    4 + 10,
  ]);
});

Deno.test("a link into a delay that is replaced has room for what its successor has wait there", async () => {
  await using runtime = new Runtime({ mode: "live", native: "off" });
  const tone = runtime.add(nodes.toneSource({ blockSize: 240 }), { id: "tone" });
  const delay = runtime.add(nodes.delay({ delayMs: 20 }), { id: "delay" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  runtime.connect(tone.outputs.audio, delay.inputs.frameIn);
  runtime.connect(delay.outputs.frameOut, meter.inputs.audioIn);
  await runtime.start();
  await runtime.edit((edit) => void edit.replace("delay", nodes.delay({ delayMs: 800 })));
  equal(runtime.links()[0].capacity, 8 + 321);
  await runtime.stop();
});
