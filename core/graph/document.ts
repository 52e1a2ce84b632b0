/**
 * The checked graph of a file: every node type is known, every configuration fits, every link joins fitting ports.
 *
 * @module
 */
import type { SourcePlace } from "../errors.ts";
import type { NodeId, PortAddress } from "../ids.ts";
import type { LaneOptions } from "../placement/lane_options.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import type { GraphFile, GraphFileLink, GraphFileNode } from "./graph_file.ts";

/** A node of the file. */
export interface GraphNode extends Omit<GraphFileNode, "config"> {
  /** Unique in the file. */
  readonly id: NodeId;
  /** As in the file, with settings from the command line on top; without defaults. */
  readonly config: { readonly [key: string]: unknown };
  /** The place of its id. */
  readonly place: SourcePlace;
}

/** A link of the file. */
export interface GraphLink extends GraphFileLink {
  /** The output. */
  readonly from: PortAddress;
  /** The input. */
  readonly to: PortAddress;
  /** The place of its start. */
  readonly place: SourcePlace;
}

/** A whole graph file. */
export interface GraphDocument extends Omit<GraphFile, "nodes" | "links"> {
  /** Path or URL as the user gave it. */
  readonly file: string;
  /** The nodes, in the order of the file. */
  readonly nodes: readonly GraphNode[];
  /** The links, in the order of the file. */
  readonly links: readonly GraphLink[];
  /** Sizes of pools by name. */
  readonly pools: { readonly [name: string]: PoolSize };
  /** Declared lanes; if the file has no `lanes`, one for each lane that a node names, except `main`. */
  readonly lanes: { readonly [name: string]: LaneOptions };
  /** Inputs of nodes that the file exposes, by name. */
  readonly inputs: { readonly [name: string]: PortAddress };
  /** Outputs of nodes that the file exposes, by name. */
  readonly outputs: { readonly [name: string]: PortAddress };
}
