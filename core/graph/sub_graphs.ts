/**
 * Replaces sub-graphs by their nodes. A node with `graph` instead of `type` represents all nodes of another graph file:
 * node `gain` of the sub-graph `voice` becomes `voice--gain`, and links to `voice` lead to the ports that the file
 * exposes.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { SluiceError } from "../errors.ts";
import { type NodeId, nodeId, portAddress } from "../ids.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { AUTO_LANE } from "../placement/lane_choice.ts";
import type { LaneOptions } from "../placement/lane_options.ts";
import { jsonMembers, type JsonNode, parseJson } from "./json_tree.ts";
import type { GraphDiagnostics } from "./diagnostics.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import { type FileLinkOptions, type GraphOptions, NODE_OPTION_NAMES, NODE_OPTIONS, pick, present } from "./schema.ts";
import {
  type ExposedPorts,
  readShape,
  type ShapedEnd,
  type ShapedGraph,
  type ShapedLink,
  type ShapedNode,
  type ShapedOptions,
} from "./shape.ts";

/** Joins the ids of a sub-graph and of a node in it. */
export const JOINT = "--";

/** Deepest nesting of sub-graphs. */
const MAX_DEPTH = 16;

/** Most nodes and sub-graphs of one graph. */
const MAX_NODES = 65_536;

/** The place of a sub-graph, and its settings for the sub-graph. */
interface Place {
  /** The path for messages. */
  readonly file: string;
  /** The prefix of each id. */
  readonly prefix: string;
  /** Configurations by node; for each key the last one counts. */
  readonly overlays: readonly JsonNode[];
  /** The options of nodes without their own. */
  readonly options: ShapedOptions;
  /** The files around it, from the outermost. */
  readonly stack: readonly string[];
}

interface Instance {
  readonly path: string;
  readonly inputs: ExposedPorts;
  readonly outputs: ExposedPorts;
}

/**
 * Expands the sub-graphs of a graph.
 *
 * @param file the graph's file, which paths of sub-graphs are relative to
 * @param readText reads a file of a sub-graph, or throws a `SluiceError`
 * @returns a graph without sub-graphs; `diagnostics` has the faults
 */
export function expandSubGraphs(
  graph: ShapedGraph,
  file: string,
  readText: (path: string) => string,
  diagnostics: GraphDiagnostics,
): ShapedGraph {
  if (![...graph.nodes.values()].some((node) => node.graph !== undefined)) return graph;
  const expansion = new Expansion(readText, diagnostics);
  const exposed = expansion.expand(graph, { file, prefix: "", overlays: [], options: {}, stack: [resolve(file)] });
  return { ...graph, ...expansion.result(graph.options), ...exposed };
}

class Expansion {
  readonly #readText: (path: string) => string;
  readonly #diagnostics: GraphDiagnostics;
  /** Shapes by absolute path; `undefined` for an unreadable file, already reported. */
  readonly #shapes = new Map<string, ShapedGraph | undefined>();
  readonly #nodes = new Map<string, ShapedNode>();
  readonly #links: ShapedLink[] = [];
  readonly #pools = new Map<string, { readonly pool: PoolSize; readonly offset: number }>();
  readonly #lanes = new Map<string, LaneOptions>();
  #lanesDeclared = false;
  /** Graphs whose exposed ports were checked. */
  readonly #looked = new Set<ShapedGraph>();
  #count = 0;

  constructor(readText: (path: string) => string, diagnostics: GraphDiagnostics) {
    this.#readText = readText;
    this.#diagnostics = diagnostics;
  }

  /** @returns the ports that the graph exposes, as ports of expanded nodes */
  expand(graph: ShapedGraph, place: Place): Pick<ShapedGraph, "inputs" | "outputs"> {
    this.#take(graph);
    this.#checkExposed(graph);
    const instances = new Map<NodeId, Instance | undefined>();
    for (const node of graph.nodes.values()) {
      if (this.#diagnostics.full || ++this.#count > MAX_NODES) break;
      if (node.graph === undefined) this.#addNode(node, place);
      else instances.set(node.id, this.#addInstance(node, node.graph, place));
    }
    if (this.#count === MAX_NODES + 1) {
      const [first] = graph.nodes.values();
      this.#diagnostics.add("InvalidGraph", `Cannot run the graph: it has more than ${MAX_NODES} nodes`, first.offset);
    }
    const resolveEnd = (end: ShapedEnd, side: "inputs" | "outputs") => this.#resolve(end, side, instances, place);
    for (const link of graph.links) {
      const from = link.from && resolveEnd(link.from, "outputs");
      const to = link.to && resolveEnd(link.to, "inputs");
      // A missing end was already reported.
      const usual = place.prefix === "" ? {} : usualOptions(graph, link);
      this.#links.push({ ...link, from, to, options: { ...usual, ...link.options } });
    }
    const resolveAll = (ports: ExposedPorts, side: "inputs" | "outputs") =>
      new Map([...ports].flatMap(([name, end]) => {
        const found = resolveEnd(end, side);
        return found === undefined ? [] : [[name, found] as const];
      }));
    return { inputs: resolveAll(graph.inputs, "inputs"), outputs: resolveAll(graph.outputs, "outputs") };
  }

  result(options: GraphOptions): Pick<ShapedGraph, "nodes" | "links" | "options" | "poolOffsets"> {
    const pools = Object.fromEntries([...this.#pools].map(([name, { pool }]) => [name, pool]));
    const lanes = this.#lanesDeclared ? { lanes: Object.fromEntries(this.#lanes) } : {};
    return {
      options: { ...options, pools, ...lanes },
      nodes: this.#nodes,
      links: this.#links,
      poolOffsets: new Map([...this.#pools].map(([name, { offset }]) => [name, offset])),
    };
  }

  /** Takes over a graph's pools and lanes; the options of an outer file win. */
  #take(graph: ShapedGraph): void {
    for (const [name, pool] of Object.entries(graph.options.pools ?? {})) {
      if (!this.#pools.has(name)) this.#pools.set(name, { pool, offset: graph.poolOffsets.get(name) ?? 0 });
    }
    const declared = graph.options.lanes;
    if (declared !== undefined) this.#lanesDeclared = true;
    // A file that declares no lanes may name any.
    const named = [...graph.nodes.values()].flatMap(({ options: { lane } }) =>
      lane === undefined || lane.value === AUTO_LANE ? [] : [[lane.value, {}] as const]
    );
    for (const [name, lane] of declared === undefined ? named : Object.entries(declared)) {
      if (name !== "main" && !this.#lanes.has(name)) this.#lanes.set(name, lane);
    }
  }

  #addNode(node: ShapedNode, place: Place): void {
    const id = this.#join(node, place);
    if (id === undefined) return;
    const own = overlaysOf(place, node.id);
    const overlays = own.length > 0 && { overlays: own };
    this.#nodes.set(id, { ...node, id, options: { ...place.options, ...node.options }, ...overlays });
  }

  #addInstance(node: ShapedNode, graph: { path: string; offset: number }, place: Place): Instance | undefined {
    const id = this.#join(node, place);
    const path = resolve(dirname(place.file), graph.path);
    const shown = isRelative(place.file) && isRelative(graph.path) ? relativeTo(place.file, graph.path) : path;
    if (id === undefined) return undefined;
    const options = this.#inherited(id, node.options);
    if (place.stack.includes(path) || place.stack.length > MAX_DEPTH) {
      const found = place.stack.includes(path) ? "it contains that node" : `nested deeper than ${MAX_DEPTH} levels`;
      const message = `Cannot put graph "${graph.path}" into node "${id}": ${found}`;
      this.#diagnostics.add("InvalidGraph", message, graph.offset, { nodeId: id });
      return undefined;
    }
    if (!this.#shapes.has(path)) this.#shapes.set(path, this.#read(path, shown, graph.offset));
    const shape = this.#shapes.get(path);
    if (shape === undefined) return undefined;
    const overlays = [...(node.config ? [node.config] : []), ...overlaysOf(place, node.id)];
    this.#checkOverlays(overlays, shape, id, graph.path);
    const inner = {
      file: shown,
      prefix: `${id}${JOINT}`,
      overlays,
      options: { ...place.options, ...options },
      stack: [...place.stack, path],
    };
    return { path: graph.path, ...this.expand(shape, inner) };
  }

  /** Returns the options of a sub-graph that its nodes inherit; reports the others. */
  #inherited(id: NodeId, options: ShapedOptions): ShapedOptions {
    const refused = new Map<string, number>();
    const kept = NODE_OPTION_NAMES.filter((name) => {
      const { ofSubGraph } = NODE_OPTIONS[name];
      if (ofSubGraph === "inherited") return true;
      const said = options[name];
      if (said !== undefined && said.value !== false) refused.set(ofSubGraph(id), said.offset);
      return false;
    });
    for (const [message, offset] of refused) {
      this.#diagnostics.add("InvalidGraph", message, offset, { nodeId: id });
    }
    return pick(options, kept);
  }

  #read(path: string, shown: string, offset: number): ShapedGraph | undefined {
    let text: string;
    try {
      text = this.#readText(path);
    } catch (error) {
      this.#diagnostics.addThrown(error, offset);
      return undefined;
    }
    const root = parseJson(text, this.#diagnostics, this.#diagnostics.addFile(text, shown));
    return root && readShape(root, this.#diagnostics);
  }

  #checkExposed(graph: ShapedGraph): void {
    if (this.#looked.has(graph)) return;
    this.#looked.add(graph);
    const known = [...graph.nodes.keys()];
    for (const { node, address, offset } of [...graph.inputs.values(), ...graph.outputs.values()]) {
      if (graph.nodes.has(node)) continue;
      const message = `Cannot expose "${address}": the graph has no node "${node}"${didYouMean(node, known)}; ` +
        `nodes: ${listSome(known)}`;
      this.#diagnostics.add("NodeNotFound", message, offset, { nodeId: node, available: known });
    }
  }

  #checkOverlays(overlays: readonly JsonNode[], shape: ShapedGraph, id: NodeId, path: string): void {
    const known = [...shape.nodes.keys()];
    for (const { name, offset, value } of overlays.flatMap(jsonMembers)) {
      const where = `Cannot configure sub-graph "${id}" ("${path}")`;
      if (!shape.nodes.has(name)) {
        const message = `${where}: it has no node "${name}"${didYouMean(name, known)}; nodes: ${listSome(known)}`;
        this.#diagnostics.add("InvalidConfig", message, offset, { nodeId: id, key: name, available: known });
      } else if (value.type !== "object") {
        const message = `${where}: "${name}" is not an object, wanted the configuration of that node`;
        this.#diagnostics.add("InvalidConfig", message, value.offset, { nodeId: id, key: name });
      }
    }
  }

  #join(node: ShapedNode, { prefix }: Place): NodeId | undefined {
    let id: NodeId;
    try {
      id = nodeId(prefix + node.id);
    } catch (error) {
      this.#diagnostics.addThrown(error, node.offset);
      return undefined;
    }
    const other = this.#nodes.get(id);
    if (other === undefined) return id;
    const { line, column, file } = this.#diagnostics.place(other.offset);
    const message = `Cannot add node "${id}" of a sub-graph: the node at ${file}:${line}:${column} has that id`;
    this.#diagnostics.addThrown(new SluiceError("InvalidGraph", message, { nodeId: id }), node.offset);
    return undefined;
  }

  #resolve(
    end: ShapedEnd,
    side: "inputs" | "outputs",
    instances: ReadonlyMap<NodeId, Instance | undefined>,
    { prefix }: Place,
  ): ShapedEnd | undefined {
    if (!instances.has(end.node)) {
      const node = (prefix + end.node) as NodeId;
      return { ...end, node, address: portAddress(node, end.port) };
    }
    const instance = instances.get(end.node);
    // Already reported: the file of the sub-graph cannot be read.
    if (instance === undefined) return undefined;
    const found = instance[side].get(end.port);
    if (found !== undefined) return { ...found, offset: end.offset };
    const names = [...instance[side].keys()];
    const message = `Cannot link ${side === "inputs" ? "to" : "from"} "${end.address}": graph "${instance.path}" ` +
      `exposes no ${side.slice(0, -1)} of that name${didYouMean(end.port, names)}; ${side}: ${listSome(names)}`;
    const details = { nodeId: end.node, port: end.port, available: names };
    this.#diagnostics.add("PortNotFound", message, end.offset, details);
    return undefined;
  }
}

/** Returns the default options of a sub-graph for its own links. */
function usualOptions({ options: { capacity, convert } }: ShapedGraph, { options }: ShapedLink): FileLinkOptions {
  return present({ capacity: options.policy === "latest" ? undefined : capacity, convert });
}

/** Returns the configuration values that the places around a node set for it. */
function overlaysOf({ overlays }: Place, id: NodeId): JsonNode[] {
  return overlays.flatMap(jsonMembers).flatMap(({ name, value }) =>
    name === id && value.type === "object" ? [value] : []
  );
}

function isRelative(path: string): boolean {
  return resolve(path) !== path;
}

/** Returns the path of a sub-graph relative to the current directory. */
function relativeTo(file: string, path: string): string {
  const folder = dirname(file);
  return folder === "." ? path : `${folder}/${path}`;
}
