/** A lane dies at any point of its work with slots: its references come back, and no slot is freed twice. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { isLeftToOtherRun } from "../../tests/fixtures/each_driver.ts";
import { LANE, LINK, POOL, SLOT } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import { openNativeDriver } from "../driver/native.ts";
import { PortableDriver } from "../driver/portable.ts";
import { Ledger } from "./ledger.ts";
import { HOLD_MANY, MAGAZINE_SIZE, Pool } from "./pool.ts";
import { createPool } from "./pool_layout.ts";
import { countLaneLost, countSetAside, isLaneDead, leaveRow, noteDeath, reclaimLane, takeLeftRow } from "./reclaim.ts";

const SLOTS = 6;
const LIFE = { lane: 1, generation: 1, row: 1 };

/** Actions of a lane on its slots. Its death may part the two steps of each. */
type Act = "ensure" | "take" | "retain" | "release" | "giveAway" | "flush";

function setUp(driver: Driver = new PortableDriver(), slots = SLOTS) {
  const sizes = { lanes: 2, links: 1, nodes: 1 };
  const control = driver.createArena(controlBytes(sizes));
  const page = ControlPage.format(driver.openArena(control), sizes);
  driver.useControl(control);
  const token = createPool(driver, 0, { name: "p", slotBytes: 64, slots });
  return {
    page,
    control,
    token,
    living: new Pool(driver, token, 0, new Ledger()),
    dying: new Pool(driver, token, 1, new Ledger()),
  };
}

function proveDeath(page: ControlPage): void {
  page.u32[(page.laneOffset(1) + LANE.deadGeneration) >> 2] = 1;
}

function referencesOf(pool: Pool, slot: number): number {
  return pool.i32[(pool.slotOffset(slot) + SLOT.refCount) >> 2];
}

/** Makes the lane die at its n-th write to its row of the table of holds. */
function dieAtWrite(pool: Pool, n: number): void {
  let left = n;
  const guard = <T extends object>(view: T): T =>
    new Proxy(view, {
      get: (target, key) => {
        const value = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
      set: (target, key, value) => {
        if (left-- <= 0) throw new Error("dead");
        return Reflect.set(target, key, value, target);
      },
    });
  pool.u8 = guard(pool.u8);
}

// With few slots a lane takes them one by one, with many a magazine at a time.
for (const { slots, mostLost } of [{ slots: SLOTS, mostLost: 1 }, { slots: 40, mostLost: MAGAZINE_SIZE }]) {
  Deno.test(`reclaimLane() gives every slot of ${slots} back exactly once, whatever the dead lane did before`, () => {
    const acts = fc.array(fc.constantFrom<Act>("ensure", "take", "take", "retain", "release", "giveAway", "flush"), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(acts, fc.nat(60), (steps, deathAt) => {
        const { page, living, dying } = setUp(undefined, slots);
        const mine: number[] = [];
        /** References of a ring. */
        const inRing: number[] = [];
        dieAtWrite(dying, deathAt);
        try {
          for (const step of steps) {
            if (step === "take") {
              const slot = dying.takeSlot();
              if (slot >= 0) mine.push(slot);
            } else if (step === "ensure") dying.ensure(1);
            else if (step === "flush") dying.flushMagazine();
            else if (mine.length > 0) {
              if (step === "retain") {
                dying.retain(mine[0]);
                mine.push(mine[0]);
              } else if (step === "release") dying.release(mine.shift()!);
              else {
                dying.giveAway(mine[0]);
                inRing.push(mine.shift()!);
              }
            }
          }
        } catch (error) {
          equal((error as Error).message, "dead");
        }
        proveDeath(page);
        reclaimLane(living, page, LIFE);
        deepEqual(reclaimLane(living, page, LIFE), { references: 0, freed: 0, lost: 0 });
        for (const slot of inRing) living.releaseForeign(slot);
        living.flushMagazine();
        let free = 0;
        for (let slot = 0; slot < slots; slot++) {
          const references = referencesOf(living, slot);
          ok(references >= 0, `slot ${slot} was given back twice`);
          if (references === 0) free++;
        }
        ok(living.freeInBitmap() <= free, "a slot is free that somebody refers to");
        ok(living.freeInBitmap() >= slots - mostLost, `${slots - living.freeInBitmap()} slots are lost`);
        const lent = new Set<number>();
        for (let slot = living.takeSlot(); slot >= 0; slot = living.takeSlot()) {
          equal(lent.has(slot), false, "a slot is lent twice");
          lent.add(slot);
        }
      }),
      { numRuns: 1000 },
    );
  });
}

Deno.test("reclaimLane() refuses while the lane's death is not proved", () => {
  const { page, living, dying } = setUp();
  dying.takeSlot();
  throws(() => reclaimLane(living, page, LIFE), { code: "Busy", message: /its thread may still run; quarantine them/ });
  equal(countSetAside(living, 1), 1);
});

Deno.test("noteDeath() tells the first that says it of a thread, and takes nothing back that a later one has said", () => {
  const { page } = setUp();
  const said = [1, 1, 3, 2].map((generation) => noteDeath(page, { lane: 1, generation }));
  deepEqual(said, [true, false, true, false]);
  deepEqual([3, 4].map((generation) => isLaneDead(page, { lane: 1, generation })), [true, false]);
});

Deno.test("leaveRow() gives back what a thread holds, and its row goes to another one once", () => {
  const { living, dying, page } = setUp();
  const shared = dying.takeSlot();
  living.retain(shared);
  dying.ensure(3);
  equal(takeLeftRow([living], page, LIFE), false);
  leaveRow([dying], 1);
  equal(countSetAside(living, 1), 0);
  deepEqual([living.references(shared), living.freeInBitmap()], [1, SLOTS - 1]);
  equal(takeLeftRow([living], page, LIFE), true);
  equal(takeLeftRow([living], page, LIFE), false);
  ok(living.holdsOf(1).every((hold) => hold === 0));
});

Deno.test("takeLeftRow() gives back what a thread still held that has ended, and no other", () => {
  const { living, dying, page } = setUp();
  dying.ensure(2);
  dying.takeSlot();
  const ended = index32(page.laneOffset(LIFE.row) + LANE.rowEnded);
  page.u32[ended] = 1 << 24 | 2;
  equal(takeLeftRow([living], page, LIFE), false, "another one has ended");
  ok(countSetAside(living, 1) > 0);
  page.u32[ended] = 1 << 24 | 1;
  equal(takeLeftRow([living], page, LIFE), true);
  deepEqual([countSetAside(living, 1), living.freeInBitmap()], [0, SLOTS]);
});

Deno.test("a thread that was given up and its successor note what they hold in rows of their own", () => {
  const driver = new PortableDriver();
  const { token, dying } = setUp(driver);
  const next = new Pool(driver, token, 1, new Ledger(), 2);
  const slot = dying.takeSlot();
  next.receive(slot);
  dying.giveAway(slot);
  deepEqual([countSetAside(next, 1), countSetAside(next, 2)], [0, 1]);
});

Deno.test("reclaimLane() leaves alone what other lanes hold of the same slot", () => {
  const { page, living, dying } = setUp();
  const slot = dying.takeSlot();
  dying.retain(slot);
  living.retain(slot);
  proveDeath(page);
  deepEqual(reclaimLane(living, page, LIFE), { references: 2, freed: 0, lost: 0 });
  equal(living.references(slot), 1);
  living.release(slot);
  equal(living.references(slot), 0);
});

Deno.test("reclaimLane() counts a slot as lost to which the lane had more references than its row can tell", () => {
  const { page, living, dying } = setUp();
  const slot = dying.takeSlot();
  for (let k = 1; k < HOLD_MANY + 5; k++) dying.retain(slot);
  proveDeath(page);
  deepEqual(reclaimLane(living, page, LIFE), { references: 0, freed: 0, lost: 1 });
  equal(living.u32[POOL.quarantined >> 2], 1);
});

Deno.test("reclaimLane() leaves alone a slot to which the lane noted more references than there are, and counts it", () => {
  const { page, living, dying } = setUp();
  const [slot, free] = [dying.takeSlot(), dying.takeSlot()];
  living.retain(slot);
  dying.release(free);
  dying.flushMagazine();
  // Whatever the row holds, no other lane may suffer from it.
  dying.holdsOf(1)[slot] = 5;
  dying.holdsOf(1)[free] = 1;
  proveDeath(page);
  deepEqual(reclaimLane(living, page, LIFE), { references: 0, freed: 0, lost: 2 });
  equal(living.u32[POOL.quarantined >> 2], 2);
  deepEqual([referencesOf(living, slot), referencesOf(living, free)], [2, 0]);
  living.release(slot);
  equal(referencesOf(living, slot), 1);
});

Deno.test("countLaneLost() makes a link's counts add up again", () => {
  const { page } = setUp();
  const at = page.linkOffset(0) >> 3;
  page.f64[at + (LINK.written >> 3)] = 10;
  page.f64[at + (LINK.read >> 3)] = 3;
  page.f64[at + (LINK.droppedFull >> 3)] = 2;
  page.f64[at + (LINK.droppedToKey >> 3)] = 1;
  equal(countLaneLost(page, 0, 1), 3);
  equal(countLaneLost(page, 0, 1), 0);
  deepEqual([LINK.written, LINK.droppedLaneLost].map((field) => page.f64[at + (field >> 3)]), [10, 3]);
});

Deno.test("countLaneLost() counts frames as written that a dead end had handed over and not counted", () => {
  const { page } = setUp();
  const at = page.linkOffset(0) >> 3;
  page.f64[at + (LINK.written >> 3)] = 4;
  page.f64[at + (LINK.read >> 3)] = 3;
  equal(countLaneLost(page, 0, 3), 0);
  equal(page.f64[at + (LINK.written >> 3)], 6);
  equal(countLaneLost(page, 0, 3), 0);
  equal(page.f64[at + (LINK.written >> 3)], 6);
});

Deno.test({
  name: "reclaimLane() gives back what a worker held that ended in the middle, by the library's proof",
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: async () => {
    const driver = openNativeDriver();
    const { page, control, token, living } = setUp(driver, 40);
    const worker = new Worker(new URL("./fixtures/slot_taker.ts", import.meta.url).href, { type: "module" });
    const died = new Promise<number>((resolve) => worker.onmessage = (event) => resolve(event.data));
    worker.postMessage({ driver: driver.token, control, pool: token, how: "die", slots: 20 });
    equal(await died, 20);
    while (!isLaneDead(page, LIFE)) await driver.parkAsync(0, page.bell(0), 5);
    const { references, lost } = reclaimLane(living, page, LIFE);
    deepEqual([references, lost], [20, 0]);
    living.flushMagazine();
    equal(living.freeInBitmap(), 40);
  },
});

for (const kind of ["native", "portable"] as const) {
  Deno.test({
    name: `${kind}: Pool never lends a slot to two workers at once`,
    ignore: isLeftToOtherRun(kind),
    fn: async () => {
      const driver = kind === "native" ? openNativeDriver() : new PortableDriver();
      const { control, token, living } = setUp(driver, 24);
      const results = await Promise.all([0, 1].map((lane) => {
        const worker = new Worker(new URL("./fixtures/slot_taker.ts", import.meta.url).href, { type: "module" });
        return new Promise<number>((resolve, reject) => {
          worker.onmessage = (event) => resolve(event.data);
          worker.onerror = (event) => reject(new Error(event.message));
          worker.postMessage({ driver: driver.token, control, pool: token, how: "share", lane, rounds: 60_000 });
        }).finally(() => worker.terminate());
      }));
      deepEqual(results, [0, 0], "slots that two workers had at once");
      equal(living.freeInBitmap(), 24);
    },
  });
}
