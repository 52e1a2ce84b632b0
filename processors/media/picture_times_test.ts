/** How long the pictures of Matroska last, whose times are whole milliseconds; ffprobe is the judge. */
import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { carry, ffmpeg, FOLDER, play, probe, push } from "./fixtures/media_files.ts";
import { readMediaInfo } from "./media_info.ts";

/** 150 pictures at a rate. */
function film(rate: string, name: string): string {
  const path = `${FOLDER}/film-${name}.mp4`;
  const source = `testsrc2=size=64x48:rate=${rate}`;
  ffmpeg("-f", "lavfi", "-i", source, "-frames:v", "150", "-c:v", "libx264", "-pix_fmt", "yuv420p", path);
  return path;
}

for (const [rate, name, seconds] of [["30", "30", "5.000000"], ["30000/1001", "ntsc", "5.005000"]] as const) {
  Deno.test(`150 pictures at ${rate}/s last as long in Matroska, and back in MP4`, async () => {
    const [there, back] = [`${FOLDER}/film-${name}.mkv`, `${FOLDER}/film-${name}-back.mp4`];
    await carry(film(rate, name), { path: there }, ["video_0"]);
    await carry(there, { path: back }, ["video_0"]);
    assert.equal(probe(there, "format=duration")[0], seconds);
    assert.deepEqual(probe(there, "stream=r_frame_rate,avg_frame_rate")[0].split(","), [rate, rate].map(fraction));
    assert.deepEqual(probe(back, "stream=r_frame_rate,avg_frame_rate,duration,nb_frames")[0].split(","), [
      ...[rate, rate].map(fraction),
      seconds,
      "150",
    ]);
    for (const path of [there, back]) {
      assert.equal((await readMediaInfo(path)).tracks[0].frameRate, name === "30" ? 30 : 29.97);
    }
    const { video_0: pictures } = await play({ path: there, positionSeconds: 2.5 }, "video_0");
    const shown = pictures.filter(({ decodeOnly }) => !decodeOnly);
    assert.equal(shown.length, 75);
  });
}

function fraction(rate: string): string {
  return rate.includes("/") ? rate : `${rate}/1`;
}

Deno.test("MediaSink says nothing of how long pictures last where they differ", async () => {
  const { video_0: pictures } = await play({ path: film("30", "varied") }, "video_0");
  const path = `${FOLDER}/varied.mkv`;
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, { connect: ["video_0"] });
  let ptsNs = 0;
  for (const [k, picture] of pictures.slice(0, 30).entries()) {
    const durationNs = k < 3 ? 1e9 / 30 : k % 2 === 0 ? 5e7 : 12e7;
    push(sink, "video_0", { ...picture, ptsNs, durationNs });
    ptsNs += durationNs;
  }
  sink.end();
  await sink.run();
  const { video_0: found } = await play({ path }, "video_0");
  assert.deepEqual(found.slice(3, 6).map((picture) => Math.round(picture.durationNs / 1e6)), [120, 50, 120]);
  // That of the last one is not known.
  assert.equal(found.at(-1)!.durationNs, 0);
});
