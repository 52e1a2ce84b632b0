import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { bucketOf, BUCKETS, bucketStartNs, readQuantiles } from "./histogram.ts";

const SHIFT = 10;

Deno.test("bucketOf() puts a duration between the start of its bucket and that of the next", () => {
  fc.assert(fc.property(fc.double({ min: 2 ** SHIFT, max: 2 ** (SHIFT + 15.9), noNaN: true }), (ns) => {
    const bucket = bucketOf(ns, SHIFT);
    ok(bucketStartNs(bucket, SHIFT) <= ns * (1 + 1e-9));
    ok(ns <= bucketStartNs(bucket + 1, SHIFT) * (1 + 1e-9));
  }));
});

Deno.test("bucketOf() keeps what is out of range in the first and the last bucket", () => {
  for (const ns of [0, -5, 1, 1023, NaN]) equal(bucketOf(ns, SHIFT), 0);
  for (const ns of [1e12, Infinity]) equal(bucketOf(ns, SHIFT), BUCKETS - 1);
});

Deno.test("readQuantiles() is within one bucket of the exact quantiles", () => {
  const durations = Array.from({ length: 1000 }, (_, k) => 2000 + k * 1000);
  const counts = new Float64Array(BUCKETS + 3);
  for (const ns of durations) counts[3 + bucketOf(ns, SHIFT)]++;
  const { p50Ns, p99Ns, samples } = readQuantiles(counts, 3, SHIFT);
  equal(samples, 1000);
  ok(Math.abs(Math.log2(p50Ns / 501_000)) <= 0.25, `${p50Ns}`);
  ok(Math.abs(Math.log2(p99Ns / 991_000)) <= 0.25, `${p99Ns}`);
});

Deno.test("readQuantiles() of nothing is nothing", () => {
  const { p50Ns, p99Ns, samples } = readQuantiles(new Float64Array(BUCKETS), 0, SHIFT);
  equal(p50Ns + p99Ns + samples, 0);
});
