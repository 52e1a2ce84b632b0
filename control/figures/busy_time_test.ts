import { deepEqual } from "node:assert/strict";
import { BusyTime } from "./busy_time.ts";

/** What readings give of what was counted and what is under way, milliseconds. */
function readAll(...readings: readonly (readonly [countedMs: number, underWayMs: number])[]): number[] {
  const busy = new BusyTime();
  return readings.map(([counted, underWay]) => busy.read(counted * 1e6, underWay * 1e6) / 1e6);
}

Deno.test("BusyTime.read() grows with a call that does not return, and counts it once when it does", () => {
  deepEqual(readAll([10, 0], [10, 100], [10, 200], [250, 0], [260, 0]), [10, 110, 210, 250, 260]);
});

Deno.test("BusyTime.read() stands still where a call took a little less than what was seen of it", () => {
  deepEqual(readAll([0, 100], [99, 0], [99, 0.5], [150, 0]), [100, 100, 100, 150]);
});

Deno.test("BusyTime.read() keeps the time of calls that the page does not count, and goes on from there", () => {
  deepEqual(readAll([5, 0], [5, 3_000], [6, 0], [7, 0]), [5, 3_005, 3_005, 3_006]);
});

Deno.test("BusyTime.read() falls only where the node counts anew", () => {
  deepEqual(readAll([100, 50], [3, 0], [4, 10]), [150, 3, 14]);
});
