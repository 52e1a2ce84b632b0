import { equal } from "node:assert/strict";
import { LANE } from "../../../ffi/layout.gen.ts";
import { pass } from "../../../tests/fixtures/numbered.ts";
import { controlBytes, ControlPage } from "../../control_page.ts";
import { Topology } from "../../topology.ts";
import { keptBy } from "./overdue.ts";
import type { Run } from "../run.ts";

const INDEX = 1;

Deno.test("keptBy() names the node whose call keeps a lane, or else those of which one may", () => {
  const topology = new Topology({ mode: "live" });
  const indices = ["a", "b"].map((id) => topology.addNode(pass, {}, { id, lane: "near" }).index);
  const sizes = { lanes: 2, links: 1, nodes: 8 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const call = "flush() or teardown()";
  const former = { node: { id: "a", index: 5 }, lane: INDEX, call };
  const gone = { node: { id: "c", index: 6 }, lane: INDEX, call };
  const draft = { id: "d", index: 7, lane: "near" };

  /** @param current index of the node's record in the lane's record; -1: none */
  const keptAt = (current: number, leaving: readonly unknown[], drafted: readonly unknown[] = []) => {
    page.u32[(page.laneOffset(INDEX) + LANE.currentNode) >> 2] = current + 1;
    const lanes = { indexOf: (name: string) => name === "near" ? INDEX : -1 };
    const run = { topology, lanes, page, edits: { leaving, drafted } };
    return keptBy(run as unknown as Run, INDEX);
  };

  equal(keptAt(indices[1], [gone]), 'a call of "b"');
  equal(keptAt(5, [former, gone]), `${call} of the former "a"`);
  equal(keptAt(7, [], [draft]), 'a call of "d"');
  equal(keptAt(-1, [former, gone]), `${call} of the former "a" or ${call} of "c"`);
  equal(keptAt(-1, []), 'a call of "a" or "b"');
});
