/**
 * The states of a graph's nodes. Publishes every change on the event bus.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import type { NodeState } from "../stats.ts";
import type { EventSink } from "./run_events.ts";

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
