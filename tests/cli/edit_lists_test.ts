/** Films with an edit list on the command line: what was cut away stays away, however they are handed on. */
import assert from "node:assert/strict";
import { assertEdited, count, edited, flashOf } from "../../processors/media/fixtures/edited.ts";
import { FOLDER, probe } from "../../processors/media/fixtures/media_files.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { sluice } from "./command_line.ts";

const ignore = noRustPlugin("codecs") !== undefined || noRustPlugin("video") !== undefined;

async function convert(...args: string[]): Promise<string> {
  const { code, stderr } = await sluice(["convert", ...args, "--force"], { cwd: FOLDER });
  assert.equal(code, 0, stderr);
  return stderr;
}

Deno.test("sluice convert encodes what is shown of a film with an edit list, and no more", { ignore }, async () => {
  await convert(edited(), "encoded.mp4", "--video-bitrate", "1M", "--audio-codec", "opus");
  assertEdited(`${FOLDER}/encoded.mp4`, edited());
  await convert(edited(), "shown-%03d.png");
  const pictures = [...Deno.readDirSync(FOLDER)].filter(({ name }) => /^shown-\d+\.png$/.test(name));
  assert.equal(pictures.length, count(edited(), "v"));
});

for (const sound of ["aac", "opus", "pcm"] as const) {
  Deno.test(`sluice convert writes the heard part of ${sound} to WAV, to the sample`, { ignore }, async () => {
    await convert(edited(sound), `heard-${sound}.wav`);
    const [found, wanted] = [`${FOLDER}/heard-${sound}.wav`, edited(sound)].map((path) =>
      Number(probe(path, "stream=duration", "-select_streams", "a")[0])
    );
    assert.ok(Math.abs(found - wanted) < 0.0005, `${found} s, wanted ${wanted}`);
  });
}

Deno.test(
  "sluice convert copies with an edit list where the format has one, and else encodes",
  { ignore },
  async () => {
    const copied = await convert(edited(), "copied.mp4", "--from", "0");
    assert.match(copied, /^video_0: .*: copied\naudio_0: .*: copied$/m);
    assertEdited(`${FOLDER}/copied.mp4`, edited());
    const other = await convert(edited(), "other.mkv");
    assert.match(other, /^video_0: .*: to h264\naudio_0: .*: copied$/m);
    assertEdited(`${FOLDER}/other.mkv`, edited());
  },
);

Deno.test("sluice convert --copy tells the pictures that are shown before the start", { ignore }, async () => {
  const stderr = await convert(edited(), "all.mkv", "--copy");
  assert.match(stderr, /^video_0: .*: copied, with 12 pictures before the start that others need$/m);
  const path = `${FOLDER}/all.mkv`;
  assert.equal(count(path, "v"), count(edited(), "v") + 12);
  const { picture, sound } = flashOf(path);
  assert.ok(Math.abs(picture - sound) < 0.034, `flash at ${picture} s, beep at ${sound} s`);
});

Deno.test("sluice convert --copy --from begins at that time in MP4", { ignore }, async () => {
  const whole = edited().replace("edited-", "whole-");
  const stderr = await convert(whole, "from.mp4", "--copy", "--from", "1.37");
  assert.match(stderr, /^video_0: .*: copied$/m);
  assertEdited(`${FOLDER}/from.mp4`, edited());
});

Deno.test(
  "sluice run hands on what is shown of a film with an edit list, in a line with a decoder",
  { ignore },
  async () => {
    const line = `media-source id=s path=${edited()} ! h264-decode ! h264-encode ! media-sink id=m path=line.mp4;` +
      "s.audio_0 ! aac-decode ! opus-encode ! m.audio_0";
    const { code, stderr } = await sluice(["run", "--mode", "offline", "-e", line], { cwd: FOLDER });
    assert.equal(code, 0, stderr);
    assertEdited(`${FOLDER}/line.mp4`, edited());
  },
);
