/**
 * Finds the nodes of a lane that an edit concerns: the nodes that it names, the nodes at the ends of links that it
 * names, and their neighbours by links. All other nodes keep their admission and their wake-ups.
 *
 * @module
 */
import type { LinkPlan } from "../../links/link.ts";
import type { LaneEdit } from "../messages.ts";

/** The links of a node. */
export interface LinkedCell {
  readonly inputs: readonly { readonly link?: { readonly plan: LinkPlan } }[];
  readonly outputs: readonly { readonly links: readonly { readonly plan: LinkPlan }[] }[];
}

/**
 * Returns the nodes that an edit names, and those at the ends of links that it names: by id, on any lane.
 *
 * @param newcomers nodes that the edit has built
 */
export function namedBy(edit: LaneEdit, newcomers: Iterable<string>): Set<string> {
  const { loops, grow, ports, bypass, configure, detach, attach, lost, moves } = edit;
  const named = new Set<string>(newcomers);
  for (const { node } of [...loops, ...grow, ...ports, ...bypass, ...configure]) named.add(node);
  addEnds(named, [...detach, ...attach, ...lost.map(({ end }) => end)].map(({ link }) => link));
  addEnds(named, moves.map(({ after }) => after));
  return named;
}

/** Adds the nodes at the ends of links. */
export function addEnds(named: Set<string>, links: readonly LinkPlan[]): void {
  for (const { fromNode, toNode } of links) named.add(fromNode).add(toNode);
}

/** Returns the named nodes among `cells`, and the nodes of `cells` that links join to them. */
export function reachOf<C extends LinkedCell>(named: ReadonlySet<string>, cells: ReadonlyMap<string, C>): Set<C> {
  const reach = new Set<C>();
  const add = (id: string) => {
    const cell = cells.get(id);
    if (cell !== undefined) reach.add(cell);
  };
  for (const id of named) {
    const cell = cells.get(id);
    if (cell === undefined) continue;
    reach.add(cell);
    for (const { link } of cell.inputs) if (link !== undefined) add(link.plan.fromNode);
    for (const { links } of cell.outputs) for (const { plan } of links) add(plan.toNode);
  }
  return reach;
}
