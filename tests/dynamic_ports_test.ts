/** Graphs whose nodes have dynamic ports: the elements that links, or the options of a node, give them. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { nodes as boards } from "../codegen/testdata/accepted/dynamic_ports/sluice.gen.ts";
import { ProcessorHarness } from "../testing/harness.ts";
import { Runtime } from "../core/runtime.ts";
import { appSink, buildGraph, graphOptions, NodeRegistry, nodes, parseGraph } from "../mod.ts";
import { nodePackage } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

const RATE = 8000;
const SAMPLES = 4000;

/**
 * A graph file: two tones, mixed by elements 3 and 7 of a dynamic port on a lane of its own. Its pool and its lane
 * leave out what the runtime can choose.
 */
const GRAPH = JSON.stringify({
  version: 1,
  mode: "offline",
  nodes: {
    low: tone(200, 100),
    high: tone(500, 64),
    room: { type: "dynamic-mixer", lane: "mix" },
  },
  pools: { audio: { slots: 300 } },
  lanes: { mix: {} },
  links: [{ from: "high.audio", to: "room.audioIn_7" }, { from: "low.audio", to: "room.audioIn_3" }],
});

function tone(frequencyHz: number, blockSize: number) {
  const config = { frequencyHz, blockSize, sampleRateHz: RATE, amplitude: 0.25, durationSeconds: SAMPLES / RATE };
  return { type: "tone-source", config };
}

function sine(frequencyHz: number, at: number): number {
  return 0.25 * Math.sin(2 * Math.PI * frequencyHz * at / RATE);
}

/** Runs a graph whose mix is led to a sink. @returns the samples, without holes in their times */
async function listen(runtime: Runtime, from: string): Promise<number[]> {
  const out = runtime.add(appSink.audio(), { id: "out" });
  runtime.connectByName(from, "out.audio");
  const samples: number[] = [];
  await runtime.start();
  for await (const frame of out) {
    equal(frame.ptsNs, Math.round(samples.length * 1e9 / RATE));
    samples.push(...frame.channel(0));
  }
  await runtime.finished;
  return samples;
}

eachDriver("a graph file's links bring the elements of a dynamic port into being", async (native) => {
  const registry = new NodeRegistry([nodePackage]);
  const document = parseGraph(GRAPH, "g.json", registry);
  await using runtime = new Runtime({ ...graphOptions(document), native, registry });
  buildGraph(document, runtime);
  const inputs = runtime.portInfo("room").filter((port) => port.direction === "input").map((port) => port.address);
  deepEqual(inputs, ["room.audioIn_3", "room.audioIn_7"]);
  const samples = await listen(runtime, "room.audioOut");
  equal(samples.length, SAMPLES);
  deepEqual(samples.filter((sample, k) => Math.abs(sample - sine(200, k) - sine(500, k)) > 1e-5), []);
});

eachDriver("AddOptions.ports gives a dynamic port its elements, linked by their references or not", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const options = { blockSize: 128, sampleRateHz: RATE, amplitude: 0.25, durationSeconds: SAMPLES / RATE };
  const low = runtime.add(nodes.toneSource({ ...options, frequencyHz: 200 }));
  const high = runtime.add(nodes.toneSource({ ...options, frequencyHz: 500 }));
  const room = runtime.add(nodes.dynamicMixer({ strategy: "average" }), {
    lane: "mix",
    ports: ["audioIn_0", "audioIn_1", "audioIn_4"],
  });
  runtime.connect(low.outputs.audio, room.inputs.audioIn[4]);
  runtime.connect(high.outputs.audio, room.inputs.audioIn[0]);
  const samples = await listen(runtime, "dynamic-mixer.audioOut");
  equal(samples.length, SAMPLES);
  deepEqual(samples.filter((sample, k) => Math.abs(sample - (sine(200, k) + sine(500, k)) / 2) > 1e-5), []);
});

eachDriver(
  "a dynamic port grows by sources on lanes of their own, in the pools that nobody has sized",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const tone = (frequencyHz: number) => nodes.toneSource({ frequencyHz, durationSeconds: 60 });
    const first = runtime.add(tone(100), { lane: "tones" });
    const room = runtime.add(nodes.dynamicMixer(), { id: "room", ports: ["audioIn_0"], lane: "mix" });
    const level = runtime.add(nodes.levelMeter());
    runtime.connect(first.outputs.audio, room.inputs.audioIn[0]);
    runtime.connect(room.outputs.audioOut, level.inputs.audioIn);
    await runtime.start();
    for (let k = 1; k <= 20; k++) {
      const name = await runtime.addInput("room", "audioIn");
      await runtime.edit((edit) => {
        const { id } = edit.add(tone(100 + k), { lane: "tones" });
        edit.connectByName(`${id}.audio`, `room.${name}`);
      });
    }
    equal(runtime.portInfo("room").filter((port) => port.direction === "input").length, 21);
    await runtime.stop();
  },
);

Deno.test("ProcessorHarness.addInput() and removeInput() change dynamic ports between ticks", async () => {
  await using harness = await ProcessorHarness.create(boards.switchboard(), {}, { connect: ["inputs_3"] });
  const push = (port: string, value: number) =>
    harness.pushAudio(port, { sampleRateHz: 1000, channels: [new Float32Array([value])] });
  const taken = (port: string) => harness.takeAudio(port).map((block) => block.channels[0][0]);
  equal(harness.addInput("inputs"), "inputs_4");
  push("inputs_3", 3);
  push("inputs_4", 4);
  await harness.run();
  deepEqual([taken("outputs_0"), taken("outputs_1")], [[3], [4]]);
  equal(harness.addOutput("outputs"), "outputs_2");
  equal(harness.addInput("inputs"), "inputs_5");
  push("inputs_5", 5);
  await harness.run();
  deepEqual(taken("outputs_2"), [5]);
  push("inputs_3", 3);
  harness.removeInput("inputs_3");
  harness.removeOutput("outputs_2");
  push("inputs_5", 5);
  await harness.run();
  deepEqual([taken("outputs_0"), taken("outputs_1")], [[], [5]]);
  throws(() => taken("outputs_2"), { code: "PortNotFound" });
  throws(() => harness.removeInput("inputs_3"), { code: "PortNotFound" });
  harness.end();
  await harness.run();
  equal(harness.finished, true);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});
