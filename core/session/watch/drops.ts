/**
 * Finds links that begin to drop frames. Frames that a `latest` link skips for newer ones do not count.
 *
 * @module
 */
import type { EventBody } from "../../events/event.ts";
import type { LinkEntry } from "../../graph/entries.ts";
import { type DropCounts, sumLosses } from "../../stats.ts";
import type { PageSample } from "./page_sample.ts";

const NONE: DropCounts = { full: 0, skipped: 0, unlinked: 0, laneLost: 0 };

/** The losses of a link at a look. */
export interface Losses {
  readonly sum: number;
  /** True if more was lost than at the look before. */
  readonly dropping: boolean;
  /** The link's drops at its last event. */
  readonly told: DropCounts;
}

/**
 * Returns the losses of every link, and an event for each link that has dropped since the look before and not before it.
 *
 * @param before the losses at the look before
 */
export function findDrops(
  before: ReadonlyMap<LinkEntry, Losses>,
  { links }: PageSample,
): { readonly losses: Map<LinkEntry, Losses>; readonly events: readonly EventBody[] } {
  const losses = new Map<LinkEntry, Losses>();
  const events: EventBody[] = [];
  for (const [link, counters] of links) {
    const { dropped } = counters;
    const sum = sumLosses(link.policy, counters);
    const last = before.get(link) ?? { sum: 0, dropping: false, told: NONE };
    const dropping = sum > last.sum;
    const begins = dropping && !last.dropping;
    losses.set(link, { sum, dropping, told: begins ? dropped : last.told });
    if (!begins) continue;
    events.push({ group: "link", linkId: link.id, kind: "dropping", dropped, sinceLast: less(dropped, last.told) });
  }
  return { losses, events };
}

function less(now: DropCounts, before: DropCounts): DropCounts {
  return {
    full: now.full - before.full,
    skipped: now.skipped - before.skipped,
    unlinked: now.unlinked - before.unlinked,
    laneLost: now.laneLost - before.laneLost,
  };
}
