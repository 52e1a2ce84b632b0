/**
 * Checks the links of a graph file: that their nodes are there, what the graph itself says of them, and that every
 * input that needs a link has one.
 *
 * @module
 */
import { expandPort, findPort } from "../descriptor/descriptor.ts";
import type { LinkEntry } from "./entries.ts";
import type { CheckedNode } from "./check_nodes.ts";
import type { FileTopology } from "./file_topology.ts";
import { type LinkEnd, resolvePort } from "./link_rules.ts";
import type { GraphDiagnostics } from "./diagnostics.ts";
import type { ShapedEnd, ShapedGraph, ShapedLink } from "./shape.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";

/**
 * Adds the links of a file to its graph.
 *
 * @returns the links that were made; `diagnostics` has the faults of the others
 */
export function checkLinks(
  graph: ShapedGraph,
  topology: FileTopology,
  nodes: ReadonlyMap<string, CheckedNode>,
  diagnostics: GraphDiagnostics,
): Map<ShapedLink, LinkEntry> {
  const made = new Map<ShapedLink, LinkEntry>();
  /** Whether every link's input is known. If not, an input that seems unlinked may have a link. */
  let sure = true;
  /** Inputs that a link leads to, or that the graph around this one feeds. */
  const fed = new Set<string>();
  for (const link of graph.links) {
    if (diagnostics.full) return made;
    const from = findNode(link.from, "from", graph, diagnostics) ? link.from : undefined;
    const to = findNode(link.to, "to", graph, diagnostics) ? link.to : undefined;
    const source = from && nodes.get(from.node);
    const target = to && nodes.get(to.node);
    if (target !== undefined && findPort(target.descriptor, to!.port, "input") !== undefined) fed.add(to!.address);
    else if (to === undefined || target !== undefined) sure = false;
    if (source && target) {
      const { policy, capacity } = link;
      const options = { ...(policy && { policy }), ...(capacity && { capacity }) };
      const found = topology.linkChecked(endOf(from!, source), endOf(to!, target), options, link.offset);
      if ("id" in found) made.set(link, found);
      else {
        for (const { error, fault } of found) {
          diagnostics.addThrown(error, fault === "from" ? from!.offset : fault === "to" ? to!.offset : link.offset);
        }
      }
    } else {
      if (source) findEnd(from!, source, "output", diagnostics);
      if (target) findEnd(to!, target, "input", diagnostics);
    }
  }
  for (const [ports, key, direction] of [[graph.inputs, "to", "input"], [graph.outputs, "from", "output"]] as const) {
    for (const end of ports.values()) {
      const node = findNode(end, key, graph, diagnostics) ? nodes.get(end.node) : undefined;
      if (node !== undefined && findEnd(end, node, direction, diagnostics) && direction === "input") {
        fed.add(end.address);
      }
    }
  }
  for (const node of sure ? nodes.values() : []) {
    if (!diagnostics.full) reportUnlinked(node, fed, nodes, topology, diagnostics);
  }
  return made;
}

function findNode(
  end: ShapedEnd | undefined,
  key: "from" | "to",
  graph: ShapedGraph,
  diagnostics: GraphDiagnostics,
): end is ShapedEnd {
  if (end === undefined) return false;
  if (graph.nodes.has(end.node)) return true;
  const available = [...graph.nodes.keys()];
  const message = `Cannot link ${key} "${end.address}": the graph has no node "${end.node}"` +
    `${didYouMean(end.node, available)}; nodes: ${listSome(available)}`;
  diagnostics.add("NodeNotFound", message, end.offset, { nodeId: end.node, available });
  return false;
}

function endOf({ node: nodeId, port }: ShapedEnd, { descriptor }: CheckedNode): LinkEnd {
  return { nodeId, descriptor, port };
}

function findEnd(
  end: ShapedEnd,
  node: CheckedNode,
  direction: "input" | "output",
  diagnostics: GraphDiagnostics,
): boolean {
  try {
    resolvePort(endOf(end, node), direction);
    return true;
  } catch (error) {
    diagnostics.addThrown(error, end.offset);
    return false;
  }
}

function reportUnlinked(
  { shaped, descriptor, node }: CheckedNode,
  fed: ReadonlySet<string>,
  nodes: ReadonlyMap<string, CheckedNode>,
  { carried }: FileTopology,
  diagnostics: GraphDiagnostics,
): void {
  for (const input of descriptor.inputs) {
    if (input.optional || input.array !== undefined || fed.has(`${node.id}.${input.name}`)) continue;
    const fitting: string[] = [];
    for (const other of nodes.values()) {
      if (other.node.id === node.id) continue;
      for (const output of other.descriptor.outputs) {
        if (output.kind !== input.kind) continue;
        fitting.push(...expandPort(output).map((name) => `${other.node.id}.${name}`));
      }
    }
    const message = `Cannot run node "${node.id}" (${node.type}): no link leads to its input "${input.name}", which ` +
      `takes ${carried.of(node.id, input.name, input).type}; outputs of that kind: ${listSome(fitting)}`;
    diagnostics.add("InvalidGraph", message, shaped.offset, { nodeId: node.id, port: input.name, available: fitting });
  }
}
