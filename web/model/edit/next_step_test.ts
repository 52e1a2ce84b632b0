import assert from "node:assert/strict";
import type { GraphSnapshot } from "../../../control/schemas/graph.ts";
import { nextStepWords } from "./next_step.ts";

const port = (name: string) => ({ name, type: "AudioFrame", optional: false });
const NODES = [
  { id: "tone", inputs: [], outputs: [port("audio")] },
  { id: "reverb", inputs: [port("audioIn")], outputs: [port("audioOut")] },
  { id: "file", inputs: [port("audio")], outputs: [] },
];
const LINKS = [
  { fromNode: "tone", fromPort: "audio", toNode: "reverb", toPort: "audioIn" },
  { fromNode: "reverb", fromPort: "audioOut", toNode: "file", toPort: "audio" },
];

function words(nodes: number[], links: number, state: GraphSnapshot["state"] = "running"): string {
  const graph = { nodes: nodes.map((k) => NODES[k]), links: LINKS.slice(0, links) };
  return nextStepWords(graph as unknown as GraphSnapshot, state);
}

Deno.test("nextStepWords() leads from a first node to a link that is looked at", () => {
  assert.match(words([0], 0), /^Add what the frames of tone go to/);
  assert.match(words([2], 0), /^Add a source, whose frames these nodes can take/);
  assert.match(words([1], 0), /^Add a source, whose frames reverb can take/);
  assert.equal(words([0, 1], 0), "Drag from the dot on the right edge of tone onto reverb to link them, or press c");
  assert.equal(words([0, 1, 2], 1), "Drag from the dot on the right edge of reverb onto file to link them, or press c");
  assert.equal(words([0, 1, 2], 2, "building"), "Press Start to run the graph");
  assert.match(words([0, 1, 2], 2), /click a link/);
  assert.equal(words([0, 1, 2], 2, "stopped"), "");
});

Deno.test("nextStepWords() names the output that fits where a node has several", () => {
  const pattern = {
    id: "pattern",
    inputs: [],
    outputs: [{ name: "video", type: "VideoFrame", optional: false }, port("audio")],
  };
  const graph = { nodes: [pattern, NODES[1]], links: [] } as unknown as GraphSnapshot;
  assert.equal(
    nextStepWords(graph, "running"),
    "Drag from the second dot (audio) on the right edge of pattern onto reverb to link them, or press c",
  );
});
