import { deepEqual, equal, ok } from "node:assert/strict";
import { NODE } from "../../../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "../../control_page.ts";
import { bucketOf, bucketStartNs } from "../../stats/histogram.ts";
import { readNodeCounters } from "../../stats.ts";
import { CellFigures } from "./cell_figures.ts";
import { TickTiming } from "./tick_timing.ts";

const NOW_NS = 1e9;

class Figures extends CellFigures {
  protected publishLinks(): void {}
  protected tellChanged(): void {}
  protected tellTimed(): void {}

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
  const cell = new Figures(page, 1, timing);
  return {
    cell,
    read: () => {
      cell.publish();
      return readNodeCounters(page, 1);
    },
  };
}

/** True if a quantile represents a duration: both fall into one bucket. */
function isOf(quantileNs: number, durationNs: number, shift: number): void {
  const bucket = bucketOf(durationNs, shift);
  const [from, to] = [bucketStartNs(bucket, shift), bucketStartNs(bucket + 1, shift)];
  ok(quantileNs >= from && quantileNs < to, `${quantileNs} ns, wanted ${from} to ${to}`);
}

Deno.test("CellFigures.noteTick() lets a short tick stand for those not timed before it, and keeps age and tick apart", () => {
  const { cell, read } = figures();
  for (let k = 0; k < 6400; k++) cell.tick(10_000, 50e6);
  const counters = read();
  deepEqual([counters.ticks, counters.maxTickNs], [6400, 10_000]);
  const { samples } = counters.tick;
  ok(samples <= 6400 && samples > 6400 - 64, `${samples}`);
  deepEqual([counters.busyNs, counters.age.samples], [samples * 10_000, samples]);
  for (const quantile of ["p50Ns", "p99Ns"] as const) {
    isOf(counters.tick[quantile], 10_000, NODE.tickHistogramShift);
    isOf(counters.age[quantile], 50e6, NODE.ageHistogramShift);
  }
});

Deno.test("CellFigures.noteTick() counts no tick that has not been, whichever is the first to be timed", () => {
  for (const firstNs of [19_000, 50e6]) {
    const { cell, read } = figures();
    cell.tick(firstNs);
    deepEqual([read().busyNs, read().tick.samples], [firstNs, 1]);
    for (let k = 1; k < 10; k++) cell.tick(1_000);
    const { busyNs, tick } = read();
    ok(tick.samples <= 10 && tick.samples >= 5, `${tick.samples}`);
    equal(busyNs, firstNs + (tick.samples - 1) * 1_000);
  }
});

Deno.test("CellFigures.noteTick() times each tick from the first long one on, until one is short again", () => {
  const { cell, read } = figures();
  for (let k = 0; k < 128; k++) cell.tick(1_000);
  const before = read().tick.samples;
  for (let k = 0; k < 64; k++) cell.tick(1e6);
  const long = (read().busyNs - before * 1_000) / 1e6;
  ok(long >= 1 && read().tick.samples === before + long, `${long}`);
  for (let k = 0; k < 10; k++) cell.tick(1e6);
  equal(read().busyNs, before * 1_000 + (long + 10) * 1e6);
  cell.tick(1_000);
  const { busyNs, tick, ticks } = read();
  deepEqual([ticks, tick.samples], [203, 203]);
  equal(busyNs, (long + 10) * 1e6 + (203 - long - 10) * 1_000);
  isOf(tick.p50Ns, 1_024, NODE.tickHistogramShift);
});

Deno.test("CellFigures.noteCall() leaves what an asynchronous tick awaits out of the work, and in the time of the tick", () => {
  const { cell, read } = figures();
  cell.beginTick();
  cell.noteCall(10_000);
  cell.noteTick(0, 1e9);
  deepEqual([read().busyNs, read().maxTickNs], [10_000, 1e9]);
  cell.tick(30_000);
  equal(read().busyNs, 40_000);
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

Deno.test("CellFigures.noteTick() times each tick where the lane pays for it, and lets it stand for itself", () => {
  const timing = new TickTiming(false);
  const { cell, read } = figures(timing);
  for (let k = 0; k < 64; k++) cell.tick(1_000);
  timing.earn(64e6);
  for (let k = 0; k < 1_000; k++) cell.tick(k % 100 === 50 ? 20e6 : 1_000);
  const { busyNs, tick } = read();
  equal(tick.samples, 64 + 1_000);
  equal(busyNs, 64 * 1_000 + 10 * 20e6 + 990 * 1_000);
});
