/**
 * The stages of `crates/apple`, over its example `apple_stand_in`, which stands for macOS: what they do with frames is the
 * same everywhere.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { AppEncodedUnit } from "../../core/app/source_items.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { Runtime } from "../../core/runtime.ts";
import { runCommand } from "../../tools/command.ts";
import { ROOT } from "../../tools/root.ts";
import { noCompilerOf, noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import { addRow, copyPicture, end, type Row, runtimeOf } from "../fixtures/plugins/media.ts";

const SIZE = { width: 16, height: 8 };
const PERIOD_NS = 40e6;
const ID = "org.sluice.apple.";

const obstacle = noPlugins ?? noCompilerOf("cargo");
let loaded: Promise<NodeRegistry> | undefined;

/** Builds the example, and loads it as the plugin that macOS has. */
async function load(): Promise<NodeRegistry> {
  const args = ["build", "--release", "--locked", "--package", "sluice-apple", "--example", "apple_stand_in"];
  const env = { CARGO_TARGET_DIR: `${ROOT}target` };
  const { code, output } = await runCommand({ program: "cargo", args, env });
  equal(code, 0, output);
  await using folder = await PluginFolder.make();
  await Deno.mkdir(`${folder.path}/apple`);
  await Deno.symlink(`${ROOT}target/release/examples/libapple_stand_in.so`, `${folder.path}/apple/libapple.so`);
  const manifest = await Deno.readTextFile(`${ROOT}crates/apple/plugin/plugin.toml`);
  await folder.describe(`${folder.path}/apple`, manifest.replace("sluice_plugin_apple", "apple"));
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

function test(name: string, fn: (registry: NodeRegistry) => Promise<void>): void {
  const title = `apple: ${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`;
  Deno.test({ name: title, ignore: obstacle !== undefined, fn: async () => await fn(await (loaded ??= load())) });
}

/** Starts a graph. @returns its end, which somebody hears from the beginning */
async function start(runtime: Runtime): Promise<{ readonly ended: ReturnType<typeof end> }> {
  await runtime.start();
  const ended = end(runtime);
  ended.catch(() => {});
  return { ended };
}

/** Runs pictures of these greys through stages in a row that end in encoded frames. */
async function encode(
  registry: NodeRegistry,
  row: Row,
  greys: readonly number[],
  pixelFormat: "nv12" | "i420" = "nv12",
) {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.video({ pixelFormat, ...SIZE, frameRate: 25 }), { id: "source" });
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  const last = addRow(registry, runtime, row, "source.video");
  runtime.connectByName(last, "sink.encoded", { policy: "lossless", capacity: 2 });
  const { ended } = await start(runtime);
  const chroma = pixelFormat === "nv12" ? [new Uint8Array(64)] : [new Uint8Array(32), new Uint8Array(32)];
  const sent = (async () => {
    for (const grey of greys) await source.push({ planes: [new Uint8Array(128).fill(grey), ...chroma] });
    source.end();
  })();
  const units: { bytes: number[]; keyframe: boolean; ptsNs: number; discontinuity: boolean }[] = [];
  const read = (async () => {
    for await (const { bytes, keyframe, ptsNs, discontinuity } of sink) {
      units.push({ bytes: [...bytes], keyframe, ptsNs, discontinuity });
    }
  })();
  await Promise.allSettled([sent, read]);
  return { units, ...await ended };
}

/** Runs units through a decoder. */
async function decode(registry: NodeRegistry, units: readonly AppEncodedUnit[], config = {}) {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.encoded({ codec: "h264", ...SIZE }), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const last = addRow(registry, runtime, { [`${ID}h264-decode#decode`]: config }, "source.encoded");
  runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 2 });
  const { ended } = await start(runtime);
  const sent = (async () => {
    for (const unit of units) await source.push(unit);
    source.end();
  })();
  const pictures: [grey: number, ptsNs: number, gap: boolean][] = [];
  const read = (async () => {
    for await (const picture of sink) {
      const { planes: [luma], ptsNs, discontinuity } = copyPicture(picture);
      pictures.push([luma[0], ptsNs, discontinuity]);
    }
  })();
  await Promise.allSettled([sent, read]);
  return { pictures, ...await ended };
}

const SETS = [0, 0, 0, 1, 0x67, 1, 8, 4, 0, 0, 0, 1, 0x68, 1, 8, 4];
const slice = (header: number, grey: number) => [0, 0, 0, 1, header, 1, grey];
const key = (grey: number) => Uint8Array.from([...SETS, ...slice(0x65, grey)]);
const other = (grey: number) => Uint8Array.from(slice(0x41, grey));
const GREYS = Array.from({ length: 30 }, (_, k) => k + 10);

for (const pixelFormat of ["nv12", "i420"] as const) {
  test(`h264-encode gives each picture of ${pixelFormat} once and in order, with parameter sets before key frames`, async (registry) => {
    const row = { [`${ID}h264-encode#encode`]: { keyInterval: 10 } };
    const { units, figures } = await encode(registry, row, GREYS, pixelFormat);
    const wanted = GREYS.map((grey, k) => ({
      bytes: k % 10 === 0 ? [...key(grey)] : [...other(grey)],
      keyframe: k % 10 === 0,
      ptsNs: k * PERIOD_NS,
      discontinuity: false,
    }));
    deepEqual(units, wanted);
    const bytes = units.reduce((sum, unit) => sum + unit.bytes.length, 0);
    deepEqual(figures("encode"), { frames: 30, keyFrames: 3, bytes, leftOut: 0 });
  });
}

test("pictures go from a decoder to an encoder as handles on their lane, and none is left", async (registry) => {
  const row = {
    [`${ID}h264-encode#first`]: { keyInterval: 4 },
    [`${ID}h264-decode#decode`]: {},
    [`${ID}hevc-encode#second`]: { keyInterval: 1000 },
    [`${ID}hevc-decode#again`]: {},
    [`${ID}h264-encode#last`]: { keyInterval: 1000 },
  };
  const { units, figures } = await encode(registry, row, GREYS);
  deepEqual(units.map(({ bytes }) => bytes.at(-1)), GREYS);
  deepEqual(units.map(({ ptsNs }) => ptsNs), GREYS.map((_, k) => k * PERIOD_NS));
  deepEqual(figures("decode"), { units: 30, frames: 30, damaged: 0 });
});

test("a picture that the encoder drops is counted, and the next unit is flagged", async (registry) => {
  const row = { [`${ID}h264-encode#encode`]: { keyInterval: 1000 } };
  const { units, figures } = await encode(registry, row, [10, 1, 12, 13]);
  deepEqual(units.map(({ bytes, discontinuity }) => [bytes.at(-1), discontinuity]), [[10, false], [12, true], [
    13,
    false,
  ]]);
  equal(figures("encode")?.leftOut, 1);
});

test("an encoder that fails fails its node with the reason", async (registry) => {
  const row = { [`${ID}hevc-encode#encode`]: {} };
  await rejects(encode(registry, row, [10, 2, 12]), /Node "encode".*the stand-in was told to fail/);
});

test("h264-decode gives pictures in the order of presentation", async (registry) => {
  // I P B B P B B, with decoding times two pictures earlier.
  const order = [[0, -2], [3, -1], [1, 0], [2, 1], [6, 2], [4, 3], [5, 4]];
  const units = order.map(([pts, dts], k) => ({
    bytes: k === 0 ? key(20) : other(20 + pts),
    keyframe: k === 0,
    ptsNs: (pts + 2) * PERIOD_NS,
    dtsNs: (dts + 2) * PERIOD_NS,
  }));
  const { pictures } = await decode(registry, units);
  deepEqual(pictures, [0, 1, 2, 3, 4, 5, 6].map((pts) => [20 + pts, (pts + 2) * PERIOD_NS, false]));
});

test("units before the first parameter sets are left out and counted, and the next picture is flagged", async (registry) => {
  const units = [other(10), other(11), key(12), other(13)].map((bytes, k) => ({
    bytes,
    keyframe: k === 2,
    ptsNs: k * PERIOD_NS,
  }));
  const { pictures, figures } = await decode(registry, units);
  deepEqual(pictures, [[12, 2 * PERIOD_NS, true], [13, 3 * PERIOD_NS, false]]);
  deepEqual(figures("decode"), { units: 4, frames: 2, damaged: 2 });
});

test("a damaged unit is left out and counted, or fails the node where that is asked for", async (registry) => {
  const units = [key(10), other(3), other(12)].map((bytes, k) => ({ bytes, keyframe: k === 0, ptsNs: k * PERIOD_NS }));
  const { pictures, figures } = await decode(registry, units);
  deepEqual(pictures.map(([grey, , gap]) => [grey, gap]), [[10, false], [12, true]]);
  equal(figures("decode")?.damaged, 1);
  await rejects(decode(registry, units, { damaged: "fail" }), /access unit \d cannot be decoded: the grey is 3/);
});

test("a decoder that is lost is made anew with the next key frame", async (registry) => {
  const units = [key(10), other(4), key(20), other(21)].map((bytes, k) => ({
    bytes,
    keyframe: k % 2 === 0,
    ptsNs: k * PERIOD_NS,
  }));
  const { pictures } = await decode(registry, units);
  deepEqual(pictures.map(([grey]) => grey), [10, 20, 21]);
});

test("mp4-sink writes both tracks from the first key frame on, and tells the writer of all of it", async (registry) => {
  const folder = await Deno.makeTempDir({ prefix: "sluice-apple-" });
  const path = `${folder}/a.mp4`;
  await using runtime = runtimeOf(registry);
  const video = runtime.add(appSource.encoded({ codec: "h264", ...SIZE }), { id: "video" });
  const audio = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 2 }), { id: "audio" });
  runtime.addByType(`${ID}mp4-sink`, { path }, { id: "sink" });
  runtime.connectByName("video.encoded", "sink.video");
  runtime.connectByName("audio.audio", "sink.audio");
  await runtime.start();
  const sent = (async () => {
    for (const [k, bytes] of [other(9), key(10), other(11)].entries()) {
      await video.push({ bytes, keyframe: k === 1, ptsNs: (k + 1) * PERIOD_NS, dtsNs: k * PERIOD_NS });
    }
    video.end();
  })();
  const channels = [Float32Array.of(1, 3), Float32Array.of(2, 4)];
  for (const ptsNs of [50e6, 90e6]) await audio.push({ channels, ptsNs });
  audio.end();
  await sent;
  const { figures } = await end(runtime);
  const lines = (await Deno.readTextFile(path)).trim().split("\n");
  deepEqual(lines[0], "start 50000000 sets 2 sound 2 × 48000");
  deepEqual(lines.slice(1, -1).sort(), [
    "audio 50000000 4 [1.0, 2.0, 3.0, 4.0]",
    "audio 90000000 4 [1.0, 2.0, 3.0, 4.0]",
    "video 120000000 80000000 false [0, 0, 0, 3, 65, 1, 11]",
    "video 80000000 40000000 true [0, 0, 0, 3, 101, 1, 10]",
  ]);
  // All pictures that other tests have decoded were given back.
  deepEqual(lines.at(-1), "end true living 0");
  deepEqual(figures("sink"), { units: 2, blocks: 2, leftOut: 1 });
  await Deno.remove(folder, { recursive: true });
});

test("mp4-sink refuses a file that is there, and a folder that is not", async (registry) => {
  const folder = await Deno.makeTempDir({ prefix: "sluice-apple-" });
  const path = `${folder}/a.mp4`;
  await Deno.writeTextFile(path, "mine");
  for (
    const [wrong, why] of [[path, /it is there already/], [`${folder}/none/a.mp4`, /there is no folder/], [
      "",
      /names no file/,
    ]] as const
  ) {
    await using runtime = runtimeOf(registry);
    const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "audio" });
    runtime.addByType(`${ID}mp4-sink`, { path: wrong }, { id: "sink" });
    runtime.connectByName("audio.audio", "sink.audio");
    await rejects(runtime.start(), why);
    source.end();
  }
  equal(await Deno.readTextFile(path), "mine");
  await Deno.remove(folder, { recursive: true });
});
