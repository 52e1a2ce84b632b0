/** The nodes of a graph by lane, and what is told of those that leave. */
import { deepEqual, throws } from "node:assert/strict";
import { fixture } from "../../tests/fixtures/define.ts";
import type { NodeEntry } from "./entries.ts";
import type { NodeId } from "../ids.ts";
import { NodeTable } from "./node_table.ts";

const [pass, delay] = [false, true].map((delays) =>
  fixture(() => ({ process() {} }), { type: "pass", ports: [], delays })
);

function entry(id: string, lane: string, type = pass): NodeEntry {
  const base = { index: 0, config: {}, autoPlaced: false, bypassed: false, life: 0, incarnation: 0 };
  return { ...base, id: id as NodeId, lane, type };
}

/** A node of each lane, and the nodes that delay. */
function seen({ residents, delaying }: NodeTable): unknown {
  return [[...residents].map(([lane, { id }]) => `${lane}: ${id}`), [...delaying]];
}

Deno.test("NodeTable knows a node of each lane, and those that delay, whatever comes, moves and goes", () => {
  const table = new NodeTable();
  for (const node of [entry("a", "x"), entry("b", "x", delay), entry("c", "y")]) table.put(node);
  deepEqual(seen(table), [["x: a", "y: c"], ["b"]]);
  table.put(entry("a", "y"));
  deepEqual(seen(table), [["x: b", "y: c"], ["b"]]);
  table.put(entry("b", "x"));
  table.remove(table.get("c"));
  deepEqual(seen(table), [["x: b", "y: a"], []]);
  table.put(entry("d", "z"), false);
  deepEqual([seen(table), table.on("z").length], [[["x: b", "y: a"], []], 1]);
  throws(() => table.get("e"), { code: "NodeNotFound", available: ["a", "b", "d"] });
});

Deno.test("NodeTable.commit() gives the graph the nodes of a draft, and tells of those that have left only then", () => {
  const table = new NodeTable();
  const told: string[] = [];
  for (const id of ["a", "b"]) table.put(entry(id, "x"));
  table.onDeparture(table.get("a"), () => told.push("a"));
  const draft = new NodeTable(table);
  draft.put(entry("c", "y", delay));
  draft.onDeparture(draft.get("c"), () => told.push("c"));
  draft.remove(draft.get("a"));
  table.tellDepartures();
  deepEqual([seen(table), told], [[["x: a"], []], []]);
  draft.commit();
  table.tellDepartures();
  deepEqual([seen(table), told], [[["x: b", "y: c"], ["c"]], ["a"]]);
});
