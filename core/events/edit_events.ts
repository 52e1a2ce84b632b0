/**
 * Publishes that an edit of the graph has taken effect.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import { type NodeId, portAddress } from "../ids.ts";
import type { GraphChange } from "../live/graph_change.ts";
import type { EditExtras } from "../live/edit_site.ts";
import { readLinkCounters } from "../stats.ts";
import type { LinkEntry } from "../graph/entries.ts";
import type { EventSink } from "./run_events.ts";

/** Publishes which links were connected and removed, then the edit as a whole. */
export function publishEdit(events: EventSink, change: GraphChange, { actions, configure, reason }: EditExtras): void {
  const tell = (kind: "connected" | "removed") => (link: LinkEntry) =>
    events.publish({ group: "link", linkId: link.id, kind, ...endsOf(link) });
  change.unlinked.forEach(tell("removed"));
  change.linked.forEach(tell("connected"));
  const { added, removed, replaced, moved, ported, bypassed } = change;
  const others = [...replaced, ...moved].map(({ after }) => after);
  const entries = [...added, ...removed, ...others, ...ported, ...bypassed];
  const nodes = new Set<NodeId>([...entries.map(({ id }) => id), ...configure.map(({ node }) => node)]);
  events.publish({ group: "graph", kind: "edited", actions, nodes: [...nodes], ...(reason && { reason }) });
}

/** Publishes the last counts of removed links, once both ends are detached. */
export function publishClosed(events: EventSink, page: ControlPage, links: readonly LinkEntry[]): void {
  for (const link of links) {
    const { written, read, dropped } = readLinkCounters(page, link.index, 0);
    events.publish({ group: "link", linkId: link.id, kind: "closed", ...endsOf(link), written, read, dropped });
  }
}

function endsOf({ fromNode, fromPort, toNode, toPort }: LinkEntry): { from: string; to: string } {
  return { from: portAddress(fromNode, fromPort), to: portAddress(toNode, toPort) };
}
