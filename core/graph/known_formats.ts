/**
 * The formats that links carry as far as they are known before a run: by descriptors, configurations, and the nodes
 * upstream. By them conversions are planned, and links refused that a run would refuse.
 *
 * @module
 */
import { isSideInput, type PortDescriptor } from "../descriptor/descriptor.ts";
import type { KnownColours, KnownPorts } from "../descriptor/known_ports.ts";
import { SluiceError } from "../errors.ts";
import {
  describeFormat,
  FORMAT_FIELDS,
  type FormatAccepts,
  type FormatField,
  type FrameFormat,
  listOf,
} from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { type ConversionStep, type ConvertedOutput, findConversion, knownOf, withTold } from "./conversion.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";
import { assertForward, attemptOf, type LinkEnd, resolvePort } from "./link_rules.ts";
import { refusalOf } from "../ports/accepted.ts";

/** Most nodes in a row to follow for the format of frames. */
const MAX_FOLLOWED = 64;

/** The graph of the link, as far as planning needs it. */
export interface ConvertibleGraph {
  node(id: string): NodeEntry;
  linkInto(node: NodeId, port: string): LinkEntry | undefined;
  readonly connections: { intoNode(id: NodeId): readonly LinkEntry[] };
}

/**
 * Plans the nodes to put between two ends.
 *
 * @param types the node types that converters may have
 * @returns the nodes in order: none if nothing needs conversion, or nothing can be converted
 * @throws {SluiceError} `PortNotFound`; `TypeMismatch` if the known formats of the two nodes allow no conversion
 */
export function conversionBetween(
  graph: ConvertibleGraph,
  from: LinkEnd,
  to: LinkEnd,
  types: readonly AnyNodeType[],
): readonly ConversionStep[] {
  assertForward(from, to);
  const output = outputOf(graph, from);
  const converted = convertedOutput(graph, from.nodeId, from.port, output.port);
  const [declared, wanted] = [resolvePort(to, "input"), inputFor(graph, to)];
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

/** Returns an output with the fields that its node's configuration determines. */
function outputOf(
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

/**
 * Returns an input with the fields that its node's configuration determines, and a hint for input that cannot be
 * converted.
 */
function inputFor(graph: ConvertibleGraph, end: LinkEnd): { readonly port: PortDescriptor; readonly fault?: string } {
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

/** Returns how the YUV from an output follows from RGB, according to the nearest node upstream that knows. */
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

/** Returns the most bits of an output's samples, according to the nodes upstream that know; 0 if none does. */
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

/** Returns the colours that the node at the end of a link was told to expect. */
function coloursFor(graph: ConvertibleGraph, { nodeId }: LinkEnd): KnownColours {
  const { config, type } = graph.node(nodeId);
  const told = ["matrix", "range"].filter((key) => key in type.descriptor.config.properties && key in config);
  return Object.fromEntries(told.map((key) => [key, `${config[key]}`]));
}

/**
 * Returns the fields in which an input must agree with earlier linked inputs of its node: their known values, in fields
 * that frames keep on the way through the node.
 */
function agreedBy(graph: ConvertibleGraph, end: LinkEnd, port: PortDescriptor): FormatAccepts {
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
 * Returns the known values of the frames of an output, by field: each frame has one of the values.
 *
 * @param name the output's name, for an element of an array or dynamic output
 */
export function knownFields(
  graph: ConvertibleGraph,
  nodeId: NodeId,
  output: PortDescriptor,
  name: string = output.name,
): ReturnType<typeof knownOf> {
  return knownOf(convertedOutput(graph, nodeId, name, output));
}

/**
 * Returns an output with the outputs upstream that determine its format: of nodes that convert or keep fields, or are
 * bypassed.
 */
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

/**
 * Returns the formats that a node's input accepts. Only the node, which knows its container, determines the codecs of a
 * file.
 */
export function acceptedBy(node: Pick<NodeEntry, "type" | "config">, input: PortDescriptor): FormatAccepts | undefined {
  const { codec: _, ...takes } = node.type.portsOf?.(node.config)?.inputs?.takes[input.name] ?? {};
  return Object.keys(takes).length === 0 ? input.accepts : { ...input.accepts, ...takes };
}

/** Returns a node's input with the formats that it accepts. */
export function knownInput(node: Pick<NodeEntry, "type" | "config">, input: PortDescriptor): PortDescriptor {
  const accepts = acceptedBy(node, input);
  return accepts === input.accepts ? input : { ...input, accepts };
}

/** The least fields of a format of raw frames. */
const WHOLE: { readonly [kind: string]: readonly FormatField[] } = {
  audio: ["sampleRateHz", "channels"],
  video: ["pixelFormat", "width", "height"],
};

/**
 * Returns the error with which a run would refuse the known format of a link.
 *
 * @param types the types that the error may name as converters
 * @returns `undefined` if the input accepts the format, or too little is known
 */
export function formatFault(
  graph: ConvertibleGraph,
  link: LinkEntry,
  types: readonly AnyNodeType[],
): SluiceError | undefined {
  const { fromNode, fromPort, toNode, toPort, output, input } = link;
  const target = graph.node(toNode);
  if (target.bypassed) return undefined;
  const end = { nodeId: toNode, descriptor: target.type.descriptor, port: toPort };
  const accepts = { ...agreedBy(graph, end, input), ...acceptedBy(target, input) };
  if (Object.keys(accepts).length === 0) return undefined;
  const known = knownFields(graph, fromNode, output, fromPort);
  for (const field of FORMAT_FIELDS) {
    const [found, wanted]: (readonly (number | string)[] | undefined)[] = [known[field], listOf(accepts[field])];
    if (found === undefined || wanted === undefined || found.some((each) => wanted.includes(each))) continue;
    const isWhole = WHOLE[output.kind]?.every((each) => known[each]?.length === 1);
    const format = Object.fromEntries(Object.entries(known).map(([key, [value]]) => [key, value]));
    const actual = isWhole
      ? describeFormat({ ...format, kind: output.kind } as FrameFormat)
      : `${output.kind} with ${field} ${found.join(" or ")}`;
    const converting = types.map(({ descriptor }) => descriptor).filter(({ converts }) => converts.includes(field));
    return refusalOf(link, actual, { field, found: found[0], wanted }, () => converting.map(({ type }) => type));
  }
  return undefined;
}
