import assert from "node:assert/strict";
import { PlotHistory } from "./plot_history.ts";

/** Steps whose one value is their time. */
function past(from: number, to: number): { times: number[]; series: (number | null)[][] } {
  const times = Array.from({ length: to - from + 1 }, (_, k) => from + k);
  return { times, series: [times] };
}

/** Readings, ten a second, of which each has its time as its value. */
function read(history: PlotHistory, from: number, to: number): void {
  for (let tenth = from * 10; tenth <= to * 10; tenth++) history.push(tenth / 10, tenth / 10);
}

Deno.test("PlotHistory shows what the server kept before the page's first reading, and after it the readings", () => {
  const history = new PlotHistory(1);
  read(history, 100, 102);
  history.fill(past(1, 101));
  const { times, series } = history.slice(300, 60);
  // Rates of the page's first second are over less than that.
  assert.deepEqual([times[0], times[58], times[59], times[60]], [42, 100, 101, 101.1]);
  assert.equal(times.at(-1), 102);
  assert.deepEqual([...series[0]], [...times]);
  assert.deepEqual([...times].sort((a, b) => a - b), [...times]);
});

Deno.test("PlotHistory shows the server's steps before the first reading has come", () => {
  const history = new PlotHistory(1);
  history.fill({ times: [1, 2, 3], series: [[null, 5, 6]] });
  const { times, series } = history.slice(300, 60);
  assert.deepEqual([[...times], [...series[0]]], [[1, 2, 3], [NaN, 5, 6]]);
});

Deno.test("PlotHistory goes back a quarter of an hour, with its own steps after those of the server", () => {
  const history = new PlotHistory(1);
  history.fill(past(1, 100));
  read(history, 101, 300);
  const { times } = history.slice(900, 900);
  assert.equal(times[0], 1);
  assert.equal(times.at(-1), 300);
  assert.ok(times.length >= 290 && times.length <= 310, `${times.length}`);
  history.fill(past(1, 299));
  const again = history.slice(900, 900).times;
  assert.deepEqual([...again], Array.from({ length: 300 }, (_, k) => k + 1));
  read(history, 301, 3_000);
  assert.ok(history.slice(900, 900).times.length <= 900);
});

Deno.test("PlotHistory shows a gap in both spans", () => {
  const history = new PlotHistory(1);
  history.push(10, 1);
  history.push(15);
  history.push(20, 1);
  for (const span of [60, 900]) assert.deepEqual([...history.slice(100, span).series[0]], [1, NaN, 1]);
});
