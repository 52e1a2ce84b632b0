import { deepEqual } from "node:assert/strict";
import { Runtime } from "../runtime.ts";
import { buildGraph, graphOptions } from "./build.ts";
import { checkGraph, parseGraph } from "./load.ts";
import { fixtureRegistry } from "./node_types_fixture_test.ts";

const REGISTRY = fixtureRegistry();

/** A node in line 2. */
const graph = (node: string, lanes = "") => `{ "version": 1,${lanes}\n"nodes": { "m": ${node} } }`;

const found = (text: string) =>
  checkGraph(text, "g.json", REGISTRY).errors.map(({ code, message }) => `${code} ${message.slice("g.json:".length)}`);

Deno.test("a graph file says how urgent nodes are and where they run, and is written down so", () => {
  const text = graph(`{ "type": "mixer", "priority": "high", "cpus": [1, 0] }`);
  const document = parseGraph(text, "g.json", REGISTRY);
  const runtime = new Runtime({ native: "off", ...graphOptions(document), registry: REGISTRY });
  buildGraph(document, runtime);
  const written = runtime.graph();
  const { priority, cpus, lane } = written.nodes.m;
  deepEqual([priority, cpus, lane], ["high", [1, 0], "worker-high-cpus-0to1"]);
  const again = parseGraph(JSON.stringify(written), "h.json", REGISTRY);
  const copy = new Runtime({ native: "off", ...graphOptions(again), registry: REGISTRY });
  buildGraph(again, copy);
  deepEqual(copy.graph(), written);
});

Deno.test("a graph file may say of a worker lane what it says of a native one", () => {
  const lanes = ` "lanes": { "dsp": { "kind": "worker", "priority": "realtime", "cpus": [0] } },`;
  const document = parseGraph(graph(`{ "type": "mixer", "lane": "dsp" }`, lanes), "g.json", REGISTRY);
  deepEqual(document.lanes, { dsp: { kind: "worker", priority: "realtime", cpus: [0] } });
});

Deno.test("checkGraph() places what is wrong with what nodes and lanes ask for", () => {
  deepEqual(found(graph(`{ "type": "mixer", "priority": "top" }`)), [
    `InvalidGraph 2:48: Cannot read graph: "priority" of node "m" is "top", wanted one of "realtime", "high", "normal"`,
  ]);
  deepEqual(found(graph(`{ "type": "mixer", "cpus": [-1] }`)), [
    `InvalidConfig 2:44: Cannot schedule node "m": cpus is [-1], wanted a list of different processor numbers from 0 to 1023`,
  ]);
  deepEqual(found(graph(`{ "type": "mixer", "lane": "main", "priority": "high" }`)), [
    `InvalidGraph 2:64: Cannot place node "m" (mixer) on lane "main": it asks for a priority or processors, and that ` +
    "lane is the program's own thread; give it another",
  ]);
});

Deno.test("nodes of a sub-graph ask for what its place says, unless they say it themselves", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_schedule_" });
  try {
    const inner = { version: 1, nodes: { a: { type: "mixer" }, b: { type: "mixer", cpus: [3] } } };
    await Deno.writeTextFile(`${folder}/inner.json`, JSON.stringify(inner));
    const text = graph(`{ "graph": "inner.json", "priority": "high" }`);
    const { nodes } = parseGraph(text, `${folder}/outer.json`, REGISTRY);
    deepEqual(nodes.map(({ id, priority, cpus }) => [id, priority, cpus]), [
      ["m--a", "high", undefined],
      ["m--b", "high", [3]],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
