import { deepEqual, equal } from "node:assert/strict";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { planesOf, videoBytes, type VideoFrame } from "../../core/frames/video_frame.ts";
import { EncodedView, PictureView } from "./other_views.ts";

Deno.test("PictureView gives planes without padding, and of large pictures at most 32 MB a second", () => {
  const [width, height] = [3_840, 2_160];
  const planes = planesOf("rgba8", width, height);
  const bytes = new Uint8Array(videoBytes("rgba8", width, height)).fill(7);
  const frame = (ingressNs: number) =>
    ({ pixelFormat: "rgba8", width, height, planes, plane: () => bytes, ingressNs }) as unknown as VideoFrame;
  const view = new PictureView();
  const lengths: number[] = [];
  for (let k = 0; k < 30; k++) view.take(frame(k * 1e9 / 15), true, (_, payload) => lengths.push(payload!.byteLength));
  deepEqual(lengths, [width * height * 4, width * height * 4]);
});

Deno.test("EncodedView begins with a key frame, and names its decoder there", () => {
  const frame = (sequence: number, keyframe: boolean) =>
    ({
      sequence,
      keyframe,
      format: { kind: "encoded", codec: "vp8" },
      bytes: Uint8Array.of(sequence),
    }) as unknown as EncodedFrame;
  const view = new EncodedView();
  const heads: unknown[] = [];
  for (const each of [frame(1, false), frame(2, true), frame(3, false)]) {
    view.take(each, true, ({ sequence, codec, decoder }) => heads.push([sequence, codec, decoder]));
  }
  deepEqual(heads, [[2, "vp8", "vp8"], [3, "vp8", undefined]]);
  equal(view.take(frame(4, false), false, () => {}), true, "it gives frames that are not due: a decoder needs them");
});
