import assert from "node:assert/strict";
import { countHealth } from "./health_counts.ts";

Deno.test("countHealth() counts nodes and links together, the gravest first, and leaves out what does not occur", () => {
  assert.deepEqual(countHealth({ nodeHealth: ["healthy", "stuck"], linkHealth: ["healthy", "blocked"] }), [
    { health: "stuck", count: 1 },
    { health: "blocked", count: 1 },
    { health: "healthy", count: 2 },
  ]);
});
