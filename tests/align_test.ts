/** Streams that are joined by time, in graphs that run. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { appSink } from "../core/app/app_sink.ts";
import { appSource } from "../core/app/app_source.ts";
import { buildGraph, graphOptions } from "../core/graph/build.ts";
import { parseGraph } from "../core/graph/load.ts";
import { NodeRegistry } from "../core/registry/node_registry.ts";
import type { NodeSpec } from "../core/registry/node_type.ts";
import { listLinks } from "../control/answers/snapshot.ts";
import { Runtime } from "../core/runtime.ts";
import { viewRuntime } from "../core/runtime_view.ts";
import { nodePackage, nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { until } from "./fixtures/waiting.ts";

const MS = 1e6;

eachDriver("values of two rates are joined by time on lanes of their own, and none is lost", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const positions = runtime.add(appSource.data<number>(), { id: "positions" });
  const heats = runtime.add(appSource.data<{ heat: number }>(), { id: "heats" });
  const join = runtime.add(nodes.dataAlign<number, { heat: number }>({ match: "interpolate", toleranceMs: 100 }), {
    lane: "join",
  });
  const sink = runtime.add(appSink.data<{ reference: number; other: { heat: number } | null }>());
  runtime.connect(positions.outputs.data, join.inputs.reference);
  runtime.connect(heats.outputs.data, join.inputs.other);
  runtime.connect(join.outputs.aligned, sink.inputs.data);
  await runtime.start();
  const joined = (async () => {
    const all: [number, number, number][] = [];
    for await (const frame of sink) all.push([frame.ptsNs / MS, frame.value.reference, frame.value.other!.heat]);
    return all;
  })();
  // 400 positions, 7 ms apart, and heats every 50 ms that go beyond both ends.
  await Promise.all([
    (async () => {
      for (let k = 0; k < 400; k++) await positions.push({ value: k, ptsNs: k * 7 * MS });
      positions.end();
    })(),
    (async () => {
      for (let k = 0; k <= 60; k++) await heats.push({ value: { heat: k * 50 }, ptsNs: k * 50 * MS });
      heats.end();
    })(),
  ]);
  const all = await joined;
  equal(all.length, 400);
  deepEqual(all.map(([ms, reference]) => [ms, reference]), all.map((_, k) => [k * 7, k]));
  // The heat grows as the time does, so that each is the time itself.
  equal(all.every(([ms, , heat]) => Math.abs(heat - ms) < 1e-6), true);
  equal((await runtime.finished).outcome, "completed");
});

eachDriver(
  "a program that writes both streams in order of time waits for neither, however rare the reference",
  async (native) => {
    await using runtime = new Runtime({ mode: "offline", native });
    const shots = runtime.add(appSource.data<number>(), { id: "shots" });
    const angles = runtime.add(appSource.data<number>(), { id: "angles" });
    const join = runtime.add(nodes.dataAlign<number, number>({ missing: "pass" }), { lane: "join" });
    const sink = runtime.add(appSink.data<{ reference: number; other: number | null }>());
    runtime.connect(shots.outputs.data, join.inputs.reference);
    runtime.connect(angles.outputs.data, join.inputs.other);
    runtime.connect(join.outputs.aligned, sink.inputs.data);
    await runtime.start();
    const joined = (async () => {
      const all: (number | null)[][] = [];
      for await (const { value } of sink) all.push([value.reference, value.other]);
      return all;
    })();
    for (let ms = 0; ms < 2500; ms++) {
      if (ms % 1000 === 0) await shots.push({ value: ms, ptsNs: ms * MS });
      await angles.push({ value: ms, ptsNs: ms * MS });
    }
    shots.end();
    angles.end();
    deepEqual(await joined, [[0, 0], [1000, 1000], [2000, 2000]]);
    equal((await runtime.finished).outcome, "completed");
  },
);

eachDriver("records of two sensors are joined by a graph file", async (native) => {
  const registry = new NodeRegistry([nodePackage]);
  const text = JSON.stringify({
    version: 1,
    mode: "offline",
    nodes: {
      join: { type: "packet-align", config: { toleranceMs: 5, missing: "pass" }, lane: "join" },
      batches: { type: "rebuffer", config: { size: 4 }, lane: "out" },
    },
    links: [{ from: "join.aligned", to: "batches.frameIn" }],
    inputs: { motion: "join.reference", heat: "join.other" },
    outputs: { joined: "batches.frameOut" },
  });
  const document = parseGraph(text, "join.json", registry);
  await using runtime = new Runtime({ ...graphOptions(document), native, registry });
  const { inputs, outputs } = buildGraph(document, runtime);
  const motion = runtime.add(appSource.packet({ fields: { x: "f32" } }), { id: "motion" });
  const heat = runtime.add(appSource.packet({ fields: { heat: "f32" } }), { id: "heat" });
  const sink = runtime.add(appSink.packet(), { id: "sink" });
  runtime.connectByName("motion.packet", inputs.motion);
  runtime.connectByName("heat.packet", inputs.heat);
  runtime.connectByName(outputs.joined, "sink.packet");
  await runtime.start();
  const joined = (async () => {
    const rows: number[][] = [];
    for await (const frame of sink) {
      const [x, degrees] = [frame.column("x"), frame.column("heat")];
      for (let k = 0; k < frame.batchSize; k++) rows.push([x[k], degrees[k]]);
    }
    return rows;
  })();
  await Promise.all([
    (async () => {
      for (let k = 0; k < 3; k++) {
        await motion.push({ columns: { x: [3 * k, 3 * k + 1, 3 * k + 2] }, ptsNs: k * 30 * MS, durationNs: 30 * MS });
      }
      motion.end();
    })(),
    (async () => {
      await heat.push({ columns: { heat: [20, 21] }, ptsNs: 2 * MS, durationNs: 40 * MS });
      heat.end();
    })(),
  ]);
  deepEqual(await joined, [[0, 20], [1, NaN], [2, 21], ...[3, 4, 5, 6, 7, 8].map((x) => [x, NaN])]);
  equal((await runtime.finished).outcome, "completed");
});

/** On a busy machine a lane is long in starting. */
const PATIENT = { timeoutMs: 60_000 };

/** What gives what waits in a join to another instance. */
const HAND_OVER: readonly [string, (runtime: Runtime, make: () => NodeSpec) => Promise<unknown>][] = [
  ["replaced", (runtime, make) => runtime.edit((edit) => void edit.replace("join", make()), PATIENT)],
  ["moved", (runtime) => runtime.edit((edit) => edit.move("join", "elsewhere"), PATIENT)],
];

for (const [how, handOver] of HAND_OVER) {
  eachDriver(
    `values that wait for their partners in a join that is ${how} find them, and no gap is flagged`,
    async (native) => {
      await using runtime = new Runtime({ mode: "live", native });
      const references = runtime.add(appSource.data<number>(), { id: "references" });
      const others = runtime.add(appSource.data<number>(), { id: "others" });
      const make = () => nodes.dataAlign<number, number>({ toleranceMs: 5, waitMs: 60_000, missing: "pass" });
      const join = runtime.add(make(), { id: "join", lane: "join" });
      const sink = runtime.add(appSink.data<{ reference: number; other: number | null }>());
      runtime.connect(references.outputs.data, join.inputs.reference, { policy: "lossless" });
      runtime.connect(others.outputs.data, join.inputs.other, { policy: "lossless" });
      runtime.connect(join.outputs.aligned, sink.inputs.data, { policy: "lossless" });
      await runtime.start();
      const joined = (async () => {
        const all: unknown[] = [];
        for await (const { value, discontinuity } of sink) all.push([value.reference, value.other, discontinuity]);
        return all;
      })();
      const push = async (to: typeof references, ...times: number[]) => {
        for (const ms of times) await to.push({ value: ms, ptsNs: ms * MS });
      };
      const figures = () => runtime.stats().nodes.find(({ id }) => id === "join")!.figures;
      await push(others, 0, 9);
      await push(references, 0, 10, 20);
      await until(() => figures()?.aligned === 1 && figures()?.waiting === 2);
      await handOver(runtime, make);
      await push(others, 21, 30);
      await push(references, 30);
      references.end();
      others.end();
      deepEqual(await joined, [[0, 0, false], [10, 9, false], [20, 21, false], [30, 30, false]]);
      await runtime.finished;
      deepEqual(figures(), { aligned: 4, missing: 0, late: 0, waiting: 0 });
    },
  );

  eachDriver(`records that wait in a join that is ${how} find their partners`, async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const references = runtime.add(appSource.packet({ fields: { x: "f32" } }), { id: "references" });
    const others = runtime.add(appSource.packet({ fields: { heat: "f32" } }), { id: "others" });
    const make = () => nodes.packetAlign({ toleranceMs: 5, waitMs: 60_000, missing: "pass" });
    runtime.add(make(), { id: "join", lane: "join" });
    const sink = runtime.add(appSink.packet(), { id: "sink" });
    runtime.connectByName("references.packet", "join.reference", { policy: "lossless" });
    runtime.connectByName("others.packet", "join.other", { policy: "lossless" });
    runtime.connectByName("join.aligned", "sink.packet", { policy: "lossless" });
    await runtime.start();
    const joined = (async () => {
      const all: unknown[] = [];
      for await (const frame of sink) {
        const columns = ["x", "heat"].map((name) => [...frame.column(name)]);
        all.push([frame.ptsNs / MS, frame.durationNs / MS, frame.discontinuity, ...columns]);
      }
      return all;
    })();
    const figures = () => runtime.stats().nodes.find(({ id }) => id === "join")!.figures;
    await others.push({ columns: { heat: [20, 21] }, ptsNs: 0, durationNs: 20 * MS });
    // Two of its records have their partners, and wait for those of the third.
    await references.push({ columns: { x: [1, 2, 3] }, ptsNs: 0, durationNs: 30 * MS });
    await until(() => figures()?.aligned === 2 && figures()?.waiting === 1);
    await handOver(runtime, make);
    await others.push({ columns: { heat: [22, 23] }, ptsNs: 20 * MS, durationNs: 20 * MS });
    references.end();
    others.end();
    deepEqual(await joined, [[0, 30, false, [1, 2, 3], [20, 21, 22]]]);
  });
}

Deno.test("what comes out of a join has the types of what goes in", () => {
  const runtime = new Runtime({ native: "off" });
  const levels = runtime.add(nodes.levelMeter(), { id: "levels" });
  runtime.add(nodes.spectrum(), { id: "spectra" });
  const join = runtime.add(nodes.dataAlign(), { id: "join" });
  runtime.connect(levels.outputs.levels, join.inputs.reference);
  runtime.connectByName("spectra.spectrum", "join.other");
  equal(
    runtime.portInfo(join.id).find(({ address }) => address === "join.aligned")?.type,
    "DataFrame<Aligned<LevelReading,SpectrumReading>>",
  );
  runtime.add(nodes.delay(), { id: "delay" });
  runtime.connectByName("join.aligned", "delay.frameIn");
  throws(() => runtime.connectByName("delay.frameOut", "levels.audioIn"), { code: "TypeMismatch" });
  const shown = listLinks(viewRuntime(runtime)).find(({ fromNode }) => fromNode === "join");
  equal(shown?.type, "DataFrame<Aligned<LevelReading,SpectrumReading>>");
});
