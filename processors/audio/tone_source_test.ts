import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { samplesToNs } from "./sample_time.ts";
import { amplitudeAt, join, peak } from "./fixtures/test_signals.ts";

Deno.test("ToneSource makes a sine of the frequency, amplitude, length and times that it is told", async () => {
  await using harness = await ProcessorHarness.create(
    nodes.toneSource({
      frequencyHz: 1000,
      amplitude: 0.25,
      durationSeconds: 0.1,
      sampleRateHz: 44100,
      channels: 2,
      blockSize: 1000,
    }),
  );
  await harness.run();
  assert.equal(harness.finished, true);
  const blocks = harness.takeAudio("audio");
  const left = join(blocks.map((block) => block.channels[0]));
  assert.deepEqual(join(blocks.map((block) => block.channels[1])), left);
  assert.equal(left.length, 4410);
  assert.ok(Math.abs(amplitudeAt(left, 1000, 44100) - 0.25) < 1e-6);
  for (let i = 0; i < 4410; i++) {
    assert.ok(Math.abs(left[i] - 0.25 * Math.sin((2 * Math.PI * 1000 * i) / 44100)) < 1e-6);
  }
  assert.deepEqual(blocks.map((block) => block.ptsNs), [0, 1000, 2000, 3000, 4000].map((n) => samplesToNs(n, 44100)));
  assert.deepEqual(blocks.map((block) => block.sequence), [0, 1, 2, 3, 4]);
  assert.deepEqual(harness.progress, { doneNs: 100_000_000, totalNs: 100_000_000 });
  assert.deepEqual(harness.announced("audio"), { kind: "audio", sampleRateHz: 44100, channels: 2 });
});

Deno.test("ToneSource makes square, saw and triangle waves", async () => {
  const quarter = async (waveform: "square" | "saw" | "triangle") => {
    await using harness = await ProcessorHarness.create(
      nodes.toneSource({ waveform, frequencyHz: 1000, sampleRateHz: 8000, amplitude: 1, durationSeconds: 0.001 }),
    );
    await harness.run();
    return [...harness.takeAudio("audio")[0].channels[0]];
  };
  assert.deepEqual(await quarter("square"), [1, 1, 1, 1, -1, -1, -1, -1]);
  assert.deepEqual(await quarter("saw"), [0, 0.25, 0.5, 0.75, -1, -0.75, -0.5, -0.25]);
  assert.deepEqual(await quarter("triangle"), [0, 0.5, 1, 0.5, 0, -0.5, -1, -0.5]);
});

Deno.test("ToneSource keeps its phase when frequency and amplitude change", async () => {
  await using harness = await ProcessorHarness.create(
    nodes.toneSource({ frequencyHz: 100, amplitude: 0.9, blockSize: 333 }),
  );
  await harness.run(3);
  harness.configure({ frequencyHz: 500, amplitude: 0.3 });
  await harness.run(3);
  const samples = join(harness.takeAudio("audio").map((block) => block.channels[0]));
  const steepest = (2 * Math.PI * 500 * 0.9) / 48000 * 1.05;
  for (let i = 1; i < samples.length; i++) assert.ok(Math.abs(samples[i] - samples[i - 1]) < steepest, `at ${i}`);
  assert.ok(Math.abs(peak(samples.subarray(-500)) - 0.3) < 0.01);
});

Deno.test("ToneSource writes at the pace of the clock in a live graph", async () => {
  await using harness = await ProcessorHarness.create(
    nodes.toneSource({ blockSize: 480 }),
    {},
    { mode: "live" },
  );
  await harness.run();
  assert.equal(harness.takeAudio("audio").length, 1);
  harness.advance(9_999_999);
  await harness.run();
  assert.equal(harness.takeAudio("audio").length, 0);
  harness.advance(1);
  await harness.run();
  assert.equal(harness.takeAudio("audio").length, 1);
});

Deno.test("ToneSource with no duration left ends at once", async () => {
  await using harness = await ProcessorHarness.create(nodes.toneSource({ durationSeconds: 0 }));
  await harness.run();
  assert.deepEqual([harness.finished, harness.takeAudio("audio").length], [true, 0]);
});
