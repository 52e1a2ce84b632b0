/** Files that are damaged in their middle: what lies behind is read, the gap is flagged, and what is lost is said. */
import assert from "node:assert/strict";
import * as mediabunny from "mediabunny";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { damaged, DAMAGES, ffmpeg, FOLDER, mp4, play, probe, withoutLength } from "./fixtures/media_files.ts";
import { MediaFile } from "./media_file.ts";
import { readMediaInfo } from "./media_info.ts";

const NOISE = ["-f", "lavfi", "-i", "anoisesrc=sample_rate=48000:amplitude=0.3:seed=1"];

const FILM = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25"];
const VP9 = [
  "-c:v",
  "libvpx-vp9",
  "-crf",
  "32",
  "-b:v",
  "0",
  "-b:a",
  "64k",
  "-g",
  "50",
  "-deadline",
  "realtime",
  "-cpu-used",
  "8",
];

/** How ffmpeg makes a file of each container. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  "damaged.aac": [...NOISE, "-c:a", "aac", "-b:a", "128k"],
  "damaged.ts": [...FILM, ...NOISE, "-c:v", "libx264", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac"],
  "damaged.mkv": [...FILM, ...NOISE, "-c:v", "libx264", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac"],
  "damaged.webm": [...FILM, ...NOISE, ...VP9, "-c:a", "libopus"],
  "damaged.ogg": [...NOISE, "-c:a", "libopus", "-b:a", "96k", "-page_duration", "200000"],
  "damaged.flac": [...NOISE, "-c:a", "flac", "-sample_fmt", "s16", "-frame_size", "1024"],
  "damaged.mp3": [...NOISE, "-c:a", "libmp3lame", "-b:a", "128k"],
};

const known = new Set<string>();

function made(name: string, seconds: number): string {
  const path = `${FOLDER}/${seconds}-${name}`;
  if (!known.has(path)) ffmpeg(...FILES[name], "-t", String(seconds), path);
  known.add(path);
  return path;
}

/** Packets of each track, how many of them are flagged as behind a gap, and what is left out. */
async function read(path: string) {
  using file = await MediaFile.open(mediabunny, path);
  const packets: number[] = [];
  let gaps = 0;
  for (const track of file.tracks.values()) {
    let count = 0;
    for (await track.seek(0, Infinity); track.next !== undefined; await track.advance()) {
      count++;
      if (track.next.after !== undefined) gaps++;
    }
    packets.push(count);
  }
  return { packets, gaps, lost: file.mended.lostBytes };
}

/** Packets of each track as ffmpeg reads them. */
function wanted(path: string): number[] {
  // MPEG-TS has its streams in a program, too.
  const lines = probe(path, "stream=index,nb_read_packets", "-v", "quiet", "-count_packets");
  return [...new Set(lines)].map((line) => Number(line.split(",")[1]));
}

async function assertRead(path: string): Promise<void> {
  const { packets, gaps, lost } = await read(path);
  const most = wanted(path);
  for (const [index, count] of packets.entries()) {
    assert.ok(count >= 0.9 * most[index], `${packets} of ${most}: ${path}`);
  }
  assert.equal(packets.length, most.length);
  // What is lost before the first packet makes no gap.
  assert.ok((gaps >= 1 || path.includes("-10-")) && gaps <= 4 * packets.length, `${gaps} gaps: ${path}`);
  assert.ok(lost > 0 && lost < 100_000, `${lost} bytes lost: ${path}`);
}

for (const name of Object.keys(FILES)) {
  Deno.test(`MediaFile reads ${name} behind random bytes in its middle, and says what is lost`, async () => {
    const whole = made(name, 2);
    const { packets, lost } = await read(whole);
    assert.deepEqual([packets.every((count) => count > 40), lost], [true, 0]);
    assert.equal((await readMediaInfo(whole)).damage, undefined);
    const path = damaged(whole, 0.4, "random", 1000);
    await assertRead(path);
    assert.match((await readMediaInfo(path)).damage!, /^[\d,]+ bytes (in \d places, the first )?at byte [\d,]+$/);
  });

  rare(Deno.test)(
    `MediaFile reads 90 % of what ffmpeg reads of ${name}, wherever and however it is damaged`,
    async () => {
      const whole = made(name, 10);
      for (const share of [0.1, 0.4, 0.9]) {
        for (const kind of DAMAGES) await assertRead(damaged(whole, share, kind, 3000));
      }
    },
  );
}

Deno.test("MediaSource flags the first packet behind damage", async () => {
  const path = damaged(made("damaged.aac", 2), 0.4, "removed", 1000);
  const { audio_0: packets } = await play({ path }, "audio_0");
  assert.deepEqual(packets.filter(({ discontinuity }) => discontinuity).map(({ ptsNs }) => Math.round(ptsNs / 1e8)), [
    8,
  ]);
});

Deno.test("MediaSource leaves out a picture of MP4 that it cannot read, counts it, and flags the next one", async () => {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path: withoutLength(mp4(), 10) }));
  source.addOutput("video");
  await source.run();
  const pictures = source.takeEncoded("video_0");
  assert.deepEqual([pictures.length, pictures.findIndex(({ discontinuity }) => discontinuity)], [24, 10]);
  assert.equal(source.figures?.lostPackets, 1);
});

/** A second of 25 pictures whose clock begins at a time. */
function recorded(name: string, startSeconds: number, seconds = 1): string {
  const path = `${FOLDER}/${name}.ts`;
  const codec = ["-c:v", "libx264", "-bf", "2", "-g", "25", "-pix_fmt", "yuv420p"];
  ffmpeg(...FILM, "-t", String(seconds), ...codec, "-output_ts_offset", String(startSeconds), path);
  return path;
}

const JOINTS: Readonly<Record<string, readonly [first: number, second: number]>> = {
  "back to the start": [0, 0],
  "by 5,000 s": [0, 5000],
  "back by 5,000 s": [5000, 0],
};

for (const [what, starts] of Object.entries(JOINTS)) {
  const register = starts[0] === starts[1] ? Deno.test : rare(Deno.test);
  register(`MediaFile has pictures of MPEG-TS go on where times jump ${what}`, async () => {
    const parts = starts.map((start) => Deno.readFileSync(recorded(`joined-${start}`, start)));
    const path = `${FOLDER}/joined.ts`;
    Deno.writeFileSync(path, Uint8Array.from([...parts[0], ...parts[1]]));
    const { video_0: pictures } = await play({ path }, "video_0");
    const times = pictures.map(({ ptsNs }) => Math.round(ptsNs / 4e7)).sort((a, b) => a - b);
    assert.deepEqual(times, Array.from({ length: 50 }, (_, index) => index));
    assert.deepEqual(pictures.flatMap(({ discontinuity }, index) => discontinuity ? [index] : []), [25]);
    assert.equal((await readMediaInfo(path)).durationSeconds, 2);
  });
}

Deno.test("MediaFile goes on where the clock of MPEG-TS begins anew", async () => {
  const path = recorded("wrapped", 2 ** 33 / 90_000 - 1.5, 2);
  const { video_0: pictures } = await play({ path }, "video_0");
  assert.deepEqual([pictures.length, pictures.filter(({ discontinuity }) => discontinuity).length], [50, 0]);
  assert.ok(Math.abs(Math.max(...pictures.map(({ ptsNs }) => ptsNs)) - 1.96e9) < 1e6);
});

/** Noise in Opus. */
function opus(seconds: number, channels: number): Uint8Array {
  const path = `${FOLDER}/link-${seconds}-${channels}.ogg`;
  ffmpeg(...NOISE, "-t", String(seconds), "-ac", String(channels), "-c:a", "libopus", "-b:a", "64k", path);
  return Deno.readFileSync(path);
}

function chained(name: string, ...links: readonly Uint8Array[]): string {
  const path = `${FOLDER}/${name}.ogg`;
  Deno.writeFileSync(path, Uint8Array.from(links.flatMap((link) => [...link])));
  return path;
}

Deno.test("MediaFile plays the links of chained Ogg one after another, to the sample", async () => {
  const path = chained("chained", opus(2, 1), opus(1, 1));
  const { audio_0: packets } = await play({ path }, "audio_0");
  const heard = packets.filter(({ decodeOnly }) => !decodeOnly);
  const flagged = packets.filter(({ discontinuity }) => discontinuity);
  assert.equal(flagged.length, 1);
  const { durationSeconds, recordings, tracks } = await readMediaInfo(path);
  assert.ok(Math.abs(durationSeconds! - 3) < 1e-4 && Math.abs(tracks[0].durationSeconds! - 3) < 1e-4);
  assert.equal(recordings, 2);
  let endNs = heard[0].ptsNs;
  for (const { ptsNs, durationNs } of heard) {
    assert.ok(Math.abs(ptsNs - endNs) < 100, `${ptsNs} after ${endNs}`);
    endNs = ptsNs + durationNs;
  }
  assert.ok(Math.abs(endNs - 3e9) < 1e5, `${endNs}`);
});

Deno.test("MediaFile plays links of chained Ogg with other channels, and says so", async () => {
  for (
    const [first, second, told] of [[1, 2, "2 channels, which are played as 1"], [
      2,
      1,
      "1 channel, which is played as 2",
    ]]
  ) {
    const path = chained("changed", opus(2, Number(first)), opus(1, Number(second)));
    const { durationSeconds, damage, recordings, faults, tracks } = await readMediaInfo(path);
    assert.ok(Math.abs(durationSeconds! - 3) < 1e-4, `${durationSeconds}`);
    assert.deepEqual([recordings, damage, tracks[0].channels], [2, undefined, first]);
    const at = opus(2, Number(first)).length;
    assert.deepEqual(faults, [`from byte ${at} on, it has ${told}`]);
    const { audio_0: packets } = await play({ path }, "audio_0");
    assert.equal(packets.filter(({ discontinuity }) => discontinuity).length, 1);
  }
});

Deno.test("MediaFile leaves links of chained Ogg with another codec out, says so, and ends those before them in time", async () => {
  const foreign = `${FOLDER}/foreign-link.ogg`;
  ffmpeg(...NOISE, "-t", "1", "-c:a", "flac", "-sample_fmt", "s16", foreign);
  const left = Deno.readFileSync(foreign);
  for (const [links, seconds] of [[[opus(2, 1), left], 2], [[opus(2, 1), left, opus(1, 1)], 3]] as const) {
    const path = chained("foreign", ...links);
    const { durationSeconds, damage, recordings = 1, faults } = await readMediaInfo(path);
    assert.ok(Math.abs(durationSeconds! - seconds) < 1e-4, `${durationSeconds}`);
    const [at, bytes] = [links[0].length, left.length];
    assert.equal(damage, `${bytes.toLocaleString("en")} bytes at byte ${at.toLocaleString("en")}`);
    const why = "it has another codec in place of Opus of 1 channel, which is left out";
    assert.deepEqual([recordings, faults], [seconds - 1, [`from byte ${at} on, ${why}`]]);
    const { ptsNs, durationNs } = (await play({ path }, "audio_0")).audio_0.at(-1)!;
    assert.ok(Math.abs(ptsNs + durationNs - seconds * 1e9) < 1e5, `${ptsNs} and ${durationNs}`);
  }
});

/** Bits that damage sets in the head of a block: in the number of its track, and in its flags, which tell the lacing. */
const HEADS: Readonly<Record<string, readonly [offset: number, bits: number]>> = {
  "of a track that there is not": [0, 0x04],
  "whose lacing does not fit": [3, 0x06],
};

for (const [what, [offset, bits]] of Object.entries(HEADS)) {
  Deno.test(`MediaFile leaves out a block of Matroska ${what}, and says so`, async () => {
    const whole = made("damaged.mkv", 2);
    const bytes = Deno.readFileSync(whole);
    // ffprobe tells where a block begins: with the number of its track.
    const [size, at] = probe(whole, "packet=pos,size", "-select_streams", "v")[10].split(",").map(Number);
    assert.deepEqual([bytes[at], bytes[at + 3] & 0x06], [0x81, 0]);
    bytes[at + offset] |= bits;
    const path = `${FOLDER}/head-${offset}.mkv`;
    Deno.writeFileSync(path, bytes);
    const [before, after] = [await read(whole), await read(path)];
    assert.equal(after.packets[0], before.packets[0] - 1);
    assert.equal(after.packets[1], before.packets[1]);
    assert.ok(after.gaps >= 1 && after.lost >= size && after.lost < size + 16, `${after.lost} of ${size}`);
    assert.match((await readMediaInfo(path)).damage!, /^[\d,]+ bytes at byte [\d,]+$/);
  });
}
