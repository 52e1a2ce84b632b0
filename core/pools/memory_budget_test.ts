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
