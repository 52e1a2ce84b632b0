/**
 * Tells an edit of the graph that has come into effect.
 *
 * @module
 */
import { type NodeId, portAddress } from "../ids.ts";
import type { GraphChange } from "../live/graph_change.ts";
import type { EditExtras } from "../live/live_edits.ts";
import type { LinkEntry } from "../topology.ts";
import type { EventBus } from "./bus.ts";

/** Publishes what links came and went, then the edit as a whole. */
export function publishEdit(events: EventBus, change: GraphChange, { actions, configure }: EditExtras): void {
  const tell = (kind: "connected" | "removed") => (link: LinkEntry) => {
    const from = portAddress(link.fromNode, link.fromPort);
    events.publish({ group: "link", linkId: link.id, kind, from, to: portAddress(link.toNode, link.toPort) });
  };
  change.unlinked.forEach(tell("removed"));
  change.linked.forEach(tell("connected"));
  const { added, removed, replaced, moved, ported, bypassed } = change;
  const others = [...replaced, ...moved].map(({ after }) => after);
  const entries = [...added, ...removed, ...others, ...ported, ...bypassed];
  const nodes = new Set<NodeId>([...entries.map(({ id }) => id), ...configure.map(({ node }) => node)]);
  events.publish({ group: "graph", kind: "edited", actions, nodes: [...nodes] });
}
