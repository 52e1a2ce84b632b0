/** Numbered pictures of several sizes on the command line, as slides of mixed photographs are. */
import assert from "node:assert/strict";
import { ffmpeg, FOLDER, probe } from "../../processors/media/fixtures/media_files.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { sluice } from "./command_line.ts";

const ignore = noRustPlugin("codecs") !== undefined || noRustPlugin("video") !== undefined;

/** Five pictures, of which the third one is larger. */
function pictures(extension: string): string {
  for (let number = 1; number <= 5; number++) {
    const size = number === 3 ? "128x96" : "64x64";
    const strict = extension === "jpg" ? ["-strict", "unofficial"] : [];
    const path = `${FOLDER}/mixed-${number}.${extension}`;
    ffmpeg("-f", "lavfi", "-i", `testsrc=size=${size}`, "-frames:v", "1", "-update", "1", ...strict, path);
  }
  return `mixed-%d.${extension}`;
}

async function convert(...args: string[]): Promise<string> {
  const { code, stderr } = await sluice(["convert", ...args, "--force"], { cwd: FOLDER });
  assert.equal(code, 0, stderr);
  return stderr;
}

for (const extension of ["jpg", "png"]) {
  Deno.test(`sluice convert makes a film of ${extension} files of several sizes`, { ignore }, async () => {
    const from = pictures(extension);
    const film = () => probe(`${FOLDER}/mixed.mp4`, "stream=width,height,nb_read_frames", "-count_frames");
    for (const [size, wanted] of [["64x64", "64,64,5"], ["32x", "32,32,5"], ["200x100", "200,100,5"]]) {
      assert.doesNotMatch(await convert(from, "mixed.mp4", "--size", size), /scaled/);
      assert.deepEqual(film(), [wanted]);
    }
    const plain = await convert(from, "mixed.mp4");
    const told = `to h264, with "mixed-3.${extension}" of 128 × 96 scaled to 64 × 64, which --size changes`;
    assert.match(plain, new RegExp(`^video_0: .*: ${told}$`, "m"));
    assert.deepEqual(film(), ["64,64,5"]);
  });
}

Deno.test(
  "sluice convert leaves pictures their sizes where they stay pictures, but for --size",
  { ignore },
  async () => {
    const from = pictures("jpg");
    assert.doesNotMatch(await convert(from, "mixed-out-%d.png"), /scaled/);
    const sizes = () => [1, 3].flatMap((number) => probe(`${FOLDER}/mixed-out-${number}.png`, "stream=width,height"));
    assert.deepEqual(sizes(), ["64,64", "128,96"]);
    await convert(from, "mixed-out-%d.png", "--size", "64x64");
    assert.deepEqual(sizes(), ["64,64", "64,64"]);
  },
);

Deno.test("sluice convert has room for a picture that is larger than the first one", { ignore }, async () => {
  for (const [number, size] of [[1, "640x480"], [2, "3000x4000"]] as const) {
    const path = `${FOLDER}/large-${number}.png`;
    ffmpeg("-f", "lavfi", "-i", `color=size=${size}`, "-frames:v", "1", "-update", "1", path);
  }
  await convert("large-%d.png", "large.mp4");
  assert.deepEqual(probe(`${FOLDER}/large.mp4`, "stream=width,height,nb_read_frames", "-count_frames"), ["640,480,2"]);
});
