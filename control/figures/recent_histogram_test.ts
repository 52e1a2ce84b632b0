import { deepEqual, equal } from "node:assert/strict";
import { NODE } from "../../ffi/layout.gen.ts";
import { RecentHistogram } from "./recent_histogram.ts";

const BEFORE = 5;

/** Counters of a page, and what a look at them finds. */
class Looks {
  readonly counts = new Float64Array(BEFORE + NODE.histogramBuckets + 5).fill(7);
  readonly #recent = new RecentHistogram();

  /** @param counted what is counted before the look, by bucket */
  at(seconds: number, counted: { readonly [bucket: number]: number } = {}): Record<string, number> {
    for (const [bucket, count] of Object.entries(counted)) this.counts[BEFORE + Number(bucket)] += count;
    this.#recent.look(this.counts, BEFORE, seconds * 1e9);
    return Object.fromEntries(
      [...this.#recent.window].flatMap((count, bucket) => count === 0 ? [] : [[bucket, count]]),
    );
  }
}

Deno.test("RecentHistogram.look() counts nothing of before the first look", () => {
  const looks = new Looks();
  deepEqual(looks.at(100, { 3: 1e6 }), {});
  deepEqual(looks.at(101, { 3: 2 }), { 3: 2 });
});

Deno.test("RecentHistogram.look() forgets what was counted more than ten seconds ago", () => {
  const looks = new Looks();
  looks.at(0);
  for (let second = 1; second <= 60; second++) looks.at(second, { 40: 200 });
  deepEqual(looks.at(61, { 2: 1 }), { 40: 1_800, 2: 1 });
  for (let second = 62; second <= 69; second++) looks.at(second, { 2: 1 });
  deepEqual(looks.at(70, { 2: 1 }), { 2: 10 });
  for (let second = 71; second <= 80; second++) looks.at(second);
  deepEqual(looks.at(81), {});
});

Deno.test("RecentHistogram.look() begins anew after a time without looks, and where counters begin anew", () => {
  const looks = new Looks();
  looks.at(0);
  deepEqual(looks.at(1, { 9: 5 }), { 9: 5 });
  deepEqual(looks.at(60, { 9: 5 }), {});
  deepEqual(looks.at(61, { 9: 1 }), { 9: 1 });
  deepEqual(looks.at(62, { 9: -8 }), {});
  deepEqual(looks.at(63, { 9: 2 }), { 9: 2 });
  equal(looks.counts[BEFORE - 1], 7);
});
