/**
 * Tells when a link begins to drop frames.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { EventBus } from "../events/bus.ts";
import { readLinkCounters } from "../stats.ts";
import type { LinkEntry, Topology } from "../topology.ts";

/** How many a link had dropped at a look, and whether that was more than at the look before. */
interface Look {
  readonly sum: number;
  readonly dropping: boolean;
}

/** See the module. */
export class DropWatch {
  readonly #topology: Topology;
  readonly #page: ControlPage;
  readonly #events: EventBus;
  #last = new Map<LinkEntry, Look>();

  constructor(topology: Topology, page: ControlPage, events: EventBus) {
    this.#topology = topology;
    this.#page = page;
    this.#events = events;
  }

  /** Looks once: a link that has dropped since the last look, and had not before that, is told of. */
  look(): void {
    const now = new Map<LinkEntry, Look>();
    for (const link of this.#topology.links.values()) {
      const { dropped } = readLinkCounters(this.#page, link.index, 0);
      const sum = dropped.full + dropped.skipped + dropped.unlinked + dropped.laneLost;
      const before = this.#last.get(link);
      const dropping = sum > (before?.sum ?? 0);
      now.set(link, { sum, dropping });
      if (dropping && before?.dropping !== true) {
        this.#events.publish({ group: "link", linkId: link.id, kind: "dropping", dropped });
      }
    }
    this.#last = now;
  }
}
