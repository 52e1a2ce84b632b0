import assert from "node:assert/strict";
import { SluiceError } from "../errors.ts";
import { Runtime } from "../runtime.ts";
import { buildGraph, graphOptions } from "./build.ts";
import { parseGraph } from "./load.ts";
import { fixtureRegistry, GOOD_GRAPH } from "./node_types_fixture_test.ts";

const registry = fixtureRegistry();

Deno.test("buildGraph() adds nodes and links in the order of the file", async () => {
  const document = parseGraph(GOOD_GRAPH, "g.json", registry);
  await using runtime = new Runtime({ ...graphOptions(document), registry, native: "off" });
  buildGraph(document, runtime);
  assert.equal(runtime.mode, "offline");
  const linked = (id: string) =>
    runtime.portInfo(id).filter(({ links }) => links.length > 0).map(({ address, links }) => [address, ...links]);
  assert.deepEqual(linked("src"), [["src.audio", "link0", "link1"]]);
  assert.deepEqual(linked("gain"), [["gain.audioIn", "link0"], ["gain.audioOut", "link2"]]);
  assert.deepEqual(linked("mix"), [
    ["mix.audioIn_0", "link2"],
    ["mix.audioIn_1", "link1"],
    ["mix.audioOut", "link3"],
  ]);
});

Deno.test("buildGraph() gives what the runtime refuses the place in the file", async () => {
  const document = parseGraph(GOOD_GRAPH, "g.json", registry);
  await using runtime = new Runtime({ native: "off", registry });
  runtime.addByType("mixer", {}, { id: "mix" });
  assert.throws(() => buildGraph(document, runtime), (error: unknown) => {
    assert.ok(error instanceof SluiceError);
    assert.deepEqual(error.place, { file: "g.json", line: 8, column: 5 });
    assert.equal(error.message, 'g.json:8:5: Cannot add node "mix": the graph has a node of that id; choose another');
    return true;
  });
});

Deno.test("buildGraph() puts nodes of a lane of kind main on main, whatever its name", () => {
  const lanes: (string | undefined)[] = [];
  const text = `{ "version": 1, "lanes": { "ui": { "kind": "main" }, "dsp": { "kind": "worker" } }, "nodes": {
    "a": { "type": "mixer", "lane": "ui" }, "b": { "type": "mixer", "lane": "dsp" }, "c": { "type": "mixer" } } }`;
  buildGraph(parseGraph(text, "g.json", registry), {
    addByType: (_type, _config, options) => void lanes.push(options?.lane),
    connectByName: () => {},
  });
  assert.deepEqual(lanes, ["main", "dsp", undefined]);
});

Deno.test("buildGraph() adds a graph as a sub-graph, and gives the addresses of the ports that the file exposes", () => {
  const text = `{ "version": 1, "nodes": { "in": { "type": "gain" }, "out": { "type": "gain", "lane": "own" } },
    "links": [{ "from": "in.audioOut", "to": "out.audioIn", "capacity": 3 }],
    "inputs": { "audio": "in.audioIn" }, "outputs": { "audio": "out.audioOut" } }`;
  const added: unknown[] = [];
  const target = {
    addByType: (_type: string, _config: unknown, options: unknown) => void added.push(options),
    connectByName: (from: string, to: string, options: unknown) => void added.push([from, to, options]),
  };
  const document = parseGraph(text, "g.json", registry);
  assert.deepEqual(buildGraph(document, target, { id: "left", lane: "dsp" }), {
    inputs: { audio: "left--in.audioIn" },
    outputs: { audio: "left--out.audioOut" },
  });
  assert.deepEqual(added, [
    { id: "left--in", lane: "dsp", ports: ["audioOut"] },
    { id: "left--out", lane: "own", ports: ["audioIn"] },
    ["left--in.audioOut", "left--out.audioIn", { capacity: 3 }],
  ]);
  assert.deepEqual(buildGraph(document, target).outputs, { audio: "out.audioOut" });
  assert.throws(() => buildGraph(document, target, { id: "no id" }), { code: "InvalidGraph" });
  assert.throws(() => buildGraph(document, target, { name: "left" } as never), /there is no option "name"/);
});
