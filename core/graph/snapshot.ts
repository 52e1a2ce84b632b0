/**
 * Writes a graph down as a graph file, which loads back to the same graph.
 *
 * The file states every choice of the runtime: the mode, the lane of each node, the policy and the capacity of each
 * link. A node's configuration has only the given values, not the defaults of its class.
 *
 * @module
 */
import { initialElements, type NodeDescriptor } from "../descriptor/descriptor.ts";
import { elementNames, elementsOf } from "../descriptor/dynamic_ports.ts";
import type { WantedPort } from "../descriptor/named_ports.ts";
import { SluiceError } from "../errors.ts";
import { portAddress } from "../ids.ts";
import { AUTO_LANE, MAIN_LANE } from "../placement/lane_choice.ts";
import type { LaneOptions } from "../placement/lane_options.ts";
import type { MemoryOptions } from "../pools/memory_budget.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import type { NodeEntry } from "./entries.ts";
import type { Topology } from "../topology.ts";
import { givenOptions, GRAPH_VERSION, type GraphFile, type GraphFileNode, pick, present } from "./schema.ts";

/** The parts of a graph that the file holds. */
export type SnapshotSource = Pick<Topology, "mode" | "shownNodes" | "shownLinks" | "lanes" | "capacity" | "convert">;

/** The options of a runtime that the file holds. */
export interface SnapshotOptions {
  /** Sizes of pools, by name. */
  readonly pools?: { readonly [name: string]: PoolSize };
  /** The memory options of all pools. */
  readonly memory?: MemoryOptions;
  /** True if a live graph ends with its sources. */
  readonly endsWithSources?: boolean;
}

/**
 * Returns the file of the current graph. It shares nothing with the graph.
 *
 * @param options the runtime's options
 * @throws {SluiceError} `InvalidConfig` for a value without a JSON form
 */
export function snapshotGraph(
  graph: SnapshotSource,
  options: SnapshotOptions = {},
): GraphFile {
  const { pools = {}, memory, endsWithSources } = options;
  const nodes = graph.shownNodes;
  const links = graph.shownLinks;
  const ends = links.flatMap(({ fromNode, fromPort, toNode, toPort }) => [
    { node: fromNode, port: fromPort },
    { node: toNode, port: toPort },
  ]);
  const linked = Map.groupBy(ends, ({ node }) => node);
  return {
    version: GRAPH_VERSION,
    mode: graph.mode,
    ...(endsWithSources !== undefined && { endsWithSources }),
    nodes: Object.fromEntries(
      nodes.map((node) => [node.id, fileNode(node, (linked.get(node.id) ?? []).map(({ port }) => port))]),
    ),
    links: links.map(({ fromNode, fromPort, toNode, toPort, policy, capacity }) => ({
      from: portAddress(fromNode, fromPort),
      to: portAddress(toNode, toPort),
      policy,
      capacity,
      // The graph already contains its converters.
      ...(graph.convert === "auto" && { convert: "off" as const }),
    })),
    pools: Object.fromEntries(
      Object.entries(pools).map(([name, size]) => [name, pick(size, ["slotBytes", "slots"])]),
    ),
    ...(typeof graph.capacity !== "function" && graph.capacity !== "byKind" && {
      capacity: structuredClone(graph.capacity),
    }),
    ...(graph.convert === "auto" && { convert: graph.convert }),
    ...(memory?.limit !== undefined && { memory: { limit: memory.limit } }),
    lanes: fileLanes(nodes, graph.lanes),
  };
}

/** @param linked the ports that links name */
function fileNode(node: NodeEntry, linked: readonly string[]): GraphFileNode {
  const { id, type: { descriptor }, config } = node;
  const values = jsonValue(config, (found) => {
    throw new SluiceError(
      "InvalidConfig",
      `Cannot write node "${id}" (${descriptor.type}) to a graph file: its configuration holds ${found}, which JSON ` +
        "has no words for; give it plain values",
      { nodeId: id },
    );
  });
  return {
    type: descriptor.type,
    config: values as { readonly [key: string]: unknown },
    lane: writtenLane(node),
    ...givenOptions(node),
    ...filePorts(descriptor, linked),
  };
}

/** Returns the elements of dynamic ports that neither the class nor a link creates. */
function filePorts(descriptor: NodeDescriptor, linked: readonly string[]): Pick<GraphFileNode, "ports"> {
  const ports = [...descriptor.inputs, ...descriptor.outputs].filter((port) => port.dynamic !== undefined);
  const said = ports.flatMap((port): readonly WantedPort[] => {
    const own = Object.entries(elementsOf(port).named ?? {});
    if (own.length > 0) return own.map(([name, kind]) => ({ [port.direction]: name, kind }));
    const given = new Set([...linked, ...initialElements(port.dynamic!).numbers.map((n) => `${port.name}_${n}`)]);
    return elementNames(port).filter((name) => !given.has(name));
  });
  return said.length === 0 ? {} : { ports: said };
}

/** Returns the lane of a node in the file: `auto` if the runtime has chosen the lane. */
function writtenLane({ lane, autoPlaced }: NodeEntry): string {
  return autoPlaced ? AUTO_LANE : lane;
}

/** Returns the declared and the used lanes, each with its kind. */
function fileLanes(
  nodes: readonly NodeEntry[],
  declared: SnapshotSource["lanes"],
): { [name: string]: LaneOptions } {
  const natives = new Set(nodes.filter(({ type }) => type.descriptor.lane === "native").map(({ lane }) => lane));
  const used = nodes.filter(({ autoPlaced }) => !autoPlaced).map(({ lane }) => lane);
  const names = new Set([...Object.keys(declared), ...used]);
  return Object.fromEntries([...names].map((name): [string, LaneOptions] => {
    if (name === AUTO_LANE) return [name, {}];
    const options = Object.hasOwn(declared, name) ? declared[name] : {};
    const needed = name === MAIN_LANE ? "main" : natives.has(name) ? "native" : "worker";
    const { priority, cpus } = options;
    return [name, present({ kind: options.kind ?? needed, priority, cpus: cpus && [...cpus] })];
  }));
}

/**
 * Copies a value with a JSON form; leaves out keys whose value is `undefined`.
 *
 * @param refuse is called for a value without a JSON form
 */
function jsonValue(value: unknown, refuse: (found: string) => never): unknown {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((each) => jsonValue(each, refuse));
  const prototype = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Object.prototype || prototype === null) {
    const entries = Object.entries(value as object).filter(([, each]) => each !== undefined);
    return Object.fromEntries(entries.map(([key, each]) => [key, jsonValue(each, refuse)]));
  }
  if (typeof value === "number") return refuse(String(value));
  return refuse(`a value of type ${prototype === undefined ? typeof value : value!.constructor?.name ?? "object"}`);
}
