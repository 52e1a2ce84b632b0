/**
 * Native stages of plugins: what the interface costs, a lane of them, the way to TypeScript and back, and sensors.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { nativeNodes, nativePackage } from "../../core/registry/fixtures/test_stages.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { noRustPlugin, PluginFolder } from "../../tests/fixtures/plugins/build.ts";
import type { Benchmark } from "../benchmark.ts";
import { runChain } from "../graph.ts";
import { compare, type Row } from "../measure.ts";
import { benchPasses } from "../nodes/package.ts";
import { GSTREAMER_MISSING, hasGStreamer, identityHop } from "../peers/gstreamer.ts";
import { hasScipy, SCIPY_MISSING, sensorPath } from "../peers/scipy.ts";

const STAGES = 8;
const FRAMES = 1_000_000;
const LANE_FRAMES = 300_000;
/** Stages that pass frames on, in batches and one after the other: of a plugin, and built in. */
const IN_BATCHES = { ours: "org.sluice.example.pass", theirs: "native-pass-many" };
const SINGLY = { ours: "org.sluice.example.pass-each", theirs: "native-pass" };

const CHANNELS = 64;
const RATE_HZ = 10_000;
const SENSOR_SECONDS = 60;
/** The tone of the sensor path lies in this bin of its spectra. */
const BIN = 40;

export const nativeStages: Benchmark = {
  name: "native-stages",
  about:
    "A native lane: source, 8 stages that pass frames on, sink, in a chain of lossless links of 8 frames, less a chain " +
    "of source and sink. And the " +
    "sensor path of 64 channels at 10 kHz: counts, volts, a low pass of order 4, 16:1, spectra of 1,024.",
  async run({ runs, skip }) {
    const missing = noRustPlugin() ?? noRustPlugin("sensors");
    if (missing !== undefined) {
      skip(missing);
      return [];
    }
    const registry = await loadAll();
    const rows: Row[] = [
      ...await compareHops(runs, registry, IN_BATCHES, "hop between native stages of a plugin, in batches"),
      ...await compareHops(runs, registry, SINGLY, "hop between native stages of a plugin, frame by frame"),
      await compare(runs, {
        what: "native to TypeScript and back",
        peer: "TypeScript to TypeScript, two lanes on",
        goal: { of: "cost", limit: 1.3 },
        ours: () => roundTrip(registry),
        theirs: async () =>
          (await runChain({ passes: 1, classes: 1, frames: LANE_FRAMES, warmup: 50_000, lanes: ["a", "b", "c"] }))
            .nsPerFrame,
      }),
    ];
    if (!hasGStreamer()) skip(GSTREAMER_MISSING);
    if (hasScipy()) {
      rows.push(
        await compare(runs, {
          what: "sensor path, a sample of a channel",
          peer: "numpy and scipy, one thread, from counts in memory",
          goal: { of: "speed", limit: 2 },
          ours: () => sensorSample(registry),
          theirs: () => sensorPath(40, BIN),
        }),
      );
    } else skip(SCIPY_MISSING);
    return rows;
  },
};

async function loadAll(): Promise<NodeRegistry> {
  await using folder = await PluginFolder.make();
  await folder.addRust();
  await folder.addRust("sensors");
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(refused, []);
  return new NodeRegistry([nodePackage, nativePackage, ...packages]);
}

/** What a stage of a plugin adds to a frame's way, beside the same loop built in, and beside GStreamer's `identity`. */
async function compareHops(
  runs: number,
  registry: NodeRegistry,
  { ours, theirs }: typeof SINGLY,
  what: string,
): Promise<Row[]> {
  const beside = { what, ours: () => hop(registry, ours) };
  const goal = { of: "cost", limit: 1.1 } as const;
  const peer = "the same loop without the interface";
  const rows = [await compare(runs, { ...beside, peer, goal, theirs: () => hop(registry, theirs) })];
  if (!hasGStreamer()) return rows;
  const identity = { peer: "GStreamer identity", goal: { of: "speed", limit: 5 }, theirs: identityHop } as const;
  return [...rows, await compare(runs, { ...beside, ...identity })];
}

/** What a stage adds: a chain of {@linkcode STAGES} less one of the source and the sink alone. */
async function hop(registry: NodeRegistry, type: string): Promise<number> {
  return (await frameNs(registry, type, STAGES) - await frameNs(registry, type, 0)) / STAGES;
}

/** What a frame costs in a chain: a long run less a short one. */
async function frameNs(registry: NodeRegistry, type: string, stages: number): Promise<number> {
  const short = await chainMs(registry, type, stages, FRAMES / 10);
  return (await chainMs(registry, type, stages, FRAMES) - short) * 1e6 / (FRAMES * 0.9);
}

async function chainMs(registry: NodeRegistry, type: string, stages: number, count: number): Promise<number> {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const lane = "native";
  runtime.add(nativeNodes.nativeSource({ count, blockSize: 2 }), { id: "source", lane });
  let output = "source.audio";
  for (let k = 0; k < stages; k++) {
    runtime.addByType(type, {}, { id: `stage${k}`, lane });
    runtime.connectByName(output, `stage${k}.audioIn`, { capacity: 8 });
    output = `stage${k}.audioOut`;
  }
  runtime.add(nativeNodes.nativeSink({ checkSamples: false }), { id: "sink", lane });
  runtime.connectByName(output, "sink.audio", { capacity: 8 });
  return await timed(runtime, count);
}

/** From a native lane to one of TypeScript, and on to another native one. */
async function roundTrip(registry: NodeRegistry): Promise<number> {
  const short = await roundTripMs(registry, LANE_FRAMES / 10);
  return (await roundTripMs(registry, LANE_FRAMES) - short) * 1e6 / (LANE_FRAMES * 0.9);
}

async function roundTripMs(registry: NodeRegistry, count: number): Promise<number> {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  runtime.add(nativeNodes.nativeSource({ count, blockSize: 16 }), { id: "source", lane: "a" });
  runtime.add(benchPasses[0](), { id: "pass", lane: "b" });
  runtime.add(nativeNodes.nativeSink({ checkSamples: false }), { id: "sink", lane: "c" });
  runtime.connectByName("source.audio", "pass.audioIn");
  runtime.connectByName("pass.audioOut", "sink.audio");
  return await timed(runtime, count);
}

/** Runs a graph whose sink counts what comes. @returns milliseconds */
async function timed(runtime: Runtime, count: number): Promise<number> {
  const fromMs = performance.now();
  await runtime.start();
  const { nodes } = await runtime.finished;
  const tookMs = performance.now() - fromMs;
  const { received, missing, disordered } = nodes.find(({ id }) => id === "sink")!.figures!;
  deepEqual([received, missing, disordered], [count, 0, 0]);
  return tookMs;
}

/** What a sample of one channel costs on its way through all stages, on one thread. */
async function sensorSample(registry: NodeRegistry): Promise<number> {
  const short = await sensorMs(registry, SENSOR_SECONDS / 10);
  const samples = CHANNELS * RATE_HZ * SENSOR_SECONDS * 0.9;
  return (await sensorMs(registry, SENSOR_SECONDS) - short) * 1e6 / samples;
}

async function sensorMs(registry: NodeRegistry, durationSeconds: number): Promise<number> {
  await using runtime = new Runtime({
    native: "require",
    mode: "offline",
    registry,
    pools: { packet: { slotBytes: 140_000 } },
  });
  const frequencyHz = BIN * RATE_HZ / 16 / 1_024;
  const tone = { amplitudeVolts: 2, frequencyHz };
  const stages = {
    acquisition: { channels: CHANNELS, sampleRateHz: RATE_HZ, batchSize: 256, durationSeconds, ...tone },
    "to-voltage": {},
    biquad: { filter: "low-pass", frequencyHz: 3_000, order: 4 },
    downsample: { factor: 16 },
    fft: { size: 1_024 },
  };
  const names = Object.keys(stages) as (keyof typeof stages)[];
  for (const name of names) {
    runtime.addByType(name, stages[name], { id: name, lane: "native" });
  }
  names.slice(1).forEach((name, k) =>
    runtime.connectByName(`${names[k]}.packet${k > 0 ? "Out" : ""}`, `${name}.packetIn`, { capacity: 4 })
  );
  const fromMs = performance.now();
  await runtime.start();
  const { nodes } = await runtime.finished;
  const tookMs = performance.now() - fromMs;
  // That spectra are right is held by tests/plugins/sensors_test.ts.
  const { spectra } = nodes.find(({ id }) => id === "fft")!.figures!;
  equal(spectra, Math.floor(durationSeconds * RATE_HZ / 16 / 1_024));
  return tookMs;
}
