/**
 * Puts a graph file's nodes and links into a runtime.
 *
 * @module
 */
import { SluiceError, type SourcePlace } from "../errors.ts";
import { splitAddress } from "../ids.ts";
import type { GraphMode, LinkOptions } from "../links/policy.ts";
import type { GraphDocument, GraphLane, GraphPool } from "./document.ts";
import type { Supervision } from "../supervision.ts";
import { placed } from "./report.ts";

/** The string interface of a runtime. */
export interface GraphTarget {
  /** Adds a node by the name of its type. */
  addByType(
    type: string,
    config: Record<string, unknown>,
    options?: {
      id?: string;
      lane?: string;
      pool?: string;
      ports?: readonly string[];
      supervision?: Supervision;
      bypassed?: boolean;
    },
  ): unknown;
  /** Links by addresses. */
  connectByName(from: string, to: string, options?: LinkOptions): unknown;
}

/** The part of a runtime's options that a graph file decides. */
export interface GraphRuntimeOptions {
  /** Absent: as the runtime decides. */
  readonly mode?: GraphMode;
  /** Sizes of pools by name. */
  readonly pools?: { readonly [name: string]: GraphPool };
  /** What is said of lanes, by name. */
  readonly lanes?: { readonly [name: string]: GraphLane };
}

/** What to make a runtime with, for a graph: `new Runtime({ ...graphOptions(document), registry })`. */
export function graphOptions(document: GraphDocument): GraphRuntimeOptions {
  return {
    ...(document.mode === undefined ? {} : { mode: document.mode }),
    pools: document.pools,
    lanes: document.lanes,
  };
}

/**
 * Adds the nodes of a graph to a runtime, then links them, in the order of the file.
 *
 * @throws {SluiceError} what the runtime throws, with the place in the file
 */
export function buildGraph(document: GraphDocument, runtime: GraphTarget): void {
  // A link brings the element of a dynamic port that it leads to or from into being.
  const linked = new Map<string, string[]>();
  for (const { from, to, place } of document.links) {
    for (const address of [from, to]) {
      const { node, port } = at(place, () => splitAddress(address));
      const ports = linked.get(node);
      if (ports === undefined) linked.set(node, [port]);
      else ports.push(port);
    }
  }
  for (const { id, type, config, lane, pool, supervision, bypassed, place } of document.nodes) {
    // A lane of kind main is the control isolate, whatever the file calls it.
    const name = lane !== undefined && document.lanes[lane]?.kind === "main" ? "main" : lane;
    const options = {
      id,
      ...(name && { lane: name }),
      ...(pool && { pool }),
      ...(supervision && { supervision }),
      ...(bypassed && { bypassed }),
      ...(linked.has(id) && { ports: linked.get(id) }),
    };
    at(place, () => runtime.addByType(type, { ...config }, options));
  }
  for (const { from, to, policy, capacity, place } of document.links) {
    const options = { ...(policy && { policy }), ...(capacity && { capacity }) };
    at(place, () => runtime.connectByName(from, to, options));
  }
}

function at<T>(place: SourcePlace, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof SluiceError && error.place === undefined ? placed(error, place) : error;
  }
}
