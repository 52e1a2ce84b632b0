/**
 * What has to change for one graph to become another. Entries that are the same object in both stay as they are; a
 * node of the same id with another record takes the old one's place; one with the same record has other ports.
 *
 * @module
 */
import type { LinkEntry, NodeEntry, Topology } from "../topology.ts";

/** See the module. */
export interface GraphChange {
  readonly added: readonly NodeEntry[];
  readonly removed: readonly NodeEntry[];
  readonly replaced: readonly { readonly before: NodeEntry; readonly after: NodeEntry }[];
  /** Nodes whose dynamic ports have other elements. */
  readonly ported: readonly NodeEntry[];
  readonly linked: readonly LinkEntry[];
  readonly unlinked: readonly LinkEntry[];
}

/** Compares two graphs. */
export function compareGraphs(before: Topology, after: Topology): GraphChange {
  const added: NodeEntry[] = [];
  const replaced: { before: NodeEntry; after: NodeEntry }[] = [];
  const ported: NodeEntry[] = [];
  for (const [id, entry] of after.nodes) {
    const old = before.nodes.get(id);
    if (old === entry) continue;
    if (old === undefined || old.lane !== entry.lane) added.push(entry);
    else if (old.index !== entry.index) replaced.push({ before: old, after: entry });
    else ported.push(entry);
  }
  const removed = [...before.nodes.values()].filter(({ id, lane }) => after.nodes.get(id)?.lane !== lane);
  const linked = [...after.links.values()].filter(({ id }) => !before.links.has(id));
  const unlinked = [...before.links.values()].filter(({ id }) => !after.links.has(id));
  return { added, removed, replaced, ported, linked, unlinked };
}

/** Whether nothing changes. */
export function isUnchanged(change: GraphChange): boolean {
  return Object.values(change).every((list: readonly unknown[]) => list.length === 0);
}
