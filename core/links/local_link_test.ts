import { equal } from "node:assert/strict";
import { acquire, bench, linkPlan } from "../../tests/fixtures/slots.ts";
import type { ControlPage } from "../control_page.ts";
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
