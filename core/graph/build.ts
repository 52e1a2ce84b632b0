/**
 * Puts a graph file's nodes and links into a runtime.
 *
 * @module
 */
import { SluiceError, type SourcePlace } from "../errors.ts";
import { nodeId, splitAddress } from "../ids.ts";
import type { LanePriority } from "../placement/lane_options.ts";
import type { LinkOptions } from "../links/policy.ts";
import type { GraphDocument } from "./document.ts";
import type { GraphFileNode } from "./graph_file.ts";
import type { Supervision } from "./supervision.ts";
import { assertKeys } from "../errors/option_check.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import { linkedPorts } from "./linked_ports.ts";
import { placed } from "./diagnostics.ts";
import { JOINT } from "./sub_graphs.ts";

/** The string interface of a runtime. */
export interface GraphTarget {
  /** Adds a node by the name of its type. */
  addByType(
    type: string,
    config: Record<string, unknown>,
    options?: {
      id?: string;
      lane?: string;
      pool?: string | { readonly [output: string]: string };
      ports?: GraphFileNode["ports"];
      supervision?: Supervision;
      callTimeoutMs?: number;
      priority?: LanePriority;
      cpus?: readonly number[];
      isolate?: "process";
      isolateMemoryMb?: number;
      bypassed?: boolean;
    },
  ): unknown;
  /** Whether each call is an edit of its own: then there is no telling when all of them are in effect. */
  readonly running?: boolean;
  /** Links by addresses. */
  connectByName(from: string, to: string, options?: LinkOptions): unknown;
}

/** What to make a runtime with, for a graph: `new Runtime({ ...graphOptions(document), registry })`. */
export function graphOptions(
  document: GraphDocument,
): Pick<RuntimeOptions, "mode" | "endsWithSources" | "pools" | "memory" | "capacity" | "convert" | "lanes"> {
  return {
    ...(document.mode === undefined ? {} : { mode: document.mode }),
    ...(document.endsWithSources !== undefined && { endsWithSources: document.endsWithSources }),
    pools: document.pools,
    ...(document.memory && { memory: document.memory }),
    ...(document.capacity && { capacity: document.capacity }),
    ...(document.convert && { convert: document.convert }),
    lanes: document.lanes,
  };
}

/** Options for adding a graph to one that already has nodes. */
export interface BuildOptions {
  /** As a sub-graph of this name: its node `gain` becomes `voice--gain`. Absent: nodes keep their ids. */
  readonly id?: string;
  /** The lane of nodes without one. */
  readonly lane?: string;
}

/** Ports that a graph file exposes, by name: addresses for `connectByName()`. */
export interface BuiltGraph {
  /** The ports that take frames. */
  readonly inputs: { readonly [name: string]: string };
  /** The ports that give frames. */
  readonly outputs: { readonly [name: string]: string };
}

/**
 * Adds the nodes of a graph, then links them, in the order of the file. It looks at one thing that the
 * file declares of modes, pools and lanes, whether a lane is of kind `main`: the others are for `new Runtime()`.
 *
 * @param runtime a runtime, or the edit of one
 * @throws {SluiceError} what the runtime throws, with the place in the file; `Busy` for a runtime whose graph runs: that
 * takes an edit
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
  const prefix = options.id === undefined ? "" : `${nodeId(options.id)}${JOINT}`;
  const linked = linkedPorts(
    document.links.flatMap(({ from, to, place }) => [from, to].map((end) => at(place, () => splitAddress(end)))),
  );
  for (const node of document.nodes) {
    const { id, type, config, lane, pool, supervision, callTimeoutMs, priority, cpus, bypassed, ports, place } = node;
    const { isolate, isolateMemoryMb } = node;
    // A lane of kind main is the control isolate, whatever the file calls it.
    const name = lane !== undefined && document.lanes[lane]?.kind === "main" ? "main" : lane ?? options.lane;
    const added = {
      id: prefix + id,
      ...(name && { lane: name }),
      ...(pool && { pool }),
      ...(supervision && { supervision }),
      ...(callTimeoutMs !== undefined && { callTimeoutMs }),
      ...(priority && { priority }),
      ...(cpus && { cpus }),
      ...(isolate && { isolate }),
      ...(isolateMemoryMb !== undefined && { isolateMemoryMb }),
      ...(bypassed && { bypassed }),
      ...((ports || linked.has(id)) && { ports: [...ports ?? [], ...linked.get(id) ?? []] }),
    };
    at(place, () => runtime.addByType(type, { ...config }, added));
  }
  for (const { from, to, policy, capacity, convert, place } of document.links) {
    const how = { ...(policy && { policy }), ...(capacity && { capacity }), ...(convert && { convert }) };
    at(place, () => runtime.connectByName(prefix + from, prefix + to, how));
  }
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
