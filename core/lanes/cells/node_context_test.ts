import { deepEqual, throws } from "node:assert/strict";
import type { CellHost, NodeCell } from "./node_cell.ts";
import { copyFigures, MAX_FIGURE_NAME, MAX_FIGURES, NodeContext } from "./node_context.ts";

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

Deno.test("copyFigures() takes as many figures as there may be, and shares nothing with what it was given", () => {
  const given = Object.fromEntries(Array.from({ length: MAX_FIGURES }, (_, k) => [`f${k}`, k]));
  const copy = copyFigures("n", given);
  deepEqual(copy, given);
  given.f0 = 9;
  deepEqual(copy.f0, 0);
});

Deno.test("copyFigures() refuses what is no finite number, too many, and names that are too long, by the node's name", () => {
  const text = "x" as unknown as number;
  throws(
    () => copyFigures("n", { a: NaN }),
    /^TypeError: Cannot report figure "a" of "n": found NaN, wanted a finite /,
  );
  throws(() => copyFigures("n", { a: text }), /^TypeError: .*found x, wanted a finite number/);
  throws(() => copyFigures("n", { "": 1 }), /^RangeError: .*its name has 1 to 64 characters, found 0/);
  throws(() => copyFigures("n", { ["a".repeat(MAX_FIGURE_NAME + 1)]: 1 }), /^RangeError: .*found 65$/);
  const many = Object.fromEntries(Array.from({ length: MAX_FIGURES + 1 }, (_, k) => [`f${k}`, k]));
  throws(() => copyFigures("n", many), /^RangeError: Cannot report figures of "n": found 257, wanted at most 256$/);
});
