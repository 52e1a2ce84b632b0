/**
 * What is lent for the first tick of a node is given back where the lane that it goes to hangs, and where that ends
 * which lends it.
 */
import { deepEqual, rejects } from "node:assert/strict";
import { appSink } from "../core/app/app_sink.ts";
import { appSource } from "../core/app/app_source.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { Hold } from "./fixtures/hold.ts";
import { pass } from "./fixtures/numbered.ts";
import { sleep, until } from "./fixtures/waiting.ts";

const SHAPE = { sampleRateHz: 1_000, channels: 1 };
const SUPERVISION = { restart: { limit: 5, backoffMs: 1 } };
const SLOTS = 200;
const COUNT = 5;
const LIMIT_MS = 60_000;

eachDriver("what was lent to a lane that hangs before it takes it is given back, and is there once", async (native) => {
  using fuse = new Hold();
  await using runtime = new Runtime({
    mode: "live",
    native,
    stuckAfterMs: 1_000,
    pools: { audio: { slotBytes: 64, slots: SLOTS } },
  });
  const from = runtime.add(appSource.audio(SHAPE));
  const middle = runtime.add(pass(), { id: "middle", lane: "near", supervision: SUPERVISION });
  const to = runtime.add(appSink.audio());
  const trigger = runtime.add(appSource.audio(SHAPE));
  const napping = faulty({ how: "naps once", every: 1, fuse: fuse.path });
  const nap = runtime.add(napping, { id: "nap", lane: "other", supervision: SUPERVISION });
  const end = runtime.add(appSink.audio());
  runtime.connect(from.outputs.audio, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, to.inputs.audio);
  runtime.connect(trigger.outputs.audio, nap.inputs.audioIn);
  runtime.connect(nap.outputs.audioOut, end.inputs.audio);
  const seen: number[] = [];
  const reading = (async () => {
    for await (const frame of to) seen.push(frame.channel(0)[0]);
  })();
  const emptying = (async () => {
    for await (const _ of end);
  })();
  await runtime.start();
  // Lane "other" makes a node ready, lane "near" waits for frames to lend it; then "nap" keeps "other".
  const edit = runtime.edit((edit) => {
    edit.replace("middle", faulty({ how: "none" }), { lane: "other", startsAnew: true });
  }, { timeoutMs: 5_000, trialMs: 5_000 });
  const refused = rejects(edit);
  await sleep(400);
  await trigger.push({ channels: [Float32Array.of(0, 0)] });
  await sleep(200);
  for (let k = 0; k < COUNT; k++) await from.push({ channels: [Float32Array.of(k, 0)] });
  await refused;
  await until(() => seen.length === COUNT);
  deepEqual(seen, Array.from({ length: COUNT }, (_, k) => k));
  await until(() => runtime.stats().nodes.find(({ id }) => id === "nap")!.restarts === 1);
  fuse.release();
  await until(() => {
    const [{ free, quarantined }] = runtime.stats().pools;
    return free === SLOTS && quarantined === 0;
  });
  from.end();
  trigger.end();
  await Promise.all([reading, emptying]);
  assertSpent(await runtime.finished);
});

// Portable mode proves no lane's end.
const ignore = Deno.env.get("SLUICE_NATIVE") === "off";

Deno.test({ name: "native: what a lane was to lend that ends before it has told is given back", ignore }, async () => {
  const pools = { audio: { slotBytes: 64, slots: SLOTS } };
  await using runtime = new Runtime({ mode: "live", native: "require", pools });
  const from = runtime.add(appSource.audio(SHAPE));
  const idle = runtime.add(appSource.audio(SHAPE));
  const trigger = runtime.add(appSource.audio(SHAPE));
  const ends = [from, idle, trigger].map((source, k) => {
    const node = k < 2 ? pass() : faulty({ how: "exits the worker", every: 1 });
    const middle = runtime.add(node, { id: ["fed", "idle", "ends"][k], lane: "near", supervision: SUPERVISION });
    const end = runtime.add(appSink.audio());
    runtime.connect(source.outputs.audio, middle.inputs.audioIn);
    runtime.connect(middle.outputs.audioOut, end.inputs.audio);
    return end;
  });
  const seen: number[] = [];
  const reading = Promise.all(ends.map(async (end, k) => {
    for await (const frame of end) if (k === 0) seen.push(frame.channel(0)[0]);
  }));
  await runtime.start();
  const edit = runtime.edit((edit) => {
    for (const id of ["fed", "idle"]) edit.replace(id, faulty({ how: "none" }), { lane: "other", startsAnew: true });
  }, { timeoutMs: LIMIT_MS, trialMs: LIMIT_MS / 2 });
  const refused = rejects(edit);
  await sleep(400);
  // "fed" has something to lend then, while "idle" waits.
  for (let k = 0; k < COUNT; k++) await from.push({ channels: [Float32Array.of(k, 0)] });
  await sleep(200);
  await trigger.push({ channels: [Float32Array.of(0, 0)] });
  await refused;
  await until(() => seen.length === COUNT);
  deepEqual(seen, Array.from({ length: COUNT }, (_, k) => k));
  await until(() => {
    const [{ free, quarantined }] = runtime.stats().pools;
    return free === SLOTS && quarantined === 0;
  });
  for (const source of [from, idle, trigger]) source.end();
  await reading;
  await runtime.finished;
});
