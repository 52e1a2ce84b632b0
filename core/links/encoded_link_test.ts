/** Encoded frames on links that drop: which frames are dropped, the reason, and how often each is counted. */
import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { LINK } from "../../ffi/layout.gen.ts";
import { acquire, bench, freeSlots, linkPlan } from "../../tests/fixtures/slots.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import { readLinkCounters } from "../stats.ts";
import type { LinkReader, LinkWriter } from "./link.ts";
import { LocalLink } from "./local_link.ts";
import type { LinkPolicy } from "./policy.ts";
import { RingLinkReader, RingLinkWriter } from "./ring_link.ts";

const SLOTS = 64;

type Step = "key" | "delta" | "read";

function makeLink(between: "local" | "ring", policy: LinkPolicy, capacity: number) {
  const { driver, page, pool } = bench(SLOTS);
  const plan = linkPlan("encoded", policy, capacity);
  if (between === "local") {
    const link = new LocalLink(plan, page);
    return { page, pool, writer: link as LinkWriter, reader: link as LinkReader };
  }
  const evicts = policy === "roll-off" || policy === "latest";
  const ring = driver.createRing({ capacity, evicts, linkOffset: page.linkOffset(0) });
  const site = { page, driver, pools: [pool], staged: [], isGivenUp: false };
  const writer: LinkWriter = new RingLinkWriter({ ...plan, ring }, site, 1);
  return { page, pool, writer, reader: new RingLinkReader({ ...plan, ring }, site, 0) as LinkReader };
}

for (const between of ["local", "ring"] as const) {
  for (const policy of ["roll-off", "latest", "drop-newest"] as const) {
    Deno.test(`a ${policy} ${between} link never hands out an encoded frame whose reference is missing`, () => {
      fc.assert(fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.constantFrom<Step>("key", "delta", "delta", "delta", "read"), { maxLength: 60 }),
        (size, steps) => {
          const { page, pool, writer, reader } = makeLink(between, policy, policy === "latest" ? 1 : size);
          const read: { number: number; keyframe: boolean; gap: boolean }[] = [];
          const take = () => {
            const frame = reader.take() as EncodedFrame | undefined;
            if (frame === undefined) return false;
            read.push({ number: frame.sequence, keyframe: frame.keyframe, gap: frame.discontinuity });
            pool.release(frame.slot);
            return true;
          };
          let written = 0;
          for (const step of steps) {
            if (step === "read") take();
            else {
              const frame = acquire<EncodedFrame>(pool, "encoded", {
                codec: "vp8",
                maxBytes: 1,
                keyframe: step === "key",
              });
              frame.sequence = written++;
              writer.write(frame);
              writer.flush();
            }
          }
          while (take());
          let last = -1;
          for (const { number, keyframe, gap } of read) {
            const missing = number !== last + 1;
            equal(missing && !keyframe, false, `frame ${number} after ${last} cannot be decoded`);
            equal(gap, missing, `frame ${number} after ${last}`);
            last = number;
          }
          writer.publish();
          reader.publish();
          const counters = readLinkCounters(page, 0, 0);
          deepEqual([counters.written, counters.read, counters.queued], [written, read.length, 0]);
          deepEqual(counters.dropped, { full: written - read.length, skipped: 0, unlinked: 0, laneLost: 0 });
          equal(freeSlots(pool), SLOTS);
        },
      ));
    });
  }
}

Deno.test("a local roll-off link keeps the pictures from the next key frame on", () => {
  const { page, pool, writer, reader } = makeLink("local", "roll-off", 4);
  const steps = [true, false, true, false, false];
  for (const [number, keyframe] of steps.entries()) {
    const frame = acquire<EncodedFrame>(pool, "encoded", { codec: "h264", maxBytes: 1, keyframe });
    frame.sequence = number;
    writer.write(frame);
  }
  writer.publish();
  equal(page.f64[(page.linkOffset(0) + LINK.droppedFull) >> 3], 2);
  deepEqual(Array.from({ length: 3 }, () => reader.take()!.sequence), [2, 3, 4]);
});
