import assert from "node:assert/strict";
import fc from "fast-check";
import {
  boundsOf,
  contains,
  curveBounds,
  distanceToCurve,
  inflate,
  intersects,
  linkCurve,
  pointOn,
} from "./geometry.ts";

const coordinate = fc.integer({ min: -5000, max: 5000 });
const point = fc.record({ x: coordinate, y: coordinate });

Deno.test("intersects() takes rectangles that touch, and refuses those that do not", () => {
  const unit = { x: 0, y: 0, width: 1, height: 1 };
  assert.equal(intersects(unit, { x: 1, y: 0, width: 1, height: 1 }), true);
  assert.equal(intersects(unit, { x: 1.1, y: 0, width: 1, height: 1 }), false);
  assert.equal(intersects(unit, { x: 0.2, y: 0.2, width: 0.1, height: 0.1 }), true);
});

Deno.test("boundsOf() is the smallest rectangle around all, and empty around none", () => {
  assert.deepEqual(boundsOf([]), { x: 0, y: 0, width: 0, height: 0 });
  const rects = [{ x: -1, y: 2, width: 3, height: 1 }, { x: 4, y: 0, width: 1, height: 1 }];
  assert.deepEqual(boundsOf(rects), { x: -1, y: 0, width: 6, height: 3 });
});

Deno.test("linkCurve() starts and ends at its ports, inside curveBounds(), leaving right and arriving from the left", () => {
  fc.assert(fc.property(point, point, fc.double({ min: 0, max: 1, noNaN: true }), (from, to, t) => {
    const curve = linkCurve(from, to);
    const [start, end] = [pointOn(curve, 0), pointOn(curve, 1)];
    assert.ok(start.x === from.x && start.y === from.y && end.x === to.x && end.y === to.y);
    assert.ok(curve.x1 > curve.x0 && curve.x2 < curve.x3);
    assert.ok(contains(inflate(curveBounds(curve), 1e-6), pointOn(curve, t)));
  }));
});

Deno.test("distanceToCurve() is small on the curve and grows beside it", () => {
  const curve = linkCurve({ x: 0, y: 0 }, { x: 200, y: 100 });
  assert.ok(distanceToCurve(curve, pointOn(curve, 0.37)) < 1);
  assert.ok(distanceToCurve(curve, { x: 100, y: 150 }) > 40);
});
