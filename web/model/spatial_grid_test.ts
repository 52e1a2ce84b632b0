import assert from "node:assert/strict";
import fc from "fast-check";
import { intersects } from "./geometry.ts";
import { SpatialGrid } from "./spatial_grid.ts";

const side = fc.integer({ min: 0, max: 9000 });
const rect = fc.record({
  x: fc.integer({ min: -9000, max: 9000 }),
  y: fc.integer({ min: -9000, max: 9000 }),
  width: side,
  height: side,
});

Deno.test("SpatialGrid.query() finds exactly what a look at every box finds, again and again", () => {
  fc.assert(fc.property(fc.array(rect, { maxLength: 40 }), fc.array(rect, { maxLength: 4 }), (boxes, asked) => {
    const grid = new SpatialGrid(boxes);
    for (const area of asked) {
      const wanted = boxes.flatMap((box, k) => intersects(box, area) ? [k] : []);
      assert.deepEqual(grid.query(area), wanted);
    }
  }));
});
