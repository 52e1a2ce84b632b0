import { deepEqual } from "node:assert/strict";
import { fixture } from "../../tests/fixtures/define.ts";
import type { NodeId } from "../ids.ts";
import { Topology } from "../topology.ts";
import { ConfigChanges } from "./config_changes.ts";

const text = { type: "string" } as const;
const node = fixture(() => ({ process() {} }), {
  type: "two-values",
  mode: "loop",
  config: {
    type: "object",
    properties: { first: text, second: text },
    required: [],
    additionalProperties: false,
  },
  ports: [],
});

/** A graph of nodes with configurations of their own, and an edit's changes of these. */
function setUp(configs: { readonly [id: string]: Record<string, unknown> }) {
  const topology = new Topology({ mode: "live" });
  const ids: Record<string, NodeId> = {};
  for (const [id, config] of Object.entries(configs)) ids[id] = topology.addNode(node, config, { id }).id;
  const found = () => Object.fromEntries([...topology.nodes.values()].map(({ id, config }) => [id, { ...config }]));
  return { topology, ids, found, changes: new ConfigChanges(topology) };
}

Deno.test("ConfigChanges.refuse() gives nodes back what the edit has changed, and leaves other nodes alone", () => {
  const { ids: { a, b }, found, changes } = setUp({ a: { first: "old" }, b: { first: "old" } });
  changes.make([{ node: a, values: { first: "new", second: "new" } }, { node: b, values: { first: "new" } }]);
  deepEqual(found(), { a: { first: "new", second: "new" }, b: { first: "new" } });
  changes.refuse([a]);
  deepEqual(found(), { a: { first: "old" }, b: { first: "new" } });
});

Deno.test("ConfigChanges.refuse() keeps values that were given after the edit and that it had nothing to do with", () => {
  const { topology, ids: { a }, found, changes } = setUp({ a: { first: "old", second: "old" } });
  changes.make([{ node: a, values: { first: "new" } }]);
  topology.node(a).config.second = "later";
  changes.refuse([a]);
  deepEqual(found(), { a: { first: "old", second: "later" } });
});

Deno.test("ConfigChanges.refuse() passes by nodes that the edit has not changed, or that are gone, and goes on", () => {
  const { topology, ids: { a, b, c }, found, changes } = setUp({ a: {}, b: { first: "old" }, c: { first: "old" } });
  changes.make([{ node: a, values: { first: "new" } }, { node: c, values: { first: "new" } }]);
  topology.removeNode(a);
  changes.refuse([a, b, c]);
  deepEqual(found(), { b: { first: "old" }, c: { first: "old" } });
});

Deno.test("ConfigChanges.areRefused is true once no node has its values", () => {
  const { ids: { a, b }, changes } = setUp({ a: {}, b: {} });
  changes.make([{ node: a, values: { first: "new" } }, { node: b, values: { first: "new" } }]);
  changes.refuse([a]);
  deepEqual(changes.areRefused, false);
  changes.refuse([b]);
  deepEqual(changes.areRefused, true);
});
