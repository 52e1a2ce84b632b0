/**
 * Lanes that die at every step of their work with slots: acquiring, writing, reading, passing on, retaining, releasing,
 * returning spare slots, and giving up held ones. A step is one write to the memory that lanes share, by the pool, a
 * ring or a frame. The test runs the real pool, links and reclaim.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { POOL } from "../../ffi/layout.gen.ts";
import { acquire, linkPlan } from "../../tests/fixtures/slots.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import type { RingToken } from "../driver/driver.ts";
import { PortableDriver } from "../driver/portable.ts";
import type { Frame } from "../frames/frame.ts";
import { Ledger } from "./ledger.ts";
import type { LinkWriter } from "../links/link.ts";
import { RingLinkReader, RingLinkWriter } from "../links/ring_link.ts";
import { drainRing } from "../live/drain_ring.ts";
import { HOLD_FREE, HOLD_LEFT, MAGAZINE_SIZE, Pool } from "./pool.ts";
import { createPool, type PoolToken } from "./pool_layout.ts";
import { leaveRow, noteDeath, reclaimLane, takeLeftRow } from "./reclaim.ts";

const SLOTS = 40;
const CAPACITY = 3;

/** A lane dies at one step in this many, each lane at a different one; with `SLUICE_DEEP=1` at every step. */
const STRIDE = Deno.env.get("SLUICE_DEEP") === "1" ? 1 : 3;

const SHAPE = { sampleRateHz: 8, channels: 1, sampleCount: 1 };

/** Lanes that live and die. The last row of the table of holds belongs to the control isolate, which does not die. */
const LANES = 3;
const CONTROL = LANES;

/** Links: the writing and the reading lane. The first two have the same writer, which writes each frame to both. */
const LINKS = [{ from: 0, to: 1 }, { from: 0, to: 2 }, { from: 1, to: 2 }] as const;

/** Actions of a lane. */
const ACTS = [
  "acquire",
  "write",
  "flush",
  "read",
  "forward",
  "retain",
  "release",
  "releaseAll",
  "share",
  "sleep",
  "leave",
] as const;

type Act = typeof ACTS[number];

/** Ends a lane without any clean-up. */
class Death extends Error {}

/** Counts the steps of the lane at work, and ends the lane before the step at which it is to die. */
class Fate {
  steps = 0;
  diesAt = Infinity;

  step(): void {
    if (this.steps++ >= this.diesAt) throw new Death();
  }
}

let atWork: Fate | undefined;

const raw = new WeakMap<object, object>();

/** Returns a typed array of which each write counts as a step. */
function watched<T extends object>(view: T): T {
  const proxy = new Proxy(view, {
    get: (target, key) => {
      const value = Reflect.get(target, key, target);
      if (key === "subarray") {
        return (...range: number[]) => watched((value as (...of: number[]) => object).apply(target, range));
      }
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, key, value) => {
      atWork?.step();
      return Reflect.set(target, key, value, target);
    },
  });
  raw.set(proxy, view);
  return proxy;
}

/** Returns `Atomics` of which each write counts as a step. */
function watchedAtomics(): typeof Atomics {
  const reads = ["load", "notify", "isLockFree"];
  const known = globalThis.Atomics as unknown as Record<string, (view: object, ...rest: unknown[]) => unknown>;
  const made: Record<string, unknown> = {};
  for (const name of ["add", "and", "compareExchange", "exchange", "load", "notify", "or", "store", "sub"]) {
    made[name] = (view: object, ...rest: unknown[]) => {
      if (!reads.includes(name)) atWork?.step();
      return known[name](raw.get(view) ?? view, ...rest);
    };
  }
  return made as unknown as typeof Atomics;
}

interface World {
  readonly driver: PortableDriver;
  readonly page: ControlPage;
  readonly token: PoolToken;
  readonly rings: readonly RingToken[];
  readonly control: Pool;
}

function makeWorld(): World {
  const driver = new PortableDriver();
  const sizes = { lanes: LANES + 1, links: LINKS.length, nodes: 1 };
  const arena = driver.createArena(controlBytes(sizes));
  const page = ControlPage.format(driver.openArena(arena), sizes);
  driver.useControl(arena);
  const token = createPool(driver, 0, { name: "p", slotBytes: 64, slots: SLOTS });
  const rings = LINKS.map((_, k) =>
    // One drops the oldest frame, one refuses the newest, one is not written when it is full.
    driver.createRing({ capacity: CAPACITY, evicts: k === 0, linkOffset: page.linkOffset(k) })
  );
  return { driver, page, token, rings, control: new Pool(driver, token, CONTROL, new Ledger()) };
}

/** One thread of a lane. */
class Mortal {
  readonly fate = new Fate();
  readonly pool: Pool;
  readonly ledger = new Ledger();
  readonly #staged: LinkWriter[] = [];
  readonly writers: readonly RingLinkWriter[];
  readonly readers: readonly RingLinkReader[];
  /** Frames of the running tick. */
  readonly mine: Frame[] = [];
  readonly kept: Frame[] = [];

  constructor({ driver, page, token, rings }: World, readonly lane: number, readonly generation: number) {
    this.pool = new Pool(driver, token, lane, this.ledger);
    const { pool } = this;
    pool.u8 = watched(pool.u8);
    pool.u32 = watched(pool.u32);
    pool.i32 = watched(pool.i32);
    const site = { page, driver, pools: [pool], staged: this.#staged, isGivenUp: false };
    const plans = rings.map((ring, k) => ({
      ...linkPlan("audio", (["roll-off", "drop-newest", "lossless"] as const)[k], CAPACITY),
      index: k,
      ring,
    }));
    this.writers = plans.filter((_, k) => LINKS[k].from === lane).map((plan) => new RingLinkWriter(plan, site, 0));
    this.readers = plans.filter((_, k) => LINKS[k].to === lane).map((plan) => new RingLinkReader(plan, site, 0));
  }

  /** @throws {Death} at the step that it dies at */
  act(act: Act): void {
    const { pool, mine, kept } = this;
    switch (act) {
      case "acquire":
        if (pool.ensure(1)) {
          const frame = acquire<Frame>(pool, "audio", SHAPE);
          frame.owned = 0;
          this.#own(frame);
        }
        return;
      case "write":
        return this.#write(mine.shift());
      case "flush":
        for (const writer of this.#staged.splice(0)) writer.flush();
        return;
      case "read":
        for (const reader of this.readers) {
          const frame = reader.take();
          if (frame !== undefined) this.#own(frame);
        }
        return;
      case "forward":
        this.act("read");
        return this.#write(mine.pop());
      case "retain":
        if (mine.length > 0) kept.push(mine[0].retain());
        return;
      case "release":
        if (kept.length > 0) kept.shift()!.release();
        else if (mine.length > 0) mine.shift()!.release();
        return;
      case "releaseAll":
        mine.length = 0;
        this.ledger.releaseAll();
        return;
      case "share":
        return pool.share();
      case "sleep":
        this.act("flush");
        pool.flushMagazine();
        return pool.awaitSlot();
      case "leave":
        return;
    }
  }

  /** Gives back everything, as a lane does that ends well. */
  rest(): void {
    this.act("releaseAll");
    for (const frame of this.kept.splice(0)) frame.release();
    this.act("flush");
    for (const reader of this.readers) {
      for (let frame = reader.take(); frame !== undefined; frame = reader.take()) this.pool.release(frame.slot);
    }
    this.pool.flushMagazine();
  }

  /**
   * Frames that a running step may lose, besides spare slots: staged ones, and those that the ring gives up for them.
   */
  get onTheWay(): number {
    return 2 * this.#staged.length * CAPACITY + 2 * CAPACITY;
  }

  #own(frame: Frame): void {
    this.ledger.add(frame);
    this.mine.push(frame);
  }

  #write(frame: Frame | undefined): void {
    if (frame === undefined || frame.owned === 0) return;
    const writers = this.writers.filter((writer) => writer.room() > 0);
    frame.takeReference("write");
    if (writers.length === 0) return this.pool.release(frame.slot);
    // As an output does: one reference for each link.
    for (let k = 1; k < writers.length; k++) this.pool.retain(frame.slot);
    for (const writer of writers) writer.write(frame);
  }
}

interface Doing {
  readonly lane: number;
  readonly act: Act;
}

/** Asserts what holds between any two acts, whichever lanes are dead. */
function assertConsistent({ control }: World, where: string): void {
  const rows = Array.from({ length: LANES + 1 }, (_, row) => control.holdsOf(row));
  const bitmap = freeIn(control);
  for (let slot = 0; slot < SLOTS; slot++) {
    const references = control.references(slot);
    ok(references >= 0, `${where}: slot ${slot} was given back twice`);
    const holds = rows.map((row) => row[slot]).filter((hold) => hold !== 0 && hold !== HOLD_LEFT);
    const held = holds.filter((hold) => hold < HOLD_FREE).reduce((sum, hold) => sum + hold, 0);
    if (bitmap.has(slot)) deepEqual([references, holds], [0, []], `${where}: slot ${slot} is free and held`);
    ok(held <= references, `${where}: slot ${slot} is held ${held} times, and has ${references} references`);
    ok(holds.filter((hold) => hold === HOLD_FREE).length <= 1, `${where}: two lanes have slot ${slot} at hand`);
  }
}

function freeIn(pool: Pool): ReadonlySet<number> {
  const free = new Set<number>();
  for (let slot = 0; slot < SLOTS; slot++) {
    // The bitmap in the arena: bit set = free.
    const word = pool.u32[POOL.size / 4 + (slot >>> 5)];
    if ((word >>> (slot & 31)) % 2 === 1) free.add(slot);
  }
  return free;
}

/**
 * Runs a script; a lane that dies is brought back by reclaiming its slots and starting a new thread.
 *
 * @param deaths by lane, the last step of each life
 * @returns the number of steps in the first life of each lane
 */
function run(script: readonly Doing[], deaths: readonly (readonly number[])[]): number[] {
  const world = makeWorld();
  const { page, control, driver, rings } = world;
  const steps = Array.from({ length: LANES }, () => 0);
  let mostLost = 0;
  const live = (lane: number, generation: number): Mortal => {
    const made = new Mortal(world, lane, generation);
    made.fate.diesAt = deaths[lane]?.[generation - 1] ?? Infinity;
    return made;
  };
  const lanes = Array.from({ length: LANES }, (_, lane) => live(lane, 1));
  const doing = (lane: number, what: (mortal: Mortal) => void): void => {
    const mortal = lanes[lane];
    const life = { lane, generation: mortal.generation, row: lane };
    const onTheWay = mortal.onTheWay;
    try {
      atWork = mortal.fate;
      what(mortal);
    } catch (error) {
      if (!(error instanceof Death)) throw error;
      atWork = undefined;
      assertConsistent(world, `lane ${lane} has died at step ${mortal.fate.diesAt}`);
      mostLost += MAGAZINE_SIZE + onTheWay;
      ok(noteDeath(page, life));
      const { references, freed, lost } = reclaimLane(control, page, life);
      ok(references >= 0 && freed >= 0);
      equal(lost, 0, "nothing in a row is more than the slots have");
      deepEqual(reclaimLane(control, page, life), { references: 0, freed: 0, lost: 0 }, "the second finds nothing");
      control.flushMagazine();
      lanes[lane] = live(lane, mortal.generation + 1);
    } finally {
      atWork = undefined;
    }
    if (mortal.generation === 1) steps[lane] = mortal.fate.steps;
    assertConsistent(world, `lane ${lane}`);
  };
  for (const { lane, act } of script) {
    if (act === "leave") {
      // A fenced thread has come back: it leaves its row itself, and may die while it does.
      doing(lane, (mortal) => {
        leaveRow([mortal.pool], lane);
        mortal.pool.close();
      });
      const { generation, fate } = lanes[lane];
      takeLeftRow([control], page, { lane, generation, row: lane });
      if (fate.steps > 0) lanes[lane] = live(lane, generation + 1);
    } else doing(lane, (mortal) => mortal.act(act));
  }
  for (let lane = 0; lane < LANES; lane++) doing(lane, (mortal) => mortal.rest());
  for (let lane = 0; lane < LANES; lane++) doing(lane, (mortal) => mortal.rest());
  for (const ring of rings) drainRing(driver.openReader(ring), [control]);
  const free = freeIn(control).size;
  ok(SLOTS - free <= mostLost, `${SLOTS - free} slots are lost, at most ${mostLost} were on their way`);
  const lent = new Set<number>();
  for (let slot = control.takeSlot(); slot >= 0; slot = control.takeSlot()) {
    equal(lent.has(slot), false, `slot ${slot} is lent twice`);
    equal(control.references(slot), 1);
    lent.add(slot);
  }
  equal(lent.size, free);
  return steps;
}

/** All actions of lanes, with full and empty links and pools. */
const EVERYTHING: readonly Doing[] = [
  ...(["acquire", "acquire", "write", "write", "acquire", "retain", "flush"] as const).map((act) => ({ lane: 0, act })),
  ...(["read", "retain", "forward", "flush", "release", "releaseAll"] as const).map((act) => ({ lane: 1, act })),
  ...([
    "acquire",
    "write",
    "acquire",
    "write",
    "acquire",
    "write",
    "flush",
    "acquire",
    "write",
    "acquire",
    "write",
    "flush",
  ] as const)
    .map((act) => ({ lane: 0, act })),
  ...(["read", "read", "retain", "read", "release", "releaseAll", "share", "read", "sleep"] as const)
    .map((act) => ({ lane: 2, act })),
  ...(["forward", "read", "forward", "flush", "releaseAll", "sleep", "acquire", "retain", "leave"] as const)
    .map((act) => ({ lane: 1, act })),
  ...(["release", "releaseAll", "share", "acquire", "acquire", "write", "sleep", "leave"] as const)
    .map((act) => ({ lane: 0, act })),
  ...(["read", "forward", "releaseAll"] as const).map((act) => ({ lane: 1, act })),
  ...(["read", "release", "releaseAll", "acquire", "leave", "read", "sleep"] as const).map((act) => ({ lane: 2, act })),
];

/** Runs `body` with `Atomics` whose writes are steps. */
function watching(body: () => void): void {
  const known = globalThis.Atomics;
  globalThis.Atomics = watchedAtomics();
  try {
    body();
  } finally {
    globalThis.Atomics = known;
  }
}

Deno.test("no death at any step gives a slot back twice, lends it twice, or loses more than was on its way", () => {
  watching(() => {
    const steps = run(EVERYTHING, []);
    for (const [lane, most] of steps.entries()) {
      ok(most > 20, `lane ${lane} makes ${most} steps`);
      for (let at = lane % STRIDE; at < most; at += STRIDE) {
        const deaths: number[][] = [[], [], []];
        deaths[lane] = [at];
        run(EVERYTHING, deaths);
      }
    }
  });
});

Deno.test("lanes that die again and again, whatever they do, leave every other lane's slots alone", () => {
  const doing = fc.record({ lane: fc.nat(LANES - 1), act: fc.constantFrom(...ACTS) });
  const deaths = fc.array(fc.array(fc.nat(80), { maxLength: 4 }), { minLength: LANES, maxLength: LANES });
  watching(() => {
    fc.assert(
      fc.property(fc.array(doing, { minLength: 10, maxLength: 80 }), deaths, (script, at) => void run(script, at)),
    );
  });
});
