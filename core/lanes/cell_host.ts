/**
 * What a node asks of the lane that runs it.
 *
 * @module
 */
import type { FrameFormat } from "../frames/format.ts";
import type { Ledger } from "../frames/ledger.ts";
import type { GraphMode } from "../links/policy.ts";
import type { Figures } from "../stats.ts";
import type { AdmissionHost } from "./cell_admission.ts";
import type { NodeCell } from "./node_cell.ts";

/** What a cell asks of its lane. */
export interface CellHost extends AdmissionHost {
  readonly mode: GraphMode;
  /** The ledger of the lane's synchronous nodes. */
  readonly ledger: Ledger;
  /** Whether no node is run. */
  readonly paused?: boolean;
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
  progress(cell: NodeCell, doneNs: number, totalNs?: number): void;
  /** @param figures not changed any more */
  report(cell: NodeCell, figures: Figures): void;
  emit(cell: NodeCell, name: string, data: unknown): void;
  /** An input reads frames of another format than before. */
  formatChanged?(cell: NodeCell, port: string, format: FrameFormat): void;
}
