import assert from "node:assert/strict";
import type { GraphSnapshot, NodeInfo } from "../../control/schemas/graph.ts";
import { pointOn } from "./geometry.ts";
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

function sceneOf(nodes: NodeInfo[], links: GraphSnapshot["links"]): Scene {
  const graph: GraphSnapshot = {
    run: "r",
    version: 1,
    title: "",
    state: "running",
    mode: "live",
    driver: "native",
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
  const middle = pointOn(scene.links[0], 0.5);
  assert.equal(scene.linkAt({ x: middle.x, y: middle.y + 3 }, 6), 0);
  assert.equal(scene.linkAt({ x: middle.x, y: middle.y + 30 }, 6), -1);
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
  assert.deepEqual([scene.links[0].x3, scene.links[0].y3], [right.x, right.y]);
  assert.equal(scene.links[0].x0, scene.nodes[0].x + scene.nodes[0].width);
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
