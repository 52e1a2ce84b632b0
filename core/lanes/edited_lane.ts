/**
 * A lane as those see it who change what it runs.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { GraphMode } from "../links/policy.ts";
import type { PoolToken } from "../memory/pool.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { MoverSite } from "./link_mover.ts";
import type { LaneInit, LaneReport, NodePlan } from "./messages.ts";
import type { NodeCell } from "./node_cell.ts";

/** What editing asks of the lane. */
export interface EditedLane extends MoverSite {
  readonly page: ControlPage;
  readonly init: LaneInit;
  /** In the order of the graph: a cell's place is its rank. */
  cells: NodeCell[];
  post(report: LaneReport): void;
  findType(node: NodePlan): Promise<AnyNodeType>;
  /** It has come to its end, or does so now. */
  readonly closed: boolean;
  openPools(pools: readonly PoolToken[]): void;
  /** Whether no node is run. */
  readonly paused: boolean;
  readonly mode: GraphMode;
  nowNs(): number;
  /** Ends the thread if another one runs the lane by now. @returns whether it does */
  endIfGivenUp(): boolean;
  /** The cells are others, or in another order. Those that are queued stay so. */
  ranksChanged(): void;
  /** Nodes have come: they are told what all nodes were told before. */
  inserted(cells: readonly NodeCell[]): void;
  /** A node has come whose first tick is under way. @param tick settles when it is over */
  goOn(cell: NodeCell, tick: Promise<void>): void;
  /** Runs what is queued, and looks for edits. */
  wakeUp(): void;
  /** Makes what nodes wrote visible to other lanes. */
  flushWriters(): void;
  /** Brings the figures on the control page up to date. */
  publish(): void;
}
