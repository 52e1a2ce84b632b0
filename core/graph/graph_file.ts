/**
 * The JSON of a graph file, as a value: what `JSON.stringify()` makes a file of that `parseGraph()` reads. What each
 * key means, docs/graph_file.md tells. Sub-graphs are not in it: it has their nodes.
 *
 * @module
 */
import type { FrameKind } from "../frames/format.ts";
import type { GraphMode, LinkCapacity, LinkPolicy } from "../links/policy.ts";
import type { LaneOptions, LanePriority } from "../placement/lane_options.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import type { Supervision } from "./supervision.ts";

/** A node of a graph file. */
export interface GraphFileNode {
  /** Registered name of its type. */
  readonly type: string;
  /** What was configured; what is absent keeps its default. */
  readonly config?: { readonly [key: string]: unknown };
  /**
   * `main`, or any name of a lane: nodes that give the same name share a thread. By default `worker`; for native
   * stages, which share no lane with processors, `native`. With `"auto"` the node starts on its default lane, and the
   * runtime moves it when that lane has too much to do.
   */
  readonly lane?: string;
  /**
   * The pool that its outputs take slots from: a kind of frame, or a name in {@linkcode RuntimeOptions.pools}; or such
   * names by output, `{ audio: "music" }`. By default each output uses the pool of its kind.
   */
  readonly pool?: string | { readonly [output: string]: string };
  /** Its supervision; by default as in {@linkcode RuntimeOptions.supervision}. */
  readonly supervision?: Supervision;
  /**
   * Time limit for a call of this node, milliseconds, including its waits in a live graph; 0: no limit. By default as
   * in {@linkcode RuntimeOptions.callTimeoutMs}.
   */
  readonly callTimeoutMs?: number;
  /**
   * Priority of its lane, which gets the highest priority of its nodes unless {@linkcode RuntimeOptions.lanes} has
   * another. Nodes without a lane that ask for the same priority share one. Not for lane `main`; by default the
   * priority of its type.
   */
  readonly priority?: LanePriority;
  /**
   * The processors for its lane, counted from 0: shared as with `priority`; the lane gets those that all of its nodes
   * allow.
   */
  readonly cpus?: readonly number[];
  /**
   * `process`: runs the node, a stage of a plugin, in a process of its own. If that process crashes, hangs for
   * `callTimeoutMs` or takes too much memory, only this node fails. `false` (default): runs the node in this process.
   */
  readonly isolate?: "process" | false;
  /** Memory limit for the process of an isolated node, MiB; by default the limit of the system. */
  readonly isolateMemoryMb?: number;
  /**
   * True if frames pass the node without a call of `process()`, until an edit changes it; by default `false`.
   */
  readonly bypassed?: boolean;
  /**
   * Elements of its dynamic ports from the start, beside those of its class: `["inputs_0", "inputs_3"]`. Ignores a name
   * that is not an element's, or beyond the port's maximum. An element with a name of its own has a kind: `{ input:
   * "side", kind: "audio" }`, `{ output: "rest", kind: "data" }`.
   */
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
  /** Its policy when it is full; absent: by the mode. */
  readonly policy?: LinkPolicy;
  /** Its capacity in frames; absent: by the graph. */
  readonly capacity?: Exclude<LinkCapacity, (link: never) => number>;
  /** Whether to put converters in; absent: by the graph. */
  readonly convert?: "auto" | "off";
}

/** A whole graph file. */
export interface GraphFile {
  /** Version of the format. */
  readonly version: 1;
  /** By id. */
  readonly nodes: { readonly [id: string]: GraphFileNode };
  /** In the order in which they were made. */
  readonly links?: readonly GraphFileLink[];
  /** Inputs of nodes that the file exposes, by name: `gain.audioIn`. */
  readonly inputs?: { readonly [name: string]: string };
  /** Outputs of nodes that the file exposes, by name. */
  readonly outputs?: { readonly [name: string]: string };
  /** How the graph treats time; absent: by the runtime. */
  readonly mode?: GraphMode;
  /** True if a live graph ends with its sources; absent: by the runtime. */
  readonly endsWithSources?: boolean;
  /** Sizes of pools, by name. */
  readonly pools?: { readonly [name: string]: PoolSize };
  /** `limit`: the most bytes of slots of all pools together; absent: by the runtime. */
  readonly memory?: { readonly limit?: number };
  /** Capacity of links without one of their own, in frames; absent: by the runtime. */
  readonly capacity?: Exclude<LinkCapacity, (link: never) => number>;
  /** Whether links without a choice of their own get converters; absent: by the runtime. */
  readonly convert?: "auto" | "off";
  /** Lanes, by name. */
  readonly lanes?: { readonly [name: string]: LaneOptions };
}
