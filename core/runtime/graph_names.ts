/**
 * The types, ports and links of a graph by name: by id, by an output or by an input.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { NodeRegistry } from "../registry/node_registry.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { Topology } from "../topology.ts";
import { expandPort, findPort, type NodeDescriptor } from "../descriptor/descriptor.ts";
import { isOpen, kindsOf } from "../descriptor/open_ports.ts";
import type { FrameKind } from "../frames/format.ts";
import { isHidden, type LinkId, type NodeId, type PortAddress, portAddress, splitAddress } from "../ids.ts";
import { describeName } from "../errors/describe_value.ts";
import { kindOf } from "../errors/kind_of.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import type { Frame } from "../frames/frame.ts";
import type { LinkEntry } from "../graph/entries.ts";
import type { LinkPolicy } from "../links/policy.ts";
import type { InputRef, OutputRef } from "../registry/handle.ts";
import { assertRefsOf, makeRef } from "../registry/make_handle.ts";

/** @throws {SluiceError} `NodeTypeNotFound` */
export function findType(registry: NodeRegistry | undefined, type: string): AnyNodeType {
  if (registry !== undefined) return registry.get(type);
  throw new SluiceError(
    "NodeTypeNotFound",
    `Cannot find node type "${type}": the runtime has no registry; pass one as new Runtime({ registry })`,
  );
}

/**
 * Returns the types of the registry; without one, those of the packages of the graph's nodes, and of the packages in
 * these.
 */
export function knownTypes(registry: NodeRegistry | undefined, { shownNodes }: Topology): readonly AnyNodeType[] {
  if (registry !== undefined) return registry.list();
  const packages = new Set(shownNodes.flatMap(({ type }) => type.package ?? []));
  // The loop also visits packages added during it.
  for (const each of packages) for (const inner of each.packages ?? []) packages.add(inner);
  return [...packages].flatMap((each) => each.nodes);
}

/** One port of a node in a graph. */
export interface PortInfo {
  /** `audio`, or `audioIn_3` for an element of an array or a dynamic port. */
  readonly name: string;
  /** `node.port`. */
  readonly address: PortAddress;
  /** The direction of frames. */
  readonly direction: "input" | "output";
  /** The kind of its frames; absent if its links determine the kind and have not yet. */
  readonly kind?: FrameKind;
  /** The kinds of frames that it may carry, as far as its links determine them: one if `kind` is known. */
  readonly kinds: readonly FrameKind[];
  /** The frame type, as written: `AudioFrame<2>`. */
  readonly type: string;
  /** True if the graph may leave it without a link. Present for inputs only: every output may be left. */
  readonly optional?: boolean;
  /** The links of the port. */
  readonly links: readonly LinkId[];
  /** The doc comment of the port. */
  readonly doc: string;
}

/** Returns the ports of a node, inputs first. @throws {SluiceError} `NodeNotFound` */
export function portsOf(topology: Topology, nodeId: string): PortInfo[] {
  const { id, type } = topology.node(nodeId);
  return [...type.descriptor.inputs, ...type.descriptor.outputs].flatMap((port) =>
    expandPort(port).map((name) => ({
      name,
      address: portAddress(id, name),
      direction: port.direction,
      ...(!isOpen(port) && { kind: port.kind }),
      kinds: kindsOf(port),
      type: topology.carried.of(id, name, port).type,
      ...(port.direction === "input" && { optional: port.optional || port.array !== undefined }),
      links: port.direction === "output"
        ? topology.linksFrom(id, name).map((link) => link.id).filter((link) => !isHidden(link))
        : [topology.linkInto(id, name)?.id].filter((link) => link !== undefined),
      doc: port.doc,
    }))
  );
}

/** A link of a graph. `F`: the type of its frames. */
export interface LinkRef<F extends Frame = Frame> {
  /** Its id. */
  readonly id: LinkId;
  /** The output that it leads from. */
  readonly from: OutputRef<F>;
  /** The input that it leads to. */
  readonly to: InputRef<F>;
  /** Its policy when it is full. */
  readonly policy: LinkPolicy;
  /** Its capacity in frames. */
  readonly capacity: number;
}

/**
 * Returns the links at a port, or all links, in the order in which they were made.
 *
 * @param owner the runtime of the references
 * @param port a reference, or an address: `node.port`
 * @throws {SluiceError} `InvalidGraph` for a port of another runtime or a text that is no address; `NodeNotFound`;
 * `PortNotFound` for an address without a port of the node, or a value that is no port
 */
export function linksAt<F extends Frame>(
  topology: Topology,
  owner: object,
  port?: OutputRef<F> | InputRef<F> | string,
): LinkRef<F>[] {
  if (port === undefined) return topology.shownLinks.map((link) => refOf(link, owner));
  const end = typeof port === "string" ? splitAddress(port) : port;
  assertPort(end);
  assertRefsOf(owner, end);
  const { id, type: { descriptor } } = topology.node(end.node);
  // A reference may name a removed element of a dynamic port.
  if (typeof port === "string") assertHasPort(id, descriptor, end.port);
  // A node never has an input and an output of one name.
  const links = [topology.linkInto(id, end.port) ?? [], topology.linksFrom(id, end.port)].flat();
  return links.filter((link) => !isHidden(link.id)).map((link) => refOf(link, owner));
}

/** Returns the link with an id. @throws {SluiceError} `LinkNotFound`, with the ids of all links */
export function linkOf(topology: Topology, owner: object, id: string): LinkRef {
  return refOf(topology.link(id), owner);
}

function assertPort(end: unknown): void {
  const { node, port } = Object(end);
  if (typeof node === "string" && typeof port === "string") return;
  const wanted = 'wanted a port, such as handle.outputs.audio, or an address, such as "mic.audio"';
  throw new SluiceError("PortNotFound", `Cannot find the links of what is ${kindOf(end)}: ${wanted}`);
}

function assertHasPort(node: NodeId, descriptor: NodeDescriptor, port: string): void {
  if (findPort(descriptor, port) !== undefined) return;
  const available = [...descriptor.inputs, ...descriptor.outputs].flatMap(expandPort);
  const message = `Cannot find port ${describeName(`${node}.${port}`)}${didYouMean(port, available)}; ports: ${
    listSome(available)
  }`;
  throw new SluiceError("PortNotFound", message, { nodeId: node, port, available });
}

function refOf<F extends Frame>(link: LinkEntry, owner: object): LinkRef<F> {
  const { id, fromNode, fromPort, toNode, toPort, policy, capacity } = link;
  const from = makeRef(fromNode, "output", fromPort, owner) as OutputRef<F>;
  const to = makeRef(toNode, "input", toPort, owner) as InputRef<F>;
  return { id, from, to, policy, capacity };
}
