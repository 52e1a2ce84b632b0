/**
 * Ends nodes that have left their lane. The lane takes them out at once and makes the last calls later, because
 * `flush()` and `teardown()` may keep the thread.
 *
 * @module
 */
import { explain } from "../cells/call_outcome.ts";
import { keepState } from "../lane/carried_state.ts";
import { tearDown } from "../lane/node_lifecycle.ts";
import type { KeptState } from "../messages.ts";
import type { Lane } from "../lane/lane.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** How long a removed node may take to flush, milliseconds. */
const FLUSH_TIMEOUT_MS = 5_000;

/** Time between two checks for the end of an asynchronous tick, milliseconds. */
const LOOK_EVERY_MS = 1;

interface Leaver {
  readonly cell: NodeCell;
  readonly flushes: boolean;
  readonly isTold: boolean;
  readonly keepsState: boolean;
}

/** The nodes that were taken out of a lane and still need their last calls. */
export class Leavers {
  readonly #lane: Lane;
  #leavers: Leaver[] = [];

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  get size(): number {
    return this.#leavers.length;
  }

  /**
   * Stops scheduling a node whose links are detached. Calls none of its methods.
   *
   * @param flushes whether its `flush()` is called at its end
   * @param isTold whether its end is reported: false if its successor has its record
   * @param keepsState whether its end is reported with its state
   */
  add(cell: NodeCell, flushes: boolean, isTold = true, keepsState = false): void {
    cell.outside = true;
    this.#lane.departed(cell);
    // Links that the node has lost must not hold back the rest of its tick.
    if (cell.pending) cell.seal();
    this.#leavers.push({ cell, flushes, isTold, keepsState });
    if (isTold) return;
    // The record may be given back before this node has ended.
    cell.publish();
    cell.forgoRecord();
  }

  /**
   * Begins to end the nodes. The lane keeps no free slots once it reports the end of one.
   *
   * @returns the end of each
   */
  end(): Promise<void>[] {
    const leavers = this.#leavers;
    this.#leavers = [];
    return leavers.map((leaver) => this.#end(leaver));
  }

  async #end({ cell, flushes, isTold, keepsState }: Leaver): Promise<void> {
    const lane = this.#lane;
    let state: KeptState | undefined;
    await retire(lane, cell, flushes, () => {
      if (keepsState) state = keepState(lane, cell, "to another node");
    });
    if (!isTold) return;
    // A lane without nodes is ended upon this, and no pause waits for it.
    if (!lane.isGivenUp) { for (const pool of lane.pools) pool.flushMagazine(); }
    lane.site.post({ kind: "tornDown", record: cell.number - 1, ...(state && { state }) });
  }
}

/**
 * Ends a node that was taken out.
 *
 * @param flushes whether its `flush()` is called; a node that continues elsewhere must not be flushed
 * @param quiet called once no tick is under way, before the last calls
 */
export async function retire(lane: Lane, cell: NodeCell, flushes: boolean, quiet?: () => void): Promise<void> {
  if (cell.mode === "external") cell.abort("the node was removed");
  const nowNs = () => lane.driver.nowNs();
  const untilNs = nowNs() + FLUSH_TIMEOUT_MS * 1e6;
  while (cell.pending && !lane.closed && nowNs() < untilNs) {
    cell.admitWaiters();
    await sleep(LOOK_EVERY_MS);
  }
  if (cell.pending) cell.abort("the node was removed");
  quiet?.();
  try {
    const { processor } = cell.instance;
    for (let more = flushes && !cell.ended && !cell.pending; more && nowNs() < untilNs;) {
      more = await calling(lane, cell, () => processor.flush?.(cell.context)) === true;
      cell.endTick();
    }
  } catch (error) {
    cell.context.log.error(explain(error, cell, "flush()").message);
  }
  // A late failure of a node that has failed before is not told.
  if (!cell.failed) cell.end();
  await tearDown(cell, lane);
  if (!lane.isGivenUp) cell.publish();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
