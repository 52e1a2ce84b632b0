/** FLAC that is damaged, cut off, joined, or whose header is wrong: each sample that is there stands where it stood. */
import assert from "node:assert/strict";
import * as mediabunny from "mediabunny";
import { carry, damaged, DAMAGES, decode, ffmpeg, FOLDER } from "./fixtures/media_files.ts";
import { frameEnd, frameSum, readWholeHeader, renumberedHeader } from "./flac_frame.ts";
import { MediaFile } from "./media_file.ts";
import { readMediaInfo } from "./media_info.ts";
import { mendFlac } from "./mend_flac.ts";

const RATE_HZ = 48_000;
const BLOCK = 1024;
const BLOCKS = 96;
const SAMPLES = BLOCKS * BLOCK;

let made: string | undefined;

/** Noise, in blocks of one size. */
function noise(): string {
  if (made !== undefined) return made;
  made = `${FOLDER}/noise.flac`;
  const source = `anoisesrc=sample_rate=${RATE_HZ}:amplitude=0.3:seed=1`;
  ffmpeg("-f", "lavfi", "-i", source, "-t", "2.048", "-sample_fmt", "s16", "-frame_size", String(BLOCK), made);
  return made;
}

function written(name: string, bytes: Uint8Array): string {
  const path = `${FOLDER}/${name}.flac`;
  Deno.writeFileSync(path, bytes);
  return path;
}

function changed(name: string, change: (bytes: Uint8Array) => void): string {
  const bytes = Deno.readFileSync(noise());
  change(bytes);
  return written(name, bytes);
}

/** The samples of a copy, which ffmpeg decodes. */
async function copied(path: string): Promise<Float32Array> {
  const copy = path.replace(/\.flac$/, "-copy.flac");
  await carry(path, { path: copy, overwrite: true }, ["audio_0"]);
  return new Float32Array(decode(copy, "a").slice().buffer);
}

function wanted(): Float32Array {
  return new Float32Array(decode(noise(), "a").slice().buffer);
}

/** Where sounds of one length first and last differ. */
function difference(found: Float32Array, from: Float32Array): readonly [first: number, last: number] {
  assert.equal(found.length, from.length);
  const differs = (sample: number, at: number) => sample !== from[at];
  return [found.findIndex(differs), found.findLastIndex(differs)];
}

for (const kind of DAMAGES) {
  Deno.test(`MediaFile keeps all samples of FLAC in their place around bytes that are ${kind}`, async () => {
    const path = damaged(noise(), 0.4, kind, 1000);
    const [first, last] = difference(await copied(path), wanted());
    assert.ok(first > 0.35 * SAMPLES && last - first < 3 * BLOCK && last < 0.45 * SAMPLES, `${first} to ${last}`);
  });
}

/** The same frames, with headers that count samples. */
function countedBySamples(bytes: Uint8Array): Uint8Array {
  const starts: number[] = [];
  for (let at = 42; at < bytes.length; at++) {
    if (bytes[at] === 0xff && readWholeHeader(bytes.subarray(at, at + 16))?.number === starts.length) starts.push(at);
  }
  const frames = starts.map((start, index) => {
    const frame = bytes.slice(start, starts[index + 1] ?? bytes.length);
    const header = readWholeHeader(frame)!;
    frame[1] |= 1;
    const head = [...renumberedHeader(frame, header, index * BLOCK), ...frame.subarray(header.length + 1, -2)];
    return [...head, ...frameEnd(frameSum(Uint8Array.from(head)))];
  });
  return Uint8Array.from([...bytes.subarray(0, starts[0]), ...frames.flat()]);
}

Deno.test("MediaFile keeps all samples of FLAC in their place whose headers count samples", async () => {
  const whole = written("counted", countedBySamples(Deno.readFileSync(noise())));
  // ffmpeg takes these sums and numbers to be right.
  ffmpeg("-xerror", "-err_detect", "crccheck", "-i", whole, "-f", "null", "-");
  assert.equal((await readMediaInfo(whole)).damage, undefined);
  const [first, last] = difference(await copied(damaged(whole, 0.4, "removed", 1000)), wanted());
  assert.ok(first > 0.35 * SAMPLES && last - first < 3 * BLOCK, `${first} to ${last}`);
});

Deno.test("MediaFile plays FLAC that is cut off up to its last whole frame, and says so", async () => {
  const path = written("cut", Deno.readFileSync(noise()).slice(0, -500));
  const { durationSeconds, part, damage } = await readMediaInfo(path);
  assert.deepEqual([durationSeconds, part, damage], [95 * BLOCK / RATE_HZ, "97,280 of 98,304 samples", undefined]);
  const found = await copied(path);
  assert.deepEqual(difference(found, wanted().subarray(0, -BLOCK)), [-1, -1]);
});

for (const size of [43, 5000, 8300]) {
  Deno.test(`MediaFile refuses FLAC of which ${size} bytes are there, and no sound`, async () => {
    const path = written("head", Deno.readFileSync(noise()).slice(0, size));
    await assert.rejects(readMediaInfo(path), {
      code: "InvalidMedia",
      message: new RegExp(`head\\.flac": it is damaged, or cut off: its ${size} bytes have no whole frame of sound; `),
    });
  });
}

function withTotal(samples: number): string {
  return changed(`total-${samples}`, (bytes) => {
    bytes[21] = (bytes[21] & 0xf0) | Math.floor(samples / 2 ** 32);
    new DataView(bytes.buffer).setUint32(22, samples % 2 ** 32);
  });
}

const TOTALS: Readonly<Record<number, Partial<Record<"part" | "told", string>>>> = {
  0: {},
  48_000: { told: "its header tells 48,000 samples, and it has 98,304: all of them are read" },
  200_000: { part: "98,304 of 200,000 samples" },
  [2 ** 36 - 1]: { part: "98,304 of 68,719,476,735 samples" },
};

for (const [total, { part, told }] of Object.entries(TOTALS)) {
  Deno.test(`MediaFile reads all of FLAC whose header tells ${total} of 98304 samples`, async () => {
    const path = withTotal(Number(total));
    const info = await readMediaInfo(path);
    assert.deepEqual([info.durationSeconds, info.damage, info.part], [2.048, undefined, part]);
    using file = await MediaFile.open(mediabunny, path);
    assert.deepEqual(file.mended.told ?? [], told === undefined ? [] : [told]);
    assert.deepEqual(difference(await copied(path), wanted()), [-1, -1]);
  });
}

Deno.test("MediaFile reads FLAC whose metadata is damaged", async () => {
  const path = changed("metadata", (bytes) => bytes[45] ^= 0x40);
  const { damage } = await readMediaInfo(path);
  assert.match(damage!, /^8,\d{3} bytes at byte 42$/);
  assert.deepEqual(difference(await copied(path), wanted()), [-1, -1]);
});

Deno.test("MediaFile reads FLAC whose header tells another rate than its frames", async () => {
  const path = changed("rate", (bytes) => bytes[18] ^= 0x10);
  assert.equal((await readMediaInfo(path)).tracks[0].sampleRateHz, RATE_HZ);
  assert.deepEqual(difference(await copied(path), wanted()), [-1, -1]);
});

Deno.test("MediaFile plays FLAC files that were joined one after another", async () => {
  const bytes = Deno.readFileSync(noise());
  const path = written("joined", Uint8Array.from([...bytes, ...bytes]));
  const { durationSeconds, recordings, damage } = await readMediaInfo(path);
  assert.deepEqual([durationSeconds, recordings, damage], [4.096, 2, undefined]);
  const found = await copied(path);
  assert.deepEqual(difference(found, Float32Array.from([...wanted(), ...wanted()])), [-1, -1]);
});

Deno.test("mendFlac() leaves a file that is whole as it is, and takes no tag for sound", async () => {
  const bytes = Deno.readFileSync(noise());
  const mend = (file: Uint8Array) => mendFlac((start, end) => file.subarray(start, end), file.length);
  assert.equal(await mend(bytes), undefined);
  const tag = new Uint8Array(128);
  tag.set(new TextEncoder().encode("TAG"));
  const view = await mend(Uint8Array.from([...bytes, ...tag]));
  assert.deepEqual([view!.size, view!.lostBytes, view!.part], [bytes.length, 0, undefined]);
});
