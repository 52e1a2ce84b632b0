/**
 * The session's functions that edits of a running graph use, and the parts of an edit beside the draft.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { LaneKind } from "../placement/lane_options.ts";
import type { AnnouncedFormat, KeptState, LaneCommand, NodePlan } from "../lanes/messages.ts";
import type { Pool } from "../memory/pool.ts";
import type { PoolToken } from "../memory/pool_layout.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import type { NodeConfigChange } from "./config_changes.ts";
import type { GraphChange } from "./graph_change.ts";
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
  /** States that added nodes continue from, by node. */
  readonly states?: ReadonlyMap<NodeId, unknown>;
  /** Called with the state of each removed node that has a `snapshot()`, before the caller of the edit goes on. */
  readonly left?: (state: KeptState) => void;
  /** Who asked for the edit, for observers. */
  readonly by?: string;
  /** Failed nodes that are rebuilt on their records; `carries`: with the state of the failed instance. */
  readonly restart?: readonly { readonly node: NodeEntry; readonly carries: boolean }[];
  /** Called once the edit cannot be rolled back, before any lane has applied it. */
  readonly committed?: () => void;
}

/** An edit to be made. */
export interface DraftedEdit<T> {
  /** The graph after the edit. */
  readonly draft: Topology;
  readonly extras: EditExtras;
  /** The result for the caller of the edit. */
  readonly result: T;
}

/** A lane's thread, as edits see it. */
export interface EditedLane {
  readonly name: string;
  readonly index: number;
  readonly kind: LaneKind;
  /** Why the thread has ended or is kept, if another thread will take its place: edits then send it nothing. */
  readonly loss: { readonly error: Error } | undefined;
  /** `silent` if its reports can no longer arrive. */
  readonly is: { readonly silent?: true };
  /** True if its thread is known to have ended. */
  isDead(page: ControlPage): boolean;
  send(command: Exclude<LaneCommand, { kind: "init" }>): void;
}

/** The functions of the session that edits use. */
export interface EditSite {
  readonly topology: Topology;
  readonly driver: Driver;
  readonly page: ControlPage;
  readonly plans: LinkPlans;
  /** Returns every lane, except those that the graph continues without. */
  lanes(): readonly EditedLane[];
  /** Returns one of these lanes, by index. */
  lane(index: number): EditedLane | undefined;
  laneIndex(name: string): number;
  /**
   * Makes the lanes that new nodes need, one after another. @param signal stops it before the next lane when it aborts
   */
  openLanes(nodes: readonly NodeEntry[], signal: AbortSignal): Promise<void>;
  /** Ends the lanes that the graph no longer uses. */
  endLanes(): Promise<void>;
  /**
   * Makes the missing pools of the draft; refuses if one is too small.
   *
   * @returns tokens of the pools that lanes do not know in full
   */
  growPools(draft: Topology, change: GraphChange): readonly PoolToken[];
  pools(): readonly Pool[];
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
