import { equal } from "node:assert/strict";
import { controlBytes, ControlPage } from "../../control_page.ts";
import { PortableDriver } from "../../driver/portable.ts";
import { readNodeCounters } from "../../stats.ts";
import { CellFigures } from "../cells/cell_figures.ts";
import { Lane } from "./lane.ts";
import type { LaneInit } from "../messages.ts";

const NOW_NS = 1e9;

class Figures extends CellFigures {
  readonly #lane: Lane;

  constructor(lane: Lane) {
    super(lane.page, 0, lane.timing);
    this.#lane = lane;
  }

  tick(tookNs: number): void {
    if (this.beginTick()) this.noteTick(NOW_NS, NOW_NS + tookNs);
    if (!this.isChanged) this.change();
  }

  protected publishLinks(): void {}

  protected tellChanged(): void {
    this.#lane.changed(this);
  }

  protected tellTimed(tookNs: number): void {
    this.#lane.timed(this, tookNs);
  }
}

function makeLane(): Lane {
  const driver = new PortableDriver();
  const sizes = { lanes: 1, links: 1, nodes: 1 };
  const control = driver.createArena(controlBytes(sizes));
  ControlPage.format(driver.openArena(control), sizes);
  const init = { index: 0, generation: 0, mode: "live", control, pools: [], development: false } as unknown as LaneInit;
  return new Lane(init, {
    driver,
    mayBlock: false,
    post: () => {},
    findType: () => Promise.reject(new Error("no type")),
  });
}

Deno.test("Lane.timed() shows a tick of a millisecond at once, though the nodes after it may keep the lane, and shorter ones in turn", () => {
  const lane = makeLane();
  const figures = new Figures(lane);
  const shown = () => readNodeCounters(lane.page, 0).ticks;
  figures.tick(999_999);
  equal(shown(), 0);
  figures.tick(1_000_000);
  equal(shown(), 2);
  figures.tick(10_000);
  equal(shown(), 2);
  lane.publish();
  equal(shown(), 3);
});
