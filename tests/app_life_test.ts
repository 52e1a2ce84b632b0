/** What a script hears of app sources and sinks whose graph does not start, fails, or cannot take an item. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { appSink, appSource, Runtime } from "../mod.ts";
import type { NodeSpec } from "../core/registry/node_type.ts";
import { assertCounted } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { dataListener } from "./fixtures/data_listener.ts";
import { talkative } from "./fixtures/talkative.ts";

const MONO = { sampleRateHz: 48_000, channels: 1 };
const block = () => ({ channels: [new Float32Array(4)] });

Deno.test("appSource push() and appSink next() reject when the graph is disposed of before the start", async () => {
  const runtime = new Runtime();
  const source = runtime.add(appSource.audio(MONO));
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, sink.inputs.audio);
  const early = [source.push(block()), sink[Symbol.asyncIterator]().next()];
  await runtime[Symbol.asyncDispose]();
  for (const each of [...early, source.push(block()), sink[Symbol.asyncIterator]().next()]) {
    await rejects(each, { code: "Busy", message: "The graph was disposed of before it was started" });
  }
});

Deno.test("appSource push() rejects with why the start was refused", async () => {
  await using runtime = new Runtime({ pools: { audio: { slots: 1 } } });
  const source = runtime.add(appSource.audio(MONO));
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, sink.inputs.audio);
  const early = source.push(block());
  await rejects(runtime.start(), { code: "PoolExhausted" });
  await rejects(early, { code: "PoolExhausted" });
  await rejects(source.push(block()), { code: "PoolExhausted" });
});

Deno.test("appSource push() rejects once the node is removed before the start", async () => {
  await using runtime = new Runtime();
  const source = runtime.add(appSource.audio(MONO));
  const early = source.push(block());
  await runtime.remove(source.id);
  await rejects(early, { code: "Busy", message: 'Cannot push to "app-source": it was removed from the graph' });
});

Deno.test("a node that was removed is not told any more that there will be no start", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const told: string[] = [];
  for (const id of ["gone", "here"]) {
    const { type, config } = appSource.audio(MONO);
    const extend: NodeSpec["extend"] = (handle, { onRefused }) => {
      onRefused(() => told.push(id));
      return handle;
    };
    runtime.add({ type, config, extend }, { id });
  }
  await runtime.remove("gone");
  await runtime[Symbol.asyncDispose]();
  deepEqual(told, ["here"]);
});

Deno.test("a sink that was closed before the start ends what only it heard", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const source = runtime.add(appSource.audio(MONO));
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, sink.inputs.audio);
  await sink.readable.cancel();
  await runtime.start();
  await rejects(async () => {
    for (let k = 0; k < 1_000; k++) await source.push(block());
  }, { code: "Busy" });
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("an item that cannot go to another lane rejects its own push() and nothing else", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data<unknown>());
  const here = runtime.add(appSink.data());
  const there = runtime.add(appSink.data());
  runtime.connect(source.outputs.data, here.inputs.data);
  runtime.connect(source.outputs.data, there.inputs.data);
  const audio = runtime.add(appSource.audio(MONO));
  const far = runtime.add(talkative(), { lane: "far" });
  runtime.connect(audio.outputs.audio, far.inputs.audio);
  await runtime.start();
  const heard: unknown[] = [];
  const hearing = (async () => {
    for await (const frame of here) heard.push(frame.value);
  })();
  void (async () => {
    for await (const _ of there);
  })();
  await source.push({ value: 1 });
  for (const item of [{ value: 2, ptsNs: NaN }, null, 3]) {
    await rejects(source.push(item as { value: unknown }), TypeError);
  }
  await rejects(audio.push({ ...block(), ptsNs: Infinity }), TypeError);
  await source.push({ value: 4 });
  source.end();
  audio.end();
  await runtime.finished;
  await hearing;
  deepEqual(heard, [1, 4]);
});

eachDriver("a value that cannot be serialized rejects its push(), and the next one goes", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data<unknown>());
  const far = runtime.add(dataListener(), { lane: "far" });
  runtime.connect(source.outputs.data, far.inputs.data);
  await runtime.start();
  await source.push({ value: 1 });
  await rejects(source.push({ value: () => {} }));
  await rejects(source.push({ value: "x".repeat(1_000_000) }));
  await source.push({ value: 2 });
  source.end();
  const { links, pools } = await runtime.finished;
  equal(links[0].written, 2);
  equal(links[0].read, 2);
  deepEqual(pools.map(({ free }) => free), pools.map(({ slots }) => slots));
});

eachDriver("frames whose push() has resolved are counted, also when the graph fails next", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.audio(MONO));
  const far = runtime.add(talkative(), { lane: "far" });
  runtime.connect(source.outputs.audio, far.inputs.audio);
  await runtime.start();
  for (let k = 0; k < 3; k++) await source.push(block());
  source.abort(new Error("thrown on purpose"));
  await rejects(runtime.finished, /thrown on purpose/);
  const summary = runtime.summary()!;
  equal(summary.links[0].written, 3);
  assertCounted(summary);
});

Deno.test("appSource.audio() refuses formats that do not exist", () => {
  for (const bad of [{}, { sampleRateHz: 0, channels: 1 }, { sampleRateHz: 48_000, channels: 65 }]) {
    throws(() => appSource.audio(bad as typeof MONO), RangeError);
  }
});

Deno.test("appSource.encoded() refuses formats that do not exist", () => {
  throws(() => appSource.encoded({} as { codec: "h264" }), /Cannot acquire an encoded frame of codec undefined/);
  throws(() => appSource.encoded({ codec: "h264", width: -1 }), /width is -1, wanted a whole number from 1/);
});

Deno.test("what a script feeds or reads is added once", async () => {
  await using one = new Runtime({ mode: "offline" });
  await using other = new Runtime({ mode: "offline" });
  for (const [spec, maker] of [[appSource.data<number>(), "appSource"], [appSink.data<number>(), "appSink"]] as const) {
    one.add(spec as NodeSpec);
    for (const runtime of [one, other]) {
      throws(() => runtime.add(spec as NodeSpec), {
        code: "InvalidGraph",
        message: new RegExp(`^Cannot add an "app-(source|sink)" twice: .* call ${maker} once for each$`),
      });
    }
  }
});

eachDriver("a sink that was closed before the start ends a graph that nobody else hears", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data<number>());
  const sink = runtime.add(appSink.data<number>());
  runtime.connect(source.outputs.data, sink.inputs.data);
  await sink.readable.cancel();
  await runtime.start();
  equal((await runtime.finished).outcome, "completed");
});
