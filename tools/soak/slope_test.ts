import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { median, middles, slopeOf } from "./slope.ts";

const line = (perSecond: number, noise: (k: number) => number) =>
  Array.from({ length: 60 }, (_, k) => ({ atSeconds: k, value: 100 + perSecond * k + noise(k) }));

Deno.test("slopeOf() finds a slope an hour, and by how much it may be off", () => {
  const exact = slopeOf(line(0.5, () => 0));
  ok(Math.abs(exact.perHour - 1_800) < 1e-6 && exact.marginPerHour < 1e-6);
  const { perHour, marginPerHour } = slopeOf(line(0, (k) => k % 2 === 0 ? 1 : -1));
  ok(Math.abs(perHour) < marginPerHour, `${perHour} ± ${marginPerHour}`);
  const growing = slopeOf(line(0.5, (k) => k % 3));
  ok(growing.perHour - growing.marginPerHour > 1_000);
  // Of 0, 1, 0: a standard error of 1 / sqrt(3), by Student's distribution with one degree of freedom.
  const few = slopeOf([0, 1, 0].map((value, atSeconds) => ({ atSeconds, value })));
  deepEqual([few.perHour, Math.round(few.marginPerHour)], [0, Math.round(6.31 * 3_600 / Math.sqrt(3))]);
  throws(() => slopeOf(line(1, () => 0).slice(0, 2)), /Cannot find the slope of 2 samples: wanted at least 3/);
});

Deno.test("middles() keeps the middle value of each stretch, as median() finds it", () => {
  const samples = [[0, 5], [1, 3], [2, 9], [10, 4], [11, 8]].map(([atSeconds, value]) => ({ atSeconds, value }));
  deepEqual(middles(samples, 10), [{ atSeconds: 5, value: 5 }, { atSeconds: 15, value: 8 }]);
  equal(median([9, 1, 5]), 5);
});
