import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { mediaTimeToNs, nsToMediaTime } from "./media_time.ts";

const MAX_NS = Number.MAX_SAFE_INTEGER;
const timescale = fc.oneof(
  fc.constantFrom(1, 600, 24_000, 30_000, 44_100, 48_000, 90_000, 1_000_000_000),
  fc.integer({ min: 1, max: 0x7fff_ffff }),
);
const timeNs = fc.integer({ min: -MAX_NS, max: MAX_NS });

Deno.test("mediaTimeToNs() rounds to the nearest nanosecond, halves away from 0", () => {
  equal(mediaTimeToNs({ value: 1001n, timescale: 30_000 }), 33_366_667);
  equal(mediaTimeToNs({ value: 1n, timescale: 2_000_000_000 }), 1);
  equal(mediaTimeToNs({ value: -1n, timescale: 2_000_000_000 }), -1);
  equal(mediaTimeToNs({ value: -1n, timescale: 2_000_000_001 }), 0);
  equal(mediaTimeToNs({ value: 0n, timescale: 1 }), 0);
});

Deno.test("nsToMediaTime() keeps every nanosecond of 104 days at a timescale of 10⁹", () => {
  fc.assert(fc.property(timeNs, (time) => {
    const exact = nsToMediaTime(time, 1_000_000_000);
    deepEqual(exact, { value: BigInt(time), timescale: 1_000_000_000 });
    equal(mediaTimeToNs(exact), time);
  }));
});

Deno.test("a media time leads to nanoseconds and back to itself where a unit is longer than a nanosecond", () => {
  fc.assert(fc.property(timeNs, fc.integer({ min: 1, max: 999_999_999 }), (time, scale) => {
    const there = nsToMediaTime(time, scale);
    const limit = (BigInt(MAX_NS) - 1n) * BigInt(scale) / 1_000_000_000n;
    if (there.value > limit || there.value < -limit) return;
    deepEqual(nsToMediaTime(mediaTimeToNs(there), scale), there);
  }));
});

Deno.test("nsToMediaTime() is off by half a unit at most and never runs backwards", () => {
  fc.assert(fc.property(timeNs, fc.integer({ min: 0, max: 1e12 }), timescale, (time, step, scale) => {
    if (!Number.isSafeInteger(time + step)) return;
    const { value } = nsToMediaTime(time, scale);
    const off = 2n * (value * 1_000_000_000n - BigInt(time) * BigInt(scale));
    ok(off <= 1_000_000_000n && off >= -1_000_000_000n);
    ok(value <= nsToMediaTime(time + step, scale).value);
  }));
});

Deno.test("media times out of range are refused", () => {
  for (const scale of [0, -1, 1.5, 2 ** 31, NaN]) {
    const message = `Cannot use ${scale} as a timescale: wanted a whole number from 1 to 2147483647`;
    throws(() => nsToMediaTime(0, scale), { name: "RangeError", message });
    throws(() => mediaTimeToNs({ value: 0n, timescale: scale }), { name: "RangeError", message });
  }
  throws(() => nsToMediaTime(0.5, 600), /Cannot give 0.5 ns as a media time/);
  throws(() => mediaTimeToNs({ value: 2n ** 63n, timescale: 1 }), /wanted a signed 64-bit integer/);
  throws(() => mediaTimeToNs({ value: 9_007_200n, timescale: 1 }), /wanted at most 104 days from 0/);
});
