/**
 * The nodes and links of a graph, as `Topology` holds them.
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
  /** Number of its record in the control arena. */
  readonly index: number;
  readonly type: AnyNodeType;
  readonly config: Record<string, unknown>;
  /** Name of the lane that runs it. */
  readonly lane: string;
  /** Whether the runtime has chosen that lane, and may choose another one. */
  readonly autoPlaced: boolean;
  /** The pool that its outputs take slots from, or those of some outputs; absent: that of their kind. */
  readonly pool?: NodePools;
  /** What is done when it fails; absent: as the graph has it. */
  readonly supervision?: Supervision;
  /** How long a call of it may take, milliseconds, 0 for ever; absent: as the run has it. */
  readonly callTimeoutMs?: number;
  /** How urgent its lane is to be, and on which processors, as it was said of the node; absent: as its type says. */
  readonly schedule?: Schedule;
  /** The process of its own that its stage runs in; absent: that of the runtime. */
  readonly isolation?: Isolation;
  /** Whether what comes in is passed on without calling `process()`. */
  readonly bypassed: boolean;
  /** The same for all that a node becomes by being replaced or moved; another one for another node of its id. */
  readonly life: number;
  /** Counts how often it was replaced in its life: the same while it is only moved. */
  readonly incarnation: number;
  /** Whether it was put in to convert for a link: it goes with that. */
  readonly converts?: true;
}

/** A link of the graph. */
export interface LinkEntry {
  readonly id: LinkId;
  /** Number of its record in the control arena. */
  readonly index: number;
  readonly fromNode: NodeId;
  readonly fromPort: string;
  readonly toNode: NodeId;
  readonly toPort: string;
  readonly output: PortDescriptor;
  readonly input: PortDescriptor;
  readonly policy: LinkPolicy;
  readonly capacity: number;
  /** What was said of it, for when its ends carry another kind of frames. */
  readonly asked: LinkOptions;
}
