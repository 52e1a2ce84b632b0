import assert from "node:assert/strict";
import { listShares, warnOfTime } from "./gate_shares.ts";

const SHARES = [
  { name: "lint", elapsedMs: 4000, coreMs: 2500 },
  { name: "clippy", elapsedMs: 90_000, coreMs: 79_250 },
  { name: "tests", elapsedMs: 120_000, coreMs: 60_000 },
  { name: "format", elapsedMs: 800, coreMs: 900 },
];

Deno.test("listShares() has the dearest gate first, by processor time, and their sum last", () => {
  assert.deepEqual(listShares(SHARES), [
    "processor time      from start  gate",
    "        79.3 s            90 s  clippy",
    "        60.0 s      2 min 00 s  tests",
    "         2.5 s           4.0 s  lint",
    "         0.9 s           0.8 s  format",
    "       142.7 s                  all of them",
  ]);
});

Deno.test("listShares() goes by the time from start to end where no processor time is known", () => {
  const lines = listShares(SHARES.map(({ name, elapsedMs }) => ({ name, elapsedMs })));
  assert.deepEqual(lines.slice(1).map((line) => line.trim().split(/ {2,}/)), [
    ["?", "2 min 00 s", "tests"],
    ["?", "90 s", "clippy"],
    ["?", "4.0 s", "lint"],
    ["?", "0.8 s", "format"],
    ["?", "all of them"],
  ]);
});

Deno.test("warnOfTime() names the dearest gates of a run of more than six minutes", () => {
  assert.equal(warnOfTime(360_000, SHARES), undefined);
  assert.equal(
    warnOfTime(361_000, SHARES),
    "Warning: all gates took 6 min 01 s, wanted at most 6 min 00 s on two idle cores; make the dearest cheaper: " +
      "clippy (79.3 s of processor time), tests (60.0 s of processor time), lint (2.5 s of processor time)",
  );
});
