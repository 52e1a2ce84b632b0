/**
 * Pools around and beyond 2 and 4 GiB, where an offset exceeds 31 and 32 bits: a write through a slot at either end of
 * the pool lands where exact arithmetic says, and nowhere else. The memory is sparse: only pages of slots in use are
 * touched.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { isLeftToOtherRun } from "../../tests/fixtures/each_driver.ts";
import { acquire } from "../../tests/fixtures/slots.ts";
import { LANE, POOL, SLOT } from "../../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import { openNativeDriver } from "../driver/native.ts";
import { PortableDriver } from "../driver/portable.ts";
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import { frameOf } from "../frames/frame_of.ts";
import { Ledger } from "./ledger.ts";
import type { PacketFrame } from "../frames/packet_frame.ts";
import { StructMemory } from "../frames/struct_memory.ts";
import type { VideoFrame } from "../frames/video_frame.ts";
import { CheckedPool } from "./checked_pool.ts";
import { Pool } from "./pool.ts";
import { createPool, type PoolToken } from "./pool_layout.ts";
import { reclaimLane } from "./reclaim.ts";

const GIB = 2 ** 30;

/** Frames that go through the slots of each pool. */
const FRAMES = Deno.env.get("SLUICE_DEEP") === "1" ? 1_000_000 : 50_000;

/** Slots that are free at each end of the pool. */
const AT_AN_END = 16;

const SLOT_BYTES = 65_536;

const SIZES = [["1", 1], ["2.1", 2.1], ["4", 4], ["8", 8]] as const;

const DRIVERS = [["native", () => openNativeDriver()], ["portable", () => new PortableDriver()]] as const;

/** A pool with free slots only at its ends, and the function that releases it. */
interface Ends {
  readonly driver: Driver;
  readonly page: ControlPage;
  readonly token: PoolToken;
  readonly pool: Pool;
  /** Their numbers. */
  readonly slots: readonly number[];
  readonly [Symbol.dispose]: () => void;
}

function endsOf(driver: Driver, gib: number, Kind: typeof Pool = Pool): Ends {
  const control = driver.createArena(controlBytes({ lanes: 2, links: 1, nodes: 1 }));
  const page = ControlPage.format(driver.openArena(control), { lanes: 2, links: 1, nodes: 1 });
  driver.useControl(control);
  const count = Math.floor(gib * GIB / SLOT_BYTES);
  const token = createPool(driver, 0, { name: "test", slotBytes: SLOT_BYTES, slots: count });
  const pool = new Kind(driver, token, 0, new Ledger());
  const slots: number[] = [];
  const free = new Set<number>();
  for (let k = 0; k < AT_AN_END; k++) free.add(k).add(count - 1 - k);
  const bitmap = pool.u32[POOL.bitmapOffset / 4] / 4;
  for (let word = 0; word * 32 < count; word++) {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) if (free.has(word * 32 + bit)) bits += 2 ** bit;
    pool.u32[bitmap + word] = bits;
  }
  slots.push(...[...free].sort((a, b) => a - b));
  return {
    driver,
    page,
    token,
    pool,
    slots,
    [Symbol.dispose]: () => {
      driver.releaseArena(token.arena);
      driver.releaseArena(control);
    },
  };
}

/** Returns where a slot's header starts, by arithmetic of any number of bits. */
function exactOffset({ slotCount }: Pool, slot: number): bigint {
  const up = (value: bigint, to: bigint) => (value + to - 1n) / to * to;
  const count = BigInt(slotCount);
  const holds = up(BigInt(POOL.size) + up(count, 32n) / 32n * 4n, 64n);
  const first = up(holds + BigInt(POOL.holdLanes) * up(count, 64n), 128n);
  return first + BigInt(slot) * BigInt(SLOT.size + SLOT_BYTES);
}

/** Returns a slot's bytes without the help of the pool. */
function exactView(pool: Pool, slot: number): DataView {
  return new DataView(pool.u8.buffer, Number(exactOffset(pool, slot)), SLOT.size + SLOT_BYTES);
}

for (const [kind, open] of DRIVERS) {
  for (const [name, gib] of SIZES) {
    Deno.test({
      name: `${kind}: ${FRAMES} frames go through the slots at both ends of a pool of ${name} GiB`,
      ignore: isLeftToOtherRun(kind),
      fn: () => {
        using ends = endsOf(open(), gib);
        const { pool, slots, driver, token } = ends;
        const other = new Pool(driver, token, 1, new Ledger());
        const seen = new Map<number, DataView>();
        const queue: AudioFrame[] = [];
        const shape = { sampleRateHz: 48_000, channels: 2, sampleCount: 4 };
        for (let k = 0; k < FRAMES; k++) {
          const frame = acquire<AudioFrame>(pool, "audio", shape);
          frame.ptsNs = k;
          frame.discontinuity = true;
          frame.channel(1).fill(k);
          let exact = seen.get(frame.slot);
          if (exact === undefined) seen.set(frame.slot, exact = exactView(pool, frame.slot));
          if (
            exact.getFloat64(SLOT.ptsNs, true) !== k || exact.getUint16(SLOT.flags, true) === 0 ||
            exact.getUint32(SLOT.height, true) !== 48_000 || exact.getInt32(SLOT.refCount, true) !== 1 ||
            exact.getFloat32(SLOT.size + 28, true) !== Math.fround(k)
          ) throw new Error(`frame ${k} is not in slot ${frame.slot}`);
          queue.push(frame);
          if (queue.length < slots.length) continue;
          // Another lane reads what this one wrote, and either of them drops the last reference.
          for (const written of queue.splice(0, slots.length - (k & 7))) {
            pool.giveAway(written.slot);
            written.owned = 0;
            other.receive(written.slot);
            const read = frameOf(other, written.slot) as AudioFrame;
            read.owned = 1;
            if (read.channel(1)[3] !== Math.fround(read.ptsNs)) throw new Error(`slot ${read.slot} was changed`);
            if ((k & 1) === 0) other.retain(read.slot), other.release(read.slot);
            read.release();
          }
          other.flushMagazine();
        }
        for (const frame of queue) frame.release();
        pool.flushMagazine();
        deepEqual([...seen.keys()].sort((a, b) => a - b), slots, "each of them was lent");
        equal(pool.freeInBitmap(), slots.length);
        for (const [slot, exact] of seen) equal(exact.getInt32(SLOT.refCount, true), 0, `slot ${slot}`);
      },
    });
  }

  Deno.test({
    name: `${kind}: every index of a pool of 8 GiB is exact, in the views that use it and in the header that holds it`,
    ignore: isLeftToOtherRun(kind),
    fn: () => {
      using ends = endsOf(open(), 8);
      const { pool, slots, token } = ends;
      // The header stores 32 bits.
      const header = new DataView(pool.u8.buffer, 0, POOL.size);
      equal(BigInt(header.getUint32(POOL.slotsOffset, true)), exactOffset(pool, 0));
      equal(header.getUint32(POOL.slotStride, true), SLOT.size + SLOT_BYTES);
      equal(header.getUint32(POOL.slotCount, true), token.slots);
      const last = slots.at(-1)!;
      for (const slot of [0, 1, 32_767, 32_768, 65_535, 65_536, last - 1, last]) {
        const exact = exactOffset(pool, slot);
        equal(BigInt(pool.slotOffset(slot)), exact);
        equal(BigInt(pool.headerAt(slot)) * 4n, exact);
        // An index beyond the view, a fraction or a negative number reads as undefined.
        const at = Number(exact);
        for (
          const [view, bytes] of [[pool.u8, 1], [pool.u16, 2], [pool.i32, 4], [pool.u32, 4], [pool.f64, 8]] as const
        ) {
          equal(view[at / bytes], 0, `slot ${slot} in words of ${bytes}`);
          equal(view.length, Math.floor(pool.u8.byteLength / bytes));
        }
      }
      const memory = new StructMemory(pool.payloads);
      equal(memory.u16.length, Math.floor(pool.u8.byteLength / 8) * 4);
    },
  });

  Deno.test({
    name: `${kind}: frames of every kind lie at the end of a pool of 8 GiB, are copied there, and are destroyed there`,
    ignore: isLeftToOtherRun(kind),
    fn: () => {
      for (const Kind of [Pool, CheckedPool]) {
        using ends = endsOf(open(), 8, Kind);
        const { pool, slots } = ends;
        // The slots at the lower end are taken first, so the following ones are at the upper end.
        const low = Array.from({ length: AT_AN_END }, () => pool.takeSlot());
        deepEqual(low.sort((a, b) => a - b), slots.slice(0, AT_AN_END));
        const check = (frame: Frame, byte: number) => {
          ok(frame.slot >= slots[AT_AN_END]);
          frame.ptsNs = 7;
          const exact = exactView(pool, frame.slot);
          equal(exact.getFloat64(SLOT.ptsNs, true), 7);
          equal(exact.getUint8(SLOT.kind), frame.kindCode);
          const length = exact.getUint32(SLOT.payloadLength, true);
          ok(length > 0);
          equal(exact.getUint8(SLOT.size + length - 1), byte, frame.kind);
          const copy = frame.retain().writable();
          // Clones a value into the copy, which gets its bytes on the way to another lane.
          if (copy.kind === "data") (copy as DataFrame).serialize();
          equal(exactView(pool, copy.slot).getUint8(SLOT.size + length - 1), byte, `copy of ${frame.kind}`);
          copy.release();
          frame.release();
          if (pool.development) ok(exact.getUint8(SLOT.size + length - 1) !== byte, `${frame.kind} is destroyed`);
        };
        const video = acquire<VideoFrame>(pool, "video", { pixelFormat: "rgba8", width: 16, height: 2 });
        video.plane(0).fill(0x5a);
        check(video, 0x5a);
        const encoded = acquire<EncodedFrame>(pool, "encoded", { codec: "h264", maxBytes: 500, keyframe: true });
        encoded.bytes.fill(0x5b);
        equal(exactView(pool, encoded.slot).getUint16(SLOT.flags, true), 1);
        check(encoded, 0x5b);
        const packet = acquire<PacketFrame<{ x: "u8" }>>(pool, "packet", { fields: { x: "u8" }, capacity: 64 });
        packet.column("x").fill(0x5c);
        equal(packet.capacity, 64);
        check(packet, 0x5c);
        const data = acquire<DataFrame<string>>(pool, "data", { value: "]" });
        data.serialize();
        check(data, "]".charCodeAt(0));
      }
    },
  });

  Deno.test({
    name: `${kind}: reclaimLane() gives back slots at the end of a pool of 3 GiB`,
    ignore: isLeftToOtherRun(kind),
    fn: () => {
      using ends = endsOf(open(), 3);
      const { pool, slots, driver, token, page } = ends;
      const dying = new Pool(driver, token, 1, new Ledger());
      const held = slots.map(() => dying.takeSlot());
      dying.release(held[3]);
      for (const slot of held.slice(0, 2)) pool.retain(slot);
      page.u32[page.laneOffset(1) / 4 + LANE.deadGeneration / 4] = 1;
      const given = reclaimLane(pool, page, { lane: 1, generation: 1, row: 1 });
      deepEqual(given, { references: slots.length - 1, freed: slots.length - 2, lost: 0 });
      for (const slot of held.slice(0, 2)) pool.release(slot);
      pool.flushMagazine();
      equal(pool.freeInBitmap(), slots.length);
    },
  });

  Deno.test({
    name: `${kind}: a pool of 8 GiB touches no memory of slots that nobody takes`,
    ignore: Deno.build.os !== "linux" || isLeftToOtherRun(kind),
    fn: () => {
      const driver = open();
      const before = residentBytes();
      using ends = endsOf(driver, 8);
      const made = residentBytes() - before;
      ok(made < 64 * 2 ** 20, `making it touched ${made} bytes`);
      for (const slot of ends.slots) equal(ends.pool.takeSlot() >= 0, true, `${slot}`);
      const used = residentBytes() - before;
      ok(used < 96 * 2 ** 20, `taking ${ends.slots.length} slots touched ${used} bytes`);
    },
  });
}

/** Returns the resident memory of the process, bytes. */
function residentBytes(): number {
  return Deno.memoryUsage().rss;
}
