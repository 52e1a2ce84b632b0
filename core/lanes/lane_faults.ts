/**
 * How a lane takes failures of its nodes: those that its calls throw, and those that nothing it called throws.
 *
 * @module
 */
import { serializeError, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { describeThrown } from "../thrown.ts";
import { explain } from "./explain.ts";
import { blame, disable, setAside, setUp } from "./faults.ts";
import type { LaneInit, LaneReport } from "./messages.ts";
import type { CallSite } from "./node_call.ts";
import type { NodeCell } from "./node_cell.ts";

/** What taking failures asks of the lane. */
export interface FaultyLane extends CallSite {
  readonly init: LaneInit;
  readonly cells: readonly NodeCell[];
  /** It has torn its nodes down, or does so now. */
  readonly closed: boolean;
  /** Runs no node any more. */
  halt(): void;
  post(report: LaneReport): void;
  publish(): void;
  flushWriters(): void;
}

/** See the module. */
export class LaneFaults {
  readonly #lane: FaultyLane;

  constructor(lane: FaultyLane) {
    this.#lane = lane;
  }

  /**
   * A node failed: if it is supervised it is set aside, else the lane stops running nodes. The control isolate decides
   * what comes next.
   */
  fail(error: unknown, cell: NodeCell, action: string): void {
    const lane = this.#lane;
    if (lane.closed || cell.failed) return;
    const reason = explain(error, cell, action);
    if (cell.retired || cell.ended) {
      cell.context.log.error(reason.message);
      return;
    }
    if (cell.plan.supervised) setAside(cell);
    else lane.halt();
    // What nodes have written by now is written: it is counted, and others can read it.
    lane.flushWriters();
    lane.publish();
    const node = cell.plan.supervised ? { node: cell.id, record: cell.plan.index } : {};
    lane.post({ kind: "failed", error: serializeError(reason), ...node });
  }

  /** A failure outside every call that the lane made: an unhandled rejection, an error in a callback. */
  failOutside(error: unknown): void {
    const lane = this.#lane;
    if (lane.closed || this.blameOne(error)) return;
    lane.halt();
    const message = `Lane "${lane.init.name}" failed outside process(): ${describeThrown(error).message}`;
    lane.post({ kind: "failed", error: serializeError(new SluiceError("NodeFailed", message, { cause: error })) });
  }

  /**
   * A failure outside every call that the lane made, perhaps of one of its nodes.
   *
   * @param isShared as for {@linkcode blame}
   * @returns whether it is a node's; then the node has failed, or the log says so where the lane has closed
   */
  blameOne(error: unknown, isShared = false): boolean {
    const cell = blame(error, this.#lane.cells, isShared);
    if (cell === undefined) return false;
    if (this.#lane.closed) {
      cell.context.log.error(explain(error, cell, "a callback or a promise").message);
      return true;
    }
    this.#count(cell);
    this.fail(error, cell, "a callback or a promise");
    return true;
  }

  /** Calls a node's `setup()`. @throws what that throws, if the node is not supervised */
  async setUp(cell: NodeCell): Promise<void> {
    try {
      await setUp(cell, this.#lane.init.setupTimeoutMs);
    } catch (error) {
      if (!cell.plan.supervised) throw error;
      this.#count(cell);
      this.fail(error, cell, "setup()");
    }
  }

  /**
   * Ends a failed node for good, and says so; unless another one has taken its place.
   *
   * @param record the index of its record
   */
  async disable(node: NodeId, record: number): Promise<void> {
    const lane = this.#lane;
    const cell = lane.cells.find(({ plan }) => plan.id === node && plan.index === record);
    if (cell === undefined) return;
    const done = disable(lane, cell);
    lane.flushWriters();
    await done;
    lane.post({ kind: "disabled", node });
  }

  #count(cell: NodeCell): void {
    cell.countError();
  }
}
