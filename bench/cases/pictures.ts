/**
 * Stages for pictures beside ffmpeg's swscale.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare, median, type Row } from "../measure.ts";
import { ffmpegNs, loadVideoPlugins, noVideoPlugins, succeeds } from "../video.ts";

const SIZE = { width: 1_920, height: 1_080, frameRate: 30 };
const SECONDS = 10;
const FRAMES = SECONDS * SIZE.frameRate;

/** A stage, and the filter that does the same. */
const WORK = [
  {
    what: "RGBA to NV12 at 1080p, a picture",
    stage: "convert",
    config: { pixelFormat: "nv12" },
    wanted: [1_920, 1_080, "nv12"],
    filter: "scale=flags=bilinear:out_color_matrix=bt709:out_range=tv,format=nv12",
  },
  {
    what: "RGBA at 1080p to 720p, bilinear, a picture",
    stage: "scale",
    config: { width: 1_280, height: 720, filter: "bilinear" },
    wanted: [1_280, 720, "rgba8"],
    filter: "scale=1280:720:flags=bilinear",
  },
] as const;

/** Different bytes in the first plane of a picture of the pattern, at least; one of a single colour has one. */
const FEWEST_VALUES = 8;

/** 2160p, whose pictures take larger slots. */
const LARGE = { width: 3_840, height: 2_160, frameRate: 30, durationSeconds: 2 };

export const pictures: Benchmark = {
  name: "pictures",
  about:
    "The time that a stage is busy with a 1080p picture that another lane has made, beside ffmpeg in one thread: eight " +
    "pictures in its memory again and again, with the filter, less without it. And how fast a lane draws, labels, " +
    "converts and encodes 2160p.",
  async run({ runs, skip }) {
    const missing = noVideoPlugins();
    if (missing !== undefined) {
      skip(missing);
      return [];
    }
    const registry = await loadVideoPlugins();
    const rows: Row[] = [];
    if (succeeds("ffmpeg", ["-version"])) {
      for (const work of WORK) {
        rows.push(
          await compare(runs, {
            what: work.what,
            peer: "swscale in one thread",
            goal: { of: "speed", limit: 0.9 },
            ours: () => stageNs(registry, work),
            theirs: async () => (await filterNs(work.filter)) - (await filterNs("null")),
          }),
        );
      }
    } else skip("pictures: ffmpeg is not installed: apt-get install ffmpeg");
    rows.push(await shareOfRealTime(registry, runs));
    return rows;
  },
};

/** @returns nanoseconds that the stage is busy with a picture */
async function stageNs(registry: NodeRegistry, { stage, config, wanted }: typeof WORK[number]): Promise<number> {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  runtime.addByType("pattern-source", { ...SIZE, durationSeconds: SECONDS }, {
    id: "pattern",
    lane: "source",
  });
  runtime.addByType(stage, { ...config }, { id: "stage", lane: "work" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName("pattern.video", "stage.videoIn", { capacity: 4 });
  runtime.connectByName("stage.videoOut", "sink.video", { capacity: 4 });
  await runtime.start();
  let frames = 0;
  for await (const frame of sink) {
    const { width, height, pixelFormat } = frame;
    equal(`${[width, height, pixelFormat]}`, `${wanted}`);
    const values = frames > 0 ? Infinity : new Set(frame.plane(0)).size;
    ok(values >= FEWEST_VALUES, `a picture of the pattern has ${values} different bytes`);
    frames++;
  }
  await runtime.finished;
  equal(frames, FRAMES);
  return runtime.stats().nodes.find(({ id }) => id === "stage")!.busyNs / FRAMES;
}

/** @returns nanoseconds a picture */
async function filterNs(filter: string): Promise<number> {
  const source = "testsrc2=size=1920x1080:rate=30,format=rgba,loop=loop=-1:size=8";
  const output = ["-vf", filter, "-frames:v", `${FRAMES}`, "-f", "null", "-"];
  return await ffmpegNs(output, ["-f", "lavfi", "-i", source]) / FRAMES;
}

async function shareOfRealTime(registry: NodeRegistry, runs: number): Promise<Row> {
  const shares: number[] = [];
  for (let k = 0; k < runs; k++) shares.push(await largeJob(registry));
  return {
    what: "2160p30 pattern, overlay, H.264 on two lanes: speed",
    peer: "real time",
    result: `${median(shares).toFixed(2)} × real time`,
    spread: `${Math.min(...shares).toFixed(2)} to ${Math.max(...shares).toFixed(2)}`,
    goal: "",
    hit: undefined,
    detail: `${(LARGE.frameRate * median(shares)).toFixed(0)} pictures a second`,
  };
}

/** @returns seconds of media a second */
async function largeJob(registry: NodeRegistry): Promise<number> {
  const pools = { video: { slotBytes: LARGE.width * LARGE.height * 4 } };
  await using runtime = new Runtime({ native: "require", mode: "offline", registry, pools });
  const add = (type: string, config: object, id: string, lane: string) =>
    runtime.addByType(type, { ...config }, { id, lane });
  add("pattern-source", LARGE, "pattern", "pictures");
  add("overlay", { text: "{time} {frame}" }, "overlay", "pictures");
  add("convert", {}, "convert", "pictures");
  add("h264-encode", { bitRate: 12_000_000 }, "encode", "codec");
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  runtime.connectByName("pattern.video", "overlay.videoIn", { capacity: 2 });
  runtime.connectByName("overlay.videoOut", "convert.videoIn", { capacity: 2 });
  runtime.connectByName("convert.videoOut", "encode.video", { capacity: 2 });
  runtime.connectByName("encode.encoded", "sink.encoded", { capacity: 16 });
  const fromMs = performance.now();
  await runtime.start();
  let units = 0;
  for await (const { bytes } of sink) {
    ok(bytes.length > 0);
    units++;
  }
  await runtime.finished;
  equal(units, LARGE.frameRate * LARGE.durationSeconds);
  return LARGE.durationSeconds * 1_000 / (performance.now() - fromMs);
}
