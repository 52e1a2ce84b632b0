/**
 * The states of nodes at the end of a run, for the next one.
 *
 * @module
 */
import { deserializeError } from "../errors.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { KeptState } from "../lanes/messages.ts";

/** The results of `snapshot()` of one runtime's nodes at the end of its last run. */
export class KeptStates {
  /** By the lives of the nodes: a new node with the same id has another life. */
  readonly #states = new Map<number, KeptState>();

  /** Takes the states of nodes that have ended. */
  take(states: readonly KeptState[], nodes: ReadonlyMap<NodeId, NodeEntry>): void {
    for (const each of states) {
      const node = nodes.get(each.node);
      if (node !== undefined) this.#states.set(node.life, each);
    }
  }

  /**
   * Returns the states that nodes continue from, by node.
   *
   * @throws the reason why one of them has none
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

  /** Gives a node the state that it continues from. */
  give({ id, life }: NodeEntry, state: unknown): void {
    this.#states.set(life, { node: id, state });
  }

  /** Returns what is held of a node's state. */
  get({ life }: NodeEntry): KeptState | undefined {
    return this.#states.get(life);
  }

  /** Drops the state of a node, which then begins anew. */
  forget({ life }: NodeEntry): void {
    this.#states.delete(life);
  }

  /** Drops all states, at the start of a run. */
  clear(): void {
    this.#states.clear();
  }
}
