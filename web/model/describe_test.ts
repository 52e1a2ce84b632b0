import assert from "node:assert/strict";
import type { GraphSnapshot } from "../../control/schemas/graph.ts";
import { describeNode, describePort } from "./describe.ts";
import type { GraphFigures } from "./graph_figures.ts";

const ids = ["a", "b", "c", "d", "e", "mixer"];
const graph = {
  nodes: ids.map((id) => ({ id, type: "gain", lane: "shape" })),
  links: ["a", "b", "b"].map((fromNode) => ({ fromNode, toNode: "mixer" })),
} as unknown as GraphSnapshot;

Deno.test("describeNode() names what a node is linked to, each once, and of many only the number", () => {
  assert.equal(describeNode(graph, undefined, 5), "mixer, gain, lane shape, from a and b");
  const many = { ...graph, links: ids.slice(0, 5).map((toNode) => ({ fromNode: "mixer", toNode })) };
  assert.equal(describeNode(many as unknown as GraphSnapshot, undefined, 5), "mixer, gain, lane shape, to 5 nodes");
});

Deno.test("describeNode() says what input a node waits for a link to", () => {
  const figures = { node: () => ({ health: "idle", ticksPerSecond: 0, awaits: "audioIn" }) } as unknown as GraphFigures;
  assert.equal(
    describeNode(graph, figures, 0),
    "a, gain, lane shape, waiting for a link to audioIn, 0 ticks a second, to mixer",
  );
});

Deno.test("describePort() tells where the links of a port lead, and of many only the number", () => {
  const link = { fromNode: "tone", fromPort: "audio", toNode: "mixer", toPort: "audioIn_0" };
  assert.equal(describePort("out", "tone.audio", []), "Output tone.audio, no link");
  assert.equal(describePort("in", "mixer.audioIn_0", [link]), "Input mixer.audioIn_0, from tone.audio");
  assert.equal(
    describePort("out", "tone.audio", [link, { ...link, toPort: "audioIn_1" }]),
    "Output tone.audio, to mixer.audioIn_0 and mixer.audioIn_1",
  );
  assert.equal(describePort("out", "tone.audio", Array(5).fill(link)), "Output tone.audio, to 5 ports");
});
