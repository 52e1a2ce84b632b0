import assert from "node:assert/strict";
import fc from "fast-check";
import { NODE } from "../../ffi/layout.gen.ts";
import { readBuckets } from "./histogram_quantiles.ts";

const BUCKETS = NODE.histogramBuckets;

function quantiles(histogram: readonly number[]): readonly [number, number] {
  const [p50, p99] = [new Float64Array(2), new Float64Array(2)];
  readBuckets(Float64Array.from(histogram), p50, p99, 1);
  return [p50[1], p99[1]];
}

/** The quantile of the values themselves, in order. */
function ofSorted(histogram: readonly number[], share: number): number {
  const sorted = histogram.flatMap((count, bucket) => Array<number>(count).fill(bucket + 1));
  return sorted.length === 0 ? 0 : sorted[Math.ceil(sorted.length * share) - 1];
}

Deno.test("readBuckets() gives the buckets of the median and the 99th percentile of any histogram", () => {
  const histogram = fc.array(fc.oneof(fc.constant(0), fc.nat(100)), { minLength: BUCKETS, maxLength: BUCKETS });
  fc.assert(
    fc.property(histogram, (each) => assert.deepEqual(quantiles(each), [ofSorted(each, 0.5), ofSorted(each, 0.99)])),
  );
});

Deno.test("readBuckets() gives 0 where nothing was measured, and the only bucket where all is in one", () => {
  assert.deepEqual(quantiles(Array(BUCKETS).fill(0)), [0, 0]);
  for (const only of [0, 17, BUCKETS - 1]) {
    assert.deepEqual(quantiles(Array.from({ length: BUCKETS }, (_, k) => k === only ? 3e9 : 0)), [only + 1, only + 1]);
  }
});
