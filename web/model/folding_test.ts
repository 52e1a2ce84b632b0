import assert from "node:assert/strict";
import fc from "fast-check";
import type { GraphSnapshot } from "../../control/schemas/graph.ts";
import { foldedAtFirst, foldLanes } from "./folding.ts";

/** A graph of nodes by their lanes, `n0` and so on, and links between them. */
function graphOf(lanes: readonly string[], links: readonly (readonly [number, number])[]): GraphSnapshot {
  const port = (name: string) => ({ name, kind: "audio", type: "AudioFrame", optional: false });
  return {
    run: "r",
    version: 1,
    lanes: [...new Set(lanes)].map((name) => ({ name, kind: "worker" })),
    nodes: lanes.map((lane, k) => ({
      id: `n${k}`,
      type: "t",
      lane,
      category: "",
      inputs: [port("in")],
      outputs: [port("out")],
    })),
    links: links.map(([from, to], k) => ({
      id: `l${k}`,
      fromNode: `n${from}`,
      fromPort: "out",
      toNode: `n${to}`,
      toPort: "in",
      capacity: 8,
    })),
  } as unknown as GraphSnapshot;
}

const endsOf = ({ links }: GraphSnapshot) => links.map(({ fromNode, toNode }) => [fromNode, toNode]);

Deno.test("foldLanes() of no lane shows the graph itself", () => {
  const graph = graphOf(["a", "b"], [[0, 1]]);
  assert.equal(foldLanes(graph, new Set(["none"])).shown, graph);
});

Deno.test("foldLanes() shows a lane as one node, and links between the same two ends as one", () => {
  const graph = graphOf(["a", "a", "b", "b", "c"], [[0, 1], [0, 2], [1, 3], [3, 4], [2, 4], [4, 0]]);
  const folding = foldLanes(graph, new Set(["a", "b"]));
  assert.deepEqual(folding.lanes, ["a", "b", undefined]);
  assert.deepEqual(folding.nodes, [[0, 1], [2, 3], [4]]);
  assert.deepEqual(endsOf(folding.shown), [["\na", "\nb"], ["\nb", "n4"], ["n4", "\na"]]);
  assert.deepEqual(folding.links, [[1, 2], [3, 4], [5]]);
  assert.deepEqual(folding.inner, [[0], [], []]);
  assert.deepEqual(folding.linkOf, [-1, 0, 0, 1, 1, 2]);
});

Deno.test("foldLanes() leaves links of different ports of a node apart, and those between nodes as they are", () => {
  const graph = graphOf(["a", "a", "b", "c"], [[2, 0], [2, 1], [2, 3], [2, 3]]);
  const links = graph.links.map((link, k) => k === 1 ? { ...link, fromPort: "other" } : link);
  const { shown } = foldLanes({ ...graph, links }, new Set(["a"]));
  assert.deepEqual(shown.links.map(({ id, fromPort }) => [id, fromPort]), [
    ["l0", "out"],
    ["l1", "other"],
    ["l2", "out"],
    ["l3", "out"],
  ]);
});

const graphs = fc.integer({ min: 1, max: 20 }).chain((count) =>
  fc.tuple(
    fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: count, maxLength: count }),
    fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 40 }),
    fc.subarray(["a", "b", "c", "d"]),
  )
);

Deno.test("foldLanes() loses no node and no link, and leads each link to where its ends are shown", () => {
  fc.assert(fc.property(graphs, ([lanes, links, folded]) => {
    const { whole, shown, nodes, nodeOf, links: bundles, linkOf, inner } = foldLanes(
      graphOf(lanes, links),
      new Set(folded),
    );
    assert.equal(new Set(shown.nodes.map(({ id }) => id)).size, shown.nodes.length);
    assert.equal(new Set(shown.links.map(({ id }) => id)).size, shown.links.length);
    nodes.forEach((those, k) => those.forEach((node) => assert.equal(nodeOf[node], k)));
    assert.equal(nodes.flat().length, whole.nodes.length);
    assert.deepEqual([...bundles, ...inner].flat().sort((a, b) => a - b), whole.links.map((_, k) => k));
    links.forEach(([from, to], k) => {
      if (linkOf[k] < 0) return assert.ok(lanes[from] === lanes[to] && inner[nodeOf[from]].includes(k));
      const { fromNode, toNode } = shown.links[linkOf[k]];
      assert.equal(fromNode, shown.nodes[nodeOf[from]].id);
      assert.equal(toNode, shown.nodes[nodeOf[to]].id);
    });
  }));
});

Deno.test("foldedAtFirst() folds only a large graph of several lanes", () => {
  const graph = (nodes: number, lanes: number) =>
    graphOf(Array.from({ length: nodes }, (_, k) => `lane${k % lanes}`), []);
  assert.equal(foldedAtFirst(graph(39, 8)).size, 0);
  assert.equal(foldedAtFirst(graph(1_000, 2)).size, 0);
  assert.equal(foldedAtFirst(graph(40, 8)).size, 8);
});
