/**
 * Brings nodes to their end that are no longer part of their lane: they are taken out at once, and called for the last
 * time later, for `flush()` and `teardown()` may keep the thread.
 *
 * @module
 */
import { explain } from "../cells/explain.ts";
import { tearDown } from "../lane/faults.ts";
import type { Lane } from "../lane/lane.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** How long a removed node may take to flush, milliseconds. */
const FLUSH_TIMEOUT_MS = 5_000;

/** Time between two looks at whether an asynchronous tick has settled, milliseconds. */
const SETTLE_EVERY_MS = 1;

/** Runs a node no more that has lost its links. Nothing of it is called. */
export function takeOut(cell: NodeCell): void {
  cell.retired = true;
  // Links that it has no more hold it back no more.
  if (cell.pending) cell.seal();
}

/**
 * Ends a node that was taken out.
 *
 * @param flushes whether its `flush()` is called, which a node that goes on elsewhere must not be
 */
export async function retire(lane: Lane, cell: NodeCell, flushes: boolean): Promise<void> {
  if (cell.mode === "external") cell.abort("the node was removed");
  const nowNs = () => lane.driver.nowNs();
  const untilNs = nowNs() + FLUSH_TIMEOUT_MS * 1e6;
  while (cell.pending && !lane.closed && nowNs() < untilNs) {
    cell.admitWaiters();
    await sleep(SETTLE_EVERY_MS);
  }
  if (cell.pending) cell.abort("the node was removed");
  try {
    const { processor } = cell.instance;
    for (let more = flushes && !cell.ended && !cell.pending; more && nowNs() < untilNs;) {
      more = await calling(lane, cell, () => processor.flush?.(cell.context)) === true;
      cell.settle();
    }
  } catch (error) {
    cell.context.log.error(explain(error, cell, "flush()").message);
  }
  cell.ended = true;
  await tearDown(cell, lane);
  if (!lane.isGivenUp) cell.publish();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
