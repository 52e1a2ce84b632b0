import { deepEqual, equal } from "node:assert/strict";
import { NODE } from "../../ffi/layout.gen.ts";
import { collect, pass } from "../../tests/fixtures/numbered.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { EventBus } from "../events/bus.ts";
import { Topology } from "../topology.ts";
import { NodeFailures } from "./node_failures.ts";

/** Failures of the nodes of a graph, with their events and the counts of the control page. */
function setUp(ids: readonly string[]) {
  const sizes = { lanes: 1, links: 0, nodes: ids.length };
  const page = ControlPage.format(new ArrayBuffer(controlBytes(sizes)), sizes);
  const topology = new Topology("live", () => []);
  const nodes = ids.map((id) => topology.addNode(pass, {}, { id }));
  const events = new EventBus(() => 0);
  const told: string[] = [];
  const numbers: unknown[] = [];
  events.on("*", (event) => {
    if (event.group === "node") told.push(`${event.nodeId} ${event.kind}`);
    if ("failure" in event) numbers.push(event.failure);
    if (event.group === "error") told.push(`${event.kind}: ${event.error.message}`);
  });
  const failures = new NodeFailures(events, () => page);
  const at = (index: number) => (page.nodeOffset(nodes[index].index) + NODE.errors) >> 3;
  const errors = (index = 0) => page.f64[at(index)];
  const countInLane = (failed: number) => void (page.f64[at(0)] += failed);
  return { failures, nodes, told, numbers, events, errors, countInLane };
}

Deno.test("NodeFailures.tell() publishes each node's failure, and the error once for all unless it is known", () => {
  const { failures, nodes, told, events } = setUp(["a", "b"]);
  failures.tell(nodes, new Error("first"));
  failures.tell([nodes[1]], new Error("second"), true);
  failures.tell([], new Error("third"));
  events.close();
  deepEqual(told, ["a failed", "b failed", "error: first", "b failed", "error: third"]);
});

Deno.test("NodeFailures.tell() gives the events of one failure one number, and those of another another", () => {
  const { failures, nodes, numbers, events } = setUp(["a", "b"]);
  failures.tell(nodes, new Error("it broke"));
  failures.tell(nodes, new Error("it broke"));
  events.close();
  const [first, second] = [...new Set(numbers)];
  deepEqual(numbers, [first, first, first, second, second, second]);
});

Deno.test("NodeFailures.count() counts each failure of a node that was told, and none twice", () => {
  const { failures, nodes, errors } = setUp(["a", "b"]);
  failures.tell(nodes, new Error("first"));
  failures.count(nodes[0]);
  failures.count(nodes[0]);
  deepEqual([errors(0), errors(1)], [1, 0]);
  failures.tell([nodes[0]], new Error("second"), true);
  failures.count(nodes[0]);
  equal(errors(), 2);
});

Deno.test("NodeFailures.count() takes nothing away of what the lane has counted, nor adds it", () => {
  const { failures, nodes, errors, countInLane } = setUp(["a"]);
  failures.tell(nodes, new Error("that its lane told of"), true);
  countInLane(1);
  failures.count(nodes[0]);
  equal(errors(), 1);
  countInLane(2);
  failures.count(nodes[0]);
  equal(errors(), 3);
});

Deno.test("NodeFailures.count() counts on where an edit makes another entry of a node, unless it is of another type", () => {
  const { failures, nodes: [node], errors, countInLane } = setUp(["a"]);
  const unchanged = {
    added: [],
    removed: [],
    replaced: [],
    moved: [],
    ported: [],
    bypassed: [],
    linked: [],
    unlinked: [],
  };
  failures.tell([node], new Error("that its lane told of"), true);
  countInLane(1);
  const again = { ...node };
  failures.edited({ ...unchanged, replaced: [{ before: node, after: again }] });
  failures.tell([again], new Error("that nobody has counted"), true);
  failures.count(again);
  equal(errors(), 2);
  const other = { ...node, type: collect };
  countInLane(-2);
  failures.edited({ ...unchanged, replaced: [{ before: again, after: other }] });
  failures.tell([other], new Error("the first of its own"), true);
  failures.count(other);
  equal(errors(), 1);
});
