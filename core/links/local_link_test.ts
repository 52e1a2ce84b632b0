import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { controlBytes, ControlPage } from "../control_page.ts";
import { PortableDriver } from "../driver/portable.ts";
import { AudioFrame } from "../frames/audio_frame.ts";
import { Ledger } from "../frames/ledger.ts";
import { linkId, nodeId } from "../ids.ts";
import { createPool, Pool } from "../memory/pool.ts";
import { readLinkCounters } from "../stats.ts";
import { LocalLink } from "./local_link.ts";
import { LINK_POLICIES, type LinkPolicy } from "./policy.ts";

const SLOTS = 64;

function bench(policy: LinkPolicy, capacity: number) {
  const driver = new PortableDriver();
  const sizes = { lanes: 1, links: 1, nodes: 1 };
  const control = driver.createArena(controlBytes(sizes));
  const page = ControlPage.format(driver.openArena(control), sizes);
  driver.useControl(control);
  const ledger = new Ledger();
  const pool = new Pool(driver, createPool(driver, 0, { name: "p", slotBytes: 64, slots: SLOTS }), 0, ledger);
  const link = new LocalLink({
    id: linkId(0),
    index: 0,
    policy,
    capacity,
    kind: "audio",
    fromNode: nodeId("a"),
    fromPort: "out",
    toNode: nodeId("b"),
    toPort: "in",
    readerBit: 0,
    writerBit: 0,
  }, page);
  const numbered = (number: number) => {
    const slot = pool.takeSlot();
    const frame = new AudioFrame(pool, slot, ledger).shape({ sampleRateHz: 1, channels: 1, sampleCount: 1 });
    frame.sequence = number;
    return frame;
  };
  const free = () => {
    pool.flushMagazine();
    return pool.freeInBitmap();
  };
  return { page, link, numbered, free };
}

for (const policy of LINK_POLICIES) {
  Deno.test(`LocalLink (${policy}) does what a plain array does, and counts it`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.oneof(fc.constant("write"), fc.constant("read")), { maxLength: 80 }),
        (wanted, operations) => {
          const capacity = policy === "latest" ? 1 : wanted;
          const { page, link, numbered, free } = bench(policy, capacity);
          const model: number[] = [];
          const counts = { written: 0, read: 0, full: 0 };
          let next = 0;
          let lastTaken = -1;
          for (const operation of operations) {
            if (operation === "write") {
              if (policy === "lossless" && model.length === capacity) continue;
              link.write(numbered(next));
              counts.written++;
              if (model.length === capacity) counts.full++;
              if (model.length < capacity) model.push(next);
              else if (policy !== "drop-newest") {
                model.shift();
                model.push(next);
              }
              next++;
            } else {
              const frame = link.take();
              const expected = model.shift();
              equal(frame?.sequence, expected);
              if (frame === undefined) continue;
              counts.read++;
              equal(frame.discontinuity, frame.sequence !== lastTaken + 1, `gap before ${frame.sequence}`);
              lastTaken = frame.sequence;
              frame.pool.release(frame.slot);
            }
            equal(link.available(), model.length);
            equal(link.room(), capacity - model.length);
            equal(link.peek()?.sequence, model[0]);
            link.publish();
            const { written, read, dropped, queued } = readLinkCounters(page, 0, 0);
            deepEqual({ written, read, full: dropped.full }, counts);
            equal(queued, model.length);
            equal(free(), SLOTS - model.length, "dropped frames give their slots back at once");
          }
          link.end();
          equal(link.ended(), model.length === 0);
          while (link.take()) model.shift();
          equal(model.length, 0);
          equal(link.ended(), true);
        },
      ),
      { numRuns: 200 },
    );
  });
}

Deno.test("LocalLink passes a gap on that was there before it", () => {
  const { link, numbered } = bench("lossless", 2);
  const frame = numbered(0);
  frame.linkGap = true;
  link.write(frame);
  frame.linkGap = false;
  equal(link.take()!.discontinuity, true);
});

Deno.test("readLinkCounters() tells when the writer of a LocalLink has ended, and when its reader has", () => {
  const state = (page: ControlPage) => readLinkCounters(page, 0, 0).state;
  const both = bench("lossless", 1);
  equal(state(both.page), "open");
  both.link.end();
  equal(state(both.page), "ended");
  both.link.close();
  equal(state(both.page), "closed");
  const reader = bench("roll-off", 1);
  reader.link.close();
  equal(state(reader.page), "closed");
});
