/** Chained Ogg on the command line: each recording is heard as it is by itself; ffmpeg judges what comes out. */
import assert from "node:assert/strict";
import { decode, ffmpeg, FOLDER } from "../../processors/media/fixtures/media_files.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { sluice } from "./command_line.ts";

const ignore = noRustPlugin("codecs") !== undefined;

Deno.test("sluice convert plays chained Opus, mono and then stereo, to the sample, and copies as much of it", {
  ignore,
}, async () => {
  const links = [["1", "2"], ["2", "1"]].map(([channels, seconds]) => {
    const link = `${FOLDER}/link-${channels}.ogg`;
    const sine = `sine=frequency=${channels}40:sample_rate=48000`;
    ffmpeg("-f", "lavfi", "-i", sine, "-t", seconds, "-ac", channels, "-c:a", "libopus", "-b:a", "64k", link);
    return link;
  });
  const path = `${FOLDER}/chained.ogg`;
  Deno.writeFileSync(path, Uint8Array.from(links.flatMap((link) => [...Deno.readFileSync(link)])));
  const [mono, stereo, whole] = [...links, path].map((each) => samplesOf(each));
  const left = stereo.filter((_, at) => at % 2 === 0);
  const wanted = [...mono, ...left.map((sample, at) => (sample + stereo[2 * at + 1]) / 2)];
  assert.deepEqual([wanted.length, whole.length], [144_000, 144_000]);
  await convert(path, "chained.wav");
  await convert(path, "chained.mp4", "--copy");
  await convert("chained.mp4", "copied.wav");
  const [found, copied] = ["chained", "copied"].map((name) => samplesOf(`${FOLDER}/${name}.wav`));
  assert.deepEqual([found.length, copied.length], [144_000, 144_000]);
  const apart = found.reduce((most, sample, at) => Math.max(most, Math.abs(sample - wanted[at])), 0);
  assert.ok(apart < 0.001, `off by ${apart}`);
});

async function convert(...args: string[]): Promise<void> {
  const { code, stderr } = await sluice(["convert", ...args, "--quiet"], { cwd: FOLDER });
  assert.equal(code, 0, stderr);
}

/** The samples of a file as ffmpeg decodes them. */
function samplesOf(path: string): Float32Array {
  return new Float32Array(decode(path, "a").slice().buffer);
}
