/** One suite for links within a lane and between lanes: random operations, compared with plain arrays. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { isLeftToOtherRun } from "../../tests/fixtures/each_driver.ts";
import { acquire, bench, freeSlots, linkPlan } from "../../tests/fixtures/slots.ts";
import { RING_BATCH } from "../driver/driver.ts";
import { openNativeDriver } from "../driver/native.ts";
import { PortableDriver } from "../driver/portable.ts";
import type { AudioFrame } from "../frames/audio_frame.ts";
import { readLinkCounters } from "../stats.ts";
import type { LinkReader, LinkWriter } from "./link.ts";
import { LocalLink } from "./local_link.ts";
import { evicts, LINK_POLICIES, type LinkPolicy } from "./policy.ts";
import { RingLinkReader, RingLinkWriter } from "./ring_link.ts";

const SLOTS = 64;
const NOW_NS = 1e6;

const KINDS = ["local", "portable ring", "native ring"] as const;
const OPERATIONS = ["write", "read", "peek", "skip", "put back", "discard"] as const;

type Kind = typeof KINDS[number];

/** The driver of a kind. Links within a lane use no driver and are tried beside the portable one. */
function driverOf(kind: Kind): "native" | "portable" {
  return kind === "native ring" ? "native" : "portable";
}

function makeLink(kind: Kind, policy: LinkPolicy, capacity: number) {
  const { driver, page, pool, free } = bench(
    SLOTS,
    64,
    kind === "native ring" ? openNativeDriver() : new PortableDriver(),
  );
  const plan = linkPlan("audio", policy, capacity);
  if (kind === "local") {
    const link = new LocalLink(plan, page);
    return { page, pool, writer: link as LinkWriter, reader: link as LinkReader, free };
  }
  const ring = driver.createRing({ capacity, evicts: evicts(policy), linkOffset: page.linkOffset(0) });
  const site = { page, driver, pools: [pool], staged: [], isGivenUp: false };
  const writer: LinkWriter = new RingLinkWriter({ ...plan, ring }, site, 1);
  const reader: LinkReader = new RingLinkReader({ ...plan, ring }, site, 0);
  const freeAll = () => {
    driver.releaseRing(ring);
    free();
  };
  return { page, pool, writer, reader, free: freeAll };
}

/** A link modelled by plain arrays of frame numbers. */
class Model {
  /** Frames that the reading end has fetched or was given back. None of them is dropped, full or not. */
  near: number[] = [];
  far: number[] = [];
  written = 0;
  read = 0;
  full = 0;
  skipped = 0;
  unlinked = 0;
  highWater = 0;
  readonly #kind: Kind;
  readonly #policy: LinkPolicy;
  readonly #capacity: number;

  constructor(kind: Kind, policy: LinkPolicy, capacity: number) {
    this.#kind = kind;
    this.#policy = policy;
    this.#capacity = capacity;
  }

  get room(): number {
    return this.#capacity - this.far.length;
  }

  get queued(): number {
    return this.near.length + this.far.length;
  }

  write(): void {
    const number = this.written++;
    if (this.room <= 0 && this.#policy === "drop-newest") {
      this.full++;
      return;
    }
    while (this.room <= 0) {
      this.far.shift();
      this.full++;
    }
    this.far.push(number);
    this.highWater = Math.max(this.highWater, this.far.length);
  }

  /** Looks as the reader does: a ring's reader fetches all frames, or one at a time if the ring may still drop them. */
  peek(): number | undefined {
    if (this.#kind === "local") return this.far[0];
    const batch = evicts(this.#policy) ? 1 : RING_BATCH;
    if (this.near.length === 0) this.near = this.far.splice(0, batch);
    return this.near[0];
  }

  take(): number | undefined {
    this.peek();
    return this.#kind === "local" ? this.far.shift() : this.near.shift();
  }

  putBack(numbers: readonly number[]): void {
    (this.#kind === "local" ? this.far : this.near).unshift(...numbers);
  }
}

for (const kind of KINDS) {
  for (const policy of LINK_POLICIES) {
    const name = `a ${policy} ${kind} link does what plain arrays do, and counts it`;
    Deno.test(name, { ignore: isLeftToOtherRun(driverOf(kind)) }, () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 6 }),
          fc.array(fc.constantFrom("write", "write", ...OPERATIONS), { maxLength: 80 }),
          (size, operations) => check(kind, policy, policy === "latest" ? 1 : size, operations),
        ),
        { numRuns: 200 },
      );
    });
  }
}

for (const kind of ["portable ring", "native ring"] as const) {
  const ignore = isLeftToOtherRun(driverOf(kind));
  Deno.test(
    `a latest ${kind} link shows each frame as soon as it is written, and drops the one before`,
    { ignore },
    () => {
      const { pool, writer, reader, free } = makeLink(kind, "latest", 1);
      for (let number = 0; number < 3; number++) {
        const frame = acquire<AudioFrame>(pool, "audio", { sampleRateHz: 1, channels: 1, sampleCount: 1 });
        frame.sequence = number;
        writer.write(frame);
        equal(reader.available(), 1);
        equal(freeSlots(pool), SLOTS - 1);
      }
      equal(reader.take()?.sequence, 2);
      free();
    },
  );
}

function check(kind: Kind, policy: LinkPolicy, capacity: number, operations: readonly string[]): void {
  const { page, pool, writer, reader, free } = makeLink(kind, policy, capacity);
  const model = new Model(kind, policy, capacity);
  let lastTaken = -1;
  const take = (): AudioFrame | undefined => {
    const frame = reader.take() as AudioFrame | undefined;
    equal(frame?.sequence, model.take());
    if (frame === undefined) return undefined;
    equal(frame.linkGap, frame.sequence !== lastTaken + 1, `gap before ${frame.sequence} after ${lastTaken}`);
    lastTaken = frame.sequence;
    return frame;
  };
  const compare = () => {
    writer.publish();
    reader.publish();
    const { dropped, ageNs, ...counters } = readLinkCounters(page, 0, NOW_NS);
    const { written, read, queued, highWater } = model;
    deepEqual(counters, { state: counters.state, written, read, queued, highWater });
    deepEqual(dropped, { full: model.full, skipped: model.skipped, unlinked: model.unlinked, laneLost: 0 });
    equal(ageNs, written === 0 ? 0 : NOW_NS - ingressOf(written - 1), "age of the newest frame written");
    equal(reader.available(), queued);
    equal(reader.hasFrames(), queued > 0);
    equal(freeSlots(pool), SLOTS - queued, "dropped frames give their slots back at once");
    if (kind === "local") equal(writer.room(), model.room);
    else if (policy === "lossless") {
      // The writer may not have seen yet which frames the reader has taken.
      ok(writer.room() <= model.room);
      equal(writer.room() > 0, model.room > 0);
    }
  };
  const release = (frame: AudioFrame) => pool.release(frame.slot);
  for (const operation of operations) {
    if (operation === "write") {
      if (policy === "lossless" && model.room <= 0) continue;
      const frame = acquire<AudioFrame>(pool, "audio", { sampleRateHz: 1, channels: 1, sampleCount: 1 });
      frame.sequence = model.written;
      frame.ingressNs = ingressOf(model.written);
      writer.write(frame);
      writer.flush();
      model.write();
    } else if (operation === "read") {
      const frame = take();
      if (frame === undefined) continue;
      model.read++;
      release(frame);
    } else if (operation === "peek") equal(reader.peek()?.sequence, model.peek());
    else if (operation === "skip") {
      const frame = take();
      if (frame === undefined) continue;
      reader.countSkipped(1);
      model.skipped++;
      release(frame);
    } else if (operation === "put back") {
      const before = lastTaken;
      const taken = [take(), take()].filter((frame) => frame !== undefined);
      if (taken.length === 0) continue;
      reader.putBack(
        taken.map((frame, k) => ({ frame, gap: frame.sequence !== (taken[k - 1]?.sequence ?? before) + 1 })),
      );
      model.putBack(taken.map(({ sequence }) => sequence));
      lastTaken = before;
    } else {
      lastTaken = [...model.near, ...model.far].at(-1) ?? lastTaken;
      reader.discard();
      model.unlinked += model.queued;
      model.near = [];
      model.far = [];
    }
    compare();
  }
  writer.end();
  equal(reader.ended(), model.queued === 0);
  for (let frame = take(); frame !== undefined; frame = take()) {
    model.read++;
    release(frame);
  }
  equal(reader.ended(), true);
  compare();
  free();
}

/** Returns when a frame entered the graph. */
function ingressOf(number: number): number {
  return 1_000 + 10 * number;
}
