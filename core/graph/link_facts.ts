/**
 * The facts about a link that follow from its ends: its ports, its policy and its capacity.
 *
 * @module
 */
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import { meet } from "../descriptor/open_ports.ts";
import { type NodeId, portAddress } from "../ids.ts";
import { linkOptions, type LinkWait } from "../links/link_options.ts";
import type { GraphMode, LinkCapacity, LinkOptions } from "../links/policy.ts";
import type { CarryingGraph, LinkPorts } from "./carried_types.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";
import { knownInput } from "./known_formats.ts";
import { attemptOf, endsOf, type LinkEnd, resolvePort } from "./link_rules.ts";

/** The graph of the link. */
interface LinkedGraph extends Pick<CarryingGraph, "nodes"> {
  readonly mode: GraphMode;
  /** Capacity of links without one of their own. */
  readonly capacity: LinkCapacity;
}

/** The policy and the capacity of a link. */
type LinkRoom = Pick<LinkEntry, "policy" | "capacity">;

/** Returns the ports, policy and capacity of a link that follow from the current nodes at its ends. */
export function factsOf(graph: LinkedGraph, link: LinkEntry): LinkPorts & LinkRoom {
  const [from, to] = endsOf(graph, link);
  const ports = portsBetween(graph, from, to);
  return { ...ports, ...roomBetween(graph, from, to, ports.output, link.asked) };
}

/**
 * Returns the ports at the ends of a link, with the formats that the input's node accepts; an open end gets the kind of
 * the other.
 *
 * @throws {SluiceError} `PortNotFound`
 */
export function portsBetween({ nodes }: Pick<LinkedGraph, "nodes">, from: LinkEnd, to: LinkEnd): LinkPorts {
  const output = resolvePort(from, "output");
  const input = resolvePort(to, "input");
  return meet(output, knownInput(nodes.get(to.nodeId as NodeId)!, input));
}

/**
 * Returns the policy and the capacity of a link.
 *
 * @param asked the options of the link
 * @throws {SluiceError} as {@linkcode linkOptions}
 */
export function roomBetween(
  { nodes, mode, capacity }: LinkedGraph,
  from: LinkEnd,
  to: LinkEnd,
  output: PortDescriptor,
  asked: LinkOptions,
): LinkRoom {
  const [source, target] = [from, to].map(({ nodeId, port }) => portAddress(nodeId as NodeId, port));
  return linkOptions(attemptOf(from, to), asked, output, mode, {
    usual: capacity,
    from: source,
    to: target,
    records: to.descriptor.records,
    waits: waitBefore(nodes.get(to.nodeId as NodeId)!, mode),
  });
}

/** Returns the wait on the links into a node; `undefined` for a node that does not delay. */
export function waitBefore(
  { type, config }: Pick<NodeEntry, "type" | "config">,
  mode: GraphMode,
): LinkWait | undefined {
  const { delays, config: { properties } } = type.descriptor;
  if (delays !== true) return undefined;
  const numberOf = (key: string, otherwise: number) => {
    const value = config[key] ?? properties[key]?.default;
    return typeof value === "number" ? value : otherwise;
  };
  // Offline, a delay changes times but holds no frame back.
  return { ms: mode === "offline" ? 0 : numberOf("delayMs", 0), frames: numberOf("delayFrames", 1) };
}
