import { deepEqual, equal } from "node:assert/strict";
import { acquire, bench, freeSlots, linkPlan } from "../../../tests/fixtures/slots.ts";
import type { Frame } from "../../frames/frame.ts";
import type { LinkPolicy } from "../../links/policy.ts";
import { LocalLink } from "../../links/local_link.ts";
import { Ledger } from "../../memory/ledger.ts";
import { Pool } from "../../memory/pool.ts";
import { createPool } from "../../memory/pool_layout.ts";
import { readLinkCounters } from "../../stats.ts";
import { type KeptFrame, StandInReader, StandInWriter } from "./stand_in.ts";

const SLOTS = 8;

function setUp(policy: LinkPolicy, capacity: number) {
  const { driver, page, pool } = bench(SLOTS);
  const link = new LocalLink(linkPlan("audio", policy, capacity), page);
  /** Writes a frame. @returns its slot */
  const write = () => {
    const frame = frameIn(pool);
    link.write(frame);
    return frame.slot;
  };
  const counts = () => {
    link.publish();
    const { written, read, queued, dropped: { full, skipped } } = readLinkCounters(page, 0, 0);
    return { written, read, queued, full, skipped };
  };
  return { driver, pool, link, write, counts };
}

function frameIn(pool: Pool): Frame {
  return acquire(pool, "audio", { sampleRateHz: 1_000, channels: 1, sampleCount: 1 });
}

/** Reads a frame as a node does that gives it back. @returns its slot */
function read(link: Pick<LocalLink, "take">): number | undefined {
  const frame = link.take();
  frame?.pool.release(frame.slot);
  return frame?.slot;
}

/** Takes frames out of a link, as a lane does that lends them. @returns these frames, with another reference to each */
function lend(link: LocalLink): KeptFrame[] {
  const frames: KeptFrame[] = [];
  for (let frame = link.take(); frame !== undefined; frame = link.take()) {
    frame.pool.retain(frame.slot);
    frames.push({ frame, gap: frame.linkGap });
  }
  return frames;
}

Deno.test("StandInReader of a link reads what comes meanwhile, makes room, and puts all of it back", () => {
  const { pool, link, write, counts } = setUp("lossless", 2);
  const slots = [write(), write()];
  const reader = new StandInReader(link.plan, link);
  equal(link.room(), 0);
  deepEqual([read(reader), link.room()], [slots[0], 1]);
  slots.push(write());
  deepEqual([reader.available(), read(reader), read(reader), reader.hasFrames()], [2, slots[1], slots[2], false]);
  equal(freeSlots(pool), SLOTS - 3);
  reader.undo();
  deepEqual(counts(), { written: 3, read: 0, queued: 3, full: 0, skipped: 0 });
  deepEqual([1, 2, 3].map(() => read(link)), slots);
  equal(freeSlots(pool), SLOTS);
});

Deno.test("StandInReader of a link has read at the commit what was taken, and skipped what was skipped", () => {
  const { pool, link, write, counts } = setUp("lossless", 4);
  write();
  write();
  const last = write();
  const reader = new StandInReader(link.plan, link);
  read(reader);
  read(reader);
  reader.countSkipped(1);
  reader.commit(link);
  deepEqual(counts(), { written: 3, read: 1, queued: 1, full: 0, skipped: 1 });
  deepEqual([read(link), freeSlots(pool)], [last, SLOTS]);
});

Deno.test("StandInReader of lent frames takes at the commit what was taken here, and leaves the rest", () => {
  const { pool, link, write, counts } = setUp("lossless", 4);
  const slots = [write(), write(), write()];
  const lent = lend(link);
  const reader = new StandInReader(link.plan, lent);
  deepEqual([read(reader), read(reader), reader.available()], [slots[0], slots[1], 1]);
  reader.countSkipped(1);
  link.putBack(lent);
  reader.commit(link);
  deepEqual(counts(), { written: 3, read: 1, queued: 1, full: 0, skipped: 1 });
  deepEqual([read(link), freeSlots(pool)], [slots[2], SLOTS]);
});

Deno.test("StandInReader of lent frames takes nothing for what the link has dropped since", () => {
  const { pool, link, write, counts } = setUp("latest", 1);
  write();
  const lent = lend(link);
  const reader = new StandInReader(link.plan, lent);
  read(reader);
  link.putBack(lent);
  const newest = write();
  reader.commit(link);
  deepEqual(counts(), { written: 2, read: 0, queued: 1, full: 1, skipped: 0 });
  deepEqual([read(link), freeSlots(pool)], [newest, SLOTS]);
});

Deno.test("StandInReader of lent frames takes no frame of another pool for one that the link has dropped since", () => {
  const { driver, pool, link, write, counts } = setUp("latest", 1);
  const token = createPool(driver, 1, { name: "other", slotBytes: 1_024, slots: SLOTS });
  const other = new Pool(driver, token, 0, new Ledger());
  const slot = write();
  const lent = lend(link);
  const reader = new StandInReader(link.plan, lent);
  read(reader);
  link.putBack(lent);
  let newest = frameIn(other);
  while (newest.slot !== slot) newest = frameIn(other);
  link.write(newest);
  reader.commit(link);
  deepEqual(counts(), { written: 2, read: 0, queued: 1, full: 1, skipped: 0 });
  deepEqual([read(link), freeSlots(pool)], [slot, SLOTS]);
});

Deno.test("StandInReader of lent frames gives all of them back where the node does not come", () => {
  const { pool, link, write, counts } = setUp("lossless", 4);
  const slots = [write(), write()];
  const lent = lend(link);
  const reader = new StandInReader(link.plan, lent);
  read(reader);
  reader.undo();
  link.putBack(lent);
  deepEqual(counts(), { written: 2, read: 0, queued: 2, full: 0, skipped: 0 });
  deepEqual([read(link), read(link), freeSlots(pool)], [...slots, SLOTS]);
});

Deno.test("StandInWriter holds what is written, sees the room that readers make, and is spent with more than fits", () => {
  const { pool, link, write, counts } = setUp("lossless", 2);
  write();
  const writer = new StandInWriter(link, link.plan.capacity - 1);
  const written: number[] = [];
  const hold = () => {
    const frame = frameIn(pool);
    written.push(frame.slot);
    writer.write(frame);
  };
  equal(writer.room(), 1);
  hold();
  deepEqual([writer.room(), writer.isSpent, link.available()], [0, false, 1]);
  read(link);
  equal(writer.room(), 1);
  hold();
  equal(writer.isSpent, true);
  writer.commit(link);
  deepEqual(counts(), { written: 3, read: 1, queued: 2, full: 0, skipped: 0 });
  deepEqual([read(link), read(link), freeSlots(pool)], [...written, SLOTS]);
});

Deno.test("StandInWriter gives back what was written where there is no link any more, or the node does not come", () => {
  for (const end of ["commit", "undo"] as const) {
    const { pool, link } = setUp("lossless", 2);
    const writer = new StandInWriter({ plan: link.plan, room: () => 2, closed: () => false }, 1);
    writer.write(frameIn(pool));
    if (end === "commit") writer.commit(undefined);
    else writer.undo();
    deepEqual([link.available(), freeSlots(pool)], [0, SLOTS]);
  }
});
