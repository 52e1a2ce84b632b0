/**
 * Nodes in Python: the way of a block there and back beside that through a stage in Rust in a process of its own and
 * beside dora, and large pictures beside small ones.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { nativeNodes, nativePackage } from "../../core/registry/fixtures/test_stages.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { noRustPlugin, PluginFolder } from "../../tests/fixtures/plugins/build.ts";
import { findPython } from "../../transports/fixtures/foreign_clients.ts";
import type { Benchmark } from "../benchmark.ts";
import { quantile, ratioRow, type Row } from "../measure.ts";
import { DORA_MISSING, doraRound, hasDora } from "../peers/dora.ts";

const ROUNDS = 2_000;
const WARMUP = 500;
const FRAMES = 20_000;
const PICTURES = 600;

const NODES = fileURLToPath(new URL("../peers/python_nodes.py", import.meta.url));
const IN_PYTHON = "bench.pass-audio";
const IN_RUST = "org.sluice.example.pass";
/** At 0 dB it hands blocks on as they are. */
const IN_TYPESCRIPT = "gain";

/** The names of their ports. */
const PORTS: Readonly<Record<string, readonly [input: string, output: string]>> = {
  [IN_PYTHON]: ["audio_in", "audio_out"],
  [IN_RUST]: ["audioIn", "audioOut"],
  [IN_TYPESCRIPT]: ["audioIn", "audioOut"],
};

export const python: Benchmark = {
  name: "python",
  about:
    "A block of 20 ms in stereo from a script through a node in another process and back, 2,000 times one after the " +
    "other; 20,000 blocks as fast as they go; pictures of which the node turns a row round. Every block and its order " +
    "are checked.",
  async run({ runs, skip }) {
    const missing = noRustPlugin();
    const interpreter = await findPython("numpy");
    if (missing !== undefined || interpreter === undefined) {
      skip(missing ?? "there is no Python with numpy: apt-get install python3-numpy");
      return [];
    }
    Deno.env.set("SLUICE_PYTHON", interpreter);
    await using folder = await PluginFolder.make();
    await folder.addRust();
    const { packages, refused } = await loadPlugins([folder.path, NODES]);
    deepEqual(refused, []);
    const registry = new NodeRegistry([nodePackage, nativePackage, ...packages]);
    const hasPeer = hasDora();
    if (!hasPeer) skip(DORA_MISSING);
    const [ours, rust, typescript, dora]: [number, number][][] = [[], [], [], []];
    const [manyOurs, manyRust, manyTypescript, large, small]: number[][] = [[], [], [], [], []];
    for (let k = 0; k < runs; k++) {
      ours.push(await round(registry, IN_PYTHON));
      rust.push(await round(registry, IN_RUST));
      typescript.push(await round(registry, IN_TYPESCRIPT));
      if (hasPeer) dora.push(await doraRound());
      manyOurs.push(await many(registry, IN_PYTHON));
      manyRust.push(await many(registry, IN_RUST));
      manyTypescript.push(await many(registry, IN_TYPESCRIPT));
      large.push(await picture(registry, 1_280, 720));
      small.push(await picture(registry, 64, 36));
    }
    const rows: Row[] = [];
    const there = "a block of 20 ms through a processor in a process of its own and back";
    for (const [k, part] of ["median", "99th percentile"].entries()) {
      const [own, its, ts, doras] = [ours, rust, typescript, dora].map((each) => each.map((pair) => pair[k]));
      const what = `a block of 20 ms through a node in Python and back, ${part}`;
      rows.push(ratioRow({ what, peer: "an isolated stage in Rust", goal: { of: "cost", limit: 1.5 } }, own, its));
      rows.push(ratioRow({ what: `${there}, ${part}`, peer: "an isolated stage in Rust" }, ts, its));
      if (hasPeer) {
        rows.push(ratioRow({ what, peer: "dora's nodes in Python", goal: { of: "speed", limit: 4 } }, own, doras));
      }
    }
    rows.push(
      ratioRow(
        { what: "20,000 blocks through a node in Python", peer: "an isolated stage in Rust" },
        manyOurs,
        manyRust,
      ),
      ratioRow(
        { what: "20,000 blocks through a processor in a process of its own", peer: "an isolated stage in Rust" },
        manyTypescript,
        manyRust,
      ),
      ratioRow(
        {
          what: "a picture of 1280 × 720 through a node in Python, of which it turns a row round",
          peer: "one of 64 × 36",
          goal: { of: "cost", limit: 1.5 },
        },
        large,
        small,
      ),
    );
    return rows;
  },
};

/** Blocks there and back, one after the other. @returns nanoseconds: the median, and the 99th percentile */
async function round(registry: NodeRegistry, type: string): Promise<[p50: number, p99: number]> {
  await using runtime = new Runtime({ native: "require", mode: "live", registry });
  const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 2 }), { id: "source" });
  const isolate = type === IN_PYTHON ? undefined : "process";
  const [input, output] = PORTS[type];
  runtime.addByType(type, {}, { id: "node", lane: "node", isolate });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", `node.${input}`, { policy: "lossless" });
  runtime.connectByName(`node.${output}`, "sink.audio", { policy: "lossless" });
  await runtime.start();
  const block = [new Float32Array(960), new Float32Array(960)];
  const back = sink[Symbol.asyncIterator]();
  const taken: number[] = [];
  for (let k = 0; k < ROUNDS + WARMUP; k++) {
    block[0][0] = k;
    const since = performance.now();
    await source.push({ channels: block });
    const { value } = await back.next();
    equal(value!.channel(0)[0], k);
    if (k >= WARMUP) taken.push((performance.now() - since) * 1e6);
  }
  source.end();
  equal((await back.next()).done, true);
  await runtime.finished;
  return [quantile(taken, 0.5), quantile(taken, 0.99)];
}

/** Small blocks as fast as they go. @returns nanoseconds each */
async function many(registry: NodeRegistry, type: string): Promise<number> {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  runtime.add(nativeNodes.nativeSource({ count: FRAMES, blockSize: 2 }), { id: "source", lane: "native" });
  const isolate = type === IN_PYTHON ? undefined : "process";
  const [input, output] = PORTS[type];
  runtime.addByType(type, {}, { id: "node", lane: "node", isolate });
  runtime.add(nativeNodes.nativeSink({ checkSamples: false }), { id: "sink", lane: "native" });
  runtime.connectByName("source.audio", `node.${input}`, { capacity: 64 });
  runtime.connectByName(`node.${output}`, "sink.audio", { capacity: 64 });
  await runtime.start();
  const fromMs = performance.now();
  const { nodes: all } = await runtime.finished;
  const { received, missing, disordered } = all.find(({ id }) => id === "sink")!.figures!;
  deepEqual([received, missing, disordered], [FRAMES, 0, 0]);
  return (performance.now() - fromMs) * 1e6 / FRAMES;
}

/** Pictures through the node. @returns how long it is busy with one, nanoseconds */
async function picture(registry: NodeRegistry, width: number, height: number): Promise<number> {
  const pools = { video: { slotBytes: 1_280 * 720 * 4, slots: 80 } };
  await using runtime = new Runtime({ native: "require", mode: "offline", registry, pools });
  const durationSeconds = PICTURES / 30;
  const source = runtime.add(nodes.patternSource({ width, height, frameRate: 30, durationSeconds }));
  runtime.addByType("bench.turn-row", {}, { id: "node" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName(`${source.id}.video`, "node.video_in");
  runtime.connectByName("node.video_out", "sink.video");
  await runtime.start();
  let count = 0;
  for await (const _ of sink) count++;
  equal(count, PICTURES);
  const { nodes: all } = await runtime.finished;
  return all.find(({ id }) => id === "node")!.busyNs / PICTURES;
}
