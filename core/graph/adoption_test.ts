import { strict as assert } from "node:assert";
import { buildGraph, graphOptions } from "./build.ts";
import { parseGraph } from "./load.ts";
import type { GraphDocument } from "./schema.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { Runtime } from "../runtime.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import { nodePackage } from "../../sluice.gen.ts";

/** Counts the nodes that a runtime builds by the name of their type. */
class CountingRegistry extends NodeRegistry {
  count = 0;

  override get(type: string): AnyNodeType {
    this.count++;
    return super.get(type);
  }
}

const registry = new CountingRegistry([nodePackage]);

const GRAPH = {
  version: 1,
  mode: "offline",
  capacity: 16,
  pools: { wide: { slots: 32 } },
  lanes: { dsp: { kind: "worker", priority: "high" } },
  nodes: {
    tone: { type: "tone-source", config: { durationSeconds: 1 }, position: { x: 10, y: 20 } },
    gain: { type: "gain", config: { gainDb: -6 }, lane: "dsp", bypassed: true },
    mixer: { type: "mixer" },
    meter: { type: "level-meter" },
  },
  links: [
    { from: "tone.audio", to: "gain.audioIn" },
    { from: "gain.audioOut", to: "mixer.audioIn_0", capacity: 4 },
    { from: "mixer.audioOut", to: "meter.audioIn" },
  ],
};

function read(graph: object = GRAPH): GraphDocument {
  return parseGraph(JSON.stringify(graph), "graph.json", registry);
}

/** Builds a document. @returns the graph, and the number of nodes that the runtime built itself */
async function build(document: GraphDocument, options: Partial<RuntimeOptions> = {}) {
  await using runtime = new Runtime({ ...graphOptions(document), registry, signals: false, ...options });
  registry.count = 0;
  buildGraph(document, runtime);
  const built = registry.count;
  return { built, graph: runtime.graph(), links: runtime.links().map(({ id }) => id) };
}

Deno.test("a runtime adopts the graph of a checked document, the same that it would build", async () => {
  const document = read();
  const adopted = await build(document);
  assert.equal(adopted.built, 0);
  assert.deepEqual(adopted, { ...await build({ ...document }), built: 0 });
});

Deno.test("an adopted graph goes on as one that was built: nodes and links get the next names", async () => {
  const document = read();
  await using runtime = new Runtime({ ...graphOptions(document), registry, signals: false });
  buildGraph(document, runtime);
  assert.throws(() => runtime.addByType("gain", {}, { id: "gain" }), /the graph has a node of that id/);
  const { id } = runtime.addByType("gain");
  assert.equal(id, "gain-2");
  assert.equal(runtime.connectByName("tone.audio", `${id}.audioIn`), "link3");
  assert.throws(() => runtime.connectByName("tone.audio", "gain.audioIn"), { code: "DestinationOccupied" });
});

Deno.test("only one runtime adopts a graph: the next one builds its own", async () => {
  const document = read();
  const first = await build(document);
  const second = await build(document);
  assert.deepEqual([first.built, second.built], [0, 4]);
  assert.deepEqual(second.graph, first.graph);
});

Deno.test("a runtime builds a document that has changed since its check", async () => {
  const document = read();
  (document.nodes[1].config as Record<string, unknown>).gainDb = -3;
  const { built, graph } = await build(document);
  assert.equal(built, 4);
  assert.equal(graph.nodes.gain.config?.gainDb, -3);
});

Deno.test("a runtime with options or nodes of its own builds the document by its own rules", async () => {
  assert.equal((await build(read(), { mode: "live" })).built, 4);
  assert.equal((await build(read(), { capacity: 8 })).graph.capacity, 8);
  assert.equal(
    (await build(read(), { registry: new NodeRegistry([nodePackage]) })).graph.nodes.tone.type,
    "tone-source",
  );
  await using runtime = new Runtime({ ...graphOptions(read()), registry, signals: false });
  runtime.addByType("gain", {}, { id: "gain" });
  assert.throws(() => buildGraph(read(), runtime), /the graph has a node of that id/);
});

Deno.test("a lane of kind main is the control isolate in an adopted document too", async () => {
  const document = read({ ...GRAPH, lanes: { dsp: { kind: "main" } } });
  assert.equal((await build(document)).graph.nodes.gain.lane, "main");
});
