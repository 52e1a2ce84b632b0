import assert from "node:assert/strict";
import { ffmpeg, FOLDER, play } from "./fixtures/media_files.ts";
import { readMediaInfo } from "./media_info.ts";

/** A second of 25 pictures of a size, in MPEG-TS. */
function recorded(size: string, ...args: string[]): Uint8Array {
  const path = `${FOLDER}/size-${size}.ts`;
  const source = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25:duration=1`];
  ffmpeg(...source, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", ...args, path);
  return Deno.readFileSync(path);
}

function joined(name: string, ...parts: readonly Uint8Array[]): string {
  const path = `${FOLDER}/${name}.ts`;
  Deno.writeFileSync(path, Uint8Array.from(parts.flatMap((part) => [...part])));
  return path;
}

Deno.test("readMediaInfo() tells the sizes of pictures in MPEG-TS that change, and media-source plays all of them", async () => {
  const path = joined("sizes", recorded("320x240"), recorded("640x480"), recorded("320x240"));
  const [{ width, height, otherSizes }] = (await readMediaInfo(path)).tracks;
  assert.deepEqual([width, height, otherSizes], [320, 240, [{ width: 640, height: 480 }]]);
  assert.equal((await play({ path }, "video_0")).video_0.length, 75);
});

Deno.test("readMediaInfo() finds sizes of which the times go on", async () => {
  const path = joined("going-on", recorded("160x120"), recorded("320x240", "-output_ts_offset", "1"));
  assert.deepEqual((await readMediaInfo(path)).tracks[0].otherSizes, [{ width: 320, height: 240 }]);
});

Deno.test("readMediaInfo() tells no other sizes where there are none, of the streams of one file each", async () => {
  const path = joined("one-size", recorded("160x120"), recorded("160x120"));
  assert.equal((await readMediaInfo(path)).tracks[0].otherSizes, undefined);
  const two = `${FOLDER}/two-streams.ts`;
  const inputs = ["160x120", "320x240"].flatMap((size) => ["-i", `${FOLDER}/size-${size}.ts`]);
  ffmpeg(...inputs, "-map", "0:v", "-map", "1:v", "-c", "copy", two);
  const { tracks } = await readMediaInfo(two);
  assert.deepEqual(tracks.map(({ width, otherSizes }) => [width, otherSizes]), [[160, undefined], [320, undefined]]);
});
