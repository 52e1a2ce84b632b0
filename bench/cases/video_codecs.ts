/**
 * H.264: a job beside the bare loop of its encoder and beside GStreamer, and decoding beside GStreamer and ffmpeg.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { hasH264Assembler } from "../../ffi/h264_assembler.ts";
import { builtLibrary } from "../../tests/fixtures/plugins/build.ts";
import { copyPicture } from "../../tests/fixtures/plugins/media.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";
import { ffmpegNs, loadVideoPlugins, noVideoPlugins, succeeds } from "../video.ts";

const MANIFEST = fileURLToPath(new URL("../../Cargo.toml", import.meta.url));
const SIZE = { width: 1_280, height: 720, frameRate: 30 };
const SECONDS = 10;
const FRAMES = SECONDS * SIZE.frameRate;
/** Pictures that the loop repeats: two seconds, so that the box moves on. */
const LOOP_SECONDS = 2;

export const videoCodecs: Benchmark = {
  name: "video-codecs",
  about:
    "Ten seconds of 720p rings at 2 Mbit/s, of which every pixel moves: a graph of test pattern, conversion and H.264 " +
    "encoder on two native lanes, from its start to its end, beside openh264 alone on such pictures in memory, with the " +
    "making of its encoder, and beside GStreamer as a command with openh264 in it; and the decoder of such a stream " +
    "beside GStreamer with the same decoder, and beside ffmpeg's own in one thread.",
  async run({ runs, skip, note }) {
    const missing = noVideoPlugins();
    if (missing !== undefined) {
      skip(missing);
      return [];
    }
    const hasAssembler = hasH264Assembler(builtLibrary("codecs"));
    if (hasAssembler !== undefined) note(`openh264 was built ${hasAssembler ? "with" : "without"} nasm`);
    const registry = await loadVideoPlugins();
    const folder = await Deno.makeTempDir({ prefix: "sluice_codecs_" });
    try {
      const raw = `${folder}/pictures.yuv`;
      await writePictures(registry, raw);
      await bareLoop(raw);
      const mp4 = `${folder}/job.mp4`;
      const job = { what: "720p pattern to H.264 in an MP4 file, a picture", ours: () => recording(registry, mp4) };
      const rows: Row[] = [
        await compare(runs, {
          ...job,
          peer: "a bare openh264 loop on pictures in memory",
          goal: { of: "speed", limit: 0.98 },
          theirs: () => bareLoop(raw),
        }),
        await compare(runs, {
          what: "the same to a sink in the script",
          peer: "a bare openh264 loop on pictures in memory",
          of: "speed",
          ours: () => encoding(registry),
          theirs: () => bareLoop(raw),
        }),
      ];
      if (succeeds("gst-inspect-1.0", ["openh264enc"])) {
        const goal = { of: "speed", limit: 1 } as const;
        rows.push(await compare(runs, { ...job, peer: "GStreamer's openh264enc", goal, theirs: () => gstreamer(mp4) }));
      } else skip("video-codecs: GStreamer has no openh264enc: apt-get install gstreamer1.0-plugins-bad");
      rows.push(...await compareDecoders(registry, runs, skip, `${folder}/stream.h264`));
      return rows;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

function start(registry: NodeRegistry, durationSeconds: number): Runtime {
  const runtime = new Runtime({ native: "require", mode: "offline", registry });
  runtime.addByType("pattern-source", { ...SIZE, pattern: "zone-plate", durationSeconds }, {
    id: "pattern",
    lane: "pictures",
  });
  runtime.addByType("convert", {}, { id: "convert", lane: "pictures" });
  runtime.connectByName("pattern.video", "convert.videoIn", { capacity: 4 });
  return runtime;
}

function addEncoder(runtime: Runtime): void {
  runtime.addByType("h264-encode", {}, { id: "encode", lane: "codec" });
  runtime.connectByName("convert.videoOut", "encode.video", { capacity: 4 });
}

/** @returns nanoseconds a picture of the whole job, its start included */
async function recording(registry: NodeRegistry, path: string): Promise<number> {
  await using runtime = start(registry, SECONDS);
  addEncoder(runtime);
  runtime.addByType("media-sink", { path }, { id: "sink", lane: "file", ports: ["video_0"] });
  runtime.connectByName("encode.encoded", "sink.video_0", { capacity: 16 });
  const fromMs = performance.now();
  await runtime.start();
  await runtime.finished;
  const elapsedMs = performance.now() - fromMs;
  const { size } = await Deno.stat(path);
  ok(size > 10_000 * SECONDS / LOOP_SECONDS, `${path} has ${size} bytes`);
  const args = [
    "-v",
    "error",
    "-count_packets",
    "-show_entries",
    "stream=codec_name,nb_read_packets",
    "-of",
    "csv=p=0",
  ];
  const { stdout } = await new Deno.Command("ffprobe", { args: [...args, path], stderr: "null" }).output();
  equal(new TextDecoder().decode(stdout).trim(), `h264,${FRAMES}`);
  return elapsedMs * 1e6 / FRAMES;
}

/** @returns nanoseconds a picture, the start included */
async function encoding(registry: NodeRegistry, take: (bytes: Uint8Array) => void = () => {}): Promise<number> {
  await using runtime = start(registry, SECONDS);
  addEncoder(runtime);
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  runtime.connectByName("encode.encoded", "sink.encoded", { capacity: 16 });
  const fromMs = performance.now();
  await runtime.start();
  let units = 0;
  for await (const { bytes } of sink) {
    units += bytes.length > 0 ? 1 : 0;
    take(bytes);
  }
  await runtime.finished;
  equal(units, FRAMES);
  return (performance.now() - fromMs) * 1e6 / FRAMES;
}

async function writePictures(registry: NodeRegistry, path: string): Promise<void> {
  await using runtime = start(registry, LOOP_SECONDS);
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName("convert.videoOut", "sink.video", { capacity: 4 });
  await runtime.start();
  using file = await Deno.open(path, { write: true, create: true });
  for await (const picture of sink) {
    for (const plane of copyPicture(picture).planes) {
      for (let at = 0; at < plane.length;) at += await file.write(plane.subarray(at));
    }
  }
  await runtime.finished;
}

/** @returns nanoseconds a picture */
async function bareLoop(path: string): Promise<number> {
  const example = ["--package", "sluice-plugin-codecs", "--example", "h264_loop"];
  const args = [path, `${SIZE.width}`, `${SIZE.height}`, `${SECONDS / LOOP_SECONDS}`];
  const { code, stdout, stderr } = await new Deno.Command("cargo", {
    args: ["run", "--quiet", "--release", "--locked", "--manifest-path", MANIFEST, ...example, "--", ...args],
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  const [ns, bytes] = new TextDecoder().decode(stdout).split(" ").map(Number);
  ok(bytes > 20_000, `the loop made ${bytes} bytes`);
  return ns;
}

/** @returns nanoseconds a picture */
async function gstreamer(path: string): Promise<number> {
  return await launchNs(
    `videotestsrc pattern=zone-plate kx2=20 ky2=20 kt=8 num-buffers=${FRAMES} ! ` +
      `video/x-raw,width=${SIZE.width},height=${SIZE.height},format=RGBA,framerate=${SIZE.frameRate}/1 ! queue ! ` +
      "videoconvert ! video/x-raw,format=I420 ! queue ! " +
      "openh264enc bitrate=2000000 rate-control=bitrate gop-size=60 complexity=medium ! " +
      // Left alone it makes the baseline profile, whose entropy coding is less work.
      `video/x-h264,profile=high ! h264parse ! mp4mux ! filesink location=${path}`,
  ) / FRAMES;
}

/** @returns nanoseconds that the command takes */
async function launchNs(pipeline: string): Promise<number> {
  const fromMs = performance.now();
  const { code } = await new Deno.Command("gst-launch-1.0", { args: ["-q", ...pipeline.split(" ")], stdout: "null" })
    .output();
  equal(code, 0, "gst-launch-1.0");
  return (performance.now() - fromMs) * 1e6;
}

async function compareDecoders(
  registry: NodeRegistry,
  runs: number,
  skip: (why: string) => void,
  path: string,
): Promise<Row[]> {
  const units: Uint8Array[] = [];
  await encoding(registry, (bytes) => units.push(bytes.slice()));
  await Deno.writeFile(path, new Blob(units as Uint8Array<ArrayBuffer>[]).stream());
  const job = { what: "720p H.264 to pictures, a picture", ours: () => decode(registry, units) };
  const rows: Row[] = [];
  if (succeeds("gst-inspect-1.0", ["openh264dec"])) {
    const pipeline = `filesrc location=${path} ! h264parse ! openh264dec ! fakesink sync=false`;
    const theirs = async () => await launchNs(pipeline) / units.length;
    rows.push(
      await compare(runs, { ...job, peer: "GStreamer's openh264dec", goal: { of: "speed", limit: 1 }, theirs }),
    );
  } else skip("video-codecs: GStreamer has no openh264dec: apt-get install gstreamer1.0-plugins-bad");
  if (succeeds("ffmpeg", ["-version"])) {
    const theirs = async () => await ffmpegNs(["-f", "null", "-"], ["-f", "h264", "-i", path]) / units.length;
    rows.push(await compare(runs, { ...job, peer: "ffmpeg's decoder in one thread", of: "speed", theirs }));
  } else skip("video-codecs: ffmpeg is not installed: apt-get install ffmpeg");
  return rows;
}

/** @returns nanoseconds a picture of the whole job, its start included */
async function decode(registry: NodeRegistry, units: readonly Uint8Array[]): Promise<number> {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const source = runtime.add(appSource.encoded({ codec: "h264" }), { id: "source" });
  runtime.addByType("h264-decode", {}, { id: "decode", lane: "codec" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName("source.encoded", "decode.encoded", { capacity: 16 });
  runtime.connectByName("decode.video", "sink.video", { capacity: 4 });
  const fromMs = performance.now();
  await runtime.start();
  const sent = (async () => {
    for (const bytes of units) await source.push({ bytes, durationNs: 1e9 / SIZE.frameRate });
    source.end();
  })();
  let frames = 0;
  for await (const { width } of sink) frames += width === SIZE.width ? 1 : 0;
  await sent;
  await runtime.finished;
  equal(frames, units.length);
  return (performance.now() - fromMs) * 1e6 / frames;
}
