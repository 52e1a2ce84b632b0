/** A thread that was given up comes back after another one has its lane: it changes nothing of what that counts. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../core/app/app_sink.ts";
import { appSource } from "../core/app/app_source.ts";
import { tapLog } from "../core/log.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { hanging } from "./fixtures/hanging.ts";
import { Hold } from "./fixtures/hold.ts";
import { leaving } from "./fixtures/leaving.ts";
import { numberedSource, pass } from "./fixtures/numbered.ts";
import { returning } from "./fixtures/returning.ts";
import { until } from "./fixtures/waiting.ts";

const COUNT = 60;
const AT = 20;
/** More than a link takes in one go. */
const POOLS = { audio: { slotBytes: 64, slots: 1_000 } };
const SUPERVISION = { restart: { limit: 5, backoffMs: 1 } };
/** Looks, a millisecond or more apart, at whether a thread has left. */
const LEAVE_LOOKS = 2_000;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

// Whether the node writes to another lane, by a ring, or to its neighbour.
for (const towards of ["main", "near"] as const) {
  eachDriver(
    `a thread that was given up counts and hands over nothing when it comes back (to ${towards})`,
    async (native) => {
      await using site = await returningSite(native, AT);
      const { runtime, bad, sink, seen, setAside } = site;
      const next = runtime.add(pass(), { id: "next", lane: towards, supervision: SUPERVISION });
      runtime.connect(bad.outputs.audioOut, next.inputs.audioIn, { policy: "drop-newest", capacity: 64 });
      runtime.connect(next.outputs.audioOut, sink.inputs.audio);
      await site.start();
      await site.push(0, COUNT);
      const counts = () => {
        const { links, nodes } = runtime.stats();
        return {
          links: links.map(({ id, written, read, dropped, queued }) => ({ id, written, read, dropped, queued })),
          nodes: nodes.map(({ activity: _, ...figures }) => figures),
        };
      };
      await until(() => seen.at(-1) === COUNT - 1 && counts().links.every(({ queued }) => queued === 0));
      await untilParked(runtime);
      ok(setAside() > 0, "what the thread holds is set aside");
      const before = counts();
      equal(before.nodes.find(({ id }) => id === "bad")!.errors, 1);

      await Deno.writeTextFile(site.untilPath, "");
      await until(() => setAside() === 0);
      deepEqual(counts(), before);
      // The node that runs there now keeps one.
      await until(() => runtime.stats().pools[0].free === POOLS.audio.slots - 1);
      await site.end();
      const sorted = [...new Set(seen)].sort((a, b) => a - b);
      deepEqual(seen, sorted, "what the thread wrote before it was given up comes once, and nothing of it later");
    },
  );
}

eachDriver("what a thread that was given up holds stays its own when its lane is closed", async (native) => {
  await using site = await returningSite(native, AT);
  const { runtime, bad, sink, seen, setAside } = site;
  runtime.connect(bad.outputs.audioOut, sink.inputs.audio);
  await site.start();
  const pushAll = async (from: number) => {
    await site.push(from, COUNT);
    await until(() => seen.at(-1) === from + COUNT - 1);
  };
  await pushAll(0);
  const held = setAside();
  ok(held > 0, "what the thread holds is set aside");
  // On the lane's other thread, a node that has slots of its own when it goes.
  const keeping = faulty({ how: "keeps frames", every: 10 });
  await runtime.edit((edit) => void edit.replace("bad", keeping, { startsAnew: true }));
  await pushAll(COUNT);
  await runtime.edit((edit) => void edit.replace("bad", pass(), { lane: "main", startsAnew: true }));
  await runtime.edit(() => {});
  deepEqual(runtime.stats().lanes.map(({ name }) => name), ["main"]);
  await pushAll(2 * COUNT);
  equal(setAside(), held);

  await Deno.writeTextFile(site.untilPath, "");
  await until(() => setAside() === 0);
  await site.end();
});

eachDriver("a thread that comes back before another one has its lane is refused", async (native) => {
  await using site = await returningSite(native, 0);
  const { runtime, bad, sink, seen, setAside } = site;
  runtime.connect(bad.outputs.audioOut, sink.inputs.audio);
  const left: number[] = [];
  // In the turn in which the thread is given up: nothing is asked of another one yet.
  const endTap = tapLog(({ message }) => {
    if (!message.startsWith('Gave up the thread of lane "near"')) return;
    left.push(setAside());
    Deno.writeTextFileSync(site.untilPath, "");
    for (let looks = LEAVE_LOOKS; setAside() > 0 && looks > 0; looks--) Atomics.wait(NEVER, 0, 0, 1);
    left.push(setAside());
  });
  using _tap = { [Symbol.dispose]: endTap };
  await site.start();
  await site.push(0, 1);
  await until(() => left.length === 2);
  ok(left[0] > 0, "what the thread holds is set aside");
  equal(left[1], 0, "it has given that back");
  await until(() => runtime.stats().nodes.find(({ id }) => id === "bad")!.restarts === 1);
  await site.push(1, 1);
  await site.end();
  deepEqual(seen, [1]);
});

eachDriver("a thread that is given up while it tears its nodes down gives back what it holds", async (native) => {
  using ticks = new Hold();
  using leaves = new Hold();
  await using runtime = new Runtime({ mode: "live", native, stuckAfterMs: 1_000, pools: POOLS });
  const source = runtime.add(numberedSource({ count: 1e9, perTick: 4, intervalMs: 5 }), { id: "source", lane: "main" });
  const near = { lane: "near", supervision: SUPERVISION };
  runtime.add(hanging({ hold: ticks.path, atFrame: 200 }), { id: "bad", ...near });
  runtime.add(leaving({ how: "keeps its thread in teardown", hold: leaves.path }), { id: "slow", ...near });
  runtime.add(faulty({ how: "keeps frames", every: 50 }), { id: "keeps", ...near });
  for (const to of ["bad.audio", "slow.audioIn", "keeps.audioIn"]) runtime.connectByName(`${source.id}.audio`, to);
  const setAside = () => runtime.stats().pools[0].quarantined;
  using _bad = runtime.events.on("node:bad", ({ kind }) => void (kind === "stuck" && ticks.release()));
  const held: number[] = [];
  // In the turn in which the thread is given up.
  const endTap = tapLog(({ message }) => {
    if (!message.startsWith('Gave up the thread of lane "near"')) return;
    held.push(setAside(), leaves.sinceMs ?? 0);
    leaves.release();
  });
  using _tap = { [Symbol.dispose]: endTap };
  await runtime.start();
  await until(() => held.length > 0);
  ok(held[0] > 0, "what the thread holds is set aside");
  ok(held[1] > 0, "it tears its nodes down");
  await until(() => setAside() === 0);
  await until(() => runtime.stats().nodes.find(({ id }) => id === "keeps")!.restarts > 0);
  await runtime.stop();
});

/** Waits until every lane parks: it brings its figures up to date before. */
async function untilParked(runtime: Runtime): Promise<void> {
  const before = runtime.stats().lanes;
  await until(() => runtime.stats().lanes.every(({ parks }, k) => parks > before[k].parks));
}

/**
 * A graph whose node "bad", on lane "near", keeps its thread from a frame on until there is a file; what stands behind
 * it is the test's own.
 */
async function returningSite(native: "require" | "off", atNumber: number) {
  const folder = await Deno.makeTempDir();
  const untilPath = `${folder}/go`;
  const runtime = new Runtime({ mode: "offline", native, stuckAfterMs: 1_000, pools: POOLS });
  const source = runtime.add(appSource.audio({ sampleRateHz: 1_000, channels: 1 }), { id: "source" });
  const bad = runtime.add(returning({ atNumber, untilPath }), { id: "bad", lane: "near", supervision: SUPERVISION });
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, bad.inputs.audioIn);
  const seen: number[] = [];
  let reading: Promise<void> | undefined;
  return {
    runtime,
    bad,
    sink,
    seen,
    untilPath,
    async start() {
      await runtime.start();
      reading = (async () => {
        for await (const frame of sink) seen.push(frame.channel(0)[0]);
      })();
      // A test that has failed disposes of the graph before its end: that is what is to be told.
      reading.catch(() => {});
    },
    async push(from: number, count: number) {
      for (let k = from; k < from + count; k++) await source.push({ channels: [Float32Array.of(k, 0)] });
    },
    setAside: () => runtime.stats().pools.reduce((sum, { quarantined }) => sum + quarantined, 0),
    async end() {
      source.end();
      await reading;
      assertSpent(await runtime.finished);
    },
    async [Symbol.asyncDispose]() {
      // Where a test has failed before it lets the thread go, that would keep a processor from the tests after it.
      await Deno.writeTextFile(untilPath, "");
      await until(() => this.setAside() === 0);
      await runtime[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
