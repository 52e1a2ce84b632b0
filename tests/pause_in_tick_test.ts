/** Pauses of graphs in which a node waits for room, or for a slot, within its tick. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { ProcessorContext } from "../core/processor.ts";
import { appSink, appSource } from "../mod.ts";
import { Runtime } from "../core/runtime.ts";
import { assertAccounted, assertSpent } from "./fixtures/accounted.ts";
import { port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { pass } from "./fixtures/numbered.ts";
import { gathering, numbers, type Script, SHAPE, sink, source } from "./fixtures/scripted.ts";
import { sleep, until, untilStill } from "./fixtures/waiting.ts";

const COUNT = 2_000;
const PER_TICK = 500;
const CAPACITY = 4;

const OUTPUTS = [port({ name: "audioOut", direction: "output", kind: "audio" })];

/** Writes `count` numbered frames, `PER_TICK` of them in a tick, which `wait` comes before each of. */
function long(wait: (script: Script) => Promise<unknown>, count = COUNT) {
  let next = 0;
  return source({
    async process(this: Script, context: ProcessorContext): Promise<void> {
      for (let k = 0; k < PER_TICK && next < count; k++) {
        await wait(this);
        const frame = await this.audioOut!.acquire(SHAPE);
        frame.channel(0)[0] = next++;
        this.audioOut!.write(frame);
      }
      if (next === count) context.finish();
    },
  }, { isAsync: true, outputs: OUTPUTS });
}

const forRoom = (script: Script) => script.audioOut!.ready();

/** @param lane of the node that reads what the one that waits has written */
function graph(native: "require" | "off", lane: string, got: number[], wait = forRoom): Runtime {
  const runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(long(wait), { id: "from" });
  const middle = runtime.add(pass(), { id: "middle", lane });
  const to = runtime.add(sink(gathering(got)), { id: "to" });
  runtime.connect(from.outputs.audioOut, middle.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
  runtime.connect(middle.outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
  return runtime;
}

/** What no pause may change while it lasts. */
async function assertRests(runtime: Runtime, got: readonly unknown[]): Promise<void> {
  const before = runtime.stats();
  assertAccounted(before);
  const count = got.length;
  await sleep(60);
  equal(got.length, count);
  deepEqual(
    runtime.stats().links.map(({ written, read }) => [written, read]),
    before.links.map((link) => [
      link.written,
      link.read,
    ]),
  );
}

const all = numbers(COUNT);

for (const lane of ["main", "near"]) {
  eachDriver(`pause() holds a node that waits for room within its tick, before a reader on ${lane}`, async (native) => {
    const got: number[] = [];
    const runtime = graph(native, lane, got);
    await runtime.start();
    for (let k = 1; k <= 4; k++) {
      const seen = got.length;
      await until(() => got.length >= seen + 50);
      await Promise.all([runtime.pause(), runtime.pause()]);
      await assertRests(runtime, got);
      await runtime.resume();
    }
    assertSpent(await runtime.finished);
    deepEqual(got, all);
  });
}

eachDriver("a slot that comes in a pause does not let a tick go on that waits for one", async (native) => {
  const got: number[] = [];
  const kept: { release(): void }[] = [];
  let keeps = true;
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 60, slotBytes: 64 } } });
  const from = runtime.add(long(forRoom), { id: "from" });
  const to = runtime.add(
    sink({
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
          got.push(frame.channel(0)[0]);
          if (keeps) kept.push(frame.retain());
        }
      },
    }),
    { id: "to" },
  );
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
  await runtime.start();
  const activity = () => runtime.stats().nodes.find(({ id }) => id === "from")!.activity;
  const waits = { kind: "blocked", on: "pool", name: "audio" };
  await until(() => isDeepStrictEqual(activity(), waits));
  await runtime.pause();
  deepEqual(activity(), waits);
  keeps = false;
  for (const frame of kept) frame.release();
  await assertRests(runtime, got);
  await runtime.resume();
  assertSpent(await runtime.finished);
  deepEqual(got, all);
});

eachDriver("a tick that has left its wait writes no more in a pause once it waits again", async (native) => {
  const got: number[] = [];
  const tired = (script: Script) => Promise.race([script.audioOut!.ready(), sleep(2)]).then(() => forRoom(script));
  const runtime = graph(native, "main", got, tired);
  await runtime.start();
  await until(() => got.length >= 50);
  await runtime.pause();
  await assertRests(runtime, got);
  await runtime.resume();
  assertSpent(await runtime.finished);
  deepEqual(got, all);
});

eachDriver("a graph that is paused while a node waits within its tick is edited and goes on", async (native) => {
  const got: number[] = [];
  const runtime = graph(native, "near", got);
  await runtime.start();
  await until(() => got.length >= 50);
  await runtime.pause();
  const other: number[] = [];
  await runtime.edit((edit) => {
    const { id } = edit.add(sink(gathering(other)), { id: "other" });
    edit.connectByName("from.audioOut", `${id}.audioIn`, { policy: "lossless", capacity: CAPACITY });
    edit.replace("middle", pass());
  });
  await assertRests(runtime, got);
  equal(other.length, 0);
  const late = { code: "Timeout", message: /"from" has not returned from process\(\)/ };
  await rejects(runtime.edit((edit) => void edit.replace("from", long(forRoom)), { timeoutMs: 1_000 }), late);
  await runtime.resume();
  assertSpent(await runtime.finished);
  deepEqual(got, all);
  ok(other.length > 0);
  deepEqual(other, all.slice(-other.length));
});

eachDriver("a node that waits within its tick is removed while the graph is paused", async (native) => {
  const got: number[] = [];
  let waits = 0;
  const runtime = graph(native, "main", got, (script) => {
    waits++;
    return forRoom(script);
  });
  await runtime.start();
  await until(() => got.length >= 50);
  await runtime.pause();
  const kept = got.length;
  await runtime.edit((edit) => {
    edit.remove("from");
    const { id } = edit.add(long(forRoom, 10), { id: "new" });
    edit.connectByName(`${id}.audioOut`, "middle.audioIn", { policy: "lossless" });
  });
  equal(waits % PER_TICK, 0, "its tick, which has lost its links, has come to its end before it is torn down");
  await runtime.resume();
  assertSpent(await runtime.finished);
  deepEqual(got.slice(0, kept), all.slice(0, kept));
  deepEqual(got.slice(-10), all.slice(0, 10));
});

eachDriver(
  "stop() of a graph that is paused while a node waits within its tick lets it come to its end",
  async (native) => {
    const got: number[] = [];
    const runtime = graph(native, "near", got);
    await runtime.start();
    await until(() => got.length >= 50);
    await runtime.pause();
    await runtime.stop();
    const summary = await runtime.finished;
    assertSpent(summary);
    equal(summary.outcome, "stopped");
    deepEqual(got, all.slice(0, got.length));
    equal(got.length % PER_TICK, 0, "its tick came to its end");
  },
);

/** Ticks on main whenever its lane runs. */
function ticking(count: () => void) {
  return source({
    process(context: ProcessorContext) {
      context.waitUntilNs(context.nowNs() + 1);
      count();
    },
  });
}

eachDriver("a tick that comes to wait in a pause stays there, though there is room", async (native) => {
  const got: number[] = [];
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  let ticks = 0;
  const runtime = new Runtime({ mode: "live", native });
  runtime.add(ticking(() => ticks++));
  const tick = async () => {
    begun.resolve();
    await go.promise;
  };
  const from = runtime.add(long((script) => tick().then(() => forRoom(script)), 10), { id: "from" });
  const to = runtime.add(sink(gathering(got)), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
  await runtime.start();
  await begun.promise;
  let settled = 0;
  const paused = [runtime.pause(), runtime.pause()].map((pause) => pause.then(() => settled++));
  await untilStill(() => ticks);
  equal(settled, 0);
  go.resolve();
  await Promise.all(paused);
  deepEqual(runtime.stats().links.map(({ written }) => written), [0]);
  await runtime.resume();
  await until(() => got.length === 10);
  await runtime.stop();
  deepEqual(got, numbers(10));
});

eachDriver("pause() waits for no node that a device drives, which is held by links that fill up", async (native) => {
  const got: number[] = [];
  let next = 0;
  const runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(
    source({
      async process(this: Script, context: ProcessorContext): Promise<void> {
        while (!context.signal.aborted) {
          await this.audioOut!.ready();
          const frame = this.audioOut!.tryAcquire(SHAPE)!;
          frame.channel(0)[0] = next++;
          this.audioOut!.write(frame);
          await sleep(1);
        }
      },
    }, { mode: "external", isAsync: true, outputs: OUTPUTS }),
    { id: "from" },
  );
  const to = runtime.add(sink(gathering(got)), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
  await runtime.start();
  await until(() => got.length >= 10);
  await runtime.pause();
  const count = got.length;
  await until(() => next === count + CAPACITY);
  await untilStill(() => next);
  deepEqual([got.length, next], [count, count + CAPACITY]);
  await runtime.resume();
  await until(() => got.length > count + CAPACITY);
  await runtime.stop();
  deepEqual(got.slice(0, count), numbers(count));
});

eachDriver(
  "pause() does not wait for what the script keeps of an app sink, which gives nothing meanwhile",
  async (native) => {
    const runtime = new Runtime({ mode: "live", native });
    const from = runtime.add(appSource.data<number>(), { id: "from" });
    const to = runtime.add(appSink.data<number>(), { id: "to" });
    runtime.connect(from.outputs.data, to.inputs.data, { policy: "lossless" });
    await runtime.start();
    const frames = to[Symbol.asyncIterator]();
    // Nobody has asked for a frame.
    await from.push({ value: 1 });
    await runtime.pause();
    const got: number[] = [];
    const first = frames.next().then(({ value }) => got.push(value.value));
    await assertRests(runtime, got);
    await runtime.resume();
    await first;
    // The script has the first frame.
    await from.push({ value: 2 });
    await runtime.pause();
    equal(runtime.paused, true);
    const second = frames.next().then(({ value }) => got.push(value.value));
    await assertRests(runtime, got);
    deepEqual(got, [1]);
    await runtime.resume();
    await second;
    from.end();
    deepEqual(await frames.next(), { done: true, value: undefined });
    assertSpent(await runtime.finished);
    deepEqual(got, [1, 2]);
  },
);
