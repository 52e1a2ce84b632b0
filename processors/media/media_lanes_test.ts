/** Media files in graphs with lanes, by each driver. */
import assert from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { apart, carry, decode, FOLDER, mp4, probe } from "./fixtures/media_files.ts";

eachDriver(
  "MediaSource to MediaSink keeps every picture and every sample of an MP4 file, in their times",
  async (native) => {
    const path = `${FOLDER}/${native}.mp4`;
    const figures = await carry(mp4(), { path }, ["video_0", "audio_0"], native);
    assert.deepEqual(decode(path, "v"), decode(mp4(), "v"));
    assert.deepEqual(decode(path, "a"), decode(mp4(), "a"));
    const times = ["packet=pts_time,flags", "-select_streams", "v"] as const;
    assert.deepEqual(probe(path, ...times), probe(mp4(), ...times));
    assert.deepEqual([figures.lateFrames, figures.files, figures.audioVideoSkewMs], [0, 1, 0]);
    assert.equal(figures.bytes, Deno.statSync(path).size);
  },
);

eachDriver("MediaSource ends a track of its own for a node on another lane", async (native) => {
  const [from, path] = [apart("short-sound.mp4", [], ["-t", "0.2"]), `${FOLDER}/lanes-${native}.mkv`];
  const ports = ["video_0", "audio_0"];
  await using runtime = new Runtime({ mode: "offline", native });
  runtime.add(nodes.mediaSource({ path: from }), { id: "from", lane: "reading", ports });
  runtime.add(nodes.mediaSink({ path, aheadSeconds: 0.1 }), { id: "to", lane: "writing", ports });
  for (const port of ports) runtime.connectByName(`from.${port}`, `to.${port}`);
  await runtime.start();
  await runtime.finished;
  assert.equal(probe(path, "packet=pts_time", "-select_streams", "v").length, 100);
});
