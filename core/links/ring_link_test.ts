/** The order in which the ends of a link between lanes act: the other lane may look between any two actions. */
import { deepEqual, equal } from "node:assert/strict";
import { acquire, bench, linkPlan } from "../../tests/fixtures/slots.ts";
import { LINK } from "../../ffi/layout.gen.ts";
import { RING_BATCH } from "../driver/driver.ts";
import type { Frame } from "../frames/frame.ts";
import { HOLD_MANY } from "../memory/pool.ts";
import type { LinkPlan } from "./link.ts";
import { readLinkCounts } from "./link_counts.ts";
import { RingLinkReader, type RingLinkSite, RingLinkWriter } from "./ring_link.ts";

const WRITING_LANE = 0;
const READING_LANE = 1;
const READER_BIT = 3;
const WRITER_BIT = 5;
const CAPACITY = 4;

/** Both ends, on a driver that notes the visible state at each call. */
function setUp(capacity = CAPACITY) {
  const { driver, page, pool } = bench(2 * capacity, 64);
  const ring = driver.createRing({ capacity, evicts: false, linkOffset: page.linkOffset(0) });
  const plan: LinkPlan = {
    ...linkPlan("audio", "lossless", capacity),
    ring,
    readerBit: READER_BIT,
    writerBit: WRITER_BIT,
  };
  const calls: Record<string, unknown>[] = [];
  const held = () => pool.holdsOf(WRITING_LANE).reduce((sum, holds) => sum + (holds < HOLD_MANY ? holds : 0), 0);
  const state = () => ({ eos: page.isEos(0), closed: page.isClosed(0) });
  /** The other lane's actions: after the next look at how much the ring has, and before the writer asks for room. */
  const meanwhile: { afterAvailable?: () => void; beforeAsking?: () => void } = {};
  const { openWriter, openReader, signal } = driver;
  driver.openWriter = (token) => {
    const end = openWriter.call(driver, token);
    const { commit, awaitRoom } = end;
    end.awaitRoom = () => {
      meanwhile.beforeAsking?.();
      return awaitRoom.call(end);
    };
    end.commit = (count) => {
      calls.push({
        commit: count,
        written: page.f64[(page.linkOffset(0) + LINK.written) >> 3],
        held: held(),
        ...state(),
      });
      return commit.call(end, count);
    };
    return end;
  };
  driver.signal = (lane, bit) => {
    calls.push({ lane, bit, ...state() });
    signal.call(driver, lane, bit);
  };
  driver.openReader = (token) => {
    const end = openReader.call(driver, token);
    const { available } = end;
    end.available = () => {
      const answer = available.call(end);
      const { afterAvailable } = meanwhile;
      meanwhile.afterAvailable = undefined;
      afterAvailable?.();
      return answer;
    };
    return end;
  };
  const site: RingLinkSite = { page, driver, pools: [pool], staged: [], isGivenUp: false };
  const writer = new RingLinkWriter(plan, site, READING_LANE);
  const reader = new RingLinkReader(plan, site, WRITING_LANE);
  const write = (): Frame => {
    const frame = acquire(pool, "audio", { sampleRateHz: 1, channels: 1, sampleCount: 1 });
    writer.write(frame);
    return frame;
  };
  return { page, pool, writer, reader, write, calls, held, meanwhile };
}

Deno.test("RingLinkWriter.flush() lets go of frames before the reader can see them, and counts them once their fate is known", () => {
  const { page, writer, write, held, calls } = setUp();
  write();
  write();
  equal(held(), 2);
  writer.flush();
  deepEqual(calls, [{ commit: 2, written: 0, held: 0, eos: false, closed: false }]);
  equal(readLinkCounts(page, 0).written, 2);
});

Deno.test("RingLinkWriter.end() gives the last frames, then says that it has ended, then tells the reading lane", () => {
  const { writer, reader, write, calls } = setUp();
  const frame = write();
  writer.end();
  deepEqual(calls, [
    { commit: 1, written: 0, held: 0, eos: false, closed: false },
    { lane: READING_LANE, bit: READER_BIT, eos: true, closed: false },
  ]);
  equal(reader.take()?.slot, frame.slot);
});

Deno.test("RingLinkReader.ended() is false where frames and the end come while it looks", () => {
  const { page, writer, reader, write, meanwhile } = setUp();
  const endMeanwhile = () => {
    write();
    writer.end();
  };
  meanwhile.afterAvailable = endMeanwhile;
  const { isEos } = page;
  page.isEos = (link) => {
    const answer = isEos.call(page, link);
    page.isEos = isEos;
    if (meanwhile.afterAvailable !== undefined) {
      meanwhile.afterAvailable = undefined;
      endMeanwhile();
    }
    return answer;
  };
  equal(reader.ended(), false);
  equal(reader.available(), 1);
  equal(reader.ended(), false);
  reader.take();
  equal(reader.ended(), true);
});

Deno.test("RingLinkWriter.write() hands frames over by itself whenever it has as many as go at once", () => {
  const { pool, writer, reader, write, calls } = setUp(2 * RING_BATCH);
  const slots = Array.from({ length: RING_BATCH - 1 }, () => write().slot);
  deepEqual([calls.length, reader.available()], [0, 0]);
  slots.push(write().slot);
  deepEqual([calls.map(({ commit }) => commit), reader.available()], [[RING_BATCH], RING_BATCH]);
  slots.push(write().slot);
  deepEqual([calls.length, reader.available()], [1, RING_BATCH]);
  writer.flush();
  const taken: number[] = [];
  for (let frame = reader.take(); frame !== undefined; frame = reader.take()) {
    taken.push(frame.slot);
    pool.release(frame.slot);
  }
  deepEqual(taken, slots);
});

Deno.test("RingLinkWriter.awaitRoom() tells of room that comes while it asks: nobody would tell of that later", () => {
  const { pool, writer, reader, write, meanwhile } = setUp();
  for (let k = 0; k < CAPACITY; k++) write();
  writer.flush();
  equal(writer.room(), 0);
  meanwhile.beforeAsking = () => pool.release(reader.take()!.slot);
  equal(writer.awaitRoom(), CAPACITY);
  write();
});

Deno.test("RingLinkReader counts what it has read before it makes room for more", () => {
  const { page, pool, writer, reader, write } = setUp();
  const fill = () => {
    while (writer.room() > 0) write();
    writer.flush();
  };
  for (let round = 0; round < 3; round++) {
    fill();
    for (let left = CAPACITY; left > 0; left--) pool.release(reader.take()!.slot);
  }
  fill();
  equal(readLinkCounts(page, 0).read, 2 * CAPACITY);
  equal(reader.hasFrames(), true);
  equal(reader.peek() !== undefined, true);
  equal(readLinkCounts(page, 0).read, 3 * CAPACITY);
  equal(readLinkCounts(page, 0).queued, CAPACITY);
});

Deno.test("RingLinkReader.close() says that it has ended, then tells the writing lane", () => {
  const { page, writer, reader, calls } = setUp();
  equal(writer.closed(), false);
  reader.close();
  deepEqual(calls, [{ lane: WRITING_LANE, bit: WRITER_BIT, eos: false, closed: true }]);
  equal(writer.closed(), true);
  const told: number[] = [];
  page.drainInbox(WRITING_LANE, (bit) => told.push(bit));
  deepEqual(told, [WRITER_BIT]);
});

Deno.test("RingLinkReader.detach() holds nothing more, whether it had fetched it or been brought it", () => {
  const { writer, reader, write, held } = setUp();
  const slots = [write(), write(), write()].map(({ slot }) => slot);
  writer.flush();
  equal(reader.peek()?.slot, slots[0]);
  equal(held(), 3, "one look fetches a batch");
  const rest = reader.detach();
  deepEqual(rest.entries, slots);
  equal(held(), 0);
  reader.attach(rest);
  equal(held(), 3);
  deepEqual(reader.detach().entries, slots);
  equal(held(), 0);
});
