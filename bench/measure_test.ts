import { deepEqual, equal } from "node:assert/strict";
import { compare, figure, median, quantile, ratioRow } from "./measure.ts";
import { table } from "./report.ts";

Deno.test("median() and quantile() do not mind the order, and leave the values alone", () => {
  const values = [5, 1, 4, 2, 3];
  equal(median(values), 3);
  equal(quantile(values, 0), 1);
  equal(quantile(values, 0.99), 5);
  deepEqual(values, [5, 1, 4, 2, 3]);
});

Deno.test("ratioRow() takes the median of the ratios, not the ratio of the medians", () => {
  const row = ratioRow({ what: "hop", peer: "other", goal: { of: "cost", limit: 1.5 } }, [10, 30, 20], [10, 10, 20]);
  equal(row.result, "1.00 × its cost");
  equal(row.spread, "1.00 to 3.00");
  equal(row.hit, true);
});

Deno.test("ratioRow() turns the ratio over for speed, and says when a goal is missed", () => {
  const row = ratioRow({ what: "hop", peer: "other", goal: { of: "speed", limit: 10 } }, [10, 10, 10], [90, 99, 101]);
  deepEqual([row.result, row.goal, row.hit], ["9.90 × as fast", "≥ 10 ×", false]);
});

Deno.test("compare() runs both sides in turn", async () => {
  const order: string[] = [];
  await compare(2, {
    what: "hop",
    peer: "other",
    ours: () => order.push("ours"),
    theirs: () => order.push("theirs"),
  });
  deepEqual(order, ["ours", "theirs", "ours", "theirs"]);
});

Deno.test("figure() chooses a unit that reads well", () => {
  deepEqual([3.14159, 314.159, 31_415, 31_415_900].map(figure), ["3.14 ns", "314 ns", "31 µs", "31 ms"]);
});

Deno.test("table() names every goal, hit or not, and no goal where there is none", () => {
  const missed = ratioRow({ what: "a", peer: "p", goal: { of: "cost", limit: 1 } }, [2], [1]);
  const free = ratioRow({ what: "b", peer: "p" }, [2], [1]);
  const lines = table([missed, free], 1).trim().split("\n").slice(-2).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  deepEqual(lines[0].slice(4), ["≤ 1 ×", "no"]);
  deepEqual(lines[1].slice(4), ["", ""]);
});
