/**
 * New nodes that a lane was asked to prepare, to accept a state or to try, until it has answered, even if the edit is
 * given up meanwhile. The watch looks here for nodes that keep a lane's thread, and the records of an abandoned draft
 * are freed only when no lane has a node of it.
 *
 * @module
 */
import type { NodeEntry } from "../graph/entries.ts";

/** A request that a lane has not answered. */
interface Asked {
  readonly epoch: number;
  readonly nodes: readonly NodeEntry[];
}

/** Keeps the unanswered requests to lanes about new nodes. */
export class PendingNodes {
  /** By index of the lane. */
  readonly #asked = new Map<number, readonly Asked[]>();
  /** The continuation once no lane has a node of an edit, by the edit's epoch. */
  readonly #then = new Map<number, () => void>();

  /** The nodes of all unanswered requests. */
  get all(): readonly NodeEntry[] {
    return [...this.#asked.values()].flat().flatMap(({ nodes }) => nodes);
  }

  /** Notes a request to lanes about nodes of an edit. @param laneOf returns the index of a node's lane */
  ask(epoch: number, nodes: readonly NodeEntry[], laneOf: (node: NodeEntry) => number): void {
    for (const [lane, own] of Map.groupBy(nodes, laneOf)) {
      this.#asked.set(lane, [...this.#asked.get(lane) ?? [], { epoch, nodes: own }]);
    }
  }

  /** Notes a lane's answer or refusal: it is done with the nodes of all edits up to this one. */
  answered(lane: number, epoch: number): void {
    const left = this.#asked.get(lane)?.filter((each) => each.epoch > epoch) ?? [];
    if (left.length > 0) this.#asked.set(lane, left);
    else this.#asked.delete(lane);
    this.#completeEdits();
  }

  /**
   * Calls `then` once every lane that was asked about nodes of an edit has answered or has another thread, which may be
   * at once.
   */
  whenAnswered(epoch: number, then: () => void): void {
    this.#then.set(epoch, then);
    this.#completeEdits();
  }

  /** Drops the requests to a lane that has another thread: the old thread will not answer them. */
  forget(lane: number): void {
    this.#asked.delete(lane);
    this.#completeEdits();
  }

  #completeEdits(): void {
    const open = new Set([...this.#asked.values()].flat().map(({ epoch }) => epoch));
    for (const [epoch, then] of [...this.#then]) {
      if (open.has(epoch)) continue;
      this.#then.delete(epoch);
      then();
    }
  }
}
