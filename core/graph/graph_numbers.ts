/**
 * The numbers that a graph gives to its nodes and links. A graph and its drafts take them from the same tables, so that
 * no number is given out twice; a draft knows which ones it has taken.
 *
 * @module
 */
import { type LinkId, nthLinkId } from "../ids.ts";
import { RecordTable } from "./record_table.ts";

/** A node or a link that has a record. */
interface Recorded {
  readonly index: number;
}

/** Numbers of one graph or of a draft. */
export class GraphNumbers {
  /** What a graph and its drafts share. Ids of links and numbers of lives are never used again. */
  readonly #next: { readonly nodes: RecordTable; readonly links: RecordTable; linkId: number; life: number };
  /** What a draft has taken of the records. */
  readonly #taken: { readonly nodes: Set<number>; readonly links: Set<number> } | undefined;

  /** @param from the numbers of the graph that this one is a draft of */
  constructor(from?: GraphNumbers) {
    this.#next = from === undefined
      ? { nodes: new RecordTable(), links: new RecordTable(), linkId: 0, life: 0 }
      : from.#next;
    this.#taken = from && { nodes: new Set(), links: new Set() };
  }

  /** Records that nodes and links have used so far, at least. */
  get records(): { readonly nodes: number; readonly links: number } {
    return { nodes: this.#next.nodes.size, links: this.#next.links.size };
  }

  /** A record for a node. */
  takeNode(): number {
    const index = this.#next.nodes.take();
    this.#taken?.nodes.add(index);
    return index;
  }

  /** A record for a link. */
  takeLink(): number {
    const index = this.#next.links.take();
    this.#taken?.links.add(index);
    return index;
  }

  /** The id of a link. */
  takeLinkId(): LinkId {
    return nthLinkId(this.#next.linkId++);
  }

  /** The number of a node's life. */
  takeLife(): number {
    return this.#next.life++;
  }

  /** These stay in use when the draft that has taken their numbers is discarded. */
  keep(nodes: Iterable<Recorded>, links: Iterable<Recorded>): void {
    for (const { index } of nodes) this.#taken?.nodes.delete(index);
    for (const { index } of links) this.#taken?.links.delete(index);
  }

  /** Gives back what a draft has taken. */
  discard(): void {
    if (this.#taken === undefined) return;
    for (const index of this.#taken.nodes) this.#next.nodes.giveBack(index);
    for (const index of this.#taken.links) this.#next.links.giveBack(index);
    this.#taken.nodes.clear();
    this.#taken.links.clear();
  }

  /** The records of nodes and links that have left the graph may be used again. */
  recycle(nodes: Iterable<Recorded>, links: Iterable<Recorded>): void {
    for (const { index } of nodes) this.#next.nodes.giveBack(index);
    for (const { index } of links) this.#next.links.giveBack(index);
  }
}
