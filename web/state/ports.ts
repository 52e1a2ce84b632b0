/**
 * Ports of nodes: a port is selected by what it carries.
 *
 * @module
 */
import { computed } from "@preact/signals";
import type { PortPlace } from "../model/scene.ts";
import { refuse } from "./edit.ts";
import { graph } from "./live.ts";
import { selectedLink, selectedNode, selectLink, selectNode } from "./place.ts";

/** A port of a node. */
export interface Port extends Pick<PortPlace, "name" | "side"> {
  /** Id of the node. */
  readonly node: string;
}

/** Ids of the nodes whose ports can be chosen by keyboard: the selected one, or the ends of the selected link. */
export const portNodes = computed<readonly string[]>(() => {
  const link = graph.value?.links[selectedLink.value];
  const node = graph.value?.nodes[selectedNode.value];
  if (link !== undefined) return [...new Set([link.fromNode, link.toNode])];
  return node === undefined ? [] : [node.id];
});

/** Indices of the links of a port. */
export function linksOfPort({ node, name, side }: Port): number[] {
  return graph.value?.links.flatMap(({ fromNode, fromPort, toNode, toPort }, k) => {
    const isOf = side === "in" ? toNode === node && toPort === name : fromNode === node && fromPort === name;
    return isOf ? [k] : [];
  }) ?? [];
}

/** Selects the first link of a port, and with another call the next; says so where there is none. */
export function selectPort(port: Port): void {
  const links = linksOfPort(port);
  if (links.length > 0) return selectLink(links[(links.indexOf(selectedLink.peek()) + 1) % links.length]);
  const { node, name } = port;
  selectNode(graph.peek()?.nodes.findIndex(({ id }) => id === node) ?? -1);
  refuse({ node, text: `"${node}.${name}" has no link, so it carries nothing` });
}
