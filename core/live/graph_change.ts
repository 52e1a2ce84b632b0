/**
 * What has to change for one graph to become another. Entries that are the same object in both stay as they are. A
 * node is the same one in both if its id and its `life` are: then another lane means that it moves, another record that
 * it is replaced where it is, and the same record that it has other ports, or that its bypass was switched.
 *
 * @module
 */
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { Topology } from "../topology.ts";

/** A node as it was and as it will be. */
export interface NodeChange {
  readonly before: NodeEntry;
  readonly after: NodeEntry;
}

/** The difference between two graphs. */
export interface GraphChange {
  readonly added: readonly NodeEntry[];
  readonly removed: readonly NodeEntry[];
  readonly replaced: readonly NodeChange[];
  /** Nodes that go to another lane; some of them are replaced too, which their `incarnation` tells. */
  readonly moved: readonly NodeChange[];
  /** Nodes whose dynamic ports have other elements, or whose ports carry another kind of frames. */
  readonly ported: readonly NodeEntry[];
  /** Nodes that are bypassed from now on, or no longer, and that stay what they are and where they are. */
  readonly bypassed: readonly NodeEntry[];
  readonly linked: readonly LinkEntry[];
  readonly unlinked: readonly LinkEntry[];
}

/** Compares a graph with a draft of it. */
export function compareGraphs(before: Topology, draft: Topology): GraphChange {
  const added: NodeEntry[] = [];
  const replaced: NodeChange[] = [];
  const moved: NodeChange[] = [];
  const ported: NodeEntry[] = [];
  const bypassed: NodeEntry[] = [];
  const { nodes, links } = draft.changes();
  for (const entry of nodes.set) {
    const old = before.nodes.get(entry.id);
    if (old?.life !== entry.life) added.push(entry);
    else if (old.lane !== entry.lane) moved.push({ before: old, after: entry });
    else if (old.index !== entry.index) replaced.push({ before: old, after: entry });
    else {
      if (old.type !== entry.type) ported.push(entry);
      if (old.bypassed !== entry.bypassed) bypassed.push(entry);
    }
  }
  // A link that carries another kind of frames takes the place of the one of its id.
  const unlinked = [...links.gone, ...links.set.flatMap(({ id }) => before.links.get(id) ?? [])];
  return { added, removed: nodes.gone, replaced, moved, ported, bypassed, linked: links.set, unlinked };
}

/** The nodes of the draft that may have inputs without a link since the change. */
export function mayBeIncomplete(
  { added, replaced, moved, ported, unlinked }: GraphChange,
  draft: Topology,
): NodeEntry[] {
  const others = unlinked.flatMap(({ toNode }) => draft.nodes.get(toNode) ?? []);
  return [...added, ...[...replaced, ...moved].map(({ after }) => after), ...ported, ...others];
}

/** The nodes of the graph, as it is since the change, that may have begun or ceased to wait for links. */
export function mayWait(change: GraphChange, graph: Topology): NodeEntry[] {
  return [...mayBeIncomplete(change, graph), ...change.linked.map(({ toNode }) => graph.node(toNode))];
}

/** The nodes that an edit quiesces: those that hand over to others, and those that change where they are. */
export function quiescedBy({ replaced, moved, ported, bypassed }: GraphChange): NodeId[] {
  const handingOver = [...replaced, ...moved].map(({ before }) => before);
  return [...handingOver, ...ported, ...bypassed].map(({ id }) => id);
}

/** Whether a node keeps its type: then its counts go on. */
export function isOfOneType({ before, after }: NodeChange): boolean {
  return before.type.descriptor.type === after.type.descriptor.type;
}

/** Whether nothing changes. */
export function isUnchanged(change: GraphChange): boolean {
  return Object.values(change).every((list: readonly unknown[]) => list.length === 0);
}
