/**
 * The states of nodes at the end of a run, for the next one.
 *
 * @module
 */
import { deserializeError } from "../errors.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { KeptState } from "../lanes/messages.ts";

/** What the nodes of one runtime gave by `snapshot()` when its last run ended. */
export class KeptStates {
  /** By the lives of the nodes: another node of the same id is another one. */
  readonly #states = new Map<number, KeptState>();

  /** Nodes have ended. */
  take(states: readonly KeptState[], nodes: ReadonlyMap<NodeId, NodeEntry>): void {
    for (const each of states) {
      const node = nodes.get(each.node);
      if (node !== undefined) this.#states.set(node.life, each);
    }
  }

  /**
   * The states that nodes go on from, by node.
   *
   * @throws why one of them gave none
   */
  of(nodes: Iterable<NodeEntry>): Map<NodeId, unknown> {
    const states = new Map<NodeId, unknown>();
    for (const { id, life } of nodes) {
      const kept = this.#states.get(life);
      if (kept?.error !== undefined) throw deserializeError(kept.error);
      if (kept !== undefined) states.set(id, kept.state);
    }
    return states;
  }

  /** A node goes on from nothing. */
  forget({ life }: NodeEntry): void {
    this.#states.delete(life);
  }

  /** A run begins. */
  clear(): void {
    this.#states.clear();
  }
}
