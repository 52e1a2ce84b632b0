/**
 * The difference between two graphs. Entries that are the same object in both stay as they are. A node is the same in
 * both graphs if its id and its `life` are. Another lane then means that it moves; another record means that it is
 * replaced on its lane; the same record means that it has other ports, or that its bypass was switched.
 *
 * @module
 */
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { Topology } from "../topology.ts";

/** A node before and after the change. */
export interface NodeChange {
  readonly before: NodeEntry;
  readonly after: NodeEntry;
}

/** The difference between two graphs. */
export interface GraphChange {
  readonly added: readonly NodeEntry[];
  readonly removed: readonly NodeEntry[];
  readonly replaced: readonly NodeChange[];
  /** Nodes that go to another lane. Another `incarnation` shows that a node is also replaced. */
  readonly moved: readonly NodeChange[];
  /** Nodes whose dynamic ports have other elements, or whose ports carry another kind of frames. */
  readonly ported: readonly NodeEntry[];
  /** Nodes whose bypass is switched, and that otherwise stay as they are. */
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
  // A link that carries another kind of frames replaces the link with its id.
  const unlinked = [...links.gone, ...links.set.flatMap(({ id }) => before.links.get(id) ?? [])];
  return { added, removed: nodes.gone, replaced, moved, ported, bypassed, linked: links.set, unlinked };
}

/** Returns the nodes of the draft that may have inputs without a link after the change. */
export function mayBeIncomplete(
  { added, replaced, moved, ported, unlinked }: GraphChange,
  draft: Topology,
): NodeEntry[] {
  const others = unlinked.flatMap(({ toNode }) => draft.nodes.get(toNode) ?? []);
  return [...added, ...[...replaced, ...moved].map(({ after }) => after), ...ported, ...others];
}

/** Returns the nodes of the changed graph that may begin or cease to wait for links. */
export function mayWait(change: GraphChange, graph: Topology): NodeEntry[] {
  return [...mayBeIncomplete(change, graph), ...change.linked.map(({ toNode }) => graph.node(toNode))];
}

/** Returns the nodes that an edit quiesces: those that hand over, and those that change in place. */
export function quiescedBy({ replaced, moved, ported, bypassed }: GraphChange): NodeId[] {
  const handingOver = [...replaced, ...moved].map(({ before }) => before);
  return [...handingOver, ...ported, ...bypassed].map(({ id }) => id);
}

/** True if a node keeps its type: its counts then continue. */
export function isOfOneType({ before, after }: NodeChange): boolean {
  return before.type.descriptor.type === after.type.descriptor.type;
}

/** True if nothing changes. */
export function isUnchanged(change: GraphChange): boolean {
  return Object.values(change).every((list: readonly unknown[]) => list.length === 0);
}
