/**
 * The links of a graph: one table, with an index by output and one by input. It knows nothing of policies or lanes. An
 * input has at most one link; an output any number.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { LinkId, NodeId } from "../ids.ts";
import { listSome } from "../errors/suggestion.ts";
import { DraftMap, type EditableMap, type MapChanges } from "./draft_map.ts";

/** The fields of a link that the table needs. */
export interface Connection {
  readonly id: LinkId;
  readonly fromNode: NodeId;
  readonly fromPort: string;
  readonly toNode: NodeId;
  readonly toPort: string;
}

/** The state of a drafted table. */
interface Drafted<L extends Connection> {
  /** The base table. */
  readonly from: ConnectionManager<L>;
  readonly all: DraftMap<LinkId, L>;
  readonly outgoing: DraftMap<NodeId, L[]>;
  readonly incoming: DraftMap<NodeId, L[]>;
}

export class ConnectionManager<L extends Connection> {
  readonly #all: EditableMap<LinkId, L>;
  readonly #outgoing: EditableMap<NodeId, L[]>;
  readonly #incoming: EditableMap<NodeId, L[]>;
  /** The lists of the two indices that no other table shares. */
  #own = new Set<readonly L[]>();
  readonly #drafted: Drafted<L> | undefined;

  /**
   * @param from another table to draft from: the draft holds only the differences, and `from` must not change meanwhile
   */
  constructor(from?: ConnectionManager<L>) {
    if (from !== undefined) {
      from.#own = new Set();
      this.#drafted = {
        from,
        all: new DraftMap(from.#all),
        outgoing: new DraftMap(from.#outgoing),
        incoming: new DraftMap(from.#incoming),
      };
    }
    this.#all = this.#drafted?.all ?? new Map();
    this.#outgoing = this.#drafted?.outgoing ?? new Map();
    this.#incoming = this.#drafted?.incoming ?? new Map();
  }

  /** The links, in the order in which they were added. */
  get all(): ReadonlyMap<LinkId, L> {
    return this.#all;
  }

  /** Returns the links that a draft has and its base lacks, and the reverse. */
  changes(): MapChanges<L> {
    return this.#drafted?.all.changes() ?? { set: [], gone: [] };
  }

  /** Applies the draft to its base table. */
  commit(): void {
    if (this.#drafted === undefined) return;
    const { from, all, outgoing, incoming } = this.#drafted;
    for (const map of [all, outgoing, incoming]) map.commit();
    from.#own = this.#own;
    this.#own = new Set();
  }

  /** @throws {SluiceError} `DestinationOccupied`, naming the existing link */
  add(link: L): void {
    this.assertFree(link);
    this.#all.set(link.id, link);
    this.#ownList(this.#outgoing, link.fromNode).push(link);
    this.#ownList(this.#incoming, link.toNode).push(link);
  }

  /**
   * @param nameOf returns the name of the existing link in the message
   * @param free returns the node's free inputs
   * @throws {SluiceError} `DestinationOccupied`, with the existing link into the input
   */
  assertFree(
    { fromNode, fromPort, toNode, toPort }: Omit<Connection, "id">,
    nameOf: (link: L) => string = ({ id }) => id,
    free: () => readonly string[] = () => [],
  ): void {
    const occupant = this.into(toNode, toPort);
    if (occupant === undefined) return;
    const available = free();
    const others = available.length === 0 ? "" : `; free inputs of "${toNode}": ${listSome(available)}`;
    throw new SluiceError(
      "DestinationOccupied",
      `Cannot link "${fromNode}.${fromPort}" to "${toNode}.${toPort}": the input is taken by ${
        nameOf(occupant)
      } from ` +
        `"${occupant.fromNode}.${occupant.fromPort}"; an input takes one link${others}`,
      { nodeId: toNode, port: toPort, linkId: occupant.id, available },
    );
  }

  /** Removes a link. @returns the link, or `undefined` for an unknown id */
  remove(id: LinkId): L | undefined {
    const link = this.#all.get(id);
    if (link === undefined) return undefined;
    this.#all.delete(id);
    this.#drop(this.#outgoing, link.fromNode, link);
    this.#drop(this.#incoming, link.toNode, link);
    return link;
  }

  /** Replaces the link with the same id, which has the same ends. */
  replace(link: L): void {
    const old = this.#all.get(link.id)!;
    this.#all.set(link.id, link);
    const lists = [this.#ownList(this.#outgoing, link.fromNode), this.#ownList(this.#incoming, link.toNode)];
    for (const links of lists) links[links.indexOf(old)] = link;
  }

  /** Returns the link into an input. */
  into(node: NodeId, port: string): L | undefined {
    return this.#incoming.get(node)?.find((link) => link.toPort === port);
  }

  /** Returns the links into a node. */
  intoNode(node: NodeId): readonly L[] {
    return this.#incoming.get(node) ?? [];
  }

  /** Returns the links into a node, then those from it. */
  at(node: NodeId): L[] {
    return [...this.intoNode(node), ...this.fromNode(node)];
  }

  /** Returns the links from an output. */
  from(node: NodeId, port: string): L[] {
    return this.fromNode(node).filter((link) => link.fromPort === port);
  }

  /** Returns the links from a node. */
  fromNode(node: NodeId): readonly L[] {
    return this.#outgoing.get(node) ?? [];
  }

  #drop(index: EditableMap<NodeId, L[]>, node: NodeId, link: L): void {
    const links = this.#ownList(index, node);
    links.splice(links.indexOf(link), 1);
    if (links.length > 0) return;
    index.delete(node);
    this.#own.delete(links);
  }

  /** Returns the links of a node, in a list that the caller may change. */
  #ownList(index: EditableMap<NodeId, L[]>, node: NodeId): L[] {
    const known = index.get(node);
    if (known !== undefined && this.#own.has(known)) return known;
    const own = [...known ?? []];
    index.set(node, own);
    this.#own.add(own);
    return own;
  }
}
