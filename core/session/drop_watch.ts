/**
 * Publishes when a link begins to drop frames. Frames that a `latest` link skips for newer ones do not count.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { EventSink } from "../events/run_events.ts";
import { type DropCounts, readLinkCounters, sumLosses } from "../stats.ts";
import type { LinkEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";

const NONE: DropCounts = { full: 0, skipped: 0, unlinked: 0, laneLost: 0 };

/** How many frames a link had lost at a look, and whether more than at the look before. */
interface Look {
  readonly sum: number;
  readonly dropping: boolean;
  /** The link's drops at its last event. */
  readonly told: DropCounts;
}

/** Publishes each link that begins to drop. */
export class DropWatch {
  readonly #topology: Topology;
  readonly #page: ControlPage;
  readonly #events: EventSink;
  #last = new Map<LinkEntry, Look>();

  constructor(topology: Topology, page: ControlPage, events: EventSink) {
    this.#topology = topology;
    this.#page = page;
    this.#events = events;
  }

  /** Looks once. Publishes each link that has dropped since the last look and not before it. */
  look(): void {
    const now = new Map<LinkEntry, Look>();
    for (const link of this.#topology.links.values()) {
      const counters = readLinkCounters(this.#page, link.index, 0);
      const { dropped } = counters;
      const sum = sumLosses(link.policy, counters);
      const before = this.#last.get(link);
      const dropping = sum > (before?.sum ?? 0);
      const told = before?.told ?? NONE;
      const begins = dropping && before?.dropping !== true;
      now.set(link, { sum, dropping, told: begins ? dropped : told });
      if (!begins) continue;
      const sinceLast = less(dropped, told);
      this.#events.publish({ group: "link", linkId: link.id, kind: "dropping", dropped, sinceLast });
    }
    this.#last = now;
  }
}

function less(now: DropCounts, before: DropCounts): DropCounts {
  return {
    full: now.full - before.full,
    skipped: now.skipped - before.skipped,
    unlinked: now.unlinked - before.unlinked,
    laneLost: now.laneLost - before.laneLost,
  };
}
