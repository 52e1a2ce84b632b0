/**
 * Tells an edit of the graph that has come into effect.
 *
 * @module
 */
import { portAddress } from "../ids.ts";
import type { GraphChange } from "../live/graph_change.ts";
import type { LinkEntry } from "../topology.ts";
import type { EventBus } from "./bus.ts";

/**
 * Publishes what links came and went, then the edit as a whole.
 *
 * @param actions what was done, in words
 */
export function publishEdit(events: EventBus, change: GraphChange, actions: readonly string[]): void {
  const tell = (kind: "connected" | "removed") => (link: LinkEntry) => {
    const from = portAddress(link.fromNode, link.fromPort);
    events.publish({ group: "link", linkId: link.id, kind, from, to: portAddress(link.toNode, link.toPort) });
  };
  change.unlinked.forEach(tell("removed"));
  change.linked.forEach(tell("connected"));
  events.publish({ group: "graph", kind: "edited", actions });
}
