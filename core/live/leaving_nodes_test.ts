import { deepEqual, equal, rejects } from "node:assert/strict";
import { SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { LaneThread } from "../lanes/ports/lane_thread.ts";
import type { EditSite } from "./edit_site.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import { LeavingNodes } from "./leaving_nodes.ts";

function node(id: string, index: number, lane = "near"): NodeEntry {
  return { id: id as NodeId, index, lane } as NodeEntry;
}

/** @param recycled records that are reused; lane `stage` is a native one */
function leavingNodes(recycled: number[] = []): LeavingNodes {
  const lanes = ["main", "near", "far", "stage"];
  const recycle = (nodes: readonly NodeEntry[]) => void recycled.push(...nodes.map(({ index }) => index));
  return new LeavingNodes({
    topology: { recycle } as unknown as Topology,
    lane: (index) => ({ kind: lanes[index] === "stage" ? "native" : "worker" }) as LaneThread,
    laneIndex: (name) => lanes.indexOf(name),
  } as Partial<EditSite> as EditSite);
}

function idsOf({ all }: LeavingNodes): string[] {
  return all.map(({ node: { id } }) => id);
}

Deno.test("LeavingNodes.addReplaced() has the record of a node used again once that has gone", () => {
  const recycled: number[] = [];
  const leaving = leavingNodes(recycled);
  deepEqual(leaving.addReplaced([node("a", 1), node("a", 2)]), []);
  leaving.remove(2);
  leaving.remove(2);
  deepEqual([leaving.all.map((each) => each.node.index), recycled], [[1], [2]]);
});

Deno.test("LeavingNodes.addReplaced() leaves nodes of native lanes to the edit", () => {
  const leaving = leavingNodes();
  deepEqual(leaving.addReplaced([node("a", 1), node("b", 2, "stage")]).map(({ id }) => id), ["b"]);
  deepEqual(idsOf(leaving), ["a"]);
});

Deno.test("LeavingNodes.removeOn() leaves those that another lane calls", () => {
  const leaving = leavingNodes();
  leaving.addReplaced([node("a", 1, "near"), node("b", 2, "far")]);
  leaving.removeOn(1);
  deepEqual(idsOf(leaving), ["b"]);
});

Deno.test("LeavingNodes tells what their lanes may be calling", () => {
  const leaving = leavingNodes();
  leaving.addReplaced([node("a", 1, "near"), node("b", 2, "far")]);
  leaving.takenOut(1);
  deepEqual(leaving.all.map(({ call }) => call), ["flush() or teardown()", "process()"]);
});

Deno.test("LeavingNodes.addAll() waits for each by its record, however late one of its id comes to its end", async () => {
  const leaving = leavingNodes();
  leaving.addReplaced([node("a", 1)]);
  let isOver = false;
  const over = leaving.addAll([node("a", 2), node("b", 3, "far")]).done.then((failures) => {
    isOver = true;
    return failures;
  });
  for (const record of [1, 3]) leaving.remove(record);
  await new Promise((resolve) => setTimeout(resolve));
  equal(isOver, false);
  leaving.remove(2);
  deepEqual(await over, []);
});

Deno.test("LeavingNodes.addAll() gives the error by which a lane was lost that one of them kept, and of no other", async () => {
  const leaving = leavingNodes();
  const { done } = leaving.addAll([node("a", 1), node("b", 2)]);
  leaving.lost(1, new SluiceError("NodeFailed", "it keeps the thread", { nodeId: "a" }));
  deepEqual((await done).map(({ message }) => message), ["it keeps the thread"]);
  deepEqual(idsOf(leaving), ["a", "b"]);
  const next = leaving.addAll([node("c", 3)]);
  leaving.lost(1, new Error("the thread has ended"));
  deepEqual(await next.done, []);
});

Deno.test("LeavingNodes.addAll() waits for those of one edit while those of another are late", async () => {
  const recycled: number[] = [];
  const leaving = leavingNodes(recycled);
  const first = leaving.addAll([node("a", 1), node("b", 2)]);
  leaving.remove(2);
  deepEqual([first.late, recycled], [["a"], [2]]);
  const second = leaving.addAll([node("a", 3)]);
  leaving.remove(3);
  deepEqual([await second.done, first.late], [[], ["a"]]);
  leaving.remove(1);
  deepEqual([await first.done, first.late, recycled], [[], [], [2, 3, 1]]);
});

Deno.test("LeavingNodes.refuse() gives up what every edit waits for", async () => {
  const leaving = leavingNodes();
  const departures = [leaving.addAll([node("a", 1)]), leaving.addAll([node("b", 2)])];
  leaving.refuse(new Error("the graph has ended"));
  for (const { done } of departures) await rejects(done, { message: "the graph has ended" });
});
