/**
 * Handles failures of a lane's nodes: errors of its calls, and errors outside every call.
 *
 * @module
 */
import { LANE } from "../../../ffi/layout.gen.ts";
import { index32 } from "../../element_index.ts";
import { serializeError, SluiceError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import { logger } from "../../log.ts";
import { describeThrown, placeOf } from "../../errors/thrown.ts";
import { explain } from "../cells/call_outcome.ts";
import type { Lane } from "./lane.ts";
import { disable, setUp } from "./node_lifecycle.ts";
import type { LaneCommand, NodePlan } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** Finds the node that a failure belongs to, and sets that node aside or ends the run. */
export class LaneFaults {
  readonly #lane: Lane;

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  /** Handles a failure outside every call of the lane: an unhandled rejection, an error in a callback. */
  failOutside(error: unknown): void {
    const lane = this.#lane;
    if (lane.closed || this.blameOne(error)) return;
    lane.running = false;
    const message = `Lane "${lane.init.name}" failed outside process(): ${describeThrown(error).message}`;
    lane.site.post({ kind: "failed", error: serializeError(new SluiceError("NodeFailed", message, { cause: error })) });
  }

  /**
   * Handles a node that has transferred the buffer under a frame, which took the payloads of the pool away from all
   * nodes of the lane. The payloads have been restored.
   *
   * @param cell whose tick it was; absent if the transfer was outside every synchronous tick
   */
  memoryTaken(pool: string, cell?: NodeCell): void {
    const { cells, init } = this.#lane;
    const what = `the memory of the frames of pool "${pool}" was transferred, which takes it away from every node of ` +
      "the lane; transfer a copy, as slice() makes it";
    const culprit = cell ?? (cells.length === 1 ? cells[0] : undefined);
    if (culprit === undefined) {
      const nodes = cells.map(({ id }) => `"${id}"`).join(", ");
      logger("lane").error(`Lane "${init.name}": ${what}; it was a promise or a callback of one of the nodes ${nodes}`);
    } else if (!culprit.failed) {
      culprit.countError();
      this.#lane.fail(new TypeError(what), culprit, cell === undefined ? "a callback or a promise" : "process()");
    }
  }

  /**
   * Handles a failure outside every call of the lane that a node may have caused.
   *
   * @param isShared as for {@linkcode blame}
   * @returns whether a node caused it; then the node has failed, or the log has the error if the lane has closed
   */
  blameOne(error: unknown, isShared = false): boolean {
    const cell = blame(error, this.#lane.cells, isShared);
    if (cell === undefined) return false;
    if (this.#lane.closed) {
      cell.context.log.error(explain(error, cell, "a callback or a promise").message);
      return true;
    }
    cell.countError();
    this.#lane.fail(error, cell, "a callback or a promise");
    return true;
  }

  /** Returns the node that is being called or, between calls, the node that the stack of an error names. */
  caller(error: Error): NodeCell | undefined {
    const { index, page, cells, called } = this.#lane;
    const current = page.u32[index32(page.laneOffset(index) + LANE.currentNode)];
    return called ?? cells.find(({ number }) => number === current) ?? blame(error, cells);
  }

  /** Calls a node's `setup()`. @throws the error of `setup()`, if the node is not supervised */
  async setUp(cell: NodeCell): Promise<void> {
    try {
      await setUp(cell, this.#lane.init.setupTimeoutMs);
    } catch (error) {
      if (!cell.plan.supervised) throw error;
      cell.countError();
      this.#lane.fail(error, cell, "setup()");
    }
  }

  /**
   * Ends a failed node for good, and reports that, unless another node has taken its place.
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
    lane.site.post({ kind: "disabled", node });
  }

  /** Fails a node that has awaited something for too long. Its promise then has no effect. */
  overdue({ node, record, call, afterMs }: Extract<LaneCommand, { kind: "overdue" }>): void {
    const cell = this.#lane.cells.find(({ plan }) => plan.id === node && plan.index === record);
    if (this.#lane.closed || cell?.pending !== true || cell.failed) return;
    const message =
      `Node "${cell.id}" (${cell.type}) failed in ${call}: it has awaited something for ${afterMs} ms, in ` +
      `which it has neither read nor written, and the promise has not settled; raise "callTimeoutMs" if that may be`;
    cell.countError();
    this.#lane.fail(new SluiceError("Timeout", message, { nodeId: cell.id }), cell, call);
  }
}

/**
 * Returns the node whose code caused an error outside every call of the lane: by the module and, if several nodes share
 * it, the class that the stack names first.
 *
 * @param nodes of the lane
 * @param isShared whether code other than that of nodes runs on the thread, perhaps from the same modules: then the
 * class must be named too
 * @returns `undefined` if the stack names none, or several instances of the same class
 */
export function blame<N extends { readonly plan: NodePlan; readonly descriptor: NodeCell["descriptor"] }>(
  error: unknown,
  nodes: readonly N[],
  isShared = false,
): N | undefined {
  const lines = (describeThrown(error).stack ?? "").split("\n").slice(1);
  for (const line of lines) {
    const place = placeOf(line) ?? line;
    const inModule = nodes.filter(({ plan, descriptor }) => place.includes(`${moduleUrl(plan, descriptor)}:`));
    if (inModule.length === 0) continue;
    if (inModule.length === 1 && !isShared) return inModule[0];
    const ofClass = inModule.filter(({ descriptor: { className } }) => new RegExp(`\\b${className}\\b`).test(line));
    if (ofClass.length === 1) return ofClass[0];
    if (ofClass.length > 1) return undefined;
  }
  return undefined;
}

function moduleUrl({ packageUrl }: NodePlan, { source }: NodeCell["descriptor"]): string {
  if (packageUrl === "") return "\0";
  return new URL(source.replace(/:\d+$/, ""), packageUrl).href;
}
