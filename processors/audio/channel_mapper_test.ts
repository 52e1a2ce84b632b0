import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { channelMatrix } from "./channel_matrix.ts";

Deno.test("ChannelMapper copies mono to left and right, and averages stereo to mono", async () => {
  assert.deepEqual(await map(2, [0.5]), [0.5, 0.5]);
  assert.deepEqual(await map(1, [0.5, 0.25]), [0.375]);
});

Deno.test("ChannelMapper folds 5.1 to stereo as in ITU-R BS.775, scaled to stay within full scale", async () => {
  const sum = 1 + 2 * Math.SQRT1_2;
  const [left, right] = await map(2, [1, 0, 0.5, 1, 0.25, -0.5]);
  assert.ok(Math.abs(left - (1 + 0.5 * Math.SQRT1_2 + 0.25 * Math.SQRT1_2) / sum) < 1e-6);
  assert.ok(Math.abs(right - (0.5 * Math.SQRT1_2 - 0.5 * Math.SQRT1_2) / sum) < 1e-6);
});

Deno.test("ChannelMapper passes blocks untouched that have the number of channels already", async () => {
  assert.deepEqual(await map(2, [0.5, -0.5]), [0.5, -0.5]);
});

Deno.test("channelMatrix() never makes anything louder than full scale and loses no channel but the low-frequency one", () => {
  for (let from = 1; from <= 8; from++) {
    for (let to = 1; to <= 8; to++) {
      const matrix = channelMatrix(from, to);
      assert.equal(matrix.length, to);
      for (const row of matrix) assert.ok(row.reduce((sum, weight) => sum + weight, 0) < 1 + 1e-12);
      for (let i = 0; i < from; i++) {
        const isLowFrequency = i === 3 && from >= 6;
        const heard = matrix.some((row) => row[i] > 0);
        assert.ok(heard || isLowFrequency, `channel ${i} of ${from} to ${to}`);
      }
    }
  }
});

async function map(channels: number, samples: number[]): Promise<number[]> {
  await using harness = await ProcessorHarness.create(nodes.channelMapper({ channels }));
  const input = samples.map((sample) => Float32Array.of(sample));
  harness.pushAudio("audioIn", { sampleRateHz: 48000, channels: input, ptsNs: 42 });
  await harness.run();
  const [block] = harness.takeAudio("audioOut");
  assert.equal(block.ptsNs, 42);
  return block.channels.map((channel) => channel[0]);
}
