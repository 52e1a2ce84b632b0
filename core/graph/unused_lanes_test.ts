import { equal } from "node:assert/strict";
import { unusedLanes } from "./complete.ts";

Deno.test("unusedLanes() names lanes that run nothing, and the one that was meant", () => {
  equal(
    unusedLanes(["captur", "spare", "look", "main"], new Set(["capture", "look"])),
    'No node uses lane "captur" (did you mean "capture"?), lane "spare"',
  );
});

Deno.test("unusedLanes() is silent where each lane has a node", () => {
  equal(unusedLanes(["look", "main"], new Set(["capture", "look"])), undefined);
  equal(unusedLanes([], new Set(["capture"])), undefined);
});
