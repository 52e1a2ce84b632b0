/**
 * Lanes that end: one while another, of which it is a neighbour or not, is given its new thread, one with a node that
 * has come to its end before, and one between two native lanes.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { nativeNodes } from "../core/registry/fixtures/test_stages.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { dying } from "./fixtures/dying.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { gathering, sink } from "./fixtures/scripted.ts";
import { unhurried } from "./fixtures/unhurried.ts";
import { flow, sleep, until } from "./fixtures/waiting.ts";
import { rare } from "./fixtures/rare.ts";

/** For how long the one lane keeps the other from its new thread, milliseconds. */
const KEPT_MS = 200;

rare(eachDriver)(
  "a lane that ends while it is to take part in the replacement of another is replaced after it",
  async (native) => {
    using first = new Hold();
    using second = new Hold();
    const runtime = new Runtime({ mode: "live", native, stuckAfterMs: 0 });
    const supervision = { restart: { backoffMs: 1 } };
    const got: number[] = [];
    const replaced: string[] = [];
    const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "source" });
    const near = runtime.add(dying({ hold: first.path }), { id: "near", lane: "near", supervision });
    const far = runtime.add(dying({ hold: second.path }), { id: "far", lane: "far", supervision });
    const to = runtime.add(sink(gathering(got)), { id: "to" });
    runtime.connect(source.outputs.audio, near.inputs.audioIn, { policy: "drop-newest" });
    runtime.connect(near.outputs.audioOut, far.inputs.audioIn, { policy: "lossless" });
    // What the second lane waits for comes from main, whatever becomes of the first.
    const aside = runtime.add(dying({ hold: second.path }), { id: "aside", lane: "far", supervision });
    runtime.connect(source.outputs.audio, aside.inputs.audioIn, { policy: "drop-newest" });
    const end = runtime.add(sink(gathering([])), { id: "end" });
    runtime.connect(far.outputs.audioOut, to.inputs.audioIn, { policy: "lossless" });
    runtime.connect(aside.outputs.audioOut, end.inputs.audioIn, { policy: "lossless" });
    const reopened = Promise.withResolvers<void>();
    let starts = 0;
    using _listening = runtime.events.on("lane:*", (event) => {
      if (event.group !== "lane") return;
      if (event.kind === "replaced") replaced.push(event.lane);
      if (event.kind === "started" && event.lane === "near" && ++starts === 2) reopened.resolve();
    });
    await runtime.start();
    let ended = false;
    runtime.finished.catch(() => {}).finally(() => ended = true);
    await until(() => first.sinceMs !== undefined && second.sinceMs !== undefined);
    first.release();
    await reopened.promise;
    await new Promise((resolve) => setTimeout(resolve, KEPT_MS));
    second.release();
    await until(() => got.length > 20 || ended);
    const summary = (await runtime.stop())!;
    equal(summary.outcome, "stopped");
    deepEqual(replaced, ["near", "far"]);
  },
);

rare(eachDriver)(
  "a lane that ends while another is replaced in which it has no part is replaced after it",
  async (native) => {
    using first = new Hold();
    using second = new Hold();
    using third = new Hold();
    await using runtime = new Runtime({ mode: "live", native, stuckAfterMs: 0 });
    const supervision = { restart: { backoffMs: 1 } };
    const replaced: string[] = [];
    const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "source" });
    const near = runtime.add(dying({ hold: first.path }), { id: "near", lane: "near", supervision });
    // It keeps the replacement of "near" waiting, and has a link of its own from main.
    const far = runtime.add(dying({ hold: second.path }), { id: "far", lane: "far", supervision });
    const aside = runtime.add(dying({ hold: second.path }), { id: "aside", lane: "far", supervision });
    const alone = runtime.add(dying({ hold: third.path }), { id: "alone", lane: "alone", supervision });
    for (const { inputs } of [near, aside, alone]) {
      runtime.connect(source.outputs.audio, inputs.audioIn, { policy: "drop-newest" });
    }
    runtime.connect(near.outputs.audioOut, far.inputs.audioIn, { policy: "lossless" });
    for (const { outputs } of [far, aside, alone]) {
      const end = runtime.add(sink(gathering([])));
      runtime.connect(outputs.audioOut, end.inputs.audioIn, { policy: "lossless" });
    }
    let starts = 0;
    using _listening = runtime.events.on("lane:*", (event) => {
      if (event.group !== "lane") return;
      if (event.kind === "replaced") replaced.push(event.lane);
      if (event.kind === "started" && event.lane === "near") starts++;
    });
    await runtime.start();
    const failed = runtime.finished.then(() => {}, (error) => error);
    await until(() => [first, second, third].every(({ sinceMs }) => sinceMs !== undefined));
    first.release();
    await until(() => starts === 2);
    await sleep(KEPT_MS);
    third.release();
    await sleep(KEPT_MS);
    second.release();
    equal(await Promise.race([failed, until(() => replaced.length === 3)]), undefined);
    deepEqual(replaced.toSorted(), ["alone", "far", "near"]);
    equal((await runtime.stop())!.outcome, "stopped");
  },
);

eachDriver("a lane that ends is replaced, and a node of it that had come to its end stays there", async (native) => {
  using hold = new Hold("later");
  const runtime = new Runtime({ mode: "live", native, stuckAfterMs: 0 });
  const got: number[] = [];
  const early: number[] = [];
  const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "source" });
  const near = runtime.add(dying({ hold: hold.path }), {
    id: "near",
    lane: "near",
    supervision: { restart: { backoffMs: 1 } },
  });
  // By its own policy its failure would end the run.
  const short = runtime.add(numberedSource({ count: 5 }), { id: "short", lane: "near", supervision: "fail" });
  const to = runtime.add(sink(gathering(got)), { id: "to" });
  const end = runtime.add(sink(gathering(early)), { id: "end" });
  runtime.connect(source.outputs.audio, near.inputs.audioIn, { policy: "drop-newest" });
  runtime.connect(near.outputs.audioOut, to.inputs.audioIn, { policy: "lossless" });
  runtime.connect(short.outputs.audio, end.inputs.audioIn, { policy: "lossless" });
  await runtime.start();
  let ended = false;
  runtime.finished.catch(() => {}).finally(() => ended = true);
  const figuresOf = (id: string) => runtime.stats().nodes.find((node) => node.id === id)!;
  await until(() => figuresOf("short").state === "ended" && early.length === 5);
  hold.begin();
  await until(() => hold.sinceMs !== undefined);
  hold.release();
  await until(() => ended || figuresOf("near").restarts === 1);
  const before = got.length;
  await until(() => ended || got.length > before + 20);
  const { outcome, nodes } = (await runtime.stop())!;
  const { state, restarts, errors, framesOut } = nodes.find(({ id }) => id === "short")!;
  deepEqual([outcome, state, restarts, errors, framesOut], ["stopped", "ended", 0, 0, 5]);
  equal(early.length, 5);
});

eachDriver("what a link within a lane held when the lane ended is counted as lost", async (native) => {
  using hold = new Hold("later");
  await using runtime = new Runtime({ mode: "live", native, stuckAfterMs: 0 });
  const supervision = { restart: { backoffMs: 1 } };
  const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 0.1 }), { id: "source" });
  const dies = runtime.add(dying({ hold: hold.path }), { id: "dies", lane: "near", supervision });
  const slow = runtime.add(unhurried(), { id: "slow", lane: "near", supervision });
  runtime.connect(source.outputs.audio, dies.inputs.audioIn, { policy: "drop-newest" });
  runtime.connect(dies.outputs.audioOut, slow.inputs.audioIn, { policy: "lossless", capacity: 8 });
  await runtime.start();
  const inside = ({ links } = runtime.stats()) => links.find(({ to }) => to === "slow.audioIn")!;
  await until(() => inside().queued > 4);
  hold.begin();
  await until(() => hold.sinceMs !== undefined);
  hold.release();
  await until(() => runtime.stats().nodes.find(({ id }) => id === "slow")!.restarts === 1);
  await flow(runtime, "slow", 10);
  const summary = (await runtime.stop())!;
  assertSpent(summary);
  ok(inside(summary).dropped.laneLost > 0);
});

Deno.test({
  name: "native: what a lane had fetched of a native one and not read when it ended is counted as lost",
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: async () => {
    using hold = new Hold("later");
    await using runtime = new Runtime({ mode: "offline", native: "require", stuckAfterMs: 0 });
    const source = runtime.add(nativeNodes.nativeSource({ blockSize: 8 }), { lane: "first" });
    const middle = runtime.add(dying({ hold: hold.path }), {
      id: "middle",
      lane: "near",
      supervision: { restart: { backoffMs: 1 } },
    });
    const to = runtime.add(nativeNodes.nativeSink({ checkSamples: false }), { lane: "last" });
    runtime.connect(source.outputs.audio, middle.inputs.audioIn);
    runtime.connect(middle.outputs.audioOut, to.inputs.audio);
    await runtime.start();
    await flow(runtime, "middle");
    hold.begin();
    const isFull = ([{ queued, capacity }] = runtime.stats().links) => queued >= capacity;
    await until(() => hold.sinceMs !== undefined && isFull());
    hold.release();
    await until(() => runtime.stats().nodes.find(({ id }) => id === "middle")!.restarts === 1);
    await flow(runtime, to.id);
    const summary = (await runtime.stop())!;
    assertSpent(summary);
    const [first, last] = summary.links;
    ok(first.dropped.laneLost > 0);
    const node = (id: string) => summary.nodes.find((each) => each.id === id)!;
    deepEqual([first.written, last.read], [node(source.id).framesOut, node(to.id).framesIn]);
  },
});
