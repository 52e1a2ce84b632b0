/**
 * Checks the links of a graph file: their nodes must exist, the graph must accept each link, and every required input
 * must have a link. In a live graph a node waits for such a link: a warning.
 *
 * @module
 */
import { expandPort, findPort } from "../descriptor/descriptor.ts";
import { kindsOf } from "../descriptor/open_ports.ts";
import type { LinkEntry } from "./entries.ts";
import type { CheckedNode } from "./check_nodes.ts";
import type { FileTopology } from "./file_topology.ts";
import { resolvePort } from "./link_rules.ts";
import type { SluiceError } from "../errors.ts";
import { type GraphDiagnostics, warning } from "./diagnostics.ts";
import type { ShapedEnd, ShapedGraph, ShapedLink } from "./shape.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";

/** Most nodes to warn of. */
const MAX_WARNINGS = 100;

/**
 * Adds the links of a file to its graph.
 *
 * @returns the links made, and warnings of nodes that will wait; `diagnostics` has the faults of the other links
 */
export function checkLinks(
  graph: ShapedGraph,
  topology: FileTopology,
  nodes: ReadonlyMap<string, CheckedNode>,
  diagnostics: GraphDiagnostics,
): { readonly made: ReadonlyMap<ShapedLink, LinkEntry>; readonly warnings: readonly SluiceError[] } {
  const file: LinkedFile = { graph, topology, nodes, diagnostics, fed: new Set() };
  const made = new Map<ShapedLink, LinkEntry>();
  /** True if every link's input is known. If not, an input that seems unlinked may have a link. */
  let sure = true;
  for (const link of graph.links) {
    if (diagnostics.full) return { made, warnings: [] };
    const { entry, isSure } = addLink(file, link);
    if (entry !== undefined) made.set(link, entry);
    sure &&= isSure;
  }
  if (diagnostics.errors.length === 0) checkFormats(made, file);
  feedExposed(file);
  return { made, warnings: sure ? checkUnlinked(file) : [] };
}

/** A file whose links are checked. */
interface LinkedFile {
  readonly graph: ShapedGraph;
  readonly topology: FileTopology;
  readonly nodes: ReadonlyMap<string, CheckedNode>;
  readonly diagnostics: GraphDiagnostics;
  /** Inputs that a link or the surrounding graph feeds. */
  readonly fed: Set<string>;
}

/** Adds a link to the graph. @returns the link, unless it has a fault, and whether its input is known */
function addLink(
  { graph, topology, nodes, diagnostics, fed }: LinkedFile,
  link: ShapedLink,
): { readonly entry?: LinkEntry; readonly isSure: boolean } {
  const from = findNode(link.from, "from", graph, diagnostics) ? link.from : undefined;
  const to = findNode(link.to, "to", graph, diagnostics) ? link.to : undefined;
  const source = from && nodes.get(from.node);
  const target = to && nodes.get(to.node);
  const isFed = target !== undefined && findPort(target.descriptor, to!.port, "input") !== undefined;
  if (isFed) fed.add(to!.address);
  const isSure = isFed || (to !== undefined && target === undefined);
  if (!source || !target) {
    if (source) findEnd(from!, source, "output", diagnostics);
    if (target) findEnd(to!, target, "input", diagnostics);
    return { isSure };
  }
  const { options } = link;
  const found = topology.linkChecked(from!, to!, options, link.offset);
  if ("id" in found) return { entry: found, isSure };
  const offsets = { from: from!.offset, to: to!.offset };
  for (const { error, fault } of found) {
    diagnostics.addThrown(error, fault === "from" || fault === "to" ? offsets[fault] : link.offset);
  }
  return { isSure };
}

/** Refuses formats that a run would refuse. Such a fault may follow from other faults of a file. */
function checkFormats(made: ReadonlyMap<ShapedLink, LinkEntry>, { topology, diagnostics }: LinkedFile): void {
  for (const [link, entry] of made) {
    const fault = topology.formatFault(entry);
    if (fault !== undefined) diagnostics.addThrown(fault, link.offset);
  }
}

/** Checks the ports that the graph exposes to a surrounding graph, which feeds the inputs among them. */
function feedExposed({ graph, nodes, diagnostics, fed }: LinkedFile): void {
  for (const [ports, key, direction] of [[graph.inputs, "to", "input"], [graph.outputs, "from", "output"]] as const) {
    for (const end of ports.values()) {
      const node = findNode(end, key, graph, diagnostics) ? nodes.get(end.node) : undefined;
      if (node !== undefined && findEnd(end, node, direction, diagnostics) && direction === "input") {
        fed.add(end.address);
      }
    }
  }
}

/** Refuses required inputs without a link. @returns in a live graph warnings instead */
function checkUnlinked({ topology, nodes, diagnostics, fed }: LinkedFile): SluiceError[] {
  const warnings: SluiceError[] = [];
  for (const node of nodes.values()) {
    if (diagnostics.full || warnings.length >= MAX_WARNINGS) break;
    const { id, type } = node.node;
    for (const { port, found, available } of findUnlinked(node, fed, nodes, topology)) {
      if (topology.mode === "live") {
        const message = `Node "${id}" (${type}) will wait: ${found}`;
        warnings.push(warning("InvalidGraph", message, node.shaped.offset, diagnostics));
      } else {
        const message = `Cannot run node "${id}" (${type}): ${found}`;
        diagnostics.add("InvalidGraph", message, node.shaped.offset, { nodeId: id, port, available });
      }
    }
  }
  return warnings;
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

function findEnd(
  { node: nodeId, port, offset }: ShapedEnd,
  { descriptor }: CheckedNode,
  direction: "input" | "output",
  diagnostics: GraphDiagnostics,
): boolean {
  try {
    resolvePort({ nodeId, descriptor, port }, direction);
    return true;
  } catch (error) {
    diagnostics.addThrown(error, offset);
    return false;
  }
}

/** Returns the required inputs of a node without a link. */
function findUnlinked(
  { descriptor, node }: CheckedNode,
  fed: ReadonlySet<string>,
  nodes: ReadonlyMap<string, CheckedNode>,
  { carried }: FileTopology,
): { readonly port: string; readonly found: string; readonly available: readonly string[] }[] {
  const open = descriptor.inputs.filter(({ name, optional, array }) =>
    !optional && array === undefined && !fed.has(`${node.id}.${name}`)
  );
  return open.map((input) => {
    const others = [...nodes.values()].filter((other) => other.node.id !== node.id);
    const available = others.flatMap((other) =>
      other.descriptor.outputs.filter((each) => kindsOf(each).some((kind) => kindsOf(input).includes(kind)))
        .flatMap((output) => expandPort(output).map((name) => `${other.node.id}.${name}`))
    );
    const found = `no link leads to its input "${input.name}", which takes ` +
      `${carried.of(node.id, input.name, input).type}; outputs of that kind: ${listSome(available)}`;
    return { port: input.name, found, available };
  });
}
