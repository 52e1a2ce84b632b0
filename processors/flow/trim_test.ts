import assert from "node:assert/strict";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";

Deno.test("trim cuts to the sample, and leaves times as they are", async () => {
  await using trim = await ProcessorHarness.create(nodes.trim({ startSeconds: 0.0005, endSeconds: 0.002 }));
  for (const ptsNs of [-1e6, 0, 1e6, 2e6]) {
    trim.pushAudio("frameIn", { sampleRateHz: 8000, channels: [Float32Array.from({ length: 8 }, (_, k) => k)], ptsNs });
  }
  trim.end();
  await trim.run();
  const blocks = trim.takeAudio("frameOut");
  assert.deepEqual(blocks.map(({ ptsNs }) => ptsNs), [0.5e6, 1e6]);
  assert.deepEqual(blocks.map(({ channels }) => [...channels[0]]), [[4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7]]);
});

Deno.test("trim cuts a block at both of its ends", async () => {
  await using trim = await ProcessorHarness.create(nodes.trim({ startSeconds: 0.25, endSeconds: 0.75 }));
  trim.pushAudio("frameIn", { sampleRateHz: 8, channels: [Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7)] });
  trim.end();
  await trim.run();
  const [{ channels, ptsNs, durationNs }] = trim.takeAudio("frameOut");
  assert.deepEqual([[...channels[0]], ptsNs, durationNs], [[2, 3, 4, 5], 0.25e9, 0.5e9]);
});

Deno.test("trim lets pictures pass by the times at which they are shown", async () => {
  await using trim = await ProcessorHarness.create(nodes.trim({ endSeconds: 0.08 }), {}, { kind: "video" });
  // The first one is at the start but for rounding.
  for (const ptsNs of [-40e6, -100, 40e6, 80e6]) {
    trim.push<VideoFrame>("frameIn", { pixelFormat: "rgba8", width: 2, height: 2 }, (picture) => {
      picture.ptsNs = ptsNs;
    });
  }
  trim.end();
  await trim.run();
  assert.deepEqual(trim.takeVideo("frameOut").map(({ ptsNs }) => ptsNs), [-100, 40e6]);
});
