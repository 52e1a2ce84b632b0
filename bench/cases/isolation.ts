/**
 * Stages in processes of their own: what a frame costs there, beside the same stage in the runtime's process.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { nativeNodes, nativePackage } from "../../core/registry/fixtures/test_stages.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { noRustPlugin, PluginFolder } from "../../tests/fixtures/plugins/build.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";

const FRAMES = 200_000;
const CHANNELS = 64;
const RATE_HZ = 10_000;
const SECONDS = 60;

type Isolate = "process" | undefined;

export const isolation: Benchmark = {
  name: "isolation",
  about:
    "Source, a stage of a plugin that passes frames on, sink, on one native lane with lossless links; and the sensor " +
    "path of 64 channels at 10 kHz with its low pass isolated. Isolated: that stage runs in a process of its own.",
  async run({ runs, skip }) {
    const missing = noRustPlugin() ?? noRustPlugin("sensors");
    if (missing !== undefined) {
      skip(missing);
      return [];
    }
    // An isolated stage opens its library again.
    await using folder = await PluginFolder.make();
    await folder.addRust();
    await folder.addRust("sensors");
    const { packages, refused } = await loadPlugins([folder.path]);
    deepEqual(refused, []);
    const registry = new NodeRegistry([nativePackage, ...packages]);
    const rows: Row[] = [];
    for (const capacity of [8, 64]) {
      rows.push(
        await compare(runs, {
          what: `a frame through an isolated stage, links of ${capacity}`,
          peer: "the same in one process",
          ours: () => frame(registry, capacity, "process"),
          theirs: () => frame(registry, capacity, undefined),
        }),
      );
    }
    rows.push(
      await compare(runs, {
        what: "sensor path with an isolated low pass, a sample of a channel",
        peer: "the same in one process",
        ours: () => sample(registry, "process"),
        theirs: () => sample(registry, undefined),
      }),
    );
    return rows;
  },
};

/** What a frame costs on its way: a long run less a short one. */
async function frame(registry: NodeRegistry, capacity: number, isolate: Isolate): Promise<number> {
  const short = await frameMs(registry, FRAMES / 10, capacity, isolate);
  return (await frameMs(registry, FRAMES, capacity, isolate) - short) * 1e6 / (FRAMES * 0.9);
}

async function frameMs(registry: NodeRegistry, count: number, capacity: number, isolate: Isolate): Promise<number> {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const lane = "native";
  runtime.add(nativeNodes.nativeSource({ count, blockSize: 2 }), { id: "source", lane });
  runtime.addByType("org.sluice.example.pass", {}, { id: "stage", lane, isolate });
  runtime.add(nativeNodes.nativeSink({ checkSamples: false }), { id: "sink", lane });
  runtime.connectByName("source.audio", "stage.audioIn", { capacity });
  runtime.connectByName("stage.audioOut", "sink.audio", { capacity });
  const [tookMs, { received, missing, disordered }] = await timed(runtime, "sink");
  deepEqual([received, missing, disordered], [count, 0, 0]);
  return tookMs;
}

/** What a sample of one channel costs on its way: a long run less a short one. */
async function sample(registry: NodeRegistry, isolate: Isolate): Promise<number> {
  const short = await sampleMs(registry, SECONDS / 10, isolate);
  return (await sampleMs(registry, SECONDS, isolate) - short) * 1e6 / (CHANNELS * RATE_HZ * SECONDS * 0.9);
}

async function sampleMs(registry: NodeRegistry, durationSeconds: number, isolate: Isolate): Promise<number> {
  const pools = { packet: { slotBytes: 140_000 } };
  await using runtime = new Runtime({ native: "require", mode: "offline", registry, pools });
  const stages = {
    acquisition: { channels: CHANNELS, sampleRateHz: RATE_HZ, batchSize: 256, durationSeconds },
    "to-voltage": {},
    biquad: { filter: "low-pass", frequencyHz: 3_000, order: 4 },
    downsample: { factor: 16 },
    fft: { size: 1_024 },
  };
  const names = Object.keys(stages) as (keyof typeof stages)[];
  for (const name of names) {
    const options = { id: name, lane: "native", ...(name === "biquad" && { isolate }) };
    runtime.addByType(name, stages[name], options);
  }
  names.slice(1).forEach((name, k) =>
    runtime.connectByName(`${names[k]}.packet${k > 0 ? "Out" : ""}`, `${name}.packetIn`, { capacity: 4 })
  );
  const [tookMs, { spectra }] = await timed(runtime, "fft");
  equal(spectra, Math.floor(durationSeconds * RATE_HZ / 16 / 1_024));
  return tookMs;
}

/** Runs a graph. @returns milliseconds, and the figures of one node */
async function timed(runtime: Runtime, id: string): Promise<[number, Readonly<Record<string, number>>]> {
  const fromMs = performance.now();
  await runtime.start();
  const { nodes } = await runtime.finished;
  return [performance.now() - fromMs, nodes.find((node) => node.id === id)!.figures!];
}
