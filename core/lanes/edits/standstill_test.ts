import { deepEqual, equal } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { nodeId } from "../../ids.ts";
import { type HeldCell, quiesce, standstillOf } from "./standstill.ts";

/** A node whose tick a test controls. */
class Held implements HeldCell {
  readonly id;
  readonly mode: HeldCell["mode"];
  held = false;
  pending = false;
  waitsForGraph = false;
  woken = 0;

  constructor(id: string, mode: HeldCell["mode"] = "push") {
    this.id = nodeId(id);
    this.mode = mode;
  }

  wake(): void {
    this.woken++;
  }

  /** Starts a tick. @param waitsForGraph whether the tick waits for room or a slot */
  tick(waitsForGraph = false): void {
    this.pending = true;
    this.waitsForGraph = waitsForGraph;
  }

  /** Ends the tick. */
  end(): void {
    this.pending = this.waitsForGraph = false;
  }
}

const wanted = () => false;

/** Waits for several checks of running ticks: a state after that is final. */
async function looks(): Promise<void> {
  for (let k = 0; k < 5; k++) await sleep(2);
}

/** True if a promise settles without an action of the test. */
async function isOver(work: Promise<void>): Promise<boolean> {
  let over = false;
  void work.then(() => over = true);
  await looks();
  return over;
}

Deno.test("quiesce() holds nodes without a tick under way at once", async () => {
  const cells = [new Held("a"), new Held("b")];
  await quiesce(cells, standstillOf(cells.map(({ id }) => id)), wanted);
  deepEqual(cells.map(({ held, woken }) => [held, woken]), [[true, 0], [true, 0]]);
});

Deno.test("quiesce() runs what comes after a tick that waits for the graph, also another lane's and behind one at rest", async () => {
  const [first, between, last] = [new Held("first"), new Held("between"), new Held("last")];
  const together = standstillOf([first, between, last].map(({ id }) => id));
  first.tick(true);
  const here = quiesce([first, last], together, wanted);
  const there = quiesce([between], together, wanted);
  equal(await isOver(here), false);
  deepEqual([first.held, between.held, last.held], [true, false, false]);
  first.end();
  await Promise.all([here, there]);
  deepEqual([first.held, between.held, last.held], [true, true, true]);
});

Deno.test("quiesce() wakes a node that it held when a tick before it comes to wait for the graph", async () => {
  const [first, last] = [new Held("first"), new Held("last")];
  first.tick();
  const rest = quiesce([first, last], standstillOf([first.id, last.id]), wanted);
  equal(await isOver(rest), false);
  deepEqual([last.held, last.woken], [true, 0]);
  first.tick(true);
  await looks();
  deepEqual([last.held, last.woken], [false, 1]);
  first.end();
  await rest;
  deepEqual([last.held, last.woken], [true, 1]);
});

Deno.test("quiesce() begins no tick of a node behind one whose tick is under way, and comes to rest after both", async () => {
  const [first, last] = [new Held("first"), new Held("last")];
  first.tick();
  last.tick();
  const rest = quiesce([first, last], standstillOf([first.id, last.id]), wanted);
  await looks();
  equal(last.held, true);
  last.end();
  equal(await isOver(rest), false);
  first.end();
  await rest;
  equal(last.held, true);
});

Deno.test("quiesce() waits for a lane that has not come to holding its nodes, which are before others", async () => {
  const [first, last] = [new Held("first"), new Held("last")];
  const together = standstillOf([first.id, last.id]);
  const here = quiesce([last], together, wanted);
  equal(await isOver(here), false);
  equal(last.held, false);
  await quiesce([first], together, wanted);
  await here;
  equal(last.held, true);
});

Deno.test("quiesce() leaves out of account the tick of a node that a device drives", async () => {
  const [device, last] = [new Held("device", "external"), new Held("last")];
  device.tick();
  equal(await isOver(quiesce([device, last], standstillOf([device.id, last.id]), wanted)), true);
  deepEqual([device.held, last.held], [true, true]);
});

Deno.test("quiesce() runs what comes after a tick that waits for the graph, though a lane between looks no more", async () => {
  const [first, between, last] = [new Held("first"), new Held("between"), new Held("last")];
  const together = standstillOf([first, between, last].map(({ id }) => id));
  first.tick();
  let isBusy = false;
  const here = quiesce([first, last], together, wanted);
  const there = quiesce([between], together, () => isBusy);
  await looks();
  isBusy = true;
  await there;
  first.tick(true);
  await looks();
  equal(last.held, false);
  first.end();
  await Promise.all([here, quiesce([between], together, wanted)]);
  equal(last.held, true);
});

Deno.test("quiesce() touches no node of an edit that is given up", async () => {
  const [first, last] = [new Held("first"), new Held("last")];
  const nodes = standstillOf([first.id, last.id]);
  await quiesce([first, last], nodes, () => true);
  deepEqual([first.held, last.held], [false, false]);
  let givenUp = false;
  first.tick();
  const rest = quiesce([first, last], nodes, () => givenUp);
  await looks();
  givenUp = true;
  await rest;
  last.held = false;
  await looks();
  equal(last.held, false);
});
