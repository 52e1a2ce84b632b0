/** A node that ends before what feeds it: what nobody reads any more ends, and the counts stay exact. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { appSink, appSource, type ProcessorContext, Runtime } from "../mod.ts";
import { nativeNodes } from "../core/registry/fixtures/test_stages.ts";
import { nodes } from "../sluice.gen.ts";
import { assertCounted, assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { filter, type Script, sink, source } from "./fixtures/scripted.ts";
import { inTime, until } from "./fixtures/waiting.ts";

const BLOCK = { sampleRateHz: 8000, blockSize: 100 };

/** Counts the samples that come. */
function counting(seen: { samples: number }): Script & Record<string, unknown> {
  return {
    process(this: Script) {
      for (let block = this.audioIn!.read(); block; block = this.audioIn!.read()) seen.samples += block.sampleCount;
    },
  };
}

for (const [where, lane, other] of [["one lane", "main", "main"], ["two lanes", "main", "far"]] as const) {
  eachDriver(`trim ends an endless source on ${where}`, async (native) => {
    const seen = { samples: 0 };
    await using runtime = new Runtime({ mode: "offline", native });
    const tone = runtime.add(nodes.toneSource(BLOCK), { id: "tone", lane: other });
    const gain = runtime.add(nodes.gain(), { id: "gain", lane: other });
    const trim = runtime.add(nodes.trim({ endSeconds: 0.52 }), { id: "trim", lane });
    const end = runtime.add(sink(counting(seen)), { id: "end" });
    runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
    runtime.connect(gain.outputs.audioOut, trim.inputs.frameIn);
    runtime.connect(trim.outputs.frameOut, end.inputs.audioIn);
    await runtime.start();
    const summary = await inTime(runtime.finished);
    equal(seen.samples, 0.52 * 8000);
    assertCounted(summary);
    assertSpent(summary);
    for (const { written, read, dropped } of summary.links) equal(written, read + dropped.skipped);
    // What is read of the source is what lies in the links, and no more.
    ok(summary.links[0].written <= 42 + 6 * 8, `${summary.links[0].written} blocks`);
  });
}

eachDriver("a node that nobody reads ends, whatever its flush() still finds in its links", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const tone = runtime.add(nodes.toneSource(BLOCK), { id: "tone" });
  const passes: Script & Record<string, unknown> = {
    process(this: Script) {
      for (const block of this.audioIn!.drain()) this.audioOut!.write(block);
    },
    flush: () => true,
  };
  const late = runtime.add(filter(passes), { id: "late" });
  const trim = runtime.add(nodes.trim({ endSeconds: 0.1 }), { id: "trim" });
  const end = runtime.add(sink(counting({ samples: 0 })), { id: "end" });
  runtime.connect(tone.outputs.audio, late.inputs.audioIn);
  runtime.connect(late.outputs.audioOut, trim.inputs.frameIn);
  runtime.connect(trim.outputs.frameOut, end.inputs.audioIn);
  await runtime.start();
  assertSpent(await inTime(runtime.finished));
});

eachDriver(
  "a source goes on for a reader that is left, and the link of the one that has ended drops",
  async (native) => {
    const [seen, kept] = [{ samples: 0 }, { samples: 0 }];
    await using runtime = new Runtime({ mode: "offline", native });
    const tone = runtime.add(nodes.toneSource({ ...BLOCK, durationSeconds: 2 }), { id: "tone" });
    const trim = runtime.add(nodes.trim({ endSeconds: 0.5 }), { id: "trim" });
    const end = runtime.add(sink(counting(seen)), { id: "end" });
    const all = runtime.add(sink(counting(kept)), { id: "all" });
    const cut = runtime.connect(tone.outputs.audio, trim.inputs.frameIn);
    runtime.connect(trim.outputs.frameOut, end.inputs.audioIn);
    runtime.connect(tone.outputs.audio, all.inputs.audioIn);
    await runtime.start();
    const summary = await inTime(runtime.finished);
    deepEqual([seen.samples, kept.samples], [4000, 16_000]);
    const { written, read, dropped } = summary.links.find(({ id }) => id === cut)!;
    deepEqual([written, read, dropped.skipped], [160, 41, 119]);
    assertSpent(summary);
  },
);

eachDriver("a push node that waits for something else ends once its reader has", async (native) => {
  const [gate, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isFlushed = false;
  await using runtime = new Runtime({ mode: "offline", native });
  const script = {
    process(this: Script) {
      const block = this.audioIn!.read()!;
      this.audioOut!.write(block);
      begun.resolve();
      return gate.promise;
    },
    flush: () => void (isFlushed = true),
  };
  // One block comes, and its source says nothing more until it is told to end.
  const still: Script & Record<string, unknown> = {
    process(this: Script, context: ProcessorContext) {
      const block = this.audioOut!.tryAcquire({ sampleRateHz: 8000, channels: 1, sampleCount: 1 })!;
      this.audioOut!.write(block);
      return new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve()));
    },
  };
  const first = runtime.add(source(still, { mode: "external", isAsync: true }), { id: "first" });
  const waits = runtime.add(filter(script as never, { isAsync: true }), { id: "waits" });
  const last = runtime.add(
    sink({
      process(this: Script, context: ProcessorContext) {
        if (this.audioIn!.read() !== undefined) context.finish();
      },
    }),
    { id: "last" },
  );
  runtime.connect(first.outputs.audioOut, waits.inputs.audioIn);
  const link = runtime.connect(waits.outputs.audioOut, last.inputs.audioIn);
  await runtime.start();
  await inTime(begun.promise);
  await until(() => runtime.stats().links.find(({ id }) => id === link)!.state === "closed");
  gate.resolve();
  const summary = await inTime(runtime.finished);
  equal(isFlushed, true);
  assertSpent(summary);
});

eachDriver("push() of an appSource says that nobody reads any more", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const script = runtime.add(appSource.audio({ sampleRateHz: 8000, channels: 1 }), { id: "script" });
  const trim = runtime.add(nodes.trim({ endSeconds: 0.01 }), { id: "trim", lane: "far" });
  const heard = runtime.add(appSink.audio());
  runtime.connect(script.outputs.audio, trim.inputs.frameIn);
  runtime.connect(trim.outputs.frameOut, heard.inputs.audio);
  await runtime.start();
  const pushing = (async () => {
    for (;;) await script.push({ channels: [new Float32Array(40)] });
  })();
  pushing.catch(() => {});
  let samples = 0;
  for await (const block of heard) samples += block.sampleCount;
  equal(samples, 80);
  await rejects(inTime(pushing), { code: "Busy", message: /nobody reads what the node writes/ });
  assertSpent(await inTime(runtime.finished));
});

Deno.test({
  name: "native stages end whose reader in TypeScript has ended",
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: async () => {
    const seen = { samples: 0 };
    await using runtime = new Runtime({ mode: "offline", native: "require" });
    const tone = runtime.add(nativeNodes.nativeSource({ sampleRateHz: 8000, blockSize: 100 }), { id: "tone" });
    const pass = runtime.add(nativeNodes.nativePass(), { id: "pass" });
    const trim = runtime.add(nodes.trim({ endSeconds: 0.5 }), { id: "trim" });
    const end = runtime.add(sink(counting(seen)), { id: "end" });
    runtime.connect(tone.outputs.audio, pass.inputs.audioIn);
    runtime.connect(pass.outputs.audioOut, trim.inputs.frameIn);
    runtime.connect(trim.outputs.frameOut, end.inputs.audioIn);
    await runtime.start();
    const summary = await inTime(runtime.finished);
    equal(seen.samples, 4000);
    assertSpent(summary);
  },
});

eachDriver("a pipe-sink whose program has had enough ends an endless source, and the run well", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const pipe = runtime.add(nodes.pipeSink({ format: "s16", command: ["head", "-c", "40000"] }), { id: "pipe" });
  runtime.connect(tone.outputs.audio, pipe.inputs.audio);
  await runtime.start();
  const summary = await inTime(runtime.finished);
  equal(summary.outcome, "completed");
  assertSpent(summary);
});

eachDriver("a node goes on whose reader an edit has taken away", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const script = runtime.add(appSource.data<number>());
  const first = runtime.add(appSink.data());
  runtime.connect(script.outputs.data, first.inputs.data);
  await runtime.start();
  await runtime.remove(first.id);
  const second = await runtime.add(nodes.valve(), { id: "second" });
  await runtime.connect(script.outputs.data, second.inputs.frameIn);
  await script.push({ value: 1 });
  await until(() => runtime.stats().nodes.find(({ id }) => id === "second")!.framesIn === 1);
  script.end();
  assertSpent((await runtime.stop())!);
});
