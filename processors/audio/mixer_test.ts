import assert from "node:assert/strict";
import fc from "fast-check";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { samplesToNs } from "./sample_time.ts";
import { join, noise } from "./fixtures/test_signals.ts";

const RATE = 48000;
const BOTH = { connect: ["audioIn_0", "audioIn_1"] };

Deno.test("Mixer adds streams sample by sample, whatever their block sizes, and keeps their times", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 }), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.constantFrom("sum" as const, "average" as const),
      async (streams, strategy) => {
        const names = streams.map((_, k) => `audioIn_${k}`);
        await using harness = await ProcessorHarness.create(nodes.mixer({ strategy }), {}, { connect: names });
        const length = Math.max(...streams.map((sizes) => sizes.reduce((a, b) => a + b)));
        const expected = new Float64Array(length);
        for (const [k, sizes] of streams.entries()) {
          let at = 0;
          for (const size of sizes) {
            const block = noise(size, k * 1000 + at);
            harness.pushAudio(names[k], { sampleRateHz: RATE, channels: [block], ptsNs: samplesToNs(at, RATE) });
            block.forEach((sample, i) => expected[at + i] += sample / (strategy === "average" ? streams.length : 1));
            at += size;
          }
        }
        harness.end();
        await harness.run();
        assert.equal(harness.finished, true);
        const blocks = harness.takeAudio("audioOut");
        const mix = join(blocks.map((block) => block.channels[0]));
        assert.equal(mix.length, length);
        mix.forEach((sample, i) => assert.ok(Math.abs(sample - expected[i]) < 1e-6));
        let at = 0;
        for (const block of blocks) {
          assert.equal(block.ptsNs, samplesToNs(at, RATE));
          at += block.channels[0].length;
        }
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("Mixer waits for a stream that goes on and does without one that has ended", async () => {
  await using harness = await ProcessorHarness.create(nodes.mixer(), {}, BOTH);
  harness.pushAudio("audioIn_0", { sampleRateHz: RATE, channels: [ones(10)] });
  await harness.run();
  assert.equal(harness.takeAudio("audioOut").length, 0);
  harness.pushAudio("audioIn_1", { sampleRateHz: RATE, channels: [ones(4)] });
  await harness.run();
  assert.deepEqual([...harness.takeAudio("audioOut")[0].channels[0]], [2, 2, 2, 2]);
  harness.end("audioIn_1");
  harness.pushAudio("audioIn_0", { sampleRateHz: RATE, channels: [ones(3)] });
  await harness.run();
  assert.deepEqual([...join(harness.takeAudio("audioOut").map((block) => block.channels[0]))], [...ones(9)]);
});

Deno.test("Mixer puts a stream where its times say: later, after a gap, or over an end", async () => {
  await using harness = await ProcessorHarness.create(nodes.mixer(), {}, BOTH);
  const at = (n: number) => 5_000_000_000 + samplesToNs(n, 1000);
  harness.pushAudio("audioIn_0", { sampleRateHz: 1000, channels: [ones(40)], ptsNs: at(0) });
  harness.pushAudio("audioIn_1", { sampleRateHz: 1000, channels: [ones(5)], ptsNs: at(10) });
  harness.pushAudio("audioIn_1", { sampleRateHz: 1000, channels: [ones(5)], ptsNs: at(35) });
  harness.end();
  await harness.run();
  const blocks = harness.takeAudio("audioOut");
  assert.equal(blocks[0].ptsNs, at(0));
  const mix = [...join(blocks.map((block) => block.channels[0]))];
  assert.deepEqual(mix, Array.from({ length: 40 }, (_, i) => (i >= 10 && i < 15) || i >= 35 ? 2 : 1));
});

Deno.test("Mixer puts mono on both channels of a stereo mix", async () => {
  await using harness = await ProcessorHarness.create(nodes.mixer(), {}, BOTH);
  harness.pushAudio("audioIn_0", { sampleRateHz: RATE, channels: [Float32Array.of(0.25)] });
  harness.pushAudio("audioIn_1", { sampleRateHz: RATE, channels: [Float32Array.of(0.5), Float32Array.of(-0.5)] });
  harness.end();
  await harness.run();
  assert.deepEqual(harness.takeAudio("audioOut")[0].channels, [Float32Array.of(0.75), Float32Array.of(-0.25)]);
  assert.deepEqual(harness.announced("audioOut"), { kind: "audio", sampleRateHz: RATE, channels: 2 });
});

Deno.test("Mixer is linear: a mix of scaled streams is the scaled mix", async () => {
  const mix = async (factor: number) => {
    await using harness = await ProcessorHarness.create(nodes.mixer({ strategy: "average" }), {}, BOTH);
    for (const k of [0, 1]) {
      const samples = noise(500, k + 1).map((sample) => sample * factor);
      harness.pushAudio(`audioIn_${k}`, { sampleRateHz: RATE, channels: [samples] });
    }
    harness.end();
    await harness.run();
    return join(harness.takeAudio("audioOut").map((block) => block.channels[0]));
  };
  const [whole, quarter] = [await mix(1), await mix(0.25)];
  whole.forEach((sample, i) => assert.ok(Math.abs(sample * 0.25 - quarter[i]) < 1e-7));
});

Deno.test("Mixer refuses streams of different rates, naming both and the node that converts", async () => {
  await using harness = await ProcessorHarness.create(nodes.mixer(), {}, { ...BOTH, id: "mix" });
  harness.pushAudio("audioIn_0", { sampleRateHz: 48000, channels: [ones(4), ones(4)] });
  harness.pushAudio("audioIn_1", { sampleRateHz: 44100, channels: [ones(4)] });
  await assert.rejects(harness.run(), {
    code: "TypeMismatch",
    message:
      'Cannot mix "mix.audioIn_1" (audio 44100 Hz, 1 channel) with "mix.audioIn_0" (audio 48000 Hz, 2 channels): ' +
      'wanted one sample rate; put a "resampler" before one of them',
  });
});

Deno.test("Mixer refuses numbers of channels that do not fit, naming the node that converts", async () => {
  await using harness = await ProcessorHarness.create(nodes.mixer({ channels: 2 }), {}, {
    connect: ["audioIn_0"],
    id: "mix",
  });
  harness.pushAudio("audioIn_0", { sampleRateHz: RATE, channels: [ones(4), ones(4), ones(4)] });
  await assert.rejects(harness.run(), {
    code: "TypeMismatch",
    message:
      'Cannot mix "mix.audioIn_0": it has 3 channels, wanted 1 or 2 as in the mix; put a "channel-mapper" before it',
  });
});

Deno.test("Mixer with nothing connected, or nothing in its streams, ends with an empty mix", async () => {
  for (const connect of [[], ["audioIn_3"]]) {
    await using harness = await ProcessorHarness.create(nodes.mixer(), {}, { connect });
    harness.end();
    await harness.run();
    assert.deepEqual([harness.finished, harness.takeAudio("audioOut").length], [true, 0]);
  }
});

function ones(count: number): Float32Array {
  return new Float32Array(count).fill(1);
}
