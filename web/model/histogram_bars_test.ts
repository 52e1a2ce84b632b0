import assert from "node:assert/strict";
import { histogramBars } from "./histogram_bars.ts";

Deno.test("histogramBars() shows the part that has something in it, and counts all", () => {
  const counts = new Array(64).fill(0);
  counts[8] = 3;
  counts[30] = 5;
  const { bars, peak, total, fromNs, toNs } = histogramBars({ shift: 10, counts });
  assert.deepEqual([bars.length, peak, total], [23, 5, 8]);
  assert.equal(fromNs, 2 ** 12);
  assert.equal(toNs, 2 ** (10 + 31 / 4));
});

Deno.test("histogramBars() keeps a single bucket at the end as one of 16 bars, and nothing of nothing", () => {
  const counts = new Array(64).fill(0);
  assert.equal(histogramBars({ shift: 10, counts }).total, 0);
  counts[63] = 1;
  const { bars } = histogramBars({ shift: 10, counts });
  assert.equal(bars.length, 16);
  assert.equal(bars[15].count, 1);
});
