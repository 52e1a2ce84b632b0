/**
 * Brings nodes to their end that are no longer part of their lane: they are taken out at once, and called for the last
 * time later, for `flush()` and `teardown()` may keep the thread.
 *
 * @module
 */
import { explain } from "./explain.ts";
import type { Driver } from "../driver/driver.ts";
import { tearDown } from "./faults.ts";
import { calling, type CallSite } from "./node_call.ts";
import type { NodeCell } from "./node_cell.ts";

/** How long a removed node may take to flush, milliseconds. */
const FLUSH_TIMEOUT_MS = 5_000;

/** Time between two looks at whether an asynchronous tick has settled, milliseconds. */
const SETTLE_EVERY_MS = 1;

/** The lane that a node goes from. */
export interface RetireSite extends CallSite {
  readonly driver: Driver;
  /** It has come to its end, or does so now. */
  readonly closed: boolean;
  /** Another thread runs the lane by now: records are other nodes' perhaps. */
  readonly isGivenUp: boolean;
}

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
export async function retire(site: RetireSite, cell: NodeCell, flushes: boolean): Promise<void> {
  if (cell.mode === "external") cell.abort("the node was removed");
  const nowNs = () => site.driver.nowNs();
  const untilNs = nowNs() + FLUSH_TIMEOUT_MS * 1e6;
  while (cell.pending && !site.closed && nowNs() < untilNs) {
    cell.admitWaiters();
    await sleep(SETTLE_EVERY_MS);
  }
  if (cell.pending) cell.abort("the node was removed");
  try {
    const { processor } = cell.instance;
    for (let more = flushes && !cell.ended && !cell.pending; more && nowNs() < untilNs;) {
      more = await calling(site, cell, () => processor.flush?.(cell.context)) === true;
      cell.settle();
    }
  } catch (error) {
    cell.context.log.error(explain(error, cell, "flush()").message);
  }
  cell.ended = true;
  await tearDown(cell, site);
  if (!site.isGivenUp) cell.publish();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
