/**
 * The JSON of a graph file, as a value: what `JSON.stringify()` makes a file of that `parseGraph()` reads. What each
 * key means, docs/graph_file.md tells. Sub-graphs are not in it: it has their nodes.
 *
 * @module
 */
import type { FrameKind } from "../frames/format.ts";
import type { LaneOptions, LanePriority } from "../placement/lane_options.ts";
import type { GraphMode, LinkCapacity, LinkPolicy } from "../links/policy.ts";
import type { Supervision } from "./supervision.ts";
import type { PoolSize } from "../pools/pool_plan.ts";

/** A node of a graph file. */
export interface GraphFileNode {
  /** Registered name of its type. */
  readonly type: string;
  /** What was configured; what is absent keeps its default. */
  readonly config?: { readonly [key: string]: unknown };
  /** Name of its lane. */
  readonly lane?: string;
  /** Name of the pool that its outputs take slots from, or such names by output. */
  readonly pool?: string | { readonly [output: string]: string };
  /** What is done when it fails. */
  readonly supervision?: Supervision;
  /** How long a call of it may take, milliseconds; 0 for ever. */
  readonly callTimeoutMs?: number;
  /** How urgent its lane is to be. */
  readonly priority?: LanePriority;
  /** The processors that its lane is to run on. */
  readonly cpus?: readonly number[];
  /** `process`: its stage, which is a plugin's, runs in a process of its own. Absent or `false`: in the runtime's. */
  readonly isolate?: "process" | false;
  /** Most memory that this process may have for itself, MiB; absent: as much as the system gives. */
  readonly isolateMemoryMb?: number;
  /** Whether what comes in is passed on without calling `process()`; absent: no. */
  readonly bypassed?: boolean;
  /** Elements of its dynamic ports beside those that links name: by name, or by a name of their own and a kind. */
  readonly ports?: readonly (
    | string
    | { readonly input?: string; readonly output?: string; readonly kind: FrameKind }
  )[];
}

/** A link of a graph file. */
export interface GraphFileLink {
  /** The output: `node.port`. */
  readonly from: string;
  /** The input: `node.port`. */
  readonly to: string;
  /** What it does when it is full. */
  readonly policy?: LinkPolicy;
  /** How many frames it holds. */
  readonly capacity?: Exclude<LinkCapacity, (link: never) => number>;
  /** Whether nodes that convert are put in. */
  readonly convert?: "auto" | "off";
}

/** A whole graph file. */
export interface GraphFile {
  /** Version of the format. */
  readonly version: 1;
  /** How the graph treats time. */
  readonly mode?: GraphMode;
  /** Whether a live graph ends with its sources. */
  readonly endsWithSources?: boolean;
  /** By id. */
  readonly nodes: { readonly [id: string]: GraphFileNode };
  /** In the order in which they were made. */
  readonly links?: readonly GraphFileLink[];
  /** Sizes of pools, by name. */
  readonly pools?: { readonly [name: string]: PoolSize };
  /** `limit`: the most bytes that all pools have together. */
  readonly memory?: { readonly limit?: number };
  /** How many frames links hold that do not say. */
  readonly capacity?: Exclude<LinkCapacity, (link: never) => number>;
  /** Whether links that do not say have nodes put in that convert. */
  readonly convert?: "auto" | "off";
  /** By name; each has its `kind`. */
  readonly lanes?: { readonly [name: string]: LaneOptions };
  /** Inputs of nodes that the file exposes, by name: `gain.audioIn`. */
  readonly inputs?: { readonly [name: string]: string };
  /** Outputs of nodes that the file exposes, by name. */
  readonly outputs?: { readonly [name: string]: string };
}
