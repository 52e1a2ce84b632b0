import { deepEqual } from "node:assert/strict";
import { controlBytes, ControlPage } from "../../control_page.ts";
import type { Lane } from "../lane/lane.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { LaneReport } from "../messages.ts";
import { Leavers, retire } from "./leavers.ts";

/** A node that was taken out, whose tick is under way, and the record of calls to it. */
function leaver(pending: boolean) {
  const did: string[] = [];
  const call = (name: string) => () => void did.push(name);
  const cell = {
    pending,
    opened: true,
    number: 1,
    instance: { processor: { flush: call("flush"), teardown: call("teardown") } },
    ledger: { releaseAll() {} },
    endTick() {},
    end() {},
    admitWaiters() {},
    abort: call("abort"),
    publish: call("publish"),
    forgoRecord: call("forgoRecord"),
  };
  return { cell: cell as unknown as NodeCell, did };
}

/** A lane on which no time passes. */
function makeLane(isGivenUp = false): Lane {
  const sizes = { lanes: 1, links: 1, nodes: 1 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  return { index: 0, page, driver: { nowNs: () => 0 }, closed: false, isGivenUp, departed() {} } as unknown as Lane;
}

Deno.test("retire() waits for a tick under way only until the lane closes, and flushes no node whose tick is not over", async () => {
  const { cell, did } = leaver(true);
  const lane = makeLane();
  const retired = retire(lane, cell, true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  deepEqual(did, []);
  lane.closed = true;
  await retired;
  deepEqual(did, ["abort", "teardown", "publish"]);
});

Deno.test("retire() publishes nothing on a thread that was given up, where the record may be another node's", async () => {
  for (const isGivenUp of [false, true]) {
    const { cell, did } = leaver(false);
    await retire(makeLane(isGivenUp), cell, true);
    deepEqual(did, ["flush", "teardown", ...isGivenUp ? [] : ["publish"]]);
  }
});

Deno.test("Leavers.add() publishes what a node has counted and has it count no more, where its successor has its record", () => {
  for (const isTold of [false, true]) {
    const { cell, did } = leaver(false);
    new Leavers(makeLane()).add(cell, true, isTold);
    deepEqual([cell.outside, did], [true, isTold ? [] : ["publish", "forgoRecord"]]);
  }
});

Deno.test("Leavers.end() reports that a node has ended once the lane's free slots are anybody's", async () => {
  for (const isGivenUp of [false, true]) {
    const { cell, did } = leaver(false);
    const lane = {
      ...makeLane(isGivenUp),
      pools: [{ flushMagazine: () => did.push("flushMagazine") }],
      site: { post: ({ kind }: LaneReport) => did.push(kind) },
    } as unknown as Lane;
    const leavers = new Leavers(lane);
    leavers.add(cell, false);
    await Promise.all(leavers.end());
    deepEqual(did, ["teardown", ...isGivenUp ? [] : ["publish", "flushMagazine"], "tornDown"]);
  }
});
