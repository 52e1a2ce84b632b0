/** A node that an edit removes gives its state, and one that an edit adds goes on from a state. */
import { deepEqual, equal } from "node:assert/strict";
import type { ProcessorContext } from "../core/processor.ts";
import type { KeptState } from "../core/lanes/messages.ts";
import type { NodeId } from "../core/ids.ts";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { fixture } from "./fixtures/define.ts";
import { until } from "./fixtures/waiting.ts";

function counting(name = "counting"): { readonly type: ReturnType<typeof fixture>; readonly counts: number[] } {
  const counts: number[] = [];
  class Counting {
    #count = 0;
    snapshot(): number {
      return this.#count;
    }
    restore(state: unknown): void {
      this.#count = state as number;
    }
    process(context: ProcessorContext): void {
      counts.push(++this.#count);
      context.waitUntilNs(context.nowNs() + 1e6);
    }
  }
  return { type: fixture(() => new Counting(), { type: name, mode: "loop", ports: [] }), counts };
}

eachDriver("a node goes on from the state that it gave when an edit removed it", async (native) => {
  const { type, counts } = counting();
  await using runtime = new Runtime({ mode: "live", native });
  runtime.add({ type, config: {} }, { id: "other", lane: "main" });
  runtime.add({ type, config: {} }, { id: "counting", lane: "main" });
  await runtime.start();
  await runtime.remove("other");
  await until(() => counts.length >= 4);
  const left: KeptState[] = [];
  await runtime.edit((edit) => {
    edit.carryStates(undefined, (state) => left.push(state));
    edit.remove("counting");
  });
  const last = counts.at(-1)!;
  deepEqual(left, [{ node: "counting", state: last }]);
  const ticks = counts.length;
  await runtime.edit((edit) => {
    edit.carryStates(new Map([["counting" as NodeId, last]]), undefined);
    edit.add({ type, config: {} }, { id: "counting", lane: "main" });
  });
  await until(() => counts.length > ticks);
  equal(counts[ticks], last + 1);
});

Deno.test("a graph that does not run gives and takes states for the next run", async () => {
  const { type, counts } = counting();
  await using runtime = new Runtime({ mode: "live" });
  runtime.add({ type, config: {} }, { id: "counting", lane: "main" });
  await runtime.start();
  await until(() => counts.length >= 3);
  await runtime.stop();
  const left: KeptState[] = [];
  await runtime.edit((edit) => {
    edit.carryStates(undefined, (state) => left.push(state));
    edit.remove("counting");
  });
  const last = counts.at(-1)!;
  equal(left[0].state, last);
  await runtime.edit((edit) => {
    edit.carryStates(new Map([["counting" as NodeId, 100]]), undefined);
    edit.add({ type, config: {} }, { id: "counting", lane: "main" });
  });
  const ticks = counts.length;
  await runtime.start({ resume: true });
  await until(() => counts.length > ticks);
  equal(counts[ticks], 101);
});

Deno.test("in a graph that does not run, a node of another type gets no state but one that it is given", async () => {
  const [first, second] = [counting(), counting("second")];
  await using runtime = new Runtime({ mode: "live" });
  runtime.add({ type: first.type, config: {} }, { id: "node", lane: "main" });
  await runtime.start();
  await until(() => first.counts.length >= 3);
  await runtime.stop();
  const left: KeptState[] = [];
  await runtime.edit((edit) => {
    edit.carryStates(undefined, (state) => left.push(state));
    edit.replace("node", { type: second.type, config: {} });
  });
  deepEqual(left, [{ node: "node", state: first.counts.at(-1) }]);
  await runtime.start({ resume: true });
  await until(() => second.counts.length > 0);
  equal(second.counts[0], 1);
  await runtime.stop();
  await runtime.edit((edit) => {
    edit.carryStates(new Map([["node" as NodeId, 100]]), undefined);
    edit.replace("node", { type: first.type, config: {} });
  });
  const ticks = first.counts.length;
  await runtime.start({ resume: true });
  await until(() => first.counts.length > ticks);
  equal(first.counts[ticks], 101);
});

Deno.test("a plan says what an edit would do, and changes nothing", async () => {
  const { type } = counting();
  await using runtime = new Runtime({ mode: "live" });
  runtime.add({ type, config: {} }, { id: "counting", lane: "main" });
  await runtime.start();
  const before = runtime.graph();
  const plan = runtime.plan((edit) => {
    edit.replace("counting", { type, config: {} });
    edit.add({ type, config: {} }, { id: "second", lane: "main" });
  });
  deepEqual(plan.replaced, [{ node: "counting", type: "counting", lane: "main", state: "kept" }]);
  const { type: other } = counting("other");
  const foreign = (carries: boolean) =>
    runtime.plan((edit) => {
      if (carries) edit.carryStates(new Map(), undefined);
      edit.replace("counting", { type: other, config: {} });
    });
  deepEqual([false, true].map((carries) => foreign(carries).replaced[0].state), ["kept", "lost"]);
  deepEqual(plan.added, [{ node: "second", type: "counting", lane: "main" }]);
  deepEqual(runtime.graph(), before);
});

Deno.test("an edit names who asked for it", async () => {
  const { type } = counting();
  await using runtime = new Runtime({ mode: "live" });
  runtime.add({ type, config: {} }, { id: "counting", lane: "main" });
  await runtime.start();
  const told: unknown[] = [];
  using _listener = runtime.events.on("graph", (event) => told.push((event as { by?: string }).by));
  await runtime.edit((edit) => void edit.add({ type, config: {} }, { lane: "main" }), { by: "page" });
  await until(() => told.length > 0);
  deepEqual(told, ["page"]);
});
