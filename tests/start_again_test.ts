/** One runtime, started again and again: after stop(), after its end, after a start that was refused. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { appSink, appSource, type RunSummary, Runtime } from "../mod.ts";
import { viewRuntime } from "../core/runtime_view.ts";
import { nodes } from "../sluice.gen.ts";
import { nativeMb } from "../tools/soak/process_figures.ts";
import { median } from "../tools/soak/slope.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { exposeGc } from "./fixtures/expose_gc.ts";
import { counting, gathering, passing, sink, source } from "./fixtures/scripted.ts";
import { flow } from "./fixtures/waiting.ts";

/** Runs of one runtime; where there are many, memory is looked at each time after so many of them. */
const RUNS = Number(Deno.env.get("SLUICE_STARTS") ?? (Deno.env.get("SLUICE_DEEP") === "1" ? 1_000 : 6));
const LOOK_EVERY = 20;

/** How much more may be in use in the last quarter of the runs than in the second, megabytes. */
const MAY_GROW_MB = 10;

eachDriver(
  "a graph is stopped, changed and started again, and each run has its own end and figures",
  async (native) => {
    await using runtime = new Runtime({ native });
    const tone = runtime.add(nodes.toneSource({ blockSize: 64 }), { id: "tone", lane: "near" });
    const gain = runtime.add(nodes.gain(), { id: "gain" });
    const link = await runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
    await runtime.start();
    const first = runtime.finished;
    await flow(runtime, "gain", 3);
    assertSpent((await runtime.stop())!);
    equal(viewRuntime(runtime).session?.state, "stopped");

    await runtime.disconnect(link);
    equal(viewRuntime(runtime).session, undefined);
    const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
    runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
    await runtime.remove("gain");
    await runtime.move("tone", "far");
    await runtime.configure("tone", { frequencyHz: 880 });
    await runtime.start();
    ok(runtime.finished !== first);
    await flow(runtime, "meter", 3);
    const second = (await runtime.stop())!;
    assertSpent(second);
    deepEqual(second.nodes.map(({ id, lane }) => [id, lane]), [["tone", "far"], ["meter", "worker"]]);
    deepEqual((await first).nodes.map(({ id }) => id), ["tone", "gain"]);
    deepEqual(runtime.graph().nodes.tone.config?.frequencyHz, 880);
  },
);

eachDriver("restart() begins again, and so does start() in the turn in which the end is told", async (native) => {
  await using runtime = new Runtime({ native });
  const got: number[] = [];
  const from = runtime.add(source(counting(1e9)), { id: "from" });
  const to = runtime.add(sink(gathering(got)), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  let runs = 0;
  runtime.events.on("runtime", (event) => void (event.group === "runtime" && event.kind === "started" && runs++));
  await runtime.start();
  await flow(runtime, "to", 3);
  const again = new Promise<void>((resolve, reject) =>
    runtime.events.on("runtime", (event) => {
      if (event.group === "runtime" && event.kind === "ended" && runs === 1) runtime.start().then(resolve, reject);
    })
  );
  await runtime.stop();
  await again;
  await flow(runtime, "to", 3);
  await runtime.restart();
  await flow(runtime, "to", 3);
  equal(runs, 3);
  await runtime.stop();
});

eachDriver("a start that was refused is mended, and the graph started again", async (native) => {
  await using runtime = new Runtime({ native });
  let broken = true;
  const got: number[] = [];
  const setup = () => {
    if (broken) throw new Error("no device, on purpose");
  };
  const from = runtime.add(source({ ...counting(4), setup }), { id: "from" });
  const to = runtime.add(sink(gathering(got)));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossless" });
  await rejects(runtime.start(), { code: "NodeFailed", nodeId: "from" });
  broken = false;
  await runtime.start();
  equal((await runtime.finished).outcome, "completed");
  deepEqual(got, [0, 1, 2, 3]);
});

eachDriver("a file that is to be overwritten is written anew by each run", async (native) => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_again_" });
  try {
    await using runtime = new Runtime({ native, mode: "offline" });
    const path = `${folder}/tone.wav`;
    const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.01 }), { id: "tone" });
    const file = runtime.add(nodes.wavSink({ path, overwrite: true }), { id: "file" });
    runtime.connect(tone.outputs.audio, file.inputs.audio);
    const sizes: number[] = [];
    for (const durationSeconds of [0.01, 0.02, 0.01]) {
      await runtime.configure("tone", { durationSeconds });
      await runtime.start();
      await runtime.finished;
      sizes.push((await Deno.stat(path)).size);
    }
    equal(sizes[0], sizes[2]);
    ok(sizes[1] > sizes[0]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

eachDriver("a script feeds and reads each run of a graph", async (native) => {
  await using runtime = new Runtime({ native, mode: "offline" });
  const from = runtime.add(appSource.data<number>());
  const to = runtime.add(appSink.data<number>());
  runtime.connect(from.outputs.data, to.inputs.data);
  const frames = to[Symbol.asyncIterator]();
  for (let run = 0; run < 3; run++) {
    await runtime.start();
    const read = frames.next();
    await from.push({ value: run });
    equal((await read).value.value, run);
    from.end();
    deepEqual(await frames.next(), { done: true, value: undefined });
    await runtime.finished;
  }
});

eachDriver("streams of events end with a run, and listeners hear all of them", async (native) => {
  await using runtime = new Runtime({ native, mode: "offline" });
  runtime.add(source(counting(1)), { id: "from" });
  const heard: string[] = [];
  runtime.events.on("runtime", (event) => void heard.push(event.kind));
  for (let run = 0; run < 2; run++) {
    const stream = runtime.events.subscribe("runtime");
    await runtime.start();
    await runtime.finished;
    const kinds: string[] = [];
    for await (const event of stream) kinds.push(event.kind);
    deepEqual(kinds, ["started", "ended"]);
  }
  deepEqual(heard, ["started", "ended", "started", "ended"]);
});

eachDriver(`one runtime runs ${RUNS} times, changed between the runs, and memory does not grow`, async (native) => {
  await using runtime = new Runtime({ native });
  const from = runtime.add(nodes.toneSource({ blockSize: 48 }), { id: "from", lane: "near" });
  const collect = exposeGc();
  const inUseMb: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    // Every other run comes to its end by itself.
    const ends = run % 2 === 0;
    await runtime.configure("from", { durationSeconds: ends ? 0.01 : 60 });
    const to = await runtime.add(nodes.gain(), { id: "to", lane: ends ? "main" : "near" });
    await runtime.connect(from.outputs.audio, to.inputs.audioIn, { policy: "lossless" });
    await runtime.start();
    const summary = ends ? await runtime.finished : await changedAndStopped(runtime);
    assertSpent(summary);
    if (ends) equal(summary.nodes[1].framesIn, 10);
    for (const { id } of runtime.links()) await runtime.disconnect(id);
    for (const { id } of summary.nodes.slice(1)) await runtime.remove(id);
    if (run % LOOK_EVERY === 0) inUseMb.push(memoryInUseMb(collect, native));
  }
  deepEqual(viewRuntime(runtime).nodes.map(({ index }) => index), [0]);
  const quarter = Math.floor(inUseMb.length / 4);
  if (quarter === 0) return;
  const [before, after] = [median(inUseMb.slice(quarter, 2 * quarter)), median(inUseMb.slice(-quarter))];
  const found = `in use in ${RUNS} runs: ${before.toFixed(1)} MB in the second quarter, ${
    after.toFixed(1)
  } in the last`;
  console.log(found);
  ok(after < before + MAY_GROW_MB, found);
});

/** Has a running graph grow by a node, and stops it. */
async function changedAndStopped(runtime: Runtime): Promise<RunSummary> {
  await flow(runtime, "to", 3);
  const more = await runtime.add(nodes.levelMeter(), { id: "more", lane: "main" });
  await runtime.connectByName("to.audioOut", `${more.id}.audioIn`);
  await flow(runtime, "more", 3);
  return (await runtime.stop())!;
}

/**
 * What this isolate's heap and native code have in use: what is resident is the engine's affair, and so is when it gives
 * back the shared buffers that are the pools of the portable driver.
 */
function memoryInUseMb(collectGarbage: () => void, native: "require" | "off"): number {
  collectGarbage();
  return Deno.memoryUsage().heapUsed / 1e6 + (native === "off" ? 0 : nativeMb());
}

eachDriver("restart() gives way to stop(), and there is one at a time", async (native) => {
  await using runtime = new Runtime({ native });
  const from = runtime.add(source(counting(1e9)), { id: "from" });
  const to = runtime.add(sink(gathering([])), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  const starting = runtime.start();
  await rejects(runtime.restart(), {
    code: "Busy",
    message: "Cannot restart: the graph is starting; wait for start()",
  });
  await starting;

  const restarting = runtime.restart();
  await rejects(runtime.restart(), { code: "Busy", message: "Cannot restart: another restart is under way" });
  await restarting;
  await flow(runtime, "to", 3);

  const given = runtime.restart();
  const stopped = runtime.stop();
  await rejects(given, { code: "Busy", message: "Cannot restart: the graph was stopped meanwhile" });
  equal((await stopped)!.outcome, "stopped");
  equal(runtime.running, false);
});

eachDriver("start() and restart() wait for a run that is being stopped, and give way to stop()", async (native) => {
  await using runtime = new Runtime({ native });
  const from = runtime.add(source(counting(1e9)), { id: "from" });
  const to = runtime.add(sink(gathering([])), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  for (const again of [() => runtime.start(), () => runtime.restart()]) {
    const stopped = runtime.stop();
    await again();
    equal((await stopped)!.outcome, "stopped");
    await flow(runtime, "to", 3);
  }
  void runtime.stop();
  const [first, second] = [runtime.start(), runtime.start()];
  const message = "Cannot start: the graph was started; runtime.finished tells of its end";
  await Promise.all([first, rejects(second, { code: "Busy", message })]);
  await flow(runtime, "to", 3);
  void runtime.stop();
  const given = runtime.start();
  const stopped = runtime.stop();
  await rejects(given, { code: "Busy", message: "Cannot start: the graph was stopped meanwhile" });
  equal((await stopped)!.outcome, "stopped");
  equal(runtime.running, false);
});

for (const call of ["setup()", "process()"] as const) {
  eachDriver(`a listener that hears a failure in ${call} begins the graph again by restart()`, async (native) => {
    await using runtime = new Runtime({ native });
    let failures = 0;
    const fails = (where: string) => {
      if (where === call && failures++ === 0) throw new Error("once, on purpose");
    };
    // Until then the run that has failed is ending.
    const gate = Promise.withResolvers<void>();
    const from = runtime.add(source({ ...counting(1e9), teardown: () => gate.promise }), { id: "from", lane: "main" });
    const to = runtime.add(sink({ ...passing(() => fails("process()")), setup: () => fails("setup()") }), { id: "to" });
    runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
    const again = Promise.withResolvers<void>();
    const heard: string[] = [];
    runtime.events.on("*", (event) => {
      if (event.group === "runtime") heard.push(event.kind);
      if (event.group !== "error") return;
      equal(runtime.running, true);
      runtime.restart().then(again.resolve, again.reject);
      gate.resolve();
    });
    const failed = { code: "NodeFailed", nodeId: "to" };
    if (call === "setup()") await rejects(runtime.start(), failed);
    else {
      await runtime.start();
      await rejects(runtime.finished, failed);
    }
    await again.promise;
    await flow(runtime, "to", 3);
    equal((await runtime.stop())!.outcome, "stopped");
    deepEqual(heard, [...call === "setup()" ? [] : ["started"], "ended", "started", "stopping", "ended"]);
  });
}

eachDriver("restart() begins again after a run that has failed", async (native) => {
  await using runtime = new Runtime({ native });
  let fails = true;
  const from = runtime.add(source(counting(1e9)), { id: "from" });
  const throws = () => {
    if (fails) throw new Error("once, on purpose");
  };
  const to = runtime.add(sink(passing(throws)), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, { code: "NodeFailed", nodeId: "to" });
  fails = false;
  await runtime.restart();
  await flow(runtime, "to", 3);
  await runtime.stop();
});
