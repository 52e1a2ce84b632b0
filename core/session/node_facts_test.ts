import { deepEqual } from "node:assert/strict";
import { nodeId } from "../ids.ts";
import type { LinkEntry } from "../graph/entries.ts";
import { NodeFacts } from "./node_facts.ts";

Deno.test("NodeFacts keeps nothing of what a node tells that has gone", () => {
  const node = nodeId("gone");
  const nodes = new Set([node]);
  const facts = new NodeFacts((id) => nodes.has(id));
  const tell = () => {
    facts.take([{
      node,
      figures: { level: 1 },
      formats: [["audio", { kind: "audio", sampleRateHz: 8_000, channels: 1 }]],
    }]);
    facts.advanced(node, { doneNs: 1, totalNs: 2 });
  };
  tell();
  const link = { fromNode: node, fromPort: "audio", toNode: nodeId("there"), toPort: "audioIn" } as LinkEntry;
  const known = () => [facts.figures(node), facts.progress.get(node), facts.format(link)];
  deepEqual(known(), [{ level: 1 }, { doneNs: 1, totalNs: 2 }, { kind: "audio", sampleRateHz: 8_000, channels: 1 }]);
  nodes.delete(node);
  facts.forget(node);
  tell();
  deepEqual(known(), [undefined, undefined, undefined]);
});
