import { deepEqual, equal, throws } from "node:assert/strict";
import { LaneRows, MAX_LANES } from "./lane_rows.ts";

const NAMES = ["main", "a", "b"];

Deno.test("a lane's thread has the row of its index, and another one once a thread was given up there", () => {
  const rows = new LaneRows();
  equal(rows.take("a", 1, NAMES, []), 1);
  rows.setAsideOf(1);
  deepEqual(rows.setAside, [1]);
  equal(rows.take("a", 1, NAMES, []), MAX_LANES - 1);
  equal(rows.of(1), MAX_LANES - 1);
  equal(rows.isTaken(1), true);
  equal(rows.take("b", 2, NAMES, []), 2);
});

Deno.test("the row of a thread that has come to its end is there again", () => {
  const rows = new LaneRows();
  rows.take("a", 1, NAMES, []);
  rows.setAsideOf(1);
  rows.takeBackOf(1);
  rows.forget(1);
  equal(rows.isTaken(1), false);
  equal(rows.take("a", 1, NAMES, []), 1);
});

Deno.test("a lane's next thread is refused when threads that were given up have all rows that no lane has", () => {
  const rows = new LaneRows();
  for (let count = 1; count < MAX_LANES - NAMES.length + 1; count++) {
    rows.take("a", 1, NAMES, []);
    rows.setAsideOf(1);
  }
  equal(rows.take("a", 1, NAMES, []), NAMES.length);
  rows.setAsideOf(1);
  throws(() => rows.take("a", 1, NAMES, []), { code: "Busy", message: /"a": 3 lanes and 62 threads/ });
});
