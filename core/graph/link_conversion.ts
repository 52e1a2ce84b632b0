/**
 * Plans the conversion of one link, by what the nodes of a graph are known to send and to take: from their descriptors,
 * their configuration, and the converters before them.
 *
 * @module
 */
import { isSideInput, type PortDescriptor } from "../descriptor/descriptor.ts";
import type { KnownColours, KnownPorts } from "../descriptor/known_ports.ts";
import { SluiceError } from "../errors.ts";
import { type FormatAccepts, type FormatField, listOf } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { type ConversionStep, type ConvertedOutput, findConversion, knownOf, withTold } from "./conversion.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";
import { assertForward, attemptOf, type LinkEnd, resolvePort } from "./link_rules.ts";

/** Most nodes in a row through which it is followed what frames are. */
const MAX_FOLLOWED = 64;

/** What is asked of the graph that a link is to be in. */
export interface ConvertibleGraph {
  node(id: string): NodeEntry;
  linkInto(node: NodeId, port: string): LinkEntry | undefined;
  readonly connections: { intoNode(id: NodeId): readonly LinkEntry[] };
}

/**
 * Plans which nodes to put between two ends.
 *
 * @param types the node types that converters may be of
 * @returns the nodes in order: none where nothing has to be converted, or nothing can be
 * @throws {SluiceError} `PortNotFound`; `TypeMismatch` where what is known of the two nodes says that nothing leads there
 */
export function conversionBetween(
  graph: ConvertibleGraph,
  from: LinkEnd,
  to: LinkEnd,
  types: readonly AnyNodeType[],
): readonly ConversionStep[] {
  assertForward(from, to);
  const output = knownOutput(graph, from);
  const converted = convertedOutput(graph, from.nodeId, from.port, output.port);
  const [declared, wanted] = [resolvePort(to, "input"), knownInput(graph, to)];
  const way = findConversion(converted, wanted.port, types);
  const isDecoded = output.port.kind === "encoded" && way !== undefined && way.length > 0;
  const fault = output.fault ?? (isDecoded ? output.undecodable : undefined) ??
    (way === undefined && findConversion(converted, declared, types) ? wanted.fault : undefined);
  if (fault !== undefined) {
    throw new SluiceError("TypeMismatch", `${attemptOf(from, to)}: ${fault}`, { nodeId: to.nodeId, port: to.port });
  }
  return withTold(way ?? [], () => {
    const id = from.nodeId as NodeId;
    const bitsPerSample = bitsOf(graph, id, from.port);
    return { ...coloursOf(graph, id, from.port), ...coloursFor(graph, to), ...(bitsPerSample && { bitsPerSample }) };
  });
}

/** An output as it is known by its node's configuration. */
function knownOutput(
  graph: ConvertibleGraph,
  end: LinkEnd,
): { readonly port: PortDescriptor; readonly fault?: string; readonly undecodable?: string } {
  const port = resolvePort(end, "output");
  const { outputs, refused } = knownPorts(graph.node(end.nodeId)) ?? {};
  const fault = refused?.[end.port];
  if (fault !== undefined) return { port, fault };
  const known = outputs?.[end.port];
  if (known === undefined) return { port };
  const { undecodable, colours: _, bitsPerSample: __, ...gives } = known;
  return { port: { ...port, gives }, ...(undecodable !== undefined && { undecodable }) };
}

/** An input likewise, and what to say where nothing can be converted to it. */
function knownInput(graph: ConvertibleGraph, end: LinkEnd): { readonly port: PortDescriptor; readonly fault?: string } {
  const own = resolvePort(end, "input");
  const port = { ...own, accepts: { ...agreedBy(graph, end, own), ...own.accepts } };
  const known = knownPorts(graph.node(end.nodeId))?.inputs;
  const takes = known?.takes[port.name];
  if (takes === undefined) return { port };
  const codecs = listOf(takes.codec);
  const fault = codecs && `${known!.name} holds ${codecs.join(", ")}, which no node encodes`;
  return { port: { ...port, accepts: { ...port.accepts, ...takes } }, ...(fault !== undefined && { fault }) };
}

function knownPorts({ type, config }: NodeEntry): KnownPorts | undefined {
  return type.portsOf?.(config);
}

/** How the YUV of what comes from an output follows from RGB, as the first node before it says that knows. */
function coloursOf(
  graph: ConvertibleGraph,
  id: NodeId,
  port: string,
  seen = new Set<NodeId>(),
): KnownColours | undefined {
  const node = graph.node(id);
  const known = knownPorts(node)?.outputs?.[port];
  if (known !== undefined || seen.has(id)) return known?.colours;
  seen.add(id);
  const { matrix, range } = node.type.descriptor.config.properties;
  const own: KnownColours | undefined = range && { range: `${node.config.range ?? range.default}` };
  if (own !== undefined && matrix !== undefined) return { ...own, matrix: `${node.config.matrix ?? matrix.default}` };
  for (const { fromNode, fromPort } of graph.connections.intoNode(id)) {
    const colours = coloursOf(graph, fromNode, fromPort, seen);
    if (colours !== undefined) return { ...colours, ...own };
  }
  return own;
}

/** The most bits of the samples that come from an output, as the nodes before it say that know; 0 where none does. */
function bitsOf(graph: ConvertibleGraph, id: NodeId, port: string, seen = new Set<NodeId>()): number {
  const node = graph.node(id);
  const known = knownPorts(node)?.outputs?.[port];
  if (known !== undefined || seen.has(id)) return known?.bitsPerSample ?? 0;
  seen.add(id);
  const { bitsPerSample: own } = node.type.descriptor.config.properties;
  if (own !== undefined) return Number(node.config.bitsPerSample ?? own.default);
  return Math.max(
    0,
    ...graph.connections.intoNode(id).map(({ fromNode, fromPort }) => bitsOf(graph, fromNode, fromPort, seen)),
  );
}

/** What the node at the end of a link was told of the colours that come. */
function coloursFor(graph: ConvertibleGraph, { nodeId }: LinkEnd): KnownColours {
  const { config, type } = graph.node(nodeId);
  const told = ["matrix", "range"].filter((key) => key in type.descriptor.config.properties && key in config);
  return Object.fromEntries(told.map((key) => [key, `${config[key]}`]));
}

/**
 * In what an input has to agree with those of its node that were linked before it: what is known to come into them, in
 * fields that frames keep on the way through the node.
 */
export function agreedBy(graph: ConvertibleGraph, end: LinkEnd, port: PortDescriptor): FormatAccepts {
  const { kind } = port;
  const { id, type: { descriptor } } = graph.node(end.nodeId);
  const { keeps = [] } = descriptor;
  const agreed: { [F in FormatField]?: unknown } = {};
  if (keeps.length === 0 || isSideInput(descriptor, port)) return {};
  for (const { fromNode, fromPort, output, input, toPort } of graph.connections.intoNode(id)) {
    if (toPort === end.port) break;
    if (isSideInput(descriptor, input)) continue;
    const known = output.kind === kind ? knownFields(graph, fromNode, output, fromPort) : {};
    for (const field of keeps) if (known[field]?.length === 1) agreed[field] ??= known[field];
  }
  return agreed as FormatAccepts;
}

/**
 * What is known of the frames of an output, by field: values of which each has one.
 *
 * @param name of the output, for an element of one that has several
 */
export function knownFields(
  graph: ConvertibleGraph,
  nodeId: NodeId,
  output: PortDescriptor,
  name: string = output.name,
): ReturnType<typeof knownOf> {
  return knownOf(convertedOutput(graph, nodeId, name, output));
}

/** An output, with those before it that tell what a node sends that converts or keeps, or hands on while bypassed. */
function convertedOutput(
  graph: ConvertibleGraph,
  nodeId: string,
  name: string,
  port: PortDescriptor,
  seen = new Set<NodeId>(),
): ConvertedOutput {
  const node = graph.node(nodeId);
  const { id, config, bypassed, type: { descriptor } } = node;
  const handsOn = descriptor.keeps !== undefined ||
    ((bypassed || descriptor.converts.length > 0) && descriptor.inputs.length === 1);
  const isLast = !handsOn || seen.has(id) || seen.size >= MAX_FOLLOWED;
  const links = isLast ? [] : graph.connections.intoNode(id).filter(({ input }) => !isSideInput(descriptor, input));
  const ways = links.map((link) => convertedOutput(graph, link.fromNode, link.fromPort, link.output, seen.add(id)));
  const before = ways.find((way) => way.port.kind === port.kind && Object.keys(knownOf(way)).length > 0) ?? ways[0];
  if (bypassed && before !== undefined) return before;
  const gives = knownPorts(node)?.outputs?.[name];
  return { descriptor, config, port: gives === undefined ? port : { ...port, gives }, ...(before && { before }) };
}
