/**
 * What edits of a running graph ask of the session that they are made in, and what they are told beside the draft.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { LaneKind } from "../placement/lane_options.ts";
import type { AnnouncedFormat, LaneCommand, NodePlan } from "../lanes/messages.ts";
import type { Pool } from "../memory/pool.ts";
import type { PoolToken } from "../memory/pool_layout.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import type { NodeConfigChange } from "./config_changes.ts";
import type { GraphChange } from "./graph_change.ts";
import type { LinkPlans } from "./link_plans.ts";

/** What is changed beside nodes and links. */
export interface EditExtras {
  /** What was done, in words, for those who watch. */
  readonly actions: readonly string[];
  /** Why, for those who watch, where nobody asked for it. */
  readonly reason?: string;
  /** Live configuration values, already checked. */
  readonly configure: readonly NodeConfigChange[];
  /** Nodes in whose place others come that take over no state. */
  readonly anew?: ReadonlySet<NodeId>;
  /** Nodes that have failed and are built anew on the same records; `carries`: with the state of those that failed. */
  readonly restart?: readonly { readonly node: NodeEntry; readonly carries: boolean }[];
  /** Called when there is no way back, before any lane has applied it. */
  readonly committed?: () => void;
}

/** An edit that is to be made. */
export interface DraftedEdit<T> {
  /** The graph as it will be. */
  readonly draft: Topology;
  readonly extras: EditExtras;
  /** What the caller of the edit gets. */
  readonly result: T;
}

/** A lane's thread, as edits see it. */
export interface EditedLane {
  readonly name: string;
  readonly index: number;
  readonly kind: LaneKind;
  /** Why it has ended or is kept, if another thread is to take its place: nothing is asked of it. */
  readonly loss: { readonly error: Error } | undefined;
  /** Nothing is on its way from it where this is so. */
  readonly is: { readonly silent?: true };
  /** Whether its thread is known to have ended. */
  isDead(page: ControlPage): boolean;
  send(command: Exclude<LaneCommand, { kind: "init" }>): void;
}

/** What editing asks of the session. */
export interface EditSite {
  readonly topology: Topology;
  readonly driver: Driver;
  readonly page: ControlPage;
  readonly plans: LinkPlans;
  /** Every lane, but for those that the graph goes on without. */
  lanes(): readonly EditedLane[];
  /** One of them, by index. */
  lane(index: number): EditedLane | undefined;
  laneIndex(name: string): number;
  /** Makes the lanes that new nodes need, one after another. @param signal after its abort no further one is made */
  openLanes(nodes: readonly NodeEntry[], signal: AbortSignal): Promise<void>;
  /** Ends the lanes that the graph no longer uses. */
  endLanes(): Promise<void>;
  /**
   * Makes pools that the draft needs beside those there are; refuses where one is too small.
   *
   * @returns those to tell of
   */
  growPools(draft: Topology, change: GraphChange): readonly PoolToken[];
  pools(): readonly Pool[];
  nodePlan(node: NodeEntry): NodePlan;
  /** The format of a link's frames, as far as its lanes have told it. */
  toldFormat(link: LinkEntry): FrameFormat | undefined;
  checkFormats(formats: readonly AnnouncedFormat[], links: readonly LinkEntry[]): void;
  /** Whether a node is disabled, or about to be. */
  isDown(node: NodeId): boolean;
  /** Whether a node has ended. */
  hasEnded(node: NodeId): boolean;
  /** The edit is in effect. */
  edited(change: GraphChange, extras: EditExtras): void;
  /** The edit will never be in effect: nobody prepares these nodes any longer. */
  refused(nodes: readonly NodeEntry[]): void;
  /** No lane uses these links any longer, which an edit removed. */
  closed(links: readonly LinkEntry[]): void;
  /** Every edit that was asked for is over: it is in effect, or never will be. */
  settled(): void;
}
