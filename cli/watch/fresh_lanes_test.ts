import assert from "node:assert/strict";
import { FreshLanes } from "./fresh_lanes.ts";

Deno.test("FreshLanes.next() gives a lane its own name again once nobody has it", () => {
  const lanes = new FreshLanes();
  assert.equal(lanes.next("work", new Set(["work", "side"])), "work-2");
  assert.equal(lanes.next("work", new Set(["work", "work-2"])), "work-3");
  assert.equal(lanes.next("work", new Set(["work-3"])), "work");
  assert.equal(lanes.next("side-7", new Set(["side-7"])), "side-7-2");
});

Deno.test("FreshLanes.homeOf() tells which lane a lane has taken over from, by way of others", () => {
  const lanes = new FreshLanes();
  const second = lanes.next("work", new Set(["work"]));
  const third = lanes.next(lanes.homeOf(second), new Set(["work", second]));
  assert.deepEqual([second, third, "work", "side-7"].map((each) => lanes.homeOf(each)), [
    "work",
    "work",
    "work",
    "side-7",
  ]);
});
