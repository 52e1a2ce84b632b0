import { deepEqual } from "node:assert/strict";
import { LANE, NODE, PHASE } from "../../ffi/layout.gen.ts";
import { pass } from "../../tests/fixtures/numbered.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { Topology } from "../topology.ts";
import { type KeptLanes, whatKeeps } from "./edit_errors.ts";

const LANES = [{ name: "near", index: 1 }];

/** What keeps lane "near", which runs "old", while "new" is made ready for it. @param called the node that it calls */
function keeps(called: "old" | "new", inTick?: string, phase?: number): KeptLanes {
  const sizes = { lanes: 2, links: 1, nodes: 2 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const topology = new Topology("live", () => []);
  const [before, after] = ["old", "new"].map((id) => topology.addNode(pass, {}, { id, lane: "near" }));
  const { index } = called === "new" ? after : before;
  page.u32[(page.laneOffset(1) + LANE.currentNode) >> 2] = index + 1;
  if (phase !== undefined) page.u32[(page.nodeOffset(index) + NODE.phase) >> 2] = phase;
  return whatKeeps({ page, lanes: LANES, drafted: [after], nodes: [before], leaving: [] }, inTick);
}

Deno.test("whatKeeps() names a node that keeps the lane that it comes to", () => {
  deepEqual(keeps("new"), { nodeId: "new", why: '"new" has not returned from restore() or process()' });
  deepEqual(keeps("new", undefined, PHASE.setup), { nodeId: "new", why: '"new" has not returned from setup()' });
});

Deno.test("whatKeeps() names a node of the graph that its lane has run last only where that is told to be in a tick", () => {
  deepEqual(keeps("old"), { nodeId: undefined, why: "a call of a node takes too long" });
  deepEqual(keeps("old", "process()"), { nodeId: "old", why: '"old" has not returned from process()' });
});
