/**
 * Infers the kind of frames of a node whose type leaves it open: from the first link that determines it, and through links
 * between such nodes. A node whose links no longer determine it may carry any kind again.
 *
 * @module
 */
import { expandPort } from "../descriptor/descriptor.ts";
import { inferredKind, isChosen, withKind } from "../descriptor/open_ports.ts";
import type { FrameKind } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import { withDescriptor } from "../registry/sized_type.ts";
import type { CarriedTypes } from "./carried_types.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";

/** A graph in which kinds are inferred. */
export interface InferenceGraph {
  readonly nodes: ReadonlyMap<NodeId, NodeEntry>;
  /** What its ports carry, as its links are now. */
  carried(): CarriedTypes;
  linksAt(node: NodeId): readonly LinkEntry[];
  /** Puts a node in the place of another one. */
  swap(old: NodeEntry, entry: NodeEntry): void;
  /** Has a link carry what its ends do. */
  relink(link: LinkEntry): void;
}

/** Infers the kind of a node, and of those behind it, from its links as they are. Does nothing where its type says it. */
export function inferKind(graph: InferenceGraph, id: NodeId): void {
  const descriptor = graph.nodes.get(id)?.type.descriptor;
  const port = descriptor && [...descriptor.inputs, ...descriptor.outputs].find(isChosen);
  if (port === undefined) return;
  const [name = port.name] = expandPort(port);
  spreadKind(graph, id, graph.carried().of(id, name, port).kind);
}

/** Gives a node a kind, and with it all nodes that are joined to it by ports of open kind. */
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
