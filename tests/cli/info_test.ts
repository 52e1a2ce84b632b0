/** What is in media files, on the command line. */
import assert from "node:assert/strict";
import { assertNoStack, readEvents, ROOT, sluice, temporaryFolder } from "./command_line.ts";

const SPEECH = "examples/speech.wav";

Deno.test("sluice info shows files one after the other, and tells those that it cannot read with exit code 1", async () => {
  await using folder = await temporaryFolder();
  const broken = `${folder.path}/broken.mp4`;
  await Deno.writeTextFile(broken, "no media");
  const result = await sluice(["info", SPEECH, broken], { cwd: ROOT });
  assert.equal(result.code, 1);
  assert.match(
    result.stdout,
    /^examples\/speech\.wav: WAVE, 0:\d\d\.\d, [\d.]+ [kM]B, \d+ kbit\/s\n {2}pcm_0 +pcm-s16, \d+ Hz, mono/,
  );
  assert.match(result.stderr, /^error: Cannot read ".*broken\.mp4": .*; wanted a complete MP4/);
  assertNoStack(result);
});

Deno.test("sluice info --json prints an event for each file", async () => {
  const { code, stdout } = await sluice(["info", "--json", SPEECH], { cwd: ROOT });
  assert.equal(code, 0);
  const [{ event, path, container, tracks }] = readEvents(stdout);
  assert.deepEqual([event, path, container], ["media", SPEECH, "WAVE"]);
  assert.equal((tracks as { codec: string }[])[0].codec, "pcm-s16");
});
