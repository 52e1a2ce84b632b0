/** What edits are tried on, and what of it a graph takes up. */
import { deepEqual, equal, notEqual, throws } from "node:assert/strict";
import { fixture, port } from "../tests/fixtures/define.ts";
import { feedbackLinks } from "./graph/order.ts";
import { Topology } from "./topology.ts";

const ends = [
  port({ name: "audioIn", direction: "input", kind: "audio", optional: true }),
  port({ name: "audioOut", direction: "output", kind: "audio" }),
];
const plain = fixture(() => ({ process() {} }), { type: "plain", ports: ends });
const delay = fixture(() => ({ process() {} }), { type: "delay", ports: ends, delays: true });
const deaf = fixture(() => ({ process() {} }), { type: "deaf", ports: [] });

/** `a` and `b`, on lanes of their names, with a link. */
function pair(): Topology {
  const topology = new Topology({ mode: "offline" });
  for (const id of ["a", "b"]) topology.addNode(plain, {}, { id, lane: id });
  link(topology, "a", "b");
  return topology;
}

function link(topology: Topology, from: string, to: string): void {
  topology.addLink({ node: from, port: "audioOut" }, { node: to, port: "audioIn" }, {});
}

/** Numbers of records, of nodes and of links. */
function indices({ nodes, links }: Topology): { readonly nodes: number[]; readonly links: number[] } {
  const of = (entries: Iterable<{ readonly index: number }>) => [...entries].map(({ index }) => index).sort();
  return { nodes: of(nodes.values()), links: of(links.values()) };
}

Deno.test("Topology.discard() gives back every number of a draft, and adopt() those that the graph has no use for", () => {
  const topology = pair();
  const before = indices(topology);
  for (let k = 0; k < 3; k++) {
    const draft = topology.draft();
    draft.replaceNode("a", plain, {});
    draft.addNode(plain, {}, { id: "c" });
    link(draft, "b", "c");
    draft.discard();
    deepEqual(indices(topology), before);
    deepEqual(topology.records, { nodes: 4, links: 2 });
  }
  for (let k = 0; k < 3; k++) {
    const draft = topology.draft();
    draft.addNode(plain, {}, { id: "c" });
    link(draft, "b", "c");
    draft.removeNode("c");
    draft.replaceNode("a", plain, {});
    draft.replaceNode("a", plain, {});
    const gone = topology.node("a");
    topology.adopt(draft);
    topology.recycle([gone], []);
  }
  deepEqual(topology.records, { nodes: 5, links: 2 });
});

Deno.test("Topology.adopt() keeps the numbers of what the graph has, so that no draft is given them", () => {
  const topology = pair();
  const draft = topology.draft();
  draft.addNode(plain, {}, { id: "c" });
  link(draft, "b", "c");
  topology.adopt(draft);
  const next = topology.draft();
  next.addNode(plain, {}, { id: "d" });
  link(next, "c", "d");
  topology.adopt(next);
  deepEqual(indices(topology), { nodes: [0, 1, 2, 3], links: [0, 1, 2] });
});

Deno.test("Topology.recycle() has the records of what is gone used again, and no others", () => {
  const topology = pair();
  for (let k = 0; k < 3; k++) {
    const draft = topology.draft();
    const gone = { node: topology.node("b"), link: [...topology.links.values()][0] };
    draft.removeNode("b");
    draft.addNode(plain, {}, { id: "b", lane: "b" });
    link(draft, "a", "b");
    topology.adopt(draft);
    notEqual(topology.node("b").index, gone.node.index);
    topology.recycle([gone.node], [gone.link]);
    deepEqual(topology.records, { nodes: 3, links: 2 });
  }
});

Deno.test("Topology.adopt() has the graph know the lanes and the delays of the draft, and another version", () => {
  const topology = pair();
  const { version } = topology;
  const draft = topology.draft();
  draft.moveNode("b", "c");
  draft.addNode(delay, {}, { id: "late", lane: "d" });
  link(draft, "b", "late");
  link(draft, "late", "a");
  deepEqual([[...topology.usedLanes], feedbackLinks(topology).size], [["a", "b"], 0]);
  topology.adopt(draft);
  deepEqual([[...topology.usedLanes], feedbackLinks(topology).size], [["a", "c", "d"], 1]);
  notEqual(topology.version, version);
});

Deno.test("Topology.draft() leaves the graph as it is, whatever is done to the draft", () => {
  const topology = pair();
  const draft = topology.draft();
  draft.removeNode("a");
  draft.replaceNode("b", delay, {});
  link(draft, "b", "b");
  deepEqual([...topology.nodes.keys()], ["a", "b"]);
  deepEqual([...topology.usedLanes], ["a", "b"]);
  deepEqual([...topology.links.values()].map(({ fromNode, toNode }) => [fromNode, toNode]), [["a", "b"]]);
  equal(topology.node("b").type, plain);
  // Nothing delays in it.
  equal(feedbackLinks(topology).size, 0);
  throws(() => link(topology, "b", "a"), { code: "CycleWithoutDelay" });
});

Deno.test("Topology.draft() takes no delay out of the graph that it is made of", () => {
  const topology = pair();
  topology.addNode(delay, {}, { id: "late", lane: "b" });
  link(topology, "b", "late");
  link(topology, "late", "a");
  topology.draft().removeNode("late");
  equal(feedbackLinks(topology).size, 1);
});

Deno.test("Topology.restoreNode() undoes a move to a lane of its own, and to one with other nodes", () => {
  const topology = pair();
  const draft = topology.draft();
  const before = draft.node("a");
  for (const lane of ["c", "b"]) {
    draft.moveNode("a", lane);
    draft.restoreNode(before);
    deepEqual([...draft.usedLanes].sort(), ["a", "b"]);
    equal(draft.node("a"), before);
  }
});

Deno.test("Topology.replaceNode() that is refused leaves the node, its links and what it delays", () => {
  const topology = pair();
  const before = topology.node("a");
  throws(() => topology.replaceNode("a", deaf, {}), {
    code: "PortNotFound",
    nodeId: "a",
    message: /^Cannot replace node "a" \(.*\) by a .*: Cannot link (to|from) "a\..*" has no (in|out)put of that name/,
  });
  equal(topology.node("a"), before);
  topology.addNode(delay, {}, { id: "late", lane: "b" });
  link(topology, "b", "late");
  link(topology, "late", "a");
  throws(() => topology.replaceNode("late", plain, {}), { code: "CycleWithoutDelay" });
  equal(topology.node("late").type, delay);
  equal(feedbackLinks(topology).size, 1);
});
