import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, intersects } from "./geometry.ts";
import { layoutGraph, type LayoutInput, NODE_HEIGHT, NODE_WIDTH } from "./layout.ts";

const graphs: fc.Arbitrary<LayoutInput> = fc.integer({ min: 1, max: 24 }).chain((count) =>
  fc.record({
    lanes: fc.array(fc.constantFrom("make", "shape", "__proto__", ""), { minLength: count, maxLength: count }),
    links: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 40 }),
    stacked: fc.boolean(),
    simple: fc.boolean(),
  })
);

Deno.test("layoutGraph() gives no two nodes the same place, and each lane a box around its own", () => {
  fc.assert(
    fc.property(graphs, (input) => {
      const { x, y, lanes, bounds } = layoutGraph(input);
      const rects = input.lanes.map((_, k) => ({ x: x[k], y: y[k], width: NODE_WIDTH, height: NODE_HEIGHT }));
      rects.forEach((rect, k) => {
        const box = lanes.find(({ name }) => name === input.lanes[k])!;
        assert.ok(contains(box, rect) && contains(box, { x: rect.x + NODE_WIDTH, y: rect.y + NODE_HEIGHT }));
        assert.ok(contains(bounds, rect));
        rects.slice(k + 1).forEach((other) => assert.equal(intersects(rect, other), false));
      });
      lanes.forEach((lane, k) => lanes.slice(k + 1).forEach((other) => assert.equal(intersects(lane, other), false)));
    }),
    { numRuns: 60 },
  );
});

Deno.test("layoutGraph() leads a chain from left to right, within and across lanes", () => {
  for (const simple of [false, true]) {
    const { x } = layoutGraph({ lanes: ["a", "a", "b", "b"], links: [[0, 1], [1, 2], [2, 3]], simple });
    assert.deepEqual([...x], [...x].sort((a, b) => a - b));
  }
});

Deno.test("layoutGraph() makes a simple layout at once of a graph in which everything crosses", () => {
  const count = 1_000;
  const links = Array.from({ length: 1_500 }, (_, k) => [(k * 7_919) % count, (k * 104_729 + 13) % count] as const);
  const startMs = performance.now();
  const { simple, bounds } = layoutGraph({ lanes: Array(count).fill("a"), links, simple: true });
  const tookMs = performance.now() - startMs;
  assert.ok(simple && bounds.width > 0);
  // The other layout of it takes minutes.
  assert.ok(tookMs < 30_000, `${tookMs} ms`);
});

Deno.test("layoutGraph() puts lanes below each other if that is asked for", () => {
  const input = { lanes: ["a", "b", "c"], links: [[0, 1], [1, 2]] as [number, number][] };
  const { y, bounds } = layoutGraph({ ...input, stacked: true });
  assert.ok(y[0] < y[1] && y[1] < y[2]);
  assert.ok(bounds.height > bounds.width);
});

Deno.test("layoutGraph() crosses no links into the ports of one node", () => {
  const { y } = layoutGraph({ lanes: ["a", "a", "a"], links: [[0, 2], [1, 2]] });
  assert.ok(y[0] < y[1]);
});

Deno.test("layoutGraph() gives the same places for the same graph", () => {
  const input: LayoutInput = { lanes: ["a", "b", "a", "a"], links: [[0, 1], [0, 2], [1, 3], [3, 0]] };
  assert.deepEqual(layoutGraph(input), layoutGraph(input));
});

Deno.test("layoutGraph() of no nodes is empty", () => {
  assert.equal(layoutGraph({ lanes: [], links: [] }).x.length, 0);
});

Deno.test("layoutGraph() stands lanes so that a small graph is shown larger in the room that there is", () => {
  // Three lanes in a row, each of two nodes in a row.
  const lanes = ["a", "a", "b", "b", "c", "c"];
  const links = [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]] as const;
  const shape = (width: number, height: number) => {
    const { bounds } = layoutGraph({ lanes, links, room: { width, height } });
    return bounds.width / bounds.height;
  };
  assert.ok(shape(2_400, 300) > 4, `${shape(2_400, 300)} in a wide room`);
  assert.ok(shape(1_100, 850) < 2, `${shape(1_100, 850)} in one that is little wider than high`);
  // Where there is room enough, lanes stand beside each other.
  assert.ok(shape(2_400, 2_000) > 4);
});
