/** The output gain of Opus (RFC 7845, 5.1), which the header of each container says; ffmpeg is the judge. */
import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { opusClicks } from "./fixtures/clicks.ts";
import { carry, decode, ffmpeg, FOLDER } from "./fixtures/media_files.ts";

const GAIN_DB = -12;

/** The sound in a container whose header asks for the gain: Ogg has a checksum over it, and ffmpeg makes that anew. */
function softer(extension: string): string {
  const written = extension === "ogg" ? "mkv" : extension;
  const bytes = Deno.readFileSync(opusClicks(written));
  const text = new TextDecoder("latin1").decode(bytes);
  const [head, at, isLittle] = written === "mp4" ? ["dOps", 12, false] : ["OpusHead", 16, true];
  new DataView(bytes.buffer).setInt16(text.indexOf(head) + at, GAIN_DB * 256, isLittle);
  const path = `${FOLDER}/softer.${written}`;
  Deno.writeFileSync(path, bytes);
  if (extension === "ogg") ffmpeg("-i", path, "-c", "copy", `${FOLDER}/softer.ogg`);
  return `${FOLDER}/softer.${extension}`;
}

function powerOf(path: string): number {
  return new Float32Array(decode(path, "a").slice().buffer).reduce((sum, sample) => sum + sample ** 2, 0);
}

for (const extension of ["mkv", "webm", "ogg", "mp4"]) {
  Deno.test(`MediaSource tells the gain of Opus of ${extension}, and MediaSink writes it`, async () => {
    const [from, copy] = [softer(extension), `${FOLDER}/softer-copy.${extension}`];
    await using source = await ProcessorHarness.create(nodes.mediaSource({ path: from }));
    source.addOutput("audio");
    await source.run();
    const told = source.emitted.find(({ name }) => name === "tracks")!.data as { tracks: { format: string }[] };
    assert.equal(told.tracks[0].format, "encoded opus, 48000 Hz, 1 channel, gain -12 dB");
    await carry(from, { path: copy }, ["audio_0"]);
    for (const path of [from, copy]) {
      const foundDb = 10 * Math.log10(powerOf(path) / powerOf(opusClicks("mkv")));
      assert.ok(Math.abs(foundDb - GAIN_DB) < 0.1, `${foundDb} dB`);
    }
  });
}
