import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { ffmpeg, FOLDER, input, mp4, play, probe, push } from "./fixtures/media_files.ts";

/** A second of sound at 48 kHz. */
function sound(name: string, ...args: string[]): string {
  const path = `${FOLDER}/${name}`;
  ffmpeg("-f", "lavfi", "-i", "sine=duration=1:sample_rate=48000", ...args, path);
  return path;
}

/** Writes what one file has, then what the other one has. */
async function join(container: string, port: string, ...files: string[]): Promise<ProcessorHarness> {
  const path = `${FOLDER}/joined.${container}`;
  const sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, { id: "rec", connect: [port] });
  for (const [index, file] of files.entries()) {
    const { [port]: frames } = await play({ path: file }, port);
    for (const frame of frames) push(sink, port, { ...frame, ptsNs: frame.ptsNs + index * 1.1e9 });
  }
  sink.end();
  return sink;
}

Deno.test("MediaSink refuses to go on when the rate or the channels of encoded sound change", async () => {
  const cases = [
    { codec: "aac", container: "mp4", extension: "m4a" },
    { codec: "libmp3lame", container: "mkv", extension: "mp3" },
    { codec: "flac", container: "mkv", extension: "flac" },
  ];
  for (const { codec, container, extension } of cases) {
    const usual = sound(`usual.${extension}`, "-c:a", codec, "-ac", "2");
    const slower = sound(`slower.${extension}`, "-c:a", codec, "-ac", "2", "-ar", "44100");
    const mono = sound(`mono.${extension}`, "-c:a", codec, "-ac", "1");
    for (const [other, found] of [[slower, "44100 Hz, 2 channels"], [mono, "48000 Hz, 1 channel"]]) {
      const sink = await join(container, "audio_0", usual, other);
      await assert.rejects(sink.run(), ({ code, message }) => {
        assert.equal(code, "TypeMismatch");
        assert.ok(message.includes(`"rec.audio_0": it changed from encoded `), message);
        assert.ok(message.includes(`, 48000 Hz, 2 channels to encoded `) && message.includes(found), message);
        return true;
      });
      await sink.teardown();
    }
    await using sink = await join(container, "audio_0", usual, usual);
    await sink.run();
  }
});

Deno.test("MediaSink writes VP9 whose pictures change their size", async () => {
  const film = (size: string) =>
    input(`vp9-${size}.webm`, "-an", "-c:v", "libvpx-vp9", "-g", "25", "-cpu-used", "8", "-b:v", "100k", "-s", size);
  await using sink = await join("webm", "video_0", film("96x64"), film("160x120"));
  await sink.run();
  const sizes = new Set(probe(`${FOLDER}/joined.webm`, "frame=width,height", "-select_streams", "v"));
  assert.deepEqual([...sizes], ["96,64", "160,120"]);
});

Deno.test("MediaSink begins another file at a key frame once one is as large as it is told", async () => {
  const { video_0: frames } = await play({ path: mp4() }, "video_0");
  const path = `${FOLDER}/large.mp4`;
  const second = frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
  // What has not been written out yet, a second of it, does not count.
  const spec = nodes.mediaSink({ path, splitMegabytes: 0.8 * second / 1e6 });
  await using sink = await ProcessorHarness.create(spec, {}, { connect: ["video_0"] });
  for (let round = 0; round < 4; round++) {
    for (const frame of frames) push(sink, "video_0", { ...frame, ptsNs: frame.ptsNs + round * 1e9 });
  }
  sink.end();
  await sink.run();
  assert.equal(sink.figures?.files, 2);
  for (const number of [1, 2]) {
    const file = `${FOLDER}/large-000${number}.mp4`;
    assert.equal(probe(file, "packet=pts_time", "-select_streams", "v").length, 2 * frames.length, file);
    assert.equal(Number(probe(file, "stream=start_time", "-select_streams", "v")[0]), 0, file);
  }
});

Deno.test("MediaSink says which scaler keeps the size of H.264 pictures, and which parameters changed otherwise", async () => {
  const film = (size: string, profile: string) =>
    input(`h264-${size}-${profile}.mp4`, "-an", "-c:v", "libx264", "-profile:v", profile, "-s", size);
  const cases = [
    [
      film("160x120", "high"),
      'its pictures changed from 96 × 64 to 160 × 120, and a track has one size; put a node "org.sluice.video.scale" ' +
      "with width 96 and height 64 before its encoder (scale width=96 height=64), or begin another file",
    ],
    [film("96x64", "baseline"), "its encoder changed its profile or other parameters (SPS or PPS)"],
  ];
  for (const [other, reason] of cases) {
    const sink = await join("mp4", "video_0", film("96x64", "high"), other);
    await assert.rejects(sink.run(), ({ code, message }) => {
      assert.equal(code, "TypeMismatch");
      assert.ok(message.includes(`Cannot go on writing "rec.video_0": ${reason}`), message);
      return true;
    });
    await sink.teardown();
  }
});
