/** Flow nodes, one by one and in graphs. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { EncodedFrame } from "../core/frames/encoded_frame.ts";
import type { PacketFrame } from "../core/frames/packet_frame.ts";
import { ProcessorHarness } from "../testing/harness.ts";
import type { StreamInput, StreamOutput } from "../core/ports/stream.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import { Runtime } from "../core/runtime.ts";
import { appSink, appSource, nodes } from "../mod.ts";
import { fixture, port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { filter, type Script } from "./fixtures/scripted.ts";

function samples(...values: number[]): { sampleRateHz: number; channels: Float32Array[] } {
  return { sampleRateHz: 1000, channels: [Float32Array.from(values)] };
}

type Sum = NodeHandle<{ dry: AudioFrame; wet: AudioFrame }, { audioOut: AudioFrame }>;

/** Writes dry + wet / 2, block by block. */
const sum = fixture<Sum, Record<never, never>>(() => ({
  process(
    this: { dry: StreamInput<AudioFrame>; wet: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> },
  ) {
    if (this.wet.peek() === undefined) return;
    const dry = this.dry.read();
    if (dry === undefined) return;
    const wet = this.wet.read()!;
    equal(wet.ptsNs, dry.ptsNs);
    const own = dry.writable();
    for (const [at, sample] of wet.channel(0).entries()) own.channel(0)[at] += sample / 2;
    this.audioOut.write(own);
  },
}), {
  type: "sum",
  trigger: "all",
  lane: "main",
  ports: [
    port({ name: "dry", direction: "input", kind: "audio" }),
    port({ name: "wet", direction: "input", kind: "audio" }),
    port({ name: "audioOut", direction: "output", kind: "audio" }),
  ],
});

for (const lane of ["main", "worker"]) {
  eachDriver(`a feedback loop through a delay on lane ${lane} makes an exact echo`, async (native) => {
    const count = 60;
    await using runtime = new Runtime({ mode: "offline", native });
    const source = runtime.add(appSource.audio({ sampleRateHz: 1000, channels: 1 }));
    const mix = runtime.add(sum());
    const delay = runtime.add(nodes.delay({ delayMs: 3, prime: true, sampleRateHz: 1000 }), { lane });
    const pass = runtime.add(nodes.gain(), { lane });
    const sink = runtime.add(appSink.audio());
    runtime.connect(source.outputs.audio, mix.inputs.dry);
    runtime.connect(mix.outputs.audioOut, delay.inputs.frameIn);
    runtime.connect(delay.outputs.frameOut, pass.inputs.audioIn);
    runtime.connect(pass.outputs.audioOut, mix.inputs.wet);
    runtime.connect(mix.outputs.audioOut, sink.inputs.audio);
    await runtime.start();
    const input = Array.from({ length: count }, (_, k) => (k * 7) % 5);
    const feeding = (async () => {
      for (let k = 0; k < count; k += 3) await source.push({ channels: [Float32Array.from(input.slice(k, k + 3))] });
      source.end();
    })();
    const heard: number[] = [];
    for await (const frame of sink) heard.push(...frame.channel(0));
    await feeding;
    const expected = new Float32Array(count);
    for (let k = 0; k < count; k++) expected[k] = input[k] + (k < 3 ? 0 : expected[k - 3] / 2);
    deepEqual(heard, [...expected]);
    const summary = await runtime.finished;
    equal(summary.outcome, "completed");
    for (const pool of summary.pools) equal(pool.free, pool.slots);
  });
}

eachDriver("stop() ends a loop that nothing feeds", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const delay = runtime.add(nodes.delay({ delayMs: 5, prime: true, sampleRateHz: 1000 }));
  const pass = runtime.add(filter({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
    },
  }));
  runtime.connect(delay.outputs.frameOut, pass.inputs.audioIn);
  runtime.connect(pass.outputs.audioOut, delay.inputs.frameIn);
  await runtime.start();
  while (runtime.stats().nodes.find((node) => node.id === "delay")!.framesOut < 3) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { outcome, nodes: stopped } = (await runtime.stop())!;
  equal(outcome, "stopped");
  // Those that the time limit of the stop cuts off are closed.
  deepEqual(stopped.map(({ state }) => state), ["ended", "ended"]);
});

Deno.test("Runtime.connect() refuses a loop without a delay even beside one with", () => {
  const runtime = new Runtime({ mode: "offline", native: "off" });
  const delay = runtime.add(nodes.delay());
  const mixer = runtime.add(nodes.mixer());
  const gain = runtime.add(nodes.gain());
  runtime.connect(mixer.outputs.audioOut, delay.inputs.frameIn);
  runtime.connect(delay.outputs.frameOut, mixer.inputs.audioIn[0]);
  runtime.connect(mixer.outputs.audioOut, gain.inputs.audioIn);
  throws(() => runtime.connect(gain.outputs.audioOut, mixer.inputs.audioIn[1]), { code: "CycleWithoutDelay" });
});

Deno.test("delay moves times, and keeps samples, in an offline graph at once", async () => {
  await using harness = await ProcessorHarness.create(nodes.delay({ delayMs: 2.5 }));
  harness.pushAudio("frameIn", samples(1, 2));
  harness.pushAudio("frameIn", samples(3));
  await harness.run();
  const out = harness.takeAudio("frameOut");
  deepEqual(out.map(({ ptsNs, channels }) => [ptsNs, ...channels[0]]), [[2_500_000, 1, 2], [4_500_000, 3]]);
});

Deno.test("delay with prime begins with silence of its length", async () => {
  const config = { delayMs: 10_000, prime: true, sampleRateHz: 1000, channels: 2 };
  await using harness = await ProcessorHarness.create(nodes.delay(config));
  await harness.run();
  const out = harness.takeAudio("frameOut");
  equal(out.reduce((sum, { channels }) => sum + channels[1].length, 0), 10_000);
  let endNs = 0;
  for (const block of out) {
    equal(block.ptsNs, endNs);
    endNs += block.durationNs;
    ok(block.channels.every((channel) => channel.every((sample) => sample === 0)));
  }
});

Deno.test("delay with prime refuses blocks of another format than its silence", async () => {
  for (
    const [config, silence] of [
      [{ sampleRateHz: 1000, channels: 2 }, "audio 1000 Hz, 2 channels"],
      [{ sampleRateHz: 8000, channels: 1 }, "audio 8000 Hz, 1 channel"],
    ] as const
  ) {
    await using harness = await ProcessorHarness.create(nodes.delay({ delayMs: 1, prime: true, ...config }), {}, {
      id: "echo",
    });
    harness.pushAudio("frameIn", samples(1));
    await rejects(harness.run(), {
      code: "TypeMismatch",
      port: "frameIn",
      message: `Cannot delay "echo.frameIn": it has audio 1000 Hz, 1 channel, and the silence that "prime" writes is ` +
        `${silence}; set "sampleRateHz" and "channels" of "echo" to those of its input`,
    });
  }
});

Deno.test("delay holds a block in a live graph until it has been there for its time", async () => {
  await using harness = await ProcessorHarness.create(nodes.delay({ delayMs: 10 }), {}, { mode: "live" });
  harness.pushAudio("frameIn", samples(1));
  await harness.run();
  equal(harness.takeAudio("frameOut").length, 0);
  harness.advance(9_999_999);
  await harness.run();
  equal(harness.takeAudio("frameOut").length, 0);
  harness.advance(1);
  await harness.run();
  equal(harness.takeAudio("frameOut").length, 1);
});

Deno.test("valve drops what comes while it is closed, and flags what comes next", async () => {
  await using harness = await ProcessorHarness.create(nodes.valve());
  for (const open of [true, false, true]) {
    harness.configure({ open });
    harness.pushAudio("frameIn", samples(1));
    harness.pushAudio("frameIn", samples(2));
    await harness.run();
  }
  deepEqual(harness.takeAudio("frameOut").map(({ discontinuity }) => discontinuity), [false, false, true, false]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("switch hands on the active input and drops the others", async () => {
  await using harness = await ProcessorHarness.create(nodes.switch({ active: 1 }), {}, {
    connect: ["frameIn_0", "frameIn_1"],
  });
  for (const active of [1, 0, 0, 1]) {
    harness.configure({ active });
    harness.pushAudio("frameIn_0", samples(10));
    harness.pushAudio("frameIn_1", samples(20));
    await harness.run();
  }
  const out = harness.takeAudio("frameOut");
  deepEqual(out.map(({ channels, discontinuity }) => [channels[0][0], discontinuity]), [
    [20, false],
    [10, true],
    [10, false],
    [20, true],
  ]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("throttle lets so many values a second pass, by their times when offline", async () => {
  await using harness = await ProcessorHarness.create(nodes.throttle({ ratePerSecond: 10 }), {}, { kind: "data" });
  for (let k = 0; k < 300; k++) harness.pushData("frameIn", k, k * 10e6);
  await harness.run();
  const out = harness.takeData<number>("frameOut");
  deepEqual(out, Array.from({ length: 30 }, (_, k) => k * 10));
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("throttle goes by the clock in a live graph", async () => {
  const spec = nodes.throttle({ ratePerSecond: 4 });
  await using harness = await ProcessorHarness.create(spec, {}, { mode: "live", kind: "data" });
  for (let k = 0; k < 10; k++) {
    harness.pushData("frameIn", k);
    await harness.run();
    harness.advance(100e6);
  }
  deepEqual(harness.takeData("frameOut"), [0, 3, 5, 8]);
});

Deno.test("flow nodes refuse configurations out of range", async () => {
  await rejects(ProcessorHarness.create(nodes.delay({ delayMs: -1 })), { code: "InvalidConfig" });
  await rejects(ProcessorHarness.create(nodes.switch({ active: 8 })), { code: "InvalidConfig" });
  await rejects(ProcessorHarness.create(nodes.throttle({ ratePerSecond: 0 })), { code: "InvalidConfig" });
});

/** Pushes one encoded frame whose only byte is its number. */
function pushUnit(harness: ProcessorHarness, port: string, number: number, keyframe: boolean): void {
  harness.push<EncodedFrame>(port, { codec: "h264", maxBytes: 1, keyframe }, (frame) => {
    frame.bytes[0] = number;
    frame.ptsNs = number * 10e6;
    frame.discontinuity = false;
  });
}

function takeUnits(harness: ProcessorHarness): [number, boolean, boolean][] {
  return harness.takeEncoded("frameOut").map(({ bytes, keyframe, discontinuity }) => [
    bytes[0],
    keyframe,
    discontinuity,
  ]);
}

Deno.test("valve resumes with a key frame, flagged", async () => {
  await using harness = await ProcessorHarness.create(nodes.valve(), {}, { kind: "encoded" });
  for (let k = 0; k < 8; k++) {
    harness.configure({ open: k !== 2 });
    pushUnit(harness, "frameIn", k, k % 5 === 0);
    await harness.run();
  }
  deepEqual(takeUnits(harness), [[0, true, false], [1, false, false], [5, true, true], [6, false, false], [
    7,
    false,
    false,
  ]]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("switch begins with a key frame after a change, flagged", async () => {
  await using harness = await ProcessorHarness.create(nodes.switch(), {}, {
    kind: "encoded",
    connect: ["frameIn_0", "frameIn_1"],
  });
  for (let k = 0; k < 6; k++) {
    harness.configure({ active: k < 2 ? 0 : 1 });
    pushUnit(harness, "frameIn_0", k, k === 0);
    pushUnit(harness, "frameIn_1", 10 + k, k === 4);
    await harness.run();
  }
  deepEqual(takeUnits(harness), [[0, true, false], [1, false, false], [14, true, true], [15, false, false]]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("throttle waits for a key frame after a gap", async () => {
  await using harness = await ProcessorHarness.create(nodes.throttle({ ratePerSecond: 100 }), {}, { kind: "encoded" });
  for (let k = 0; k < 3; k++) pushUnit(harness, "frameIn", k, k === 0);
  await harness.run();
  deepEqual(takeUnits(harness), [[0, true, false], [1, false, false], [2, false, false]], "the rate is not exceeded");
  harness.configure({ ratePerSecond: 25 });
  // 3 passes and sets the next time to 70 ms: 4 comes too early, 7 in time but with its reference missing.
  for (let k = 3; k < 12; k++) pushUnit(harness, "frameIn", k, k === 5 || k === 9);
  await harness.run();
  const out = takeUnits(harness);
  deepEqual(out, [[3, false, false], [9, true, true]]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("throttle flags the first block after a gap", async () => {
  await using harness = await ProcessorHarness.create(nodes.throttle({ ratePerSecond: 100 }));
  for (let k = 0; k < 12; k++) harness.pushAudio("frameIn", samples(k, k, k, k, k));
  await harness.run();
  // Blocks of 5 ms: every other one passes.
  deepEqual(harness.takeAudio("frameOut").map(({ channels, discontinuity }) => [channels[0][0], discontinuity]), [
    [0, false],
    [2, true],
    [4, true],
    [6, true],
    [8, true],
    [10, true],
  ]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("valve, switch and throttle drop whole batches", async () => {
  const push = (harness: ProcessorHarness, port: string, number: number) =>
    harness.push<PacketFrame<{ n: "i32" }>>(port, { fields: { n: "i32" }, capacity: 1 }, (frame) => {
      frame.column("n")[0] = number;
      frame.ptsNs = number * 10e6;
    });
  const take = (harness: ProcessorHarness) =>
    harness.takePackets("frameOut").map(({ columns, discontinuity }) => [columns.n[0], discontinuity]);
  await using valve = await ProcessorHarness.create(nodes.valve(), {}, { kind: "packet" });
  for (let k = 0; k < 4; k++) {
    valve.configure({ open: k !== 1 });
    push(valve, "frameIn", k);
    await valve.run();
  }
  deepEqual(take(valve), [[0, false], [2, true], [3, false]]);
  await using pick = await ProcessorHarness.create(nodes.switch(), {}, {
    kind: "packet",
    connect: ["frameIn_0", "frameIn_1"],
  });
  for (let k = 0; k < 3; k++) {
    pick.configure({ active: k % 2 });
    push(pick, "frameIn_0", k);
    push(pick, "frameIn_1", 10 + k);
    await pick.run();
  }
  deepEqual(take(pick), [[0, false], [11, true], [2, true]]);
  await using throttle = await ProcessorHarness.create(nodes.throttle({ ratePerSecond: 50 }), {}, { kind: "packet" });
  for (let k = 0; k < 6; k++) push(throttle, "frameIn", k);
  await throttle.run();
  deepEqual(take(throttle), [[0, false], [2, false], [4, false]]);
});
