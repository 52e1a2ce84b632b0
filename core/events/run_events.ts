/**
 * The events of one run: its parts publish here until it is over. The bus outlives the run, and later reports of its
 * threads belong to no run.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { LinkEntry } from "../graph/entries.ts";
import { isHidden, type NodeId, portAddress } from "../ids.ts";
import type { EditExtras } from "../live/edit_site.ts";
import type { GraphChange } from "../live/graph_change.ts";
import { type NodeState, readLinkCounters } from "../stats.ts";
import type { EventBus } from "./bus.ts";
import type { EventBody } from "./event.ts";

const numbers = new WeakMap<Error, number>();
let last = 0;

/** Publishes events. */
export interface EventSink {
  publish(event: EventBody): void;
}

/** Passes events to the bus until the run is over. */
export class RunEvents implements EventSink {
  readonly #bus: EventBus;
  #isOver = false;

  constructor(bus: EventBus) {
    this.#bus = bus;
  }

  publish(event: EventBody): void {
    if (!this.#isOver && !isOfHidden(event)) this.#bus.publish(event);
  }

  /** Ends the run's events: streams end, and listeners next receive events of the next run. */
  close(): void {
    this.#isOver = true;
    this.#bus.endStreams();
  }
}

/** True for an event of a node, a link or a lane that no view of the graph shows. */
function isOfHidden(event: EventBody): boolean {
  const { nodeId = "", linkId = "", lane = "" } = event as { nodeId?: string; linkId?: string; lane?: string };
  return isHidden(nodeId) || isHidden(linkId) || isHidden(lane);
}

/** The states of a graph's nodes. Publishes every change. */
export class NodeStates extends Map<NodeId, NodeState> {
  readonly #events: EventSink;

  constructor(events: EventSink) {
    super();
    this.#events = events;
  }

  override set(nodeId: NodeId, state: NodeState): this {
    const previous = this.get(nodeId);
    super.set(nodeId, state);
    if (previous !== state) {
      this.#events.publish({ group: "node", nodeId, kind: "state", state, ...(previous && { previous }) });
    }
    return this;
  }
}

/** Returns the number of a failure, from 1: the same for the same error of this isolate, and of no other error. */
export function failureNumber(error: Error): number {
  let number = numbers.get(error);
  if (number === undefined) numbers.set(error, number = ++last);
  return number;
}

/** Publishes which links were connected and removed, then the edit as a whole. */
export function publishEdit(
  events: EventSink,
  change: GraphChange,
  { actions, configure, reason, by }: EditExtras,
): void {
  const tell = (kind: "connected" | "removed") => (link: LinkEntry) =>
    events.publish({ group: "link", linkId: link.id, kind, ...endsOf(link) });
  change.unlinked.forEach(tell("removed"));
  change.linked.forEach(tell("connected"));
  const { added, removed, replaced, moved, ported, bypassed } = change;
  const others = [...replaced, ...moved].map(({ after }) => after);
  const entries = [...added, ...removed, ...others, ...ported, ...bypassed];
  const nodes = new Set<NodeId>([...entries.map(({ id }) => id), ...configure.map(({ node }) => node)]);
  events.publish({
    group: "graph",
    kind: "edited",
    actions,
    nodes: [...nodes].filter((id) => !isHidden(id)),
    ...(by && { by }),
    ...(reason && { reason }),
  });
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
