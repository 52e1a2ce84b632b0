import assert from "node:assert/strict";
import { linkWords, nodeWords } from "./condition_words.ts";
import type { GraphFigures, LinkFigures, NodeFigures } from "./graph_figures.ts";
import type { Health } from "./health.ts";

function figuresOf(
  nodeHealth: Health[],
  linkHealth: Health[],
  node: Partial<NodeFigures> = {},
  link: Partial<LinkFigures> = {},
): GraphFigures {
  return {
    graph: {
      nodes: [{ id: "tone", lane: "make" }, { id: "hang", lane: "shape" }, { id: "gain", lane: "shape" }],
      links: [{ toNode: "gain", toPort: "audioIn", policy: "roll-off" }],
    },
    nodeHealth,
    linkHealth,
    node: (k: number) => ({ health: nodeHealth[k], blockedOnLink: -1, inCallMs: 0, busyShare: 0, ...node }),
    link: (k: number) => ({ health: linkHealth[k], ageNs: 3e8, droppedPerSecond: 5, ...link }),
  } as unknown as GraphFigures;
}

Deno.test("nodeWords() and linkWords() say that the graph is paused, and not that nothing has flowed for a while", () => {
  const figures = { ...figuresOf(["idle", "idle", "idle"], ["idle"]), paused: true } as GraphFigures;
  assert.equal(nodeWords(figures, 0).text, "The graph is paused");
  assert.equal(linkWords(figures, 0).text, "The graph is paused");
});

Deno.test("nodeWords() tells what a failed node failed with", () => {
  const figures = figuresOf(["failed", "idle", "idle"], ["idle"]);
  assert.equal(nodeWords(figures, 0, "the lens broke").text, "the lens broke");
  assert.match(nodeWords(figures, 0).text, /^It threw/);
});

Deno.test("nodeWords() names how long a node is stuck, who waits, and who holds whose lane", () => {
  const figures = figuresOf(["healthy", "stuck", "idle"], ["late"], { inCallMs: 1800 });
  assert.equal(
    nodeWords(figures, 1).text,
    'One call of process() has not returned for 1.8 s; one other node of lane "shape" waits',
  );
  assert.deepEqual(nodeWords(figures, 2), {
    text: 'Its lane "shape" is held by "hang", which is stuck',
    link: -1,
    node: 1,
  });
});

Deno.test("nodeWords() leads a blocked node to the link that it waits for", () => {
  const figures = figuresOf(["blocked", "healthy", "healthy"], ["blocked"], { blockedOnLink: 0 });
  assert.deepEqual(nodeWords(figures, 0), { text: "Waits for room on its link to gain.audioIn", link: 0, node: -1 });
});

Deno.test("linkWords() names the reader, the policy, and the stuck node behind a full link", () => {
  const figures = figuresOf(["healthy", "stuck", "idle"], ["dropping"]);
  assert.deepEqual(linkWords(figures, 0), {
    text: '"gain" does not keep up, so policy roll-off drops, now 5/s; "hang" is stuck',
    link: -1,
    node: 1,
  });
  const late = figuresOf(["healthy", "healthy", "healthy"], ["late"]);
  assert.equal(linkWords(late, 0).text, "The newest frame is 300 ms old");
});

Deno.test("nodeWords() names the input that a node waits for a link to", () => {
  const figures = figuresOf(["idle", "idle", "idle"], ["idle"], { awaits: "audioIn" });
  const { text, word } = nodeWords(figures, 0);
  assert.deepEqual([word, text], ["waiting", "Waits for a link to its input audioIn"]);
});
