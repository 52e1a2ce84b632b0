/**
 * Moves an end of a link to another lane. The link keeps its record, so its counts continue. A ring between two lanes
 * stays the same ring; only its reader or writer changes.
 *
 * First the lanes that have the ends detach them: the frames they hold become entries that no lane holds, as in a ring.
 * Then the lanes that get the ends attach them and put these entries in front of the ring's.
 *
 * @module
 */
import type { LinkPlan } from "./link.ts";

/** The lane of an end before and after, by index. An end that stays has the same lane twice. */
export interface EndMove {
  readonly from: number;
  readonly to: number;
}

/** A link with an end that moves. It can be structured-cloned. */
export interface LinkMove {
  readonly before: LinkPlan;
  readonly after: LinkPlan;
  readonly writer: EndMove;
  readonly reader: EndMove;
}

/** The state that a lane has detached from a link. It can be structured-cloned. */
export interface LinkRest {
  /** Index of the link's record. */
  readonly link: number;
  /** Ring entries, oldest first. They are older than the entries in the ring. */
  readonly entries: readonly number[];
  /** The next frame written has a gap before it. */
  readonly gapAhead: boolean;
  /** For encoded frames: true if the writer, or the reader, drops frames up to the next key frame. */
  readonly writerToKey: boolean;
  readonly readerToKey: boolean;
}

/** Returns the state of a link that no lane has detached from. */
export function emptyRest(link: number): LinkRest {
  return { link, entries: [], gapAhead: false, writerToKey: false, readerToKey: false };
}

/** Merges the states that two lanes have detached. */
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
