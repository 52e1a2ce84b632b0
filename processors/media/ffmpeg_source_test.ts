import assert from "node:assert/strict";
import type { SluiceError } from "../../core/errors.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { decode, ffmpeg, FOLDER, input, probe } from "./fixtures/media_files.ts";

/** What a source gives, by output. */
async function read(config: Parameters<typeof nodes.ffmpegSource>[0], ...kinds: ("video" | "audio")[]) {
  await using source = await ProcessorHarness.create(nodes.ffmpegSource(config));
  for (const kind of kinds) source.addOutput(kind);
  await source.run();
  return {
    video: kinds.includes("video") ? source.takeVideo("video_0") : [],
    audio: kinds.includes("audio") ? source.takeAudio("audio_0") : [],
  };
}

type Read = Awaited<ReturnType<typeof read>>;

/** Rows without what lies between them. */
function rowsOf({ planes, layout }: Read["video"][number]): number[] {
  return planes.flatMap((plane, index) => {
    const { stride, rowBytes, rows } = layout[index];
    return Array.from({ length: rows }, (_, row) => [...plane.subarray(row * stride, row * stride + rowBytes)]).flat();
  });
}

function interleaved(blocks: Read["audio"]): Float32Array {
  return Float32Array.from(
    blocks.flatMap(({ channels }) => [...channels[0]].flatMap((_, at) => channels.map((samples) => samples[at]))),
  );
}

/** HEVC at a rate of NTSC, and AC-3. */
function foreign(): string {
  return input(
    "foreign.mkv",
    "-vf",
    "fps=30000/1001",
    "-c:v",
    "libx265",
    "-x265-params",
    "log-level=error",
    "-c:a",
    "ac3",
  );
}

Deno.test("FfmpegSource gives what ffmpeg decodes of HEVC and AC-3, with its times", async () => {
  const { video, audio } = await read({ path: foreign() }, "video", "audio");
  assert.deepEqual(Uint8Array.from(video.flatMap(rowsOf)), new Uint8Array(decode(foreign(), "v")));
  assert.deepEqual(video.map(({ ptsNs }) => ptsNs), video.map((_, k) => Math.round(k * 1001 / 30000 * 1e9)));
  assert.deepEqual(interleaved(audio), new Float32Array(decode(foreign(), "a").slice().buffer));
  const ends = audio.map(({ ptsNs, durationNs }) => ptsNs + durationNs);
  audio.slice(1).forEach(({ ptsNs }, k) => assert.ok(Math.abs(ptsNs - ends[k]) <= 1, `block ${k}`));
});

Deno.test("FfmpegSource reads between two places, with times from the first one on", async () => {
  const { video, audio } = await read({ path: foreign(), positionSeconds: 0.4, endSeconds: 0.8 }, "video", "audio");
  assert.ok(Math.abs(video.length - 12) <= 1, `${video.length} pictures`);
  assert.ok(video[0].ptsNs >= 0 && video[0].ptsNs < 34e6, `${video[0].ptsNs}`);
  const samples = audio.reduce((sum, { channels }) => sum + channels[0].length, 0);
  assert.ok(Math.abs(samples / 48_000 - 0.4) < 0.04, `${samples} samples`);
});

Deno.test("FfmpegSource seeks by command: ffmpeg begins there, and times go on rising", async () => {
  await using source = await ProcessorHarness.create(nodes.ffmpegSource({ path: foreign() }));
  source.addOutput("video");
  source.addOutput("audio");
  const whole = decode(foreign(), "v");
  const [bytes, pictureNs] = [160 * 120 * 1.5, 1001e9 / 30_000];
  let endNs = 0;
  for (const seconds of [0.6, 0.2, 0.2]) {
    await source.command("seek", { seconds });
    const [pictures, blocks]: [Read["video"], Read["audio"]] = [[], []];
    while (pictures.length === 0 || blocks.length === 0) {
      await source.run(1);
      pictures.push(...source.takeVideo("video_0"));
      blocks.push(...source.takeAudio("audio_0"));
    }
    const [[picture], [sound]] = [pictures, blocks];
    assert.deepEqual([picture.discontinuity, sound.discontinuity], [true, true]);
    const number = Math.ceil(seconds * 1e9 / pictureNs);
    assert.deepEqual(
      Uint8Array.from(rowsOf(picture)),
      new Uint8Array(whole.subarray(number * bytes, (number + 1) * bytes)),
    );
    assert.ok(picture.ptsNs >= endNs && sound.ptsNs >= endNs, `${picture.ptsNs}, ${sound.ptsNs}, ${endNs}`);
    endNs = Math.max(...[...pictures, ...blocks].map(({ ptsNs }) => ptsNs));
  }
  await source.command("seek", { seconds: 60 });
  await source.run();
  assert.deepEqual([source.finished, source.takeVideo("video_0").length], [true, 0]);
});

Deno.test("FfmpegSource turns pictures as the file says, and reads inputs that options describe", async () => {
  const turned = `${FOLDER}/turned.mov`;
  ffmpeg("-i", input("flat.mov", "-c:v", "mpeg4"), "-c", "copy", "-metadata:s:v", "rotate=90", turned);
  const { video: [first] } = await read({ path: turned }, "video");
  assert.deepEqual([first.width, first.height], [120, 160]);
  const { video } = await read(
    { path: "testsrc=size=64x48:rate=10:duration=1", inputOptions: ["-f", "lavfi"] },
    "video",
  );
  assert.deepEqual(video.map(({ ptsNs }) => ptsNs), video.map((_, k) => k * 1e8));
  assert.equal(video.length, 10);
});

/** What a source finds wrong with a file, once it has ended. */
async function faultsOf(path: string, ...kinds: ("video" | "audio")[]) {
  await using source = await ProcessorHarness.create(nodes.ffmpegSource({ path }));
  for (const kind of kinds) source.addOutput(kind);
  await source.run();
  const { faults, missingSeconds } = source.figures!;
  return { faults, missingSeconds };
}

/** The first part of a file. */
function cut(path: string, part: number): string {
  const bytes = Deno.readFileSync(path);
  const left = `${path}.cut`;
  Deno.writeFileSync(left, bytes.subarray(0, Math.round(bytes.length * part)));
  return left;
}

Deno.test("FfmpegSource counts what is wrong with a file, and how much is missing at its end", async () => {
  const path = `${FOLDER}/long.flv`;
  const picture = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=6"];
  ffmpeg(...picture, "-f", "lavfi", "-i", "sine=duration=3", "-c:v", "flv1", "-c:a", "pcm_s16le", path);
  // The sound of a whole file ends where it likes.
  for (const kinds of [["video", "audio"], ["audio"]] as const) {
    assert.deepEqual(await faultsOf(path, ...kinds), { faults: 0, missingSeconds: 0 });
  }
  const left = cut(path, 0.5);
  const { faults, missingSeconds } = await faultsOf(left, "video", "audio");
  const wantedSeconds = 6 - Math.max(...probe(left, "packet=pts_time").map(Number));
  assert.ok(
    wantedSeconds > 1 && Math.abs(missingSeconds - wantedSeconds) < 0.2,
    `${missingSeconds}, ${wantedSeconds} s`,
  );
  assert.ok(faults > 0);
});

Deno.test("FfmpegSource makes one picture of two fields", async () => {
  const path = input("fields.ts", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-x264-params", "tff=1:weightp=0", "-an");
  const { video } = await read({ path }, "video");
  assert.deepEqual([video.length, video[0].height, video[0].durationNs], [25, 120, 4e7]);
});

Deno.test("FfmpegSource says what an input holds, that ffmpeg reads none, and that a playlist may not leave the machine", async () => {
  const missing = ProcessorHarness.create(nodes.ffmpegSource({ path: foreign() })).then(async (source) => {
    await using _ = source;
    source.addOutput("video");
    source.addOutput("video");
    await source.run();
  });
  await assert.rejects(missing, (error: SluiceError) => {
    assert.equal(error.code, "PortNotFound");
    assert.match(error.message, /it has video_0 \(hevc, 160 × 120\), audio_0 \(ac3, 48000 Hz, 1 ch\)/);
    return true;
  });
  const [text, list] = [`${FOLDER}/text.bin`, `${FOLDER}/list.m3u8`];
  Deno.writeTextFileSync(text, "no media at all");
  Deno.writeTextFileSync(list, "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/part.ts\n#EXT-X-ENDLIST\n");
  for (const path of [text, list]) {
    await assert.rejects(read({ path }, "video"), (error: SluiceError) => error.code === "InvalidMedia");
  }
});
