import assert from "node:assert/strict";
import fc from "fast-check";
import { intersects, linkCurve } from "./geometry.ts";
import { labelRect, placeLabels } from "./labels.ts";

const point = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 600 }) });

Deno.test("placeLabels() lets no two labels lie over each other, nor over what is taken", () => {
  const curves = fc.array(fc.tuple(point, point).map(([from, to]) => [linkCurve(from, to)]), { maxLength: 40 });
  const taken = { x: 300, y: 200, width: 188, height: 76 };
  fc.assert(fc.property(curves, (curves) => {
    const rects = placeLabels(curves, [taken]).flatMap((place) => labelRect(place) ?? []);
    [...rects, taken].forEach((rect, k) =>
      [...rects, taken].slice(k + 1).forEach((other) => assert.equal(intersects(rect, other), false))
    );
  }));
});

Deno.test("placeLabels() gives a lone link a full label in its middle, and parallel ones short ones", () => {
  const lone = linkCurve({ x: 0, y: 0 }, { x: 136, y: 0 });
  assert.deepEqual(placeLabels([[lone]]), [{ x: 68, y: 0, form: "full" }]);
  const parallel = [0, 15, 30, 45].map((y) => [linkCurve({ x: 0, y }, { x: 136, y })]);
  const forms = placeLabels(parallel).map(({ form }) => form);
  assert.equal(forms.filter((form) => form === "none").length <= 1, true, forms.join());
  assert.ok(forms.includes("short"));
});
