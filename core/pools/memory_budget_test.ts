import { equal, throws } from "node:assert/strict";
import { MemoryBudget } from "./memory_budget.ts";

Deno.test("MemoryBudget.assertFits() gives bytes where what is needed and what there is are the same in MiB", () => {
  const refused = (limit: number, bytes: number, message: string) =>
    throws(() => new MemoryBudget({ limit }, undefined).assertFits("Cannot start", new Map([["audio", bytes]])), {
      code: "PoolExhausted",
      message:
        `Cannot start: its pools need ${message}; raise memory.limit, lower the capacity of links, or give pools ` +
        "a slotBytes that fits their frames",
    });
  refused(1, 4096, '4096 bytes ("audio" 4096 bytes), and memory.limit is 1 byte');
  refused(2 ** 21, 2 ** 21 + 1, '3 MiB ("audio" 3 MiB), and memory.limit is 2 MiB');
  refused(2 ** 21 - 2, 2 ** 21 - 1, '2097151 bytes ("audio" 2097151 bytes), and memory.limit is 2097150 bytes');
  equal(new MemoryBudget({ limit: 10 }, undefined).assertFits("Cannot start", new Map([["audio", 4]])), 6);
});

Deno.test("MemoryBudget.limit is half of what the machine has, and of 4 GiB where that is not known", () => {
  equal(new MemoryBudget({}, 1_001).limit, 500);
  equal(new MemoryBudget({}, undefined).limit, 2 ** 31);
  equal(new MemoryBudget({ limit: 900 }, 1_001).limit, 900);
});

Deno.test("MemoryBudget.admit() raises the limit by default to what a graph needs, and never one that was given", () => {
  const byDefault = new MemoryBudget({}, 1_000);
  byDefault.admit(800);
  byDefault.admit(600);
  equal(byDefault.limit, 800);
  equal(byDefault.assertFits("Cannot start", new Map([["audio", 500], ["video", 200]])), 100);
  const given = new MemoryBudget({ limit: 500 }, 1_000);
  given.admit(800);
  equal(given.limit, 500);
  throws(() => given.assertFits("Cannot start", new Map([["audio", 501]])), { code: "PoolExhausted" });
});
