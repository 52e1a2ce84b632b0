import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { PortableDriver } from "../driver/portable.ts";
import { Ledger } from "../frames/ledger.ts";
import { createPool, MAGAZINE_SIZE, MAX_MAGAZINE, Pool } from "./pool.ts";

/** Notes which lanes were woken. */
class NotingDriver extends PortableDriver {
  readonly woken: number[] = [];

  override signal(lane: number): void {
    this.woken.push(lane);
  }
}

/** Two lanes' views of one pool. */
function twoViews(slots: number, driver = new PortableDriver()): [Pool, Pool] {
  const token = createPool(driver, 0, { name: "p", slotBytes: 64, slots });
  return [new Pool(driver, token, 0, new Ledger()), new Pool(driver, token, 1, new Ledger())];
}

Deno.test("Pool.ensure() takes no more than it must where slots are few", () => {
  const [here, there] = twoViews(3);
  ok(here.ensure(1));
  equal(here.freeInMagazine, 1);
  ok(there.ensure(2));
  equal(here.ensure(2), false);
  equal(here.freeInMagazine, 1);
});

Deno.test("Pool.ensure() fills the magazine where slots are plenty, over the ends of words", () => {
  const [here] = twoViews(70);
  const taken = new Set<number>();
  while (here.ensure(1)) {
    for (let left = here.freeInMagazine; left > 0; left--) taken.add(here.takeSlot());
  }
  equal(taken.size, 70);
  equal(here.freeInBitmap(), 0);
});

Deno.test("Pool.release() gives back half of a full magazine, each slot once", () => {
  const [here, there] = twoViews(40);
  const slots = Array.from({ length: 40 }, () => here.takeSlot());
  for (const slot of slots) here.release(slot);
  ok(here.freeInMagazine <= MAGAZINE_SIZE);
  equal(here.freeInBitmap() + here.freeInMagazine, 40);
  const others = Array.from({ length: here.freeInBitmap() }, () => there.takeSlot());
  const own = Array.from({ length: here.freeInMagazine }, () => here.takeSlot());
  deepEqual([...others, ...own].sort((a, b) => a - b), slots.sort((a, b) => a - b));
  equal(there.takeSlot(), -1);
});

Deno.test("Pool.share() gives back what a magazine has beyond its size, where others wait for slots, and wakes them", () => {
  const driver = new NotingDriver();
  const [here, there] = twoViews(1024, driver);
  ok(here.ensure(1));
  equal(here.freeInMagazine, MAX_MAGAZINE);
  here.share();
  equal(here.freeInMagazine, MAX_MAGAZINE);
  const others = Array.from({ length: 1024 - MAX_MAGAZINE }, () => there.takeSlot());
  equal(there.takeSlot(), -1);
  there.awaitSlot();
  equal(there.ensure(1), false);
  here.share();
  equal(here.freeInMagazine, MAGAZINE_SIZE);
  deepEqual(driver.woken, [1]);
  const shared = Array.from({ length: MAX_MAGAZINE - MAGAZINE_SIZE }, () => there.takeSlot());
  equal(new Set([...others, ...shared]).size, 1024 - MAGAZINE_SIZE);
  equal(there.takeSlot(), -1);
});

Deno.test("Pool.release() keeps at most one slot in 32 of a large pool, each slot once", () => {
  const [here, there] = twoViews(512);
  const slots = Array.from({ length: 512 }, () => here.takeSlot());
  equal(new Set(slots).size, 512);
  for (const slot of slots) {
    here.release(slot);
    ok(here.freeInMagazine <= 16);
  }
  equal(here.freeInBitmap() + here.freeInMagazine, 512);
  here.flushMagazine();
  equal(new Set(Array.from({ length: 512 }, () => there.takeSlot())).size, 512);
});

Deno.test("Pool.flushMagazine() lets others take every slot", () => {
  const [here, there] = twoViews(20);
  ok(here.ensure(1));
  here.flushMagazine();
  equal(here.freeInMagazine, 0);
  equal(new Set(Array.from({ length: 20 }, () => there.takeSlot())).size, 20);
});

Deno.test("Pool.release() refuses a slot that another lane holds and this one does not", () => {
  const [here, there] = twoViews(3);
  const slot = here.takeSlot();
  throws(() => there.release(slot), {
    name: "TypeError",
    message: `Cannot release slot ${slot} of pool "p": it was released before`,
  });
  equal(here.references(slot), 1);
  here.retain(slot);
  here.giveAway(slot);
  there.receive(slot);
  there.release(slot);
  throws(() => there.release(slot), TypeError);
  equal(here.references(slot), 1);
  equal(here.holdsOf(0)[slot], 1);
  here.release(slot);
  throws(() => here.release(slot), TypeError);
  equal(here.freeInMagazine, 1);
});
