import assert from "node:assert/strict";
import { untangle } from "./untangle.ts";

Deno.test("untangle() puts sources in the order of the ports that they lead to", () => {
  const y = Float64Array.of(100, 0, 50);
  untangle([0, 1, 2], [[0, 2], [1, 2]], [0, 0, 300], y, 76);
  assert.deepEqual([...y], [0, 100, 50]);
});

Deno.test("untangle() leaves what crosses nothing, and keeps each column's places", () => {
  const y = Float64Array.of(0, 100, 0, 100);
  untangle([0, 1, 2, 3], [[0, 2], [1, 3]], [0, 0, 300, 300], y, 76);
  assert.deepEqual([...y], [0, 100, 0, 100]);
  const crossed = Float64Array.of(0, 100, 100, 0);
  untangle([0, 1, 2, 3], [[0, 2], [1, 3]], [0, 0, 300, 300], crossed, 76);
  assert.equal(crossed[0] < crossed[1], crossed[2] < crossed[3]);
});

Deno.test("untangle() ends whatever the graph", () => {
  const y = Float64Array.of(0, 100, 200, 0, 100, 200);
  const links: [number, number][] = [[0, 5], [5, 0], [1, 4], [4, 1], [2, 3], [3, 2], [0, 3], [2, 5]];
  untangle([0, 1, 2, 3, 4, 5], links, [0, 0, 0, 300, 300, 300], y, 76);
  assert.deepEqual([...y].sort((a, b) => a - b), [0, 0, 100, 100, 200, 200]);
});
