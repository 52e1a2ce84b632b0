/**
 * A graph as a file describes it, checked: every node type is known, every configuration fits, every link joins ports
 * that go together.
 *
 * @module
 */
import type { SourcePlace } from "../errors.ts";
import type { NodeId, PortAddress } from "../ids.ts";
import type { LaneOptions, LanePriority } from "../placement/lane_options.ts";
import type { GraphMode, LinkCapacity, LinkPolicy } from "../links/policy.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import type { GraphFileNode } from "./graph_file.ts";
import type { Supervision } from "./supervision.ts";

/** The version of the format that this Sluice reads. */
export const GRAPH_VERSION = 1;

/** Most bytes of payload that a graph file may give a slot. */
export const MAX_SLOT_BYTES = 1_073_741_824;

/** Most slots that a graph file may give a pool. */
export const MAX_SLOTS = 1_048_576;

/** A node of the file. */
export interface GraphNode {
  /** Unique in the file. */
  readonly id: NodeId;
  /** Registered name of its type. */
  readonly type: string;
  /** As in the file, with settings from the command line laid over it; defaults are not filled in. */
  readonly config: { readonly [key: string]: unknown };
  /** The lane it asks for. */
  readonly lane?: string;
  /** The pool that its outputs take slots from, or those of some outputs; absent: that of their kind. */
  readonly pool?: string | { readonly [output: string]: string };
  /** What is done when it fails; absent: `fail`. */
  readonly supervision?: Supervision;
  /** How long a call of it may take, milliseconds, 0 for ever; absent: as the run has it. */
  readonly callTimeoutMs?: number;
  /** How urgent its lane is to be; absent: as its type says. */
  readonly priority?: LanePriority;
  /** The processors that its lane is to run on; absent: as its type says. */
  readonly cpus?: readonly number[];
  /** `process`: its stage, which is a plugin's, runs in a process of its own. Absent: in that of the runtime. */
  readonly isolate?: "process";
  /** Most memory that this process may have for itself, MiB; absent: as much as the system gives. */
  readonly isolateMemoryMb?: number;
  /** Whether what comes in is passed on without calling `process()`; absent: no. */
  readonly bypassed?: boolean;
  /** Elements of its dynamic ports beside those that links name; absent: none. */
  readonly ports?: GraphFileNode["ports"];
  /** Where its id stands. */
  readonly place: SourcePlace;
}

/** A link of the file. */
export interface GraphLink {
  /** The output. */
  readonly from: PortAddress;
  /** The input. */
  readonly to: PortAddress;
  /** What it does when it is full; absent: as the mode decides. */
  readonly policy?: LinkPolicy;
  /** How many frames it holds; absent: as the graph has it. */
  readonly capacity?: Exclude<LinkCapacity, (link: never) => number>;
  /** Whether nodes that convert are put in; absent: as the graph has it. */
  readonly convert?: "auto" | "off";
  /** Where it starts. */
  readonly place: SourcePlace;
}

/** A whole graph file. */
export interface GraphDocument {
  /** Path or URL as the user gave it. */
  readonly file: string;
  /** Version of the format. */
  readonly version: 1;
  /** How the graph treats time; absent: as the runtime decides. */
  readonly mode?: GraphMode;
  /** Whether a live graph ends with its sources; absent: as the runtime decides. */
  readonly endsWithSources?: boolean;
  /** In the order of the file. */
  readonly nodes: readonly GraphNode[];
  /** In the order of the file. */
  readonly links: readonly GraphLink[];
  /** Sizes of pools by name. */
  readonly pools: { readonly [name: string]: PoolSize };
  /** The most bytes of slots that all pools may have together; absent: as the runtime decides. */
  readonly memory?: { readonly limit?: number };
  /** How many frames links hold that do not say; absent: as the runtime decides. */
  readonly capacity?: Exclude<LinkCapacity, (link: never) => number>;
  /** Whether links that do not say have nodes put in that convert; absent: as the runtime decides. */
  readonly convert?: "auto" | "off";
  /** Declared lanes; without `lanes` in the file, one for each lane that a node names, except `main`. */
  readonly lanes: { readonly [name: string]: LaneOptions };
  /** Inputs of nodes that the file exposes, by name. */
  readonly inputs: { readonly [name: string]: PortAddress };
  /** Outputs of nodes that the file exposes, by name. */
  readonly outputs: { readonly [name: string]: PortAddress };
}
