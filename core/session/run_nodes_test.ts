import { deepEqual, equal } from "node:assert/strict";
import { NODE } from "../../ffi/layout.gen.ts";
import { collect, pass } from "../../tests/fixtures/numbered.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { EventBus } from "../events/bus.ts";
import type { LinkEntry } from "../graph/entries.ts";
import { nodeId } from "../ids.ts";
import { changeOf } from "../live/fixtures/graph_changes.ts";
import { Topology } from "../topology.ts";
import { RunNodes } from "./run_nodes.ts";

/** Failures of the nodes of a graph, with their events and the counts of the control page. */
function setUp(ids: readonly string[]) {
  const sizes = { lanes: 1, links: 0, nodes: ids.length };
  const page = ControlPage.format(new ArrayBuffer(controlBytes(sizes)), sizes);
  const topology = new Topology({ mode: "live" });
  for (const id of ids) topology.addNode(pass, {}, { id });
  const events = new EventBus(() => 0);
  const run = new RunNodes(topology.nodes.values(), events);
  const nodes = [...run.all];
  const told: string[] = [];
  const numbers: unknown[] = [];
  events.on("*", (event) => {
    if (event.group === "node" && event.kind !== "state") told.push(`${event.nodeId} ${event.kind}`);
    if ("failure" in event) numbers.push(event.failure);
    if (event.group === "error") told.push(`${event.kind}: ${event.error.message}`);
  });
  const at = (index: number) => (page.nodeOffset(nodes[index].entry.index) + NODE.errors) >> 3;
  const errors = (index = 0) => page.f64[at(index)];
  const countInLane = (failed: number) => void (page.f64[at(0)] += failed);
  return { run, page, nodes, told, numbers, events, errors, countInLane };
}

Deno.test("RunNodes.tellFailure() publishes each node's failure, and the error once for all unless it is known", () => {
  const { run, nodes, told, events } = setUp(["a", "b"]);
  run.tellFailure(nodes, new Error("first"));
  run.tellFailure([nodes[1]], new Error("second"), true);
  run.tellFailure([], new Error("third"));
  events.close();
  deepEqual(told, ["a failed", "b failed", "error: first", "b failed", "error: third"]);
});

Deno.test("RunNodes.tellFailure() gives the events of one failure one number, and those of another another", () => {
  const { run, nodes, numbers, events } = setUp(["a", "b"]);
  run.tellFailure(nodes, new Error("it broke"));
  run.tellFailure(nodes, new Error("it broke"));
  events.close();
  const [first, second] = [...new Set(numbers)];
  deepEqual(numbers, [first, first, first, second, second, second]);
});

Deno.test("RunNode.countFailures() counts each failure of a node that was told, and none twice", () => {
  const { run, page, nodes, errors } = setUp(["a", "b"]);
  run.tellFailure(nodes, new Error("first"));
  nodes[0].countFailures(page);
  nodes[0].countFailures(page);
  deepEqual([errors(0), errors(1)], [1, 0]);
  run.tellFailure([nodes[0]], new Error("second"), true);
  nodes[0].countFailures(page);
  equal(errors(), 2);
});

Deno.test("RunNode.countFailures() takes nothing away of what the lane has counted, nor adds it", () => {
  const { run, page, nodes, errors, countInLane } = setUp(["a"]);
  run.tellFailure(nodes, new Error("that its lane told of"), true);
  countInLane(1);
  nodes[0].countFailures(page);
  equal(errors(), 1);
  countInLane(2);
  nodes[0].countFailures(page);
  equal(errors(), 3);
});

Deno.test("RunNode.countFailures() counts on where an edit makes another entry of a node, unless it is of another type", () => {
  const { run, page, nodes: [node], errors, countInLane } = setUp(["a"]);
  run.tellFailure([node], new Error("that its lane told of"), true);
  countInLane(1);
  const again = { ...node.entry };
  run.edited(changeOf({ replaced: [{ before: node.entry, after: again }] }));
  run.tellFailure(run.of([again]), new Error("that nobody has counted"), true);
  run.get(node.id)!.countFailures(page);
  equal(errors(), 2);
  const other = { ...node.entry, type: collect };
  countInLane(-2);
  run.edited(changeOf({ replaced: [{ before: again, after: other }] }));
  run.tellFailure(run.of([other]), new Error("the first of its own"), true);
  run.get(node.id)!.countFailures(page);
  equal(errors(), 1);
});

Deno.test("RunNodes keeps nothing of what a node tells that has gone", () => {
  const { run, nodes: [{ id: node, entry }] } = setUp(["gone"]);
  const tell = () => {
    run.take([{
      node,
      figures: { level: 1 },
      formats: [["audio", { kind: "audio", sampleRateHz: 8_000, channels: 1 }]],
    }]);
    run.advanced(node, { doneNs: 1, totalNs: 2 });
  };
  tell();
  const link = { fromNode: node, fromPort: "audio", toNode: nodeId("there"), toPort: "audioIn" } as LinkEntry;
  const known = () => [run.get(node)?.figures, run.get(node)?.progress, run.format(link)];
  deepEqual(known(), [{ level: 1 }, { doneNs: 1, totalNs: 2 }, { kind: "audio", sampleRateHz: 8_000, channels: 1 }]);
  run.edited(changeOf({ removed: [entry] }));
  tell();
  deepEqual(known(), [undefined, undefined, undefined]);
});

Deno.test("RunNodes.edited() keeps the reports of a node that moves, and none of one that is replaced", () => {
  const { run, nodes: [{ id, entry }] } = setUp(["a"]);
  const after = { ...entry, lane: "other" };
  run.take([{ node: id, figures: { level: 1 } }]);
  run.edited(changeOf({ moved: [{ before: entry, after }] }));
  deepEqual(run.get(id)?.figures, { level: 1 });
  run.edited(changeOf({ replaced: [{ before: after, after: { ...after } }] }));
  equal(run.get(id)?.figures, undefined);
});

Deno.test("RunNodes.edited() has a node run that takes the place of another, unless that one has ended", () => {
  const { run, nodes } = setUp(["a", "b"]);
  for (const node of nodes) node.meet("started");
  nodes[0].meet("dismissed");
  nodes[0].meet("disabled");
  nodes[1].meet("ended");
  const replaced = nodes.map(({ entry }) => ({ before: entry, after: { ...entry } }));
  run.edited(changeOf({ replaced }));
  deepEqual([...run.states.values()], ["running", "ended"]);
});
