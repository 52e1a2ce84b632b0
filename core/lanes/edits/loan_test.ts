import { deepEqual, equal } from "node:assert/strict";
import { ENTRY } from "../../../ffi/layout.gen.ts";
import { acquire, bench, entriesIn, freeSlots, linkPlan } from "../../../tests/fixtures/slots.ts";
import { LocalLink } from "../../links/local_link.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { Loan } from "../messages.ts";
import { claim, Lender, recall } from "./loan.ts";

const SLOTS = 8;

/** A node with a link on which frames wait, the second of them behind a gap. */
function setUp() {
  const { page, pool } = bench(SLOTS);
  const link = new LocalLink(linkPlan("audio", "lossless", 4), page);
  for (let k = 0; k < 3; k++) {
    if (k === 1) link.markGap();
    link.write(acquire(pool, "audio", { sampleRateHz: 1_000, channels: 1, sampleCount: 1 }));
  }
  const cell = { inputs: [{ link }], outputs: [] } as unknown as NodeCell;
  return { pool, link, cell };
}

Deno.test("claim() succeeds for the first that claims a loan, and recall() gives back only what nobody has claimed", () => {
  const { pool } = bench(SLOTS);
  for (const first of ["claimed", "recalled"] as const) {
    const before = freeSlots(pool);
    const inputs = [{ plan: linkPlan("audio", "lossless", 4), entries: entriesIn(pool, 2) }];
    const loan: Loan = { claim: new SharedArrayBuffer(4), waitMs: 0, inputs, outputs: [] };
    if (first === "claimed") equal(claim(loan), true);
    recall(loan, [pool]);
    recall(loan, [pool]);
    deepEqual([claim(loan), freeSlots(pool)], [false, first === "claimed" ? before - 2 : before]);
  }
});

Deno.test("Lender.lend() says where gaps are, and end() puts them back", () => {
  const { pool, link, cell } = setUp();
  const lender = new Lender();
  const [{ entries }] = lender.lend(cell, 0).inputs;
  const gaps = [false, true, false];
  deepEqual(entries.map((entry) => (entry & ENTRY.discontinuity) !== 0), gaps);
  deepEqual(lender.end([pool]), new Map([[0, 3]]));
  const seen = gaps.map(() => {
    const frame = link.take()!;
    pool.release(frame.slot);
    return frame.linkGap;
  });
  deepEqual([seen, freeSlots(pool)], [gaps, SLOTS]);
});
