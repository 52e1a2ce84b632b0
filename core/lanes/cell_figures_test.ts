import { deepEqual, equal, ok } from "node:assert/strict";
import { NODE } from "../../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { bucketOf, bucketStartNs } from "../histogram.ts";
import { readNodeCounters } from "../stats.ts";
import { CellFigures } from "./cell_figures.ts";
import { TickTiming } from "./tick_timing.ts";

const NOW_NS = 1e9;

class Figures extends CellFigures {
  protected publishLinks(): void {}

  enter(): void {
    this.countFromNow();
  }

  /** One tick with known times. @param ageNs of the frame that it reads, if it reads one */
  tick(tookNs: number, ageNs?: number): void {
    const timed = this.beginTick();
    if (ageNs !== undefined) {
      this.reads++;
      this.times[this.timesAt] = NOW_NS - ageNs;
    }
    if (timed) this.noteTick(NOW_NS, NOW_NS + tookNs);
  }
}

function figures(timing?: TickTiming) {
  const sizes = { lanes: 1, links: 1, nodes: 2 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const cell = new Figures({ page, ...(timing && { timing }) }, 1);
  return {
    cell,
    read: () => {
      cell.publish();
      return readNodeCounters(page, 1);
    },
  };
}

/** Whether a quantile stands for a duration: both are of one bucket. */
function isOf(quantileNs: number, durationNs: number, shift: number): void {
  const bucket = bucketOf(durationNs, shift);
  const [from, to] = [bucketStartNs(bucket, shift), bucketStartNs(bucket + 1, shift)];
  ok(quantileNs >= from && quantileNs < to, `${quantileNs} ns, wanted ${from} to ${to}`);
}

Deno.test("CellFigures.noteTick() scales short ticks up to the time of all, and keeps age and tick apart", () => {
  const { cell, read } = figures();
  for (let k = 0; k < 6400; k++) cell.tick(10_000, 50e6);
  const counters = read();
  deepEqual([counters.ticks, counters.busyNs, counters.maxTickNs], [6400, 64e6, 10_000]);
  deepEqual([counters.tick.samples, counters.age.samples], [6400, 6400]);
  for (const quantile of ["p50Ns", "p99Ns"] as const) {
    isOf(counters.tick[quantile], 10_000, NODE.tickHistogramShift);
    isOf(counters.age[quantile], 50e6, NODE.ageHistogramShift);
  }
});

Deno.test("CellFigures.noteTick() times each tick from the first long one on, until one is short again", () => {
  const { cell, read } = figures();
  for (let k = 0; k < 64; k++) cell.tick(1_000);
  for (let k = 0; k < 10; k++) cell.tick(1e6);
  cell.tick(1_000);
  const counters = read();
  deepEqual([counters.ticks, counters.tick.samples], [75, 75]);
  equal(counters.busyNs, 64 * 1_000 + 10 * 1e6 + 1_000);
  isOf(counters.tick.p50Ns, 1_024, NODE.tickHistogramShift);
  isOf(counters.tick.p99Ns, 1e6, NODE.tickHistogramShift);
});

Deno.test("CellFigures.noteTick() notes no age for a tick that reads nothing", () => {
  const { cell, read } = figures();
  cell.tick(1e6, 50e6);
  for (let k = 0; k < 9; k++) cell.tick(1e6);
  const { age, tick } = read();
  deepEqual([age.samples, tick.samples], [1, 10]);
});

Deno.test("CellFigures.deferCounts() keeps counts until the node is part of the graph, and forgoRecord() for good", () => {
  const { cell, read } = figures();
  cell.deferCounts();
  cell.tick(10_000);
  equal(read().ticks, 0);
  cell.enter();
  cell.tick(10_000);
  equal(read().ticks, 2);
  cell.forgoRecord();
  for (let k = 0; k < 10; k++) cell.tick(1e6);
  cell.countError();
  const { ticks, errors, maxTickNs } = read();
  deepEqual([ticks, errors, maxTickNs], [2, 0, 10_000]);
});

Deno.test("CellFigures.noteTick() times each tick where the lane pays for it, and no longer counts it as 64", () => {
  const timing = new TickTiming(false);
  const { cell, read } = figures(timing);
  for (let k = 0; k < 64; k++) cell.tick(1_000);
  timing.earn(64e6);
  for (let k = 0; k < 1_000; k++) cell.tick(k % 100 === 0 ? 20e6 : 1_000);
  const { busyNs, tick } = read();
  equal(tick.samples, 64 + 1_000);
  equal(busyNs, 64 * 1_000 + 10 * 20e6 + 990 * 1_000);
});
