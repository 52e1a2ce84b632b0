import assert from "node:assert/strict";
import type { GraphSnapshot, NodeInfo } from "../../control/schemas/graph.ts";
import fc from "fast-check";
import { courseCrosses, courseEnd, pointOnCourse } from "./course.ts";
import { intersects } from "./geometry.ts";
import { labelRect } from "./labels.ts";
import { layoutGraph } from "./layout.ts";
import { layoutKey, linkPairs, Scene } from "./scene.ts";

const port = (name: string) => ({ name, kind: "audio", type: "AudioFrame", optional: false });
const node = (id: string, more: Partial<NodeInfo> = {}): NodeInfo => ({
  id,
  type: "t",
  lane: "main",
  category: "",
  inputs: [port("in")],
  outputs: [port("out")],
  ...more,
});
const link = (fromNode: string, toNode: string, toPort = "in") => ({
  id: `${fromNode}:${toNode}`,
  fromNode,
  fromPort: "out",
  toNode,
  toPort,
  policy: "roll-off",
  capacity: 8,
  kind: "audio",
  type: "AudioFrame",
});

/**
 * What no reader may be told: a line through a box that it does not end at, or a label over a node or another label.
 */
function untruths(scene: Scene): string[] {
  const { nodes, links, pairs, labels, graph } = scene;
  const rects = labels.map((place) => labelRect(place));
  return links.flatMap((course, k) => {
    const crossed = nodes.flatMap((box, n) =>
      !pairs[k].includes(n) && courseCrosses(course, box, 200)
        ? [`${graph.links[k].id} crosses ${graph.nodes[n].id}`]
        : []
    );
    const rect = rects[k];
    const covered = rect === undefined ? [] : [
      ...nodes.filter((box) => intersects(box, rect)).map(() => `the label of ${graph.links[k].id} lies over a node`),
      ...rects.slice(k + 1).filter((other) => other !== undefined && intersects(other, rect))
        .map(() => `the label of ${graph.links[k].id} lies over another`),
    ];
    return [...crossed, ...covered];
  });
}

const graphs = fc.integer({ min: 1, max: 24 }).chain((count) =>
  fc.record({
    lanes: fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: count, maxLength: count }),
    links: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 40 }),
  })
);

function sceneOf(nodes: NodeInfo[], links: GraphSnapshot["links"]): Scene {
  const graph: GraphSnapshot = {
    run: "r",
    version: 1,
    title: "",
    state: "running",
    mode: "live",
    driver: "native",
    stuckAfterMs: 2_000,
    nodes,
    links,
    lanes: [],
    pools: [],
  };
  return new Scene(graph, layoutGraph({ lanes: nodes.map(({ lane }) => lane), links: linkPairs(graph) }));
}

Deno.test("Scene finds the node and the link under a point, and nothing where nothing is", () => {
  const scene = sceneOf([node("a"), node("b")], [link("a", "b")]);
  const { x, y } = scene.nodes[1];
  assert.equal(scene.nodeAt({ x: x + 5, y: y + 5 }), 1);
  assert.equal(scene.nodeAt({ x: x - 5, y: y - 5 }), -1);
  const middle = pointOnCourse(scene.links[0], 0.5);
  assert.equal(scene.linkAt({ x: middle.x, y: middle.y + 3 }, 6), 0);
  assert.equal(scene.linkAt({ x: middle.x, y: middle.y + 30 }, 6), -1);
});

Deno.test("Scene.portAt() finds the nearest port of a side, and none beyond its reach", () => {
  const scene = sceneOf([node("a", { inputs: [port("left"), port("right")] }), node("b")], [link("a", "b")]);
  const [left, right, out] = scene.ports[0];
  assert.deepEqual(scene.portAt({ x: left.x - 3, y: left.y }, 9), { node: "a", place: left });
  assert.equal(scene.portAt({ x: right.x + 3, y: right.y }, 9)?.place.name, "right");
  assert.equal(scene.portAt({ x: right.x, y: right.y }, 9, "out"), undefined);
  assert.equal(scene.portAt({ x: out.x + 8, y: out.y }, 9, "out")?.place.side, "out");
  assert.equal(scene.portAt({ x: out.x + 10, y: out.y }, 9), undefined);
});

Deno.test("Scene finds the link under its label", () => {
  const scene = sceneOf([node("a"), node("b")], [link("a", "b")]);
  const { x, y } = scene.labels[0];
  assert.equal(scene.labelAt({ x: x + 30, y: y + 20 }), 0);
  assert.equal(scene.labelAt({ x: x + 30, y: y + 40 }), -1);
});

Deno.test("Scene leads each link from its output to its input", () => {
  const scene = sceneOf([node("a"), node("b", { inputs: [port("left"), port("right")] })], [link("a", "b", "right")]);
  const [, right] = scene.ports[1];
  assert.equal(right.name, "right");
  const { x, y } = courseEnd(scene.links[0]);
  assert.deepEqual([x, y], [right.x, right.y]);
  assert.equal(scene.links[0][0].x0, scene.nodes[0].x + scene.nodes[0].width);
});

Deno.test("Scene shows of many ports only those that are linked", () => {
  const many = Array.from({ length: 20 }, (_, k) => port(`in_${k}`));
  const scene = sceneOf([node("a"), node("b", { inputs: many, outputs: [] })], [link("a", "b", "in_7")]);
  assert.deepEqual(scene.ports[1].map(({ name }) => name), ["in_7"]);
});

Deno.test("Scene.linksOf() lists what comes in and then what goes out, a loop once", () => {
  const scene = sceneOf([node("a"), node("b")], [link("b", "a"), link("a", "b"), link("b", "b")]);
  assert.deepEqual(scene.linksOf(1), [1, 2, 0]);
});

Deno.test("Scene refuses a layout of another graph", () => {
  const { graph } = sceneOf([node("a")], []);
  assert.throws(() => new Scene(graph, layoutGraph({ lanes: [], links: [] })), {
    name: "RangeError",
    message: "Cannot draw 1 nodes: the layout is of 0",
  });
});

Deno.test("layoutKey() is the same for graphs that differ only in what no place depends on", () => {
  const { graph } = sceneOf([node("a"), node("b")], [link("a", "b")]);
  const changed = { ...graph, version: 9, links: graph.links.map((each) => ({ ...each, capacity: 64 })) };
  assert.equal(layoutKey(changed), layoutKey(graph));
  assert.notEqual(layoutKey({ ...graph, links: [] }), layoutKey(graph));
});

Deno.test("Scene leads a link that skips a node around its box, with all its figures in sight", () => {
  const nodes = [
    node("tone", { lane: "a" }),
    node("br", { lane: "b" }),
    node("m", { lane: "c" }),
    node("n", { lane: "a" }),
  ];
  const scene = sceneOf(nodes, [link("tone", "br"), link("br", "m"), link("tone", "n")]);
  assert.deepEqual(untruths(scene), []);
  assert.deepEqual(scene.labels.map(({ form }) => form), ["full", "full", "full"]);
  assert.equal(scene.unrouted, 0);
});

Deno.test("Scene draws no link through a foreign box and no label over anything, whatever the graph", () => {
  fc.assert(
    fc.property(graphs, ({ lanes, links }) => {
      const scene = sceneOf(
        lanes.map((lane, k) => node(`n${k}`, { lane })),
        links.map(([from, to]) => link(`n${from}`, `n${to}`)),
      );
      assert.deepEqual(untruths(scene), []);
      assert.equal(scene.unrouted, 0);
      assert.equal(scene.unlabelled, scene.labels.filter((place) => labelRect(place) === undefined).length);
    }),
    { numRuns: Deno.env.get("SLUICE_DEEP") === "1" ? 1_000 : 30 },
  );
});

Deno.test("Scene of independent voices has no two of them in a row of their lane", () => {
  const voices = Array.from({ length: 14 }, (_, k) => node(`v${k}`, { lane: "a" }));
  const { nodes } = sceneOf(voices, []);
  nodes.slice(1).forEach(({ y }, k) => assert.notEqual(y, nodes[k].y, `v${k} and v${k + 1}`));
});
