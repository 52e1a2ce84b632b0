/**
 * The nodes of a graph: one table, with an index by lane, the nodes that delay, and the listeners to call once a node
 * has left. It knows nothing of links or options; which lane can run a node is `placement/lane_choice.ts`'s to say.
 *
 * @module
 */
import { describeName } from "../errors/describe_value.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { SluiceError } from "../errors.ts";
import { isHidden, type NodeId } from "../ids.ts";
import { DraftMap, type EditableMap, type MapChanges } from "./draft_map.ts";
import type { NodeEntry } from "./entries.ts";

export class NodeTable {
  readonly #all: EditableMap<NodeId, NodeEntry>;
  /** The base table of a draft, and the differences from it. */
  readonly #drafted: { readonly from: NodeTable; readonly all: DraftMap<NodeId, NodeEntry> } | undefined;
  #residents: Map<string, NodeEntry>;
  #delaying: Set<NodeId>;
  readonly #departures = new Map<NodeEntry, () => void>();

  /**
   * @param from another table to draft from: the draft holds only the differences, and `from` must not change meanwhile
   */
  constructor(from?: NodeTable) {
    this.#drafted = from && { from, all: new DraftMap(from.#all) };
    this.#all = this.#drafted?.all ?? new Map();
    this.#residents = new Map(from && from.#residents);
    this.#delaying = new Set(from && from.#delaying);
  }

  /** The nodes, in the order in which they were added. */
  get all(): ReadonlyMap<NodeId, NodeEntry> {
    return this.#all;
  }

  /** A node of each lane that has nodes. */
  get residents(): ReadonlyMap<string, NodeEntry> {
    return this.#residents;
  }

  /** The nodes that delay. */
  get delaying(): ReadonlySet<NodeId> {
    return this.#delaying;
  }

  /** Returns the nodes that a draft has and its base lacks, and the reverse. */
  changes(): MapChanges<NodeEntry> {
    return this.#drafted?.all.changes() ?? { set: [], gone: [] };
  }

  /** Applies the draft to its base table. */
  commit(): void {
    if (this.#drafted === undefined) return;
    const { from, all } = this.#drafted;
    all.commit();
    from.#residents = this.#residents;
    from.#delaying = this.#delaying;
    for (const [node, listener] of this.#departures) from.#departures.set(node, listener);
  }

  /** Returns the node with an id. @throws {SluiceError} `NodeNotFound`, with the ids of all nodes */
  get(id: string): NodeEntry {
    const entry = this.#all.get(id as NodeId);
    if (entry !== undefined) return entry;
    const available = [...this.#all.keys()].filter((each) => !isHidden(each));
    throw new SluiceError(
      "NodeNotFound",
      `Cannot find node ${describeName(id)}${didYouMean(id, available)}; nodes: ${listSome(available)}` +
        (typeof id === "string" ? "" : "; wanted an id, such as handle.id"),
      { nodeId: id, available },
    );
  }

  /** Returns the nodes on a lane. */
  on(lane: string): NodeEntry[] {
    return [...this.#all.values()].filter((node) => node.lane === lane);
  }

  /**
   * Adds a node, or replaces the node with the same id, on whichever lane that is.
   *
   * @param resides false for a new node that counts for no lane, since the lane cannot run it
   */
  put(entry: NodeEntry, resides = true): void {
    const old = this.#all.get(entry.id);
    const { id, lane } = entry;
    this.#all.set(id, entry);
    if (entry.type.descriptor.delays === true) this.#delaying.add(id);
    else this.#delaying.delete(id);
    const arrives = old?.lane !== lane;
    if (arrives && old !== undefined) this.#leaveLane(old);
    const resident = this.#residents.get(lane);
    if (resident?.id === id || (resident === undefined && arrives && resides)) this.#residents.set(lane, entry);
  }

  /** Removes a node. */
  remove(entry: NodeEntry): void {
    this.#all.delete(entry.id);
    this.#delaying.delete(entry.id);
    this.#leaveLane(entry);
  }

  /** Calls a listener once a node is removed or replaced by a node of another type: {@linkcode tellDepartures}. */
  onDeparture(node: NodeEntry, listener: () => void): void {
    this.#departures.set(node, listener);
  }

  /** True while a listener of {@linkcode onDeparture} is still to be called. */
  awaitsDeparture(listener: () => void): boolean {
    return this.#departures.values().some((each) => each === listener);
  }

  /** Calls the listeners of nodes that have left. */
  tellDepartures(): void {
    for (const [before, tell] of this.#departures) {
      const now = this.#all.get(before.id);
      if (now?.life === before.life && now.type.descriptor.type === before.type.descriptor.type) continue;
      this.#departures.delete(before);
      tell();
    }
  }

  /** Makes another node the resident of the lane that a node has left. */
  #leaveLane({ id, lane }: NodeEntry): void {
    if (this.#residents.get(lane)?.id !== id) return;
    const other = this.#all.values().find((node) => node.lane === lane);
    if (other === undefined) this.#residents.delete(lane);
    else this.#residents.set(lane, other);
  }
}
