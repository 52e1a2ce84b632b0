/** What of MP3 is decoded and not heard, at its start and its end; ffmpeg is the judge. */
import assert from "node:assert/strict";
import { readMediaInfo } from "./media_info.ts";
import { clicks, SOUND_NS, SOUND_SAMPLES } from "./fixtures/clicks.ts";
import { carry, decode, FOLDER, play, probe } from "./fixtures/media_files.ts";

const LAME = ["-c:a", "libmp3lame"];

async function spanOf(path: string): Promise<[number, number]> {
  const { audio_0: packets } = await play({ path }, "audio_0");
  const last = packets.at(-1)!;
  return [packets[0].ptsNs, last.ptsNs + last.durationNs];
}

for (const rate of ["48000", "24000"]) {
  Deno.test(`MediaSource gives MP3 of LAME at ${rate} Hz from its delay to its last sample`, async () => {
    const path = clicks(`lame-${rate}.mp3`, ...LAME, "-ar", rate);
    const [startNs, endNs] = await spanOf(path);
    assert.equal(startNs, -Math.round(1105 / Number(rate) * 1e9));
    assert.ok(Math.abs(endNs - SOUND_NS) < 1e5, `${endNs}`);
    const { durationSeconds, tracks } = await readMediaInfo(path);
    for (const seconds of [durationSeconds, tracks[0].durationSeconds]) assert.equal(seconds, endNs / 1e9);
  });
}

for (const extension of ["mp3", "mp4", "mkv"]) {
  Deno.test(`MediaSink keeps the ends of MP3 in a copy to ${extension}`, async () => {
    const [from, path] = [clicks("lame.mp3", ...LAME), `${FOLDER}/lame-copy.${extension}`];
    const { lateFrames } = await carry(from, { path }, ["audio_0"]);
    assert.equal(lateFrames, 0);
    const [[startNs, endNs], [wantedNs]] = [await spanOf(path), await spanOf(from)];
    assert.ok(Math.abs(startNs - wantedNs) < 1e6 && Math.abs(endNs - SOUND_NS) < 1e6, `${startNs} to ${endNs}`);
    if (extension !== "mp3") return;
    assert.deepEqual([startNs, endNs], await spanOf(from));
    const sound = new Float32Array(decode(path, "a").slice().buffer);
    assert.equal(sound.length, SOUND_SAMPLES);
    assert.deepEqual(sound, new Float32Array(decode(from, "a").slice().buffer));
    assert.deepEqual(probe(path, "stream=start_time,duration"), probe(from, "stream=start_time,duration"));
  });
}

Deno.test("MediaSink leaves nothing out of MP3 that says nothing of its ends", async () => {
  const [from, path] = [clicks("plain.mp3", ...LAME, "-write_xing", "0"), `${FOLDER}/plain-copy.mp3`];
  assert.deepEqual(await spanOf(from), [0, 44 * 24e6]);
  await carry(from, { path }, ["audio_0"]);
  assert.deepEqual(await spanOf(path), [0, 44 * 24e6]);
  assert.equal(decode(path, "a").length, 44 * 1152 * 4);
});

Deno.test("MediaSource plays all of MP3 files that were joined, and readMediaInfo tells how long that is", async () => {
  const [one, path] = [clicks("lame.mp3", ...LAME), `${FOLDER}/joined.mp3`];
  const bytes = Deno.readFileSync(one);
  Deno.writeFileSync(path, Uint8Array.from([...bytes, ...bytes]));
  const [startNs, endNs] = await spanOf(path);
  assert.equal(endNs - startNs, 2 * 44 * 24e6);
  const { durationSeconds, tracks } = await readMediaInfo(path);
  assert.equal(tracks[0].durationSeconds, endNs / 1e9);
  assert.ok(Math.abs(durationSeconds! - endNs / 1e9) < 0.03, `${durationSeconds}`);
});
