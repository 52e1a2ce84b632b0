/**
 * The nodes and links of a graph, as entries of `Topology`.
 *
 * @module
 */
import type { LinkId, NodeId } from "../ids.ts";
import type { LinkOptions, LinkPolicy } from "../links/policy.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { KeptOptions } from "./schema.ts";

/** A node of the graph, with the options that it keeps. */
export interface NodeEntry extends KeptOptions {
  readonly id: NodeId;
  /** The number of its record in the control arena. */
  readonly index: number;
  readonly type: AnyNodeType;
  readonly config: Record<string, unknown>;
  /** The name of its lane. */
  readonly lane: string;
  /** True if the runtime has chosen the lane, and may choose another. */
  readonly autoPlaced: boolean;
  /** The number of its life: kept when the node is replaced or moved, different for another node with its id. */
  readonly life: number;
  /** Counts its replacements in this life; a move alone does not count. */
  readonly incarnation: number;
  /** True if the node is a converter of a link: it is removed with that link. */
  readonly converts?: true;
  /** For a hidden node: the least time between two frames that the writers of its links give it, nanoseconds. */
  readonly sampleNs?: number;
}

/** A link of the graph. */
export interface LinkEntry {
  readonly id: LinkId;
  /** The number of its record in the control arena. */
  readonly index: number;
  readonly fromNode: NodeId;
  readonly fromPort: string;
  readonly toNode: NodeId;
  readonly toPort: string;
  readonly output: PortDescriptor;
  readonly input: PortDescriptor;
  readonly policy: LinkPolicy;
  readonly capacity: number;
  /** The options asked for, for use when its ends carry another kind of frames. */
  readonly asked: LinkOptions;
}

/**
 * The state that other instances of a node can take over. `all`: its whole state, since it has nothing to close that
 * two instances could not both have open. `state`: its snapshot alone. `nothing`. `takes`: a node that takes over a
 * state but gives none.
 */
export type Carries = "all" | "state" | "takes" | "nothing";
