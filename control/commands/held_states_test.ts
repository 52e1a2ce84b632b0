/** Nodes that come back by undo and redo go on from the states that they left with. */
import { equal, ok } from "node:assert/strict";
import type { ProcessorContext } from "../../core/processor.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { definePackage } from "../../generated.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { fixture } from "../../tests/fixtures/define.ts";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { until } from "../../tests/fixtures/waiting.ts";
import { CommandLog } from "./command_log.ts";

/** A type whose nodes count their ticks, and go on counting from their state. */
function countingType(type: string) {
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
  return { type: fixture(() => new Counting(), { type, mode: "loop", ports: [] }), counts };
}

eachDriver("a node that comes back goes on from the state that it left with, by undo and by redo", async (native) => {
  const { type, counts } = countingType("counting");
  const registry = new NodeRegistry([definePackage({ name: "p", url: "", nodes: [type], sources: {} })]);
  await using runtime = new Runtime({ mode: "live", registry, native, endsWithSources: false });
  using log = new CommandLog(runtime);
  const add = { op: "add", id: "node", type: "counting", lane: "main" } as const;
  await runtime.start();
  await log.transact([add], "test");
  /** Returns the last count of the node that has left, and the first of the one that comes. */
  const passed = async (way: () => Promise<unknown>) => {
    const [last, ticks] = [counts.at(-1)!, counts.length];
    await way();
    await until(() => counts.length > ticks);
    return [last, counts[ticks]];
  };
  await until(() => counts.length >= 5);
  await log.transact([{ op: "remove", node: "node" }], "test");
  const [last, first] = await passed(() => log.undo("test"));
  equal(first, last + 1);
  await log.undo("test");
  const [before, again] = await passed(() => log.redo("test"));
  equal(again, before + 1);
  // Who adds a node of that name anew gets one that begins.
  await log.transact([{ op: "remove", node: "node" }], "test");
  const [, anew] = await passed(() => log.transact([add], "test"));
  equal(anew, 1);
});

eachDriver(
  "a node that another type has replaced comes back with its state, and neither gets that of the other",
  async (native) => {
    const [one, other] = [countingType("one"), countingType("other")];
    const nodes = [one.type, other.type];
    const registry = new NodeRegistry([definePackage({ name: "p", url: "", nodes, sources: {} })]);
    await using runtime = new Runtime({ mode: "live", registry, native, endsWithSources: false });
    using log = new CommandLog(runtime);
    await runtime.start();
    await log.transact([{ op: "add", id: "node", type: "one", lane: "main" }], "test");
    await until(() => one.counts.length >= 5);
    /** Returns the first count after a change. */
    const nextOf = async ({ counts }: typeof one, change: Promise<unknown>) => {
      const ticks = counts.length;
      await change;
      await until(() => counts.length > ticks);
      return counts[ticks];
    };
    equal(await nextOf(other, log.transact([{ op: "replace", node: "node", type: "other" }], "test")), 1);
    const left = one.counts.at(-1)!;
    equal(await nextOf(one, log.undo("test")), left + 1);
    const before = other.counts.at(-1)!;
    equal(await nextOf(other, log.redo("test")), before + 1);
  },
);

Deno.test("a node of another type does not go on from the state of the one that had its name", async () => {
  const [one, other] = [countingType("one"), countingType("other")];
  const nodes = [one.type, other.type];
  const registry = new NodeRegistry([definePackage({ name: "p", url: "", nodes, sources: {} })]);
  await using runtime = new Runtime({ mode: "live", registry, endsWithSources: false });
  using log = new CommandLog(runtime);
  await runtime.start();
  await log.transact([{ op: "add", id: "node", type: "one", lane: "main" }], "test");
  const { document } = log;
  await until(() => one.counts.length >= 5);
  await log.transact([{ op: "remove", node: "node" }], "test");
  await log.apply({ ...document, nodes: { node: { type: "other", lane: "main" } } }, "test");
  await until(() => other.counts.length > 0);
  equal(other.counts[0], 1);
});

Deno.test("a meter that another one has replaced goes on measuring by undo", async () => {
  await using runtime = new Runtime({
    mode: "live",
    registry: new NodeRegistry([nodePackage]),
    endsWithSources: false,
  });
  using log = new CommandLog(runtime);
  await log.transact([
    { op: "add", id: "tone", type: "tone-source" },
    { op: "add", id: "meter", type: "loudness" },
    { op: "connect", from: "tone.audio", to: "meter.audioIn" },
  ], "test");
  await runtime.start();
  const figure = () => {
    const { session, nodes } = viewRuntime(runtime);
    return session!.figures(nodes.find(({ id }) => id === "meter")!)?.integratedLufs ?? -70;
  };
  await until(() => figure() > -20);
  await log.transact([{ op: "replace", node: "meter", type: "level-meter" }], "test");
  await log.undo("test");
  await new Promise((resolve) => setTimeout(resolve, 200));
  ok(figure() > -20, `${figure()}`);
});
