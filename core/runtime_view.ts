/**
 * The control plane's view of a runtime: its graph and the memory of its figures, so that it can read thousands of
 * figures many times a second without an object for each.
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
import type { NodeRegistry } from "./registry/node_registry.ts";
import type { Figures, NodeActivity, NodeProgress, NodeState, PoolStats } from "./stats.ts";
import type { NodeDescriptor } from "./descriptor/descriptor.ts";
import type { Carries, LinkEntry, NodeEntry } from "./graph/entries.ts";

/** The state of a run. */
export type RunState = "building" | "starting" | "running" | "paused" | "stopping" | "completed" | "stopped" | "failed";

/** A lane as the control isolate knows it. */
export interface LaneView {
  readonly name: string;
  /** Index of its record in the control page. */
  readonly index: number;
  readonly kind: LaneKind;
  readonly warnings: readonly string[];
}

/** The part of a view that belongs to a run. */
export interface SessionView {
  /** The run's figures. Valid until the next call for a view: at its end a run's figures move out of shared memory. */
  readonly page: ControlPage;
  readonly state: RunState;
  readonly elapsedNs: number;
  /** The nodes' clock, in nanoseconds, for the age of frames: it stops while the graph is paused. */
  readonly nodesNowNs: number;
  readonly error?: Error;
  readonly lanes: readonly LaneView[];
  readonly nodeStates: ReadonlyMap<NodeId, NodeState>;
  /** Returns the progress that a source or a sink has reported. */
  progress(node: NodeEntry): NodeProgress | undefined;
  /** Goes up whenever a node reports figures or a link's format arrives. */
  readonly factCount: number;
  /** Returns the activity of a node. */
  activity(node: NodeEntry): NodeActivity;
  /** Returns why the runtime does not move a node to another lane, in words; `undefined` if it may. */
  whyFixed(node: NodeEntry): string | undefined;
  /** Returns the state that another instance of a node can take over. */
  carries(node: NodeEntry): Carries;
  /** Moves to lanes that would suit the graph better, including nodes that cannot move while it runs. */
  readonly betterLanes: readonly LaneMove[];
  /** Returns a node's own figures; those of native stages change without notice. */
  figures(node: NodeEntry): Figures | undefined;
  /** Returns the format of a link's frames, once known. */
  format(link: LinkEntry): FrameFormat | undefined;
  pools(): readonly PoolStats[];
}

export interface RuntimeView {
  /**
   * Goes up whenever nodes, links, lanes or pools come or go, a pool gets other slots, or a run begins: one version has
   * one list of each.
   */
  readonly version: number;
  /** The number of runs before the newest one. In each run all counts begin at 0. */
  readonly runsBefore: number;
  readonly mode: GraphMode;
  readonly driver: DriverKind;
  /** The runtime's clock, in nanoseconds, for rates, calls and signs of life: it goes on while the graph is paused. */
  readonly nowNs: number;
  /** Time limit for a call to hold its lane before its node is stuck, milliseconds; 0: none. */
  readonly stuckAfterMs: number;
  readonly nodes: readonly NodeEntry[];
  readonly links: readonly LinkEntry[];
  /** Returns the frame type of a link, with the kinds that other links determine. */
  readonly typeOf: (link: LinkEntry) => string;
  /** Returns the input for whose link a node waits: see {@linkcode awaitedInput}. */
  readonly awaits: (node: NodeEntry) => string | undefined;
  /**
   * Returns why the runtime does not move a node to another lane, in words; before the start as far as the graph
   * determines it.
   */
  readonly whyFixed: (node: NodeEntry) => string | undefined;
  /** Returns the types that the runtime knows, whether or not the graph has nodes of them. */
  readonly types: () => readonly NodeDescriptor[];
  /** The registry of the runtime; absent if it has none. */
  readonly registry?: NodeRegistry;
  /** The run; absent before the start. */
  readonly session?: SessionView;
}

const views = new WeakMap<object, () => RuntimeView>();

/** Makes a runtime visible to {@linkcode viewRuntime}. */
export function registerView(runtime: object, view: () => RuntimeView): void {
  views.set(runtime, view);
}

/**
 * Returns the current view of a runtime.
 *
 * @throws {TypeError} if the object is no runtime
 */
export function viewRuntime(runtime: object): RuntimeView {
  const view = views.get(runtime);
  if (view === undefined) throw new TypeError("Cannot inspect the runtime: not a Runtime");
  return view();
}
