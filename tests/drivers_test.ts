/**
 * One suite against both drivers: rings, inboxes, parking, pools, and whole graphs across lanes. It prints how many
 * tests each driver ran.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { controlBytes, ControlPage } from "../core/control_page.ts";
import { type Driver, RING_ACCEPTED, RING_BATCH, RING_NONE, type RingToken } from "../core/driver/driver.ts";
import { openNativeDriver } from "../core/driver/native.ts";
import { openDriver } from "../core/driver/open.ts";
import { PortableDriver } from "../core/driver/portable.ts";
import { Ledger } from "../core/memory/ledger.ts";
import type { LinkPolicy } from "../core/links/policy.ts";
import { Pool, POOL_INBOX_BIT } from "../core/memory/pool.ts";
import { createPool } from "../core/memory/pool_layout.ts";
import { Runtime } from "../core/runtime.ts";
import { ENTRY } from "../ffi/layout.gen.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";

/** Blocks sent across lanes for each policy. */
const BLOCKS = Deno.env.get("SLUICE_DEEP") === "1" ? 1_000_000 : 30_000;

const counts = new Map<string, number>();

function eachDriver(name: string, body: (driver: Driver, native: "require" | "off") => void | Promise<void>): void {
  for (const kind of ["native", "portable"] as const) {
    const ignore = kind === "native" && Deno.env.get("SLUICE_NATIVE") === "off";
    Deno.test({
      name: `${kind}: ${name}`,
      ignore,
      fn: async () => {
        await body(
          kind === "native" ? openNativeDriver() : new PortableDriver(),
          kind === "native" ? "require" : "off",
        );
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      },
    });
  }
}

/** A driver with a control arena of two lanes and a few links. */
function withControl(driver: Driver): ControlPage {
  const sizes = { lanes: 2, links: 8, nodes: 1 };
  const control = driver.createArena(controlBytes(sizes));
  const page = ControlPage.format(driver.openArena(control), sizes);
  driver.useControl(control);
  return page;
}

function makeRing(driver: Driver, page: ControlPage, capacity: number, evicts: boolean): RingToken {
  const ring = driver.createRing({ capacity, evicts, linkOffset: page.linkOffset(0) });
  driver.bindWriter(ring, 0, 5);
  driver.bindReader(ring, 1, 40);
  return ring;
}

function inboxOf(page: ControlPage, lane: number): number[] {
  const bits: number[] = [];
  page.drainInbox(lane, (bit) => bits.push(bit));
  return bits;
}

for (const evicts of [false, true]) {
  eachDriver(`ring (evicts: ${evicts}) does what a plain array does`, (driver) => {
    const page = withControl(driver);
    const operation = fc.oneof(
      fc.record({ kind: fc.constant("push" as const), count: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ kind: fc.constant("pop" as const), count: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ kind: fc.constant("commit" as const), count: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ kind: fc.constant("fetch" as const), count: fc.integer({ min: 1, max: 12 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(operation, { maxLength: 60 }), (capacity, operations) => {
        const ring = makeRing(driver, page, capacity, evicts);
        const writer = driver.openWriter(ring);
        const reader = driver.openReader(ring);
        const model: number[] = [];
        let next = 0;
        let gap = false;
        const modelTake = () => {
          const entry = model.shift();
          if (entry === undefined) return RING_NONE;
          const flagged = gap ? (entry | ENTRY.discontinuity) >>> 0 : entry;
          gap = false;
          return flagged;
        };
        for (const { kind, count } of operations) {
          if (kind === "push") {
            for (let k = 0; k < count; k++) {
              const entry = next++;
              const answer = writer.push(entry);
              if (model.length < capacity) {
                equal(answer, RING_ACCEPTED);
                model.push(entry);
              } else if (evicts) {
                equal(answer, model.shift());
                gap = true;
                model.push(entry);
              } else equal(answer, RING_NONE);
            }
          } else if (kind === "commit") {
            for (let k = 0; k < count; k++) writer.staging[k] = next + k;
            const taken = writer.commit(count);
            const evicted: number[] = [];
            for (let k = 0; k < taken; k++) {
              model.push(next + k);
              if (model.length > capacity) evicted.push(model.shift()!);
            }
            if (evicted.length > 0) gap = true;
            equal(taken, evicts ? count : Math.min(count, taken));
            ok(evicts || taken === count || model.length === capacity);
            deepEqual([...writer.evicted.subarray(0, writer.evictedCount)], evicted);
            next += count;
          } else if (kind === "pop") {
            for (let k = 0; k < count; k++) equal(reader.pop(), modelTake());
          } else {
            const expected = model.length;
            const got = reader.fetch(count);
            equal(got, Math.min(count, expected));
            for (let k = 0; k < got; k++) equal(reader.staging[k], modelTake());
          }
          equal(reader.available(), model.length);
          equal(writer.room(), capacity - model.length);
        }
        driver.releaseRing(ring);
      }),
      { numRuns: 300 },
    );
  });
}

eachDriver("ring's reader that is opened anew flags the gap that the one before it had not come to", (driver) => {
  const page = withControl(driver);
  const ring = makeRing(driver, page, 2, true);
  const writer = driver.openWriter(ring);
  const before = driver.openReader(ring);
  for (const entry of [1, 2]) writer.push(entry);
  equal(before.pop(), 1);
  for (const entry of [3, 4]) writer.push(entry);
  const after = driver.openReader(ring);
  deepEqual([after.pop(), after.pop(), after.pop()], [(3 | ENTRY.discontinuity) >>> 0, 4, RING_NONE]);
  writer.push(5);
  equal(driver.openReader(ring).pop(), 5, "nothing was evicted before it");
});

eachDriver("ring signals the reading lane, and the writing lane where it asked", (driver) => {
  const page = withControl(driver);
  const ring = makeRing(driver, page, 2, false);
  const writer = driver.openWriter(ring);
  const reader = driver.openReader(ring);
  writer.push(1);
  writer.push(2);
  deepEqual(inboxOf(page, 1), [40]);
  deepEqual(inboxOf(page, 0), []);
  equal(writer.awaitRoom(), 0);
  equal(reader.pop(), 1);
  deepEqual(inboxOf(page, 0), [5]);
  equal(reader.pop(), 2);
  deepEqual(inboxOf(page, 0), [], "it is told once for each time it asks");
});

eachDriver("createRing() refuses capacities out of range", (driver) => {
  const page = withControl(driver);
  for (const capacity of [0, -1, 1.5, 65_537, NaN, 2 ** 32]) {
    throws(() => driver.createRing({ capacity, evicts: false, linkOffset: page.linkOffset(0) }), RangeError);
  }
});

eachDriver("inbox gives each bit once, over its whole width", (driver) => {
  const page = withControl(driver);
  const bits = [0, 1, 31, 32, 63, 1023, 1024, 2048, 4095];
  for (const bit of bits) driver.signal(1, bit);
  for (const bit of bits) driver.signal(1, bit);
  equal(page.inboxEmpty(1), false);
  deepEqual(inboxOf(page, 1), bits);
  deepEqual(inboxOf(page, 1), []);
  equal(page.inboxEmpty(1), true);
});

for (const asynchronous of [false, true]) {
  const call = asynchronous ? "parkAsync()" : "park()";
  eachDriver(`${call} returns at once where a signal or a ring came before it`, async (driver) => {
    const page = withControl(driver);
    // What the calls would take if each waited for its time: for `park()` a minute, for `parkAsync()`, which takes
    // 250 ms at most, 20 s in all.
    const [timeoutMs, times] = asynchronous ? [250, 40] : [60_000, 1];
    const park = (seenBell: number) =>
      asynchronous ? driver.parkAsync(0, seenBell, timeoutMs) : driver.park(0, seenBell, timeoutMs);
    const beginNs = driver.nowNs();
    for (let k = 0; k < times; k++) {
      const bell = page.bell(0);
      driver.signal(0, 7);
      await park(bell);
      deepEqual(inboxOf(page, 0), [7]);
      const later = page.bell(0);
      driver.ringBell(0);
      await park(later);
    }
    const tookNs = driver.nowNs() - beginNs;
    ok(tookNs < 10e9, `${tookNs} ns`);
  });
}

eachDriver("openDriver() gives another isolate the same clock and memory", (driver) => {
  const other = openDriver(driver.token);
  equal(other.kind, driver.kind);
  const arena = driver.createArena(4096);
  new Uint8Array(driver.openArena(arena))[17] = 42;
  equal(new Uint8Array(other.openArena(arena))[17], 42);
  const before = driver.nowNs();
  const between = other.nowNs();
  const after = driver.nowNs();
  // The portable clock has a resolution of microseconds, and each isolate rounds.
  ok(before <= between + 2_000 && between <= after + 2_000, `${before} ${between} ${after}`);
});

eachDriver("Pool lends each slot once and counts exhaustion", (driver) => {
  withControl(driver);
  const token = createPool(driver, 3, { name: "p", slotBytes: 100, slots: 70 });
  equal(token.slotBytes, 128);
  const pool = new Pool(driver, token, 0, new Ledger());
  const taken = new Set<number>();
  for (let k = 0; k < 70; k++) taken.add(pool.takeSlot());
  equal(taken.size, 70);
  equal(pool.takeSlot(), -1);
  equal(pool.exhausted, 1);
  equal(pool.ensure(1), false);
  for (const slot of taken) pool.release(slot);
  throws(() => pool.release(0), /released before/);
  pool.flushMagazine();
  equal(pool.freeInBitmap(), 70);
});

eachDriver("Pool wakes lanes that wait for a slot", (driver) => {
  const page = withControl(driver);
  const token = createPool(driver, 0, { name: "p", slotBytes: 64, slots: 1 });
  const here = new Pool(driver, token, 0, new Ledger());
  const there = new Pool(driver, token, 1, new Ledger());
  const slot = here.takeSlot();
  equal(there.ensure(1), false);
  there.awaitSlot();
  here.release(slot);
  deepEqual(inboxOf(page, 1), [POOL_INBOX_BIT]);
  equal(there.ensure(1), true);
});

for (const policy of ["lossless", "roll-off", "latest", "drop-newest"] as const) {
  eachDriver(`a ${policy} link between lanes accounts for each of ${BLOCKS} blocks`, async (_driver, native) => {
    await checkAcrossLanes(policy, native);
  });
}

async function checkAcrossLanes(policy: LinkPolicy, native: "require" | "off"): Promise<void> {
  collected.length = 0;
  await using runtime = new Runtime({ mode: "live", native });
  const source = runtime.add(numberedSource({ count: BLOCKS, perTick: 8 }), { lane: "a" });
  const middle = runtime.add(pass(), { lane: "b" });
  const sink = runtime.add(checkingSink(), { lane: "c" });
  const findings = runtime.add(collect());
  const capacity = policy === "latest" ? undefined : 48;
  const id = runtime.connect(source.outputs.audio, middle.inputs.audioIn, { policy, capacity });
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio, { policy: "lossless" });
  runtime.connect(sink.outputs.findings, findings.inputs.data, { policy: "lossless" });
  await runtime.start();
  const summary = await runtime.finished;
  const link = summary.links.find((each) => each.id === id)!;
  const [found] = collected;
  equal(summary.driver, native === "off" ? "portable" : "native");
  equal(link.written, BLOCKS);
  equal(link.queued, 0);
  equal(link.written, link.read + link.dropped.full);
  equal(found.received, link.read);
  equal(found.corrupt, 0);
  equal(found.disordered, 0);
  equal(found.falselyFlagged, 0);
  if (policy === "lossless") equal(link.dropped.full, 0);
  if (policy !== "drop-newest") {
    equal(found.last, BLOCKS - 1, "the last block arrives");
    equal(found.unflagged, 0);
    equal(found.received + found.missing, BLOCKS);
  }
  for (const pool of summary.pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
}

eachDriver("a batch of RING_BATCH entries crosses in one call", (driver) => {
  const page = withControl(driver);
  const ring = makeRing(driver, page, 1000, false);
  const writer = driver.openWriter(ring);
  const reader = driver.openReader(ring);
  for (let k = 0; k < RING_BATCH; k++) writer.staging[k] = k * 3;
  equal(writer.commit(RING_BATCH), RING_BATCH);
  equal(reader.fetch(RING_BATCH), RING_BATCH);
  deepEqual([...reader.staging], Array.from({ length: RING_BATCH }, (_, k) => k * 3));
});

Deno.test("both drivers ran the same suite", () => {
  const native = counts.get("native") ?? 0;
  const portable = counts.get("portable") ?? 0;
  console.log(`driver suite: native ${native} tests, portable ${portable} tests`);
  if (Deno.env.get("SLUICE_NATIVE") === "off") return;
  equal(native, portable);
});
