/** An edit that is given up while a first tick of it is under way, and another one that follows at once. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { ProcessorContext } from "../core/processor.ts";
import { Runtime } from "../core/runtime.ts";
import { port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { numberedSource, pass } from "./fixtures/numbered.ts";
import { filter, type Script, sink, source } from "./fixtures/scripted.ts";
import { grow, until } from "./fixtures/waiting.ts";

const SHAPE = { sampleRateHz: 48_000, channels: 2, sampleCount: 1 };
/** Waits longer for a first tick than the edit may take. */
const GIVEN_UP = { timeoutMs: 100, trialMs: 60_000 };
const LATE_FRAMES = 100;

/** How long an edit may take whose time is over at once, milliseconds: no other timer is set for it. */
const OVER_AT_ONCE_MS = 4_321;

/** How long an edit may take to come to a first tick, milliseconds: the machine may do much else. */
const PATIENCE_MS = 60_000;

/** A number every millisecond. */
function counting() {
  let next = 0;
  return source({
    process(this: Script, context: ProcessorContext) {
      context.waitUntilNs(context.nowNs() + 1e6);
      const frame = this.audioOut!.tryAcquire(SHAPE)!;
      frame.channel(0)[0] = next++;
      this.audioOut!.write(frame);
    },
  }, { outputs: [port({ name: "audioOut", direction: "output", kind: "audio" })] });
}

/** Hands numbers on, each with how many came before it. */
function numbering() {
  let count = 0;
  return filter({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        const numbered = this.audioOut!.tryAcquire(SHAPE)!;
        numbered.channel(0)[0] = frame.channel(0)[0];
        numbered.channel(1)[0] = count++;
        frame.release();
        this.audioOut!.write(numbered);
      }
    },
    snapshot: () => count,
    restore: (known) => void (count = known as number),
  });
}

/** Does not come to the end of its tick before it is let go, and then writes. */
function lingering(go: Promise<void>, wrote: () => void, begun: () => void = () => {}) {
  return filter({
    async process(this: Script) {
      begun();
      this.audioIn!.read()?.release();
      await go;
      for (let k = 0; k < LATE_FRAMES; k++) this.audioOut!.write(this.audioOut!.tryAcquire(SHAPE)!);
      wrote();
    },
  }, { isAsync: true });
}

/** Where `numbering` on main numbers what comes, and `moving` on another lane has nothing to do with that. */
function twoChains(native: "require" | "off"): { readonly runtime: Runtime; readonly got: [number, number][] } {
  const got: [number, number][] = [];
  const runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(counting(), { id: "counting" });
  const middle = runtime.add(numbering(), { id: "numbering" });
  const to = runtime.add(
    sink({
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
          got.push([frame.channel(0)[0], frame.channel(1)[0]]);
        }
      },
    }),
    { id: "to" },
  );
  runtime.connect(from.outputs.audioOut, middle.inputs.audioIn, { policy: "lossless", capacity: 400 });
  runtime.connect(middle.outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: 400 });
  const other = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "other", lane: "near" });
  const moving = runtime.add(pass(), { id: "moving", lane: "near" });
  const end = runtime.add(
    sink({
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) frame.release();
      },
    }),
    { id: "end" },
  );
  runtime.connect(other.outputs.audio, moving.inputs.audioIn, { policy: "lossless" });
  runtime.connect(moving.outputs.audioOut, end.inputs.audioIn, { policy: "drop-newest" });
  return { runtime, got };
}

eachDriver(
  "edit() holds nodes that an edit given up just before has held, and keeps their frames in order",
  async (native) => {
    const { runtime, got } = twoChains(native);
    await runtime.start();
    const go = Promise.withResolvers<void>();
    for (let round = 0; round < 3; round++) {
      await grow(got, 11);
      const first = runtime.edit((edit) => {
        edit.replace("numbering", numbering());
        edit.replace("moving", lingering(go.promise, () => {}), { lane: "main", startsAnew: true });
      }, GIVEN_UP);
      const second = runtime.edit((edit) => void edit.replace("numbering", numbering()), { trialMs: 50 });
      await rejects(first, { code: "Timeout" });
      await second;
    }
    await grow(got, 11);
    go.resolve();
    await runtime.stop();
    equal(got.findIndex(([number, count], place) => number !== place || count !== place), -1);
  },
);

eachDriver("edit() waits until a first tick is undone of an edit given up just before", async (native) => {
  const { runtime, got } = twoChains(native);
  await runtime.start();
  const go = Promise.withResolvers<void>();
  for (let round = 0; round < 5; round++) {
    await grow(got, 11);
    const late = lingering(go.promise, () => {});
    const first = runtime.edit((edit) => void edit.replace("numbering", late, { startsAnew: true }), GIVEN_UP);
    const second = runtime.edit((edit) => void edit.replace("numbering", numbering()), { trialMs: 50 });
    await rejects(first, { code: "Timeout" });
    await second;
  }
  await grow(got, 11);
  go.resolve();
  await runtime.stop();
  equal(got.findIndex(([number, count], place) => number !== place || count !== place), -1);
});

eachDriver("edit() waits for no teardown() of nodes of an edit given up just before", async (native) => {
  const { runtime } = twoChains(native);
  await runtime.start();
  const go = Promise.withResolvers<void>();
  const slow = filter({ process() {}, setup: () => new Promise(() => {}), teardown: () => go.promise });
  const first = runtime.edit((edit) => {
    edit.connectByName("counting.audioOut", `${edit.add(slow, { id: "slow" }).id}.audioIn`);
  }, GIVEN_UP);
  await rejects(first, { code: "Timeout" });
  await runtime.edit((edit) => void edit.replace("numbering", numbering()), { trialMs: 50 });
  go.resolve();
  await runtime.stop();
});

eachDriver("a first tick that goes on after its edit was given up counts for no other node", async (native) => {
  const { runtime } = twoChains(native);
  await runtime.start();
  const go = Promise.withResolvers<void>();
  const wrote = Promise.withResolvers<void>();
  let hasBegun = false;
  const late = lingering(go.promise, wrote.resolve, () => hasBegun = true);
  // On a busy machine the edit may be given up before the tick: the next one has more time for it.
  for (let times = GIVEN_UP; !hasBegun; times = { ...times, timeoutMs: 2 * times.timeoutMs }) {
    ok(times.timeoutMs < PATIENCE_MS, "there was no first tick");
    const first = runtime.edit((edit) => void edit.replace("moving", late, { lane: "main", startsAnew: true }), times);
    const second = runtime.edit((edit) => void edit.replace("numbering", numbering()), { trialMs: 50 });
    await rejects(first, { code: "Timeout" });
    await second;
  }
  go.resolve();
  await wrote.promise;
  const figures = () => runtime.stats().nodes.find(({ id }) => id === "numbering")!;
  const known = figures().framesIn;
  await until(() => figures().framesIn > known + 20);
  const { framesIn, framesOut } = figures();
  ok(framesOut <= framesIn && framesOut > framesIn - LATE_FRAMES / 2, `${framesOut} of ${framesIn}`);
  await runtime.stop();
});

eachDriver("an edit that is given up while a lane starts for it makes no further lane", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "near" });
  const told: string[] = [];
  using _main = runtime.events.on("lane:main", ({ kind }) => void told.push(`main ${kind}`));
  using _far = runtime.events.on("lane:far", ({ kind }) => void told.push(`far ${kind}`));
  await runtime.start();
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((run: () => void, ms: number) => {
    if (ms !== OVER_AT_ONCE_MS) return setTimeout(run, ms);
    run();
    return 0;
  }) as unknown as typeof setTimeout;
  try {
    const edit = runtime.edit((edit) => {
      for (const lane of ["main", "far"]) {
        edit.add(pass(), { id: `on-${lane}`, lane });
        edit.connectByName("source.audio", `on-${lane}.audioIn`);
      }
    }, { timeoutMs: OVER_AT_ONCE_MS });
    await rejects(edit, /^SluiceError: .*a lane that it needs did not start within 4321 ms$/);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  await until(() => told.includes("main started"));
  deepEqual(runtime.stats().lanes.map(({ name }) => name), ["near", "main"]);
  await runtime.edit(() => {});
  deepEqual(told, ["main started"]);
});
