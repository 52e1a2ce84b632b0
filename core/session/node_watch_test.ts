import { deepEqual } from "node:assert/strict";
import { counting, filter, type Script, sink, source } from "../../tests/fixtures/scripted.ts";
import type { ProcessorContext } from "../processor.ts";
import { Runtime } from "../runtime.ts";

/** Keeps the graph from being at a stop: it waits for its time again and again. */
const clock = () =>
  source({
    process: (context: ProcessorContext) => context.waitUntilNs(context.nowNs() + 1e6),
  });

/** Waits until `runtime.stats()` says what each node does for the first time as wanted; the test fails by its time-out. */
async function until(runtime: Runtime, wanted: { readonly [node: string]: unknown }): Promise<void> {
  const now = () => Object.fromEntries(runtime.stats().nodes.map(({ id, activity }) => [id, activity]));
  const fits = () => Object.entries(wanted).every(([id, each]) => JSON.stringify(now()[id]) === JSON.stringify(each));
  while (!fits()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("RuntimeStats names the link that a node waits for, and events tell it and its end", async () => {
  let reads = false;
  await using runtime = new Runtime({ mode: "live" });
  const from = runtime.add(source(counting(100)), { id: "from" });
  const to = runtime.add(
    sink({
      process(this: Script) {
        while (reads && this.audioIn!.read());
      },
    }),
    { id: "to" },
  );
  runtime.add(clock(), { id: "clock" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: 8 });
  const told: unknown[] = [];
  runtime.events.on("node:from", (event) => {
    if (event.group === "node" && event.kind === "activity") told.push(event.activity);
  });
  await runtime.start();
  const blocked = { kind: "blocked", on: "link", name: "link0" };
  await until(runtime, { from: blocked, to: { kind: "idle" } });
  while (told.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  reads = true;
  // An edit has the readers of a node that it concerns look again.
  await runtime.edit((edit) => {
    const other = edit.add(sink({ process() {} }), { id: "other" });
    edit.connect(from.outputs.audioOut, other.inputs.audioIn, { policy: "drop-newest", capacity: 1 });
  });
  while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  deepEqual(told, [blocked, { kind: "idle" }]);
});

Deno.test("RuntimeStats names the pool that a node waits for, and tells a promise from both", async () => {
  const pools = { audio: { slots: 64, slotBytes: 64 } };
  await using runtime = new Runtime({ mode: "live", pools, stopTimeoutMs: 50 });
  const from = runtime.add(source(counting(100_000)), { id: "from" });
  const slow = runtime.add(filter({ process: () => new Promise<void>(() => {}) }, { isAsync: true }), { id: "slow" });
  const keeper = runtime.add(
    sink({
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) frame.retain();
      },
    }),
    { id: "keeper" },
  );
  runtime.add(clock(), { id: "clock" });
  runtime.connect(from.outputs.audioOut, slow.inputs.audioIn, { policy: "drop-newest", capacity: 1 });
  runtime.connect(from.outputs.audioOut, keeper.inputs.audioIn, { capacity: 1 });
  await runtime.start();
  await until(runtime, { from: { kind: "blocked", on: "pool", name: "audio" }, slow: { kind: "awaiting" } });
});
