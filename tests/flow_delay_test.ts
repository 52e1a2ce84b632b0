/** Delays by frames and by time, and batches of one size. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { EncodedFrame } from "../core/frames/encoded_frame.ts";
import type { PacketFrame } from "../core/frames/packet_frame.ts";
import { ProcessorHarness } from "../testing/harness.ts";
import { Runtime } from "../core/runtime.ts";
import { appSink, appSource, nodes } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

Deno.test("delay holds values until newer ones have come, and lets go of them at the end", async () => {
  await using harness = await ProcessorHarness.create(nodes.delay({ delayFrames: 2 }), {}, { kind: "data" });
  for (let k = 0; k < 5; k++) harness.pushData("frameIn", k);
  await harness.run();
  deepEqual(harness.takeData("frameOut"), [0, 1, 2]);
  harness.end();
  await harness.run();
  deepEqual(harness.takeData("frameOut"), [3, 4]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("delay with prime begins with its initial value and holds nothing", async () => {
  await using harness = await ProcessorHarness.create(nodes.delay({ delayFrames: 2, prime: true, initial: -1 }), {}, {
    kind: "data",
  });
  for (let k = 0; k < 3; k++) harness.pushData("frameIn", k);
  await harness.run();
  deepEqual(harness.takeData("frameOut"), [-1, -1, 0, 1, 2]);
});

Deno.test("delay moves both times by frames and milliseconds, and keeps key flags", async () => {
  await using harness = await ProcessorHarness.create(nodes.delay({ delayFrames: 1, delayMs: 5 }), {}, {
    kind: "encoded",
  });
  for (let k = 0; k < 3; k++) {
    harness.push<EncodedFrame>("frameIn", { codec: "h264", maxBytes: 1, keyframe: k === 0 }, (frame) => {
      frame.ptsNs = k * 10e6 + 1;
      frame.dtsNs = k * 10e6;
      frame.durationNs = 10e6;
      frame.bytes[0] = k;
    });
  }
  harness.end();
  await harness.run();
  deepEqual(harness.takeEncoded("frameOut").map((out) => [out.bytes[0], out.keyframe, out.ptsNs, out.dtsNs]), [
    [0, true, 15e6 + 1, 15e6],
    [1, false, 25e6 + 1, 25e6],
    [2, false, 35e6 + 1, 35e6],
  ]);
});

Deno.test("delay with prime begins with black pictures", async () => {
  const config = { delayFrames: 1, prime: true, pixelFormat: "nv12", width: 6, height: 4, frameRate: 50 } as const;
  await using harness = await ProcessorHarness.create(nodes.delay(config), {}, { kind: "video" });
  await harness.run();
  const [black] = harness.takeVideo("frameOut");
  deepEqual([black.planes[0][0], black.planes[1][0], black.durationNs], [16, 128, 20e6]);
});

Deno.test("rebuffer makes batches of one size with the times of their records, and takes a new size", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 4 }), {}, { kind: "packet" });
  let next = 0;
  const push = (count: number) =>
    harness.push<PacketFrame<{ n: "i32" }>>("frameIn", { fields: { n: "i32" }, capacity: count }, (frame) => {
      frame.ptsNs = next * 1e6;
      frame.durationNs = count * 1e6;
      for (let k = 0; k < count; k++) frame.column("n")[k] = next++;
    });
  for (const count of [3, 7, 1]) push(count);
  await harness.run();
  harness.configure({ size: 2 });
  push(2);
  harness.end();
  await harness.run();
  const out = harness.takePackets("frameOut");
  deepEqual(out.map(({ batchSize }) => batchSize), [4, 4, 2, 2, 1]);
  deepEqual(out.flatMap(({ columns }) => [...columns.n]), Array.from({ length: 13 }, (_, k) => k));
  deepEqual(out.map(({ ptsNs, durationNs }) => [ptsNs / 1e6, durationNs / 1e6]), [
    [0, 4],
    [4, 4],
    [8, 2],
    [10, 2],
    [12, 1],
  ]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

eachDriver("delay refuses a link that cannot hold what has to wait", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data<number>());
  const delay = runtime.add(nodes.delay({ delayFrames: 4 }));
  const sink = runtime.add(appSink.data());
  runtime.connect(source.outputs.data, delay.inputs.frameIn, { capacity: 4 });
  runtime.connect(delay.outputs.frameOut, sink.inputs.data);
  await rejects(runtime.start(), /holds 4, wanted at least 5; raise the capacity of that link/);
});

for (const lane of ["main", "worker"]) {
  eachDriver(`a live delay on lane ${lane} is longer than links are otherwise, and loses nothing`, async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.2, blockSize: 240 }), { lane: "main" });
    const delay = runtime.add(nodes.delay({ delayMs: 100 }), { lane });
    const meter = runtime.add(nodes.levelMeter(), { lane });
    runtime.connect(tone.outputs.audio, delay.inputs.frameIn);
    runtime.connect(delay.outputs.frameOut, meter.inputs.audioIn);
    await runtime.start();
    const { outcome, links: [link] } = await runtime.finished;
    deepEqual([outcome, link.written, link.read, link.dropped.full], ["completed", 40, 40, 0]);
    ok(link.highWater > 8, `${link.highWater} frames`);
  });
}

Deno.test("a live delay fails, with what would do, once a link is full that cannot hold its time", async () => {
  const made = () =>
    ProcessorHarness.create(nodes.delay({ delayMs: 100, delayFrames: 0 }), {}, {
      mode: "live",
      links: { frameIn: { capacity: 4 } },
    });
  await using harness = await made();
  const push = (to: typeof harness, sampleCount: number) =>
    to.pushAudio("frameIn", { sampleRateHz: 48_000, channels: [new Float32Array(sampleCount)] });
  for (let k = 0; k < 3; k++) push(harness, 480);
  await harness.run();
  push(harness, 480);
  await rejects(harness.run(), {
    code: "InvalidConfig",
    message: 'Cannot delay by 100 ms at node "node": frames of 10 ms wait on the link to "frameIn", which holds 4, ' +
      "wanted at least 10; raise the capacity of that link",
  });
  await using long = await made();
  for (let k = 0; k < 4; k++) push(long, 1200);
  await long.run();
});
