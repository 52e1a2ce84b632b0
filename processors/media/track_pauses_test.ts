import assert from "node:assert/strict";
import * as mediabunny from "mediabunny";
import { PartialFile } from "../file/partial_file.ts";
import type { Container } from "./containers.ts";
import { FOLDER } from "./fixtures/media_files.ts";
import { type Packet, Recording } from "./recording.ts";
import { encodedTrack, pcmTrack } from "./track_format.ts";

const SAMPLES = pcmTrack({ kind: "audio", sampleRateHz: 8000, channels: 1 }, "s16");
const OPUS = encodedTrack({
  format: { kind: "encoded", codec: "opus", sampleRateHz: 48_000, channels: 1 },
  bytes: Uint8Array.of(0xf8, 0xff, 0xfe),
  input: "rec.audio_0",
});

/** A tenth of a second of samples. */
function samples(tenth: number): Packet {
  return { bytes: new Uint8Array(1600).fill(1), timeNs: tenth * 1e8, durationNs: 1e8, keyframe: true };
}

function begin(container: Container, tracks: ConstructorParameters<typeof Recording>[3]): Recording {
  const path = `${FOLDER}/pauses.${container}`;
  return new Recording(mediabunny, container, PartialFile.claim(path, { key: "path" }), tracks);
}

for (const container of ["matroska", "mov"] as const) {
  Deno.test(`Recording.pauseTrack() has the others of ${container} go on, until the track does`, async () => {
    const recording = begin(container, [SAMPLES, SAMPLES]);
    const add = async (index: number, from: number, to: number) => {
      for (let tenth = from; tenth < to; tenth++) recording.add(index, samples(tenth));
      await recording.settled();
      return recording.size;
    };
    for (const index of [0, 1]) await add(index, 0, 20);
    const before = await add(0, 20, 50);
    assert.equal(recording.pauseTrack(1), true);
    const paused = await add(0, 50, 100);
    assert.ok(paused - before > 50 * 1600, `${paused - before} bytes while one is paused`);
    assert.equal(recording.earliestNs(1), 9.9e9 - 30e9);
    await add(1, 100, 101);
    assert.equal(recording.earliestNs(1), -Infinity);
    const waiting = await add(0, 100, 150);
    assert.ok(waiting - paused < 20 * 1600, `${waiting - paused} bytes while one is waited for`);
    await recording.finish();
  });
}

Deno.test("Recording.pauseTrack() ends a track that no packet may follow, but a single one", async () => {
  const packet = { bytes: Uint8Array.of(0xf8, 0xff, 0xfe), timeNs: 0, durationNs: 2e7, keyframe: true };
  for (
    const [container, tracks, isEmpty, wanted] of [
      ["ogg", [OPUS], false, true],
      ["ogg", [OPUS, OPUS], false, false],
      ["matroska", [OPUS, OPUS], false, true],
      ["matroska", [OPUS, OPUS], true, false],
    ] as const
  ) {
    const recording = begin(container, tracks);
    for (let index = isEmpty ? 1 : 0; index < tracks.length; index++) recording.add(index, packet);
    assert.equal(recording.pauseTrack(0), wanted, `${tracks.length} of ${container}`);
    await recording.finish();
  }
});
