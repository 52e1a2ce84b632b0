/**
 * Nodes that the script itself talks to, and that have to know where a start is refused or there will be none: what
 * waits for the graph would wait for ever.
 *
 * @module
 */
import type { NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";

/** Tells nodes of a graph that they will not run. */
export class Refusals {
  /** What to call with the reason, by the life of the node. */
  readonly #listeners = new Map<number, ((reason: unknown) => void)[]>();

  /** How many nodes want to know. */
  get size(): number {
    return this.#listeners.size;
  }

  /** A node wants to know. */
  add({ life }: NodeEntry, listener: (reason: unknown) => void): void {
    this.#listeners.set(life, [...this.#listeners.get(life) ?? [], listener]);
  }

  /** A start is refused, or there will be none. */
  tell(reason: unknown): void {
    for (const listeners of this.#listeners.values()) for (const tell of listeners) tell(reason);
  }

  /** Nodes were removed, and will not run: they are told for the last time. */
  remove(nodes: readonly NodeEntry[], reason: unknown): void {
    for (const { life } of nodes) {
      for (const tell of this.#listeners.get(life) ?? []) tell(reason);
      this.#listeners.delete(life);
    }
  }

  /** Forgets nodes that edits of a run have removed. */
  keep({ nodes }: Topology): void {
    const lives = new Set(nodes.values().map(({ life }) => life));
    for (const life of this.#listeners.keys()) if (!lives.has(life)) this.#listeners.delete(life);
  }
}
