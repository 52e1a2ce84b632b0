import assert from "node:assert/strict";
import { configureLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { FOLDER, input, mp4, play, probe, push } from "./fixtures/media_files.ts";

/** What is logged until it is disposed of. */
function listen(): { readonly lines: string[] } & Disposable {
  const lines: string[] = [];
  const write = (line: string) => void (line.includes("warn  rec:") && lines.push(line));
  configureLog({ setting: { level: "warn", json: false }, write, terminal: false });
  return { lines, [Symbol.dispose]: () => configureLog() };
}

/** A live recording of tones, whose links can be taken away and made again. */
async function record(config: Parameters<typeof nodes.mediaSink>[0], count: number) {
  const runtime = new Runtime({ mode: "live", native: "off" });
  const tones = Array.from({ length: count }, () => runtime.add(nodes.toneSource({})).id);
  const ports = tones.map((_, k) => `pcm_${k}`);
  const sink = runtime.add(nodes.mediaSink(config), { id: "rec", ports, lane: "main" });
  const connect = (k: number) => runtime.connectByName(`${tones[k]}.audio`, `rec.pcm_${k}`);
  const links = await Promise.all(tones.map((_, k) => connect(k)));
  const seconds = (): number =>
    runtime.stats().nodes.find(({ id }) => id === sink.id)!.figures?.durationSeconds as number ?? 0;
  const waitFor = async (isThere: () => boolean) => {
    while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await runtime.start();
  return {
    seconds,
    stop: () => runtime.stop(),
    unlink: (k: number) => runtime.disconnect(links[k]),
    link: async (k: number) => void (links[k] = await connect(k)),
    /** Waits until so much more was recorded. */
    advance: (by: number) => {
      const until = seconds() + by;
      return waitFor(() => seconds() >= until);
    },
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  };
}

/** When the packets of a track begin, in seconds. */
function timesOf(path: string, track: number): number[] {
  return probe(path, "packet=pts_time", "-select_streams", `a:${track}`).map(Number);
}

/** Asserts that ffmpeg decodes all of a file. */
function assertDecodes(path: string): void {
  const args = ["-v", "error", "-xerror", "-nostdin", "-i", path, "-map", "0", "-f", "null", "-"];
  const { code, stderr } = new Deno.Command("ffmpeg", { args, stderr: "piped" }).outputSync();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""], path);
}

for (const container of ["mkv", "mov", "mp4"]) {
  Deno.test(`MediaSink goes on with a track of ${container} whose link is taken away and made again`, async () => {
    using log = listen();
    const path = `${FOLDER}/relinked.${container}`;
    await using recording = await record({ path }, 2);
    await recording.advance(0.5);
    await recording.unlink(1);
    await recording.advance(0.3);
    await recording.link(1);
    const atRelink = recording.seconds();
    await recording.advance(0.3);
    await recording.stop();
    assert.deepEqual(log.lines, []);
    const [whole, cut] = [0, 1].map((track) => timesOf(path, track));
    assert.ok(whole.at(-1)! > atRelink + 0.2 && cut.at(-1)! > atRelink + 0.2, `${whole.at(-1)}, ${cut.at(-1)}`);
    const gaps = cut.slice(1).map((time, k) => time - cut[k]).filter((gap) => gap > 0.15);
    assert.equal(gaps.length, 1, `gaps of ${gaps} s`);
    assertDecodes(path);
  });
}

Deno.test("MediaSink goes on with all tracks when the links of all are taken away and made again", async () => {
  using log = listen();
  for (const count of [1, 2]) {
    const path = `${FOLDER}/all-${count}.mkv`;
    await using recording = await record({ path }, count);
    await recording.advance(0.3);
    for (let k = 0; k < count; k++) await recording.unlink(k);
    const atUnlink = recording.seconds();
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (let k = 0; k < count; k++) await recording.link(k);
    await recording.advance(0.5);
    await recording.stop();
    for (let k = 0; k < count; k++) assert.ok(timesOf(path, k).at(-1)! > atUnlink + 0.3, `track ${k} of ${count}`);
    assertDecodes(path);
  }
  assert.deepEqual(log.lines, []);
});

Deno.test("MediaSink goes on with a track over files, and begins none without need", async () => {
  const path = `${FOLDER}/over.mkv`;
  await using recording = await record({ path, splitSeconds: 1 }, 2);
  for (const k of [1, 0]) {
    await recording.advance(0.4);
    await recording.unlink(k);
    await recording.advance(0.1);
    await recording.link(k);
    await recording.advance(1);
  }
  await recording.stop();
  const files = [1, 2, 3].map((number) => `${FOLDER}/over-000${number}.mkv`);
  for (const file of files.slice(0, 2)) {
    for (const track of [0, 1]) assert.ok(timesOf(file, track).at(-1)! > 0.9, `track ${track} of ${file}`);
  }
  for (const file of files) assertDecodes(file);
});

Deno.test("MediaSink has a track that was away while a file began in the next one, with its new format", async () => {
  const [small, large] = await Promise.all(["96x64", "160x120"].map(async (size) => {
    const film = input(`keys-${size}.mp4`, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "5", "-bf", "0", "-s", size);
    return (await play({ path: film }, "video_0")).video_0;
  }));
  const path = `${FOLDER}/away.mp4`;
  const sink = await ProcessorHarness.create(nodes.mediaSink({ path, splitSeconds: 1 }), {}, {
    mode: "live",
    connect: ["video_0", "pcm_0"],
  });
  await using _sink = sink;
  const pushPictures = async (second: number, pictures: typeof small) => {
    for (const picture of pictures) push(sink, "video_0", { ...picture, ptsNs: picture.ptsNs + second * 1e9 });
    pushSecond(sink, second, { pcm_0: 48_000 });
    await sink.run();
  };
  await pushPictures(0, small);
  sink.removeInput("video_0");
  for (const second of [1, 2]) {
    pushSecond(sink, second, { pcm_0: 48_000 });
    await sink.run();
  }
  assert.equal(sink.addInput("video"), "video_0");
  for (const second of [3, 4, 5]) await pushPictures(second, large);
  sink.end();
  await sink.run();
  const files = Array.from({ length: sink.figures!.files }, (_, k) => `${FOLDER}/away-000${k + 1}.mp4`);
  const widths = files.map((file) => probe(file, "stream=width", "-select_streams", "v").join());
  assert.deepEqual(widths, ["96", "", "", "160", "160", "160"]);
  for (const file of files) assertDecodes(file);
  for (const file of files.slice(3)) {
    assert.equal(probe(file, "packet=pts_time", "-select_streams", "v").length, large.length, file);
  }
});

/** Pushes a second of each, in blocks of 10 ms. */
function pushSecond(sink: ProcessorHarness, second: number, rates: { readonly [port: string]: number }): void {
  for (let block = 0; block < 100; block++) {
    for (const [port, sampleRateHz] of Object.entries(rates)) {
      const channels = [new Float32Array(sampleRateHz / 100).fill(0.25)];
      sink.pushAudio(port, { sampleRateHz, channels, ptsNs: second * 1e9 + block * 1e7 });
    }
  }
}

for (const gone of ["pcm_0", "pcm_1", "pcm_2"]) {
  Deno.test(`MediaSink goes on with other files when "${gone}" is removed`, async () => {
    const path = `${FOLDER}/without-${gone}.mkv`;
    const rates: Record<string, number> = { pcm_0: 48_000, pcm_1: 32_000, pcm_2: 24_000 };
    await using sink = await ProcessorHarness.create(nodes.mediaSink({ path, splitSeconds: 1 }), {}, {
      id: "rec",
      connect: Object.keys(rates),
    });
    pushSecond(sink, 0, rates);
    await sink.run();
    sink.removeInput(gone);
    delete rates[gone];
    for (const second of [1, 2]) {
      pushSecond(sink, second, rates);
      await sink.run();
    }
    sink.end();
    await sink.run();
    assert.deepEqual([sink.figures?.files, sink.figures?.lateFrames], [3, 0]);
    for (const number of [2, 3]) {
      const file = `${FOLDER}/without-${gone}-000${number}.mkv`;
      assert.deepEqual(probe(file, "stream=sample_rate").map(Number), Object.values(rates));
      for (const track of [0, 1]) assert.equal(timesOf(file, track).length, 100, file);
      assertDecodes(file);
    }
  });
}

Deno.test("MediaSink has an input that is added in the next file", async () => {
  const path = `${FOLDER}/later.mkv`;
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path, splitSeconds: 1 }), {}, {
    id: "rec",
    connect: ["pcm_0"],
  });
  using log = listen();
  pushSecond(sink, 0, { pcm_0: 48_000 });
  await sink.run();
  assert.equal(sink.addInput("pcm"), "pcm_1");
  pushSecond(sink, 0.5, { pcm_1: 24_000 });
  await sink.run();
  pushSecond(sink, 1, { pcm_1: 24_000, pcm_0: 48_000 });
  sink.end();
  await sink.run();
  // Of what came ahead of the other track, its link kept a part for the next file.
  assert.ok(sink.figures!.lateFrames >= 50 && sink.figures!.lateFrames < 150, `${sink.figures!.lateFrames}`);
  assert.match(log.lines.join("\n"), /"pcm_1" is left out of ".*later-0001.mkv", which was begun without it; the next/);
  assert.deepEqual([1, 2].map((number) => probe(`${FOLDER}/later-000${number}.mkv`, "stream=index").length), [1, 2]);
});

Deno.test("MediaSink begins a file with a key frame of each track of pictures", async () => {
  const { video_0: pictures } = await play({ path: mp4() }, "video_0");
  const path = `${FOLDER}/two-films.mkv`;
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path, splitSeconds: 1 }), {}, {
    connect: ["video_0", "video_1"],
  });
  for (let round = 0; round < 3; round++) {
    for (const picture of pictures) {
      push(sink, "video_0", { ...picture, ptsNs: picture.ptsNs + round * 1e9 });
      push(sink, "video_1", { ...picture, ptsNs: picture.ptsNs + round * 1e9 + 0.2e9 });
    }
  }
  sink.end();
  await sink.run();
  assert.equal(sink.figures?.files, 3);
  for (const number of [1, 2, 3]) {
    const file = `${FOLDER}/two-films-000${number}.mkv`;
    for (const track of [0, 1]) {
      assert.match(probe(file, "packet=flags", "-select_streams", `v:${track}`)[0], /^K/, `track ${track} of ${file}`);
    }
    assertDecodes(file);
  }
});

Deno.test("MediaSink begins no file with the end of a track that is longer than the first one", async () => {
  const path = `${FOLDER}/tail.mkv`;
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path, splitSeconds: 1.5 }), {}, {
    connect: ["pcm_0", "pcm_1"],
  });
  pushSecond(sink, 0, { pcm_0: 48_000, pcm_1: 48_000 });
  await sink.run();
  sink.end("pcm_0");
  pushSecond(sink, 1, { pcm_1: 48_000 });
  sink.end("pcm_1");
  await sink.run();
  assert.deepEqual([sink.figures?.files, sink.finished], [1, true]);
});

Deno.test("MediaSink goes on with other files when nothing comes of the first track any more", async () => {
  const path = `${FOLDER}/led.mkv`;
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path, splitSeconds: 1 }), {}, {
    connect: ["pcm_0", "pcm_1"],
  });
  pushSecond(sink, 0, { pcm_0: 48_000, pcm_1: 48_000 });
  sink.end("pcm_0");
  for (const second of [1, 2, 3]) {
    pushSecond(sink, second, { pcm_1: 48_000 });
    await sink.run();
  }
  sink.end();
  await sink.run();
  const counts = [1, 2, 3].map((number) => probe(`${FOLDER}/led-000${number}.mkv`, "packet=pts_time").length);
  // The first track is waited for as long as it may have been away for a moment only.
  assert.deepEqual(counts, [300, 100, 100]);
});

Deno.test("MediaSink waits for a key frame of a track that was left out of the file before", async () => {
  const { video_0: pictures } = await play({ path: mp4() }, "video_0");
  const path = `${FOLDER}/expected.mkv`;
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path, splitSeconds: 1 }), {}, {
    mode: "live",
    connect: ["pcm_0"],
  });
  const run = async (second: number, picturesAt: number | undefined) => {
    if (picturesAt !== undefined) {
      for (const picture of pictures) push(sink, "video_0", { ...picture, ptsNs: picture.ptsNs + picturesAt * 1e9 });
    }
    if (second >= 0) pushSecond(sink, second, { pcm_0: 48_000 });
    await sink.run();
  };
  await run(0, undefined);
  assert.equal(sink.addInput("video"), "video_0");
  await run(-1, 0);
  await run(1, undefined);
  assert.equal(sink.figures?.files, 1);
  await run(-1, 1.2);
  sink.end();
  await sink.run();
  assert.equal(sink.figures?.files, 2);
  assert.deepEqual(probe(`${FOLDER}/expected-0002.mkv`, "stream=codec_type"), ["video", "audio"]);
});

Deno.test("MediaSink begins no file with a track whose times went back, whatever its format is", async () => {
  const path = `${FOLDER}/back-changed.mkv`;
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path, splitSeconds: 10 }), {}, {
    mode: "live",
    connect: ["pcm_0", "pcm_1"],
  });
  pushSecond(sink, 0, { pcm_0: 48_000, pcm_1: 48_000 });
  await sink.run();
  pushSecond(sink, 0.5, { pcm_0: 24_000 });
  pushSecond(sink, 1, { pcm_1: 48_000 });
  await sink.run();
  sink.end();
  await sink.run();
  assert.deepEqual([sink.figures?.files, sink.figures?.lateFrames], [2, 49]);
  assert.equal(timesOf(`${FOLDER}/back-changed-0002.mkv`, 0)[0], 0);
});

Deno.test("MediaSink says that a track is left out also where it said that its times went back", async () => {
  const path = `${FOLDER}/twice.mkv`;
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, {
    id: "rec",
    mode: "live",
    connect: ["pcm_0", "pcm_1"],
  });
  using log = listen();
  for (const second of [2, 3]) {
    pushSecond(sink, second, { pcm_0: 48_000, pcm_1: 48_000 });
    await sink.run();
  }
  pushSecond(sink, 0, { pcm_1: 48_000 });
  await sink.run();
  pushSecond(sink, 4, { pcm_0: 48_000, pcm_1: 24_000 });
  sink.end();
  await sink.run();
  assert.deepEqual([sink.finished, log.lines.length], [true, 2]);
  assert.match(log.lines[0], /the times of "pcm_1" went back by /);
  assert.match(log.lines[1], /"pcm_1" is left out of the rest of /);
});

Deno.test("MediaSink says that the times of a track went back, of which it writes nothing meanwhile", async () => {
  const path = `${FOLDER}/back.mkv`;
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, { id: "rec", connect: ["pcm_0"] });
  using log = listen();
  for (const second of [5, 6, 0, 1]) {
    pushSecond(sink, second, { pcm_0: 48_000 });
    await sink.run();
  }
  sink.end();
  await sink.run();
  assert.equal(sink.figures?.lateFrames, 200);
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0], /the times of "pcm_0" went back by 7.0 s: nothing of it is written to ".*back.mkv" until/);
});
