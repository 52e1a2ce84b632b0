import { deepEqual, throws } from "node:assert/strict";
import type { CellHost, NodeCell } from "./node_cell.ts";
import { NodeContext } from "./node_context.ts";

Deno.test("ProcessorContext.waitUntilNs() refuses what is no time, and takes one that is past for none", () => {
  const waits: number[] = [];
  const cell = { plan: { id: "n" }, waitUntil: (timeNs: number) => waits.push(timeNs) } as unknown as NodeCell;
  const context = new NodeContext(cell, { mode: "live" } as CellHost);
  for (const timeNs of [5, 0, -3, Infinity]) context.waitUntilNs(timeNs);
  deepEqual(waits, [5, 0, 0, Infinity]);
  const message = 'Cannot wait: node "n" called waitUntilNs(NaN), wanted a time of nowNs(), nanoseconds';
  throws(() => context.waitUntilNs(NaN), { name: "TypeError", message });
  throws(() => context.waitUntilNs(undefined as unknown as number), /waitUntilNs\(undefined\)/);
  deepEqual(waits.length, 4);
});
