/**
 * What the control plane sees of a runtime: its graph and the memory that figures stand in, so that thousands of them
 * can be read many times a second without an object each.
 *
 * @module
 */
import type { ControlPage } from "./control_page.ts";
import type { DriverKind } from "./driver/driver.ts";
import type { FrameFormat } from "./frames/format.ts";
import type { NodeId } from "./ids.ts";
import type { LaneMove } from "./placement/balance.ts";
import type { LaneKind } from "./placement/lane_options.ts";
import type { GraphMode } from "./links/policy.ts";
import type { NodeActivity } from "./stats/node_activity.ts";
import type { NodeDescriptor } from "./descriptor/descriptor.ts";
import type { Figures, NodeProgress, NodeState, PoolStats } from "./stats.ts";
import type { Carries } from "./graph/carries.ts";
import type { LinkEntry, NodeEntry } from "./graph/entries.ts";

/** Where a run is in its life. */
export type RunState = "building" | "starting" | "running" | "paused" | "stopping" | "completed" | "stopped" | "failed";

/** A lane as the control isolate knows it. */
export interface LaneView {
  readonly name: string;
  /** Index of its record in the control page. */
  readonly index: number;
  readonly kind: LaneKind;
  readonly warnings: readonly string[];
}

/** The part of a view that a run has. */
export interface SessionView {
  /** Valid until the next call for a view: at its end a run's figures move out of shared memory. */
  readonly page: ControlPage;
  readonly state: RunState;
  readonly elapsedNs: number;
  /** The nodes' clock, which ages are taken by: it stands still while the graph is paused. Nanoseconds. */
  readonly nodesNowNs: number;
  readonly error?: Error;
  readonly lanes: readonly LaneView[];
  readonly nodeStates: ReadonlyMap<NodeId, NodeState>;
  readonly progress: ReadonlyMap<NodeId, NodeProgress>;
  /** Goes up whenever a node's reported figures or a link's format come in. */
  readonly factCount: number;
  /** What a node is doing. */
  activity(node: NodeEntry): NodeActivity;
  /** Why the runtime does not move a node to another lane, in words; `undefined` if it may. */
  whyFixed(node: NodeEntry): string | undefined;
  /** What another instance of a node can go on from. */
  carries(node: NodeEntry): Carries;
  /** Lanes that would suit the graph better, where also nodes move that cannot while it runs. */
  readonly betterLanes: readonly LaneMove[];
  /** A node's own figures; those of native stages change without notice. */
  figures(node: NodeEntry): Figures | undefined;
  /** What a link's frames are, once it is known. */
  format(link: LinkEntry): FrameFormat | undefined;
  pools(): readonly PoolStats[];
}

export interface RuntimeView {
  /** Goes up whenever nodes, links, lanes or pools have come or gone, a pool has other slots, or a run begins: it stands
   * for one list of each. */
  readonly version: number;
  /** How many runs came before the newest one: in each, all counts begin at 0. */
  readonly runsBefore: number;
  readonly mode: GraphMode;
  readonly driver: DriverKind;
  /** The runtime's clock, which goes on while the graph is paused: for rates, calls and signs of life. Nanoseconds. */
  readonly nowNs: number;
  /** How long a call may hold its lane before its node is stuck, milliseconds; 0: for ever. */
  readonly stuckAfterMs: number;
  readonly nodes: readonly NodeEntry[];
  readonly links: readonly LinkEntry[];
  /** The frame type of a link, with what other links say of it. */
  readonly typeOf: (link: LinkEntry) => string;
  /** The input that a node waits for a link to: see {@linkcode awaitedInput}. */
  readonly awaits: (node: NodeEntry) => string | undefined;
  /** Why the runtime does not move a node to another lane, in words; before the start as far as the graph tells. */
  readonly whyFixed: (node: NodeEntry) => string | undefined;
  /** Types that the runtime knows, whether or not the graph has nodes of them. */
  readonly types: () => readonly NodeDescriptor[];
  /** Absent before the start. */
  readonly session?: SessionView;
}

const views = new WeakMap<object, () => RuntimeView>();

/** Makes a runtime visible to {@linkcode viewRuntime}. */
export function registerView(runtime: object, view: () => RuntimeView): void {
  views.set(runtime, view);
}

/**
 * A runtime as it is now.
 *
 * @throws {TypeError} if the object is no runtime
 */
export function viewRuntime(runtime: object): RuntimeView {
  const view = views.get(runtime);
  if (view === undefined) throw new TypeError("Cannot inspect the runtime: not a Runtime");
  return view();
}
