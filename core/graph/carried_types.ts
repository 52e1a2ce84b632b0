/**
 * Resolves the type parameters of generic node types. A generic port carries the type of its links: a node `valve` with
 * an input and an output of type `F` hands `F` on, and the links at either port determine it. A node whose type leaves
 * its kind of frames open gets that of its links, as long as they determine it.
 *
 * Each link is an equation between the types at its two ends. Unification (J. A. Robinson, 1965) solves the equations,
 * over the nodes that generic ports join.
 *
 * @module
 */
import { expandPort, findPort, type PortDescriptor } from "../descriptor/descriptor.ts";
import { frameTypeOf, inferredKind, isChosen, withKind } from "../descriptor/open_ports.ts";
import type { FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import type { NodeId } from "../ids.ts";
import { withDescriptor } from "../registry/node_type.ts";
import type { ConnectionManager } from "./connection_manager.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";

/** The two ends of a link. */
export interface CarryingLink {
  readonly fromNode: string;
  readonly fromPort: string;
  readonly toNode: string;
  readonly toPort: string;
}

/** A graph, as far as it determines the types of its links. */
export interface CarryingGraph {
  readonly nodes: ReadonlyMap<NodeId, NodeEntry>;
  readonly connections: ConnectionManager<LinkEntry>;
}

/** The type of a port's frames, as far as the links of its graph determine it. */
export interface CarriedType {
  /** The frame type, as messages show it: `DataFrame<LevelReading>`. */
  readonly type: string;
  /** The port that determines the type, as `node.port`: the port itself unless it is generic. */
  readonly origin: string;
  /** The direction of frames at that port. */
  readonly direction: "input" | "output";
  /** The kind of the frames; absent if no link determines it. */
  readonly kind?: FrameKind;
  /** As in {@linkcode PortDescriptor}; `unknown` if nothing determines it. */
  readonly schema?: string;
  /** As in {@linkcode PortDescriptor}. */
  readonly valueSchema?: PortDescriptor["valueSchema"];
  /** As in {@linkcode PortDescriptor}. */
  readonly struct?: PortDescriptor["struct"];
  /** As in {@linkcode PortDescriptor}. */
  readonly channels?: number;
}

/** The types at the ends of a link, as the other links determine them. */
export interface LinkTypes {
  readonly found: CarriedType;
  readonly wanted: CarriedType;
  /** True if the two types can be the same. */
  readonly fit: boolean;
}

/** The ports at the ends of a link. */
export interface LinkPorts {
  readonly output: PortDescriptor;
  readonly input: PortDescriptor;
}

/**
 * A type. `Pair<T,number>` has a name and arguments; a parameter belongs to one node. The type of a port has its kind
 * as the name and its type argument as the argument, or is a parameter that replaces both.
 */
interface Term {
  readonly name: string;
  readonly terms: readonly Term[];
  /** For a parameter: its node. */
  readonly node?: string;
  /** For a parameter that replaces a whole frame type: the kinds that it may have. */
  readonly frames?: readonly FrameKind[];
  /** The port that the term comes from. */
  readonly port: PortDescriptor;
  readonly address: string;
}

/** Types that fit every other. */
const UNKNOWN = "unknown";

/**
 * The types that the ports of a graph carry. Inspects the links around a port once, when the port is asked for.
 * {@linkcode CarriedTypes.compare} adds later links; after any other change of the graph make a new object.
 */
export class CarriedTypes {
  readonly #graph: CarryingGraph;
  /** A link to ignore. */
  readonly #except: CarryingLink | undefined;
  readonly #solution = new Solution();
  /** Nodes whose links are in the solution. */
  readonly #known = new Set<string>();

  /** @param except a link to ignore, such as the one being checked */
  constructor(graph: CarryingGraph, except?: CarryingLink) {
    this.#graph = graph;
    this.#except = except;
  }

  /**
   * Compares the types at the ends of a link to make, with the types that other links give to generic ports. If they
   * fit, the link counts from then on.
   *
   * @param ports the ports at its ends
   * @returns `undefined` if a port is missing, or if the two have no kind in common
   */
  compare(link: CarryingLink, ports: LinkPorts | undefined = portsOf(this.#graph, link)): LinkTypes | undefined {
    if (ports === undefined || !shareKind(ports)) return undefined;
    const { output, input } = ports;
    const found = this.of(link.fromNode, link.fromPort, output);
    const wanted = this.of(link.toNode, link.toPort, input);
    if (!isGeneric(output) && !isGeneric(input) && argumentOf(output) === argumentOf(input)) {
      return { found, wanted, fit: true };
    }
    const { from, to } = termsAt(link, ports);
    return { found, wanted, fit: this.#solution.unify(from, to) };
  }

  /** Returns the type of a node's port, as far as the links determine it. The port must exist. */
  of(node: string, port: string, descriptor: PortDescriptor): CarriedType {
    if (!isGeneric(descriptor)) return ownType(`${node}.${port}`, descriptor);
    this.#lookAround(node);
    return this.#solution.describe(termOf(node, port, descriptor));
  }

  /** Returns the kind of a node's frames that the links determine; `undefined` if none do, or if its type fixes it. */
  kindOf({ id, type: { descriptor } }: NodeEntry): FrameKind | undefined {
    const port = [...descriptor.inputs, ...descriptor.outputs].find(isChosen);
    if (port === undefined) return undefined;
    const [name = port.name] = expandPort(port);
    return this.of(id, name, port).kind;
  }

  /** Returns the types anew, without the links that `compare()` has added. @param link a link to ignore */
  without(link?: CarryingLink): CarriedTypes {
    return new CarriedTypes(this.#graph, link);
  }

  /** Adds all links that generic ports join to a node. */
  #lookAround(start: string): void {
    if (this.#known.has(start)) return;
    const found = new Set([start]);
    for (const node of found) {
      this.#known.add(node);
      for (const link of this.#graph.connections.at(node as NodeId)) {
        if (link.toNode === this.#except?.toNode && link.toPort === this.#except.toPort) continue;
        const ports = portsOf(this.#graph, link);
        if (ports === undefined || !shareKind(ports)) continue;
        const ends = termsAt(link, ports);
        const [own, other, otherNode] = link.fromNode === node
          ? [ends.from, ends.to, link.toNode]
          : [ends.to, ends.from, link.fromNode];
        if (!isGeneric(own.port)) continue;
        this.#solution.unify(ends.from, ends.to);
        if (isGeneric(other.port) && !this.#known.has(otherNode)) found.add(otherNode);
      }
    }
  }
}

function isGeneric(port: PortDescriptor): boolean {
  return port.generic !== undefined;
}

/** Equations, solved as far as possible. */
class Solution {
  /** The values of parameters, by node and name. */
  readonly #bound = new Map<string, Term>();
  /** The kinds that parameters may have, where equal parameters allow fewer kinds than their own. */
  readonly #frames = new Map<string, readonly FrameKind[]>();

  /** Makes two types equal. @returns true if they can be */
  unify(one: Term, two: Term): boolean {
    const a = this.#resolve(one);
    const b = this.#resolve(two);
    if (a.node !== undefined && a.node === b.node && a.name === b.name) return true;
    if (a.node === undefined && b.node === undefined) {
      if (a.name === UNKNOWN || b.name === UNKNOWN) return true;
      return a.name === b.name && a.terms.length === b.terms.length &&
        a.terms.every((each, at) => this.unify(each, b.terms[at]));
    }
    const [parameter, value] = a.node === undefined ? [b, a] : [a, b];
    if (value.node === undefined && value.name === UNKNOWN) return true;
    if (this.#contains(value, parameter) || !this.#narrow(parameter, value)) return false;
    this.#bound.set(keyOf(parameter), withOpenArgument(parameter, value));
    return true;
  }

  /** Describes the type of a generic port's term. */
  describe(term: Term): CarriedType {
    const { port, address } = term;
    const frame = this.#resolve(term);
    if (frame.node !== undefined) {
      return { type: frameTypeOf(this.#framesOf(frame)), origin: address, direction: port.direction };
    }
    const kind = frame.name as FrameKind;
    const inner = this.#resolve(frame.terms[0]);
    const argument = this.#textOf(inner);
    const isKnown = inner.node === undefined;
    const told = isKnown ? inner : port.generic?.frames === undefined ? term : frame;
    const name = KIND_FACTS[kind].frame;
    const takes = KIND_FACTS[kind].argument;
    return {
      type: argument === UNKNOWN ? name : `${name}<${argument}>`,
      origin: told.address,
      direction: told.port.direction,
      kind,
      ...((takes === "value" || takes === "fields") && { schema: argument }),
      ...(kind === "data" && isKnown && inner.port.struct && { struct: inner.port.struct }),
      ...(isKnown && argumentOf(inner.port) === argument && schemaOf(inner.port)),
      ...(kind === "audio" && /^\d+$/.test(argument) && { channels: Number(argument) }),
    };
  }

  /** Restricts a parameter to the kinds of another one. @returns true if a common kind is left */
  #narrow(parameter: Term, value: Term): boolean {
    if (parameter.frames === undefined) return true;
    const frames = this.#framesOf(parameter);
    if (value.node === undefined) return frames.includes(value.name as FrameKind);
    const common = this.#framesOf(value).filter((kind) => frames.includes(kind));
    this.#frames.set(keyOf(value), common);
    return common.length > 0;
  }

  #framesOf(parameter: Term): readonly FrameKind[] {
    return this.#frames.get(keyOf(parameter)) ?? parameter.frames!;
  }

  #textOf(term: Term): string {
    const { name, terms, node } = this.#resolve(term);
    if (node !== undefined) return UNKNOWN;
    return terms.length === 0 ? name : `${name}<${terms.map((each) => this.#textOf(each)).join(",")}>`;
  }

  #resolve(term: Term): Term {
    let resolved = term;
    while (resolved.node !== undefined) {
      const next = this.#bound.get(keyOf(resolved));
      if (next === undefined) break;
      resolved = next;
    }
    // Shortens the way for the next look-up.
    if (term.node !== undefined && resolved !== term) this.#bound.set(keyOf(term), resolved);
    return resolved;
  }

  /** True if a type contains a parameter, which then cannot have that type as its value. */
  #contains(term: Term, parameter: Term): boolean {
    const resolved = this.#resolve(term);
    if (resolved.node !== undefined) return resolved.node === parameter.node && resolved.name === parameter.name;
    return resolved.terms.some((each) => this.#contains(each, parameter));
  }
}

/** Returns the value of a frame-type parameter, with an unknown type argument left open for other links. */
function withOpenArgument({ name, node, frames }: Term, value: Term): Term {
  const [argument] = value.terms;
  if (frames === undefined || value.node !== undefined || argument.name !== UNKNOWN) return value;
  return { ...value, terms: [{ ...argument, name: `argument of ${name}`, node }] };
}

function keyOf({ node, name }: Term): string {
  return `${node}.${name}`;
}

/** @returns `undefined` if a port is missing */
function portsOf(graph: CarryingGraph, link: CarryingLink): LinkPorts | undefined {
  const find = (node: string, port: string, direction: "input" | "output") => {
    const descriptor = graph.nodes.get(node as NodeId)?.type.descriptor;
    return descriptor && findPort(descriptor, port, direction);
  };
  const output = find(link.fromNode, link.fromPort, "output");
  const input = find(link.toNode, link.toPort, "input");
  return output === undefined || input === undefined ? undefined : { output, input };
}

function termsAt(link: CarryingLink, { output, input }: LinkPorts): { from: Term; to: Term } {
  return { from: termOf(link.fromNode, link.fromPort, output), to: termOf(link.toNode, link.toPort, input) };
}

/** Returns the type argument of a port's frames, as text. */
function argumentOf({ generic, channels, schema = UNKNOWN }: PortDescriptor): string {
  return generic?.argument ?? (channels === undefined ? schema : String(channels));
}

/** Returns the type of a port that is not generic, independent of its links. */
function ownType(address: string, port: PortDescriptor): CarriedType {
  const { type, direction, kind, schema, struct, channels } = port;
  return {
    type,
    origin: address,
    direction,
    kind,
    ...(schema !== undefined && { schema }),
    ...schemaOf(port),
    ...(kind === "data" && struct && { struct }),
    ...(kind === "audio" && channels !== undefined && { channels }),
  };
}

/** Returns the schema of a port's values. */
function schemaOf({ valueSchema }: PortDescriptor): Pick<CarriedType, "valueSchema"> {
  return valueSchema === undefined ? {} : { valueSchema };
}

function termOf(node: string, name: string, port: PortDescriptor): Term {
  const address = `${node}.${name}`;
  const { generic, kind } = port;
  if (generic?.frames !== undefined) {
    return { name: generic.argument, terms: [], node, frames: generic.frames, port, address };
  }
  const { term } = readTerm(argumentOf(port), 0, (name, terms) => {
    const isParameter = terms.length === 0 && generic?.parameters.includes(name) === true;
    return { name, terms, port, address, ...(isParameter && { node }) };
  });
  return { name: kind, terms: [term], port, address };
}

/** True if the ends of a link may carry frames of one kind, independent of other links. */
function shareKind({ output, input }: LinkPorts): boolean {
  const kinds = input.generic?.frames ?? [input.kind];
  return (output.generic?.frames ?? [output.kind]).some((kind) => kinds.includes(kind));
}

/** Reads `Pair<T,number>` from a position on. */
function readTerm(
  text: string,
  start: number,
  make: (name: string, terms: readonly Term[]) => Term,
): { readonly term: Term; readonly end: number } {
  let at = start;
  while (at < text.length && !"<,>".includes(text[at])) at++;
  const name = text.slice(start, at);
  const terms: Term[] = [];
  if (text[at] === "<") {
    do {
      const inner = readTerm(text, at + 1, make);
      terms.push(inner.term);
      at = inner.end;
    } while (text[at] === ",");
    at++;
  }
  return { term: make(name, terms), end: at };
}

/**
 * Gives a kind to a node, and to all nodes that ports of open kind join to it.
 *
 * @returns the nodes that change, with that kind, and their links of frames of that kind, as they were
 */
export function spreadKind(
  graph: CarryingGraph,
  start: NodeId,
  kind: FrameKind | undefined,
): { readonly nodes: readonly NodeEntry[]; readonly links: ReadonlySet<LinkEntry> } {
  const nodes: NodeEntry[] = [];
  const links = new Set<LinkEntry>();
  const found = new Set([start]);
  for (const id of found) {
    const node = graph.nodes.get(id);
    const descriptor = node && withKind(node.type.descriptor, kind);
    if (descriptor === undefined || inferredKind(descriptor) !== kind || descriptor === node!.type.descriptor) continue;
    nodes.push({ ...node!, type: withDescriptor(node!.type, descriptor) });
    for (const link of graph.connections.at(id)) {
      const [own, other] = link.fromNode === id ? [link.output, link.toNode] : [link.input, link.fromNode];
      if (!isChosen(own)) continue;
      links.add(link);
      found.add(other);
    }
  }
  return { nodes, links };
}
