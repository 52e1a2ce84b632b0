import assert from "node:assert/strict";
import { ENTRY, LANE } from "../../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { SluiceError } from "../errors.ts";
import { type ArenaToken, type Driver, RING_ACCEPTED, RING_NONE, type RingToken } from "./driver.ts";
import type { ReadingReport, ReadingTask } from "./fixtures/reading_lane.ts";
import { openNativeDriver } from "./native.ts";

const ignore = Deno.env.get("SLUICE_NATIVE") === "off";
const SIZES = { lanes: 4, links: 3, nodes: 1 };

/** A driver with a control arena; the test thread writes for lane 0 and reads for lane 1. */
class Bench implements Disposable {
  readonly driver: Driver = openNativeDriver();
  readonly control: ArenaToken = this.driver.createArena(controlBytes(SIZES));
  readonly page: ControlPage = ControlPage.format(this.driver.openArena(this.control), SIZES);
  readonly #rings: RingToken[] = [];

  constructor() {
    this.driver.useControl(this.control);
  }

  /** Makes a ring for link `index`, read by lane 1 (bit 40) and written by lane 0 (bit 3). */
  ring(capacity: number, evicts: boolean, index = 0): RingToken {
    const token = this.driver.createRing({ capacity, evicts, linkOffset: this.page.linkOffset(index) });
    this.#rings.push(token);
    this.driver.bindReader(token, 1, 40);
    this.driver.bindWriter(token, 0, 3);
    return token;
  }

  /** Takes the bits that are set in a lane's inbox. */
  inbox(lane: number): number[] {
    const bits: number[] = [];
    this.page.drainInbox(lane, (bit) => bits.push(bit));
    return bits;
  }

  [Symbol.dispose](): void {
    for (const token of this.#rings) this.driver.releaseRing(token);
    this.driver.releaseArena(this.control);
  }
}

function test(name: string, body: (bench: Bench) => void | Promise<void>): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      using bench = new Bench();
      await body(bench);
    },
  });
}

/** Lets the event loop turn until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs generation 7 of lane 1 on a thread of its own; `write` begins when it has entered. */
async function withReadingLane(
  { driver, control, page }: Bench,
  { ring, last }: Pick<ReadingTask, "ring" | "last">,
  write: () => void | Promise<void>,
): Promise<ReadingReport> {
  const worker = new Worker(new URL("./fixtures/reading_lane.ts", import.meta.url), { type: "module" });
  const report = new Promise<ReadingReport>((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.postMessage({ driver: driver.token, control, ring, last, batch: 16, lane: 1, generation: 7 });
  const generation = (page.laneOffset(1) + LANE.generation) >> 2;
  await Promise.race([report, until(() => Atomics.load(page.u32, generation) === 7)]);
  await write();
  return await report;
}

test("NativeDriver.version names library and ABI", ({ driver }) => {
  assert.match(driver.version, /^sluice-native \d+\.\d+\.\d+ \(abi \d+\)$/);
});

test("NativeDriver.nowNs() counts up in whole nanoseconds", ({ driver }) => {
  const [first, second] = [driver.nowNs(), driver.nowNs()];
  assert.ok(Number.isInteger(first) && first >= 0 && second >= first);
});

test("NativeDriver.createRing() throws RangeError for a capacity outside 1 to 65536", (bench) => {
  for (const capacity of [0, -1, 1.5, 65_537, NaN]) {
    assert.throws(() => bench.ring(capacity, true), {
      name: "RangeError",
      message: `Cannot make a ring of ${capacity} entries: wanted a whole number from 1 to 65536`,
    });
  }
});

test("NativeDriver.createRing() throws RangeError for an offset that is no link's", ({ driver, page }) => {
  const linkOffset = page.linkOffset(0) + 8;
  assert.throws(() => driver.createRing({ capacity: 1, evicts: true, linkOffset }), {
    name: "RangeError",
    message: `Cannot make a ring: no link record starts at byte ${linkOffset} of the control arena`,
  });
});

test("RingWriter.push() is refused by a full ring that does not evict", (bench) => {
  const token = bench.ring(2, false);
  const [writer, reader] = [bench.driver.openWriter(token), bench.driver.openReader(token)];
  assert.deepEqual([writer.push(1), writer.push(2), writer.push(3)], [RING_ACCEPTED, RING_ACCEPTED, RING_NONE]);
  assert.deepEqual([writer.room(), reader.available()], [0, 2]);
  assert.deepEqual([reader.pop(), reader.pop(), reader.pop()], [1, 2, RING_NONE]);
  assert.equal(writer.room(), 2);
});

test("RingWriter.push() gives back the oldest entry of a full ring that evicts", (bench) => {
  const token = bench.ring(3, true);
  const [writer, reader] = [bench.driver.openWriter(token), bench.driver.openReader(token)];
  const answers = [10, 11, 12, 13, 14].map((entry) => writer.push(entry));
  assert.deepEqual(answers, [RING_ACCEPTED, RING_ACCEPTED, RING_ACCEPTED, 10, 11]);
  assert.equal(reader.pop(), (12 | ENTRY.discontinuity) >>> 0, "the first after a gap is marked");
  assert.deepEqual([reader.pop(), reader.pop(), reader.pop()], [13, 14, RING_NONE]);
});

test("RingWriter.push() into a ring of one place keeps the latest", (bench) => {
  const token = bench.ring(1, true);
  const [writer, reader] = [bench.driver.openWriter(token), bench.driver.openReader(token)];
  assert.deepEqual([writer.push(1), writer.push(2), writer.push(3)], [RING_ACCEPTED, 1, 2]);
  assert.equal(reader.pop() & ENTRY.slotMask, 3);
  assert.equal(reader.pop(), RING_NONE);
});

test("a ring keeps the order over many turns, singly and in batches", (bench) => {
  for (const evicts of [false, true]) {
    const token = bench.ring(5, evicts);
    const [writer, reader] = [bench.driver.openWriter(token), bench.driver.openReader(token)];
    let [next, wanted] = [0, 0];
    for (let turn = 0; turn < 500; turn++) {
      const count = turn % 6;
      for (let k = 0; k < count; k++) writer.staging[k] = next++;
      assert.equal(writer.commit(count), count);
      const taken = turn % 2 === 0 ? [...reader.staging.subarray(0, reader.fetch(count))] : [];
      while (taken.length < count) taken.push(reader.pop());
      for (const entry of taken) assert.equal(entry, wanted++);
    }
    assert.equal(reader.available(), 0);
  }
});

test("RingWriter.commit() takes what fits, or evicts exactly what does not", (bench) => {
  const refusing = bench.driver.openWriter(bench.ring(3, false));
  refusing.staging.set([1, 2, 3, 4, 5]);
  assert.deepEqual([refusing.commit(5), refusing.evictedCount], [3, 0]);
  assert.equal(refusing.commit(2), 0);

  const token = bench.ring(3, true);
  const evicting = bench.driver.openWriter(token);
  evicting.staging.set([1, 2, 3, 4, 5]);
  assert.deepEqual([evicting.commit(2), evicting.evictedCount], [2, 0]);
  assert.deepEqual([evicting.commit(5), evicting.evictedCount], [5, 4]);
  assert.deepEqual([...evicting.evicted.subarray(0, 4)], [1, 2, 1, 2]);
  const reader = bench.driver.openReader(token);
  assert.equal(reader.fetch(256), 3);
  assert.deepEqual([...reader.staging.subarray(0, 3)].map((entry) => entry & ENTRY.slotMask), [3, 4, 5]);
});

test("RingWriter.commit() throws RangeError for more than a batch", (bench) => {
  const writer = bench.driver.openWriter(bench.ring(512, true));
  assert.equal(writer.commit(256), 256);
  assert.throws(() => writer.commit(257), { message: "Cannot commit 257 entries: a batch has 256" });
});

test("RingWriter.commit() sets the reader's bit once", (bench) => {
  const writer = bench.driver.openWriter(bench.ring(8, true));
  writer.commit(0);
  assert.deepEqual(bench.inbox(1), []);
  writer.commit(4);
  writer.push(1);
  assert.deepEqual(bench.inbox(1), [40]);
  assert.deepEqual(bench.inbox(1), []);
});

test("RingReader.pop() and fetch() tell a writer that waits for room, once", (bench) => {
  const token = bench.ring(2, false);
  const [writer, reader] = [bench.driver.openWriter(token), bench.driver.openReader(token)];
  writer.commit(2);
  assert.equal(writer.awaitRoom(), 0);
  assert.deepEqual(bench.inbox(0), []);
  reader.pop();
  assert.deepEqual(bench.inbox(0), [3]);
  reader.pop();
  assert.deepEqual(bench.inbox(0), []);
  assert.equal(writer.awaitRoom(), 2, "room after asking");
  writer.commit(2);
  reader.fetch(2);
  assert.deepEqual(bench.inbox(0), [3]);
});

test("NativeDriver.releaseRing() makes the token useless", (bench) => {
  const { driver } = bench;
  const token = driver.createRing({ capacity: 4, evicts: false, linkOffset: bench.page.linkOffset(0) });
  driver.releaseRing(token);
  driver.releaseRing(token);
  const message = /^Cannot \w+ the (reader|writer) of a ring: there is no such ring: it was released$/;
  assert.throws(() => driver.openReader(token), { name: "RangeError", message });
  assert.throws(() => driver.openWriter(token), { name: "RangeError", message });
  assert.throws(() => driver.bindReader(token, 0, 0), { name: "RangeError", message });
});

test("NativeDriver.bindReader() throws RangeError for a lane or bit that does not exist", (bench) => {
  const token = bench.ring(1, true);
  assert.throws(() => bench.driver.bindReader(token, SIZES.lanes, 0), { message: /there is no bit 0 of a lane 4$/ });
  assert.throws(() => bench.driver.bindWriter(token, 0, LANE.inboxBits), { message: /no bit 4096 of a lane 0$/ });
});

test("NativeDriver.useControl() throws TypeError for an arena that is no control arena", ({ driver }) => {
  const arena = driver.createArena(4096);
  assert.throws(() => driver.useControl(arena), {
    name: "TypeError",
    message: "Cannot use the control arena: magic is 0x0, wanted 0x54434c53: not a control arena",
  });
  driver.releaseArena(arena);
});

test("NativeDriver.createRing() throws TypeError before useControl()", () => {
  const driver = openNativeDriver();
  assert.throws(() => driver.createRing({ capacity: 1, evicts: true, linkOffset: 0 }), {
    name: "TypeError",
    message: "useControl() was not called on this driver",
  });
});

test("NativeDriver.park() returns at once after a signal or a ring", (bench) => {
  const { driver, page } = bench;
  const beginNs = driver.nowNs();
  driver.signal(2, 4095);
  driver.park(2, page.bell(2), 60_000);
  assert.deepEqual(bench.inbox(2), [4095]);
  const seen = page.bell(2);
  driver.ringBell(2);
  driver.park(2, seen, 60_000);
  assert.ok(driver.nowNs() - beginNs < 30e9);
});

test("NativeDriver.park() takes a bell that has passed 2^31", ({ driver, page }) => {
  page.u32[(page.laneOffset(2) + LANE.bell) >> 2] = 0x80000000;
  driver.park(2, page.bell(2), 1);
  driver.ringBell(2);
  const beginNs = driver.nowNs();
  driver.park(2, 0x80000000, 60_000);
  assert.ok(driver.nowNs() - beginNs < 30e9);
});

test("NativeDriver.parkAsync() ends by a signal while the event loop runs", async (bench) => {
  const { driver, page } = bench;
  const sleeping = (page.laneOffset(2) + LANE.sleeping) >> 2;
  let ended = false;
  const parked = driver.parkAsync(2, page.bell(2), 250).then(() => ended = true);
  await until(() => ended || Atomics.load(page.i32, sleeping) === 1);
  driver.signal(2, 17);
  await parked;
  assert.deepEqual(bench.inbox(2), [17]);
  assert.equal(Atomics.load(page.i32, sleeping), 0);
});

test("a lossless ring carries 100,000 entries to another lane in order", async (bench) => {
  const COUNT = 100_000;
  const { driver, page } = bench;
  const ring = bench.ring(64, false);
  const writer = driver.openWriter(ring);
  const report = await withReadingLane(bench, { ring, last: COUNT - 1 }, async () => {
    let next = 0;
    while (next < COUNT) {
      const bell = page.bell(0);
      bench.inbox(0);
      const count = Math.min(40, COUNT - next);
      for (let k = 0; k < count; k++) writer.staging[k] = next + k;
      const taken = writer.commit(count);
      next += taken;
      if (taken < count && writer.awaitRoom() === 0) await driver.parkAsync(0, bell, 250);
    }
  });
  assert.deepEqual(report, { count: COUNT, gaps: 0, inOrder: true });
});

test("a ring that evicts loses nothing uncounted on the way to another lane", async (bench) => {
  const COUNT = 100_000;
  const ring = bench.ring(7, true);
  const writer = bench.driver.openWriter(ring);
  let evicted = 0;
  const report = await withReadingLane(bench, { ring, last: COUNT - 1 }, async () => {
    for (let next = 0; next < COUNT; next++) {
      if (writer.push(next) !== RING_ACCEPTED) evicted++;
      if (next % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  });
  assert.equal(report.count + evicted, COUNT);
  assert.equal(report.inOrder, true);
  assert.equal(report.gaps > 0, evicted > 0);
});

test("NativeDriver.enterLane() leaves the proof that its thread has ended", async (bench) => {
  const { driver, page } = bench;
  const ring = bench.ring(4, false);
  const dead = (page.laneOffset(1) + LANE.deadGeneration) >> 2;
  await withReadingLane(bench, { ring, last: 1 }, () => {
    assert.equal(page.u32[dead], 0, "it lives");
    driver.openWriter(ring).push(1);
  });
  await until(() => Atomics.load(page.u32, dead) !== 0);
  assert.equal(page.u32[dead], 7);
  assert.equal(page.u32[(page.laneOffset(1) + LANE.generation) >> 2], 7);
});

test("NativeDriver.openArena() gives two drivers the same bytes", ({ driver }) => {
  const token = driver.createArena(70_001);
  const other = openNativeDriver(driver.token);
  new Uint8Array(driver.openArena(token))[5] = 42;
  assert.equal(new Uint8Array(other.openArena(token))[5], 42);
  driver.releaseArena(token);
  assert.equal(new Uint8Array(other.openArena(token))[5], 42, "the other driver holds it");
  other.releaseArena(token);
});

test("NativeDriver refuses tokens of the portable driver", ({ driver }) => {
  const buffer = new SharedArrayBuffer(64);
  assert.throws(() => driver.openArena({ kind: "portable", buffer }), {
    message: "The native driver cannot open a portable arena",
  });
  const ring: RingToken = { kind: "portable", buffer, capacity: 1, evicts: true, linkOffset: 0 };
  assert.throws(() => driver.openReader(ring), { message: "The native driver cannot open a portable ring" });
});

Deno.test("openNativeDriver() throws SluiceError where there is no library", () => {
  assert.throws(() => openNativeDriver({ kind: "native", libraryPath: "/nowhere/libsluice_native.so" }), (error) => {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "NativeUnavailable");
    assert.match(error.message, /build it with "deno task build:native"/);
    return true;
  });
});

Deno.test("openNativeDriver() throws TypeError for a token of the portable driver", () => {
  assert.throws(() => openNativeDriver({ kind: "portable", epochMs: 0 }), { name: "TypeError" });
});
