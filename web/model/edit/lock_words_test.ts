import assert from "node:assert/strict";
import type { GraphSnapshot, LinkInfo, NodeInfo } from "../../../control/schemas/graph.ts";
import { graphLock, linkLock, nodeLock } from "./lock_words.ts";

const NODES = [{ id: "tone", locked: "file" }, { id: "file", locked: "file" }, { id: "meter" }] as NodeInfo[];
const GRAPH = { nodes: NODES } as GraphSnapshot;

Deno.test("nodeLock() and linkLock() name what records, and pass a branch that nothing records", () => {
  assert.deepEqual(NODES.map((node) => nodeLock(GRAPH, node)), [
    "file records its frames: pause or stop the graph to change it.",
    "It records: pause or stop the graph to change it.",
    "",
  ]);
  const link = (toNode: string) => linkLock(GRAPH, { fromNode: "tone", toNode } as LinkInfo);
  assert.equal(link("file"), "file records what it carries: pause or stop the graph to remove it.");
  assert.equal(link("meter"), "");
});

Deno.test("graphLock() holds for every node and link", () => {
  const all = { ...GRAPH, locked: true };
  assert.match(graphLock(all), /served with a lock/);
  assert.equal(nodeLock(all, NODES[2]), graphLock(all));
  assert.equal(linkLock(all, { toNode: "meter" } as LinkInfo), graphLock(all));
  assert.equal(graphLock(undefined), "");
});
