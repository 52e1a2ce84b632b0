/**
 * The rules for a node that takes the place of another one: the ports that it gets, and whether the links of the old
 * node fit them. Errors name the replacement: `Cannot replace node "a" (gain) by a mixer: …`.
 *
 * @module
 */
import { elementsByPort, takeElements } from "../descriptor/dynamic_ports.ts";
import { inferredKind, withKind } from "../descriptor/open_ports.ts";
import { SluiceError } from "../errors.ts";
import { isHidden, type NodeId } from "../ids.ts";
import { laneOf } from "../placement/lane_choice.ts";
import type { LaneOptions } from "../placement/lane_options.ts";
import { type AnyNodeType, sizedType, withDescriptor } from "../registry/node_type.ts";
import { CarriedTypes, type CarryingGraph } from "./carried_types.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";
import { portsBetween } from "./link_facts.ts";
import { assertLinkable, endsOf } from "./link_rules.ts";
import { assertDelayed, type LoopGraph } from "./order.ts";

/** @throws {SluiceError} `InvalidGraph` for a type that the lane of the old node cannot run */
export function assertLaneRuns(
  lanes: { readonly [name: string]: LaneOptions },
  old: NodeEntry,
  type: AnyNodeType,
): void {
  const lane = laneOf(old.id, type.descriptor, old.lane, lanes, new Map());
  const [isNative, wasNative] = [type, old.type].map(({ descriptor }) => descriptor.lane === "native");
  if (lane === old.lane && isNative === wasNative) return;
  if ((type.program === undefined) !== (old.type.program === undefined)) {
    const how = old.type.program === undefined
      ? "it does not run in a process of its own, and this one would"
      : "it runs in a process of its own, and this one would not";
    const message = `${replacement(old, type)}: ${how}; remove the node and add it again`;
    throw new SluiceError("InvalidGraph", message, { nodeId: old.id });
  }
  throw new SluiceError(
    "InvalidGraph",
    `${replacement(old, type)}: it runs on lane "${old.lane}", which cannot run that type`,
    { nodeId: old.id },
  );
}

/**
 * Sizes the type of the replacing node: with all ports of the old node if the types are equal, else with the linked
 * ones.
 *
 * @throws {SluiceError} `PortNotFound`, `TypeMismatch` or `InvalidGraph` for a port that the type cannot have
 */
export function typeAfter(
  { connections }: CarryingGraph,
  old: NodeEntry,
  type: AnyNodeType,
  config: Record<string, unknown>,
): AnyNodeType {
  return naming(old, type, () => {
    if (type.descriptor.type === old.type.descriptor.type) {
      const sized = sizedType(old.id, type, config, []);
      const told = withKind(sized.descriptor, inferredKind(old.type.descriptor));
      const descriptor = takeElements(told, elementsByPort(old.type.descriptor));
      return descriptor === sized.descriptor ? sized : withDescriptor(sized, descriptor);
    }
    // A link from the node to itself names two ports.
    const wanted = [
      ...connections.intoNode(old.id).map(({ toPort, input: { of, kind } }) =>
        of === undefined ? toPort : { input: toPort, kind }
      ),
      ...connections.fromNode(old.id).filter(({ id }) => !isHidden(id)).map(({ fromPort, output: { of, kind } }) =>
        of === undefined ? fromPort : { output: fromPort, kind }
      ),
    ];
    return sizedType(old.id, type, config, wanted);
  });
}

/**
 * Checks that the links of the old node fit the type of the node that is in its place now.
 *
 * @throws {SluiceError} `PortNotFound`, `TypeMismatch`, `CycleWithoutDelay`
 */
export function assertLinksFit(
  graph: CarryingGraph & LoopGraph<LinkEntry>,
  old: NodeEntry,
  { id, type }: NodeEntry,
  known: () => readonly AnyNodeType[],
): void {
  for (const link of graph.connections.at(id)) {
    naming(old, type, () => assertFits(graph, link, known));
  }
  if (old.type.descriptor.delays !== true || type.descriptor.delays === true) return;
  for (const link of graph.connections.fromNode(id)) assertDelayed(graph, replacement(old, type), link, "leaves");
}

/**
 * Returns the links to hidden nodes that do not fit the type of the node that is in the old one's place now: whoever
 * looks on stands in no edit's way.
 */
export function unfitHidden(graph: CarryingGraph, id: NodeId, known: () => readonly AnyNodeType[]): LinkEntry[] {
  return graph.connections.fromNode(id).filter((link) => {
    if (!isHidden(link.id)) return false;
    try {
      assertFits(graph, link, known);
      return false;
    } catch {
      return true;
    }
  });
}

function assertFits(graph: CarryingGraph, link: LinkEntry, known: () => readonly AnyNodeType[]): void {
  const [from, to] = endsOf(graph, link);
  assertLinkable(from, to, portsBetween(graph, from, to), new CarriedTypes(graph, link), known);
}

/** Returns the start of messages about a replacement. */
function replacement(old: NodeEntry, type: AnyNodeType): string {
  return `Cannot replace node "${old.id}" (${old.type.descriptor.type}) by a ${type.descriptor.type}`;
}

/** Runs a step of a replacement, and names the replacement in its errors. */
function naming<T>(old: NodeEntry, type: AnyNodeType, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause;
    const { code, message, nodeId, port, available } = cause;
    throw new SluiceError(code, `${replacement(old, type)}: ${message}`, { nodeId, port, available, cause });
  }
}
