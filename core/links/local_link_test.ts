import { deepEqual, equal } from "node:assert/strict";
import { ENTRY } from "../../ffi/layout.gen.ts";
import { acquire, bench, freeSlots, linkPlan } from "../../tests/fixtures/slots.ts";
import type { ControlPage } from "../control_page.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import { readLinkCounters } from "../stats.ts";
import { LocalLink } from "./local_link.ts";
import type { LinkPolicy } from "./policy.ts";

function setUp(policy: LinkPolicy, capacity: number) {
  const { page, pool } = bench(8);
  return { page, pool, link: new LocalLink(linkPlan("audio", policy, capacity), page) };
}

Deno.test("LocalLink passes a gap on that was there before it", () => {
  const { link, pool } = setUp("lossless", 2);
  const frame = acquire(pool, "audio", { sampleRateHz: 1, channels: 1, sampleCount: 1 });
  frame.linkGap = true;
  link.write(frame);
  frame.linkGap = false;
  equal(link.take()!.discontinuity, true);
});

Deno.test("readLinkCounters() tells when the writer of a LocalLink has ended, and when its reader has", () => {
  const state = (page: ControlPage) => readLinkCounters(page, 0, 0).state;
  const both = setUp("lossless", 1);
  equal(state(both.page), "open");
  both.link.end();
  equal(state(both.page), "ended");
  both.link.close();
  equal(state(both.page), "closed");
  const reader = setUp("roll-off", 1);
  reader.link.close();
  equal(state(reader.page), "closed");
});

Deno.test("LocalLink.detach() counts what cannot be sent to another lane as unlinked", () => {
  const { page, pool } = bench(8);
  const link = new LocalLink(linkPlan("data", "lossless", 4), page);
  const slots = [1, () => {}, 2].map((value) => {
    const frame = acquire<DataFrame>(pool, "data", { value });
    link.write(frame);
    return frame.slot;
  });
  const failures: unknown[] = [];
  const { entries } = link.detach((error) => failures.push(error));
  equal(failures.length, 1);
  deepEqual(entries, [slots[0], (slots[2] | ENTRY.discontinuity) >>> 0]);
  equal(freeSlots(pool), 6);
  const { written, read, queued, dropped } = readLinkCounters(page, 0, 0);
  deepEqual({ written, read, queued }, { written: 3, read: 0, queued: 2 });
  deepEqual(dropped, { full: 0, skipped: 0, unlinked: 1, laneLost: 0 });
});
