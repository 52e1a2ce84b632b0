/** Files that are cut off, changed or made to deceive: they are played as far as they go, or refused by name. */
import assert from "node:assert/strict";
import process from "node:process";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { carry, ffmpeg, FOLDER, mp4, play, webm } from "./fixtures/media_files.ts";
import { readMediaInfo } from "./media_info.ts";

/** Spoiled files of each kind: of all kinds together 5,000. */
const RUNS = 140;
/** Those of each container that are always tried: 200 together. */
const FEW_RUNS = 17;
/** What a file may take at most, of the processor's time, and all of them of memory beyond what the process had. */
const MOST_MS = 5000;
const MOST_BYTES = 500 * 2 ** 20;
/** What libraries say of themselves. */
const INTERNAL =
  /internal|assert|byteLength|outside the bounds|undefined|not a function|InputOptions|please report|unsigned int/i;

const FILM = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=1"];
const TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1:sample_rate=48000"];
const H264 = [...FILM, ...TONE, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "12"];
const HEVC = [...FILM, ...TONE, "-c:v", "libx265", "-x265-params", "log-level=none"];
const VP8 = [...FILM, ...TONE, "-c:v", "libvpx", "-deadline", "realtime", "-g", "12"];
const VP9 = [...FILM, ...TONE, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "12"];
const AV1 = [...FILM, ...TONE, "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8"];
const OPUS = ["-c:a", "libopus", "-b:a", "48k"];

/** How ffmpeg makes a file of each kind, whose name ends with that of its container. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  "mp4": [...H264, "-c:a", "aac"],
  "fragments.mp4": [...H264, "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"],
  "faststart.mp4": [...H264, "-c:a", "aac", "-movflags", "faststart"],
  "hevc.mp4": [...HEVC, "-c:a", "aac"],
  "av1.mp4": [...AV1, ...OPUS],
  "mp3.mp4": [...TONE, "-c:a", "libmp3lame"],
  "alac.m4a": [...TONE, "-c:a", "alac"],
  "mov": [...H264, "-c:a", "pcm_s16le"],
  "mjpeg.mov": [...FILM, ...TONE, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s24le"],
  "prores.mov": [...FILM, "-c:v", "prores_ks"],
  "mkv": [...H264, "-c:a", "aac"],
  "flac.mkv": [...TONE, "-c:a", "flac"],
  "mp3.mkv": [...TONE, "-c:a", "libmp3lame"],
  "pcm.mkv": [...H264, "-c:a", "pcm_s16le"],
  "vorbis.mkv": [...TONE, "-c:a", "libvorbis"],
  "hevc.mkv": [...HEVC, "-c:a", "ac3"],
  "webm": [...VP9, ...OPUS],
  "vp8.webm": [...VP8, "-c:a", "libvorbis"],
  "av1.webm": [...AV1, ...OPUS],
  "ogg": [...TONE, ...OPUS],
  "vorbis.ogg": [...TONE, "-c:a", "libvorbis"],
  "flac.ogg": [...TONE, "-c:a", "flac"],
  "mp3": [...TONE, "-c:a", "libmp3lame"],
  "aac": [...TONE, "-c:a", "aac"],
  "flac": [...TONE, "-c:a", "flac"],
  "24.flac": [...TONE, "-c:a", "flac", "-sample_fmt", "s32"],
  "wav": [...TONE, "-c:a", "pcm_s16le"],
  "f32.wav": [...TONE, "-c:a", "pcm_f32le"],
  "rf64.wav": [...TONE, "-c:a", "pcm_s24le", "-rf64", "always"],
  "ts": [...H264, "-c:a", "aac"],
  "mp3.ts": [...H264, "-c:a", "libmp3lame"],
  "mpeg2.ts": [...FILM, ...TONE, "-c:v", "mpeg2video", "-c:a", "ac3"],
  "m2ts": [...H264, "-c:a", "aac"],
  "y4m": [...FILM, "-t", "0.2", "-pix_fmt", "yuv420p"],
  "png": [...FILM, "-frames:v", "1", "-update", "1"],
  "jpg": [...FILM, "-frames:v", "1", "-update", "1", "-pix_fmt", "yuvj420p"],
};
/** Kinds that are always tried. */
const FEW = ["mp4", "mov", "mkv", "webm", "ogg", "mp3", "aac", "flac", "wav", "ts", "y4m", "png"];
/** Kinds that no shipped node plays, spoiled or not. */
const UNREAD: ReadonlySet<string> = new Set(["flac.ogg"]);

function made(name: string): Uint8Array {
  const path = `${FOLDER}/good.${name}`;
  // The encoder of AV1 tells its settings, and MPEG-2 the size of a buffer.
  ffmpeg("-v", "error", ...KINDS[name], path);
  return Deno.readFileSync(path);
}

/** Looks into a file, and reads all tracks that are played to their end. */
async function readMedia(path: string): Promise<void> {
  const { tracks } = await readMediaInfo(path);
  const played = tracks.filter(({ refusal }) => refusal === undefined);
  if (played.length === 0) return;
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path }));
  const outputs = played.map(({ name, kind, codec }) => ({ name, port: codec.startsWith("pcm") ? "pcm" : kind }));
  for (const { port } of outputs) source.addOutput(port);
  while (!source.finished) {
    await source.run(8);
    for (const { name, port } of outputs) port === "pcm" ? source.takeAudio(name) : source.takeEncoded(name);
  }
}

async function readPictures(path: string): Promise<void> {
  const node = path.endsWith(".y4m") ? nodes.pipeSource({ command: ["cat", path] }) : nodes.imageSource({ path });
  await using source = await ProcessorHarness.create(node);
  while (!source.finished) {
    await source.run(4);
    path.endsWith(".jpg") ? source.takeEncoded("video") : source.takeVideo("video");
  }
}

/** Bytes after which mediabunny looks for the next element: none that it knows, and a cluster without a length. */
const JUNK = { "bytes that mean nothing": [], "a part without a length": [0x1f, 0x43, 0xb6, 0x75, 0, 0, 0, 0] };

for (const [what, bytes] of Object.entries(JUNK)) {
  Deno.test(`MediaSource ends a WebM file at ${what}, up to its end`, async () => {
    const path = `${FOLDER}/junk.webm`;
    const junk = joined(joined(Deno.readFileSync(webm()), Uint8Array.from(bytes)), new Uint8Array(1000));
    const segment = junk.findIndex((_, at) => [0x18, 0x53, 0x80, 0x67].every((byte, k) => junk[at + k] === byte));
    // The length of the segment is not told, so that all bytes are searched.
    junk.fill(0xff, segment + 5, segment + 12);
    junk[segment + 4] = 1;
    Deno.writeFileSync(path, junk);
    assert.equal((await play({ path }, "video_0")).video_0.length, 25);
  });
}

type Random = (below: number) => number;

/** Numbers that deceive where a length, a count or a time is expected. */
const HOSTILE = [0, 1, 8, 0x7f, 0x7fff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff];

/** Ways to spoil a file. */
const SPOILERS: readonly ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => bytes.slice(0, random(bytes.length)),
  (bytes, random) => changed(bytes, random, (copy, at) => copy[at] = random(256)),
  (bytes, random) => changed(bytes, random, (copy, at) => copy[at] ^= 1 << random(8)),
  (bytes, random) =>
    changed(bytes, random, (copy, at) => {
      const length = Math.min(4, copy.length - at);
      new DataView(copy.buffer).setUint32(at - (4 - length), HOSTILE[random(HOSTILE.length)]);
    }),
  (bytes, random) => changed(bytes, random, (copy, at) => copy.fill(0, at, at + random(3000))),
  (bytes, random) =>
    changed(bytes, random, (copy, at) => {
      const end = Math.min(copy.length, at + random(3000));
      for (let k = at; k < end; k++) copy[k] = random(256);
    }),
  (bytes) => joined(bytes, bytes),
  (bytes, random) => {
    const [from, to] = [random(bytes.length), random(bytes.length)].sort((a, b) => a - b);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, random) => {
    const [from, to] = [random(bytes.length), random(bytes.length)].sort((a, b) => a - b);
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  (bytes, random) => Uint8Array.from({ length: 1 + random(4096) }, (_, k) => k < 8 ? bytes[k] : random(256)),
];

/** A copy with changes: most of what decides how a file is read stands near one of its ends. */
function changed(bytes: Uint8Array, random: Random, change: (copy: Uint8Array, at: number) => void): Uint8Array {
  const copy = bytes.slice();
  const reach = [64, 1024, 4096, copy.length][random(4)];
  const isFront = random(2) === 0;
  for (let k = 1 + random(8); k > 0; k--) {
    const at = random(Math.min(copy.length, reach));
    change(copy, isFront ? at : copy.length - 1 - at);
  }
  return copy;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** The most memory that the process has had, in bytes. */
function peakBytes(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return 1024 * Number(/VmHWM:\s*(\d+) kB/.exec(status)![1]);
}

/** Tries spoiled files of a kind. @returns how many were played, and how many refused */
async function tryKind(name: string, runs: number): Promise<{ readonly played: number; readonly refused: number }> {
  const bytes = made(name);
  const path = `${FOLDER}/spoiled.${name}`;
  const read = /^(y4m|png|jpg)$/.test(name) ? readPictures : readMedia;
  let seed = 1;
  const random: Random = (below) => (seed = (seed * 48_271) % 0x7fffffff) % below;
  const outcomes = { played: 0, refused: 0 };
  for (let run = 0; run < runs; run++) {
    Deno.writeFileSync(path, SPOILERS[run % SPOILERS.length](bytes, random));
    const before = process.cpuUsage();
    try {
      await read(path);
      outcomes.played++;
    } catch (error) {
      assertRefused(error, `${name}, run ${run}`, name === "y4m" ? '"cat"' : path);
      outcomes.refused++;
    }
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    assert.ok(tookMs < MOST_MS, `${name}, run ${run} took ${tookMs} ms`);
  }
  return outcomes;
}

Deno.test(`${FEW.length * FEW_RUNS} spoiled files of every container are played or refused by name`, async () => {
  const peak = peakBytes();
  const outcomes = { played: 0, refused: 0 };
  for (const name of FEW) {
    const { played, refused } = await tryKind(name, FEW_RUNS);
    outcomes.played += played;
    outcomes.refused += refused;
  }
  assert.ok(outcomes.played > 50 && outcomes.refused > 20, JSON.stringify(outcomes));
  assert.ok(peakBytes() - peak < MOST_BYTES, `${peakBytes() - peak} bytes more`);
});

for (const name of Object.keys(KINDS)) {
  rare(Deno.test)(
    `${RUNS} spoiled files as ${name} are played or refused by name, in bounded time and memory`,
    async () => {
      const peak = peakBytes();
      const { played, refused } = await tryKind(name, RUNS);
      assert.ok((played > 0 || UNREAD.has(name)) && refused > 0, `${played} played, ${refused} refused`);
      assert.ok(peakBytes() - peak < MOST_BYTES, `${peakBytes() - peak} bytes more`);
    },
  );
}

Deno.test("MediaSink copies MP4 whose index is damaged, or it is refused by name", async () => {
  const bytes = Deno.readFileSync(mp4());
  const path = `${FOLDER}/index.mp4`;
  const start = bytes.findIndex((_, at) => [0x6d, 0x6f, 0x6f, 0x76].every((byte, k) => bytes[at + k] === byte));
  const outcomes = { played: 0, refused: 0 };
  for (let at = start + 4, run = 0; at < bytes.length; at += Math.ceil((bytes.length - start) / 30), run++) {
    const copy = bytes.slice();
    copy[at] ^= 1 << run % 8;
    Deno.writeFileSync(path, copy);
    try {
      await carry(path, { path: `${FOLDER}/index.mkv`, overwrite: true }, ["video_0", "audio_0"]);
      outcomes.played++;
    } catch (error) {
      assertRefused(error, `byte ${at}`, path);
      outcomes.refused++;
    }
  }
  assert.ok(outcomes.played > 0 && outcomes.refused > 0, JSON.stringify(outcomes));
});

/** A track that is gone is told with those that are there. */
function assertRefused(error: unknown, which: string, culprit: string): void {
  const { code, message } = error as { code?: string; message: string };
  const isTold = (code === "InvalidMedia" || code === "PortNotFound") && message.includes(culprit);
  if (!isTold || INTERNAL.test(message)) throw new Error(`${which}: ${message}`, { cause: error });
}
