import assert from "node:assert/strict";
import type { GraphSnapshot } from "../../control/schemas/graph.ts";
import { foldLanes } from "./folding.ts";
import type { GraphFigures, LinkFigures, NodeFigures } from "./graph_figures.ts";
import type { Health } from "./health.ts";
import { SceneFigures } from "./scene_figures.ts";

const node = (id: string, lane: string) => ({ id, lane, inputs: [], outputs: [] });
const link = (id: string, fromNode: string, toNode: string) => ({
  id,
  fromNode,
  fromPort: "out",
  toNode,
  toPort: "in",
});

/** Lane `a` of two nodes with a link inside it, and two links from there into lane `b`. */
const graph = {
  nodes: [node("a0", "a"), node("a1", "a"), node("b0", "b")],
  links: [link("inner", "a0", "a1"), link("one", "a0", "b0"), link("two", "a1", "b0")],
} as unknown as GraphSnapshot;

/** Figures of the graph: each link carries 10/s more than the one before it, and has dropped as many. */
class Figures {
  changes = 0;
  readonly frame = { links: {} };
  readonly nodeHealth: Health[] = ["healthy", "late", "idle"];
  readonly linkHealth: Health[] = ["healthy", "healthy", "dropping"];
  node = (): Partial<NodeFigures> => ({ busyShare: 0.25 });
  link = (k: number): Partial<LinkFigures> => ({
    readPerSecond: 10 * (k + 1),
    unseenDrops: 10 * (k + 1),
    unseenLost: k,
    lossAgoMs: 100_000 - 20_000 * k,
    isFull: false,
    dropped: 10 * (k + 1),
    queued: k,
    capacity: 4,
    ageNs: k * 1e6,
    written: 1,
  });
}

const figuresOf = (figures: Figures) =>
  new SceneFigures(foldLanes(graph, new Set(["a", "b"])), figures as unknown as GraphFigures);

Deno.test("SceneFigures tells of a folded lane how many nodes it has, the gravest condition, busy share and drops", () => {
  const figures = figuresOf(new Figures());
  assert.deepEqual(figures.nodeHealth, ["late", "idle"]);
  assert.deepEqual(figures.lane(0), { nodes: "2 nodes", condition: "1 late", busy: "busy 50 %", drops: "10 dropped" });
  assert.deepEqual(figures.lane(1), { nodes: "1 node", condition: "", busy: "busy 25 %", drops: "" });
});

Deno.test("SceneFigures sums up links that are drawn as one, and the gravest condition wins", () => {
  const figures = figuresOf(new Figures());
  assert.deepEqual(figures.linkHealth, ["dropping"]);
  const { rate, depth, fill, drops } = figures.label(0)!;
  assert.deepEqual({ rate, depth, fill, drops }, { rate: "50/s", depth: "2 links", fill: 0.5, drops: "50 dropped" });
  assert.equal(figures.gravestOf(0), 2);
  const { fault, faultAgo } = figures.label(0)!;
  assert.deepEqual([fault, faultAgo], ["3 dropped", "1 min ago"]);
});

Deno.test("SceneFigures follows conditions as they change, also those of links inside a lane", () => {
  const source = new Figures();
  const figures = figuresOf(source);
  assert.equal(figures.nodeHealth[0], "late");
  source.linkHealth[0] = "dropping";
  source.changes++;
  assert.equal(figures.nodeHealth[0], "dropping");
  assert.equal(figures.lane(0).condition, "links dropping");
});
