import assert from "node:assert/strict";
import type { Health } from "./health.ts";
import { orderRows } from "./row_order.ts";

const health: readonly Health[] = ["healthy", "stuck", "idle", "late"];
const activity: readonly number[] = [0.5, NaN, 0, 0.9];
const figures = { health: (k: number) => health[k], activity: (k: number) => activity[k] };

Deno.test("orderRows() puts the gravest or the busiest first, and keeps what is equal as it is", () => {
  assert.deepEqual(orderRows([0, 1, 2, 3], "graph", figures), [0, 1, 2, 3]);
  assert.deepEqual(orderRows([0, 1, 2, 3], "gravest", figures), [1, 3, 0, 2]);
  assert.deepEqual(orderRows([0, 1, 2, 3], "busiest", figures), [3, 0, 1, 2]);
});

Deno.test("orderRows() by activity does not swap rows over a small difference", () => {
  const near = { ...figures, activity: (k: number) => [0.5, 0.51][k] };
  assert.deepEqual(orderRows([0, 1], "busiest", near), [0, 1]);
});
