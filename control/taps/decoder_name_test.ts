import { equal } from "node:assert/strict";
import { decoderName } from "./decoder_name.ts";

const bytes = (hex: string) => Uint8Array.from(hex.split(" "), (byte) => parseInt(byte, 16));

Deno.test("decoderName() has the profile and level of H.264 behind a delimiter", () => {
  equal(decoderName("h264", bytes("00 00 00 01 09 f0 00 00 01 67 64 00 28 ac 00 00 01 68 ee")), "avc1.640028");
  equal(decoderName("h264", bytes("00 00 01 41 9a 00")), undefined);
});

Deno.test("decoderName() has the profile, tier, level and constraints of HEVC", () => {
  const set = "00 00 00 01 42 01 01 01 60 00 00 03 00 90 00 00 03 00 00 03 00 5d a0 02 80";
  equal(decoderName("hevc", bytes(set)), "hev1.1.6.L93.90");
  equal(decoderName("hevc", bytes("00 00 01 26 01 af")), undefined);
});

Deno.test("decoderName() has the profile of VP9 with a level, and that of AV1", () => {
  // A key frame of 320 × 180, profile 0.
  equal(decoderName("vp9", bytes("82 49 83 42 00 13 f0 0b 30 00")), "vp09.00.11.08");
  equal(decoderName("av1", bytes("0a 03 20 00 00 32 01 10")), "av01.1.13M.08");
  equal(decoderName("av1", bytes("32 02 10 00")), undefined);
});

Deno.test("decoderName() is that of VP8 itself, and of no codec that is no video", () => {
  equal(decoderName("vp8", new Uint8Array(10)), "vp8");
  equal(decoderName("opus", new Uint8Array(10)), undefined);
  equal(decoderName("jpeg", new Uint8Array(10)), undefined);
});
