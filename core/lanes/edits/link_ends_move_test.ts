import { deepEqual, equal } from "node:assert/strict";
import { ENTRY } from "../../../ffi/layout.gen.ts";
import { acquire, bench, freeSlots, linkPlan } from "../../../tests/fixtures/slots.ts";
import type { LinkReader, LinkWriter } from "../../links/link.ts";
import { LocalLink } from "../../links/local_link.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { Lane } from "../lane/lane.ts";
import { detachMovedLink } from "./link_ends_move.ts";

const SLOTS = 16;
const CAPACITY = 4;
const HERE = 0;
const THERE = 1;

Deno.test("detachMovedLink() keeps lent frames where no later frame can roll them off", () => {
  const { driver, page, pool } = bench(SLOTS);
  const before = linkPlan("audio", "roll-off", CAPACITY);
  const link = new LocalLink(before, page);
  const write = (writer: LinkWriter) => {
    const frame = acquire(pool, "audio", { sampleRateHz: 1_000, channels: 1, sampleCount: 1 });
    writer.write(frame);
    return frame.slot;
  };
  const slots = [0, 1, 2].map(() => write(link));
  const input = {
    name: before.toPort,
    link: link as LinkReader | undefined,
    detach() {
      this.link = undefined;
    },
  };
  const output = {
    name: before.fromPort,
    links: [link] as LinkWriter[],
    attach: (writer: LinkWriter) => void output.links.push(writer),
    detach: () => output.links.pop(),
  };
  const cells = new Map([
    [before.fromNode, { inputs: [], outputs: [output] } as unknown as NodeCell],
    [before.toNode, { inputs: [input], outputs: [] } as unknown as NodeCell],
  ]);
  const ring = driver.createRing({ capacity: CAPACITY, evicts: true, linkOffset: page.linkOffset(0) });
  const lane = { index: HERE, driver, page, pools: [pool], staged: [], wakeables: [] } as unknown as Lane;
  const move = {
    before,
    after: { ...before, ring },
    writer: { from: HERE, to: HERE },
    reader: { from: HERE, to: THERE },
  };
  const lent = 2;
  const { entries } = detachMovedLink(lane, cells, move, lent, () => {})!;
  const [writer] = output.links;
  // The reading lane has yet to take up the rest.
  for (let k = 0; k < CAPACITY; k++) write(writer);
  writer.flush();
  deepEqual(entries.map((entry) => entry & ENTRY.slotMask), slots.slice(0, lent));
  const held = entries.length + driver.openReader(ring).available();
  equal(SLOTS - freeSlots(pool), held);
  equal(held, lent + CAPACITY);
});
