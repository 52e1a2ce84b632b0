import assert from "node:assert/strict";
import { countHealth, countWords } from "./health_counts.ts";

Deno.test("countHealth() counts nodes and links, the gravest first, and leaves out what does not occur", () => {
  assert.deepEqual(countHealth({ nodeHealth: ["healthy", "stuck"], linkHealth: ["healthy", "blocked"] }), [
    { health: "stuck", nodes: 1, links: 0 },
    { health: "blocked", nodes: 0, links: 1 },
    { health: "healthy", nodes: 1, links: 1 },
  ]);
});

Deno.test("countWords() says of what there are how many", () => {
  assert.equal(countWords({ health: "healthy", nodes: 7, links: 1 }), "7 nodes, 1 link");
  assert.equal(countWords({ health: "stuck", nodes: 0, links: 2 }), "2 links");
});
