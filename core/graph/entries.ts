/**
 * The nodes and links of a graph, as entries of `Topology`.
 *
 * @module
 */
import type { LinkId, NodeId } from "../ids.ts";
import type { LinkOptions, LinkPolicy } from "../links/policy.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import type { Isolation } from "../placement/isolation.ts";
import type { Schedule } from "../placement/schedule.ts";
import type { NodePools } from "../pools/node_pools.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { Supervision } from "./supervision.ts";

/** A node of the graph. */
export interface NodeEntry {
  readonly id: NodeId;
  /** The number of its record in the control arena. */
  readonly index: number;
  readonly type: AnyNodeType;
  readonly config: Record<string, unknown>;
  /** The name of its lane. */
  readonly lane: string;
  /** True if the runtime has chosen the lane, and may choose another. */
  readonly autoPlaced: boolean;
  /** The pool that its outputs take slots from, or the pools of some outputs; absent: that of their kind. */
  readonly pool?: NodePools;
  /** Its supervision; absent: that of the graph. */
  readonly supervision?: Supervision;
  /** Time limit of its calls, milliseconds, 0 for none; absent: that of the run. */
  readonly callTimeoutMs?: number;
  /** The priority and processors for its lane that its options ask for; absent: those of its type. */
  readonly schedule?: Schedule;
  /** The process of its own that runs its stage; absent: the stage runs in the runtime's process. */
  readonly isolation?: Isolation;
  /** True if frames pass the node without a call of `process()`. */
  readonly bypassed: boolean;
  /** The number of its life: kept when the node is replaced or moved, different for another node with its id. */
  readonly life: number;
  /** Counts its replacements in this life; a move alone does not count. */
  readonly incarnation: number;
  /** True if the node is a converter of a link: it is removed with that link. */
  readonly converts?: true;
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
