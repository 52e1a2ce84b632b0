/** `sluice record` on devices of the tests' own: an X server without a screen, and simulated ones. */
import assert from "node:assert/strict";
import { answer, listFolder, readEvents, signalled, sluice, temporaryFolder } from "../cli/command_line.ts";
import { withX, XServer } from "./fixtures/x_server.ts";

/** The tracks of a media file: their codec and size or channels, and how long the file is. */
async function tracksOf(path: string): Promise<{ tracks: string[]; seconds: number }> {
  const { stdout } = await answer(["info", path, "--json"]);
  const [{ durationSeconds, tracks }] = readEvents(stdout) as unknown as [{
    durationSeconds: number;
    tracks: { codec: string; width?: number; height?: number; channels?: number }[];
  }];
  const describe = ({ codec, width, height, channels }: typeof tracks[number]) =>
    `${codec} ${width === undefined ? channels : `${width}x${height}`}`;
  return { tracks: tracks.map(describe), seconds: durationSeconds };
}

withX("sluice record --screen records a screen until Ctrl-C, which completes the file", async () => {
  await using server = await XServer.start([320, 240]);
  await using folder = await temporaryFolder();
  const env = { DISPLAY: server.name };
  const { code, stdout, stderr } = await signalled(["record", "-o", "s.mp4", "--screen"], folder.path, [
    { after: /"event":"progress",.*"framesRead":[1-9]\d\D/, send: "SIGINT" },
  ], env);
  assert.equal(code, 130, stderr);
  assert.equal((readEvents(stdout).at(-1) as { outcome: string }).outcome, "stopped");
  const { tracks, seconds } = await tracksOf(`${folder.path}/s.mp4`);
  assert.deepEqual([tracks, await listFolder(folder.path)], [["h264 320x240"], ["s.mp4"]]);
  assert.ok(seconds > 0.05, `${seconds} s`);
});

withX("sluice record overwrites a file with --overwrite alone, and records at another size and rate", async () => {
  await using server = await XServer.start([320, 240]);
  await using folder = await temporaryFolder();
  const settings = { cwd: folder.path, env: { DISPLAY: server.name } };
  await Deno.writeTextFile(`${folder.path}/s.mkv`, "mine");
  const args = ["record", "-o", "s.mkv", "--screen", "--seconds", "0.6", "--fps", "10", "--size", "160x"];
  const refused = await answer(args, settings);
  assert.deepEqual([refused.code, await Deno.readTextFile(`${folder.path}/s.mkv`)], [2, "mine"]);
  assert.match(
    refused.stderr,
    /^error: Cannot record to "s\.mkv": it is there already; give --overwrite to replace it$/m,
  );
  const { code, stdout, stderr } = await sluice([...args, "--overwrite"], settings);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Recorded s\.mkv \(\S+ \w+\): 0:00\.\d\n$/);
  assert.deepEqual((await tracksOf(`${folder.path}/s.mkv`)).tracks, ["h264 160x120"]);
});

Deno.test("sluice record says what is missing to record, and which files hold it", async () => {
  const refusals: [string, RegExp][] = [
    ["record -o a.mp4", /^error: Cannot record to "a\.mp4": found nothing to record; add --screen, --camera or --mic/],
    ["record -o - --screen", /^error: Cannot record to "-": a recording goes to a file; name one$/m],
    ["record -o docs --screen", /^error: Cannot record to "docs": it is a folder; name a file in it$/m],
    ["record -o a.wav --camera", /^error: Cannot record pictures to "a\.wav": found WAV, wanted \.mp4, /],
    ["record --camera", /^error: Missing option `-o`\/`--output`/],
  ];
  for (const [line, message] of refusals) {
    const { code, stderr } = await answer(line.split(" "));
    assert.equal(code, 2, line);
    assert.match(stderr, message);
  }
});
