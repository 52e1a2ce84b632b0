import { deepEqual, equal, throws } from "node:assert/strict";
import { pass } from "../../tests/fixtures/numbered.ts";
import { NodeStates } from "../events/run_events.ts";
import { Topology } from "../topology.ts";
import { NODE_TRANSITIONS, type NodeEvent, type NodeStage, RunNode } from "./run_node.ts";

const STAGES = Object.keys(NODE_TRANSITIONS) as NodeStage[];
const EVENTS = [...new Set(STAGES.flatMap((stage) => Object.keys(NODE_TRANSITIONS[stage])))] as NodeEvent[];

/** Events that lead a new node to each state. */
const WAYS: { readonly [S in NodeStage]: readonly NodeEvent[] } = {
  new: [],
  running: ["started"],
  failed: ["failed"],
  waiting: ["failed", "delayed"],
  restarting: ["failed", "delayed", "rebuilt"],
  suspended: ["suspended"],
  down: ["started", "dismissed"],
  disabled: ["started", "dismissed", "disabled"],
  ended: ["started", "ended"],
  closed: ["started", "closed"],
};

function nodeIn(stage: NodeStage): { readonly node: RunNode; readonly states: NodeStates } {
  const states = new NodeStates({ publish: () => {} });
  const entry = new Topology({ mode: "live" }).addNode(pass, {}, { id: "n" });
  const node = new RunNode(entry, states, "new");
  for (const event of WAYS[stage]) node.meet(event);
  return { node, states };
}

Deno.test("RunNode.meet() leads to the state of its table, and refuses each event that cannot be", () => {
  for (const stage of STAGES) {
    equal(nodeIn(stage).node.stage, stage);
    for (const event of EVENTS) {
      const { node } = nodeIn(stage);
      const next = (NODE_TRANSITIONS[stage] as { readonly [event: string]: NodeStage })[event];
      if (next === undefined) {
        throws(() => node.meet(event), {
          message: `Internal error: node "n" is "${stage}", where "${event}" cannot be`,
        });
      } else {
        node.meet(event);
        equal(node.stage, next, `${stage}, ${event}`);
      }
    }
  }
});

Deno.test("RunNode shows each state by its public name, and a node that is down as it was before", () => {
  const shown = STAGES.map((stage) => [stage, nodeIn(stage).states.get(nodeIn(stage).node.id)]);
  deepEqual(Object.fromEntries(shown), {
    new: "new",
    running: "running",
    failed: "failed",
    waiting: "restarting",
    restarting: "restarting",
    suspended: "failed",
    down: "running",
    disabled: "disabled",
    ended: "ended",
    closed: "closed",
  });
});

Deno.test("RunNode ends the timer of a restart that another event comes before", () => {
  const { node } = nodeIn("waiting");
  node.timer = setTimeout(() => {}, 1e6);
  // The test would report the timer otherwise.
  node.meet("suspended");
});

for (const stage of ["failed", "restarting"] as const) {
  Deno.test(`a node that its lost thread has left ${stage} is still rebuilt on the lane's other thread`, () => {
    const { node } = nodeIn(stage);
    node.meet("rebuilt");
    equal(node.stage, "restarting");
  });
}
