/**
 * The session's functions that edits of a running graph use, and the parts of an edit beside the draft.
 *
 * @module
 */
import type { Driver } from "../driver/driver.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { AnnouncedFormat, KeptState, NodePlan } from "../lanes/messages.ts";
import type { LaneThread } from "../lanes/ports/lane_thread.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import type { NodeConfigChange } from "./config_changes.ts";
import { type GraphChange, isOfOneType, type NodeChange } from "./graph_change.ts";
import type { GraphMemory } from "./graph_memory.ts";
import type { LinkPlans } from "./link_plans.ts";

/** The parts of an edit beside nodes and links. */
export interface EditExtras {
  /** Its actions in words, for observers. */
  readonly actions: readonly string[];
  /** Its reason, for observers, if no caller asked for it. */
  readonly reason?: string;
  /** Live configuration values, already checked. */
  readonly configure: readonly NodeConfigChange[];
  /** Nodes whose replacements take over no state. */
  readonly anew?: ReadonlySet<NodeId>;
  /** States by node, that nodes continue from which are added, or replace one of another type. */
  readonly states?: ReadonlyMap<NodeId, unknown>;
  /**
   * Called with the state of each node with a `snapshot()` that is removed, or replaced by another type, before the
   * caller of the edit goes on.
   */
  readonly left?: (state: KeptState) => void;
  /** Who asked for the edit, for observers. */
  readonly by?: string;
  /** Failed nodes that are rebuilt on their records; `carries`: with the state of the failed instance. */
  readonly restart?: readonly { readonly node: NodeEntry; readonly carries: boolean }[];
  /** Called once the edit cannot be rolled back, before any lane has applied it. */
  readonly committed?: () => void;
}

/** True if an edit that carries states gives a node's place to another type, which does not know the node's state. */
export function isForeign(change: NodeChange, { states, left }: Pick<EditExtras, "states" | "left">): boolean {
  return (states !== undefined || left !== undefined) && !isOfOneType(change);
}

/** An edit to be made. */
export interface DraftedEdit<T> {
  /** The graph after the edit. */
  readonly draft: Topology;
  readonly extras: EditExtras;
  /** The result for the caller of the edit. */
  readonly result: T;
}

/** The functions of the session that edits use. */
export interface EditSite {
  readonly topology: Topology;
  readonly driver: Driver;
  readonly memory: GraphMemory;
  readonly plans: LinkPlans;
  /** Returns every lane, except those that the graph continues without. */
  lanes(): readonly LaneThread[];
  /** Returns one of these lanes, by index. */
  lane(index: number): LaneThread | undefined;
  laneIndex(name: string): number;
  /**
   * Makes the lanes that new nodes need, one after another. @param signal stops it before the next lane when it aborts
   */
  openLanes(nodes: readonly NodeEntry[], signal: AbortSignal): Promise<void>;
  /** Ends the lanes that the graph no longer uses. */
  endLanes(): Promise<void>;
  nodePlan(node: NodeEntry): NodePlan;
  /** Returns the format of a link's frames, as far as its lanes have reported it. */
  toldFormat(link: LinkEntry): FrameFormat | undefined;
  checkFormats(formats: readonly AnnouncedFormat[], links: readonly LinkEntry[]): void;
  /** True if a node is disabled, or about to be. */
  isDown(node: NodeId): boolean;
  /** True if a node has ended. */
  hasEnded(node: NodeId): boolean;
  /** Called when the edit is in effect. */
  edited(change: GraphChange, extras: EditExtras): void;
  /** Called when the edit will never be in effect, and lanes have stopped preparing these nodes. */
  refused(nodes: readonly NodeEntry[]): void;
  /** Called when every lane has stopped using these removed links. */
  closed(links: readonly LinkEntry[]): void;
  /** Called when every requested edit is in effect, or never will be. */
  settled(): void;
}
