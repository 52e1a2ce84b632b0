/**
 * What a node asks of the lane that runs it.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { Ledger } from "../frames/ledger.ts";
import type { GraphMode } from "../links/policy.ts";
import type { Figures } from "../stats.ts";
import type { NodeCell } from "./node_cell.ts";

/** What a cell asks of its lane. */
export interface CellHost {
  readonly mode: GraphMode;
  readonly page: ControlPage;
  /** The ledger of the lane's synchronous nodes. */
  readonly ledger: Ledger;
  /** Whether frames are checked as development mode does. */
  readonly development: boolean;
  nowNs(): number;
  /** The clock as last read: at least once in a round of nodes that take microseconds. */
  stampNs(): number;
  /** Puts the cell among those to run. */
  enqueue(cell: NodeCell): void;
  /** Sees to it that the cell is woken at `notBeforeNs`. */
  schedule?(cell: NodeCell): void;
  /** An asynchronous tick began or ended. */
  pendingChanged?(by: 1 | -1): void;
  /** An asynchronous tick wrote, perhaps while the lane sleeps. */
  wroteBetween?(): void;
  /** The cell has figures to publish. It says so again only after it has published them. */
  changed?(cell: NodeCell): void;
  progress(cell: NodeCell, doneNs: number, totalNs?: number): void;
  /** @param figures not changed any more */
  report(cell: NodeCell, figures: Figures): void;
  emit(cell: NodeCell, name: string, data: unknown): void;
  /** An input reads frames of another format than before. */
  formatChanged?(cell: NodeCell, port: string, format: FrameFormat): void;
}
