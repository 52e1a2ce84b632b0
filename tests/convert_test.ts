/** Links that have nodes put in which convert. */
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { buildGraph, graphOptions } from "../core/graph/build.ts";
import { checkExpression } from "../cli/expression/check_expression.ts";
import { checkGraph } from "../core/graph/load.ts";
import { NodeRegistry } from "../core/registry/node_registry.ts";
import { Runtime } from "../core/runtime.ts";
import { PartialFile } from "../processors/file/partial_file.ts";
import { PcmBlock } from "../processors/file/pcm.ts";
import { WavReader } from "../processors/file/wav_reader.ts";
import { WavWriter } from "../processors/file/wav_writer.ts";
import { nodePackage, nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { type Script, sink } from "./fixtures/scripted.ts";
import { flow, inTime } from "./fixtures/waiting.ts";

const registry = new NodeRegistry([nodePackage]);
const MONO_48K = { sampleRateHz: 48_000, channels: 1 };
const TONE = { sampleRateHz: 44_100, channels: 2, durationSeconds: 0.5 } as const;

/** Notes the formats that come, and how many samples of each. */
function noting(got: { [format: string]: number }): Script & Record<string, unknown> {
  return {
    process(this: Script) {
      const frame = this.audioIn!.read();
      if (frame === undefined) return;
      const format = `${frame.sampleRateHz} Hz, ${frame.channels}`;
      got[format] = (got[format] ?? 0) + frame.sampleCount;
    },
  };
}

const idsOf = (runtime: Runtime) => Object.keys(runtime.graph().nodes);

eachDriver(
  "convert: auto puts nodes between that convert, each on the lane of the node it converts for",
  async (native) => {
    const got: { [format: string]: number } = {};
    await using runtime = new Runtime({ mode: "offline", native, registry });
    const tone = runtime.add(nodes.toneSource(TONE));
    const end = runtime.add(sink(noting(got), MONO_48K), { id: "end" });
    const link = await runtime.connect(tone.outputs.audio, end.inputs.audioIn, { convert: "auto" });
    deepEqual(idsOf(runtime), ["tone-source", "end", "channel-mapper", "resampler"]);
    equal(runtime.graph().nodes["resampler"].lane, "main");
    equal(runtime.link(link).to.address, "end.audioIn");
    await runtime.start();
    await inTime(runtime.finished);
    deepEqual(got, { "48000 Hz, 1": 24_000 });
  },
);

eachDriver("convert: auto of the runtime holds for links that say nothing, also while it runs", async (native) => {
  const got: { [format: string]: number } = {};
  await using runtime = new Runtime({ native, registry, convert: "auto" });
  const tone = runtime.add(nodes.toneSource({ ...TONE, durationSeconds: undefined }));
  await runtime.start();
  const end = await runtime.add(sink(noting(got), MONO_48K), { id: "end" });
  await runtime.connect(tone.outputs.audio, end.inputs.audioIn);
  await flow(runtime, "end", 3);
  deepEqual(Object.keys(got), ["48000 Hz, 1"]);
  deepEqual(idsOf(runtime), ["tone-source", "end", "channel-mapper", "resampler"]);
  await runtime.stop();
});

Deno.test("without it, or without converters, the error is as before, and nothing is left in the graph", async () => {
  const plain = new Runtime({ mode: "offline", native: "off" });
  const tone = plain.add(nodes.toneSource(TONE));
  const end = plain.add(sink(noting({}), MONO_48K), { id: "end" });
  await plain.connect(tone.outputs.audio, end.inputs.audioIn);
  await rejects(plain.start(), { code: "TypeMismatch", message: /wanted 48000 Hz.*"resampler"/ });
  throws(() => plain.connect(tone.outputs.audio, end.inputs.audioIn, { convert: "auto" }), {
    code: "DestinationOccupied",
  });
  deepEqual(idsOf(plain), ["tone-source", "end"]);
  const other = plain.add(sink(noting({}), MONO_48K), { id: "other" });
  throws(() => plain.connect(tone.outputs.audio, other.inputs.audioIn, { convert: "yes" as never }), {
    code: "InvalidConfig",
    message: /"convert" is "yes", wanted "auto" or "off"$/,
  });
  throws(() => new Runtime({ convert: true as never }), { code: "InvalidConfig" });
});

eachDriver(
  "converters go with the link that they were put in for, and with the node at either end of it",
  async (native) => {
    await using runtime = new Runtime({ native, registry, convert: "auto" });
    const tone = runtime.add(nodes.toneSource({ ...TONE, durationSeconds: undefined }), { id: "tone" });
    const end = runtime.add(sink(noting({}), MONO_48K), { id: "end" });
    const link = await runtime.connect(tone.outputs.audio, end.inputs.audioIn);
    equal(idsOf(runtime).length, 4);
    await runtime.disconnect(link);
    deepEqual(idsOf(runtime), ["tone", "end"]);
    await runtime.connect(tone.outputs.audio, end.inputs.audioIn);
    await runtime.start();
    await flow(runtime, "end", 3);
    await runtime.remove("end");
    deepEqual(idsOf(runtime), ["tone"]);
    const other = await runtime.add(sink(noting({}), MONO_48K), { id: "other" });
    await runtime.connect(tone.outputs.audio, other.inputs.audioIn);
    await flow(runtime, "other", 3);
    await runtime.remove("tone");
    deepEqual(idsOf(runtime), ["other"]);
    await runtime.stop();
  },
);

/** A graph file with a tone of two channels at 44.1 kHz, and an input for one at 48 kHz. */
const file = (parts: object, link: object = {}) =>
  JSON.stringify({
    version: 1,
    mode: "offline",
    nodes: { tone: { type: "tone-source", config: TONE }, end: { type: "scripted-sink" } },
    links: [{ from: "tone.audio", to: "end.audioIn", ...link }],
    ...parts,
  });

Deno.test("a graph file says it for all links, or for one, and what a runtime writes loads back the same", async () => {
  const all = new NodeRegistry([nodePackage]);
  const type = sink(noting({}), MONO_48K).type;
  all.add(type);
  const graphOf = (text: string) => {
    const { document, errors } = checkGraph(text, "graph.json", all);
    deepEqual(errors.map(({ message }) => message), []);
    const runtime = new Runtime({ ...graphOptions(document!), registry: all, native: "off" });
    buildGraph(document!, runtime);
    return runtime;
  };
  const converted = ["tone", "end", "channel-mapper", "resampler"];
  await using ofFile = graphOf(file({ convert: "auto" }));
  deepEqual(idsOf(ofFile), converted);
  await using ofLink = graphOf(file({}, { convert: "auto" }));
  deepEqual(idsOf(ofLink), converted);
  const [off] = checkGraph(file({ convert: "auto" }, { convert: "off" }), "graph.json", all).errors;
  match(off.message, /Cannot send "tone\.audio" to "end\.audioIn": it carries audio 44100 Hz, 2 channels/);
  const written = ofFile.graph();
  await using again = graphOf(JSON.stringify(written));
  deepEqual(again.graph(), written);
  const [error] = checkGraph(file({ convert: "yes" }), "graph.json", all).errors;
  match(error.message, /^graph\.json:1:\d+: .*"convert"/);
});

/** Writes half a second of a sine of amplitude 0.25. */
function writeSine(path: string, sampleRateHz: number, frequencyHz: number): void {
  const count = sampleRateHz / 2;
  const block = new PcmBlock("f32", 1, count);
  const step = 2 * Math.PI * frequencyHz / sampleRateHz;
  block.encode(0, Float32Array.from({ length: count }, (_, k) => Math.sin(step * k) / 4));
  const format = { sampleFormat: "f32", channels: 1, sampleRateHz, layout: "mono" } as const;
  const writer = new WavWriter(PartialFile.claim(path), format);
  writer.write(block, count);
  writer.finish();
}

/** The amplitude of a frequency in the middle 0.4 s of a file, and its sample rate. */
function amplitudeIn(path: string, frequencyHz: number): { readonly rate: number; readonly amplitude: number } {
  using reader = WavReader.open(path);
  const { sampleFormat, channels, sampleRateHz: rate } = reader.format;
  const [from, count] = [rate / 20, rate * 2 / 5];
  const block = new PcmBlock(sampleFormat, channels, reader.sampleCount);
  reader.read(block, reader.sampleCount);
  const samples = new Float32Array(count);
  block.decode(0, samples, count, from);
  const step = 2 * Math.PI * frequencyHz / rate;
  const sum = (wave: (angle: number) => number) => samples.reduce((all, each, k) => all + each * wave(step * k), 0);
  return { rate, amplitude: Math.hypot(sum(Math.sin), sum(Math.cos)) * 2 / count };
}

Deno.test("a side-chain need not agree with what it turns down, and tells nothing of the result", () => {
  const chain = "tone-source id=voice sampleRateHz=16000; tone-source id=music sampleRateHz=44100 channels=2; " +
    "compressor id=duck ! mixer id=mix";
  for (
    const links of ["voice. ! duck.sidechain; music. ! duck.audioIn", "music. ! duck.audioIn; voice. ! duck.sidechain"]
  ) {
    const { document, errors } = checkExpression(`${chain}; tone-source sampleRateHz=44100 ! mix.; ${links}`, registry);
    deepEqual(errors, []);
    const runtime = new Runtime({ ...graphOptions(document!), registry });
    buildGraph(document!, runtime);
    deepEqual(idsOf(runtime).toSorted(), ["duck", "mix", "music", "tone-source", "voice"]);
  }
});

Deno.test("inputs that have to agree in a field get converters, as far as what comes into others is known", async () => {
  const folder = Deno.makeTempDirSync();
  const [a, b, mix] = ["a44.wav", "b48.wav", "mix.wav"].map((name) => `${folder}/${name}`);
  writeSine(a, 44_100, 1000);
  writeSine(b, 48_000, 3000);
  const graphOf = (text: string) => {
    const { document, errors } = checkExpression(text, registry, [], undefined, "auto");
    deepEqual(errors.map(({ message }) => message), []);
    const runtime = new Runtime({ ...graphOptions(document!), registry, native: "off" });
    buildGraph(document!, runtime);
    return runtime;
  };
  for (const [first, second] of [[a, b], [b, a]]) {
    const sink = `wav-sink path=${mix} overwrite=true lane=main`;
    await using runtime = graphOf(
      `wav-source path=${first} lane=main ! valve lane=main ! mixer id=m lane=main ! ${sink}; ` +
        `wav-source path=${second} lane=main ! gain lane=main ! m.`,
    );
    equal(runtime.graph().nodes["resampler"].lane, "main");
    await runtime.start();
    await inTime(runtime.finished);
    for (const frequencyHz of [1000, 3000]) {
      const { rate, amplitude } = amplitudeIn(mix, frequencyHz);
      equal(rate, first === a ? 44_100 : 48_000);
      equal(amplitude.toFixed(2), "0.25");
    }
  }
  const equalRates = graphOf(`wav-source path=${a} ! mixer id=m ! wav-sink path=${mix}; wav-source path=${a} ! m.`);
  deepEqual(idsOf(equalRates), ["wav-source", "m", "wav-sink", "wav-source-2"]);
  const absent = graphOf(
    `wav-source path=${folder}/no.wav ! mixer id=m ! wav-sink path=${mix}; wav-source path=${a} ! m.`,
  );
  deepEqual(idsOf(absent), ["wav-source", "m", "wav-sink", "wav-source-2"]);
  for (const runtime of [equalRates, absent]) await runtime[Symbol.asyncDispose]();
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a graph file is refused for formats that configurations tell, in the words of a run", async () => {
  const all = new NodeRegistry([nodePackage]);
  const end = sink(noting({}), { sampleRateHz: 48_000 });
  all.add(end.type);
  await using runtime = new Runtime({ mode: "offline", native: "off", registry: all });
  const tone = runtime.add(nodes.toneSource(TONE), { id: "tone" });
  await runtime.connect(tone.outputs.audio, runtime.add(end, { id: "end" }).inputs.audioIn);
  let refused = "";
  await rejects(runtime.start().then(() => runtime.finished), ({ message }: Error) => {
    refused = message;
    return message.startsWith(
      'Cannot send "tone.audio" to "end.audioIn": it carries audio 44100 Hz, 2 channels, wanted',
    );
  });
  const errorsOf = (parts: object) =>
    checkGraph(file(parts), "graph.json", all).errors.map(({ message }) =>
      message.replace(/^graph.json:\d+:\d+: /, "")
    );
  deepEqual(errorsOf({}), [refused]);
  deepEqual(errorsOf({ convert: "auto" }), []);
  const kinds = { tone: { type: "tone-source", config: TONE }, end: { type: "scripted-sink" } };
  // The links of the file stand in any order.
  const kept = [["gain", "gain.audioOut", "gain.audioIn"], ["valve", "valve.frameOut", "valve.frameIn"]] as const;
  for (const [type, from, to] of kept) {
    const links = [{ from, to: "end.audioIn" }, { from: "tone.audio", to }];
    deepEqual(errorsOf({ nodes: { ...kinds, [type]: { type } }, links }), [refused.replace("tone.audio", from)]);
    const resampled = { ...kinds, [type]: { type }, rate: { type: "resampler" } };
    const fed = [links[0], { from: "tone.audio", to: "rate.audioIn" }, { from: "rate.audioOut", to }];
    deepEqual(errorsOf({ nodes: resampled, links: fed }), []);
  }
  // Two streams of one rate are mixed, and those of two are not.
  const mixed = (sampleRateHz: number) => ({
    nodes: { ...kinds, mixer: { type: "mixer" }, other: { type: "tone-source", config: { sampleRateHz } } },
    links: [{ from: "tone.audio", to: "mixer.audioIn_3" }, { from: "other.audio", to: "mixer.audioIn_0" }],
  });
  const without = (parts: ReturnType<typeof mixed>) => {
    const { end: _, ...nodes } = parts.nodes;
    return errorsOf({ ...parts, nodes });
  };
  deepEqual(without(mixed(44_100)), []);
  match(
    without(mixed(32_000)).join(),
    /^Cannot send "other.audio" to "mixer.audioIn_0": .* 32000 Hz, .* wanted 44100 Hz;/,
  );
});
