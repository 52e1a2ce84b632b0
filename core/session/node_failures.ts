/**
 * Publishes and counts failures of nodes from all sources: a lane that has set a node aside, a refused restart, or the
 * loss of a lane. Each failure has a `failed` event of the node, an `error` event, and adds one to the node's count of
 * errors.
 *
 * @module
 */
import { NODE } from "../../ffi/layout.gen.ts";
import { index64 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import { serializeError } from "../errors.ts";
import type { EventSink } from "../events/run_events.ts";
import { failureNumber } from "../events/failure_number.ts";
import { type GraphChange, isOfOneType } from "../live/graph_change.ts";
import type { NodeEntry } from "../graph/entries.ts";

/** Publishes and counts failures of nodes. */
export class NodeFailures {
  readonly #events: EventSink;
  readonly #page: () => ControlPage;
  /** Failures that were published, by the life of the node, while its counts last. */
  readonly #told = new Map<number, number>();

  constructor(events: EventSink, page: () => ControlPage) {
    this.#events = events;
    this.#page = page;
  }

  /**
   * Publishes the failure of nodes by one cause.
   *
   * @param isKnown whether the `error` event was published before
   */
  tell(nodes: readonly NodeEntry[], reason: Error, isKnown = false): void {
    const error = serializeError(reason);
    const failure = failureNumber(reason);
    for (const node of nodes) {
      this.#told.set(node.life, (this.#told.get(node.life) ?? 0) + 1);
      this.#events.publish({ group: "node", nodeId: node.id, kind: "failed", failure, error });
    }
    if (!isKnown) this.#events.publish({ group: "error", kind: "error", failure, error });
  }

  /** Counts published failures that no lane has counted. Call it only while no thread runs the node. */
  count(node: NodeEntry): void {
    const page = this.#page();
    const at = index64(page.nodeOffset(node.index) + NODE.errors);
    page.f64[at] = Math.max(page.f64[at], this.#told.get(node.life) ?? 0);
  }

  /** Handles an edit that has taken effect. */
  edited({ removed, replaced, moved }: GraphChange): void {
    const others = [...replaced, ...moved].filter((each) => !isOfOneType(each)).map(({ after }) => after);
    for (const { life } of [...removed, ...others]) this.#told.delete(life);
  }
}
