import { deepEqual, equal } from "node:assert/strict";
import { acquire, bench, freeSlots, linkPlan } from "../../../tests/fixtures/slots.ts";
import type { Frame } from "../../frames/frame.ts";
import type { LinkPolicy } from "../../links/policy.ts";
import { LocalLink } from "../../links/local_link.ts";
import type { Pool } from "../../memory/pool.ts";
import { readLinkCounters } from "../../stats.ts";
import { StandInReader, StandInWriter } from "./stand_in.ts";

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

Deno.test("StandInReader reads what comes meanwhile, makes room, and puts all of it back", () => {
  const { pool, link, write, counts } = setUp("lossless", 2);
  const slots = [write(), write()];
  const reader = new StandInReader(link);
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

Deno.test("StandInReader has read at the commit what was taken, and skipped what was skipped", () => {
  const { pool, link, write, counts } = setUp("lossless", 4);
  write();
  write();
  const last = write();
  const reader = new StandInReader(link);
  read(reader);
  read(reader);
  reader.countSkipped(1);
  reader.commit();
  deepEqual(counts(), { written: 3, read: 1, queued: 1, full: 0, skipped: 1 });
  deepEqual([read(link), freeSlots(pool)], [last, SLOTS]);
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
  writer.commit();
  deepEqual(counts(), { written: 3, read: 1, queued: 2, full: 0, skipped: 0 });
  deepEqual([read(link), read(link), freeSlots(pool)], [...written, SLOTS]);
});

Deno.test("StandInWriter gives back what was written where the node does not come", () => {
  const { pool, link } = setUp("lossless", 2);
  const writer = new StandInWriter(link, 1);
  writer.write(frameIn(pool));
  writer.undo();
  deepEqual([link.available(), freeSlots(pool)], [0, SLOTS]);
});
