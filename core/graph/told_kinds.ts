/**
 * Tells nodes of the kind that their frames have, where that is for links to say: with the first link that knows it, and
 * through links between such nodes. A node whose links know it no more is free to carry any kind again.
 *
 * @module
 */
import { expandPort } from "../descriptor/descriptor.ts";
import { isChosen, tellKind, toldKind } from "../descriptor/open_ports.ts";
import type { FrameKind } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import { withDescriptor } from "../registry/sized_type.ts";
import type { CarriedTypes } from "./carried_types.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";

/** A graph whose nodes are told. */
export interface TellingGraph {
  readonly nodes: ReadonlyMap<NodeId, NodeEntry>;
  /** What its ports carry, as its links are now. */
  carried(): CarriedTypes;
  linksAt(node: NodeId): readonly LinkEntry[];
  /** Puts a node in the place of another one. */
  swap(old: NodeEntry, entry: NodeEntry): void;
  /** Has a link carry what its ends do. */
  relink(link: LinkEntry): void;
}

/** Tells a node, and those that it tells, what its links say now. Costs nothing for a node whose type says it. */
export function retell(graph: TellingGraph, id: NodeId): void {
  const descriptor = graph.nodes.get(id)?.type.descriptor;
  const port = descriptor && [...descriptor.inputs, ...descriptor.outputs].find(isChosen);
  if (port === undefined) return;
  const [name = port.name] = expandPort(port);
  tellFrom(graph, id, graph.carried().of(id, name, port).kind);
}

/** Tells a node a kind, and with it all nodes that such ports join to it. */
export function tellFrom(graph: TellingGraph, start: NodeId, kind: FrameKind | undefined): void {
  const links = new Set<LinkEntry>();
  const found = new Set([start]);
  for (const id of found) {
    const node = graph.nodes.get(id);
    const descriptor = node && tellKind(node.type.descriptor, kind);
    if (descriptor === undefined || toldKind(descriptor) !== kind || descriptor === node!.type.descriptor) continue;
    graph.swap(node!, { ...node!, type: withDescriptor(node!.type, descriptor) });
    for (const link of graph.linksAt(id)) {
      const [own, other] = link.fromNode === id ? [link.output, link.toNode] : [link.input, link.fromNode];
      if (!isChosen(own)) continue;
      links.add(link);
      found.add(other);
    }
  }
  for (const link of links) graph.relink(link);
}
