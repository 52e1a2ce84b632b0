import { deepEqual, equal } from "node:assert/strict";
import { source } from "../../tests/fixtures/scripted.ts";
import { Topology } from "../topology.ts";
import { Refusals } from "./refusals.ts";

Deno.test("Refusals tells each node of every refusal, one that is removed for the last time, and keeps none that is gone", () => {
  const topology = new Topology("live", () => []);
  const [a, b, c] = ["a", "b", "c"].map((id) => topology.addNode(source({}).type, {}, { id }));
  const refusals = new Refusals();
  const told: string[] = [];
  for (const node of [a, b, c]) refusals.add(node, (reason) => told.push(`${node.id} ${reason}`));
  refusals.tell(1);
  refusals.remove([b], 2);
  refusals.tell(3);
  deepEqual(told, ["a 1", "b 1", "c 1", "b 2", "a 3", "c 3"]);
  const draft = topology.draft();
  draft.removeNode("a");
  topology.adopt(draft);
  refusals.keep(topology);
  equal(refusals.size, 1);
});
