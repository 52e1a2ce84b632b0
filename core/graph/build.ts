/**
 * Adds a graph file's nodes and links to a runtime.
 *
 * @module
 */
import { SluiceError, type SourcePlace } from "../errors.ts";
import { nodeId, splitAddress } from "../ids.ts";
import type { LinkOptions } from "../links/policy.ts";
import {
  type GraphDocument,
  type GraphFile,
  type GraphOptions,
  NODE_OPTION_NAMES,
  type NodeOption,
  type NodeOptions,
  pick,
  present,
} from "./schema.ts";
import { assertKeys } from "../errors/option_check.ts";
import type { AddOptions } from "../runtime_options.ts";
import { adoptChecked } from "./adoption.ts";
import { placed } from "./diagnostics.ts";
import { JOINT } from "./sub_graphs.ts";

/** The string interface of a runtime. */
export interface GraphTarget {
  /** Adds a node by the name of its type. */
  addByType(
    type: string,
    config: Record<string, unknown>,
    options?: AddOptions,
  ): unknown;
  /** True if each call is an edit of its own: nothing then reports when all of them are in effect. */
  readonly running?: boolean;
  /** Links by addresses. */
  connectByName(from: string, to: string, options?: LinkOptions): unknown;
}

/** Returns the options of a runtime for a graph: `new Runtime({ ...graphOptions(document), registry })`. */
export function graphOptions(
  document: GraphDocument,
): Omit<GraphFile, "version" | "nodes" | "links" | "inputs" | "outputs"> {
  return pick<GraphOptions, keyof GraphOptions>(document, [
    "mode",
    "endsWithSources",
    "pools",
    "memory",
    "capacity",
    "convert",
    "lanes",
  ]);
}

/** Options for adding a graph to a graph with nodes. */
export interface BuildOptions {
  /** The name of the graph as a sub-graph: its node `gain` becomes `voice--gain`. Absent: nodes keep their ids. */
  readonly id?: string;
  /** The lane of nodes without one. */
  readonly lane?: string;
}

/** Ports that a graph file exposes, by name: addresses for `connectByName()`. */
export interface BuiltGraph {
  /** The input ports. */
  readonly inputs: { readonly [name: string]: string };
  /** The output ports. */
  readonly outputs: { readonly [name: string]: string };
}

/**
 * Adds the nodes of a graph, then links them, in the order of the file. Ignores the modes, pools and lanes that the
 * file declares, which are for `new Runtime()`, except for lanes of kind `main`.
 *
 * @param runtime a runtime, or an edit of one
 * @throws {SluiceError} the errors of the runtime, with the place in the file; `Busy` for a runtime whose graph runs:
 * use an edit
 *
 * @example
 * ```ts
 * import { buildGraph, parseGraph, nodePackage, NodeRegistry, nodes, Runtime } from "@sluice/sluice";
 *
 * const registry = new NodeRegistry([nodePackage]);
 * const text = `{ "version": 1, "nodes": { "gain": { "type": "gain" } }, "inputs": { "audio": "gain.audioIn" } }`;
 * const voice = parseGraph(text, "voice.json", registry);
 * await using runtime = new Runtime({ registry });
 * runtime.add(nodes.toneSource(), { id: "tone" });
 * await runtime.edit((edit) => {
 *   const { inputs } = buildGraph(voice, edit, { id: "left" });
 *   edit.connectByName("tone.audio", inputs.audio);
 * });
 * console.log(runtime.portInfo("left--gain").length);
 * ```
 */
export function buildGraph(document: GraphDocument, runtime: GraphTarget, options: BuildOptions = {}): BuiltGraph {
  assertKeys("Cannot build the graph", options, ["id", "lane"]);
  if (runtime.running === true) {
    throw new SluiceError("Busy", "Cannot build the graph: the runtime runs; call buildGraph() in runtime.edit()");
  }
  const isPlain = options.id === undefined && options.lane === undefined;
  if (isPlain && adoptChecked(document, runtime)) return portsOf(document, "");
  const prefix = options.id === undefined ? "" : `${nodeId(options.id)}${JOINT}`;
  const ends = document.links.flatMap(({ from, to, place }) =>
    [from, to].map((end) => at(place, () => splitAddress(end)))
  );
  const linked = Map.groupBy(ends, ({ node }) => node);
  for (const node of document.nodes) {
    const { id, type, config, place } = node;
    const { lane, ports, ...said } = pick<NodeOptions, NodeOption>(node, NODE_OPTION_NAMES);
    // A lane of kind main is the control isolate, whatever its name in the file.
    const name = lane !== undefined && document.lanes[lane]?.kind === "main" ? "main" : lane ?? options.lane;
    const added = {
      ...said,
      id: prefix + id,
      ...(name && { lane: name }),
      ...((ports || linked.has(id)) && { ports: [...ports ?? [], ...(linked.get(id) ?? []).map(({ port }) => port)] }),
    };
    at(place, () => runtime.addByType(type, { ...config }, added));
  }
  for (const { from, to, place, ...how } of document.links) {
    at(place, () => runtime.connectByName(prefix + from, prefix + to, present(how)));
  }
  return portsOf(document, prefix);
}

function portsOf(document: GraphDocument, prefix: string): BuiltGraph {
  const exposed = (ports: { readonly [name: string]: string }) =>
    Object.fromEntries(Object.entries(ports).map(([name, address]) => [name, prefix + address]));
  return { inputs: exposed(document.inputs), outputs: exposed(document.outputs) };
}

function at<T>(place: SourcePlace, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof SluiceError && error.place === undefined ? placed(error, place) : error;
  }
}
