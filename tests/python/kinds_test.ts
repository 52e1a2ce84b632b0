/** Nodes in Python have the frames of every kind as they are, and what they write arrives. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { tapLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { appSink, appSource, pythonTest as test } from "../fixtures/python/graph.ts";
import { until } from "../fixtures/waiting.ts";

const LOSSLESS = { policy: "lossless", capacity: 4 } as const;

test("a class is described with its docs, ports, configuration and commands", (registry) => {
  const { description, doc, category, tags, inputs, outputs, config, commands, figures, process } = registry
    .getMetadata("com.example.py-gain");
  equal(description, "Makes audio louder.");
  match(doc, /Numpy multiplies/);
  equal(category, "audio");
  ok(tags.includes("loudness"));
  deepEqual(inputs.map(({ name, type, doc }) => [name, type, doc]), [
    ["audio_in", "AudioFrame", "Audio of any format."],
  ]);
  deepEqual(outputs.map(({ name, type }) => [name, type]), [["audio", "AudioFrame"]]);
  deepEqual(config.properties!.factor, {
    type: "number",
    minimum: 0,
    maximum: 8,
    "x-unit": "dB",
    default: 2,
    "x-live": true,
  });
  equal(config.properties!.other.description, "Another factor, which may not be the same.");
  deepEqual(commands, { recall: { description: "Tells what it has been told of, times a number." } });
  deepEqual(figures, ["blocks", "peak"]);
  equal(process, true);
  equal(registry.getMetadata("com.example.py-values").outputs[0].type, "DataFrame<Answer>");
  return Promise.resolve();
});

test("audio: samples are changed in place, in any number of channels", async (registry) => {
  await using runtime = new Runtime({ mode: "offline", registry });
  const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 3 }), { id: "source" });
  runtime.addByType("com.example.py-gain", {}, { id: "gain" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "gain.audio_in", LOSSLESS);
  runtime.connectByName("gain.audio", "sink.audio", LOSSLESS);
  await runtime.start();
  const pushed = (async () => {
    for (let k = 1; k <= 9; k++) {
      await source.push({ channels: [0, 1, 2].map((channel) => new Float32Array(7).fill(k * (channel + 1) / 64)) });
    }
    source.end();
  })();
  const found: number[][] = [];
  for await (const frame of sink) {
    equal(frame.sampleCount, 7);
    found.push([0, 1, 2].map((channel) => frame.channel(channel)[6] * 64));
  }
  await pushed;
  deepEqual(found, Array.from({ length: 9 }, (_, k) => [2, 4, 6].map((each) => each * (k + 1))));
  const stats = (await runtime.finished).nodes.find(({ id }) => id === "gain")!;
  deepEqual(stats.figures, { blocks: 9, peak: 2 * 27 / 64 });
});

test("a source is called until it ends", async (registry) => {
  await using runtime = new Runtime({ mode: "offline", registry });
  runtime.addByType("com.example.py-ramp", { blocks: 5 }, { id: "ramp" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("ramp.audio", "sink.audio", LOSSLESS);
  await runtime.start();
  const found: number[][] = [];
  for await (const frame of sink) {
    const { ptsNs, durationNs, sampleRateHz } = frame;
    found.push([ptsNs, durationNs, sampleRateHz, frame.channel(0)[3], frame.channel(1)[0]]);
  }
  deepEqual(found, Array.from({ length: 5 }, (_, k) => [k * 4e6, 4e6, 1000, k, -k]));
});

test("pictures: pixels, and planes of other formats", async (registry) => {
  await using runtime = new Runtime({ mode: "offline", registry });
  const size = { width: 5, height: 3, frameRate: 25 };
  const rgba = runtime.add(appSource.video({ pixelFormat: "rgba8", ...size }), { id: "rgba" });
  runtime.addByType("com.example.py-negative", {}, { id: "negative" });
  const negative = runtime.add(appSink.video(), { id: "negativeSink" });
  runtime.connectByName("rgba.video", "negative.video_in", LOSSLESS);
  runtime.connectByName("negative.video", "negativeSink.video", LOSSLESS);
  const i420 = runtime.add(appSource.video({ pixelFormat: "i420", width: 6, height: 4, frameRate: 25 }), {
    id: "i420",
  });
  runtime.addByType("com.example.py-luma", {}, { id: "luma" });
  const luma = runtime.add(appSink.video(), { id: "lumaSink" });
  const shapes = runtime.add(appSink.data(), { id: "shapes" });
  runtime.connectByName("i420.video", "luma.video_in", LOSSLESS);
  runtime.connectByName("luma.video", "lumaSink.video", LOSSLESS);
  runtime.connectByName("luma.shapes", "shapes.data", LOSSLESS);
  await runtime.start();
  const pixels = Uint8Array.from({ length: 60 }, (_, k) => k);
  const planes = [24, 6, 6].map((length, plane) => Uint8Array.from({ length }, (_, k) => 2 * k + plane * 50));
  await Promise.all([rgba.push({ planes: [pixels] }), i420.push({ planes })]);
  rgba.end();
  i420.end();
  for await (const picture of negative) {
    const row = picture.plane(0).subarray(picture.stride(0), picture.stride(0) + 20);
    deepEqual([...row], [...pixels.subarray(20, 40)].map((each, k) => k % 4 === 3 ? each : 255 - each));
  }
  for await (const picture of luma) {
    const [first, , third] = [0, 1, 2].map((plane) => picture.plane(plane));
    deepEqual([...first.subarray(0, 6)], [0, 1, 2, 3, 4, 5]);
    deepEqual([...third.subarray(0, 3)], [100, 102, 104]);
  }
  for await (const { value } of shapes) deepEqual(value, [[4, 6], [2, 3], [2, 3]]);
});

test("packets are columns", async (registry) => {
  await using runtime = new Runtime({ mode: "offline", registry });
  const source = runtime.add(appSource.packet({ fields: { x: "f64", y: "f64" } }), { id: "source" });
  runtime.addByType("com.example.py-polar", {}, { id: "polar" });
  const sink = runtime.add(appSink.packet<{ readonly r: "f64"; readonly phi: "f32" }>(), { id: "sink" });
  runtime.connectByName("source.packet", "polar.packet_in", LOSSLESS);
  runtime.connectByName("polar.packet", "sink.packet", LOSSLESS);
  await runtime.start();
  await source.push({ columns: { x: [3, 0], y: [4, 1] }, durationNs: 1 });
  source.end();
  for await (const frame of sink) {
    deepEqual([...frame.column("r")], [5, 1]);
    deepEqual([...frame.column("phi")], [...Float32Array.of(Math.atan2(4, 3), Math.PI / 2)]);
  }
});

test("encoded frames are bytes", async (registry) => {
  await using runtime = new Runtime({ mode: "offline", registry });
  const source = runtime.add(appSource.encoded({ codec: "h264", width: 64, height: 48 }), { id: "source" });
  runtime.addByType("com.example.py-bytes", {}, { id: "bytes" });
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  runtime.connectByName("source.encoded", "bytes.encoded_in", LOSSLESS);
  runtime.connectByName("bytes.encoded", "sink.encoded", LOSSLESS);
  await runtime.start();
  await source.push({ bytes: Uint8Array.of(1, 2, 3, 4), keyframe: true, durationNs: 5, ptsNs: 7 });
  source.end();
  for await (const frame of sink) {
    deepEqual([[...frame.bytes], frame.format, frame.ptsNs], [
      [4, 3, 2],
      { kind: "encoded", codec: "h264", width: 64 },
      7,
    ]);
  }
});

test("values go both ways", async (registry) => {
  await using runtime = new Runtime({ mode: "offline", registry });
  const source = runtime.add(appSource.data<unknown>(), { id: "source" });
  runtime.addByType("com.example.py-values", {}, { id: "values" });
  const sink = runtime.add(appSink.data<{ type: string; value: unknown; at: number }>(), { id: "sink" });
  runtime.connectByName("source.data", "values.value_in", LOSSLESS);
  runtime.connectByName("values.value", "sink.data", LOSSLESS);
  await runtime.start();
  const date = new Date("2026-01-02T03:04:05.678Z");
  const wanted: [type: string, value: unknown][] = [
    ["int", 5],
    ["float", 0.5],
    ["str", "é"],
    ["dict", { a: [1, { b: null }] }],
    ["Map", new Map<unknown, unknown>([[1, "one"], ["k", 2]])],
    ["set", new Set([1, "a"])],
    ["datetime", date],
    ["ndarray", Float32Array.of(1, 2.5)],
    ["bytes", Uint8Array.of(1, 2).buffer],
    ["int", 2n ** 70n],
  ];
  const pushed = (async () => {
    for (const [k, [, value]] of wanted.entries()) await source.push({ value, ptsNs: k });
    source.end();
  })();
  const found: unknown[] = [];
  for await (const { value } of sink) found.push([value.type, value.value, value.at]);
  await pushed;
  deepEqual(found, wanted.map(([type, value], k) => [type, value, k]));
});

test("a thread of an external node wakes it; its log, prints and events come under its name", async (registry) => {
  const lines: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ level, category, message }) => void lines.push(`${level} ${category} ${message}`)));
  await using runtime = new Runtime({ registry });
  runtime.addByType("com.example.py-clock", {}, { id: "clock" });
  const sink = runtime.add(appSink.data(), { id: "sink" });
  runtime.connectByName("clock.value", "sink.data", LOSSLESS);
  const events: unknown[] = [];
  runtime.events.on("node:clock", (event) => {
    if (event.group === "node" && event.kind === "custom") events.push([event.name, event.data]);
  });
  await runtime.start();
  const found: unknown[] = [];
  for await (const { value } of sink) found.push(value);
  deepEqual(found, [1, 2, 3]);
  await runtime.finished;
  await until(() => lines.some((line) => line.endsWith("it is over")), () => lines.join("; "));
  deepEqual(events, [["begun", { thread: "MainThread" }]]);
  ok(lines.includes("info node it begins"), lines.join("; "));
});

test("live values are changed together or not at all; commands answer; a state is taken along", async (registry) => {
  await using runtime = new Runtime({ registry });
  const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "source" });
  runtime.addByType("com.example.py-gain", {}, { id: "gain" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "gain.audio_in", LOSSLESS);
  runtime.connectByName("gain.audio", "sink.audio", LOSSLESS);
  await runtime.start();
  const frames = sink[Symbol.asyncIterator]();
  const next = async () => {
    await source.push({ channels: [Float32Array.of(1)] });
    const { value } = await frames.next();
    return value!.channel(0)[0];
  };
  equal(await next(), 2);
  await runtime.configure("gain", { factor: 3, other: 2 });
  equal(await next(), 6);
  await rejects(
    runtime.configure("gain", { factor: 4, other: 4 }),
    /ValueError: both factors are the same \(kinds\.py:\d+\)/,
  );
  equal(await next(), 6);
  deepEqual(await runtime.command("gain", "recall", { times: 2 }), {
    heard: ["factor+other", "factor+other"],
    blocks: 3,
  });
  await rejects(
    runtime.command("gain", "recall", { often: 2 }),
    /TypeError: recall\(times: .*\) -> .*: got an unexpected keyword argument 'often'/,
  );
  await runtime.edit((edit) => void edit.replaceByType("gain", "com.example.py-gain", { factor: 5 }));
  equal(await next(), 5);
  deepEqual(await runtime.command("gain", "recall"), { heard: ["factor+other"], blocks: 4 });
  source.end();
  await frames.next();
  await runtime.finished;
});
