/**
 * The states of nodes at the end of a run, for the next one.
 *
 * @module
 */
import { deserializeError } from "../errors.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import { type EditExtras, isForeign } from "../live/edit_site.ts";
import type { GraphChange } from "../live/graph_change.ts";
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

  /** Follows an edit of a graph that does not run: gives and takes the states of nodes that come and go. */
  carryOver(
    { added, removed, replaced, moved }: GraphChange,
    { anew, states, left }: Pick<EditExtras, "anew" | "states" | "left">,
  ): void {
    const changes = [...replaced, ...moved];
    const foreign = changes.filter((change) => isForeign(change, { states, left }));
    for (const { life } of [...removed, ...foreign.map(({ before }) => before)]) {
      const state = this.#states.get(life);
      if (state !== undefined) left?.(state);
    }
    for (const change of changes) {
      const { id, life } = change.before;
      if (anew?.has(id) || foreign.includes(change)) this.#states.delete(life);
    }
    for (const { id, life } of [...added, ...foreign.map(({ after }) => after)]) {
      if (states?.has(id)) this.#states.set(life, { node: id, state: states.get(id) });
    }
  }

  /** Drops all states, at the start of a run. */
  clear(): void {
    this.#states.clear();
  }
}
