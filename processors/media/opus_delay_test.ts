/** What of Opus is decoded and not heard, at its start and its end, in each container; ffmpeg is the judge. */
import assert from "node:assert/strict";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { nodes } from "../../sluice.gen.ts";
import { type EncodedOutput, ProcessorHarness } from "../../testing.ts";
import { type EbmlElement, elementsIn } from "./ebml.ts";
import { clicks, opusClicks, SOUND_NS, SOUND_SAMPLES } from "./fixtures/clicks.ts";
import { carry, decode, FOLDER, play, probe } from "./fixtures/media_files.ts";

const CONTAINERS = ["ogg", "mkv", "webm", "mp4"] as const;
const PRE_SKIP_NS = 6.5e6;

/** Elements that hold others, on the way to what is looked for: segment, tracks, track, cluster, group of a block. */
const PARENTS: readonly number[] = [0x18538067, 0x1654ae6b, 0xae, 0x1f43b675, 0xa0];
const [CODEC_DELAY, SEEK_PREROLL, DISCARD_PADDING] = [0x56aa, 0x56bb, 0x75a2];

/** The numbers that a Matroska file says of sound that is not heard, by the ids of their elements. */
function unheardOf(path: string): Record<number, number[]> {
  const bytes = Deno.readFileSync(path);
  const read = (start: number, end: number) => bytes.subarray(start, end);
  const found: Record<number, number[]> = {};
  const visit = ({ id, content, end = bytes.length }: EbmlElement) => {
    if (PARENTS.includes(id)) {
      for (const child of elementsIn(read, content, Math.min(end, bytes.length))) {
        visit(child);
      }
    }
    if (![CODEC_DELAY, SEEK_PREROLL, DISCARD_PADDING].includes(id)) return;
    (found[id] ??= []).push(bytes.subarray(content, end).reduce((value, byte) => value * 256 + byte, 0));
  };
  for (const element of elementsIn(read, 0, bytes.length)) visit(element);
  return found;
}

/** Asserts that packets follow each other without gaps, and gives the start of the first and the end of the last, seconds. */
function spanOf(packets: readonly EncodedOutput[]): [number, number] {
  packets.slice(1).forEach(({ ptsNs }, k) => assert.equal(ptsNs, packets[k].ptsNs + packets[k].durationNs, `${k + 1}`));
  const last = packets.at(-1)!;
  return [packets[0].ptsNs, last.ptsNs + last.durationNs];
}

for (const extension of CONTAINERS) {
  Deno.test(`MediaSource gives Opus of ${extension} from its pre-skip to its last sample`, async () => {
    const { audio_0: packets } = await play({ path: opusClicks(extension) }, "audio_0");
    assert.deepEqual(spanOf(packets), [-PRE_SKIP_NS, SOUND_NS]);
    assert.ok(packets.every(({ ptsNs, dtsNs }) => ptsNs === dtsNs));
  });

  Deno.test(`MediaSource leads up to a place in Opus of ${extension} with 80 ms that are only decoded`, async () => {
    const config = { path: opusClicks(extension), positionSeconds: 0.7 };
    const { audio_0: packets } = await play(config, "audio_0");
    const heard = packets.findIndex(({ decodeOnly }) => !decodeOnly);
    assert.ok(heard >= 4, `${heard} packets of 20 ms`);
    assert.deepEqual([packets[heard].ptsNs, spanOf(packets)[1]], [-6.5e6, SOUND_NS - 0.7e9]);
  });
}

Deno.test("MediaSource gives packets of 2.5 ms their duration, which Matroska rounds away", async () => {
  const path = clicks(
    "short.mkv",
    "-c:a",
    "libopus",
    "-b:a",
    "96k",
    "-frame_duration",
    "2.5",
    "-application",
    "lowdelay",
  );
  const { audio_0: packets } = await play({ path }, "audio_0");
  assert.deepEqual(spanOf(packets), [-2.5e6, SOUND_NS]);
  assert.equal(packets[10].durationNs, 2.5e6);
});

for (const [from, to] of [["mkv", "mkv"], ["mkv", "ogg"], ["ogg", "webm"], ["mp4", "mkv"], ["webm", "mp4"]] as const) {
  Deno.test(`MediaSink copies Opus from ${from} to ${to}: no sample is moved, and no padding is heard`, async () => {
    const path = `${FOLDER}/opus-${from}.${to}`;
    await carry(opusClicks(from), { path }, ["audio_0"]);
    const [found, wanted] = [decode(path, "a"), decode(opusClicks("ogg"), "a")];
    assert.equal(wanted.length, 4 * SOUND_SAMPLES);
    assert.deepEqual(found.subarray(0, wanted.length), wanted);
    // ffmpeg 5 plays the last packet of MP4 to its end, in files of its own too.
    assert.equal(found.length, to === "mp4" ? decode(opusClicks("mp4"), "a").length : wanted.length);
    const [again, before] = await Promise.all([path, opusClicks("ogg")].map((each) => play({ path: each }, "audio_0")));
    assert.deepEqual(again, before);
  });
}

Deno.test("MediaSink says in Matroska what ffmpeg says there of Opus that is not heard", async () => {
  const path = `${FOLDER}/opus-said.mkv`;
  await carry(opusClicks("mkv"), { path }, ["audio_0"]);
  assert.deepEqual(unheardOf(path), unheardOf(opusClicks("mkv")));
  assert.deepEqual(unheardOf(path)[CODEC_DELAY], [PRE_SKIP_NS]);
});

Deno.test("MediaSource takes padding that stands before its block, as GStreamer writes it", async () => {
  const bytes = Deno.readFileSync(opusClicks("webm"));
  const read = (start: number, end: number) => bytes.subarray(start, end);
  const padding = bytes.findLastIndex((byte, at) => byte === DISCARD_PADDING >> 8 && bytes[at + 1] === 0xa2);
  const [{ end }] = elementsIn(read, padding, bytes.length);
  const isGroup = (at: number) => {
    const [group] = bytes[at] === 0xa0 ? elementsIn(read, at, bytes.length) : [];
    return group !== undefined && group.content < padding && group.end === end;
  };
  const group = bytes.findLastIndex((_, at) => at < padding && isGroup(at));
  const [{ content }] = elementsIn(read, group, bytes.length);
  const turned = [...bytes.slice(padding, end), ...bytes.slice(content, padding)];
  bytes.set(turned, content);
  const path = `${FOLDER}/padding-first.webm`;
  Deno.writeFileSync(path, bytes);
  const { audio_0: packets } = await play({ path }, "audio_0");
  assert.deepEqual(spanOf(packets), [-PRE_SKIP_NS, SOUND_NS]);
});

Deno.test("MediaSource ends sound at its end, within a packet, and MediaSink the file", async () => {
  const path = `${FOLDER}/opus-to.mkv`;
  await carry({ path: opusClicks("mkv"), endSeconds: 0.75 }, { path }, ["audio_0"]);
  assert.equal(decode(path, "a").length, 4 * 0.75 * 48_000);
});

Deno.test("MediaSource begins with the first sample of Opus that begins late, or in MP4 without an edit list", async () => {
  const late = clicks("late.mkv", "-c:a", "libopus", "-b:a", "96k", "-output_ts_offset", "0.5");
  const { audio_0: packets } = await play({ path: late }, "audio_0");
  const [{ ptsNs, dtsNs, durationNs }] = packets;
  assert.deepEqual([ptsNs - dtsNs, ptsNs + durationNs - dtsNs], [PRE_SKIP_NS, 20e6]);
  assert.ok(ptsNs > 0.48e9, `${ptsNs}`);
  const bytes = Deno.readFileSync(opusClicks("mp4"));
  const edits = bytes.findIndex((_, at) => String.fromCharCode(...bytes.subarray(at, at + 4)) === "edts");
  bytes.set(new TextEncoder().encode("free"), edits);
  const path = `${FOLDER}/no-edits.mp4`;
  Deno.writeFileSync(path, bytes);
  const [first] = (await play({ path }, "audio_0")).audio_0;
  assert.deepEqual([first.ptsNs, first.dtsNs, first.durationNs], [PRE_SKIP_NS, 0, 13.5e6]);
});

for (const extension of ["ogg", "mkv"] as const) {
  Deno.test(`MediaSink begins a file at a place in Opus with the sample there, in ${extension}`, async () => {
    const path = `${FOLDER}/opus-from.${extension}`;
    await carry({ path: opusClicks("mkv"), positionSeconds: 0.3 }, { path }, ["audio_0"]);
    const samples = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);
    const [found, whole] = [samples(decode(path, "a")), samples(decode(opusClicks("ogg"), "a"))];
    const wanted = whole.subarray(0.3 * 48_000);
    assert.equal(found.length, wanted.length);
    assert.ok(found.every((sample, k) => Math.abs(sample - wanted[k]) < 0.05));
  });
}

Deno.test("MediaSink keeps pictures and Opus of Matroska in their times", async () => {
  const film = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=64x48:rate=25:duration=1",
    "-c:v",
    "libx264",
    "-pix_fmt",
    "yuv420p",
  ];
  const from = clicks("film.mkv", ...film, "-c:a", "libopus", "-b:a", "96k");
  const path = `${FOLDER}/film-copy.mkv`;
  await carry(from, { path }, ["video_0", "audio_0"]);
  assert.deepEqual(decode(path, "a"), decode(from, "a"));
  for (const kind of ["v", "a"]) {
    const times = (file: string) => probe(file, "packet=pts_time", "-select_streams", kind).map(Number);
    const [found, wanted] = [times(path), times(from)];
    assert.equal(found.length, wanted.length);
    // Times of both are rounded to milliseconds.
    assert.ok(
      found.every((time, k) => Math.abs(time - wanted[k]) < 0.0016),
      `${kind}: ${found[0]}, wanted ${wanted[0]}`,
    );
  }
});

/** The packets of a loop over Opus. */
async function rounds(count: number): Promise<EncodedOutput[]> {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path: opusClicks("webm"), loop: true }));
  source.addOutput("audio");
  const packets: EncodedOutput[] = [];
  while (packets.length < count) {
    await source.run(1);
    packets.push(...source.takeEncoded("audio_0"));
  }
  return packets.slice(0, count);
}

/** Gives a sink packets with all of their times, and what it wrote is complete. */
async function write(path: string, packets: readonly EncodedOutput[]): Promise<void> {
  await using sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, { connect: ["audio_0"] });
  for (const { bytes, codec, ptsNs, dtsNs, durationNs, decodeOnly, discontinuity } of packets) {
    sink.push<EncodedFrame>("audio_0", { codec, maxBytes: bytes.length }, (frame) => {
      frame.bytes.set(bytes);
      Object.assign(frame, { ptsNs, dtsNs, durationNs, decodeOnly, discontinuity });
    });
  }
  sink.end();
  await sink.run();
  assert.equal(sink.figures?.lateFrames, 0);
}

Deno.test("MediaSink writes each packet of each round of a loop", async () => {
  const path = `${FOLDER}/opus-rounds.mkv`;
  const packets = await rounds(120);
  await write(path, packets);
  assert.equal(probe(path, "packet=pts_time").length, packets.length);
});

for (const extension of ["ogg", "mkv", "mp4"]) {
  Deno.test(`MediaSink begins Opus that begins late with its first sample that is heard, in ${extension}`, async () => {
    const path = `${FOLDER}/opus-late.${extension}`;
    const { audio_0: packets } = await play({ path: opusClicks("ogg") }, "audio_0");
    // 10 ms of the first packet are not heard, which lies a second after the start of the graph.
    const moved = packets.map((packet) => ({ ...packet, ptsNs: packet.ptsNs + 1e9, dtsNs: packet.ptsNs + 1e9 }));
    await write(path, [{ ...moved[0], ptsNs: moved[0].ptsNs + 10e6, durationNs: 10e6 }, ...moved.slice(1)]);
    const [found, whole] = [decode(path, "a"), decode(opusClicks("ogg"), "a")];
    const wanted = whole.subarray(4 * 48 * 3.5);
    assert.deepEqual(found.subarray(0, wanted.length), wanted);
  });
}

Deno.test("MediaSource begins each round of Opus with the place: what is before it is in no time of the one before", async () => {
  const packets = await rounds(110);
  const second = packets.findIndex(({ discontinuity }) => discontinuity);
  const { ptsNs, dtsNs, durationNs } = packets[second];
  assert.deepEqual([ptsNs, dtsNs, durationNs], [SOUND_NS, SOUND_NS - PRE_SKIP_NS, 13.5e6]);
  assert.deepEqual(packets.flatMap(({ discontinuity }, k) => discontinuity ? [k] : []), [second, 2 * second]);
  assert.equal(spanOf(packets)[0], -PRE_SKIP_NS);
});
