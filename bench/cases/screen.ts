/**
 * A screen to an MP4 file, beside GStreamer and ffmpeg: the processor time of the whole process while it runs. The screen is
 * an X server of the benchmark's own, on which pictures move.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { isBundleCurrent } from "../../core/registry/bundle_state.ts";
import { Runtime } from "../../core/runtime.ts";
import { hasH264Assembler } from "../../ffi/h264_assembler.ts";
import { nodes } from "../../sluice.gen.ts";
import { noServer, XServer } from "../../tests/devices/fixtures/x_server.ts";
import { builtLibrary } from "../../tests/fixtures/plugins/build.ts";
import { sleep, until } from "../../tests/fixtures/waiting.ts";
import { ROOT } from "../../tools/root.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";
import { processorNs } from "../processor_time.ts";
import { succeeds } from "../video.ts";

const [WIDTH, HEIGHT, RATE_HZ] = [1_920, 1_080, 30];
const BITS = 4_000_000;
/** What is measured of a run, and what goes before it. */
const [WARM_MS, MEASURED_MS] = [1_500, 6_000];
const MOST_RUNS = 3;

export const screen: Benchmark = {
  name: "screen",
  about:
    "The screen of an X server, 1080p at 30 pictures a second with a window of 640 × 360 in which every pixel moves, to an " +
    "MP4 file at 4 Mbit/s: processor time of the whole process for each picture of the file, beside GStreamer's ximagesrc " +
    "with the same encoder and beside ffmpeg's x11grab with x264.",
  async run({ runs, skip, note }: BenchOptions): Promise<Row[]> {
    const missing = noServer ??
      (isBundleCurrent() ? undefined : 'the bundle is missing or outdated; run "deno task bundle"');
    if (missing !== undefined) {
      skip(`screen: ${missing}`);
      return [];
    }
    const hasAssembler = hasH264Assembler(builtLibrary("codecs"));
    if (hasAssembler !== undefined) note(`openh264 was built ${hasAssembler ? "with" : "without"} nasm`);
    const folder = await Deno.makeTempDir({ prefix: "sluice_screen_" });
    try {
      await using server = await XServer.start([WIDTH, HEIGHT]);
      await using scene = new Runtime({ native: "require", mode: "live" });
      const pattern = scene.add(
        nodes.patternSource({ width: 640, height: 360, frameRate: RATE_HZ, pattern: "zone-plate" }),
      );
      const window = scene.add(nodes.display({ server: { display: server.name } }));
      scene.connect(pattern.outputs.video, window.inputs.video);
      await scene.start();
      const file = `${folder}/screen.mp4`;
      const line = `screen display=${server.name} frameRate=${RATE_HZ} ! convert pixelFormat=i420 ! h264-encode ` +
        `bitRate=${BITS} ! media-sink path=${file}`;
      const ours = () =>
        measure(file, Deno.execPath(), ["run", "-A", `${ROOT}cli/start.ts`, "run", "--quiet", "-e", line]);
      const shared = {
        what: "1080p screen to an MP4 file, a picture",
        goal: { of: "cost", limit: 1 },
        ours,
      } as const;
      const rows: Row[] = [];
      const gstreamer = `ximagesrc display-name=${server.name} ! video/x-raw,framerate=${RATE_HZ}/1 ! videoconvert ! ` +
        `openh264enc bitrate=${BITS} gop-size=60 ! h264parse ! mp4mux ! filesink location=${file}`;
      if (["ximagesrc", "openh264enc"].every((element) => succeeds("gst-inspect-1.0", [element]))) {
        const theirs = () => measure(file, "gst-launch-1.0", ["-q", "-e", ...gstreamer.split(" ")]);
        rows.push(await compare(Math.min(runs, MOST_RUNS), { ...shared, peer: "ximagesrc ! openh264enc", theirs }));
      } else skip("screen: GStreamer has no ximagesrc or openh264enc: apt-get install gstreamer1.0-plugins-{good,bad}");
      const input = [
        "-f",
        "x11grab",
        "-framerate",
        `${RATE_HZ}`,
        "-video_size",
        `${WIDTH}x${HEIGHT}`,
        "-i",
        server.name,
      ];
      const output = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", `${BITS}`, "-y", file];
      if (succeeds("ffmpeg", ["-version"])) {
        const theirs = () => measure(file, "ffmpeg", ["-nostdin", "-v", "error", ...input, ...output]);
        rows.push(
          await compare(Math.min(runs, MOST_RUNS), { ...shared, peer: "ffmpeg's x11grab, x264 ultrafast", theirs }),
        );
      } else skip("screen: there is no ffmpeg");
      await scene.stop();
      return rows;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

/** @returns nanoseconds of processor time for each picture */
async function measure(file: string, program: string, args: readonly string[]): Promise<number> {
  const child = new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" }).spawn();
  let [spentNs, seconds] = [0, 0];
  try {
    const begin = `${program} writes ${file}`;
    await until(() => isThere(file) || isThere(`${file}.partial`), () => begin);
    await sleep(WARM_MS);
    const [beforeNs, fromMs] = [processorNs(child.pid), performance.now()];
    await sleep(MEASURED_MS);
    spentNs = processorNs(child.pid) - beforeNs;
    seconds = (performance.now() - fromMs) / 1_000;
  } finally {
    child.kill("SIGINT");
    await child.status;
  }
  const { width, height, nb_read_packets: count, duration } = await probe(file);
  deepEqual([width, height], [WIDTH, HEIGHT]);
  const rateHz = Number(count) / Number(duration);
  // A machine that does other things takes some of them.
  ok(rateHz > 0.7 * RATE_HZ, `${program}: ${count} pictures in ${duration} s`);
  ok(Number(duration) > seconds, `${program}: ${duration} s of pictures in ${seconds} s`);
  await Deno.remove(file);
  return spentNs / seconds / rateHz;
}

async function probe(file: string) {
  const entries = "stream=width,height,nb_read_packets,duration";
  const args = ["-v", "error", "-count_packets", "-show_entries", entries, "-of", "json", file];
  const { stdout } = await new Deno.Command("ffprobe", { args, stderr: "inherit" }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).streams[0];
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false;
  }
}
