import { equal } from "node:assert/strict";
import { controlBytes, ControlPage } from "../control_page.ts";
import { readNodeCounters } from "../stats.ts";
import { CellFigures } from "./cell_figures.ts";
import { LaneLoop, type LoopHost } from "./lane_loop.ts";

const NOW_NS = 1e9;

class Figures extends CellFigures {
  protected publishLinks(): void {}

  tick(tookNs: number): void {
    if (this.beginTick()) this.noteTick(NOW_NS, NOW_NS + tookNs);
    if (!this.isChanged) this.change();
  }
}

Deno.test("LaneLoop.timed() shows a tick of a millisecond at once, though the nodes after it may keep the lane, and shorter ones in turn", () => {
  const sizes = { lanes: 1, links: 1, nodes: 1 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const host = { index: 0, init: { generation: 0 }, mode: "live", page, mayBlock: false };
  const loop = new LaneLoop(host as unknown as LoopHost);
  const figures = new Figures({
    page,
    timing: loop.timing,
    changed: (each) => loop.changed(each),
    timed: (each, tookNs) => loop.timed(each, tookNs),
  }, 0);
  const shown = () => readNodeCounters(page, 0).ticks;
  figures.tick(999_999);
  equal(shown(), 0);
  figures.tick(1_000_000);
  equal(shown(), 2);
  figures.tick(10_000);
  equal(shown(), 2);
  loop.publish();
  equal(shown(), 3);
});
