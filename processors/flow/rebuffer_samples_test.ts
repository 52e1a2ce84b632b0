import assert from "node:assert/strict";
import fc from "fast-check";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { join, noise } from "../audio/fixtures/test_signals.ts";

const RATE = 44100;

Deno.test("Rebuffer gives blocks of its size with every sample and exact times, whatever comes in", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 900 }),
      fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 1e12 }),
      async (size, lengths, startNs) => {
        await using harness = await ProcessorHarness.create(nodes.rebuffer({ size }));
        const all = noise(lengths.reduce((a, b) => a + b));
        let at = 0;
        for (const length of lengths) {
          const channels = [all.subarray(at, at + length), all.subarray(at, at + length).map((x) => -x)];
          harness.pushAudio("frameIn", { sampleRateHz: RATE, channels, ptsNs: startNs + samplesToNs(at, RATE) });
          at += length;
        }
        harness.end();
        await harness.run();
        assert.equal(harness.finished, true);
        const blocks = harness.takeAudio("frameOut");
        assert.deepEqual(join(blocks.map((block) => block.channels[0])), all);
        assert.deepEqual(join(blocks.map((block) => block.channels[1])), all.map((x) => -x));
        for (const [k, block] of blocks.entries()) {
          const last = k === blocks.length - 1;
          assert.equal(block.channels[0].length, last ? all.length - k * size : size);
          assert.ok(Math.abs(block.ptsNs - startNs - samplesToNs(k * size, RATE)) <= 1);
          assert.equal(block.discontinuity, false);
        }
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("Rebuffer gives blocks of one sample, however many there are", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 1 }));
  const [pushed, length] = [8, 1_500];
  for (let k = 0; k < pushed; k++) {
    harness.pushAudio("frameIn", { sampleRateHz: RATE, channels: [noise(length), noise(length)] });
  }
  harness.end();
  await harness.run();
  assert.equal(harness.finished, true);
  assert.equal(harness.takeAudio("frameOut").length, pushed * length);
});

Deno.test("Rebuffer writes every block of a long frame before anything more comes in", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 10 }));
  harness.pushAudio("frameIn", { sampleRateHz: RATE, channels: [noise(1000)] });
  harness.pushAudio("frameIn", { sampleRateHz: RATE, channels: [noise(1000)] });
  await harness.run();
  assert.equal(harness.takeAudio("frameOut").length, 200);
});

Deno.test("Rebuffer fills the last block up with silence where it is told to pad", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 4, pad: true }));
  harness.pushAudio("frameIn", { sampleRateHz: RATE, channels: [Float32Array.of(1, 2, 3, 4, 5)] });
  harness.end();
  await harness.run();
  assert.deepEqual(harness.takeAudio("frameOut").map((block) => [...block.channels[0]]), [[1, 2, 3, 4], [5, 0, 0, 0]]);
});

Deno.test("Rebuffer ends a block early at a gap and goes on at the new time", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 4 }));
  const push = (ptsNs: number, ...samples: number[]) =>
    harness.pushAudio("frameIn", { sampleRateHz: 1000, channels: [Float32Array.from(samples)], ptsNs });
  push(0, 1, 2, 3, 4, 5);
  push(5_000_000, 6);
  push(20_000_000, 7, 8);
  push(22_000_000, 9, 10, 11);
  harness.end();
  await harness.run();
  assert.deepEqual(
    harness.takeAudio("frameOut").map(({ ptsNs, channels, discontinuity }) => [ptsNs, [...channels[0]], discontinuity]),
    [
      [0, [1, 2, 3, 4], false],
      [4_000_000, [5, 6], false],
      [20_000_000, [7, 8, 9, 10], true],
      [24_000_000, [11], false],
    ],
  );
});

Deno.test("Rebuffer ends a block early where the format changes", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 4 }));
  harness.pushAudio("frameIn", { sampleRateHz: 1000, channels: [Float32Array.of(1, 2)] });
  harness.pushAudio("frameIn", { sampleRateHz: 1000, channels: [Float32Array.of(3), Float32Array.of(4)] });
  harness.end();
  await harness.run();
  const blocks = harness.takeAudio("frameOut");
  assert.deepEqual(blocks.map((block) => block.channels.map((channel) => [...channel])), [[[1, 2]], [[3], [4]]]);
});

Deno.test("Rebuffer keeps the times of a clock that drifts", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 100 }));
  for (let k = 0; k < 10; k++) {
    harness.pushAudio("frameIn", { sampleRateHz: 1000, channels: [noise(100)], ptsNs: k * 100_200_000 });
  }
  harness.end();
  await harness.run();
  assert.deepEqual(
    harness.takeAudio("frameOut").map((block) => block.ptsNs),
    Array.from({ length: 10 }, (_, k) => k * 100_200_000),
  );
});
