import assert from "node:assert/strict";
import { layoutGraph } from "./layout.ts";
import { nodeTowards } from "./navigation.ts";

/** 0 leads to 1 and 2, which lead to 3; 4 stands below without links. */
const diamond = {
  x: [0, 300, 300, 600, 0],
  y: [100, 0, 200, 100, 400],
  links: [[0, 1], [0, 2], [1, 3], [2, 3], [3, 0]] as const,
};

Deno.test("nodeTowards() goes along links to the right and back", () => {
  assert.equal(nodeTowards(diamond, 0, "right"), 1);
  assert.equal(nodeTowards(diamond, 1, "right"), 3);
  assert.equal(nodeTowards(diamond, 2, "left"), 0);
});

Deno.test("nodeTowards() goes up and down within a column", () => {
  assert.equal(nodeTowards(diamond, 1, "down"), 2);
  assert.equal(nodeTowards(diamond, 2, "up"), 1);
});

Deno.test("nodeTowards() takes the nearest node where no link leads on, and stays where there is none", () => {
  assert.equal(nodeTowards(diamond, 4, "right"), 2);
  assert.equal(nodeTowards(diamond, 4, "down"), 4);
});

Deno.test("nodeTowards() begins at the upper left node, and finds none in an empty graph", () => {
  assert.equal(nodeTowards(diamond, -1, "down"), 0);
  assert.equal(nodeTowards({ x: [], y: [], links: [] }, -1, "right"), -1);
});

Deno.test("nodeTowards() reaches every node of a laid-out graph from the first", () => {
  const links: [number, number][] = [[0, 2], [1, 2], [2, 3], [3, 4], [4, 5], [4, 6], [6, 7]];
  const layout = layoutGraph({ lanes: ["a", "a", "a", "b", "b", "b", "b", "c", "c"], links });
  const seen = new Set<number>();
  const open = [nodeTowards({ ...layout, links }, -1, "right")];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const way of ["left", "right", "up", "down"] as const) open.push(nodeTowards({ ...layout, links }, node, way));
  }
  assert.equal(seen.size, 9);
});
