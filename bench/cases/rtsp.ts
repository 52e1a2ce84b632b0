/**
 * A camera's RTSP to an MP4 file without recoding, beside ffmpeg: the processor time of the whole process for a second of
 * the stream, while it runs and with its start.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { isBundleCurrent } from "../../core/registry/bundle_state.ts";
import { sleep, until } from "../../tests/fixtures/waiting.ts";
import { noServer, RtspServer } from "../../tests/rtsp/fixtures/server.ts";
import { ROOT } from "../../tools/root.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { ratioRow, type Row } from "../measure.ts";
import { processorNs } from "../processor_time.ts";
import { succeeds } from "../video.ts";

const [RATE_HZ, FILE_SECONDS] = [25, 20];
/** What is measured of a run, and what goes before it: code that runs seldom is compiled late. */
const [WARM_MS, MEASURED_MS] = [15_000, 15_000];
/** How long frames are collected, where that is asked for. */
const BATCH_MS = 500;

/** What a run takes for each second of the stream, nanoseconds. */
interface Cost {
  readonly runningNs: number;
  readonly withStartNs: number;
}

export const rtsp: Benchmark = {
  name: "rtsp",
  about: "A camera's RTSP, 1080p at 25 pictures a second of 4 Mbit/s and AAC, from GStreamer's server to an MP4 file " +
    "without recoding: processor time of the whole process for each second of the stream, beside ffmpeg -c copy.",
  async run({ runs, skip }: BenchOptions): Promise<Row[]> {
    const missing = noServer ??
      (isBundleCurrent() ? undefined : 'the bundle is missing or outdated; run "deno task bundle"') ??
      (succeeds("ffmpeg", ["-version"]) ? undefined : "there is no ffmpeg");
    if (missing !== undefined) {
      skip(`rtsp: ${missing}`);
      return [];
    }
    const folder = await Deno.makeTempDir({ prefix: "sluice_rtsp_" });
    try {
      await using server = await RtspServer.start(0, await makeFile(folder));
      const url = `${server.url}/file`;
      const [ours, batches, theirs]: Cost[][] = [[], [], []];
      for (let k = 0; k < runs; k++) {
        ours.push(await record(url, folder, 0));
        batches.push(await record(url, folder, BATCH_MS));
        theirs.push(await copy(url, folder));
      }
      const row = (what: string, own: Cost[], part: keyof Cost, goal?: { of: "cost"; limit: number }) =>
        ratioRow(
          { what, peer: "ffmpeg -c copy", ...(goal && { goal }) },
          own.map((cost) => cost[part]),
          theirs.map((cost) => cost[part]),
        );
      const what = "a second of RTSP to MP4";
      return [
        row(`${what}, batchMs ${BATCH_MS}`, batches, "runningNs", { of: "cost", limit: 1.5 }),
        row(`${what}, each frame at once`, ours, "runningNs"),
        row(`${what}, batchMs ${BATCH_MS}, half a minute with its start`, batches, "withStartNs"),
      ];
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

/** Makes what the server sends. @returns the path of a file that lasts longer than a run */
async function makeFile(folder: string): Promise<string> {
  const [once, file] = [`${folder}/once.mp4`, `${folder}/camera.mp4`];
  const inputs = ["-f", "lavfi", "-i", `testsrc2=size=1920x1080:rate=${RATE_HZ}`, "-f", "lavfi", "-i", "sine=r=48000"];
  const video =
    "-c:v libx264 -preset ultrafast -tune zerolatency -g 50 -b:v 4M -maxrate 4M -bufsize 1M -pix_fmt yuv420p";
  const made = ["-t", `${FILE_SECONDS}`, ...video.split(" "), "-c:a", "aac", "-ac", "2", once];
  await ffmpeg([...inputs, ...made]);
  await ffmpeg(["-stream_loop", "2", "-i", once, "-c", "copy", file]);
  return file;
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  const { code } = await new Deno.Command("ffmpeg", { args: ["-nostdin", "-v", "error", "-y", ...args] }).output();
  equal(code, 0, `ffmpeg ${args.join(" ")}`);
}

async function record(url: string, folder: string, batchMs: number): Promise<Cost> {
  const file = `${folder}/ours.mp4`;
  const nodes = {
    camera: { type: "rtsp-source", config: { url, batchMs } },
    file: { type: "media-sink", config: { path: file, overwrite: true } },
  };
  const links = [{ from: "camera.video", to: "file.video_0" }, { from: "camera.audio", to: "file.audio_0" }];
  const graph = `${folder}/graph.json`;
  await Deno.writeTextFile(graph, JSON.stringify({ version: 1, mode: "live", nodes, links }));
  return measure(file, Deno.execPath(), ["run", "-A", `${ROOT}cli/start.ts`, "run", "--quiet", graph]);
}

function copy(url: string, folder: string): Promise<Cost> {
  const file = `${folder}/theirs.mp4`;
  const args = ["-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", url, "-c", "copy", "-y", file];
  return measure(file, "ffmpeg", args);
}

async function measure(file: string, program: string, args: readonly string[]): Promise<Cost> {
  const child = new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" }).spawn();
  let [spentNs, allNs, seconds, allSeconds] = [0, 0, 0, 0];
  try {
    const begunMs = performance.now();
    await until(() => isThere(file) || isThere(`${file}.partial`), () => `${program} writes ${file}`);
    await sleep(WARM_MS);
    const [beforeNs, fromMs] = [processorNs(child.pid), performance.now()];
    await sleep(MEASURED_MS);
    allNs = processorNs(child.pid);
    spentNs = allNs - beforeNs;
    [seconds, allSeconds] = [fromMs, begunMs].map((sinceMs) => (performance.now() - sinceMs) / 1_000);
  } finally {
    child.kill("SIGINT");
    await child.status;
  }
  const [video, audio] = await probe(file);
  equal(video.codec_name + audio.codec_name, "h264aac");
  // What is lost is not free of charge; a start takes a moment.
  for (const { duration } of [video, audio]) {
    ok(Number(duration) > seconds + WARM_MS / 1_000 - 2, `${program}: ${duration} s in ${allSeconds} s`);
  }
  const rateHz = Number(video.nb_read_packets) / Number(video.duration);
  ok(Math.abs(rateHz - RATE_HZ) < 0.5, `${program}: ${rateHz} pictures a second`);
  await Deno.remove(file);
  return { runningNs: spentNs / seconds, withStartNs: allNs / allSeconds };
}

async function probe(file: string) {
  const entries = "stream=codec_name,nb_read_packets,duration";
  const args = ["-v", "error", "-count_packets", "-show_entries", entries, "-of", "json", file];
  const { stdout } = await new Deno.Command("ffprobe", { args, stderr: "inherit" }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).streams;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false;
  }
}
