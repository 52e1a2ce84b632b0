/**
 * New nodes that a lane was asked to prepare, to accept a state or to try, until it has answered, even if the edit is
 * given up meanwhile. The watch looks here for what keeps a lane's thread, and the records of an abandoned draft are
 * freed only when no lane has a node of it.
 *
 * @module
 */
import type { NodeEntry } from "../graph/entries.ts";

/** What a lane was asked and has not answered. */
interface Asked {
  readonly epoch: number;
  readonly nodes: readonly NodeEntry[];
}

/** Keeps what lanes were asked about new nodes and have not answered. */
export class PendingNodes {
  /** By index of the lane. */
  readonly #asked = new Map<number, readonly Asked[]>();
  /** What to do once no lane has a node of an edit, by its epoch. */
  readonly #then = new Map<number, () => void>();

  /** The nodes that any lane was asked about. */
  get all(): readonly NodeEntry[] {
    return [...this.#asked.values()].flat().flatMap(({ nodes }) => nodes);
  }

  /** Lanes are asked something about nodes of an edit. @param laneOf the index of a node's lane */
  ask(epoch: number, nodes: readonly NodeEntry[], laneOf: (node: NodeEntry) => number): void {
    for (const [lane, own] of Map.groupBy(nodes, laneOf)) {
      this.#asked.set(lane, [...this.#asked.get(lane) ?? [], { epoch, nodes: own }]);
    }
  }

  /** A lane has answered or refused: it is done with the nodes of the edits up to this one. */
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

  /** Another thread runs a lane: what was asked of the one before it answers nobody. */
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
