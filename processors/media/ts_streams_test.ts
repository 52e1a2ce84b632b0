/** Streams of MPEG-TS of types that are not read: they are named, and what reads them is taken. */
import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { ffmpeg, FOLDER, input } from "./fixtures/media_files.ts";
import { readMediaInfo } from "./media_info.ts";

const X264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];
const [AAC, OPUS] = [["-c:a", "aac"], ["-c:a", "libopus", "-b:a", "64k"]];
const BLURAY = ["-f", "mpegts", "-mpegts_m2ts_mode", "1"];

/** Files, and what is found in each. */
const FILES: Readonly<Record<string, readonly [options: readonly string[], tracks: readonly string[]]>> = {
  "MPEG-2 video": [["-c:v", "mpeg2video", ...AAC, "mpeg2.ts"], ["audio_0 aac", "video_0 mpeg2video, not read"]],
  "samples of Blu-ray": [[...X264, "-c:a", "pcm_bluray", ...BLURAY, "pcm.m2ts"], [
    "video_0 h264",
    "audio_0 pcm_bluray, not read",
  ]],
  "Opus": [[...X264, ...OPUS, "opus.ts"], ["video_0 h264", "audio_0 opus, not read"]],
  "sound of a codec that is not told": [[...X264, ...AAC, ...BLURAY, "-v", "error", "aac.m2ts"], [
    "video_0 h264",
    "audio_0 unknown, not read",
  ]],
  "what is read alone": [[...X264, ...AAC, "plain.ts"], ["video_0 h264", "audio_0 aac"]],
};

for (const [what, [options, wanted]] of Object.entries(FILES)) {
  Deno.test(`readMediaInfo() names each stream of MPEG-TS with ${what}`, async () => {
    const { tracks } = await readMediaInfo(input(options.at(-1)!, ...options.slice(0, -1)));
    const found = tracks.map(({ name, codec, refusal }) =>
      `${name} ${codec}${refusal === undefined ? "" : ", not read"}`
    );
    assert.deepEqual(found, wanted);
  });
}

Deno.test("readMediaInfo() leaves out a stream that the program map of MPEG-TS tells, and of which there is nothing", async () => {
  const path = `${FOLDER}/silent.ts`;
  const bytes = Deno.readFileSync(input("opus.ts", ...X264, ...OPUS));
  for (let at = 0; at < bytes.length; at += 188) {
    const pid = (bytes[at + 1] & 0x1f) * 256 + bytes[at + 2];
    if (pid === 0x101) bytes.fill(0xff, at + 1, at + 188).set([0x1f, 0xff, 0x10], at + 1);
  }
  Deno.writeFileSync(path, bytes);
  assert.deepEqual((await readMediaInfo(path)).tracks.map(({ name }) => name), ["video_0"]);
});

Deno.test("MediaSource says of a stream of MPEG-TS that it does not read why that is no output", async () => {
  await using source = await ProcessorHarness.create(
    nodes.mediaSource({ path: input("mpeg2.ts", "-c:v", "mpeg2video", ...AAC) }),
  );
  assert.throws(() => source.addOutput("video"), {
    code: "PortNotFound",
    message: /: it has audio_0 \(.*\); of video_0 nothing is read: no shipped node reads mpeg2video in MPEG-TS$/,
  });
});

Deno.test("readMediaInfo() refuses MPEG-TS of which nothing is read, and names what is in it", async () => {
  const path = `${FOLDER}/only.ts`;
  ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1", "-c:v", "mpeg2video", path);
  await assert.rejects(readMediaInfo(path), {
    code: "InvalidMedia",
    message: /: of video_0 \(mpeg2video\) nothing is read; /,
  });
});
