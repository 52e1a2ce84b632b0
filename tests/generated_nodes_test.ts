/** What the generator makes of classes, in graphs that run: on both drivers, with nodes on lanes of their own. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { generate } from "../codegen/generate.ts";
import { appSink } from "../core/app/app_sink.ts";
import { appSource } from "../core/app/app_source.ts";
import { buildGraph, graphOptions } from "../core/graph/build.ts";
import { checkGraph, parseGraph } from "../core/graph/load.ts";
import { NodeRegistry } from "../core/registry/node_registry.ts";
import { Runtime } from "../core/runtime.ts";
import { nodePackage as standardPackage } from "../sluice.gen.ts";
import { ProcessorHarness } from "../testing.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import type { Times } from "./fixtures/generated/nodes.ts";
import { nodePackage, nodes, WeightedSumPorts } from "./fixtures/generated/sluice.gen.ts";

eachDriver("a node whose inputs are as many as its configuration says reads each of them", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const sum = runtime.add(nodes.weightedSum({ terms: 3 }), { lane: "sum" });
  const sink = runtime.add(appSink.audio());
  for (const [k, input] of sum.inputs.audioIn.entries()) {
    const source = runtime.add(nodes.numbers({ first: 10 ** k, count: 4 }), { id: `source${k}`, lane: `lane${k}` });
    runtime.connect(source.outputs.audio, input);
  }
  runtime.connect(sum.outputs.audioOut, sink.inputs.audio);
  deepEqual(runtime.portInfo(sum.id).map(({ address }) => address), [
    "weighted-sum.audioIn_0",
    "weighted-sum.audioIn_1",
    "weighted-sum.audioIn_2",
    "weighted-sum.audioOut",
  ]);
  await runtime.start();
  const sums: number[] = [];
  for await (const frame of sink) sums.push(frame.channel(0)[0]);
  // 1 + 2 · 10 + 3 · 100, and each of the three sources counts up by one.
  deepEqual(sums, [321, 327, 333, 339]);
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("a node whose outputs are as many as its configuration says writes to each of them", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(nodes.numbers({ first: 1, count: 7 }), { lane: "a" });
  const dealer = runtime.add(nodes.dealer({ ways: 3 }), { lane: "b" });
  runtime.connect(source.outputs.audio, dealer.inputs.audioIn);
  const sinks = dealer.outputs.audioOut.map((output, k) => {
    const sink = runtime.add(appSink.audio(), { id: `sink${k}` });
    runtime.connect(output, sink.inputs.audio);
    return sink;
  });
  deepEqual(runtime.portInfo(dealer.id).map(({ address }) => address), [
    "dealer.audioIn",
    "dealer.audioOut_0",
    "dealer.audioOut_1",
    "dealer.audioOut_2",
  ]);
  throws(() => runtime.connectByName("dealer.audioOut_3", "sink0.audio"), { code: "PortNotFound" });
  // @ts-expect-error there are three
  equal(dealer.outputs.audioOut[3], undefined);
  await runtime.start();
  const dealt = await Promise.all(sinks.map(async (sink) => {
    const samples: number[] = [];
    for await (const frame of sink) samples.push(frame.channel(0)[0]);
    return samples;
  }));
  deepEqual(dealt, [[1, 4, 7], [2, 5], [3, 6]]);
  equal((await runtime.finished).outcome, "completed");
});

Deno.test("a graph file links to as many outputs as the configuration of a node says", () => {
  const registry = new NodeRegistry([nodePackage]);
  const errors = (ways: number) =>
    checkGraph(
      JSON.stringify({
        version: 1,
        nodes: {
          numbers: { type: "numbers" },
          dealer: { type: "dealer", config: { ways } },
          sum: { type: "weighted-sum", config: { terms: 1 } },
        },
        links: [
          { from: "numbers.audio", to: "dealer.audioIn" },
          { from: "dealer.audioOut_2", to: "sum.audioIn_0" },
        ],
      }),
      "g.json",
      registry,
    ).errors.map(({ code }) => code);
  deepEqual([errors(3), errors(2)], [[], ["PortNotFound"]]);
});

Deno.test("the harness has as many outputs as the configuration says", async () => {
  await using harness = await ProcessorHarness.create(nodes.dealer({ ways: 3 }));
  for (const sample of [1, 2, 3, 4]) {
    harness.pushAudio("audioIn", { sampleRateHz: 8000, channels: [Float32Array.of(sample)] });
  }
  await harness.run();
  const taken = [0, 1, 2].map((k) => harness.takeAudio(`audioOut_${k}`).map(({ channels }) => channels[0][0]));
  deepEqual(taken, [[1, 4], [2], [3]]);
});

eachDriver("a node of a generic type has the ports and the channels of its type argument", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native, registry: new NodeRegistry([nodePackage]) });
  const mixer = runtime.add(nodes.mixer4(), { lane: "mixer" });
  const byName = runtime.addByType("mixer<2>", {}, { lane: "mixer" });
  const sink = runtime.add(appSink.audio(), { id: "sink4" });
  const sink2 = runtime.add(appSink.audio(), { id: "sink2" });
  equal(mixer.id, "mixer-4");
  for (const k of [0, 1, 2, 3] as const) {
    const source = runtime.add(nodes.numbers({ first: k, count: 2 }), { id: `source${k}`, lane: k < 2 ? "a" : "b" });
    runtime.connect(source.outputs.audio, mixer.inputs.audioIn[k]);
    if (k < 2) runtime.connectByName(`source${k}.audio`, `${byName.id}.audioIn_${k}`);
  }
  throws(() => runtime.connectByName("source2.audio", `${byName.id}.audioIn_2`), { code: "PortNotFound" });
  runtime.connect(mixer.outputs.audioOut, sink.inputs.audio);
  runtime.connectByName(`${byName.id}.audioOut`, "sink2.audio");
  await runtime.start();
  const read = async (each: typeof sink): Promise<number[][]> => {
    const blocks: number[][] = [];
    for await (const frame of each) {
      blocks.push(Array.from({ length: frame.channels }, (_, channel) => frame.channel(channel)[0]));
    }
    return blocks;
  };
  deepEqual(await Promise.all([read(sink), read(sink2)]), [[[0, 1, 2, 3], [1, 2, 3, 4]], [[0, 1], [1, 2]]]);
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("nodes of three packages run in one graph, named by a file", async (native) => {
  const registry = new NodeRegistry([standardPackage, nodePackage]);
  deepEqual(
    ["numbers", "gain", "weighted-sum", "imu-doubler"].map((type) => registry.getMetadata(type).package),
    ["@example/generated-fixtures", "@sluice/sluice", "@example/generated-fixtures", "@example/struct-fixtures"],
  );
  const text = JSON.stringify({
    version: 1,
    mode: "offline",
    nodes: {
      numbers: { type: "numbers", config: { first: 2, count: 3 }, lane: "a" },
      gain: { type: "gain", config: { gainDb: 0 }, lane: "b" },
      imus: { type: "imu-source", config: { count: 20 }, lane: "a" },
      doubler: { type: "imu-doubler", lane: "b" },
      check: { type: "imu-check", config: { count: 20 }, lane: "c" },
    },
    links: [
      { from: "numbers.audio", to: "gain.audioIn" },
      { from: "imus.readings", to: "doubler.readingsIn" },
      { from: "doubler.readingsOut", to: "check.readings" },
    ],
  });
  const document = parseGraph(text, "three_packages.json", registry);
  await using runtime = new Runtime({ ...graphOptions(document), native, registry });
  buildGraph(document, runtime);
  const sum = runtime.add(nodes.weightedSum({ terms: 1 }));
  const sink = runtime.add(appSink.audio());
  runtime.connectByName("gain.audioOut", `${sum.id}.audioIn_0`);
  runtime.connect(sum.outputs.audioOut, sink.inputs.audio);
  await runtime.start();
  const samples: number[] = [];
  for await (const frame of sink) samples.push(frame.channel(0)[0]);
  deepEqual(samples, [2, 3, 4]);
  const summary = await runtime.finished;
  equal(summary.outcome, "completed");
});

eachDriver("durations given as text reach a running node as numbers in the units of its fields", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8000, channels: 1 }));
  const timer = runtime.add(
    nodes.timer({ holdMs: "250 ms", leadSeconds: "1.5 min", release: "2.5ms", stepsMs: ["1 s", 7, "500 us"] }),
    { lane: "timer" },
  );
  const sink = runtime.add(appSink.data<Times>());
  runtime.connect(source.outputs.audio, timer.inputs.audio);
  runtime.connect(timer.outputs.times, sink.inputs.data);
  await runtime.start();
  const times = sink[Symbol.asyncIterator]();
  const next = async (): Promise<Times> => {
    await source.push({ channels: [new Float32Array(1)] });
    return (await times.next()).value.value;
  };
  const others = { leadSeconds: 90, release: 2500, stepsMs: [1000, 7, 0.5] };
  deepEqual(await next(), { holdMs: 250, ...others });
  await runtime.setConfig(timer.id, "holdMs", "1.5 s");
  deepEqual(await next(), { holdMs: 1500, ...others });
  await runtime.setConfig(timer.id, "holdMs", 40);
  deepEqual(await next(), { holdMs: 40, ...others });
  await rejects(runtime.setConfig(timer.id, "holdMs", "250"), { code: "InvalidConfig" });
  await rejects(runtime.setConfig(timer.id, "leadSeconds", "1 s"), {
    code: "InvalidConfig",
    message: 'Cannot change "leadSeconds" of node "timer" (timer) while it runs: the node must be replaced, as ' +
      "edit.reconfigure() does",
  });
  deepEqual(await next(), { holdMs: 40, ...others }, "what was refused changes nothing");
  await runtime.edit((edit) => edit.reconfigure(timer.id, { leadSeconds: "1 s" }));
  deepEqual(await next(), { holdMs: 40, ...others, leadSeconds: 1 }, "the node was replaced");
  source.end();
  ok((await times.next()).done);
  equal((await runtime.finished).outcome, "completed");
});

for (const lanes of [["a", "a"], ["a", "b"]]) {
  eachDriver(
    `a struct can be read as DataFrame<unknown> over lanes ${lanes.join(" ")}, and by a script`,
    async (native) => {
      await using runtime = new Runtime({ mode: "offline", native });
      const source = runtime.add(nodes.imuSource({ count: 3 }), { lane: lanes[0] });
      const toJson = runtime.add(nodes.toJson(), { lane: lanes[1] });
      const [texts, values] = [runtime.add(appSink.data<string>()), runtime.add(appSink.data(), { id: "values" })];
      runtime.connect(source.outputs.readings, toJson.inputs.data);
      runtime.connect(source.outputs.readings, values.inputs.data);
      runtime.connect(toJson.outputs.text, texts.inputs.data);
      await runtime.start();
      const read = async <T>(sink: AsyncIterable<{ readonly value: T }>): Promise<T[]> => {
        const all: T[] = [];
        for await (const { value } of sink) all.push(value);
        return all;
      };
      const [asText, asValues] = await Promise.all([read(texts), read(values)]);
      equal(asValues.length, 3);
      deepEqual(asText.map((text) => JSON.parse(text)), asValues);
      deepEqual(asValues[2], {
        sensor: 2,
        timeNs: 2e9 + 0.5,
        acceleration: [2, -2, 1],
        temperature: 0.5,
        count: 2,
        offset: -2,
        gain: 2,
        sign: -2,
        isValid: true,
        place: { x: 2, y: 3, isKnown: false },
        trail: [{ x: 4, y: 5, isKnown: true }, { x: 6, y: 7, isKnown: false }],
        type: 2,
      });
      equal((await runtime.finished).outcome, "completed");
    },
  );
}

Deno.test("a handle refuses the name of a port that its node does not have", async () => {
  await using runtime = new Runtime({ native: "off" });
  const sum = runtime.add(nodes.weightedSum());
  equal(sum.output("audioOut"), sum.outputs.audioOut);
  equal(sum.input("audioIn"), sum.inputs.audioIn);
  throws(() => sum.output("audioIn" as "audioOut"), {
    code: "PortNotFound",
    message: 'Cannot find output "audioIn" of node "weighted-sum"; outputs: audioOut',
  });
  throws(() => sum.input("toString" as "audioIn"), {
    code: "PortNotFound",
    message: 'Cannot find input "toString" of node "weighted-sum"; inputs: audioIn',
  });
});

Deno.test("Runtime.setConfig() refuses a key that the ports of a node depend on, also before the start", async () => {
  await using runtime = new Runtime({ native: "off" });
  const sum = runtime.add(nodes.weightedSum({ terms: 3 }));
  await rejects(runtime.setConfig(sum.id, "terms", 4), {
    code: "InvalidConfig",
    key: "terms",
    message: 'Cannot change "terms" of node "weighted-sum" (weighted-sum): its ports depend on it; ' +
      "give it when the node is added",
  });
  await runtime.setConfig(sum.id, "terms", 3);
  equal(runtime.portInfo(sum.id).length, 4);
});

Deno.test("a generated port registry lists, gives, shows and wires the ports of an instance", async () => {
  deepEqual([WeightedSumPorts.INPUT_NAMES, WeightedSumPorts.OUTPUT_NAMES], [["audioIn"], ["audioOut"]]);
  const { processor, ports } = (await nodes.weightedSum.load())({});
  const streams = new Map(["audioIn_0", "audioIn_1", "audioOut"].map((name) => [name, { name } as never]));
  ports.wire({
    input: (name) => streams.get(name)!,
    output: (name) => streams.get(name)!,
    inputs: (name) => [0, 1].map((k) => streams.get(`${name}_${k}`)!),
    outputs: () => [],
  });
  const shown: string[] = [];
  ports.visit({
    input: (name, port) => void shown.push(`input ${name} ${port === streams.get(name)}`),
    output: (name, port) => void shown.push(`output ${name} ${port === streams.get(name)}`),
  });
  deepEqual(shown, ["input audioIn_0 true", "input audioIn_1 true", "output audioOut true"]);
  deepEqual(ports.inputs(), { audioIn: [streams.get("audioIn_0"), streams.get("audioIn_1")] });
  deepEqual(ports.outputs(), { audioOut: streams.get("audioOut") });
  equal((processor as unknown as { ports: unknown }).ports, ports);
});

for (const name of ["generated", "structs"]) {
  Deno.test(`the generated code of tests/fixtures/${name} is current`, async () => {
    const configPath = fileURLToPath(new URL(`./fixtures/${name}/sluice.json`, import.meta.url));
    const { files, diagnostics } = await generate({ configPath, check: true });
    deepEqual(diagnostics, []);
    deepEqual(files.map(({ state }) => state), ["unchanged", "unchanged"]);
  });
}
