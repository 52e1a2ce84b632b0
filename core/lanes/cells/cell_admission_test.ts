import { deepEqual, equal } from "node:assert/strict";
import { BLOCKED } from "../../../ffi/layout.gen.ts";
import { port } from "../../../tests/fixtures/define.ts";
import { acquire, bench, linkPlan } from "../../../tests/fixtures/slots.ts";
import type { AudioFrame } from "../../frames/audio_frame.ts";
import { PortableDriver } from "../../driver/portable.ts";
import { Ledger } from "../../memory/ledger.ts";
import type { LinkWriter, Wakeable } from "../../links/link.ts";
import { LocalLink } from "../../links/local_link.ts";
import { Pool } from "../../memory/pool.ts";
import { createPool } from "../../memory/pool_layout.ts";
import type { InputPort } from "../../ports/input_port.ts";
import type { OutputPort } from "../../ports/output_port.ts";
import type { NodeDescriptor } from "../../descriptor/descriptor.ts";
import { CellAdmission } from "./cell_admission.ts";

const AUDIO = { sampleRateHz: 1, channels: 1, sampleCount: 1 };

/** The most audio frames that a node takes in a tick. */
const MOST = 64;

const NONE: NodeDescriptor["inputs"] = [];

/** Notes which lanes were woken. */
class NotingDriver extends PortableDriver {
  readonly woken: number[] = [];

  override signal(lane: number): void {
    this.woken.push(lane);
  }
}

/** A node of lane 0. */
class Cell extends CellAdmission {
  readonly ledger = new Ledger();

  givesWay(): boolean {
    return false;
  }

  protected override tellChanged(): void {}
  protected override tellTimed(): void {}

  /** Reads as a tick does until it may not. @returns frames read through the open end, and frames read one by one */
  tick(link: LocalLink): [number, number] {
    this.beginTick();
    this.admit();
    this.openEnds();
    let open = 0;
    while (link.takeOpen() !== undefined) open++;
    let single = 0;
    for (; this.mayRead() && link.take() !== undefined; single++) this.reads++;
    return [open, single];
  }
}

/** An output without links, as far as admission looks at it. */
function output(pool: Pool, burst: number): OutputPort {
  const descriptor = port({ name: "out", direction: "output", kind: "audio", burst });
  return { descriptor, pool, links: [], shownLinks: [], losslessLinks: [] } as unknown as OutputPort;
}

/** Two lanes' views of one pool, and a node of the first lane that takes `burst` slots at once. */
function starving(slots: number, burst: number) {
  const driver = new NotingDriver();
  const { page } = bench(1);
  const token = createPool(driver, 0, { name: "p", slotBytes: 64, slots });
  const [here, there] = [0, 1].map((lane) => new Pool(driver, token, lane, new Ledger()));
  const cell = new Cell(
    page,
    0,
    { mode: "loop", trigger: "any", inputs: NONE } as Partial<NodeDescriptor> as NodeDescriptor,
    false,
  );
  cell.outputs.push(output(here, burst));
  cell.seal();
  return { driver, cell, here, there };
}

Deno.test("CellAdmission.admit() asks for a slot, so that one freed on another lane wakes the node's own", () => {
  const { driver, cell, there } = starving(1, 1);
  const slot = there.takeSlot();
  equal(cell.admit(), false);
  equal(cell.blocked, BLOCKED.pool);
  deepEqual(driver.woken, []);
  there.release(slot);
  deepEqual(driver.woken, [0]);
  equal(cell.admit(), true);
  equal(cell.blocked, BLOCKED.none);
});

Deno.test("CellAdmission.admit() takes a slot that was freed after it looked and before it asked: nobody would wake it", () => {
  const { driver, cell, here, there } = starving(1, 1);
  const slot = there.takeSlot();
  const { awaitSlot } = here;
  here.awaitSlot = () => {
    there.release(slot);
    there.flushMagazine();
    awaitSlot.call(here);
  };
  equal(cell.admit(), true);
  deepEqual([cell.blocked, here.exhausted, driver.woken], [BLOCKED.none, 0, []]);
});

Deno.test("CellAdmission.admit() takes room that came after it looked and before it asked, and waits where there is none", () => {
  const { page, pool } = bench(8);
  const cell = new Cell(
    page,
    0,
    { mode: "loop", trigger: "any", inputs: NONE } as Partial<NodeDescriptor> as NodeDescriptor,
    false,
  );
  let asked = 0;
  const link = {
    plan: linkPlan("audio", "lossless", 4),
    room: () => 0,
    awaitRoom: () => asked,
  } as unknown as LinkWriter;
  cell.outputs.push(
    { ...output(pool, 2), links: [link], shownLinks: [link], losslessLinks: [link] } as unknown as OutputPort,
  );
  cell.seal();
  equal(cell.admit(), false);
  equal(cell.blocked, BLOCKED.link);
  asked = 1;
  equal(cell.admit(), false, "room for one of two");
  asked = 2;
  equal(cell.admit(), true);
  equal(cell.blocked, BLOCKED.none);
});

Deno.test("CellAdmission.admit() counts one wait for slots once, however often it looks", () => {
  const { cell, here, there } = starving(2, 2);
  for (let wait = 1; wait <= 2; wait++) {
    const slots = [there.takeSlot(), there.takeSlot()];
    for (let look = 0; look < 3; look++) equal(cell.admit(), false);
    there.release(slots[0]);
    equal(cell.admit(), false, "one slot of two");
    equal(here.exhausted, wait);
    there.release(slots[1]);
    equal(cell.admit(), true);
    here.flushMagazine();
    there.flushMagazine();
  }
});

for (
  const [how, pools, development] of [["open", 1, false], ["checked", 1, true], ["of two pools", 2, false]] as const
) {
  Deno.test(`CellAdmission.mayRead() ends a tick after the most frames that it may take (${how})`, () => {
    const { page, pool } = bench(200);
    const link = new LocalLink(linkPlan("audio", "lossless", 150), page);
    for (let k = 0; k < 150; k++) link.write(acquire<AudioFrame>(pool, "audio", AUDIO));
    // Links that lead from a node to itself have no open ends.
    link.reader = {} as Wakeable;
    const cell = new Cell(
      page,
      0,
      { mode: "push", trigger: "any", inputs: NONE } as Partial<NodeDescriptor> as NodeDescriptor,
      development,
    );
    cell.inputs.push({ link } as unknown as InputPort);
    for (let k = 0; k < pools; k++) cell.outputs.push(output(k === 0 ? pool : bench(8).pool, 1));
    cell.seal();
    const isOpen = how === "open";
    const ticks = [cell.tick(link), cell.tick(link), cell.tick(link)];
    deepEqual(ticks, [MOST, MOST, 150 - 2 * MOST].map((most) => isOpen ? [most, 0] : [0, most]));
  });
}

Deno.test("CellAdmission.openEnds() lets a tick read no frame for which its pool has no slot", () => {
  const { page, pool } = bench(20);
  const link = new LocalLink(linkPlan("audio", "lossless", 20), page);
  for (let k = 0; k < 20; k++) link.write(acquire<AudioFrame>(pool, "audio", AUDIO));
  link.reader = {} as Wakeable;
  const scarce = bench(3).pool;
  const cell = new Cell(
    page,
    0,
    { mode: "push", trigger: "any", inputs: NONE } as Partial<NodeDescriptor> as NodeDescriptor,
    false,
  );
  cell.inputs.push({ link } as unknown as InputPort);
  cell.outputs.push(output(scarce, 1));
  cell.seal();
  cell.beginTick();
  cell.admit();
  cell.openEnds();
  equal(cell.isOpen, true);
  const slots: number[] = [];
  while (link.takeOpen() !== undefined || (cell.mayRead() && link.take() !== undefined)) slots.push(scarce.takeSlot());
  deepEqual([slots.length, slots.includes(-1), link.available()], [3, false, 17]);
});
