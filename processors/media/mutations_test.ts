/** Files that are cut off, changed or made to deceive: they are played as far as they go, or refused by name. */
import assert from "node:assert/strict";
import process from "node:process";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { ffmpeg, FOLDER, input, mp4, play, webm } from "./fixtures/media_files.ts";

const RUNS = Deno.env.get("SLUICE_DEEP") === undefined ? 150 : 10_000;
/** What a run may take at most, of the processor's time and of memory beyond what the process had. */
const MOST_MS = 20_000;
const MOST_BYTES = 768 * 2 ** 20;

/** A kind of file, and how it is read. */
interface Victim {
  readonly good: () => string;
  /** Opens a file and reads it to its end. */
  readonly read: (path: string) => Promise<unknown>;
}

async function readTracks(path: string, ...kinds: ("video" | "audio")[]): Promise<void> {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path }));
  for (const kind of kinds) source.addOutput(kind);
  while (!source.finished) {
    await source.run(8);
    for (const kind of kinds) source.takeEncoded(`${kind}_0`);
  }
}

async function readPictures(path: string): Promise<void> {
  await using source = path.endsWith(".png")
    ? await ProcessorHarness.create(nodes.imageSource({ path }))
    : await ProcessorHarness.create(nodes.pipeSource({ command: ["cat", path] }));
  while (!source.finished) {
    await source.run(4);
    source.takeVideo("video");
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

function fragmented(): string {
  const path = `${FOLDER}/good-fragments.mp4`;
  ffmpeg("-i", mp4(), "-c", "copy", "-movflags", "frag_keyframe+empty_moov", path);
  return path;
}

function y4m(): string {
  const path = `${FOLDER}/good.y4m`;
  ffmpeg("-f", "lavfi", "-i", "testsrc2=size=33x17:rate=25:duration=0.2", "-pix_fmt", "yuv420p", path);
  return path;
}

function png(): string {
  const path = `${FOLDER}/good.png`;
  ffmpeg("-f", "lavfi", "-i", "testsrc2=size=48x32", "-frames:v", "1", "-update", "1", path);
  return path;
}

const VICTIMS: Readonly<Record<string, Victim>> = {
  mp4: { good: mp4, read: (path) => readTracks(path, "video", "audio") },
  "fragments.mp4": { good: fragmented, read: (path) => readTracks(path, "video", "audio") },
  webm: { good: webm, read: (path) => readTracks(path, "video", "audio") },
  ogg: { good: () => input("good.ogg", "-c:a", "libopus", "-b:a", "64k"), read: (path) => readTracks(path, "audio") },
  y4m: { good: y4m, read: readPictures },
  png: { good: png, read: readPictures },
};

type Random = (below: number) => number;

/** Numbers that deceive where a length, a count or a time is expected. */
const HOSTILE = [0, 1, 8, 0x7f, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff];

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

for (const [name, { good, read }] of Object.entries(VICTIMS)) {
  Deno.test(`${RUNS} spoiled files as ${name} are played or refused by name, in bounded time and memory`, async () => {
    const bytes = Deno.readFileSync(good());
    const path = `${FOLDER}/spoiled.${name}`;
    let seed = 1;
    const random: Random = (below) => (seed = (seed * 48_271) % 0x7fffffff) % below;
    const peak = peakBytes();
    const outcomes = { played: 0, refused: 0 };
    for (let run = 0; run < RUNS; run++) {
      Deno.writeFileSync(path, SPOILERS[run % SPOILERS.length](bytes, random));
      const before = process.cpuUsage();
      try {
        await read(path);
        outcomes.played++;
      } catch (error) {
        assertRefused(error, run, name === "y4m" ? '"cat"' : path);
        outcomes.refused++;
      }
      const { user, system } = process.cpuUsage(before);
      const tookMs = (user + system) / 1000;
      assert.ok(tookMs < MOST_MS, `run ${run} took ${tookMs} ms`);
    }
    const grown = peakBytes() - peak;
    assert.ok(grown < MOST_BYTES, `${grown} bytes more`);
    assert.ok(outcomes.played > 0 && outcomes.refused > 0, JSON.stringify(outcomes));
  });
}

/** A track that is gone is told with those that are there. */
function assertRefused(error: unknown, run: number, culprit: string): void {
  const { code, message } = error as { code?: string; message: string };
  const isTold = (code === "InvalidMedia" || code === "PortNotFound") && message.includes(culprit);
  if (!isTold) throw new Error(`run ${run}: ${message}`, { cause: error });
}
