import assert from "node:assert/strict";
import { searchNodes } from "./search.ts";

const nodes = [
  { id: "pre-gain", type: "gain", lane: "make" },
  { id: "gain", type: "gain", lane: "shape" },
  { id: "level", type: "level-meter", lane: "shape" },
  { id: "gain-2", type: "gain", lane: "shape" },
];

Deno.test("searchNodes() puts equal ids first, then ids that begin with the query", () => {
  assert.deepEqual(searchNodes(nodes, " GAIN "), [1, 3, 0]);
});

Deno.test("searchNodes() wants every word, in the id, the type or the lane", () => {
  assert.deepEqual(searchNodes(nodes, "shape meter"), [2]);
  assert.deepEqual(searchNodes(nodes, "shape nothing"), []);
});

Deno.test("searchNodes() finds nothing for an empty query, and no more than the limit", () => {
  assert.deepEqual(searchNodes(nodes, "  "), []);
  assert.deepEqual(searchNodes(nodes, "gain", 2), [1, 3]);
});
