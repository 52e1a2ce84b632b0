import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatCount,
  formatNs,
  formatRate,
  formatShare,
  formatShort,
  formatTimeOfDay,
} from "./format_figures.ts";

Deno.test("formatNs() chooses the unit that reads well, also at its borders", () => {
  const cases: [number, string][] = [
    [0, "0 ns"],
    [850, "850 ns"],
    [999.7, "1 µs"],
    [12_340, "12.3 µs"],
    [999_600, "1 ms"],
    [4_500_000, "4.5 ms"],
    [1.2e9, "1.2 s"],
    [600e9, "10 min"],
    [9000e9, "2.5 h"],
    [NaN, "–"],
  ];
  for (const [ns, text] of cases) assert.equal(formatNs(ns), text);
});

Deno.test("formatShort() keeps three figures", () => {
  const cases: [number, string][] = [[0, "0"], [0.5, "0.5"], [93.75, "93.8"], [999.6, "1k"], [1234, "1.23k"], [
    2.5e6,
    "2.5M",
  ], [3e9, "3G"]];
  for (const [value, text] of cases) assert.equal(formatShort(value), text);
});

Deno.test("formatShort() is never longer than seven characters up to 10^12", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (value) => {
    assert.ok(formatShort(value).length <= 7);
  }));
});

Deno.test("formatClock() counts hours where there are any, and formatAgo() does not count along", () => {
  assert.deepEqual([0, 42.9, 75, 3_723].map(formatClock), ["0:00", "0:42", "1:15", "1:02:03"]);
  const ago = [9_999, 10_000, 59_000, 61_000, 7.1e6, 7.3e6, Infinity].map(formatAgo);
  assert.deepEqual(ago, ["just now", "10 s ago", "50 s ago", "1 min ago", "118 min ago", "2 h ago", ""]);
});

Deno.test("figures that are not known are a dash", () => {
  for (const format of [formatBytes, formatCount, formatNs, formatRate, formatShare, formatShort, formatTimeOfDay]) {
    assert.equal(format(NaN), "–");
  }
});

Deno.test("formatCount() parts thousands, formatShare() rounds to per cent, formatBytes() counts in 1024", () => {
  assert.equal(formatCount(1234567), "1\u202f234\u202f567");
  assert.equal(formatShare(0.123), "12 %");
  assert.equal(formatShare(0.001), "<1 %");
  assert.equal(formatBytes(65536), "64 KiB");
});
