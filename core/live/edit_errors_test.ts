import { deepEqual } from "node:assert/strict";
import { LANE, NODE, PHASE } from "../../ffi/layout.gen.ts";
import { pass } from "../../tests/fixtures/numbered.ts";
import { source } from "../../tests/fixtures/scripted.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { Topology } from "../topology.ts";
import { type KeptLanes, whatKeeps } from "./edit_errors.ts";

const SIZES = { lanes: 2, links: 1, nodes: 2 };
const LANES = [{ name: "near", index: 1 }];

/**
 * Returns what keeps lane "near", which runs "old" while it prepares "new". @param called the node that the lane calls
 */
function keeps(called: "old" | "new", inTick?: string, phase?: number): KeptLanes {
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(SIZES)), SIZES);
  const topology = new Topology({ mode: "live" });
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

Deno.test("whatKeeps() does not name a node that a device drives for its process(), which lasts as long as the node", () => {
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(SIZES)), SIZES);
  const topology = new Topology({ mode: "live" });
  const [device, other] = [source({}, { mode: "external" }), source({})].map(({ type }, k) =>
    topology.addNode(type, {}, { id: `node${k}` })
  );
  for (const { index } of [device, other]) page.u32[(page.nodeOffset(index) + NODE.phase) >> 2] = PHASE.await;
  deepEqual(
    whatKeeps({ page, lanes: [{ name: "main", index: 0 }], drafted: [], nodes: [device, other], leaving: [] }),
    {
      nodeId: "node1",
      why: '"node1" has not returned from process()',
    },
  );
});
