import assert from "node:assert/strict";
import { intersects } from "../geometry.ts";
import { layoutGraph, NODE_HEIGHT, NODE_WIDTH } from "../layout.ts";
import { placeNodes } from "./places.ts";

const LANES = ["make", "make", "write"];
const LAYOUT = layoutGraph({ lanes: LANES, links: [[0, 1], [1, 2]] });

Deno.test("placeNodes() puts a node at its place; others make room, and its lane's box reaches around them", () => {
  const nodes = LANES.map((lane, k) => ({
    lane,
    ...(k === 0 && { position: { x: LAYOUT.x[1] + 10, y: LAYOUT.y[1] } }),
  }));
  const placed = placeNodes(LAYOUT, nodes);
  assert.deepEqual([placed.x[0], placed.y[0]], [LAYOUT.x[1] + 10, LAYOUT.y[1]]);
  const rects = [0, 1, 2].map((k) => ({ x: placed.x[k], y: placed.y[k], width: NODE_WIDTH, height: NODE_HEIGHT }));
  assert.ok(!intersects(rects[0], rects[1]));
  const box = placed.lanes.find(({ name }) => name === "make")!;
  for (const rect of rects.slice(0, 2)) {
    assert.ok(rect.x > box.x && rect.y > box.y && rect.y + rect.height < box.y + box.height);
  }
  assert.equal(rects[2].x, LAYOUT.x[2]);
});

Deno.test("placeNodes() gives back the layout if no node has a place", () => {
  assert.equal(placeNodes(LAYOUT, LANES.map((lane) => ({ lane }))), LAYOUT);
});
