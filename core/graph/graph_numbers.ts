/**
 * The numbers that a graph gives to its nodes and links. A graph and its drafts use the same tables, so that no number
 * is given out twice; a draft records the numbers that it has taken.
 *
 * @module
 */
import { type LinkId, nthLinkId } from "../ids.ts";

/** A node or a link that has a record. */
interface Recorded {
  readonly index: number;
}

/** The numbers of one graph or draft. */
export class GraphNumbers {
  /** State that a graph and its drafts share. Ids of links and numbers of lives are never used again. */
  readonly #next: { readonly nodes: RecordTable; readonly links: RecordTable; linkId: number; life: number };
  /** The records that a draft has taken. */
  readonly #taken: { readonly nodes: Set<number>; readonly links: Set<number> } | undefined;

  /** @param from for a draft: the numbers of its graph */
  constructor(from?: GraphNumbers) {
    this.#next = from === undefined
      ? { nodes: new RecordTable(), links: new RecordTable(), linkId: 0, life: 0 }
      : from.#next;
    this.#taken = from && { nodes: new Set(), links: new Set() };
  }

  /** A lower bound of the records that nodes and links have used so far. */
  get records(): { readonly nodes: number; readonly links: number } {
    return { nodes: this.#next.nodes.size, links: this.#next.links.size };
  }

  /** Takes a record for a node. */
  takeNode(): number {
    const index = this.#next.nodes.take();
    this.#taken?.nodes.add(index);
    return index;
  }

  /** Takes a record for a link. */
  takeLink(): number {
    const index = this.#next.links.take();
    this.#taken?.links.add(index);
    return index;
  }

  /** Takes an id for a link. */
  takeLinkId(): LinkId {
    return nthLinkId(this.#next.linkId++);
  }

  /** Takes a number for the life of a node. */
  takeLife(): number {
    return this.#next.life++;
  }

  /** Keeps the records of nodes and links in use when the draft that took them is discarded. */
  keep(nodes: Iterable<Recorded>, links: Iterable<Recorded>): void {
    for (const { index } of nodes) this.#taken?.nodes.delete(index);
    for (const { index } of links) this.#taken?.links.delete(index);
  }

  /** Gives back the records that a draft has taken. */
  discard(): void {
    if (this.#taken === undefined) return;
    for (const index of this.#taken.nodes) this.#next.nodes.giveBack(index);
    for (const index of this.#taken.links) this.#next.links.giveBack(index);
    this.#taken.nodes.clear();
    this.#taken.links.clear();
  }

  /** Frees the records of removed nodes and links for new ones. */
  recycle(nodes: Iterable<Recorded>, links: Iterable<Recorded>): void {
    for (const { index } of nodes) this.#next.nodes.giveBack(index);
    for (const { index } of links) this.#next.links.giveBack(index);
  }
}

class RecordTable {
  readonly #free: number[] = [];
  #next = 0;

  /** The most records that were ever in use at once. */
  get size(): number {
    return this.#next;
  }

  /** Takes the lowest number that was never used or was given back. */
  take(): number {
    return this.#free.pop() ?? this.#next++;
  }

  /** Frees a number for use. */
  giveBack(index: number): void {
    this.#free.push(index);
  }
}
