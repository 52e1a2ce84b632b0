import assert from "node:assert/strict";
import { formatBytes, formatClock, formatCount, formatDuration, renderTable } from "./table.ts";

Deno.test("renderTable() aligns columns and leaves no blanks at the ends", () => {
  const columns = [{ head: "NAME" }, { head: "N", align: "right" }, { head: "X" }] as const;
  assert.deepEqual(renderTable(columns, [["a", "1", ""], ["longer", "100", "y"]]), [
    "NAME      N  X",
    "a         1",
    "longer  100  y",
  ]);
  assert.deepEqual(renderTable(columns, []), ["NAME  N  X"]);
});

Deno.test("formatCount() parts thousands", () => {
  assert.deepEqual([0, 999, 1_000, 1_234_567.4].map(formatCount), ["0", "999", "1 000", "1 234 567"]);
});

Deno.test("formatDuration() chooses the unit", () => {
  const durationsNs = [0, 12_345, 3_400_000, 1_234_000_000, 109_190_000_000, 119_990_000_000, 3_723_400_000_000];
  assert.deepEqual(durationsNs.map(formatDuration), [
    "0 µs",
    "12 µs",
    "3.4 ms",
    "1.23 s",
    "1 min 49.1 s",
    "1 min 59.9 s",
    "1 h 2 min 3.4 s",
  ]);
});

Deno.test("formatClock() counts tenths of a second up to hours", () => {
  assert.deepEqual([0, 999_999_999, 4_250_000_000, 59_990_000_000, 60e9, 3_723.4e9].map(formatClock), [
    "0:00.0",
    "0:00.9",
    "0:04.2",
    "0:59.9",
    "1:00.0",
    "1:02:03.4",
  ]);
});

Deno.test("formatBytes() chooses the unit", () => {
  assert.deepEqual([0, 999, 1_500, 2.5e6, 3e9].map(formatBytes), [
    "0 bytes",
    "999 bytes",
    "1.5 kB",
    "2.5 MB",
    "3.00 GB",
  ]);
});

Deno.test("renderTable() cuts text, never figures, where a line would be too wide", () => {
  const columns = [{ head: "NODE" }, { head: "TYPE" }, { head: "TICKS", align: "right" }] as const;
  const rows = [["n".repeat(64), "gain", "1 234 567"], ["short", "gain", "1"]];
  const lines = renderTable(columns, rows, 30);
  assert.deepEqual(lines.map((line) => line.length), [30, 30, 30]);
  assert.equal(lines[1], `${"n".repeat(12)}…  gain  1 234 567`);
});
