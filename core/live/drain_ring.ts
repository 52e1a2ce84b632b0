/**
 * Empties rings that have lost their reader.
 *
 * @module
 */
import { ENTRY } from "../../ffi/layout.gen.ts";
import { RING_NONE, type RingReader } from "../driver/driver.ts";
import type { Pool } from "../memory/pool.ts";

/**
 * Takes every entry out of a ring and gives its slot back.
 *
 * @param pools by index
 * @returns the number of entries
 */
export function drainRing(reader: RingReader, pools: readonly Pool[]): number {
  let count = 0;
  for (let entry = reader.pop(); entry !== RING_NONE; entry = reader.pop()) {
    pools[(entry >>> ENTRY.poolShift) & ENTRY.poolMask].releaseForeign(entry & ENTRY.slotMask);
    count++;
  }
  for (const pool of pools) pool.flushMagazine();
  return count;
}
