/** The mode, the pools and the lanes of a graph that does not run can be changed: before the start and between runs. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { nodes, Runtime, type RuntimeOptions } from "../mod.ts";
import { assertSpent } from "./fixtures/accounted.ts";

/** A tone for a tenth of a second, and its level. */
function tone(options: RuntimeOptions = {}) {
  const runtime = new Runtime({ native: "off", ...options });
  const source = runtime.add(nodes.toneSource({ durationSeconds: 0.1 }), { id: "tone", lane: "near" });
  const level = runtime.add(nodes.levelMeter(), { id: "level", lane: "near" });
  const other = runtime.add(nodes.levelMeter(), { id: "other", lane: "near" });
  runtime.connect(source.outputs.audio, level.inputs.audioIn);
  runtime.connect(source.outputs.audio, other.inputs.audioIn, { policy: "roll-off", capacity: 7 });
  return runtime;
}

const policies = (runtime: Runtime) => runtime.graph().links!.map(({ policy }) => policy);

Deno.test("configureGraph() changes the mode before the start and between runs, and with it what links do not name", async () => {
  await using runtime = tone();
  const live = policies(runtime);
  equal(live[1], "roll-off");
  runtime.configureGraph({ mode: "offline" });
  deepEqual([runtime.mode, runtime.graph().mode, ...policies(runtime)], ["offline", "offline", "lossless", "roll-off"]);
  await runtime.start();
  throws(() => runtime.configureGraph({ mode: "live" }), {
    code: "Busy",
    key: "mode",
    message:
      'Cannot configure the graph: "mode" cannot change while it runs; call stop(), configureGraph() and start()',
  });
  assertSpent(await runtime.finished);
  runtime.configureGraph({ mode: "live" });
  deepEqual(policies(runtime), live);
  await runtime.start();
  assertSpent((await runtime.stop())!);
});

Deno.test("configureGraph() gives pools other sizes, of which the next start makes them, and none that nodes lack", async () => {
  await using runtime = tone({ mode: "offline", pools: { audio: { slots: 1 }, music: {} } });
  await rejects(runtime.start(), { code: "PoolExhausted" });
  runtime.configureGraph({ pools: { audio: { slots: 321 }, music: {} } });
  await runtime.start();
  const pools = () => runtime.stats().pools.map(({ name, slots }) => [name, slots]);
  deepEqual(pools().find(([name]) => name === "audio"), ["audio", 321]);
  await runtime.finished;
  runtime.add(nodes.toneSource(), { id: "own", pool: "music" });
  throws(() => runtime.configureGraph({ mode: "live", pools: {} }), { code: "InvalidConfig", nodeId: "own" });
  deepEqual([runtime.mode, Object.keys(runtime.graph().pools!)], ["offline", ["audio", "music"]]);
});

Deno.test("configureGraph() gives lanes other options, unless one then cannot run its nodes", async () => {
  await using runtime = tone({ mode: "offline" });
  throws(() => runtime.configureGraph({ mode: "live", lanes: { near: { kind: "native" } } }), {
    code: "InvalidGraph",
    message: /"tone" \(tone-source\) on lane "near": it is a TypeScript processor, and the lane is of kind "native"/,
  });
  equal(runtime.mode, "offline");
  const lanes = () => [...new Set(Object.values(runtime.graph().nodes).map(({ lane }) => lane))];
  runtime.configureGraph({ lanes: { near: { kind: "main" } } });
  deepEqual(lanes(), ["main"]);
  await runtime.start();
  assertSpent(await runtime.finished);
  deepEqual(runtime.stats().lanes.map(({ name }) => name), ["main"]);
  runtime.configureGraph({ lanes: "auto" });
  runtime.add(nodes.gain(), { id: "gain" });
  deepEqual(lanes(), ["main", "auto"]);
});

Deno.test("configureGraph() refuses other options", async () => {
  await using runtime = new Runtime({ native: "off" });
  throws(() => runtime.configureGraph({ capacity: 3 } as object), {
    code: "InvalidConfig",
    message: /Cannot configure the graph: there is no option "capacity"/,
  });
  throws(() => runtime.configureGraph({ mode: "slow" as "live" }), { code: "InvalidConfig" });
  throws(() => runtime.configureGraph({ pools: { audio: { slots: 0 } } }), {
    code: "InvalidConfig",
    message: 'Cannot configure the graph: "slots" of pool "audio" is 0, wanted a whole number from 1 to 1048576',
  });
  throws(() => runtime.configureGraph({ lanes: { main: { kind: "worker" } } }), { code: "InvalidConfig" });
});
