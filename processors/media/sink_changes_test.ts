import assert from "node:assert/strict";
import { configureLog } from "../../core/log.ts";
import { nodes } from "../../sluice.gen.ts";
import { type EncodedOutput, ProcessorHarness } from "../../testing.ts";
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

/** What must be the same in each frame, beside rate and channels: two streams that differ in it, and the words for it. */
async function detailCases(): Promise<
  { port: string; container: string; streams: readonly (readonly EncodedOutput[])[]; found: RegExp }[]
> {
  const flac = (bits: string) =>
    sound(`${bits}.flac`, "-c:a", "flac", "-sample_fmt", bits, "-bits_per_raw_sample", "24");
  const framesOf = async (path: string) => (await play({ path }, "audio_0")).audio_0;
  const lc = await framesOf(sound("lc.m4a", "-c:a", "aac"));
  // The first two bits of the third byte of an ADTS header, less one: 0 stands for AAC Main.
  const main = lc.map((frame) => ({ ...frame, bytes: frame.bytes.map((byte, k) => k === 2 ? byte & 0x3f : byte) }));
  const film = (pixels: string) =>
    input(`vp9-${pixels}.webm`, "-an", "-c:v", "libvpx-vp9", "-pix_fmt", pixels, "-cpu-used", "8", "-b:v", "100k");
  const pictures = [film("yuv420p"), film("yuv444p")].map(async (path) => (await play({ path }, "video_0")).video_0);
  return [
    {
      port: "audio_0",
      container: "mkv",
      streams: [await framesOf(flac("s16")), await framesOf(flac("s32"))],
      found:
        /from encoded flac, 48000 Hz, 1 channel, 16 bits per sample to .*, 24 bits per sample, and a track has one/,
    },
    {
      port: "audio_0",
      container: "mp4",
      streams: [lc, main],
      found: /from encoded aac, 48000 Hz, 1 channel, object type 2 to .*, object type 1, and a track has one format/,
    },
    {
      port: "video_0",
      container: "webm",
      streams: await Promise.all(pictures),
      found: /from profile 0 with 8 bits to profile 1 with 8 bits, and a track has one profile/,
    },
  ];
}

Deno.test("MediaSink refuses what changes of a stream that its file says once, and begins another file with it", async () => {
  for (const { port, container, streams, found } of await detailCases()) {
    for (const splitSeconds of [0, 60]) {
      const path = `${FOLDER}/detail-${splitSeconds}.${container}`;
      const spec = nodes.mediaSink({ path, splitSeconds });
      const sink = await ProcessorHarness.create(spec, {}, { id: "rec", connect: [port] });
      streams.forEach((frames, k) => {
        for (const frame of frames) push(sink, port, { ...frame, ptsNs: frame.ptsNs + k * 1.1e9 });
      });
      sink.end();
      if (splitSeconds === 0) await assert.rejects(sink.run(), { code: "TypeMismatch", message: found });
      else await sink.run();
      await sink.teardown();
      if (splitSeconds === 0) continue;
      streams.forEach((frames, k) => {
        const file = `${FOLDER}/detail-60-000${k + 1}.${container}`;
        assert.equal(probe(file, "packet=pts_time").length, frames.length, file);
      });
    }
  }
});

/** Pushes a second of samples in blocks of 10 ms. */
function pushSecond(sink: ProcessorHarness, second: number, port: string, sampleRateHz: number): void {
  for (let block = 0; block < 100; block++) {
    const channels = [new Float32Array(sampleRateHz / 100).fill(0.25)];
    sink.pushAudio(port, { sampleRateHz, channels, ptsNs: second * 1e9 + block * 1e7 });
  }
}

/** A live recording of two tracks, of which the second changes its rate after a second. */
async function recordChange(config: Parameters<typeof nodes.mediaSink>[0], changing: string): Promise<{
  readonly sink: ProcessorHarness;
  readonly lines: string[];
}> {
  const lines: string[] = [];
  configureLog({ setting: { level: "warn", json: false }, write: (line) => lines.push(line), terminal: false });
  using _log = { [Symbol.dispose]: () => configureLog() };
  const ports = ["pcm_0", "pcm_1"];
  const sink = await ProcessorHarness.create(nodes.mediaSink(config), {}, { id: "rec", mode: "live", connect: ports });
  for (const second of [0, 1, 2, 3]) {
    for (const port of ports) pushSecond(sink, second, port, port === changing && second > 0 ? 24_000 : 48_000);
    await sink.run();
  }
  sink.end();
  await sink.run();
  return { sink, lines };
}

Deno.test("MediaSink leaves a track that changes out of the rest of a live recording, and says so", async () => {
  const path = `${FOLDER}/rest.mkv`;
  const { sink, lines } = await recordChange({ path }, "pcm_1");
  await using _sink = sink;
  assert.equal(sink.figures?.lateFrames, 300);
  assert.equal(lines.length, 1);
  assert.match(
    lines[0],
    /"pcm_1" is left out of the rest of ".*rest.mkv": it changed from audio 48000 Hz, .* to audio 24000 Hz, /,
  );
  const counts = [0, 1].map((track) => probe(path, "packet=pts_time", "-select_streams", `a:${track}`).length);
  assert.deepEqual(counts, [400, 100]);
});

Deno.test("MediaSink has a track that changed in the next file, with its new format", async () => {
  for (const changing of ["pcm_0", "pcm_1"]) {
    const stem = `${FOLDER}/next-${changing}`;
    const { sink } = await recordChange({ path: `${stem}.mkv`, splitSeconds: 2 }, changing);
    await using _sink = sink;
    // A change of the first track begins a file at once; one of another track waits for the next file.
    const [files, late] = changing === "pcm_0" ? [3, 0] : [2, 100];
    assert.equal(sink.figures?.files, files);
    // Of what comes ahead of the first track, a link keeps no more for the next file than half of what it holds.
    const tooMany = sink.figures!.lateFrames - late;
    assert.ok(tooMany >= 0 && tooMany <= (changing === "pcm_0" ? 0 : 10), `${sink.figures!.lateFrames}`);
    const rates = Array.from({ length: files }, (_, k) => probe(`${stem}-000${k + 1}.mkv`, "stream=sample_rate"));
    const changed = changing === "pcm_0" ? ["24000", "48000"] : ["48000", "24000"];
    assert.deepEqual(rates, [["48000", "48000"], ...Array.from({ length: files - 1 }, () => changed)]);
  }
});

Deno.test("MediaSink begins a file when no track of the one before goes on", async () => {
  const path = `${FOLDER}/none.mkv`;
  const sink = await ProcessorHarness.create(nodes.mediaSink({ path, splitMegabytes: 100 }), {}, {
    id: "rec",
    mode: "live",
    connect: ["pcm_0", "pcm_1"],
  });
  await using _sink = sink;
  for (const port of ["pcm_0", "pcm_1"]) pushSecond(sink, 0, port, 48_000);
  await sink.run();
  pushSecond(sink, 1, "pcm_0", 48_000);
  pushSecond(sink, 1, "pcm_1", 24_000);
  await sink.run();
  assert.deepEqual([sink.figures?.files, sink.figures?.lateFrames], [1, 100]);
  sink.removeInput("pcm_0");
  for (const second of [2, 3]) pushSecond(sink, second, "pcm_1", 24_000);
  await sink.run();
  sink.end();
  await sink.run();
  assert.deepEqual([sink.figures?.files, sink.figures?.lateFrames], [2, 100]);
  assert.equal(probe(`${FOLDER}/none-0002.mkv`, "packet=pts_time").length, 200);
});

Deno.test("MediaSink completes a file also where what it has left out of it ends last", async () => {
  const path = `${FOLDER}/longer.mkv`;
  const sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, {
    id: "rec",
    mode: "live",
    connect: ["pcm_0", "pcm_1"],
  });
  await using _sink = sink;
  for (const port of ["pcm_0", "pcm_1"]) pushSecond(sink, 0, port, 48_000);
  pushSecond(sink, 1, "pcm_0", 48_000);
  pushSecond(sink, 1, "pcm_1", 24_000);
  await sink.run();
  sink.end("pcm_0");
  await sink.run();
  pushSecond(sink, 2, "pcm_1", 24_000);
  sink.end("pcm_1");
  await sink.run();
  assert.deepEqual([sink.finished, probe(path, "packet=pts_time").length], [true, 300]);
});

Deno.test("MediaSink fails when the only track that goes on changes, and no other file follows", async () => {
  const path = `${FOLDER}/last.mkv`;
  const sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, {
    id: "rec",
    mode: "live",
    connect: ["pcm_0", "pcm_1"],
  });
  for (const port of ["pcm_0", "pcm_1"]) pushSecond(sink, 0, port, 48_000);
  sink.end("pcm_0");
  await sink.run();
  pushSecond(sink, 1, "pcm_1", 24_000);
  await assert.rejects(sink.run(), { code: "TypeMismatch", message: /"rec.pcm_1": it changed from audio 48000 Hz/ });
  await sink.teardown();
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
  const spec = nodes.mediaSink({ path, splitMegabytes: 1.8 * second / 1e6 });
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
      'its pictures changed from 96 × 64 to 160 × 120, and a track has one size; put a node "scale" ' +
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
