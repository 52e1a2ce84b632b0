/** What lies before the start that an edit list sets is decoded and neither shown nor heard; ffprobe is the judge. */
import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { clicks, SOUND_NS } from "./fixtures/clicks.ts";
import { assertEdited, count, edited, FLASH_SECONDS, flashOf } from "./fixtures/edited.ts";
import { carry, FOLDER, mp4, play, probe } from "./fixtures/media_files.ts";

Deno.test("MediaSource flags what lies before the start of an edit list, and nothing else", async () => {
  const path = edited();
  const { video_0: pictures, audio_0: packets } = await play({ path }, "video_0", "audio_0");
  const shown = pictures.filter(({ decodeOnly }) => !decodeOnly);
  assert.equal(pictures.length, 90);
  assert.equal(shown.length, count(path, "v"));
  assert.ok(shown.every(({ ptsNs }) => ptsNs >= 0));
  const heard = packets.filter(({ decodeOnly }) => !decodeOnly);
  assert.equal(heard.length, count(path, "a"));
  assert.ok(heard[0].ptsNs <= 0 && heard[0].ptsNs + heard[0].durationNs > 0);
  const whole = await play({ path: mp4() }, "video_0");
  assert.ok(whole.video_0.every(({ decodeOnly }) => !decodeOnly));
});

Deno.test("MediaSource flags what leads up to a place, but in a live graph not what is still shown there", async () => {
  for (const mode of ["offline", "live"] as const) {
    const config = { path: mp4(), positionSeconds: 0.5 };
    await using source = await ProcessorHarness.create(nodes.mediaSource(config), {}, { mode });
    source.addOutput("video");
    for (let step = 0; step < 15; step++) {
      await source.run();
      source.advance(40e6);
    }
    const pictures = source.takeEncoded("video_0");
    const first = pictures.filter(({ decodeOnly }) =>
      !decodeOnly
    ).map(({ ptsNs }) => ptsNs).toSorted((a, b) => a - b)[0];
    // Pictures last 40 ms: the 13th is shown from 0.48 to 0.52 s.
    assert.equal(Math.round(first / 1e6), mode === "live" ? -20 : 20);
    assert.equal(pictures.filter(({ decodeOnly }) => decodeOnly).length, mode === "live" ? 12 : 13);
  }
});

Deno.test("MediaSource begins with the sample at the start of an edit list, and with that at a place", async () => {
  const path = edited("pcm");
  const wanted = Number(probe(path, "stream=duration", "-select_streams", "a")[0]);
  for (const positionSeconds of [0, 0.1]) {
    await using source = await ProcessorHarness.create(nodes.mediaSource({ path, positionSeconds }));
    source.addOutput("pcm");
    await source.run();
    const blocks = source.takeAudio("pcm_0");
    assert.ok(blocks[0].ptsNs >= 0 && blocks[0].ptsNs < 1e9 / 48_000, `${blocks[0].ptsNs}`);
    const samples = blocks.reduce((sum, { channels }) => sum + channels[0].length, 0);
    assert.ok(Math.abs(samples / 48_000 - (wanted - positionSeconds)) < 0.001, `${samples} samples`);
  }
});

for (const name of ["mp4", "mov"] as const) {
  for (const sound of ["aac", "opus"] as const) {
    Deno.test(`MediaSink writes an edit list to ${name}, with ${sound}: players show what the copied file shows`, async () => {
      const path = `${FOLDER}/kept-${sound}.${name}`;
      const { lateFrames } = await carry(edited(sound), { path }, ["video_0", "audio_0"]);
      assert.equal(lateFrames, 0);
      assertEdited(path, edited(sound));
      assert.equal(count(path, "a"), count(edited(sound), "a"));
      const { video_0: pictures } = await play({ path }, "video_0");
      assert.equal(pictures.length, 90, "with those that the first one needs");
    });
  }
}

Deno.test("MediaSink writes an edit list to files in fragments too", async () => {
  const path = `${FOLDER}/kept-fragments.mp4`;
  await carry(edited(), { path, container: "fragmented-mp4" }, ["video_0", "audio_0"]);
  const { video_0: pictures } = await play({ path }, "video_0");
  assert.equal(pictures.filter(({ decodeOnly }) => !decodeOnly).length, count(edited(), "v"));
});

Deno.test("MediaSink leaves sound before the start out of Matroska, where its pictures are shown, in their time", async () => {
  const path = `${FOLDER}/shown.mkv`;
  const { lateFrames } = await carry(edited(), { path }, ["video_0", "audio_0"]);
  assert.equal(lateFrames, 0);
  assert.deepEqual([count(path, "v"), count(path, "a")], [90, count(edited(), "a")]);
  const { picture, sound } = flashOf(path);
  assert.ok(Math.abs(picture - sound) < 0.034, `flash at ${picture} s, beep at ${sound} s`);
  assert.ok(picture > FLASH_SECONDS + 0.3);
});

Deno.test("MediaSink writes sound alone from the start of its edit list on", async () => {
  for (const [sound, extension] of [["opus", "ogg"], ["opus", "mka"], ["aac", "mka"]] as const) {
    const path = `${FOLDER}/alone-${sound}.${extension}`;
    const { lateFrames } = await carry(edited(sound), { path }, ["audio_0"]);
    assert.equal(lateFrames, 0);
    assert.equal(count(path, "a"), count(edited(sound), "a"), path);
  }
});

/** A file of sound whose edit list ends after so many units of its movie, which has 1,000 of them in a second. */
function endingAt(units: number): string {
  const bytes = Deno.readFileSync(clicks("ends.m4a", "-c:a", "aac"));
  const at = bytes.findIndex((_, k) => String.fromCharCode(...bytes.subarray(k, k + 4)) === "elst");
  new DataView(bytes.buffer).setUint32(at + 12, units);
  const path = `${FOLDER}/ends-${units}.m4a`;
  Deno.writeFileSync(path, bytes);
  return path;
}

for (const [units, endNs] of [[900, 0.9e9], [1_012, SOUND_NS], [1_013, SOUND_NS], [5_000, SOUND_NS], [0, SOUND_NS]]) {
  Deno.test(`MediaSource ends sound where its edit list of ${units} ms does, but for what is rounded`, async () => {
    const { audio_0: packets } = await play({ path: endingAt(units) }, "audio_0");
    const { ptsNs, durationNs } = packets.at(-1)!;
    assert.equal(ptsNs + durationNs, endNs);
  });
}
