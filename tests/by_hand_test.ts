/** Nodes that somebody restarts or disables while the graph runs. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { appSink, appSource, nodes, Runtime } from "../mod.ts";
import { nativeNodes } from "../core/registry/fixtures/test_stages.ts";
import type { ProcessorContext } from "../core/processor.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { rare } from "./fixtures/rare.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { hanging } from "./fixtures/hanging.ts";
import { Hold } from "./fixtures/hold.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { gathering, type Script, SHAPE, sink, source } from "./fixtures/scripted.ts";
import { flow, inTime, until } from "./fixtures/waiting.ts";

const of = (runtime: Runtime, id: string) => runtime.stats().nodes.find((node) => node.id === id)!;

eachDriver(
  "restartNode() frees a lane of a node that is stuck, also where a failure would end the run",
  async (native) => {
    using hold = new Hold("later");
    await using runtime = new Runtime({ mode: "live", native, stuckAfterMs: 300 });
    const tone = runtime.add(nodes.toneSource(), { id: "tone", lane: "make" });
    const bad = runtime.add(hanging({ atFrame: 2, hold: hold.path }), { id: "bad", lane: "trap" });
    const victim = runtime.add(nodes.gain(), { id: "victim", lane: "trap" });
    runtime.connect(tone.outputs.audio, bad.inputs.audio);
    runtime.connect(tone.outputs.audio, victim.inputs.audioIn);
    const replaced = Promise.withResolvers<void>();
    using _ = runtime.events.on("lane:trap", ({ kind }) => kind === "replaced" && replaced.resolve());
    await runtime.start();
    hold.begin();
    await until(() => of(runtime, "bad").activity.kind === "stuck");
    await runtime.restartNode("bad");
    await replaced.promise;
    hold.release();
    const ticks = of(runtime, "victim").ticks;
    await until(() => of(runtime, "victim").ticks > ticks && of(runtime, "bad").activity.kind !== "stuck");
    equal(runtime.summary(), undefined);
    // One that runs is built anew as well.
    await runtime.restartNode("victim");
    const [before, { state }] = [of(runtime, "victim").ticks, of(runtime, "victim")];
    equal(state, "running");
    await until(() => of(runtime, "victim").ticks > before);
    equal((await runtime.stop())?.outcome, "stopped");
  },
);

for (const supervision of ["fail", { restart: { backoffMs: 1 } }] as const) {
  rare(eachDriver)(
    `a node that is stuck and fails after restartNode() is built anew (${JSON.stringify(supervision)})`,
    async (native) => {
      using hold = new Hold("later");
      await using runtime = new Runtime({ mode: "live", native, stuckAfterMs: 300, callTimeoutMs: 300 });
      const numbers = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "numbers" });
      const bad = runtime.add(hanging({ hold: hold.path, throws: true }), { id: "bad", lane: "trap", supervision });
      const victim = runtime.add(nodes.gain(), { id: "victim", lane: "trap", supervision });
      const got: number[] = [];
      const end = runtime.add(sink(gathering(got)), { id: "end" });
      runtime.connect(numbers.outputs.audio, bad.inputs.audio, { policy: "drop-newest" });
      runtime.connect(numbers.outputs.audio, victim.inputs.audioIn, { policy: "drop-newest" });
      runtime.connect(victim.outputs.audioOut, end.inputs.audioIn, { policy: "drop-newest" });
      const replaced = Promise.withResolvers<void>();
      const failures: unknown[] = [];
      using _replaced = runtime.events.on("lane:trap", ({ kind }) => kind === "replaced" && replaced.resolve());
      using _failed = runtime.events.on("node:bad", (event) => {
        if (event.group === "node" && event.kind === "failed") failures.push(event.error.message);
      });
      await runtime.start();
      await flow(runtime, "bad");
      hold.begin();
      await until(() => of(runtime, "bad").activity.kind === "stuck");
      await runtime.restartNode("bad");
      hold.release();
      await inTime(replaced.promise, runtime);
      await flow(runtime, "bad");
      await flow(runtime, "end");
      // A thread that is given up before it has thrown tells no failure.
      const told = of(runtime, "bad").errors;
      await until(() => failures.length === told);
      deepEqual(failures, ['Node "bad" (hanging) failed in process(): it has hung'].slice(0, told));
      deepEqual(["bad", "victim"].map((id) => of(runtime, id)).map(({ errors, restarts }) => [errors, restarts]), [
        [told, 1],
        [0, 1],
      ]);
      const summary = (await runtime.stop())!;
      equal(summary.outcome, "stopped");
      assertSpent(summary);
      for (const { id, written, read, dropped } of summary.links) {
        equal(written, read + Object.values(dropped).reduce((sum, each) => sum + each, 0), id);
      }
    },
  );
}

eachDriver(
  "disableNode() ends a node for the run, and what follows it; nothing can be restarted then",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const tone = runtime.add(nodes.toneSource(), { id: "tone", lane: "make" });
    const gain = runtime.add(nodes.gain(), { id: "gain" });
    const level = runtime.add(nodes.levelMeter(), { id: "level" });
    const other = runtime.add(nodes.levelMeter(), { id: "other" });
    runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
    runtime.connect(gain.outputs.audioOut, level.inputs.audioIn);
    runtime.connect(tone.outputs.audio, other.inputs.audioIn);
    await runtime.start();
    const told: string[] = [];
    using _ = runtime.events.on(
      "node:gain",
      (event) => event.kind === "disabled" && told.push(event.error?.message ?? ""),
    );
    await runtime.disableNode("gain");
    await until(() => of(runtime, "gain").state === "disabled" && of(runtime, "level").state === "ended");
    await until(() => told.length > 0);
    deepEqual(told, ['Node "gain" was disabled by hand']);
    const ticks = of(runtime, "other").ticks;
    await until(() => of(runtime, "other").ticks > ticks);
    equal(of(runtime, "gain").errors, 0);
    const mend =
      'node "gain" is disabled, and what it writes has ended; remove it, and add another with links of its own';
    await rejects(runtime.restartNode("gain"), { code: "Busy", message: `Cannot restart node "gain": ${mend}` });
    await rejects(runtime.edit((edit) => void edit.replace("gain", nodes.gain())), {
      code: "Busy",
      message: `Cannot replace, move or bypass node "gain": ${mend}`,
    });
    await rejects(async () => await runtime.connectByName("tone.audio", "gain.audioIn"), {
      code: "DestinationOccupied",
    });
    await runtime.disconnect(runtime.stats().links[0].id);
    await rejects(async () => await runtime.connectByName("tone.audio", "gain.audioIn"), {
      code: "Busy",
      message: `Cannot link "tone.audio" to "gain.audioIn": ${mend}`,
    });
    await rejects(runtime.disableNode("gain"), { code: "Busy", message: 'Cannot disable "gain": it is disabled' });
    await rejects(runtime.disableNode("nobody"), { code: "NodeNotFound" });
    ok(await runtime.stop());
  },
);

/** A device whose callback writes until its node is told to end. */
function device(told: (what: string) => void) {
  return source({
    async process(this: Script, { signal }: ProcessorContext): Promise<void> {
      const timer = setInterval(() => {
        const frame = this.audioOut!.tryAcquire(SHAPE);
        if (frame !== undefined) this.audioOut!.write(frame);
      }, 1);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      clearInterval(timer);
      told(signal.reason.message);
    },
    teardown: () => told("teardown"),
  }, { mode: "external", isAsync: true });
}

eachDriver("disableNode() of a node that a device drives ends its process() and what follows it", async (native) => {
  const told: string[] = [];
  const got: number[] = [];
  await using runtime = new Runtime({ mode: "live", native });
  const scale = runtime.add(device((what) => told.push(what)), { id: "scale" });
  const level = runtime.add(sink(gathering(got)), { id: "level" });
  runtime.connect(scale.outputs.audioOut, level.inputs.audioIn);
  using _ = runtime.events.on("node:scale", ({ kind }) => kind === "disabled" && told.push(kind));
  await runtime.start();
  await until(() => got.length > 0);
  await runtime.disableNode("scale");
  // The last running source: the run ends with it.
  const { outcome, nodes: figures, links: [{ written, read, queued, dropped }] } = await runtime.finished;
  deepEqual(told, ["the node was disabled", "teardown", "disabled"]);
  equal(outcome, "completed");
  deepEqual(figures.map(({ state }) => state), ["disabled", "ended"]);
  equal(written, read + queued + Object.values(dropped).reduce((sum, each) => sum + each, 0));
  equal(figures[0].framesOut, written);
});

eachDriver(
  "disableNode() of an app sink ends the loop that reads it, and the next run feeds it again",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const tone = runtime.add(nodes.toneSource({ blockSize: 64 }), { id: "tone" });
    const sink = runtime.add(appSink.audio(), { id: "script" });
    const level = runtime.add(nodes.levelMeter(), { id: "level" });
    runtime.connect(tone.outputs.audio, sink.inputs.audio);
    runtime.connect(tone.outputs.audio, level.inputs.audioIn);
    await runtime.start();
    let read = 0;
    for await (const _ of sink) {
      if (++read === 3) await runtime.disableNode("script");
    }
    ok(read >= 3);
    equal(of(runtime, "tone").state, "running");
    equal((await runtime.stop())!.outcome, "stopped");
    await runtime.start();
    const { done } = await sink[Symbol.asyncIterator]().next();
    equal(done, false);
    await runtime.stop();
  },
);

eachDriver("disableNode() of an app source rejects what is pushed to it from then on", async (native) => {
  const got: number[] = [];
  await using runtime = new Runtime({ mode: "live", native });
  const script = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "script" });
  const level = runtime.add(sink(gathering(got)), { id: "level" });
  runtime.connect(script.outputs.audio, level.inputs.audioIn);
  await runtime.start();
  await script.push({ channels: [new Float32Array([7])] });
  await until(() => got.length === 1);
  await runtime.disableNode("script");
  const refused = { code: "Busy", nodeId: "script", message: 'Cannot push to "script": the node was disabled' };
  await rejects(script.push({ channels: [new Float32Array([8])] }), refused);
  const { outcome, nodes: figures } = await runtime.finished;
  await rejects(script.push({ channels: [new Float32Array([9])] }), refused);
  equal(outcome, "completed");
  deepEqual(figures.map(({ state, framesOut }) => [state, framesOut]), [["disabled", 1], ["ended", 0]]);
  deepEqual(got, [7]);
});

Deno.test({
  name: "restartNode() and disableNode() do so to native stages",
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: async () => {
    await using runtime = new Runtime({ mode: "live", native: "require" });
    const source = runtime.add(nativeNodes.nativeSource({ paced: true, blockSize: 64 }), { id: "source" });
    const pass = runtime.add(nativeNodes.nativePass(), { id: "pass" });
    const sink = runtime.add(nativeNodes.nativeSink(), { id: "sink" });
    const other = runtime.add(nativeNodes.nativeSink(), { id: "other" });
    runtime.connect(source.outputs.audio, pass.inputs.audioIn);
    runtime.connect(pass.outputs.audioOut, sink.inputs.audio);
    runtime.connect(source.outputs.audio, other.inputs.audio);
    await runtime.start();
    await until(() => of(runtime, "sink").ticks > 0);
    await runtime.restartNode("pass");
    const before = of(runtime, "sink").ticks;
    await until(() => of(runtime, "sink").ticks > before);
    await runtime.disableNode("pass");
    await until(() => of(runtime, "pass").state === "disabled" && of(runtime, "sink").state === "ended");
    const ticks = of(runtime, "other").ticks;
    await until(() => of(runtime, "other").ticks > ticks);
    await rejects(runtime.disableNode("pass"), { code: "Busy", message: 'Cannot disable "pass": it is disabled' });
    await rejects(runtime.restartNode("pass"), { code: "Busy" });
    const { outcome } = (await runtime.stop())!;
    equal(outcome, "stopped");
    const { written, read, queued, dropped } = runtime.summary()!.links.find(({ to }) => to === "pass.audioIn")!;
    equal(written, read + queued + Object.values(dropped).reduce((sum, each) => sum + each, 0));
  },
});
