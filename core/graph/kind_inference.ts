/**
 * Infers the kind of frames of a node whose type leaves it open: from the first link that determines it, and through
 * links between such nodes. A node whose links no longer determine it may carry any kind again.
 *
 * @module
 */
import { expandPort } from "../descriptor/descriptor.ts";
import { inferredKind, isChosen, withKind } from "../descriptor/open_ports.ts";
import type { FrameKind } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import { withDescriptor } from "../registry/node_type.ts";
import type { CarriedTypes } from "./carried_types.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";

/** A graph in which kinds are inferred. */
export interface InferenceGraph {
  readonly nodes: ReadonlyMap<NodeId, NodeEntry>;
  /** Returns the types of its ports, by its current links. */
  carried(): CarriedTypes;
  linksAt(node: NodeId): readonly LinkEntry[];
  /** Replaces one node entry by another. */
  swap(old: NodeEntry, entry: NodeEntry): void;
  /** Updates a link from its ends. */
  relink(link: LinkEntry): void;
}

/**
 * Infers the kind of a node, and of the nodes behind it, from its links. Does nothing if the node's type fixes the
 * kind.
 */
export function inferKind(graph: InferenceGraph, id: NodeId): void {
  const descriptor = graph.nodes.get(id)?.type.descriptor;
  const port = descriptor && [...descriptor.inputs, ...descriptor.outputs].find(isChosen);
  if (port === undefined) return;
  const [name = port.name] = expandPort(port);
  spreadKind(graph, id, graph.carried().of(id, name, port).kind);
}

/** Gives a kind to a node, and to all nodes that ports of open kind join to it. */
export function spreadKind(graph: InferenceGraph, start: NodeId, kind: FrameKind | undefined): void {
  const links = new Set<LinkEntry>();
  const found = new Set([start]);
  for (const id of found) {
    const node = graph.nodes.get(id);
    const descriptor = node && withKind(node.type.descriptor, kind);
    if (descriptor === undefined || inferredKind(descriptor) !== kind || descriptor === node!.type.descriptor) continue;
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
