/**
 * Decides which ports may be linked. Graph files and the runtime's string interface use the same rules and messages.
 *
 * @module
 */
import { describeName } from "../errors/describe_value.ts";
import { listNames, SluiceError } from "../errors.ts";
import { findClash, FORMAT_FIELDS, type FormatField, listOf } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { CarriedType, CarriedTypes, CarryingGraph, LinkPorts, LinkTypes } from "./carried_types.ts";
import type { Connection } from "./connection_manager.ts";
import { expandPort, findPort, isList, type NodeDescriptor, type PortDescriptor } from "../descriptor/descriptor.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { isOpen } from "../descriptor/open_ports.ts";
import { elementNames, elementNumber } from "../descriptor/dynamic_ports.ts";
import { kindOf } from "../errors/kind_of.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { adviseConverters } from "../ports/accepted.ts";
import { planConversion } from "./conversion.ts";

/** Values of a field of a format. */
type Values = readonly (number | string)[];

/** A port of a node in a graph, as a link names it. */
export interface LinkEnd {
  readonly nodeId: string;
  readonly descriptor: NodeDescriptor;
  /** The name in the graph, such as `audio_2`. */
  readonly port: string;
}

/** Returns the ends of a link of a graph, with the current descriptors of their nodes. */
export function endsOf({ nodes }: Pick<CarryingGraph, "nodes">, link: Omit<Connection, "id">): [LinkEnd, LinkEnd] {
  const end = (id: NodeId, port: string) => ({ nodeId: id, descriptor: nodes.get(id)!.type.descriptor, port });
  return [end(link.fromNode, link.fromPort), end(link.toNode, link.toPort)];
}

/**
 * Checks that a value is an end of a link. Refuses a port that the handle lacks, and an array port as a whole.
 *
 * @param wanted the wanted value, in words
 * @throws {SluiceError} `PortNotFound`
 */
export function assertEnd(end: unknown, which: "from" | "to", wanted: string): void {
  const { node, port } = Object(end);
  if (typeof node === "string" && typeof port === "string") return;
  throw new SluiceError("PortNotFound", `Cannot link ${which} what is ${kindOf(end)}: wanted ${wanted}`);
}

/** Returns the start of messages about a new link: `Cannot link "a.out" to "b.in"`. */
export function attemptOf(from: LinkEnd, to: LinkEnd): string {
  return `Cannot link "${from.nodeId}.${from.port}" to "${to.nodeId}.${to.port}"`;
}

/**
 * Checks that a link does not lead from an input to an output.
 *
 * @throws {SluiceError} `PortNotFound`
 */
export function assertForward(from: LinkEnd, to: LinkEnd): void {
  if (findPort(from.descriptor, from.port, "input") === undefined) return;
  if (findPort(to.descriptor, to.port, "output") === undefined) return;
  const [source, target] = [from, to].map(({ nodeId, port }) => `"${nodeId}.${port}"`);
  throw new SluiceError(
    "PortNotFound",
    `Cannot link ${source} to ${target}: ${source} is an input and ${target} is an output; exchange "from" and "to"`,
    { nodeId: from.nodeId, port: from.port },
  );
}

/**
 * Returns the port that one end of a link names.
 *
 * @throws {SluiceError} `PortNotFound` if the node has no such port in that direction, with the ports that it has
 */
export function resolvePort(end: LinkEnd, direction: "input" | "output"): PortDescriptor {
  const { nodeId, descriptor, port } = end;
  const found = findPort(descriptor, port, direction);
  if (found !== undefined) return found;
  const ports = direction === "input" ? descriptor.inputs : descriptor.outputs;
  const available = ports.flatMap(expandPort);
  const attempt = `Cannot link ${direction === "input" ? "to" : "from"} ${describeName(`${nodeId}.${port}`)}`;
  const known = `${direction}s: ${listSome(available)}`;
  const details = { nodeId, port, available };
  const other = findPort(descriptor, port);
  if (other !== undefined) {
    const is = other.direction === "input" ? "an input" : "an output";
    const wanted = direction === "input" ? "an input" : "an output";
    throw new SluiceError(
      "PortNotFound",
      `${attempt}: it is ${is} of "${descriptor.type}", wanted ${wanted}; ${known}`,
      details,
    );
  }
  const list = ports.find((each) => isList(each) && each.name === port);
  if (list !== undefined) {
    const names = list.dynamic === undefined ? expandPort(list) : elementNames(list);
    const what = list.dynamic === undefined ? `an array of ${names.length}` : "a dynamic port";
    const wanted = names.length === 0 ? "an element of it, and it has none" : `one of ${listSome(names)}`;
    const message = `${attempt}: it is ${what}, wanted ${wanted}`;
    throw new SluiceError("PortNotFound", message, details);
  }
  const dynamic = ports.find((each) => elementNumber(each, port) !== undefined);
  if (dynamic !== undefined) {
    throw new SluiceError("PortNotFound", `${attempt}: ${describeAbsent(dynamic, descriptor.type, port)}`, details);
  }
  const call = direction === "input" ? "addInput()" : "addOutput()";
  const hint = ports.some(({ named }) => named !== undefined) ? `; add one of any name by ${call}, with its kind` : "";
  const message = `${attempt}: "${descriptor.type}" has no ${direction} of that name${
    didYouMean(port, available)
  }; ${known}${hint}`;
  throw new SluiceError("PortNotFound", message, details);
}

/**
 * Checks that an input accepts the type of an output, as far as the descriptors and the other links of the graph
 * determine it. Formats that are only known while running are checked then.
 *
 * @param ports the ports at the ends
 * @param carried the types of the graph's ports, without the link; a link that passes counts from then on
 * @param known returns the node types that an error may name as converters
 * @throws {SluiceError} `TypeMismatch`
 */
export function assertLinkable(
  from: LinkEnd,
  to: LinkEnd,
  ports: LinkPorts,
  carried: CarriedTypes,
  known: () => readonly AnyNodeType[] = () => [],
): void {
  const { output, input } = ports;
  const link = { fromNode: from.nodeId, fromPort: from.port, toNode: to.nodeId, toPort: to.port };
  const types = carried.compare(link, ports);
  const mend = () => {
    const way = planConversion({ ...from, config: {}, port: output }, input, known());
    return adviseConverters(way.map(({ type }) => type.descriptor.type), "and");
  };
  const isSound = types?.found.kind === "audio" && types.wanted.kind === "audio";
  if (types === undefined || (!types.fit && !isSound)) {
    const fitting = to.descriptor.inputs.flatMap(expandPort).filter((toPort) =>
      carried.without(link).compare({ ...link, toPort })?.fit === true
    );
    const hint = fitting.length === 0 ? "" : `; inputs of "${to.nodeId}" that take it: ${listSome(fitting)}`;
    const actual = types?.found.type ?? output.type;
    const expected = types?.wanted.type ?? input.type;
    const message =
      `${attemptOf(from, to)}: the output carries ${actual}${origin(types?.found, from)}, wanted ${expected}` +
      `${origin(types?.wanted, to)}${hint}${
        output.kind === input.kind || isOpen(output) || isOpen(input) ? "" : mend()
      }`;
    const details = { nodeId: to.nodeId, port: to.port, available: fitting, expected, actual };
    throw new SluiceError("TypeMismatch", message, details);
  }
  assertChannels(from, to, input, types, known);
  const clash = findGivenClash(output, input);
  if (clash === undefined) return;
  const [actual, expected] = [clash.given.join(" or "), clash.wanted.join(" or ")];
  const message = `${attemptOf(from, to)}: the output gives ${clash.field} ${actual}, wanted ${expected}${mend()}`;
  throw new SluiceError("TypeMismatch", message, { nodeId: to.nodeId, port: to.port, expected, actual });
}

/** @throws {SluiceError} `TypeMismatch` for audio with another number of channels, if both are known */
function assertChannels(
  from: LinkEnd,
  to: LinkEnd,
  input: PortDescriptor,
  types: LinkTypes,
  known: () => readonly AnyNodeType[],
): void {
  const channels = findChannelClash(types, input);
  if (channels === undefined) return;
  const converters = known().map(({ descriptor }) => descriptor).filter((each) => each.converts.includes("channels"))
    .map(({ type }) => type);
  const mend = converters.length === 0 ? "" : `; put a node between that converts them: ${listNames(converters)}`;
  const actual = plural(channels.found, "channel");
  const wanted = channels.wanted.join(" or ");
  const message = `${attemptOf(from, to)}: the output has ${actual}${origin(types.found, from)}, wanted ${wanted}${
    types.fit ? "" : origin(types.wanted, to)
  }${mend}`;
  const expected = wanted === "1" ? "1 channel" : `${wanted} channels`;
  const details = { nodeId: to.nodeId, port: to.port, available: converters, expected, actual };
  throw new SluiceError("TypeMismatch", message, details);
}

/** Returns a field of which an output gives no value that an input accepts. */
function findGivenClash(
  { gives = {} }: PortDescriptor,
  { accepts = {} }: PortDescriptor,
): { readonly field: FormatField; readonly given: Values; readonly wanted: Values } | undefined {
  for (const field of FORMAT_FIELDS) {
    const [given, wanted] = [listOf(gives[field]), listOf(accepts[field])];
    if (given && wanted && !given.some((each) => wanted.includes(each))) return { field, given, wanted };
  }
  return undefined;
}

/** Names the port that determines a generic type: ` (from "meter.levels")`, ` (for "show.levels")`. */
function origin(type: CarriedType | undefined, end: LinkEnd): string {
  if (type === undefined || type.origin === `${end.nodeId}.${end.port}`) return "";
  return ` (${type.direction === "output" ? "from" : "for"} "${type.origin}")`;
}

/** Explains why a dynamic port has no element of a possible name, and what to do. */
function describeAbsent(port: PortDescriptor, type: string, element: string): string {
  const names = expandPort(port);
  const { max } = port.dynamic!;
  if (names.length >= max) {
    const has = `it has ${listSome(names)}, which it begins with or which links name`;
    return `the dynamic ${port.direction} "${port.name}" of "${type}" takes ${plural(max, "element")} at most: ${has}`;
  }
  const call = port.direction === "input" ? "addInput()" : "addOutput()";
  return `the dynamic ${port.direction} "${port.name}" of "${type}" has no such element now; elements: ` +
    `${listSome(names)}; add one by ${call}, or name it when the node is added: { ports: ["${element}"] }`;
}

function findChannelClash(
  { found: { channels: found }, wanted: { channels: wanted }, fit }: LinkTypes,
  { accepts }: PortDescriptor,
): { found: number; wanted: readonly (number | string)[] } | undefined {
  if (found === undefined) return undefined;
  if (!fit) return { found, wanted: [wanted!] };
  if (accepts?.channels === undefined) return undefined;
  const refused = findClash({ kind: "audio", sampleRateHz: 0, channels: found }, { channels: accepts.channels });
  return refused && { found, wanted: refused.wanted };
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** Returns the error for an id without a link. @param nodes of the graph: it may be the address of a port of one */
export function linkNotFound(
  id: unknown,
  nodes: { has(id: NodeId): boolean },
  available: readonly string[],
): SluiceError {
  const hint = typeof id !== "string"
    ? "; wanted an id, as connect() gives it and runtime.links() has it"
    : id.includes(".") && nodes.has(id.split(".", 1)[0] as NodeId)
    ? `; those at a port: runtime.links(${JSON.stringify(id)})`
    : "";
  const message = `Cannot find link ${describeName(id)}; links: ${listSome(available)}${hint}`;
  return new SluiceError("LinkNotFound", message, { available });
}
