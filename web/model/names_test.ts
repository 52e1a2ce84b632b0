import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, intersects, type Rect } from "./geometry.ts";
import { NAME_PX, placeNames, placeTitles, TITLE_PX } from "./names.ts";

/** Where titles stand above their lanes. */
const scales = fc.double({ min: 0.02, max: 0.6, noNaN: true });

Deno.test("placeTitles() keeps titles at a readable size on the screen, and clear of each other", () => {
  // Lanes in rows and columns, with gaps of the layout's size.
  const boxes: Rect[] = Array.from({ length: 24 }, (_, k) => ({
    x: (k % 6) * 900,
    y: Math.floor(k / 6) * 700,
    width: 800,
    height: 640,
  }));
  fc.assert(fc.property(scales, (scale) => {
    const titles = placeTitles(boxes, scale);
    titles.forEach(({ rect, size }, k) => {
      assert.ok(Math.abs(size * scale - TITLE_PX) < 1e-6, `${size * scale} px`);
      assert.equal(rect.x, boxes[k].x);
      if (rect.width === 0) return;
      const others = titles.slice(k + 1).filter((other) => other.rect.width > 0);
      for (const other of others) assert.ok(!intersects(rect, other.rect), `${k} at ${scale}`);
    });
    if (scale > 0.03) assert.ok(titles.every(({ rect }) => rect.width > 0), `a title is left out at ${scale}`);
  }));
});

for (const scale of [0.1, 0.6, 2 / 3, 0.7, 0.9, 1]) {
  Deno.test(`placeTitles() has titles of 12 pixels at a scale of ${scale.toFixed(2)}`, () => {
    const [{ size }] = placeTitles([{ x: 10, y: 20, width: 400, height: 300 }], scale);
    assert.ok(Math.abs(size * scale - 12) < 1e-9, `${size * scale} px`);
  });
}

Deno.test("placeTitles() has titles in their lanes where these are large", () => {
  const box = { x: 10, y: 20, width: 400, height: 300 };
  const [{ rect, isInside }] = placeTitles([box], 1);
  assert.ok(isInside && contains(box, rect));
});

Deno.test("placeNames() lays no name over another, over a mark, or over what is taken", () => {
  const points = fc.array(
    fc.record({ x: fc.integer({ min: 0, max: 4_000 }), y: fc.integer({ min: 0, max: 4_000 }) }),
    { maxLength: 80 },
  );
  fc.assert(fc.property(points, scales, (marks, scale) => {
    const taken = [{ x: 0, y: 0, width: 800, height: 200 }];
    const widthOf = (node: number) => 20 + node % 7 * 10;
    const rects = placeNames(marks, scale, marks.map((_, k) => k), taken, widthOf).map(({ node, x, y }) => ({
      node,
      x: x * scale,
      y: y * scale - NAME_PX / 2,
      width: widthOf(node),
      height: NAME_PX,
    }));
    rects.forEach((rect, k) => {
      assert.ok(!intersects(rect, { x: 0, y: 0, width: 800 * scale, height: 200 * scale }));
      for (const other of rects.slice(k + 1)) assert.ok(!intersects(rect, other));
      marks.forEach(({ x, y }) => assert.ok(!contains(rect, { x: x * scale, y: y * scale })));
    });
  }));
});

Deno.test("placeNames() names what comes first in the order where there is room for one", () => {
  const marks = [{ x: 0, y: 0 }, { x: 0, y: 110 }];
  assert.deepEqual(placeNames(marks, 0.1, [1, 0], [], () => 40).map(({ node }) => node), [1]);
  assert.deepEqual(placeNames(marks, 0.2, [1, 0], [], () => 40).map(({ node }) => node), [1, 0]);
});
