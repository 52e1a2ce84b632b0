import { deepEqual, equal } from "node:assert/strict";
import { nativePackage } from "../registry/fixtures/test_stages.ts";
import { buildGraph, graphOptions } from "./build.ts";
import { checkGraph, parseGraph } from "./load.ts";
import { fixtureRegistry } from "./node_types_fixture_test.ts";

const REGISTRY = fixtureRegistry();
for (const type of nativePackage.nodes) REGISTRY.add(type);

function graph(nodes: string, lanes = ""): string {
  return `{ "version": 1,${lanes}\n"nodes": { ${nodes} } }`;
}

/** Each error as `line:column code message`. */
function found(text: string): string[] {
  return checkGraph(text, "g.json", REGISTRY).errors.map(({ code, message, place }) => {
    const at = `${place!.line}:${place!.column}`;
    return `${at} ${code} ${message.slice(`g.json:${at}: `.length)}`;
  });
}

Deno.test("checkGraph() reads lanes of native stages, declared or not", () => {
  const lanes = ` "lanes": { "rt": { "kind": "native", "priority": "realtime", "cpus": [0, 1] } },`;
  const declared = parseGraph(graph(`"s": { "type": "native-source", "lane": "rt" }`, lanes), "g.json", REGISTRY);
  deepEqual(declared.lanes, { rt: { kind: "native", priority: "realtime", cpus: [0, 1] } });
  deepEqual(graphOptions(declared).lanes, declared.lanes);
  const implied = parseGraph(graph(`"s": { "type": "native-source", "lane": "a" }`), "g.json", REGISTRY);
  deepEqual(implied.lanes, { a: { kind: "native" } });
});

Deno.test("checkGraph() places what is wrong with native lanes", () => {
  const source = `"s": { "type": "native-source", "lane": "a" }`;
  deepEqual(found(graph(`${source}, "m": { "type": "mixer", "lane": "a" }`)), [
    `2:91 InvalidGraph Cannot place node "m" (mixer) on lane "a": it is a TypeScript processor, and the lane runs ` +
    `"s" (native-source), a native stage; one lane cannot run both: give one of them a lane of another name`,
  ]);
  deepEqual(found(graph(source, ` "lanes": { "a": { "kind": "worker" } },`)), [
    `2:52 InvalidGraph Cannot place node "s" (native-source) on lane "a": it is a native stage, and the lane is of ` +
    `kind "worker"; give it a lane of kind native, or none`,
  ]);
  deepEqual(found(graph(source, ` "lanes": { "a": { "kind": "native", "cpus": [0, 0] } },`)), [
    `1:61 InvalidConfig Cannot use lane "a": cpus is [0,0], wanted a list of different processor numbers from 0 to 1023`,
  ]);
  deepEqual(found(graph(source, ` "lanes": { "a": { "kind": "native", "priority": "top" } },`)), [
    `1:65 InvalidGraph Cannot read graph: "priority" of lane "a" is "top", wanted one of "realtime", "high", "normal"`,
  ]);
});

Deno.test("checkGraph() places what is wrong with a native stage, and does not hold it against other nodes", () => {
  deepEqual(found(graph(`"s": { "type": "native-source", "lane": "main" }, "m": { "type": "mixer" }`)), [
    `2:52 InvalidGraph Cannot place node "s" (native-source) on lane "main": it is a native stage, and the lane is of ` +
    `kind "main"; give it a lane of kind native, or none`,
  ]);
  for (const supervision of ['"disable"', '{ "restart": {} }']) {
    deepEqual(found(graph(`"s": { "type": "native-source", "supervision": ${supervision} }`)), []);
  }
});

Deno.test("buildGraph() gives nodes of a native lane its name", () => {
  const document = parseGraph(graph(`"s": { "type": "native-source", "lane": "a" }`), "g.json", REGISTRY);
  const added: unknown[] = [];
  buildGraph(document, {
    addByType: (type, _config, options) => added.push([type, options]),
    connectByName: () => {},
  });
  equal(added.length, 1);
  deepEqual(added[0], ["native-source", { id: "s", lane: "a" }]);
});
