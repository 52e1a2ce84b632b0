/** What goes on from the state of a node that fails again and again: each restart, and what an edit puts in its place. */
import { deepEqual } from "node:assert/strict";
import type { ProcessorContext } from "../core/processor.ts";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { fixture } from "./fixtures/define.ts";
import { until } from "./fixtures/waiting.ts";

/** Counts at each tick, and fails at every third count. Its third instance has no device. */
function counting(): { readonly type: ReturnType<typeof fixture>; readonly begins: number[] } {
  const begins: number[] = [];
  let instances = 0;
  class Counting {
    readonly #instance = ++instances;
    #count = 0;
    setup(): void {
      if (this.#instance === 3) throw new Error("no device, on purpose");
    }
    snapshot(): number {
      return this.#count;
    }
    restore(state: unknown): void {
      this.#count = state as number;
    }
    process(context: ProcessorContext): void {
      begins.push(this.#count);
      if (++this.#count % 3 === 0) throw new Error("on purpose");
      context.waitUntilNs(context.nowNs() + 1e6);
    }
  }
  return { type: fixture(() => new Counting(), { type: "counting", mode: "loop", ports: [] }), begins };
}

for (const keepState of [true, false]) {
  eachDriver(`a node goes on from its state ${keepState ? "at each restart" : "at the first"}`, async (native) => {
    const { type, begins } = counting();
    await using runtime = new Runtime({
      mode: "live",
      native,
      supervision: { restart: { backoffMs: 0, ...keepState && { keepState } } },
    });
    runtime.add({ type, config: {} }, { id: "counting", lane: "main" });
    await runtime.start();
    await until(() => begins.length >= 9);
    deepEqual(begins.slice(0, 9), keepState ? [0, 1, 2, 3, 4, 5, 6, 7, 8] : [0, 1, 2, 3, 4, 5, 0, 1, 2]);
  });
}

eachDriver(
  "what an edit puts in the place of a node that waits for its restart goes on from its state",
  async (native) => {
    const { type, begins } = counting();
    const supervision = { restart: { backoffMs: 600_000, maxBackoffMs: 600_000, keepState: true } };
    await using runtime = new Runtime({ mode: "live", native, supervision });
    runtime.add({ type, config: {} }, { id: "counting", lane: "main" });
    await runtime.start();
    await until(() => runtime.stats().nodes[0].state === "restarting");
    await runtime.edit((edit) => void edit.replace("counting", { type, config: {} }));
    await until(() => begins.length >= 5);
    deepEqual(begins.slice(0, 5), [0, 1, 2, 3, 4]);
  },
);
