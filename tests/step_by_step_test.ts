/**
 * Whatever a graph file says can be said by single calls: each graph is loaded, and built step by step on a running
 * runtime that starts empty, and the two are equal.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { splitAddress } from "../core/ids.ts";
import { Runtime } from "../core/runtime.ts";
import {
  buildGraph,
  type GraphDocument,
  type GraphFile,
  graphOptions,
  loadGraph,
  nodePackage,
  NodeRegistry,
} from "../mod.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

/** Every key that a file can have is in one of them. */
const GRAPHS = ["examples/demo.json", "examples/live.json", "tests/fixtures/graphs/whole.json"];

const registry = new NodeRegistry([nodePackage]);

/** Nothing comes to a node without links, which its successor would wait for. */
const EDIT = { trialMs: 1 };

type FileNode = GraphDocument["nodes"][number];

/** The graph of a file as it is loaded. */
async function loaded(document: GraphDocument, mode?: "live"): Promise<GraphFile> {
  await using runtime = new Runtime({ ...graphOptions(document), ...(mode && { mode }), registry, native: "off" });
  buildGraph(document, runtime);
  return runtime.graph();
}

/** A graph without its files: those that a sink would write lie in a folder. */
async function graphOf(path: string, folder: string): Promise<GraphDocument> {
  const document = await loadGraph(path, registry);
  const inFolder = (config: FileNode["config"]) =>
    typeof config.path === "string" && config.path.startsWith("out/")
      ? { ...config, path: `${folder}/${config.path.slice("out/".length)}` }
      : config;
  return { ...document, nodes: document.nodes.map((node) => ({ ...node, config: inFolder(node.config) })) };
}

/** Adds a node as plain as it can be, and makes of it by further calls what the file says. */
async function addNode(runtime: Runtime, node: FileNode, linked: readonly string[]): Promise<void> {
  const { id, type, config, lane, pool, supervision, callTimeoutMs, priority, cpus, bypassed, position, ports = [] } =
    node;
  const { required } = registry.get(type).descriptor.config;
  // A sink keeps its file from whatever would take its place.
  const isSink = type.endsWith("-sink");
  const isRequired = ([key]: [string, unknown]) => isSink || required.includes(key);
  const entries = Object.entries(config);
  const isFree = lane !== undefined && priority === undefined && cpus === undefined && !isSink;
  await runtime.addByType(type, Object.fromEntries(entries.filter(isRequired)), {
    id,
    ...(lane && { lane: isFree ? "main" : lane }),
    ...(pool && { pool }),
    ...(supervision && { supervision }),
    ...(callTimeoutMs !== undefined && { callTimeoutMs }),
    ...(priority && { priority }),
    ...(cpus && { cpus }),
    ports: [...linked, ...ports.filter((port) => typeof port === "string")],
  });
  for (const port of ports) {
    if (typeof port === "string") continue;
    const { input, output, kind } = port;
    if (input !== undefined) equal(await runtime.addInput(id, input, { kind }), input);
    else await runtime.addOutput(id, output!, { kind });
  }
  const rest = Object.fromEntries(entries.filter((each) => !isRequired(each)));
  if (Object.keys(rest).length > 0) await runtime.edit((edit) => edit.reconfigure(id, rest), EDIT);
  if (isFree) await runtime.edit((edit) => edit.move(id, lane), EDIT);
  if (bypassed) await runtime.bypass(id);
  if (position) await runtime.edit((edit) => edit.place(id, position), EDIT);
}

/** Builds a graph by calls of one operation each. */
async function build(runtime: Runtime, { nodes, links }: GraphDocument): Promise<void> {
  const named = links.flatMap(({ from, to }) => [splitAddress(from), splitAddress(to)]);
  for (const node of nodes) {
    await addNode(runtime, node, named.filter((end) => end.node === node.id).map(({ port }) => port));
  }
  for (const { from, to, policy, capacity, convert } of links) {
    const options = { ...(policy && { policy }), ...(capacity && { capacity }), ...(convert && { convert }) };
    await runtime.connectByName(from, to, options);
  }
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_steps_" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const path of GRAPHS) {
  eachDriver(
    `${path} is built step by step while it runs, and equals the loaded graph`,
    (native) =>
      inFolder(async (folder) => {
        const document = await graphOf(path, folder);
        // Only a live graph starts empty.
        const wanted = await loaded(document, "live");
        await using runtime = new Runtime({ ...graphOptions(document), mode: "live", registry, native });
        await runtime.start();
        await build(runtime, document);
        deepEqual(runtime.graph(), wanted);
        assertSpent((await runtime.stop())!);
      }),
  );

  Deno.test(`${path} is built step by step before the start, and equals the loaded graph`, () =>
    inFolder(async (folder) => {
      const document = await graphOf(path, folder);
      await using runtime = new Runtime({ ...graphOptions(document), registry, native: "off" });
      await build(runtime, document);
      deepEqual(runtime.graph(), await loaded(document));
    }));
}

Deno.test("the graphs of these tests have every key that a graph file can have", async () => {
  const schema = JSON.parse(await Deno.readTextFile("sluice.schema.json"));
  const files = await Promise.all(
    [...GRAPHS, "tests/fixtures/graphs/voice.json"].map(async (path) => JSON.parse(await Deno.readTextFile(path))),
  );
  const keysOf = (values: object[]) => new Set(values.flatMap((value) => Object.keys(value)));
  const said = {
    graph: keysOf(files),
    node: keysOf(files.flatMap(({ nodes }) => Object.values(nodes) as object[])),
    link: keysOf(files.flatMap(({ links }) => links)),
    pool: keysOf(files.flatMap(({ pools = {} }) => Object.values(pools) as object[])),
    lane: keysOf(files.flatMap(({ lanes = {} }) => Object.values(lanes) as object[])),
  };
  // Processes take long to start.
  for (const key of ["isolate", "isolateMemoryMb", "isolatePermissions"]) said.node.add(key);
  for (const [what, keys] of Object.entries(said)) {
    const known = what === "graph" ? schema.properties : schema.$defs[what].properties;
    for (const key of Object.keys(known)) ok(keys.has(key), `no ${what} has "${key}"`);
  }
});
