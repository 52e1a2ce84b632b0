/**
 * Reads graph files. {@linkcode checkGraph} returns all faults of one; {@linkcode parseGraph} and {@linkcode loadGraph}
 * return the graph, or throw an error for the first fault.
 *
 * Paths in configurations stay as they are: a processor resolves them against the current directory.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { PortAddress } from "../ids.ts";
import { AUTO_LANE } from "../placement/lane_choice.ts";
import type { LaneOptions } from "../placement/lane_options.ts";
import type { NodeRegistry } from "../registry/node_registry.ts";
import { keepChecked } from "./adoption.ts";
import { checkLinks } from "./check_links.ts";
import { type CheckedNode, checkNodes, type ConfigOverride } from "./check_nodes.ts";
import { checkPools } from "./check_numbers.ts";
import { GRAPH_VERSION, type GraphDocument } from "./schema.ts";
import { readGraphText, readSubGraphText } from "./graph_text.ts";
import { type JsonNode, parseJson } from "./json_tree.ts";
import { FileTopology } from "./file_topology.ts";
import { GraphDiagnostics } from "./diagnostics.ts";
import { type ExposedPorts, readShape } from "./shape.ts";
import { expandSubGraphs } from "./sub_graphs.ts";

/** The result of {@linkcode checkGraph}. */
export interface GraphCheck {
  /** The graph, if it has no fault. */
  readonly document?: GraphDocument;
  /** The faults, in the order of the file, each with its `place`; those of `settings` come first. */
  readonly errors: readonly SluiceError[];
  /**
   * Warnings about a graph that will run, but hardly as intended, each with its `place`; also about nodes of a live
   * graph that will wait for links. Empty if there are errors.
   */
  readonly warnings: readonly SluiceError[];
}

/**
 * Checks the text of a graph file.
 *
 * @param text JSON
 * @param file the name for messages; paths of sub-graphs are relative to its folder
 * @param registry the node types that the graph may name
 * @param settings values that replace those in the file
 * @param convert the option that replaces the one in the file
 */
export function checkGraph(
  text: string,
  file: string,
  registry: NodeRegistry,
  settings: readonly ConfigOverride[] = [],
  convert?: "auto" | "off",
): GraphCheck {
  const diagnostics = new GraphDiagnostics(text, file);
  const root = parseJson(text, diagnostics);
  return root === undefined
    ? { errors: diagnostics.errors, warnings: [] }
    : checkTree(root, file, registry, settings, diagnostics, convert);
}

/** Checks the tree of a graph file. `diagnostics` holds its places. */
export function checkTree(
  root: JsonNode,
  file: string,
  registry: NodeRegistry,
  settings: readonly ConfigOverride[],
  diagnostics: GraphDiagnostics,
  convert?: "auto" | "off",
): GraphCheck {
  const read = readShape(root, diagnostics);
  if (read === undefined) return { errors: diagnostics.errors, warnings: [] };
  const outer = convert === undefined ? read : { ...read, options: { ...read.options, convert } };
  const shape = expandSubGraphs(outer, file, readSubGraphText, diagnostics);
  const topology = new FileTopology(
    shape.options.mode ?? "live",
    registry.list(),
    shape.options,
    (offset) => diagnostics.place(offset),
  );
  const nodes = checkNodes(shape, topology, registry, settings, diagnostics);
  const { made: links, warnings: waiting } = checkLinks(shape, topology, nodes, diagnostics);
  // Leaves out links with converters: the file gives no further options for these.
  const own = [...links].filter(([, { fromNode, toNode }]) => nodes.has(fromNode) && nodes.has(toNode));
  const sized = own.map(([shaped, { fromNode, toNode, output, policy, capacity }]) => (
    { fromNode, toNode, output, policy, capacity, shaped }
  ));
  const warnings = diagnostics.errors.length > 0
    ? []
    : [...waiting, ...checkPools(shape, linkedNodes(topology, nodes), sized, diagnostics)];
  if (diagnostics.errors.length > 0) return { errors: diagnostics.errors, warnings: [] };
  const document: GraphDocument = {
    file,
    version: GRAPH_VERSION,
    ...shape.options,
    nodes: [...nodes.values()].map(({ node }) => node),
    links: shape.links.map(({ from, to, options, offset }) => ({
      from: from!.address,
      to: to!.address,
      ...options,
      place: diagnostics.place(offset),
    })),
    pools: shape.options.pools ?? {},
    lanes: shape.options.lanes ?? impliedLanes(nodes.values()),
    inputs: addressesOf(shape.inputs),
    outputs: addressesOf(shape.outputs),
  };
  keepChecked(document, topology, registry);
  return { document, errors: [], warnings };
}

/** Returns the nodes with the kinds of frames that their links determine. */
function linkedNodes(topology: FileTopology, nodes: ReadonlyMap<string, CheckedNode>): Map<string, CheckedNode> {
  return new Map([...nodes].map(([id, node]) => [id, { ...node, descriptor: topology.node(id).type.descriptor }]));
}

/**
 * Reads the text of a graph file; parameters as for {@linkcode checkGraph}.
 *
 * @throws {SluiceError} the first fault, with its `place` and the number of further ones
 */
export function parseGraph(
  text: string,
  file: string,
  registry: NodeRegistry,
  settings: readonly ConfigOverride[] = [],
): GraphDocument {
  const { document, errors } = checkGraph(text, file, registry, settings);
  if (document !== undefined) return document;
  const [first] = errors;
  if (errors.length === 1) throw first;
  throw new SluiceError(first.code, `${first.message} (and ${errors.length - 1} more)`, first);
}

/**
 * Reads a graph file; as {@linkcode parseGraph}.
 *
 * @param path relative to the current directory
 * @throws {SluiceError} also if the file cannot be read
 *
 * @example
 * ```ts
 * import { buildGraph, graphOptions, loadGraph, nodePackage, NodeRegistry, Runtime } from "@sluice/sluice";
 *
 * const registry = new NodeRegistry([nodePackage]);
 * const graph = await loadGraph("examples/demo.json", registry);
 * await using runtime = new Runtime({ ...graphOptions(graph), registry });
 * buildGraph(graph, runtime);
 * console.log(runtime.portInfo("mixer").length);
 * ```
 */
export async function loadGraph(
  path: string,
  registry: NodeRegistry,
  settings: readonly ConfigOverride[] = [],
): Promise<GraphDocument> {
  return parseGraph(await readGraphText(path), path, registry, settings);
}

function addressesOf(exposed: ExposedPorts): { [name: string]: PortAddress } {
  return Object.fromEntries([...exposed].map(([name, { address }]) => [name, address]));
}

function impliedLanes(nodes: Iterable<CheckedNode>): { [name: string]: LaneOptions } {
  const lanes = new Map<string, LaneOptions>();
  for (const { shaped, descriptor } of nodes) {
    const name = shaped.options.lane?.value ?? "main";
    // All nodes of a lane have one kind.
    if (name !== "main" && name !== AUTO_LANE) {
      lanes.set(name, { kind: descriptor.lane === "native" ? "native" : "worker" });
    }
  }
  return Object.fromEntries(lanes);
}
