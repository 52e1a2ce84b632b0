import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { SLOT } from "../../ffi/layout.gen.ts";
import type { Driver } from "../driver/driver.ts";
import { chooseDriver } from "../driver/open.ts";
import { Ledger } from "./ledger.ts";
import { Pool } from "./pool.ts";
import { PoolGate } from "./pool_gate.ts";
import { createPool, growToken } from "./pool_layout.ts";

/** Makes a pool, with the views of two lanes and of the control isolate. */
function make(driver: Driver, slots: number, maxSlots: number) {
  let token = createPool(driver, 0, { name: "p", slotBytes: 8192, slots, maxSlots });
  const control = new Pool(driver, token, 0, new Ledger());
  const lanes = [1, 2].map((lane) => new Pool(driver, token, lane, new Ledger()));
  const gate = new PoolGate(control);
  const cover = (count: number) => {
    token = growToken(driver, token, count);
    for (const pool of [control, ...lanes]) pool.grow(token);
  };
  return { control, lanes, gate, cover, release: () => driver.releaseArena(token.arena) };
}

/** Takes all free slots. */
function drain(pool: Pool): number[] {
  const taken: number[] = [];
  for (let slot = pool.takeSlot(); slot >= 0; slot = pool.takeSlot()) taken.push(slot);
  return taken;
}

const driver = () => chooseDriver(Deno.env.get("SLUICE_NATIVE") === "off" ? "off" : "auto").driver;

Deno.test("PoolGate.open() lends slots that were there before, and those that lanes cover since", () => {
  const { lanes: [near, far], gate, cover, release } = make(driver(), 40, 100);
  equal(drain(near).length, 40);
  cover(70);
  equal(far.takeSlot(), -1, "they are covered, and not lent");
  gate.open(70);
  const late = drain(far);
  deepEqual(late.toSorted((a, b) => a - b), Array.from({ length: 30 }, (_, k) => 40 + k));
  // Both views see the same contents of a slot that was added.
  far.f64[far.headerAt(69) / 2 + 8] = 1234;
  equal(near.f64[near.headerAt(69) / 2 + 8], 1234);
  release();
});

Deno.test("PoolGate.shut() takes free slots at once, and the others when lanes let them go", () => {
  const { control, lanes: [near], gate, release } = make(driver(), 96, 96);
  const all = drain(near);
  for (const slot of all) if (slot !== 90 && slot >= 10) near.release(slot);
  near.flushMagazine();
  gate.shut(32);
  equal(control.freeInBitmap(), 22);
  equal(gate.out, 1);
  near.release(90);
  near.share();
  gate.collect();
  equal(gate.out, 0);
  equal(drain(near).length, 22);
  gate.open(96);
  equal(drain(near).length, 64);
  release();
});

Deno.test("Pool.share() returns slots at hand that are lent no longer", () => {
  const { lanes: [near], gate, release } = make(driver(), 64, 64);
  const all = drain(near);
  for (const slot of all.slice(-3)) near.release(slot);
  for (const slot of all.slice(0, -3)) near.release(slot);
  gate.shut(1);
  near.share();
  ok(near.freeInMagazine <= 1);
  gate.collect();
  equal(gate.out, 0);
  release();
});

Deno.test("a slot's generation goes on after its memory was given back", () => {
  const { lanes: [near], gate, release } = make(driver(), 64, 64);

  const generation = (slot: number) => near.u32[near.headerAt(slot) + (SLOT.generation >> 2)];
  const taken = drain(near);
  for (const slot of taken) {
    equal(generation(slot), 1);
    near.release(slot);
  }
  near.flushMagazine();
  gate.shut(1);
  equal(gate.out, 0);
  gate.open(64);
  const again = drain(near);
  equal(again.length, 64);
  for (const slot of again) equal(generation(slot), 2);
  release();
});

Deno.test("PoolGate lends each slot once, whatever is opened, shut, taken and let go", () => {
  const step = fc.record({
    does: fc.constantFrom("open", "shut", "take", "free", "share"),
    lane: fc.nat(1),
    n: fc.nat(99),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { control, lanes, gate, cover, release } = make(driver(), 20, 100);
      const held: Set<number>[] = [new Set(), new Set()];
      for (const { does, lane, n } of steps) {
        const pool = lanes[lane];
        if (does === "open" && n + 1 > gate.slots) {
          cover(n + 1);
          gate.open(n + 1);
        } else if (does === "shut" && n + 1 < gate.slots) gate.shut(n + 1);
        else if (does === "take") {
          const slot = pool.takeSlot();
          if (slot < 0) continue;
          ok(!held[0].has(slot) && !held[1].has(slot), `slot ${slot} was lent twice`);
          held[lane].add(slot);
        } else if (does === "free") {
          for (const slot of [...held[lane]].slice(0, n % 5)) {
            held[lane].delete(slot);
            pool.release(slot);
          }
        } else pool.share();
        gate.collect();
      }
      for (const [lane, slots] of held.entries()) for (const slot of slots) lanes[lane].release(slot);
      for (const pool of lanes) {
        pool.share();
        pool.flushMagazine();
      }
      gate.collect();
      equal(gate.out, 0);
      equal(control.freeInBitmap(), gate.slots);
      release();
    }),
    { numRuns: 200 },
  );
});
