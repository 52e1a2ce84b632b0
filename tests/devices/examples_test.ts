/** The examples for devices, on what stands in for these: simulated ones, test pictures, an X server without a screen. */
import { deepEqual, match, ok } from "node:assert/strict";
import { ffmpeg, probe } from "../../processors/media/fixtures/media_files.ts";
import { readMedia } from "../../media.ts";
import { temporaryFolder, withoutNote } from "../cli/command_line.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { freePort, listened, Peer } from "../../processors/live/fixtures/peers.ts";
import { withX, XServer } from "./fixtures/x_server.ts";

const ignore = (["audio-devices", "video-devices", "codecs", "video"] as const).some((each) =>
  noRustPlugin(each) !== undefined
);

const RATE = 48_000;

/** Runs an example where no server for sound or windows is told of. */
async function runExample(name: string, args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `examples/${name}.ts`, ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1", SLUICE_LOG: "error", DISPLAY: "", WAYLAND_DISPLAY: "", PULSE_SERVER: "unix:/none", ...env },
  }).output();
  const [told, mistakes] = [stdout, stderr].map((bytes) => withoutNote(new TextDecoder().decode(bytes)));
  return { code, told, mistakes };
}

/** As {@linkcode runExample}. @returns what it has printed, without mistakes */
async function example(...args: Parameters<typeof runExample>): Promise<string> {
  const { code, told, mistakes } = await runExample(...args);
  deepEqual([code, mistakes], [0, ""], `${told}${mistakes}`);
  return told;
}

Deno.test({
  name: "examples/microphone-reverb-speaker.ts runs on simulated devices, and says so",
  ignore,
  fn: async () => {
    const told = await example("microphone-reverb-speaker", ["--seconds", "0.4"]);
    match(told, /^The system has no microphone, .*: a tone is taken in its place$/m);
    match(told, /^The system has no speaker, .*: nobody hears the sound$/m);
    const [, heard] = /^microphone: (\d+) samples/m.exec(told)!;
    const [, played] = /^speaker: (\d+) samples.*, \d+ dropouts$/m.exec(told)!;
    // The hall goes on after the end.
    ok(Number(heard) > 0 && Number(played) >= Number(heard), told);
  },
});

Deno.test({
  name: "examples/microphone-clap-speaker.ts plays through a plugin, or a hall in its place, and says which",
  ignore: ignore || noRustPlugin("clap") !== undefined,
  fn: async () => {
    const told = await example("microphone-clap-speaker", ["--seconds", "0.4"]);
    match(
      told,
      /^(plugin: ZamVerb|The CLAP plugin ZamVerb is not installed, .*: the hall of Sluice is taken in its place)$/m,
    );
    match(told, /^hall: [1-9]\d* blocks in, [1-9]\d* out$/m);
    const without = await example("microphone-clap-speaker", ["--help"]);
    match(without, /^Usage: deno run -A examples\/microphone-clap-speaker\.ts \[--seconds N\]$/m);
  },
});

Deno.test({
  name: "examples/camera-audio-recorder.ts records pictures and sound from the first of both on",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/talk.mp4`;
    const told = await example("camera-audio-recorder", [path, "--seconds", "0.8"]);
    match(told, /^(The system has no camera, .*: test pictures are taken in its place|camera: .*)$/m);
    match(told, /^stopped: \d\.\d s in .*talk\.mp4$/m);
    const { tracks } = await readMedia(path);
    deepEqual(tracks.map(({ name, codec }) => `${name} ${codec}`), ["video_0 h264", "audio_0 opus"]);
    const times = ["v:0", "a:0"].map((stream) => probe(path, "packet=pts_time", "-select_streams", stream).map(Number));
    const [starts, ends] = [times.map(([first]) => first), times.map((each) => each.at(-1)!)];
    // Opus begins before what is heard of it.
    ok(Math.abs(Math.min(...starts)) < 0.01 && Math.max(...starts) < 0.5, `from ${starts}`);
    ok(ends.every((end, k) => end > starts[k]) && Math.abs(ends[0] - ends[1]) < 0.5, `${starts} to ${ends}`);
  },
});

rare(Deno.test)({
  name: "examples/news-cast.ts crawls to the pixel, and turns its music down while somebody speaks",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/news.mp4`;
    match(await example("news-cast", [path, "--seconds", "2"]), /^completed: .*news\.mp4$/m);
    // The first letter has gone 120 pixels a second from the right edge, over a ground that is never so bright.
    for (const seconds of [0.5, 1.5]) {
      const grey = ffmpeg("-ss", `${seconds}`, "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-");
      const left = 1280 - 120 * seconds;
      let found = 1280;
      for (let at = 650 * 1280; at < 700 * 1280; at++) if (grey[at] > 200) found = Math.min(found, at % 1280);
      ok(found >= left && found < left + 12, `the text begins at ${found} after ${seconds} s, wanted ${left}`);
    }
    const both = new Float32Array(ffmpeg("-i", path, "-f", "f32le", "-").buffer);
    const sound = both.filter((_, at) => at % 2 === 0);
    const musicAt = (seconds: number) => strengthOf(220, sound.subarray(seconds * RATE, (seconds + 0.1) * RATE));
    const [alone, ...spoken] = [0, 0.3, 0.5, 0.7, 1.5, 1.7].map(musicAt);
    ok(Math.abs(alone - 0.5 / 3) < 0.02, `${alone} of the music alone`);
    for (const [k, level] of spoken.entries()) ok(level < 0.55 * alone, `window ${k}: ${level} of ${alone}`);
  },
});

Deno.test({
  name: "examples for devices say how they are called, and what is wrong with a command line",
  ignore,
  fn: async () => {
    const { code, told } = await runExample("camera-display", ["--help"]);
    deepEqual([code, told.split("\n", 1)], [0, ["Usage: deno run -A examples/camera-display.ts [--seconds N]"]]);
    const refused = await runExample("screen-recorder", ["screen.wav"]);
    deepEqual([refused.code, refused.mistakes.split("\n", 1)], [
      2,
      ['error: cannot write "screen.wav": wanted .mp4, .m4v or .mkv'],
    ]);
    const unset = await runExample("screen-to-rtmp", [], { RTMP_URL: "" });
    deepEqual([unset.code, unset.mistakes], [
      2,
      "error: RTMP_URL is not set: it names the server and the stream, as rtmp://HOST/APP/KEY\n",
    ]);
    const hls = await runExample("pattern-to-hls", ["--help"]);
    deepEqual([hls.code, hls.told.split("\n", 1)], [0, [
      "Usage: deno run -A examples/pattern-to-hls.ts [--seconds N]",
    ]]);
    match(hls.told, /ffplay/);
  },
});

rare(Deno.test)({
  name: "examples/camera-display.ts and news-cast.ts run where nobody sees or hears them",
  ignore,
  fn: async () => {
    const shown = await example("camera-display", ["--seconds", "0.5"]);
    match(shown, /^The system has no display, .*: nobody sees the pictures$/m);
    match(shown, /^[1-9]\d* pictures came$/m);
    const news = await example("news-cast", ["--seconds", "0.5"]);
    match(news, /^The system has no speaker, [^]*^stopped: the news$/m);
  },
});

rare(withX)("examples/screen-recorder.ts and camera-display.ts take the X server", async () => {
  await using server = await XServer.start([2048, 1152]);
  await using folder = await temporaryFolder();
  const path = `${folder.path}/new/screen.mp4`;
  const told = await example("screen-recorder", [path, "--seconds", "0.5"], { DISPLAY: server.name });
  match(told, /^screen: .*\n[^]*^stopped: 0\.\d s in /m);
  const { tracks: [{ width, height }] } = await readMedia(path);
  deepEqual([width, height], [960, 540]);
  const mirror = await example("camera-display", ["--seconds", "0.5"], { DISPLAY: server.name });
  match(mirror, /^display: .*$/m);
});

/** The amplitude of a frequency in samples (Goertzel's algorithm, as a sum). */
function strengthOf(frequencyHz: number, samples: Float32Array): number {
  let [re, im] = [0, 0];
  for (const [k, sample] of samples.entries()) {
    re += sample * Math.cos(2 * Math.PI * frequencyHz * k / RATE);
    im += sample * Math.sin(2 * Math.PI * frequencyHz * k / RATE);
  }
  return 2 * Math.hypot(re, im) / samples.length;
}

Deno.test({
  name: "examples/screen-to-rtmp.ts publishes to a server, ffmpeg",
  ignore: ignore || Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/screen.flv`;
    const port = freePort();
    const url = `rtmp://127.0.0.1:${port}/live/secret`;
    await using server = new Peer("-listen", "1", "-i", url, "-c", "copy", path);
    await listened(port);
    const told = await example("screen-to-rtmp", ["--seconds", "2"], { RTMP_URL: url });
    await server.child.status;
    const [, sent] = /^stopped: (\d+) pictures sent, \d+ lost$/m.exec(told)!;
    const [shown] = probe(path, "stream=codec_name,width,nb_read_packets", "-count_packets");
    match(shown, /^h264,960,\d+$/);
    ok(Number(sent) > 10 && Number(shown.split(",")[2]) > Number(sent) / 2, `${sent}, ${shown}`);
  },
});
