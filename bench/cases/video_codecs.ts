/**
 * A video job beside the bare loop of its encoder.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { appSink } from "../../core/app/app_sink.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { noRustPlugin, PluginFolder } from "../../tests/fixtures/plugins/build.ts";
import { copyPicture } from "../../tests/fixtures/plugins/media.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare } from "../measure.ts";

const MANIFEST = fileURLToPath(new URL("../../Cargo.toml", import.meta.url));
const SIZE = { width: 1_280, height: 720, frameRate: 30 };
const SECONDS = 10;
/** Pictures that the loop repeats: two seconds, so that the box moves on. */
const LOOP_SECONDS = 2;

export const videoCodecs: Benchmark = {
  name: "video-codecs",
  about:
    "720p at 2 Mbit/s: a graph of test pattern, conversion and H.264 encoder on two native lanes, to a sink in the " +
    "script, beside openh264 alone on such pictures in memory.",
  async run({ runs, skip }) {
    const missing = noRustPlugin("video") ?? noRustPlugin("codecs");
    if (missing !== undefined) {
      skip(missing);
      return [];
    }
    const registry = await loadAll();
    const path = await Deno.makeTempFile({ suffix: ".yuv" });
    try {
      await writePictures(registry, path);
      await bareLoop(path);
      return [
        await compare(runs, {
          what: "720p pattern to H.264, a picture",
          peer: "a bare openh264 loop on pictures in memory",
          goal: { of: "speed", limit: 0.98 },
          ours: () => job(registry),
          theirs: () => bareLoop(path),
        }),
      ];
    } finally {
      await Deno.remove(path);
    }
  },
};

async function loadAll(): Promise<NodeRegistry> {
  await using folder = await PluginFolder.make();
  await folder.addRust("video");
  await folder.addRust("codecs");
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

function start(registry: NodeRegistry, durationSeconds: number): Runtime {
  const runtime = new Runtime({ native: "require", mode: "offline", registry });
  runtime.addByType("org.sluice.video.pattern-source", { ...SIZE, durationSeconds }, {
    id: "pattern",
    lane: "pictures",
  });
  runtime.addByType("org.sluice.video.convert", {}, { id: "convert", lane: "pictures" });
  runtime.connectByName("pattern.video", "convert.videoIn", { capacity: 4 });
  return runtime;
}

/** @returns nanoseconds a picture of the whole job, its start included */
async function job(registry: NodeRegistry): Promise<number> {
  await using runtime = start(registry, SECONDS);
  runtime.addByType("org.sluice.codecs.h264-encode", {}, { id: "encode", lane: "codec" });
  runtime.connectByName("convert.videoOut", "encode.video", { capacity: 4 });
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  runtime.connectByName("encode.encoded", "sink.encoded", { capacity: 16 });
  const fromMs = performance.now();
  await runtime.start();
  let units = 0;
  for await (const { bytes } of sink) units += bytes.length > 0 ? 1 : 0;
  await runtime.finished;
  equal(units, SECONDS * SIZE.frameRate);
  return (performance.now() - fromMs) * 1e6 / units;
}

async function writePictures(registry: NodeRegistry, path: string): Promise<void> {
  await using runtime = start(registry, LOOP_SECONDS);
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName("convert.videoOut", "sink.video", { capacity: 4 });
  await runtime.start();
  using file = await Deno.open(path, { write: true });
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
