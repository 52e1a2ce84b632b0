import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { noise, peak } from "./fixtures/test_signals.ts";

const RATE = 48000;

Deno.test("Gain halves at -6.0206 dB within a thousandth", async () => {
  await using harness = await ProcessorHarness.create(nodes.gain({ gainDb: -6.0206 }));
  const input = noise(1000);
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [input], ptsNs: 77 });
  await harness.run();
  const [block] = harness.takeAudio("audioOut");
  assert.ok(Math.abs(peak(block.channels[0]) / peak(input) - 0.5) < 0.0005);
  assert.equal(block.ptsNs, 77);
});

Deno.test("Gain passes every bit at 0 dB", async () => {
  await using harness = await ProcessorHarness.create(nodes.gain());
  const bits = Uint32Array.of(0x7f800001, 0xffc12345, 0x80000000, 0x3f800001);
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [new Float32Array(bits.buffer)] });
  await harness.run();
  const [block] = harness.takeAudio("audioOut");
  assert.deepEqual(new Uint32Array(block.channels[0].buffer), bits);
});

Deno.test("Gain glides to a new value over one block, on every channel, without a step", async () => {
  await using harness = await ProcessorHarness.create(nodes.gain({ gainDb: 0 }));
  const ones = new Float32Array(100).fill(1);
  const push = () => harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [ones, ones] });
  push();
  await harness.run();
  harness.configure({ gainDb: -20 });
  push();
  push();
  await harness.run();
  const [before, gliding, after] = harness.takeAudio("audioOut").map((block) => block.channels);
  assert.deepEqual(before[1], ones);
  assert.deepEqual(gliding[0], gliding[1]);
  let last = 1;
  for (const sample of gliding[0]) {
    assert.ok(last - sample > 0 && last - sample < 0.0091);
    last = sample;
  }
  assert.ok(Math.abs(last - 0.1) < 1e-6);
  for (const sample of after[1]) assert.ok(Math.abs(sample - 0.1) < 1e-6);
});

Deno.test("Gain starts with its configured value, without a glide", async () => {
  await using harness = await ProcessorHarness.create(nodes.gain({ gainDb: 20 }));
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [Float32Array.of(0.5, 0.5)] });
  await harness.run();
  assert.deepEqual(harness.takeAudio("audioOut")[0].channels[0], Float32Array.of(5, 5));
});

Deno.test("Gain refuses values outside its range", async () => {
  await assert.rejects(ProcessorHarness.create(nodes.gain({ gainDb: 25 })), { code: "InvalidConfig", key: "gainDb" });
});
