/**
 * What is shown small on nodes: of each the first output that carries pictures or sound, and of a node without one its
 * first input that does.
 *
 * @module
 */
import type { GraphSnapshot, LinkInfo, NodeInfo } from "../../control/schemas/graph.ts";

/** An output that is shown small. */
export interface PreviewSource {
  /** `mic.audio`. */
  readonly output: string;
  readonly kind: "audio" | "video";
}

/** Finds what is shown on each node, by its id. Only what links carry is: a look gives no node more to do. */
export function previewSources(graph: Pick<GraphSnapshot, "nodes" | "links">): Map<string, PreviewSource> {
  const from = new Map<string, LinkInfo>();
  const to = new Map<string, LinkInfo>();
  for (const link of graph.links) {
    if (link.kind !== "audio" && link.kind !== "video") continue;
    from.set(`${link.fromNode}.${link.fromPort}`, link);
    to.set(`${link.toNode}.${link.toPort}`, link);
  }
  const firstOf = ({ id }: NodeInfo, ports: NodeInfo["inputs"], links: ReadonlyMap<string, LinkInfo>) =>
    ports.map(({ name }) => links.get(`${id}.${name}`)).find((link) => link !== undefined);
  return new Map(graph.nodes.flatMap((node) => {
    const link = firstOf(node, node.outputs, from) ?? firstOf(node, node.inputs, to);
    if (link === undefined) return [];
    return [[node.id, { output: `${link.fromNode}.${link.fromPort}`, kind: link.kind as PreviewSource["kind"] }]];
  }));
}
