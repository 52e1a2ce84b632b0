import assert from "node:assert/strict";
import fc from "fast-check";
import * as mediabunny from "mediabunny";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { PartialFile } from "../file/partial_file.ts";
import { carry, decode, FOLDER, input, mp4, play, probe, push } from "./fixtures/media_files.ts";
import { boxesIn } from "./mp4_check.ts";
import { Mp4Index } from "./mp4_index.ts";
import { NumberList, RunList } from "./number_list.ts";
import { Recording } from "./recording.ts";
import { pcmTrack } from "./track_format.ts";
import { forgetWritten } from "./written_samples.ts";

const PORTS = ["video_0", "audio_0"];

/** The boxes at the top of a file. */
function topOf(path: string): { type: string; at: number; bytes: Uint8Array }[] {
  const file = Deno.readFileSync(path);
  let at = 0;
  return [...boxesIn((start, end) => file.subarray(start, end), 0, file.length)].map(({ type, end }) => {
    const from = at;
    at = end;
    return { type, at: from, bytes: file.subarray(from, end) };
  });
}

/** What boxes of a file hold, by the types that lead to them. */
function boxesAt(path: string, ...types: readonly string[]): DataView[] {
  const file = Deno.readFileSync(path);
  let places = [{ start: 0, end: file.length }];
  for (const wanted of types) {
    places = places.flatMap(({ start, end }) =>
      [...boxesIn((from, to) => file.subarray(from, to), start, end)].filter(({ type }) => type === wanted)
    );
  }
  return places.map(({ start, end }) => new DataView(file.buffer, start, end - start));
}

/** The same film in fragments. */
async function fragmented(name: string): Promise<string> {
  const path = `${FOLDER}/${name}`;
  await carry(mp4(), { path, container: "fragmented-mp4" }, PORTS);
  return path;
}

/** An index of a file in fragments that lie so much further on. */
function indexOf(path: string, shift = 0): Mp4Index {
  const index = new Mp4Index([undefined, undefined]);
  for (const { type, at, bytes } of topOf(path)) {
    if (type === "moov") index.addHead(bytes, at);
    if (type === "moof") index.addFragment(bytes, at + shift);
  }
  return index;
}

Deno.test("MediaSink completes an MP4 file by writing its index alone, however much media there is", async () => {
  const path = `${FOLDER}/long.mp4`;
  const source = input("many.mp4", ..."-c:v libx264 -pix_fmt yuv420p -g 25 -b:v 4M -minrate 4M -c:a aac".split(" "));
  const { video_0: pictures } = await play({ path: source }, "video_0");
  const sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, { connect: ["video_0"] });
  for (let round = 0; round < 8; round++) {
    for (const picture of pictures) push(sink, "video_0", { ...picture, ptsNs: picture.ptsNs + round * 1e9 });
    await sink.run();
  }
  const before = Deno.statSync(`${path}.partial`).size;
  const { ino } = Deno.statSync(`${path}.partial`);
  const { writeSync } = Deno.FsFile.prototype;
  let written = 0;
  Deno.FsFile.prototype.writeSync = function (bytes) {
    const count = writeSync.call(this, bytes);
    if (this.statSync().ino === ino) written += count;
    return count;
  };
  try {
    sink.end();
    await sink.run();
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
  await sink.teardown();
  // What the last fragment has, and the index.
  const after = Deno.statSync(path).size;
  assert.ok(written <= after - before + 32, `${written} bytes were written, ${after - before} of them new`);
  assert.ok(after - before < before / 2, `${after - before} of ${before}`);
  assert.deepEqual(topOf(path).map(({ type }) => type), ["ftyp", "mdat", "moov"]);
  assert.equal(probe(path, "packet=pts_time", "-select_streams", "v").length, 8 * pictures.length);
  assert.deepEqual([...Deno.readDirSync(FOLDER)].filter(({ name }) => name.startsWith("long.mp4.")), []);
});

Deno.test("Mp4Index gives fragments beyond 4 GiB an index that ffmpeg decodes to the same", async () => {
  const [from, path, shift] = [await fragmented("far-from.mp4"), `${FOLDER}/far.mp4`, 2 ** 32];
  const [brand, head, ...rest] = topOf(from);
  {
    // The file is sparse.
    using file = Deno.openSync(path, { write: true, createNew: true });
    for (const { at, bytes } of [brand, head, ...rest.map((each) => ({ ...each, at: each.at + shift }))]) {
      file.seekSync(at, Deno.SeekMode.Start);
      file.writeSync(bytes);
    }
    await indexOf(from, shift).write(file, Deno.statSync(path).size);
  }
  assert.deepEqual(decode(path, "v"), decode(mp4(), "v"));
  const times = ["packet=pts_time,flags", "-select_streams", "v"] as const;
  assert.deepEqual(probe(path, ...times), probe(mp4(), ...times));
  Deno.removeSync(path);
});

Deno.test("Mp4Index leaves a file in fragments that plays if it is broken off before its last write", async () => {
  const path = await fragmented("half.mp4");
  const wanted = decode(path, "v");
  const whole = `${FOLDER}/half-whole.mp4`;
  Deno.copyFileSync(path, whole);
  {
    using file = Deno.openSync(whole, { write: true });
    await indexOf(path).write(file, Deno.statSync(path).size);
  }
  const [head] = topOf(path).filter(({ type }) => type === "moov");
  using file = Deno.openSync(whole, { write: true });
  file.seekSync(head.at, Deno.SeekMode.Start);
  file.writeSync(head.bytes);
  assert.deepEqual(picturesOf(whole), wanted);
});

/** The pictures of a file, whatever ffmpeg says of it. */
function picturesOf(path: string): Uint8Array {
  const { stdout } = new Deno.Command("ffmpeg", {
    args: [..."-v quiet -i".split(" "), path, ..."-map 0:v:0 -fps_mode passthrough -f rawvideo -".split(" ")],
  }).outputSync();
  return stdout;
}

Deno.test("Mp4Index leaves a file that plays at whatever write the power fails, in whatever order the disk writes", async () => {
  const path = await fragmented("power.mp4");
  const before = Deno.readFileSync(path);
  const wanted = decode(path, "v");
  const synced: { at: number; bytes: Uint8Array }[] = [];
  const pending: typeof synced = [];
  const left: Uint8Array[] = [];
  let place = 0;
  await indexOf(path).write({
    seekSync: (offset) => place = Number(offset),
    writeSync(bytes) {
      pending.push({ at: place, bytes: bytes.slice() });
      // Any of what was written since the disk was waited for may be there.
      for (let kept = 0; kept < 2 ** pending.length; kept++) {
        left.push(written(before, [...synced, ...pending.filter((_, k) => kept & 2 ** k)]));
      }
      place += bytes.length;
      return bytes.length;
    },
    syncData: () => Promise.resolve(void synced.push(...pending.splice(0))),
  }, before.length);
  assert.equal(left.length, 4);
  left.forEach((bytes, k) => {
    const found = `${FOLDER}/power-${k}.mp4`;
    Deno.writeFileSync(found, bytes);
    assert.deepEqual(picturesOf(found), wanted);
  });
});

/** A file after some writes. */
function written(before: Uint8Array, writes: readonly { at: number; bytes: Uint8Array }[]): Uint8Array {
  const bytes = new Uint8Array(Math.max(before.length, ...writes.map(({ at, bytes }) => at + bytes.length)));
  bytes.set(before);
  for (const write of writes) bytes.set(write.bytes, write.at);
  return bytes;
}

Deno.test("MediaSink keeps the times of tracks that begin apart, in the one index of an MP4 file", async () => {
  const played = await play({ path: mp4() }, ...PORTS);
  const path = `${FOLDER}/apart.mp4`;
  const sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, { connect: PORTS });
  for (const frame of played.audio_0) push(sink, "audio_0", frame);
  for (const frame of played.video_0) push(sink, "video_0", { ...frame, ptsNs: frame.ptsNs + 0.4e9 });
  sink.end();
  await sink.run();
  await sink.teardown();
  const [from, found] = [mp4(), path].map((file) =>
    probe(file, "packet=pts_time", "-select_streams", "v").map(Number).sort((a, b) => a - b)
  );
  assert.equal(found.length, from.length);
  found.forEach((time, k) => assert.ok(Math.abs(time - from[k] - 0.4) < 1e-4, `${time} for ${from[k]}`));
  assert.ok(Math.abs(Number(probe(path, "format=duration")[0]) - 1.4) < 0.03);
});

Deno.test("MediaSink keeps the times after a pause, in the one index of an MP4 file", async () => {
  const path = `${FOLDER}/paused.mp4`;
  const { video_0: pictures } = await play({ path: mp4() }, "video_0");
  const sink = await ProcessorHarness.create(nodes.mediaSink({ path }), {}, { connect: ["video_0"] });
  const pauses = [0, 0, 0.7e9, 1.1e9, 1.1e9];
  pauses.forEach((pauseNs, k) => {
    for (const frame of pictures) push(sink, "video_0", { ...frame, ptsNs: frame.ptsNs + k * 1e9 + pauseNs });
  });
  sink.end();
  await sink.run();
  await sink.teardown();
  const times = probe(path, "packet=pts_time", "-select_streams", "v").map(Number);
  const wanted = pauses.flatMap((pauseNs, k) => pictures.map(({ ptsNs }) => (ptsNs + pauseNs) / 1e9 + k));
  assert.equal(times.length, wanted.length);
  times.forEach((time, k) => assert.ok(Math.abs(time - wanted[k]) < 1e-4, `${time} for ${wanted[k]}`));
});

Deno.test("MediaSink says in the edit list of a track how much of it is shown, but what lies before time 0", async () => {
  const path = `${FOLDER}/priming.mp4`;
  await carry(mp4(), { path }, ["audio_0"]);
  const { audio_0: packets } = await play({ path: mp4() }, "audio_0");
  const [[movie], [media], [edits]] = [["mvhd"], ["trak", "mdia", "mdhd"], ["trak", "edts", "elst"]].map((types) =>
    boxesAt(path, "moov", ...types)
  );
  const [rate, duration] = [media.getUint32(12), media.getUint32(16)];
  const last = packets.at(-1)!;
  const skipped = Math.round(-packets[0].ptsNs * rate / 1e9);
  assert.deepEqual([rate, skipped], [48_000, 1024]);
  assert.equal(duration, Math.round((last.ptsNs + last.durationNs) * rate / 1e9) + skipped);
  // One edit, at the speed of the media, whose length is in units of the movie.
  const [version, count, shown, from, speed] = [0, 4, 8, 12, 16].map((at) => edits.getInt32(at));
  assert.deepEqual([version, count, from, speed], [0, 1, skipped, 0x10000]);
  assert.equal(shown, Math.round((duration - skipped) / rate * movie.getUint32(12)));
});

Deno.test("Recording completes the file where it is given up while it is completed", async () => {
  const path = `${FOLDER}/both.mp4`;
  const track = pcmTrack({ kind: "audio", sampleRateHz: 8000, channels: 2 }, "s16");
  const recording = new Recording(mediabunny, "mp4", PartialFile.claim(path), [track]);
  const bytes = Uint8Array.from({ length: 4 * 8000 }, (_, k) => k * 7);
  recording.add(0, { bytes, timeNs: 0, durationNs: 1e9, keyframe: true });
  const finished = recording.finish();
  assert.equal(await recording.abort(), false);
  assert.equal(await finished, undefined);
  assert.deepEqual([...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => /^both/.test(name)), [
    "both.mp4",
  ]);
  assert.deepEqual(probe(path, "stream=codec_name,duration_ts"), ["pcm_s16le,8000"]);
});

Deno.test("Recording leaves a file in fragments, and says why, where the disk has no room for its index", async () => {
  const path = `${FOLDER}/full.mp4`;
  const track = pcmTrack({ kind: "audio", sampleRateHz: 8000, channels: 1 }, "s16");
  const partial = PartialFile.claim(path);
  const recording = new Recording(mediabunny, "mp4", partial, [track]);
  const bytes = new Uint8Array(2 * 8000);
  recording.add(0, { bytes, timeNs: 0, durationNs: 1e9, keyframe: true });
  const { file } = partial;
  let heads = 0;
  let isFull = false;
  // Of this file alone: it goes with the recording.
  file.writeSync = (part) => {
    if (isFull) throw new Error("no space left on device");
    // The second head is the index of the whole file; some of it still has room.
    isFull = new TextDecoder().decode(part.subarray(4, 8)) === "moov" && ++heads === 2;
    return Deno.FsFile.prototype.writeSync.call(file, isFull ? part.subarray(0, 100) : part);
  };
  const reason = await recording.finish();
  assert.equal((reason as Error).message, "no space left on device");
  assert.deepEqual(topOf(path).map(({ type }) => type), ["ftyp", "moov", "moof", "mdat", "mfra"]);
  assert.equal(decode(path, "a").length, 4 * 8000);
});

Deno.test("Recording says once why it could not be completed, and leaves what there is of it", async () => {
  const path = `${FOLDER}/full-early.mp4`;
  const track = pcmTrack({ kind: "audio", sampleRateHz: 8000, channels: 1 }, "s16");
  const partial = PartialFile.claim(path);
  const recording = new Recording(mediabunny, "mp4", partial, [track]);
  recording.add(0, { bytes: new Uint8Array(2 * 8000), timeNs: 0, durationNs: 1e9, keyframe: true });
  await recording.settled();
  partial.file.writeSync = () => {
    throw new Error("no space left on device");
  };
  await assert.rejects(recording.finish(), {
    code: "NodeFailed",
    message: /Cannot write ".*full-early\.mp4\.partial" after 1 packets: no space left on device$/,
  });
  assert.equal(await recording.abort(), true);
  assert.ok(Deno.statSync(`${path}.partial`).isFile);
});

for (const container of ["mp4", "mov", "fragmented-mp4", "matroska"] as const) {
  Deno.test(`MediaSink writes gaps of hours to ${container}, and refuses those that it cannot say`, async () => {
    const extension = container === "matroska" ? "mkv" : "mp4";
    const path = `${FOLDER}/gaps-${container}.${extension}`;
    const { video_0: [picture] } = await play({ path: mp4() }, "video_0");
    const seconds = [0, 74_000, 148_000];
    const record = async (...more: number[]) => {
      await using sink = await ProcessorHarness.create(
        nodes.mediaSink({ path, container }),
        {},
        { connect: ["video_0"] },
      );
      for (const second of [...seconds, ...more]) {
        push(sink, "video_0", { ...picture, ptsNs: second * 1e9 });
        await sink.run();
      }
      sink.end();
      await sink.run();
    };
    await record();
    assert.deepEqual(probe(path, "packet=pts_time").map(Number), seconds);
    if (container === "matroska") return await record(223_000);
    await assert.rejects(record(223_000), {
      code: "InvalidMedia",
      message: /Cannot write ".*": from one packet of a track to the next there are 75000 s, wanted 74565 s at most/,
    });
  });
}

for (const keepsList of [true, false]) {
  Deno.test(`Recording keeps ${keepsList ? "one packet of each" : "no"} fragment of a file in memory`, async () => {
    const format = new mediabunny.Mp4OutputFormat({ fastStart: "fragmented", minimumFragmentDuration: 1 });
    const output = new mediabunny.Output({ format, target: new mediabunny.NullTarget() });
    const source = new mediabunny.EncodedAudioPacketSource("mp3");
    output.addAudioTrack(source);
    await output.start();
    const { _muxer } = output as unknown as {
      _muxer: Record<"finalizedChunks" | "trackDatas", { samples: unknown[]; finalizedChunks: unknown[] }[]>;
    };
    let fragments = 0;
    for (let k = 0; k < 500; k++) {
      const packet = new mediabunny.EncodedPacket(Uint8Array.of(0), "key", k / 10, 0.1);
      await source.add(packet, { decoderConfig: { codec: "mp3", sampleRate: 8000, numberOfChannels: 1 } });
      fragments += _muxer.finalizedChunks.length;
      const written = [..._muxer.finalizedChunks];
      forgetWritten(output, keepsList);
      assert.ok(written.every(({ samples }) => samples.length === 1));
      assert.equal(_muxer.finalizedChunks.length, 0);
    }
    assert.ok(fragments >= 40, `${fragments}`);
    assert.equal(_muxer.trackDatas[0].finalizedChunks.length, keepsList ? fragments : 0);
    await output.finalize();
  });
}

Deno.test("NumberList and RunList hold what a plain array holds", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat(300)), { maxLength: 400 }), (runs) => {
      const [list, found] = [new NumberList(Int32Array), new RunList()];
      const plain = runs.flatMap(([value, count]) => Array<number>(count).fill(value));
      for (const value of plain) list.push(value);
      for (const [value, count] of runs) found.push(value, count);
      assert.deepEqual(Array.from({ length: list.length }, (_, k) => list.at(k)), plain);
      const spread = Array.from({ length: found.length }, (_, k) => Array(found.countAt(k)).fill(found.valueAt(k)));
      assert.deepEqual(spread.flat(), plain);
      assert.ok(spread.every((run, k) => k === 0 || run[0] !== spread[k - 1][0]));
    }),
  );
});
