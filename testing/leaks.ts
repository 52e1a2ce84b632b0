/**
 * Says which frames a node under test still has after its end.
 *
 * @module
 */
import { SluiceError } from "../core/errors.ts";
import { lastSite } from "../core/frames/checked_frame.ts";
import type { NodeCell } from "../core/lanes/cells/node_cell.ts";
import type { Pool } from "../core/memory/pool.ts";

/**
 * Looks for slots that are not free. What the test has pushed and the node has not read must be out of the way.
 *
 * @returns what to say of them, naming the ports that the frames came by; `undefined` if nothing has leaked
 */
export function findLeaks(cell: NodeCell, pools: Iterable<Pool>): SluiceError | undefined {
  const counts = new Map<string, number>();
  for (const pool of pools) {
    pool.flushMagazine();
    if (pool.freeInBitmap() === pool.slotCount) continue;
    for (let slot = 0; slot < pool.slotCount; slot++) {
      if (pool.references(slot) <= 0) continue;
      const port = lastSite(pool, slot)?.port ?? pool.name;
      counts.set(port, (counts.get(port) ?? 0) + 1);
    }
  }
  if (counts.size === 0) return undefined;
  const order = [...cell.inputs, ...cell.outputs].map(({ name }) => name);
  const sorted = [...counts].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const kept = sorted.map(([port, count]) => `${count} frame${count === 1 ? "" : "s"} of "${cell.id}.${port}"`);
  return new SluiceError(
    "NodeFailed",
    `Node "${cell.id}" (${cell.type}) kept ${
      kept.join(" and ")
    } beyond its end; what retain() keeps, release() has to ` +
      "give back: at the latest in teardown()",
    { nodeId: cell.id, port: sorted[0][0] },
  );
}
