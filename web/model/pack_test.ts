import assert from "node:assert/strict";
import fc from "fast-check";
import { boundsOf, intersects } from "./geometry.ts";
import { connectedGroups, packBoxes } from "./pack.ts";

const size = fc.record({ width: fc.integer({ min: 1, max: 500 }), height: fc.integer({ min: 1, max: 300 }) });

Deno.test("packBoxes() lets no two boxes overlap", () => {
  fc.assert(fc.property(fc.array(size, { maxLength: 40 }), (boxes) => {
    const rects = packBoxes(boxes, 10, 1.6).map((at, k) => ({ ...at, ...boxes[k] }));
    rects.forEach((rect, k) => rects.slice(k + 1).forEach((other) => assert.equal(intersects(rect, other), false)));
  }));
});

Deno.test("packBoxes() makes of many boxes about the wanted shape, and of few a column", () => {
  const boxes = new Array(250).fill({ width: 700, height: 200 });
  const { width, height } = boundsOf(packBoxes(boxes, 30, 1.6).map((at) => ({ ...at, width: 700, height: 200 })));
  assert.ok(width / height > 1.2 && width / height < 2, String(width / height));
  assert.deepEqual(packBoxes(boxes.slice(0, 3), 30, 1.6).map(({ x }) => x), [0, 0, 0]);
});

Deno.test("connectedGroups() parts nodes into those that links join", () => {
  assert.deepEqual(connectedGroups(["a", "b", "c", "d", "e"], [["d", "b"], ["e", "d"], ["a", "a"], ["c", "x"]]), [
    ["a"],
    ["b", "d", "e"],
    ["c"],
  ]);
  const chain = Array.from({ length: 5000 }, (_, k) => k);
  assert.equal(connectedGroups(chain, chain.slice(1).map((k) => [k - 1, k] as const)).length, 1);
});
