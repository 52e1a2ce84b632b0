import assert from "node:assert/strict";
import { commandsToAdd, cutOut, freeName, parseFragment } from "./fragment.ts";

const GRAPH = {
  version: 1,
  nodes: {
    tone: { type: "tone-source", position: { x: 1, y: 2 } },
    gain: { type: "gain", config: { gainDb: -3 }, lane: "shape" },
    end: { type: "x" },
  },
  links: [{ from: "tone.audio", to: "gain.audioIn", capacity: 4 }, { from: "gain.audioOut", to: "end.in" }],
} as const;

Deno.test("cutOut() takes nodes with the links between them", () => {
  assert.deepEqual(cutOut(GRAPH, new Set(["tone", "gain"])), {
    version: 1,
    nodes: { tone: GRAPH.nodes.tone, gain: GRAPH.nodes.gain },
    links: [GRAPH.links[0]],
  });
});

Deno.test("commandsToAdd() renames what is taken, also in links, keeps options, and puts copies beside", () => {
  assert.deepEqual(commandsToAdd(cutOut(GRAPH, new Set(["tone", "gain"])), ["gain", "gain_2"]), [
    { op: "add", id: "tone", type: "tone-source", position: { x: 41, y: 42 } },
    { op: "add", id: "gain_3", type: "gain", config: { gainDb: -3 }, lane: "shape" },
    { op: "connect", from: "tone.audio", to: "gain_3.audioIn", capacity: 4 },
  ]);
});

Deno.test("parseFragment() refuses what is no part of a graph", () => {
  for (const text of ["", "gain", "[]", "null", '{"version":2,"nodes":{}}', '{"version":1,"nodes":{"a":1}}']) {
    assert.equal(parseFragment(text), undefined, text);
  }
  assert.equal(parseFragment('{"version":1,"nodes":{},"links":[{"from":1,"to":"a.b"}]}'), undefined);
  assert.deepEqual(parseFragment(JSON.stringify(GRAPH)), GRAPH);
});

Deno.test("freeName() counts on from the name that is taken", () => {
  assert.equal(freeName("gain_2", new Set(["gain_2"])), "gain_3");
  assert.equal(freeName("gain", new Set()), "gain");
});
