import assert from "node:assert/strict";
import { AudioFrame, MAX_CHANNELS } from "../core/frames/audio_frame.ts";
import { DataFrame } from "../core/frames/data_frame.ts";
import { EncodedFrame } from "../core/frames/encoded_frame.ts";
import { PacketFrame } from "../core/frames/packet_frame.ts";
import { VideoFrame } from "../core/frames/video_frame.ts";
import * as api from "../generated.ts";
import { CHANNEL_LIMIT, FRAME_TYPES } from "./frame_types.ts";

Deno.test("FRAME_TYPES lists the frame classes", () => {
  assert.deepEqual(
    Object.keys(FRAME_TYPES),
    [AudioFrame, VideoFrame, EncodedFrame, PacketFrame, DataFrame].map((each) => each.name),
  );
});

Deno.test("FRAME_TYPES lists the frame types that generated code can import", async () => {
  const text = await Deno.readTextFile(new URL("../generated.ts", import.meta.url));
  const exported = [...text.matchAll(/\b(\w+Frame)\b(?= [},])/g)].map((match) => match[1]);
  assert.deepEqual(exported.sort(), Object.keys(FRAME_TYPES).sort());
  assert.equal(Object.keys(api).some((name) => name.endsWith("Frame")), false, "types only: no class is loaded");
});

Deno.test("CHANNEL_LIMIT is the most that a frame can have", () => {
  assert.equal(CHANNEL_LIMIT, MAX_CHANNELS);
});
