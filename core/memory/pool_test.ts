import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { PortableDriver } from "../driver/portable.ts";
import { Ledger } from "./ledger.ts";
import { MAGAZINE_SIZE, MAX_MAGAZINE, Pool } from "./pool.ts";
import { createPool } from "./pool_layout.ts";

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

Deno.test("Pool.takeSlot() uses the same few slots over and over, though another lane frees them", () => {
  const [here, there] = twoViews(1024);
  const used = new Set<number>();
  for (let round = 0; round < 200; round++) {
    const slots = Array.from({ length: 16 }, () => here.takeSlot());
    for (const slot of slots) {
      used.add(slot);
      here.giveAway(slot);
      there.receive(slot);
      there.release(slot);
    }
  }
  ok(used.size <= 16 + 2 * MAX_MAGAZINE, `${used.size} slots were used`);
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

Deno.test("Pool wakes each lane that waits for a slot, whatever its number", () => {
  for (const lanes of [[1], [31], [32], [63], [1, 31, 32, 63]]) {
    const driver = new NotingDriver();
    const token = createPool(driver, 0, { name: "p", slotBytes: 64, slots: 1 });
    const here = new Pool(driver, token, 0, new Ledger());
    const slot = here.takeSlot();
    for (const lane of lanes) new Pool(driver, token, lane, new Ledger()).awaitSlot();
    here.release(slot);
    deepEqual(driver.woken, lanes);
    equal(here.freeInBitmap(), 1, "the slot is where the others find it");
  }
});

Deno.test("Pool.release() wakes a lane that came to wait while a full magazine gave half of its slots back", () => {
  const driver = new NotingDriver();
  const [here, there] = twoViews(20, driver);
  const slots = Array.from({ length: 20 }, () => here.takeSlot());
  for (const slot of slots.slice(0, MAGAZINE_SIZE)) here.release(slot);
  equal(here.freeInMagazine, MAGAZINE_SIZE);
  equal(there.takeSlot(), -1);
  // After `release()` has looked for waiting lanes, and before the slots are in the bitmap.
  duringNextOr(() => there.awaitSlot(), () => here.release(slots[MAGAZINE_SIZE]));
  deepEqual(driver.woken, [1]);
  ok(there.takeSlot() >= 0);
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

Deno.test("Pool.takeSlot() counts each time that it finds no slot, for every lane to see", () => {
  const [here, there] = twoViews(1);
  here.takeSlot();
  equal(here.exhausted, 0);
  equal(here.takeSlot(), -1);
  equal(there.takeSlot(), -1);
  deepEqual([here.exhausted, there.exhausted], [2, 2]);
});

Deno.test("Pool.releaseForeign() refuses a slot that is free, however often, and leaves it fit to be taken", () => {
  const [here, there] = twoViews(1);
  const slot = here.takeSlot();
  here.giveAway(slot);
  there.releaseForeign(slot);
  for (let again = 0; again < 2; again++) {
    throws(() => here.releaseForeign(slot), TypeError);
    equal(here.references(slot), 0);
  }
  there.flushMagazine();
  equal(here.takeSlot(), slot);
  equal(here.references(slot), 1);
  equal(here.takeSlot(), -1, "it is free once");
});

Deno.test("Pool.takeSlot() stops a guarded reading once the next takes are not sure to succeed", () => {
  const [here] = twoViews(6);
  let stops = 0;
  ok(here.ensure(3));
  here.guard({ stopReading: () => stops++ }, 2);
  const told = [1, 2].map(() => {
    here.takeSlot();
    return stops;
  });
  deepEqual(told, [0, 1], "with two left, and with one");
  here.endGuard();
  here.takeSlot();
  equal(stops, 1);
});

/** Runs `meanwhile`, as another lane could, before the next `Atomics.or` of `action`. */
function duringNextOr(meanwhile: () => void, action: () => void): void {
  const { or } = Atomics;
  Atomics.or = ((...args: Parameters<typeof or>) => {
    Atomics.or = or;
    meanwhile();
    return or(...args);
  }) as typeof or;
  try {
    action();
  } finally {
    Atomics.or = or;
  }
}
