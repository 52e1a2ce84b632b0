/**
 * Makes frames for ring entries that came from another lane outside a ring.
 *
 * @module
 */
import { ENTRY } from "../../ffi/layout.gen.ts";
import type { Frame } from "../frames/frame.ts";
import { frameOf } from "../frames/frame_of.ts";
import type { Pool } from "../memory/pool.ts";
import type { LinkPlan } from "./link.ts";

/**
 * Returns a frame for each entry, with whether frames are missing before it. This lane then holds the references.
 *
 * @param entries whose references no lane holds
 * @param pools of this lane, by index
 */
export function framesOf(
  { schema }: Pick<LinkPlan, "schema">,
  entries: readonly number[],
  pools: readonly Pool[],
): { readonly frame: Frame; readonly gap: boolean }[] {
  return entries.map((entry) => {
    const pool = pools[(entry >>> ENTRY.poolShift) & ENTRY.poolMask];
    const slot = entry & ENTRY.slotMask;
    pool.receive(slot);
    const frame = frameOf(pool, slot);
    // Another lane has rewritten the header since this object last read it.
    frame.layout = 0;
    if (schema !== undefined) frame.schemaName = schema;
    return { frame, gap: (entry & ENTRY.discontinuity) !== 0 };
  });
}
