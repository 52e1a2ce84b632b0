import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { ReadySet } from "./ready_set.ts";

function takeAll(set: ReadySet): number[] {
  const taken: number[] = [];
  for (let rank = set.take(); rank >= 0; rank = set.take()) taken.push(rank);
  return taken;
}

Deno.test("ReadySet.take() goes upwards by rank, whatever the order of adding", () => {
  const set = new ReadySet(5000);
  for (const rank of [4999, 0, 1024, 31, 32, 1023, 4000]) set.add(rank);
  equal(set.size, 7);
  deepEqual(takeAll(set), [0, 31, 32, 1023, 1024, 4000, 4999]);
  equal(set.size, 0);
  equal(set.take(), -1);
});

Deno.test("ReadySet.take() gives what is added below the cursor in the next sweep", () => {
  const set = new ReadySet(64);
  set.add(5);
  set.add(40);
  equal(set.take(), 5);
  set.add(5);
  set.add(6);
  set.add(6);
  deepEqual(takeAll(set), [6, 40, 5]);
});

Deno.test("ReadySet does what a sorted list with a cursor does", () => {
  const operations = fc.array(fc.oneof(fc.integer({ min: 0, max: 2999 }), fc.constant(-1)), { maxLength: 300 });
  fc.assert(fc.property(operations, (each) => {
    const set = new ReadySet(3000);
    const model = new Set<number>();
    let cursor = 0;
    for (const operation of each) {
      if (operation >= 0) {
        set.add(operation);
        model.add(operation);
      } else {
        const sorted = [...model].sort((a, b) => a - b);
        const expected = sorted.find((rank) => rank >= cursor) ?? sorted[0] ?? -1;
        equal(set.take(), expected);
        model.delete(expected);
        if (expected >= 0) cursor = expected + 1;
      }
      equal(set.size, model.size);
    }
  }));
});

Deno.test("ReadySet without ranks is empty", () => {
  equal(new ReadySet(0).take(), -1);
});
