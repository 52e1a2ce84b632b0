import { deepEqual, rejects } from "node:assert/strict";
import { controlBytes, ControlPage } from "../../control_page.ts";
import { NO_CARRY } from "../../../tests/fixtures/scripted_lanes.ts";
import { nodeId } from "../../ids.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { Lane } from "../lane/lane.ts";
import type { Handover } from "../messages.ts";
import { EditAttempt } from "./edit_attempt.ts";
import { LaneHandovers } from "./lane_handovers.ts";
import { Leavers } from "./leavers.ts";
import { claim } from "./loan.ts";
import { emptyWork } from "../../live/lane_work.ts";
import { standstillOf } from "./standstill.ts";

const NODE = nodeId("a");
const SIZES = { lanes: 1, links: 1, nodes: 1 };

/** A node and its successor, with the record of calls to them. */
function setUp(parts: { mode?: string; ended?: boolean; from?: number; to?: number } = {}) {
  const did: string[] = [];
  const { mode = "push", ended = false, from = 0, to = 0 } = parts;
  const processor = (name: string) => ({
    snapshot: () => did.push(`${name} snapshot`),
    restore: () => void did.push(`${name} restore`),
  });
  const cell = (name: string, more: object = {}) => (
    {
      id: NODE,
      number: 1,
      opened: true,
      mode,
      inputs: [],
      outputs: [],
      ledger: { held: () => 0, releaseAll() {} },
      instance: { processor: processor(name) },
      countOn() {},
      resumeFrom: () => void did.push(`${name} resumeFrom`),
      publish: () => void did.push(`${name} publish`),
      forgoRecord: () => void did.push(`${name} forgoRecord`),
      ...more,
    } as unknown as NodeCell
  );
  const old = cell("old", { ended, finishing: ended });
  const lane = {
    index: 0,
    cells: [old],
    isGivenUp: false,
    nowNs: () => 0,
    page: ControlPage.format(new SharedArrayBuffer(controlBytes(SIZES)), SIZES),
    tellAllNews: () => void did.push("news"),
    departed() {},
    succeeded() {},
  } as unknown as Lane;
  const handover: Handover = { node: NODE, from, to, state: "carried", trialMs: 1 };
  const cells = new Map([[NODE, cell("new")]]);
  const handovers = new LaneHandovers(
    lane,
    new EditAttempt(1, lane),
    { ...emptyWork().edit, handovers: [handover] },
    cells,
  );
  const all = new Map<string, NodeCell>([[NODE, old]]);
  return { did, lane, handovers, all, cells, leavers: new Leavers(lane) };
}

Deno.test("LaneHandovers.leave() has a node that a device drives count no more, once its counts were told", () => {
  for (const mode of ["push", "external"]) {
    const { did, handovers, all, leavers } = setUp({ mode, to: 1 });
    handovers.leave(all, leavers, new Map(), () => {});
    deepEqual(did, ["news", "old publish", ...mode === "external" ? ["old forgoRecord"] : []]);
    deepEqual([all.size, leavers.size], [0, 1]);
  }
});

Deno.test("LaneHandovers.handOverHere() has a node that had no trial go on from what the one before it had", () => {
  const { did, handovers, all, cells, leavers } = setUp();
  handovers.handOverHere(all, leavers);
  deepEqual(did, ["new resumeFrom", "old publish", "old forgoRecord"]);
  deepEqual([all.get(NODE) === cells.get(NODE), leavers.size], [true, 1]);
});

Deno.test("LaneHandovers.offer() asks a node that has ended for no state, and gives its successor none", async () => {
  for (const ended of [true, false]) {
    const { did, lane, handovers } = setUp({ ended });
    Object.assign(lane, { paused: true });
    await handovers.offer(standstillOf([]), [], () => {});
    deepEqual(did, ended ? [] : ["old snapshot", "new restore"]);
  }
});

Deno.test("LaneHandovers.accept() gives up where what was lent was recalled", async () => {
  const { did, handovers } = setUp({ from: 1 });
  const loan = { claim: new SharedArrayBuffer(4), waitMs: 0, inputs: [], outputs: [] };
  claim(loan);
  await rejects(handovers.accept([{ node: NODE, carry: NO_CARRY, state: 1, loan }]), { code: "Timeout" });
  deepEqual(did, []);
});
