/** Nodes whose ticks write more than their links hold, with `await ready()`, and that take another one's place. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { ProcessorContext } from "../core/processor.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { pass } from "./fixtures/numbered.ts";
import { filter, gathering, numbers, type Script, SHAPE, sink, source } from "./fixtures/scripted.ts";
import { until } from "./fixtures/waiting.ts";

const CAPACITY = 8;
const PER_TICK = 20;
const OUTPUT = port({ name: "audioOut", direction: "output", kind: "audio" });
const INPUT = port({ name: "audioIn", direction: "input", kind: "audio" });

/** Writes numbered frames, `PER_TICK` of them in a tick, and ends with the tick that comes to `count`. */
function long(count: number, failsAt = Infinity) {
  let next = 0;
  return source({
    async process(this: Script, context: ProcessorContext): Promise<void> {
      for (let k = 0; k < PER_TICK; k++) {
        await this.audioOut!.ready();
        if (next === failsAt) throw new Error("on purpose");
        const frame = this.audioOut!.tryAcquire(SHAPE)!;
        frame.channel(0)[0] = next++;
        this.audioOut!.write(frame);
      }
      if (next >= count) context.finish();
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    snapshot: () => next,
    restore: (state: unknown) => void (next = state as number),
  }, { isAsync: true, outputs: [OUTPUT] });
}

function pair(native: "require" | "off", got: number[]): Runtime {
  const runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(long(1_000), { id: "source" });
  const middle = runtime.add(pass(), { id: "middle", lane: "main" });
  const to = runtime.add(sink(gathering(got)), { id: "sink" });
  runtime.connect(from.outputs.audioOut, middle.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
  runtime.connect(middle.outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
  return runtime;
}

eachDriver("a node whose first tick waits for more room than its link has is replaced, and goes on", async (native) => {
  const got: number[] = [];
  const runtime = pair(native, got);
  await runtime.start();
  for (let k = 1; k <= 3; k++) {
    await until(() => got.length >= k * 100);
    await runtime.edit((edit) => void edit.replace("source", long(1_000)));
  }
  assertSpent(await runtime.finished);
  deepEqual(got, numbers(1_000));
});

eachDriver(
  "a first tick that goes on in its place and fails there fails the node, and not the edit",
  async (native) => {
    const got: number[] = [];
    const runtime = pair(native, got);
    await runtime.start();
    const ended = rejects(runtime.finished, {
      code: "NodeFailed",
      message: 'Node "source" (scripted-source) failed in process(): on purpose',
    });
    await until(() => got.length >= 100);
    await runtime.edit((edit) => void edit.replace("source", long(1_000, 12), { startsAnew: true }));
    await ended;
    ok(got.length >= 100);
  },
);

eachDriver("a first tick that waits for room leaves nothing where the edit is refused", async (native) => {
  const got: number[] = [];
  const runtime = pair(native, got);
  await runtime.start();
  await until(() => got.length >= 100);
  const bad = filter({
    process() {
      throw new Error("the middle, on purpose");
    },
  }, { mode: "loop" });
  await rejects(
    runtime.edit((edit) => {
      edit.replace("source", long(1_000));
      edit.replace("middle", bad, { startsAnew: true });
    }),
    { message: 'Node "middle" (scripted-filter) failed in process(): the middle, on purpose' },
  );
  assertSpent(await runtime.finished);
  deepEqual(got, numbers(1_000));
});

eachDriver(
  "a node from another lane whose first tick waits for room goes on with the room of its links",
  async (native) => {
    const COUNT = 200;
    const got: number[] = [];
    const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 500, slotBytes: 64 } } });
    let next = 0;
    const from = runtime.add(
      source({
        process(this: Script, context: ProcessorContext) {
          context.waitUntilNs(context.nowNs() + 1e6);
          const frame = this.audioOut!.tryAcquire(SHAPE)!;
          frame.channel(0)[0] = next++;
          this.audioOut!.write(frame);
          if (next === COUNT) context.finish();
        },
      }, { outputs: [OUTPUT] }),
      { id: "source" },
    );
    const middle = runtime.add(pass(), { id: "middle", lane: "near" });
    const relay = runtime.add(pass(), { id: "relay", lane: "far" });
    const to = runtime.add(sink(gathering(got)), { id: "sink" });
    runtime.connect(from.outputs.audioOut, middle.inputs.audioIn, { policy: "lossless" });
    runtime.connect(middle.outputs.audioOut, relay.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
    runtime.connect(relay.outputs.audioOut, to.inputs.audioIn, { policy: "lossless" });
    await runtime.start();
    await until(() => got.length >= 20);
    const many = filter({
      async process(this: Script): Promise<void> {
        const frame = this.audioIn!.read();
        if (frame === undefined) return;
        for (let k = 0; k < PER_TICK; k++) {
          await this.audioOut!.ready();
          const copy = this.audioOut!.tryAcquire(SHAPE)!;
          copy.channel(0)[0] = frame.channel(0)[0];
          this.audioOut!.write(copy);
        }
      },
    }, { isAsync: true, inputs: [INPUT], outputs: [OUTPUT] });
    await runtime.edit((edit) => void edit.replace("middle", many, { lane: "main", startsAnew: true }), {
      trialMs: 5_000,
    });
    assertSpent(await runtime.finished);
    const times = new Map<number, number>();
    for (const number of got) times.set(number, (times.get(number) ?? 0) + 1);
    const first = [...times].findIndex(([, count]) => count > 1);
    ok(first >= 20);
    deepEqual([...times], numbers(COUNT).map((number) => [number, number < first ? 1 : PER_TICK]));
    equal(got.length, first + (COUNT - first) * PER_TICK);
  },
);
