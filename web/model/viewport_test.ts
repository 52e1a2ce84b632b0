import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, inflate, intersects } from "./geometry.ts";
import {
  centerOn,
  fit,
  fitReadable,
  keepInReach,
  MAX_FIRST_SCALE,
  MAX_SCALE,
  MIN_SCALE,
  panBy,
  reveal,
  toScreen,
  toWorld,
  visibleRect,
  zoomAt,
} from "./viewport.ts";

const size = { width: 800, height: 600 };
const coordinate = fc.double({ min: -1e4, max: 1e4, noNaN: true });
const view = fc.record({
  x: coordinate,
  y: coordinate,
  scale: fc.double({ min: MIN_SCALE, max: MAX_SCALE, noNaN: true }),
});
const screen = fc.record({
  x: fc.double({ min: 0, max: 800, noNaN: true }),
  y: fc.double({ min: 0, max: 600, noNaN: true }),
});
const rect = fc.record({
  x: coordinate,
  y: coordinate,
  width: fc.double({ min: 1, max: 1e4, noNaN: true }),
  height: fc.double({ min: 1, max: 1e4, noNaN: true }),
});

function close(a: number, b: number, tolerance = 1e-6): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
}

Deno.test("toScreen() undoes toWorld()", () => {
  fc.assert(fc.property(view, screen, (v, p) => {
    const back = toScreen(v, toWorld(v, p));
    assert.ok(close(back.x, p.x, 1e-5) && close(back.y, p.y, 1e-5));
  }));
});

Deno.test("zoomAt() keeps the point under the pointer and stays within the limits", () => {
  fc.assert(fc.property(view, screen, fc.double({ min: 0.01, max: 100, noNaN: true }), (v, p, factor) => {
    const zoomed = zoomAt(v, p, factor);
    assert.ok(zoomed.scale >= MIN_SCALE && zoomed.scale <= MAX_SCALE);
    const before = toWorld(v, p);
    const after = toWorld(zoomed, p);
    assert.ok(close(before.x, after.x) && close(before.y, after.y));
  }));
});

Deno.test("panBy() moves what is shown by screen pixels at any zoom", () => {
  const v = panBy({ x: 10, y: 20, scale: 0.5 }, 30, -40);
  assert.deepEqual(v, { x: -50, y: 100, scale: 0.5 });
});

Deno.test("fit() shows all of a rectangle in the middle unless it is too large for the least zoom", () => {
  fc.assert(fc.property(rect, (r) => {
    const v = fit(r, size);
    assert.ok(v.scale <= 1);
    if (v.scale > MIN_SCALE) {
      const shown = inflate(visibleRect(v, size), 1e-6);
      assert.ok(contains(shown, r) && contains(shown, { x: r.x + r.width, y: r.y + r.height }));
    }
    const middle = toScreen(v, { x: r.x + r.width / 2, y: r.y + r.height / 2 });
    assert.ok(close(middle.x, 400, 1e-4) && close(middle.y, 300, 1e-4));
  }));
});

Deno.test("fitReadable() shows the beginning of what would be too small, and all of what can be read", () => {
  const scales = { margin: 20, leastScale: 0.6, scale: 0.8 };
  const wide = fitReadable({ x: 100, y: 200, width: 2000, height: 100 }, size, scales);
  assert.equal(wide.scale, 0.8);
  assert.deepEqual(toScreen(wide, { x: 100, y: 250 }), { x: 20, y: 300 });
  const small = { x: 0, y: 0, width: 100, height: 100 };
  assert.deepEqual(fitReadable(small, size, scales), fit(small, size, 20, MAX_FIRST_SCALE));
  // Smaller than what does not fit would be, and whole.
  const narrow = { x: 0, y: 0, width: 1200, height: 100 };
  assert.deepEqual(fitReadable(narrow, size, scales), fit(narrow, size, 20));
  assert.ok(fit(narrow, size, 20).scale < 0.8);
});

Deno.test("centerOn() puts a point into the middle", () => {
  const v = centerOn({ x: 0, y: 0, scale: 2 }, { x: 50, y: 70 }, size);
  assert.deepEqual(toScreen(v, { x: 50, y: 70 }), { x: 400, y: 300 });
});

Deno.test("reveal() moves nothing that is in view, and brings in what is not", () => {
  const v = { x: 0, y: 0, scale: 1 };
  const margins = { side: 32, top: 60, bottom: 40 };
  assert.equal(reveal(v, { x: 100, y: 100, width: 50, height: 50 }, size, margins), v);
  const right = reveal(v, { x: 1000, y: 100, width: 50, height: 50 }, size, margins);
  assert.deepEqual(right, { x: 1000 + 50 + 32 - 800, y: 0, scale: 1 });
  const above = reveal(v, { x: 100, y: 50, width: 50, height: 50 }, size, margins);
  assert.deepEqual(above, { x: 0, y: -10, scale: 1 });
  const below = reveal(v, { x: 100, y: 540, width: 50, height: 50 }, size, margins);
  assert.deepEqual(below, { x: 0, y: 30, scale: 1 });
});

Deno.test("keepInReach() leaves some of the content on the screen after any pan", () => {
  fc.assert(fc.property(view, rect, (v, content) => {
    assert.ok(intersects(inflate(visibleRect(keepInReach(v, content, size), size), 1e-6), content));
  }));
});
