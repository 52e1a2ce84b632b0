/**
 * The links of a graph: one table, with an index by the output that a link leads from and one by the input that it
 * leads to. It knows nothing of policies or lanes. An input has at most one link; an output any number.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { LinkId, NodeId } from "../ids.ts";

/** What the table must know of a link. */
export interface Connection {
  readonly id: LinkId;
  readonly fromNode: NodeId;
  readonly fromPort: string;
  readonly toNode: NodeId;
  readonly toPort: string;
}

/** See the module. */
export class ConnectionManager<L extends Connection> {
  /** In the order in which they were added. */
  readonly all: Map<LinkId, L>;
  readonly #outgoing: Map<NodeId, L[]>;
  readonly #incoming: Map<NodeId, L[]>;
  /** The lists of the two indices that no copy shares. */
  #own = new Set<readonly L[]>();

  /** @param from another table, for one with the same links: what is done to either leaves the other as it is */
  constructor(from?: ConnectionManager<L>) {
    this.all = new Map(from?.all);
    this.#outgoing = new Map(from === undefined ? undefined : from.#outgoing);
    this.#incoming = new Map(from === undefined ? undefined : from.#incoming);
    if (from !== undefined) from.#own = new Set();
  }

  /** @throws {SluiceError} `DestinationOccupied`, with the link that is there */
  add(link: L): void {
    this.assertFree(link.fromNode, link.fromPort, link.toNode, link.toPort);
    this.all.set(link.id, link);
    this.#ownList(this.#outgoing, link.fromNode).push(link);
    this.#ownList(this.#incoming, link.toNode).push(link);
  }

  /** @throws {SluiceError} `DestinationOccupied`, with the link that leads into the input */
  assertFree(fromNode: NodeId, fromPort: string, toNode: NodeId, toPort: string): void {
    const occupant = this.into(toNode, toPort);
    if (occupant === undefined) return;
    throw new SluiceError(
      "DestinationOccupied",
      `Cannot link "${fromNode}.${fromPort}" to "${toNode}.${toPort}": the input is taken by ${occupant.id} from ` +
        `"${occupant.fromNode}.${occupant.fromPort}"`,
      { nodeId: toNode, port: toPort, linkId: occupant.id },
    );
  }

  /** Takes a link out. @returns it, or `undefined` if there is none of that id */
  remove(id: LinkId): L | undefined {
    const link = this.all.get(id);
    if (link === undefined) return undefined;
    this.all.delete(id);
    this.#drop(this.#outgoing, link.fromNode, link);
    this.#drop(this.#incoming, link.toNode, link);
    return link;
  }

  /** The link that leads into an input. */
  into(node: NodeId, port: string): L | undefined {
    return this.#incoming.get(node)?.find((link) => link.toPort === port);
  }

  /** The links that lead into a node. */
  intoNode(node: NodeId): readonly L[] {
    return this.#incoming.get(node) ?? [];
  }

  /** The links that lead away from an output. */
  from(node: NodeId, port: string): L[] {
    return this.fromNode(node).filter((link) => link.fromPort === port);
  }

  /** The links that lead away from a node. */
  fromNode(node: NodeId): readonly L[] {
    return this.#outgoing.get(node) ?? [];
  }

  #drop(index: Map<NodeId, L[]>, node: NodeId, link: L): void {
    const links = this.#ownList(index, node);
    links.splice(links.indexOf(link), 1);
    if (links.length > 0) return;
    index.delete(node);
    this.#own.delete(links);
  }

  /** The links of a node, in a list that may be changed. */
  #ownList(index: Map<NodeId, L[]>, node: NodeId): L[] {
    const known = index.get(node);
    if (known !== undefined && this.#own.has(known)) return known;
    const own = [...known ?? []];
    index.set(node, own);
    this.#own.add(own);
    return own;
  }
}
