import { equal, notEqual } from "node:assert/strict";
import { layoutNumber } from "./layout_number.ts";

Deno.test("layoutNumber() tells formats apart by each of their words, and knows them again", () => {
  const first = layoutNumber(1, 2, 48_000);
  for (const [code, width, height] of [[2, 2, 48_000], [1, 1, 48_000], [1, 2, 44_100]]) {
    notEqual(layoutNumber(code, width, height), first);
  }
  equal(layoutNumber(1, 2, 48_000), first);
  equal(first > 0, true);
});

Deno.test("layoutNumber() never gives two formats the same number, however many there are", () => {
  const given = new Map<number, number>();
  for (let width = 0; width < 1000; width++) {
    const number = layoutNumber(9, width, 7);
    equal(given.has(number), false);
    given.set(number, width);
    equal(layoutNumber(9, width, 7), number);
  }
});
