import assert from "node:assert/strict";
import { histogramBars, quantileNs } from "./histogram_bars.ts";

Deno.test("histogramBars() shows the part that has something in it, and counts all", () => {
  const counts = new Array(64).fill(0);
  counts[8] = 3;
  counts[30] = 5;
  const { bars, peak, total, fromNs, toNs } = histogramBars({ shift: 10, counts });
  assert.deepEqual([bars.length, peak, total], [23, 5, 8]);
  assert.equal(fromNs, 2 ** 11);
  assert.equal(toNs, 2 ** (10 + 31 / 8));
});

Deno.test("histogramBars() keeps a single bucket at the end as one of 16 bars, and nothing of nothing", () => {
  const counts = new Array(64).fill(0);
  assert.equal(histogramBars({ shift: 10, counts }).total, 0);
  counts[63] = 1;
  const { bars } = histogramBars({ shift: 10, counts });
  assert.equal(bars.length, 16);
  assert.equal(bars[15].count, 1);
});

Deno.test("quantileNs() is in the middle of the bucket of the median and of the 99th percentile, and 0 of nothing", () => {
  const counts = new Array(64).fill(0);
  assert.equal(quantileNs({ shift: 10, counts }, 0.5), 0);
  counts[8] = 98;
  counts[16] = 2;
  assert.equal(quantileNs({ shift: 10, counts }, 0.5), 2 ** (11 + 0.5 / 8));
  assert.equal(quantileNs({ shift: 10, counts }, 0.99), 2 ** (12 + 0.5 / 8));
});
