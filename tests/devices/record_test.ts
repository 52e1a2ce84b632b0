/** `sluice record` on devices of the tests' own: an X server without a screen, and simulated ones. */
import assert from "node:assert/strict";
import { answer, listFolder, readEvents, signalled, sluice, spawn, temporaryFolder } from "../cli/command_line.ts";
import { ffmpeg, probe } from "../../processors/media/fixtures/media_files.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { XClient } from "./fixtures/x_client.ts";
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
  // H.264 has even sides.
  await using server = await XServer.start([321, 241]);
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

rare(withX)("sluice record takes a screen that is larger than usual", async () => {
  await using server = await XServer.start([2048, 1152]);
  await using folder = await temporaryFolder();
  const args = ["record", "-o", "s.mp4", "--screen", server.name, "--seconds", "0.3", "--fps", "5"];
  const { code, stderr } = await sluice(args, { cwd: folder.path, env: { DISPLAY: "" } });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual((await tracksOf(`${folder.path}/s.mp4`)).tracks, ["h264 2048x1152"]);
});

withX("a graph in one line has slots that its screen fits", async () => {
  await using server = await XServer.start([2048, 1152]);
  const { stdout } = await answer(["graph", "-e", `screen display=${server.name} ! valve`, "--format", "json"]);
  // Turned, too.
  assert.deepEqual(JSON.parse(stdout).pools, { video: { slotBytes: 2048 * 1152 * 4 } });
});

rare(withX)("sluice record keeps the size of a window that is resized, made even", async () => {
  await using server = await XServer.start([640, 480]);
  await using folder = await temporaryFolder();
  using client = await XClient.connect(server.name);
  const window = await client.createWindow({ title: "Odd window", width: 201, height: 101 });
  const args = ["record", "-o", "w.mp4", "--screen", "odd WIN", "--json"];
  const child = spawn(args, { cwd: folder.path, env: { DISPLAY: server.name } });
  let resizedAt: number | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const framesRead = Number(/"event":"progress",.*"framesRead":(\d+)/.exec(text)?.[1] ?? 0);
    if (framesRead === 0) continue;
    if (resizedAt === undefined) {
      await client.resize(window, 333, 251);
      resizedAt = framesRead;
    } else if (framesRead > resizedAt + 20) {
      child.kill("SIGINT");
      resizedAt = Infinity;
    }
  }
  assert.equal((await child.status).code, 130, await new Response(child.stderr).text());
  assert.deepEqual((await tracksOf(`${folder.path}/w.mp4`)).tracks, ["h264 200x100"]);
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
  assert.match(stdout, /^Recorded s\.mkv \(\S+ \w+\): 0:0\d\.\d$/m);
  assert.deepEqual((await tracksOf(`${folder.path}/s.mkv`)).tracks, ["h264 160x120"]);
});

rare(Deno.test)({
  name: "sluice record --microphone records samples to WAV",
  ignore: noRustPlugin("audio-devices") !== undefined,
  fn: async () => {
    await using folder = await temporaryFolder();
    const args = ["record", "-o", "v.wav", "--seconds", "0.4", "--microphone"];
    const { code, stdout, stderr } = await sluice([...args, "simulated"], { cwd: folder.path });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Recorded v\.wav \(\S+ kB\): 0:0\d\.\d$/m);
    const { tracks, seconds } = await tracksOf(`${folder.path}/v.wav`);
    assert.deepEqual(tracks, ["pcm-s24 2"]);
    // However long the microphone took to begin.
    assert.ok(seconds > 0.35, `${seconds} s`);
  },
});

withX(
  "sluice record writes a screen and a microphone to one file, from the first of both on, and ends with both",
  async () => {
    await using server = await XServer.start([320, 240]);
    await using folder = await temporaryFolder();
    const args = ["record", "-o", "talk.mp4", "--screen", "--microphone", "simulated", "--seconds", "0.8"];
    const { code, stdout, stderr } = await sluice(args, { cwd: folder.path, env: { DISPLAY: server.name } });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^Recorded talk\.mp4 \(\S+ kB\): 0:0\d\.\d$/m);
    const path = `${folder.path}/talk.mp4`;
    assert.deepEqual((await tracksOf(path)).tracks, ["h264 320x240", "opus 2"]);
    const starts = ["v:0", "a:0"].map((stream) =>
      Number(probe(path, "stream=start_time", "-select_streams", stream)[0])
    );
    // The file begins with one of them; the other is as late as it came.
    assert.ok(Math.abs(Math.min(...starts)) < 0.01 && Math.max(...starts) < 0.5, `${starts}`);
  },
);

rare(Deno.test)({
  name: "sluice record draws a graph that puts a camera into the corner of a screen",
  ignore: noRustPlugin("video") !== undefined || noRustPlugin("codecs") !== undefined,
  fn: async () => {
    await using folder = await temporaryFolder();
    const line = "record -o pip.mp4 --screen :none --camera --size 640x360 --print-graph";
    const { code, stdout, stderr } = await answer(line.split(" "), { cwd: folder.path });
    assert.equal(code, 0, stderr);
    const graph = JSON.parse(stdout);
    // Test pictures: grey from black to white for the screen, colour bars for the camera.
    const pictures = { frameRate: 30, durationSeconds: 0.5 };
    graph.nodes.screen = { type: "pattern-source", config: { ...pictures, pattern: "ramp" } };
    graph.nodes.camera = { type: "pattern-source", config: { ...pictures, width: 640, height: 480 } };
    await Deno.writeTextFile(`${folder.path}/pip.json`, JSON.stringify({ ...graph, mode: "offline" }));
    const ran = await sluice(["run", "pip.json", "-q"], { cwd: folder.path });
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
    const rgb = ffmpeg("-i", `${folder.path}/pip.mp4`, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-");
    assert.equal(rgb.length, 640 * 360 * 3);
    /** How far a pixel is from grey. */
    const colour = (x: number, y: number) => {
      const pixel = [...rgb.subarray(3 * (y * 640 + x), 3 * (y * 640 + x) + 3)];
      return Math.max(...pixel) - Math.min(...pixel);
    };
    // 90 of 360 rows, 11 from the edges, in 4:3: the second bar is yellow.
    assert.ok(colour(11 + 22, 300) > 100 && colour(11 + 22, 340) > 100);
    for (const [x, y] of [[33, 250], [5, 300], [11 + 120 + 10, 300], [33, 355]]) {
      assert.ok(colour(x, y) < 20, `${x}, ${y}`);
    }
  },
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
