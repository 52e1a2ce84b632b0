/**
 * Tells that nodes have failed, whatever told the session so: a lane that has set a node aside, a restart that was
 * refused, or the loss of a lane. Each time there is a `failed` event of the node, an `error` event, and one more in
 * the node's count of errors.
 *
 * @module
 */
import { NODE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { serializeError } from "../errors.ts";
import type { EventBus } from "../events/bus.ts";
import type { NodeEntry } from "../topology.ts";

/** See the module. */
export class NodeFailures {
  readonly #events: EventBus;
  readonly #page: () => ControlPage;
  /** Failures that were told, by node. */
  readonly #told = new WeakMap<NodeEntry, number>();

  constructor(events: EventBus, page: () => ControlPage) {
    this.#events = events;
    this.#page = page;
  }

  /**
   * Nodes have failed, all by the same cause.
   *
   * @param isKnown whether the `error` event is out
   */
  tell(nodes: readonly NodeEntry[], reason: Error, isKnown = false): void {
    const error = serializeError(reason);
    for (const node of nodes) {
      this.#told.set(node, (this.#told.get(node) ?? 0) + 1);
      this.#events.publish({ group: "node", nodeId: node.id, kind: "failed", error });
    }
    if (!isKnown) this.#events.publish({ group: "error", kind: "error", error });
  }

  /** Counts what was told and no lane has counted. Only while no thread runs the node. */
  count(node: NodeEntry): void {
    const page = this.#page();
    const at = (page.nodeOffset(node.index) + NODE.errors) >> 3;
    page.f64[at] = Math.max(page.f64[at], this.#told.get(node) ?? 0);
  }
}
