/**
 * Calls of nodes between a lane's rounds: while an edit is prepared or committed, when nodes are configured, and when
 * they end.
 *
 * @module
 */
import { LANE } from "../../../ffi/layout.gen.ts";
import { index32 } from "../../element_index.ts";
import type { Lane } from "./lane.ts";
import type { NodeValues } from "../messages.ts";
import { keepSecrets } from "../../errors/redaction.ts";
import type { NodeCell } from "../cells/node_cell.ts";

const CURRENT_NODE = LANE.currentNode >> 2;

/**
 * Calls a node. During the call, the lane's record names the node, so that the watch knows which node keeps the thread.
 * Does not wait for a promise.
 *
 * @returns the result of `call`
 * @throws the error of `call`
 */
export function calling<T>(lane: Lane, cell: NodeCell, call: () => T): T {
  const { index, page, called } = lane;
  const at = index32(page.laneOffset(index)) + CURRENT_NODE;
  const before = page.u32[at];
  page.u32[at] = cell.number;
  lane.called = cell;
  try {
    return call();
  } finally {
    lane.called = called;
    page.u32[at] = before;
  }
}

/**
 * Gives a node live configuration values. If the node refuses a value, it keeps its old values, and is told so.
 *
 * @throws the error of its `configChanged()`
 */
export function reconfigure(lane: Lane, cell: NodeCell, { values, secrets }: NodeValues): void {
  keepSecrets(secrets);
  calling(lane, cell, () => configure(cell, values));
}

function configure({ instance }: NodeCell, values: NodeValues["values"]): void {
  const { processor } = instance;
  const fields = processor as unknown as Record<string, unknown>;
  const keys = Object.keys(values);
  const before = keys.map((key) => fields[key]);
  instance.configure(values);
  const told: string[] = [];
  try {
    for (const key of keys) {
      told.push(key);
      processor.configChanged?.(key);
    }
  } catch (error) {
    for (const [k, key] of keys.entries()) fields[key] = before[k];
    for (const key of told) {
      try {
        processor.configChanged?.(key);
      } catch {
        // The node has refused already.
      }
    }
    throw error;
  }
}
