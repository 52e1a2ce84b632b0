/**
 * What happens to a link of which an end goes to another lane. Its record stays, so its counts go on; a ring between
 * two lanes stays the same ring, and only who reads or writes it changes.
 *
 * First the lanes that have its ends let go of what they must: what they held of it are entries that nobody holds, as
 * in a ring. Then the lanes that get ends take up what was let go of, in front of what the ring has.
 *
 * @module
 */
import type { LinkPlan } from "./link.ts";

/** Where an end of a link was and where it will be: indices of lanes, the same one for an end that stays. */
export interface EndMove {
  readonly from: number;
  readonly to: number;
}

/** One link whose end moves. It can be structured-cloned. */
export interface LinkMove {
  readonly before: LinkPlan;
  readonly after: LinkPlan;
  readonly writer: EndMove;
  readonly reader: EndMove;
}

/** What a lane let go of. Structured-cloneable. */
export interface LinkRest {
  /** Index of the link's record. */
  readonly link: number;
  /** Ring entries, oldest first: older than what a ring of the link has. */
  readonly entries: readonly number[];
  /** The next frame written has a gap before it. */
  readonly gapAhead: boolean;
  /** Of encoded frames, those up to the next key frame are dropped by the writer, or by the reader. */
  readonly writerToKey: boolean;
  readonly readerToKey: boolean;
}

/** Where no lane let go of anything. */
export function emptyRest(link: number): LinkRest {
  return { link, entries: [], gapAhead: false, writerToKey: false, readerToKey: false };
}

/** Puts together what two lanes let go of. */
export function mergeRests(a: LinkRest | undefined, b: LinkRest): LinkRest {
  if (a === undefined) return b;
  return {
    link: b.link,
    entries: [...a.entries, ...b.entries],
    gapAhead: a.gapAhead || b.gapAhead,
    writerToKey: a.writerToKey || b.writerToKey,
    readerToKey: a.readerToKey || b.readerToKey,
  };
}
