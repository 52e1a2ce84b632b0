/** The examples with RTSP, against GStreamer's server; what they write is looked at with ffmpeg. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";
import { withServer } from "./fixtures/server.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A test that needs the decoders and encoders as well. */
function withFolder(name: string, fn: (folder: string, server: string) => Promise<void>): void {
  if (noRustPlugin("video") !== undefined) return;
  withServer(name, async ({ url }) => {
    const folder = await Deno.makeTempDir({ prefix: "sluice_rtsp_" });
    try {
      await fn(folder, url);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }, rare(Deno.test));
}

withFolder("examples/two-cameras.ts records both side by side until Ctrl-C", async (folder, server) => {
  const file = `${folder}/cameras.mp4`;
  const program = start("two-cameras", folder, [file], { RTSP_URL: `${server}/aac`, RTSP_URL_2: `${server}/sync` });
  await until(() => sizeOf(`${file}.partial`) > 700_000, () => "pictures in the recording");
  program.kill("SIGINT");
  const { code, stdout } = await program.output();
  const text = new TextDecoder().decode(stdout);
  deepEqual([code, text.split("\n")[0]], [130, "Recording; Ctrl-C completes the file"]);
  const [, seconds, pictures] = /^stopped: ([\d.]+) s in \S+, with (\d+) pictures of the second camera$/m.exec(text)!;
  ok(Number(pictures) > 0, text);
  const [video, audio] = await probe(file);
  deepEqual([video.width, video.height], [1280, 360]);
  for (const { duration } of [video, audio]) ok(Math.abs(Number(duration) - Number(seconds)) < 0.5, text);
  // The first camera sends snow; the second one white for two seconds, then black.
  const all = await ffmpeg(["-i", file, "-vf", "fps=2", "-f", "rawvideo", "-pix_fmt", "gray", "-"]);
  const shown = Array.from({ length: all.length / (1280 * 360) }, (_, k) => {
    const picture = all.subarray(k * 1280 * 360, (k + 1) * 1280 * 360);
    const [left, right] = [0, 640].map((from) =>
      picture.filter((_, at) => at % 1280 >= from && at % 1280 < from + 640)
    );
    return deviation(left) > 4 && mean(right) > 200 ? "snow and white" : "";
  });
  ok(shown.includes("snow and white"), `${shown.length} pictures`);
});

withFolder("examples/rtsp-to-hls.ts writes what ffmpeg plays, pictures and sound", async (folder, server) => {
  const program = start("rtsp-to-hls", folder, ["--seconds", "8"], { RTSP_URL: `${server}/aac` });
  const { code, stdout } = await program.output();
  equal(code, 0);
  match(new TextDecoder().decode(stdout), /^stopped: \d{3} frames of the camera$/m);
  const [video, audio] = await probe(`${folder}/out/camera/live.m3u8`);
  deepEqual([video.width, video.height], [320, 240]);
  const [pictures, blocks] = [video, audio].map(({ nb_read_frames: frames }) => Number(frames));
  // Four seconds at least, with their sound.
  ok(pictures >= 100 && Math.abs(pictures / 25 - blocks * 1024 / 48_000) < 0.5, `${pictures} and ${blocks}`);
});

for (const name of ["two-cameras", "rtsp-to-hls"]) {
  rare(Deno.test)(`examples/${name}.ts tells what is missing, and its help`, async () => {
    const help = await start(name, ROOT, ["--help"], {}).output();
    equal(help.code, 0);
    match(new TextDecoder().decode(help.stdout), new RegExp(`^Usage: deno run -A examples/${name}\\.ts`));
    const without = await start(name, ROOT, [], {}, "piped").output();
    equal(without.code, 2);
    match(
      new TextDecoder().decode(without.stderr),
      /^error: RTSP_URL is not set: it names [^\n]+ rtsp:\/\/HOST\/PATH$/m,
    );
  });
}

function start(name: string, cwd: string, args: string[], env: Record<string, string>, stderr?: "piped") {
  const run = ["run", "-A", "--no-check", "--config", `${ROOT}deno.json`, `${ROOT}examples/${name}.ts`];
  const shared = { NO_COLOR: "1", SLUICE_LOG: "error" };
  const command = new Deno.Command(Deno.execPath(), {
    args: [...run, ...args],
    cwd,
    env: { ...shared, ...env },
    stdout: "piped",
    stderr: stderr ?? "inherit",
  });
  return command.spawn();
}

/** What ffprobe says of the pictures and of the sound, each of which it decodes. */
async function probe(file: string) {
  const entries = "stream=codec_name,width,height,duration,nb_read_frames";
  const args = ["-v", "error", "-count_frames", "-show_entries", entries, "-of", "json", file];
  const { stdout } = await new Deno.Command("ffprobe", { args, stderr: "inherit" }).output();
  const { streams } = JSON.parse(new TextDecoder().decode(stdout));
  return ["h264", "aac"].map((codec) => streams.find((stream: { codec_name: string }) => stream.codec_name === codec));
}

async function ffmpeg(args: readonly string[]): Promise<Uint8Array> {
  const { stdout } = await new Deno.Command("ffmpeg", { args: ["-v", "error", ...args], stderr: "inherit" }).output();
  return stdout;
}

function mean(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: Uint8Array): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length);
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
