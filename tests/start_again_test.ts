/** One runtime, started again and again: after stop(), after its end, after a start that was refused. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { appSink, appSource, Runtime } from "../mod.ts";
import { viewRuntime } from "../core/runtime_view.ts";
import { nodes } from "../sluice.gen.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { exposeGc } from "./fixtures/expose_gc.ts";
import { counting, gathering, passing, sink, source } from "./fixtures/scripted.ts";
import { flow } from "./fixtures/waiting.ts";

/** Runs of one runtime; more where there is time. */
const RUNS = Deno.env.get("SLUICE_DEEP") === "1" ? 1_000 : 25;

/** What the memory of the process may grow by in all these runs, bytes. */
const MAY_GROW_BYTES = 32e6;

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

eachDriver("a file is written anew by each run", async (native) => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_again_" });
  try {
    await using runtime = new Runtime({ native, mode: "offline" });
    const path = `${folder}/tone.wav`;
    const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.01 }), { id: "tone" });
    const file = runtime.add(nodes.wavSink({ path }), { id: "file" });
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
  await using runtime = new Runtime({ native, mode: "offline" });
  const from = runtime.add(nodes.toneSource({ durationSeconds: 0.01, blockSize: 48 }), { id: "from", lane: "main" });
  const collect = exposeGc();
  // When the engine gives back what shared buffers took is its own affair.
  const used = () => {
    collect();
    const { rss, heapUsed } = Deno.memoryUsage();
    return native === "off" ? heapUsed : rss;
  };
  let before = 0;
  for (let run = 0; run < RUNS; run++) {
    const to = runtime.add(nodes.gain(), { id: "to", lane: "main" });
    runtime.connect(from.outputs.audio, to.inputs.audioIn);
    await runtime.start();
    const summary = await runtime.finished;
    assertSpent(summary);
    equal(summary.nodes[1].framesIn, 10);
    await runtime.remove("to");
    if (run === RUNS / 5) before = used();
  }
  deepEqual(viewRuntime(runtime).nodes.map(({ index }) => index), [0]);
  const grown = used() - before;
  ok(grown < MAY_GROW_BYTES, `memory has grown by ${grown} bytes`);
});

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
  await rejects(runtime.restart(), { code: "Busy", message: "Cannot restart: the graph is being stopped" });
  await restarting;
  await flow(runtime, "to", 3);

  const given = runtime.restart();
  const stopped = runtime.stop();
  await rejects(given, { code: "Busy", message: "Cannot restart: the graph was stopped meanwhile" });
  equal((await stopped)!.outcome, "stopped");
  equal(runtime.running, false);
});

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
