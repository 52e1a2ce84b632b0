/**
 * Checks the links of a graph file: that their ends exist and go together, that no input has two, that every input
 * that needs one has one, and that they form no loop.
 *
 * @module
 */
import { expandPort, findPort, type NodeDescriptor } from "../registry/descriptor.ts";
import { CarriedTypes, type CarryingLink } from "./carried_types.ts";
import type { CheckedNode } from "./check_nodes.ts";
import { findCycles } from "./cycles.ts";
import { assertLinkable, resolvePort } from "./link_rules.ts";
import type { GraphReport } from "./report.ts";
import type { ShapedEnd, ShapedGraph, ShapedLink } from "./shape.ts";
import { didYouMean, listSome } from "../suggestion.ts";

/** Reports what is wrong with the links of a graph. */
export function checkLinks(
  graph: ShapedGraph,
  nodes: ReadonlyMap<string, CheckedNode>,
  types: readonly NodeDescriptor[],
  report: GraphReport,
): void {
  /** By the address of the input. */
  const taken = new Map<string, ShapedLink>();
  /** Whether it is known of each link to which input it leads: if not, that an input has none may be untrue. */
  let sure = true;
  /** Links of which an end is no port of its node: they make no loop. */
  const wrong = new Set<ShapedLink>();
  /** Inputs that a link leads to, or that the graph around this one feeds. */
  const fed = new Set<string>();
  /** The links so far, by node. */
  const linksAt = new Map<string, CarryingLink[]>();
  const carried = new CarriedTypes({
    descriptorOf: (id) => nodes.get(id)?.descriptor,
    linksAt: (id) => linksAt.get(id) ?? [],
  });
  for (const link of graph.links) {
    if (report.full) return;
    const from = findNode(link.from, "from", graph, report) ? link.from : undefined;
    const to = findNode(link.to, "to", graph, report) ? link.to : undefined;
    const source = from && nodes.get(from.node);
    const target = to && nodes.get(to.node);
    if (source && target && reportSwapped(link, source, target, report)) {
      sure = false;
      wrong.add(link);
      continue;
    }
    const output = from && source && findEnd(from, source, "output", report);
    const input = to && target && findEnd(to, target, "input", report);
    if (to === undefined || (target && !input)) sure = false;
    if ((source && !output) || (target && !input)) wrong.add(link);
    if (to !== undefined && input) {
      const first = taken.get(to.address);
      fed.add(to.address);
      if (first === undefined) taken.set(to.address, link);
      else reportOccupied(to, first, target!, taken, report);
    }
    if (!output || !input || from === undefined || to === undefined) continue;
    try {
      assertLinkable(
        { nodeId: from.node, descriptor: source!.descriptor, port: from.port },
        { nodeId: to.node, descriptor: target!.descriptor, port: to.port },
        carried,
        () => types,
      );
      const made = { fromNode: from.node, fromPort: from.port, toNode: to.node, toPort: to.port };
      for (const id of new Set([from.node, to.node])) {
        const others = linksAt.get(id);
        if (others === undefined) linksAt.set(id, [made]);
        else others.push(made);
      }
    } catch (error) {
      report.addThrown(error, link.offset);
    }
  }
  for (const [ports, key, direction] of [[graph.inputs, "to", "input"], [graph.outputs, "from", "output"]] as const) {
    for (const end of ports.values()) {
      const node = findNode(end, key, graph, report) ? nodes.get(end.node) : undefined;
      if (node !== undefined && findEnd(end, node, direction, report) && direction === "input") fed.add(end.address);
    }
  }
  for (const node of sure ? nodes.values() : []) {
    if (!report.full) reportUnlinked(node, fed, nodes, carried, report);
  }
  reportCycles(graph.links.filter((link) => !wrong.has(link)), nodes, report);
}

function findNode(
  end: ShapedEnd | undefined,
  key: "from" | "to",
  graph: ShapedGraph,
  report: GraphReport,
): end is ShapedEnd {
  if (end === undefined) return false;
  if (graph.nodes.has(end.node)) return true;
  const available = [...graph.nodes.keys()];
  const message = `Cannot link ${key} "${end.address}": the graph has no node "${end.node}"` +
    `${didYouMean(end.node, available)}; nodes: ${listSome(available)}`;
  report.add("NodeNotFound", message, end.offset, { nodeId: end.node, available });
  return false;
}

function findEnd(end: ShapedEnd, node: CheckedNode, direction: "input" | "output", report: GraphReport): boolean {
  try {
    resolvePort({ nodeId: end.node, descriptor: node.descriptor, port: end.port }, direction);
    return true;
  } catch (error) {
    report.addThrown(error, end.offset);
    return false;
  }
}

/** Whether a link leads from an input to an output, which is then said. */
function reportSwapped(link: ShapedLink, source: CheckedNode, target: CheckedNode, report: GraphReport): boolean {
  const { from, to, offset } = link as Required<ShapedLink>;
  const isInput = findPort(source.descriptor, from.port)?.direction === "input";
  if (!isInput || findPort(target.descriptor, to.port)?.direction !== "output") return false;
  const message = `Cannot link "${from.address}" to "${to.address}": "${from.address}" is an input and ` +
    `"${to.address}" is an output; exchange "from" and "to"`;
  report.add("PortNotFound", message, offset, { nodeId: from.node, port: from.port });
  return true;
}

function reportOccupied(
  to: ShapedEnd,
  first: ShapedLink,
  target: CheckedNode,
  taken: ReadonlyMap<string, ShapedLink>,
  report: GraphReport,
): void {
  const free = target.descriptor.inputs.flatMap(expandPort).filter((name) => !taken.has(`${to.node}.${name}`));
  const { line, column } = report.place(first.offset);
  const from = first.from === undefined ? "" : ` from "${first.from.address}"`;
  const message = `Cannot link to "${to.address}": the link at ${line}:${column}${from} leads there already, and an ` +
    `input takes one; free inputs of "${to.node}": ${listSome(free)}`;
  report.add("DestinationOccupied", message, to.offset, { nodeId: to.node, port: to.port, available: free });
}

function reportUnlinked(
  { shaped, descriptor, node }: CheckedNode,
  fed: ReadonlySet<string>,
  nodes: ReadonlyMap<string, CheckedNode>,
  carried: CarriedTypes,
  report: GraphReport,
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
    report.add("InvalidGraph", message, shaped.offset, { nodeId: node.id, port: input.name, available: fitting });
  }
}

function reportCycles(
  links: readonly ShapedLink[],
  nodes: ReadonlyMap<string, CheckedNode>,
  report: GraphReport,
): void {
  // A loop with a delay on it is legal.
  const edges = links.flatMap(({ from, to, offset }) =>
    from !== undefined && to !== undefined && nodes.get(from.node)?.descriptor.delays !== true
      ? [{ from: from.node as string, to: to.node as string, offset }]
      : []
  );
  for (const { closing, path } of findCycles(edges)) {
    const shown = path.length <= 12 ? path : [...path.slice(0, 6), "…", ...path.slice(-5)];
    const message = `Cannot run the graph: the links ${
      shown.join(" → ")
    } form a loop; put a node that delays on it, or take one of them out`;
    report.add("CycleWithoutDelay", message, closing.offset, { nodeId: closing.to });
  }
}
