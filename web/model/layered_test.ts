import assert from "node:assert/strict";
import fc from "fast-check";
import { intersects } from "./geometry.ts";
import { placeInLayers } from "./layered.ts";

const GAPS = { layerGap: 50, boxGap: 10 };
const size = fc.record({ width: fc.integer({ min: 1, max: 500 }), height: fc.integer({ min: 1, max: 300 }) });
const graphs = fc.array(size, { minLength: 1, maxLength: 30 }).chain((boxes) =>
  fc.record({
    boxes: fc.constant(boxes),
    links: fc.array(fc.tuple(fc.nat(boxes.length - 1), fc.nat(boxes.length - 1)), { maxLength: 60 }),
    downwards: fc.boolean(),
  })
);

const same = (count: number) => Array.from({ length: count }, () => ({ width: 100, height: 40 }));

Deno.test("placeInLayers() lets no two boxes overlap, whatever links there are", () => {
  fc.assert(fc.property(graphs, ({ boxes, links, downwards }) => {
    const places = placeInLayers(boxes, links, { ...GAPS, downwards });
    assert.equal(places.length, boxes.length);
    const rects = places.map((at, k) => ({ ...at, ...boxes[k] }));
    rects.forEach((rect, k) => rects.slice(k + 1).forEach((other) => assert.equal(intersects(rect, other), false)));
  }));
});

Deno.test("placeInLayers() leads every link of a graph without circles forward, the longest way in as many layers", () => {
  const links: [number, number][] = [[0, 1], [1, 2], [0, 2], [3, 2], [2, 4]];
  const places = placeInLayers(same(5), links, GAPS);
  for (const [a, b] of links) assert.ok(places[a].x < places[b].x, `${a} to ${b}`);
  assert.deepEqual(places.map(({ x }) => x), [0, 150, 300, 0, 450]);
  const down = placeInLayers(same(5), links, { ...GAPS, downwards: true });
  assert.deepEqual(down.map(({ y }) => y), [0, 90, 180, 0, 270]);
});

Deno.test("placeInLayers() puts boxes where those are that lead to them, and ends in a circle", () => {
  // Without the order of those before them 2 would stand above 3.
  const crossed = placeInLayers(same(4), [[0, 3], [1, 2]], GAPS);
  assert.ok(crossed[0].y < crossed[1].y && crossed[3].y < crossed[2].y);
  const circle = placeInLayers(same(3), [[0, 1], [1, 2], [2, 0], [1, 1]], GAPS);
  assert.deepEqual(circle.map(({ x }) => x), [0, 150, 300]);
});

Deno.test("placeInLayers() follows a chain of 100,000 boxes", () => {
  const count = 100_000;
  const links = Array.from({ length: count - 1 }, (_, k) => [k, k + 1] as const);
  const places = placeInLayers(same(count), links, GAPS);
  assert.equal(places[count - 1].x, 150 * (count - 1));
});
