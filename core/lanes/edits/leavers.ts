/**
 * Ends nodes that are no longer part of their lane: they are taken out at once, and called for the last time later,
 * because `flush()` and `teardown()` may keep the thread.
 *
 * @module
 */
import { explain } from "../cells/explain.ts";
import { tearDown } from "../lane/node_lifecycle.ts";
import type { Lane } from "../lane/lane.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** How long a removed node may take to flush, milliseconds. */
const FLUSH_TIMEOUT_MS = 5_000;

/** Time between two looks at whether an asynchronous tick has ended, milliseconds. */
const LOOK_EVERY_MS = 1;

interface Leaver {
  readonly cell: NodeCell;
  readonly flushes: boolean;
  readonly isTold: boolean;
}

/** The nodes that were taken out of a lane and have not been called for the last time. */
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
   * @param isTold whether its end is reported: not where its successor has its record
   */
  add(cell: NodeCell, flushes: boolean, isTold = true): void {
    cell.outside = true;
    this.#lane.departed(cell);
    // Links that the node has lost must not hold back what is left of its tick.
    if (cell.pending) cell.seal();
    this.#leavers.push({ cell, flushes, isTold });
    if (isTold) return;
    // That record may be given back before this node has ended.
    cell.publish();
    cell.forgoRecord();
  }

  /**
   * Begins to end the nodes. By the time that the end of one is reported, the lane keeps no free slots.
   *
   * @returns the end of each
   */
  end(): Promise<void>[] {
    const leavers = this.#leavers;
    this.#leavers = [];
    return leavers.map((leaver) => this.#end(leaver));
  }

  async #end({ cell, flushes, isTold }: Leaver): Promise<void> {
    const lane = this.#lane;
    await retire(lane, cell, flushes);
    if (!isTold) return;
    // A lane that has no node left is ended upon this, and no pause waits for it.
    if (!lane.isGivenUp) { for (const pool of lane.pools) pool.flushMagazine(); }
    lane.site.post({ kind: "tornDown", record: cell.number - 1 });
  }
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
    await sleep(LOOK_EVERY_MS);
  }
  if (cell.pending) cell.abort("the node was removed");
  try {
    const { processor } = cell.instance;
    for (let more = flushes && !cell.ended && !cell.pending; more && nowNs() < untilNs;) {
      more = await calling(lane, cell, () => processor.flush?.(cell.context)) === true;
      cell.endTick();
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
