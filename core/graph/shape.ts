/**
 * Reads the shape of a graph file: which keys there are and what kind of value each has. Names of node types and ports
 * are not looked up here.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";
import { laneName, type NodeId, nodeId, poolName, type PortAddress, splitAddress } from "../ids.ts";
import { checkLaneOptions } from "../placement/check_lane_options.ts";
import { AUTO_LANE } from "../placement/lane_choice.ts";
import {
  LANE_KINDS,
  LANE_PRIORITIES,
  type LaneKind,
  type LaneOptions,
  type LanePriority,
} from "../placement/lane_options.ts";
import { ISOLATE_MEMORY_MB, type Isolation } from "../placement/isolation.ts";
import type { Schedule } from "../placement/schedule.ts";
import { capacityFault } from "../links/link_options.ts";
import { findCapacityFault } from "../links/capacity.ts";
import {
  CONVERT_CHOICES,
  type ConvertChoice,
  type GraphMode,
  LINK_POLICIES,
  type LinkCapacity,
  type LinkPolicy,
} from "../links/policy.ts";
import type { MemoryOptions } from "../pools/memory_budget.ts";
import type { NodePools } from "../pools/node_pools.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import type { ConfigSchema } from "../descriptor/descriptor.ts";
import { readNamedPort, type WantedPort } from "../descriptor/named_ports.ts";
import { MAX_TIMEOUT_MS } from "../errors/option_check.ts";
import { checkSupervision, type Supervision } from "./supervision.ts";
import { GRAPH_VERSION, MAX_SLOT_BYTES, MAX_SLOTS } from "./document.ts";
import { describeJson, type JsonMember, jsonMembers, type JsonNode, jsonValue } from "./json_tree.ts";
import type { GraphDiagnostics } from "./diagnostics.ts";
import { isObject, type JsonKeys, readKeys, readScalar } from "./shape_readers.ts";

/** A node as it stands in the file. */
export interface ShapedNode {
  readonly id: NodeId;
  /** Offset of the id. */
  readonly offset: number;
  /** `undefined` if the file has none, or a wrong one that was reported. */
  readonly type?: { readonly name: string; readonly offset: number };
  /** Whatever stands there; anything but an object was reported. */
  readonly config?: JsonNode;
  readonly lane?: { readonly name: string; readonly offset: number };
  readonly pool?: { readonly value: NodePools; readonly offset: number };
  /** The file of a sub-graph that stands in the node's place; then there is no type. */
  readonly graph?: { readonly path: string; readonly offset: number };
  /** Values that the places of enclosing sub-graphs set in its configuration; the last one of a key counts. */
  readonly overlays?: readonly JsonNode[];
  readonly supervision?: { readonly value: Supervision; readonly offset: number };
  readonly callTimeoutMs?: number;
  /** Any JSON stands for `cpus`. */
  readonly schedule?: { readonly value: Schedule; readonly offset: number };
  readonly isolation?: { readonly value: Partial<Isolation>; readonly offset: number };
  readonly bypassed?: { readonly value: boolean; readonly offset: number };
  readonly ports?: { readonly value: readonly WantedPort[]; readonly offset: number };
}

/** One end of a link. */
export interface ShapedEnd {
  readonly address: PortAddress;
  readonly node: NodeId;
  readonly port: string;
  readonly offset: number;
}

/** A link as it stands in the file. An end that could not be read was reported. */
export interface ShapedLink {
  readonly offset: number;
  readonly from?: ShapedEnd;
  readonly to?: ShapedEnd;
  readonly policy?: LinkPolicy;
  /** Where it stands. */
  readonly policyOffset?: number;
  readonly capacity?: ShapedGraph["capacity"];
  /** Where it stands. */
  readonly capacityOffset?: number;
  readonly convert?: ConvertChoice;
}

/** Ports of a sub-graph: the name that the graph around it uses, and the port within. */
export type ExposedPorts = ReadonlyMap<string, ShapedEnd>;

/** A file whose shape was read. */
export interface ShapedGraph {
  readonly mode?: GraphMode;
  /** Whether a live graph ends with its sources; `undefined` if the file does not say. */
  readonly endsWithSources?: boolean;
  readonly nodes: ReadonlyMap<string, ShapedNode>;
  readonly links: readonly ShapedLink[];
  readonly pools: { readonly [name: string]: PoolSize };
  /** Where each of them stands. */
  readonly poolOffsets: ReadonlyMap<string, number>;
  /** How much memory all pools may have; `undefined` if the file does not say. */
  readonly memory?: MemoryOptions;
  /** Where that stands. */
  readonly memoryOffset?: number;
  /** How many frames links hold that do not say; `undefined` if the file does not. */
  readonly capacity?: Exclude<LinkCapacity, (link: never) => number>;
  /** Whether links that do not say have nodes put in that convert; `undefined` if the file does not say. */
  readonly convert?: ConvertChoice;
  /** `undefined` if the file declares none. */
  readonly lanes?: { readonly [name: string]: LaneOptions };
  /** What the file exposes where it is a sub-graph. */
  readonly inputs: ExposedPorts;
  readonly outputs: ExposedPorts;
}

const NODE_KEYS = [
  "type",
  "graph",
  "config",
  "lane",
  "pool",
  "supervision",
  "callTimeoutMs",
  "priority",
  "cpus",
  "isolate",
  "isolateMemoryMb",
  "bypassed",
  "ports",
];
const KEYS = [
  "$schema",
  "version",
  "mode",
  "endsWithSources",
  "nodes",
  "links",
  "capacity",
  "convert",
  "pools",
  "memory",
  "lanes",
  "inputs",
  "outputs",
];
const ANY_TEXT: ConfigSchema = { type: "string" };
const CONVERT: ConfigSchema = { enum: [...CONVERT_CHOICES] };
const MODE: ConfigSchema = { enum: ["live", "offline"] };
const NAME: ConfigSchema = { type: "string", minLength: 1 };
const YES_OR_NO: ConfigSchema = { enum: [true, false] };
const TIMEOUT: ConfigSchema = { type: "integer", minimum: 0, maximum: MAX_TIMEOUT_MS };
const POLICY: ConfigSchema = { enum: LINK_POLICIES };
const LANE_KIND: ConfigSchema = { enum: LANE_KINDS };
const ISOLATE: ConfigSchema = { enum: ["process", false] };
const MEMORY_MB: ConfigSchema = {
  type: "integer",
  minimum: ISOLATE_MEMORY_MB[0],
  maximum: ISOLATE_MEMORY_MB[1],
};
const LANE_PRIORITY: ConfigSchema = { enum: LANE_PRIORITIES };
const SLOT_BYTES: ConfigSchema = { type: "integer", minimum: 1, maximum: MAX_SLOT_BYTES };
const LIMIT: ConfigSchema = { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
const SLOTS: ConfigSchema = { type: "integer", minimum: 1, maximum: MAX_SLOTS };
const PORT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Reads the root of a graph file.
 *
 * @returns what could be read, or `undefined` if it is not a graph of a version that is known
 */
export function readShape(root: JsonNode, diagnostics: GraphDiagnostics): ShapedGraph | undefined {
  if (root.type !== "object") {
    const message = `Cannot read graph: found ${describeJson(root)}, wanted an object with "version" and "nodes"`;
    diagnostics.add("InvalidGraph", message, root.offset);
    return undefined;
  }
  const before = diagnostics.errors.length;
  const keys = readKeys(root, "the graph", KEYS, diagnostics);
  const hasStrangeKeys = diagnostics.errors.length > before;
  const version = keys.get("version");
  if (version === undefined) {
    diagnostics.add("InvalidGraph", `Cannot read graph: "version" is missing, wanted ${GRAPH_VERSION}`, root.offset);
  } else if (version.value !== GRAPH_VERSION) {
    const message = `Cannot read graph: "version" is ${describeJson(version)}, wanted ${GRAPH_VERSION}, which is the ` +
      `only version that this Sluice reads`;
    diagnostics.add("InvalidGraph", message, version.offset);
    return undefined;
  }
  readScalar(keys.get("$schema"), `"$schema"`, ANY_TEXT, diagnostics);
  const nodes = keys.get("nodes");
  if (nodes === undefined) {
    diagnostics.add(
      "InvalidGraph",
      `Cannot read graph: "nodes" is missing, wanted an object of nodes by id`,
      root.offset,
    );
  }
  const mode = readScalar(keys.get("mode"), `"mode"`, MODE, diagnostics) as ShapedGraph["mode"];
  return {
    mode,
    endsWithSources: readEnding(keys.get("endsWithSources"), diagnostics),
    nodes: readNodes(nodes, mode, diagnostics),
    // Links under another key are unknown to `readLinks()`.
    links: hasStrangeKeys && !keys.has("links") ? [{ offset: root.offset }] : readLinks(keys.get("links"), diagnostics),
    pools: readNamed(keys.get("pools"), "pools", poolName, readPool, diagnostics) ?? {},
    poolOffsets: offsetsOf(keys.get("pools")),
    ...readMemory(keys.get("memory"), diagnostics),
    capacity: readCapacity(keys.get("capacity"), `"capacity"`, diagnostics),
    convert: readConvert(keys.get("convert"), `"convert"`, diagnostics),
    lanes: readLanes(keys.get("lanes"), diagnostics),
    inputs: readExposed(keys.get("inputs"), "input", diagnostics),
    outputs: readExposed(keys.get("outputs"), "output", diagnostics),
  };
}

function readEnding(node: JsonNode | undefined, diagnostics: GraphDiagnostics): boolean | undefined {
  return readScalar(node, `"endsWithSources"`, YES_OR_NO, diagnostics) as boolean | undefined;
}

/** A live graph may begin empty. */
function readNodes(
  list: JsonNode | undefined,
  mode: GraphMode | undefined,
  diagnostics: GraphDiagnostics,
): Map<string, ShapedNode> {
  const nodes = new Map<string, ShapedNode>();
  if (list === undefined || !isObject(list, `"nodes"`, "an object of nodes by id", diagnostics)) return nodes;
  const members = jsonMembers(list);
  if (members.length === 0 && mode === "offline") {
    const message = `Cannot read graph: "nodes" is empty, wanted at least one node in an offline graph`;
    diagnostics.add("InvalidGraph", message, list.offset);
  }
  for (const member of members) {
    const id = readId(member.name, member.offset, diagnostics);
    const node = readNode(member, diagnostics);
    if (id !== undefined) nodes.set(id, { ...node, id });
  }
  return nodes;
}

function readNode({ name, offset, value }: JsonMember, diagnostics: GraphDiagnostics): Omit<ShapedNode, "id"> {
  const what = `node ${describeValue(name)}`;
  if (!isObject(value, what, `an object with "type"`, diagnostics)) return { offset };
  const keys = readKeys(value, what, NODE_KEYS, diagnostics, '; the keys of its type stand in "config"');
  const read = (key: string, schema: ConfigSchema) => {
    const node = keys.get(key);
    const found = readScalar(node, `"${key}" of ${what}`, schema, diagnostics);
    return found === undefined ? undefined : { value: found, offset: node!.offset };
  };
  const graph = read("graph", NAME);
  checkKind(keys, name, what, offset, diagnostics);
  const [type, lane] = ["type", "lane"].map((key) => read(key, NAME));
  const supervision = keys.get("supervision");
  const policy = supervision && readSupervision(supervision, name, diagnostics);
  const timeout = read("callTimeoutMs", TIMEOUT);
  const bypassed = read("bypassed", YES_OR_NO);
  const config = keys.get("config");
  if (config !== undefined) isObject(config, `"config" of ${what}`, "an object of configuration keys", diagnostics);
  return {
    offset,
    type: named(type),
    graph: graph === undefined || keys.has("type") ? undefined : { path: graph.value as string, offset: graph.offset },
    config,
    lane: named(lane),
    pool: readNodePool(keys.get("pool"), what, keys.has("graph"), diagnostics),
    supervision: policy && { value: policy, offset: supervision!.offset },
    callTimeoutMs: timeout?.value as number | undefined,
    schedule: readSchedule(keys, read("priority", LANE_PRIORITY)),
    isolation: readIsolation(read("isolate", ISOLATE), read("isolateMemoryMb", MEMORY_MB)),
    bypassed: bypassed as ShapedNode["bypassed"],
    ports: readPorts(keys.get("ports"), name, diagnostics),
  };
}

function readIsolation(
  isolate: { readonly value: unknown; readonly offset: number } | undefined,
  memory: { readonly value: unknown; readonly offset: number } | undefined,
): ShapedNode["isolation"] {
  const first = isolate?.value === "process" ? isolate : memory;
  if (first === undefined) return undefined;
  const value = {
    ...(isolate?.value === "process" && { isolate: "process" as const }),
    ...(memory && { isolateMemoryMb: memory.value as number }),
  };
  return { value, offset: first.offset };
}

function readSchedule(
  keys: JsonKeys,
  priority: { readonly value: unknown; readonly offset: number } | undefined,
): ShapedNode["schedule"] {
  const cpus = keys.get("cpus");
  if (cpus === undefined && priority === undefined) return undefined;
  const value = {
    ...(priority && { priority: priority.value as LanePriority }),
    ...(cpus && { cpus: jsonValue(cpus) as readonly number[] }),
  };
  return { value, offset: (cpus ?? priority)!.offset };
}

/** The pool of a node's outputs: one, or, of a node with a type, one for each that is named. */
function readNodePool(
  node: JsonNode | undefined,
  what: string,
  isGraph: boolean,
  diagnostics: GraphDiagnostics,
): ShapedNode["pool"] {
  if (node === undefined) return undefined;
  const isByOutput = node.type === "object" && !isGraph;
  const names = isByOutput ? jsonMembers(node).map(({ value }) => value) : [node];
  const read = names.map((each) => readScalar(each, `"pool" of ${what}`, NAME, diagnostics));
  return read.includes(undefined) ? undefined : { value: jsonValue(node) as NodePools, offset: node.offset };
}

/** The ports that a node is to have beside those that links bring into being. */
function readPorts(list: JsonNode | undefined, id: string, diagnostics: GraphDiagnostics): ShapedNode["ports"] {
  if (list === undefined) return undefined;
  if (list.type !== "array") {
    const message = `Cannot read graph: "ports" of node "${id}" is ${describeJson(list)}, wanted a list of ports`;
    diagnostics.add("InvalidGraph", message, list.offset);
    return undefined;
  }
  for (const each of list.children ?? []) {
    const port = jsonValue(each);
    if (typeof port === "string") continue;
    try {
      readNamedPort(`Cannot read graph: "ports" of node "${id}"`, port);
    } catch (error) {
      diagnostics.addThrown(error, each.offset);
      return undefined;
    }
  }
  return { value: jsonValue(list) as readonly WantedPort[], offset: list.offset };
}

function named(found: { readonly value: unknown; readonly offset: number } | undefined) {
  return found && { name: found.value as string, offset: found.offset };
}

/** A node is of a type, or stands for a sub-graph. */
function checkKind(keys: JsonKeys, nodeId: string, what: string, offset: number, diagnostics: GraphDiagnostics): void {
  const graph = keys.get("graph");
  if (keys.has("type") && graph !== undefined) {
    const message = `Cannot read graph: ${what} has "type" and "graph", wanted one of them`;
    diagnostics.add("InvalidGraph", message, graph.offset, { nodeId });
  } else if (!keys.has("type") && graph === undefined) {
    const message =
      `Cannot read graph: "type" of ${what} is missing, wanted a node type, or "graph" with the file of a ` +
      "sub-graph";
    diagnostics.add("InvalidGraph", message, offset, { nodeId });
  }
}

function readSupervision(node: JsonNode, id: string, diagnostics: GraphDiagnostics): Supervision | undefined {
  try {
    return checkSupervision(jsonValue(node), { id });
  } catch (error) {
    diagnostics.addThrown(error, node.offset);
    return undefined;
  }
}

function readId(name: string, offset: number, diagnostics: GraphDiagnostics): NodeId | undefined {
  try {
    return nodeId(name);
  } catch (error) {
    diagnostics.addThrown(error, offset);
    return undefined;
  }
}

/** Links that cannot be read are replaced by one without ends, so that no error claims that they are missing. */
function readLinks(list: JsonNode | undefined, diagnostics: GraphDiagnostics): ShapedLink[] {
  if (list === undefined) return [];
  if (list.type !== "array") {
    const message = `Cannot read graph: "links" is ${describeJson(list)}, wanted a list of links`;
    diagnostics.add("InvalidGraph", message, list.offset);
    return [{ offset: list.offset }];
  }
  return (list.children ?? []).map((each, index) => readLink(each, index, diagnostics));
}

function readLink(node: JsonNode, index: number, diagnostics: GraphDiagnostics): ShapedLink {
  const what = `link ${index + 1}`;
  const { offset } = node;
  if (!isObject(node, what, `an object with "from" and "to"`, diagnostics)) return { offset };
  const keys = readKeys(node, what, ["from", "to", "policy", "capacity", "convert"], diagnostics);
  const policy = readScalar(keys.get("policy"), `"policy" of ${what}`, POLICY, diagnostics) as LinkPolicy | undefined;
  const capacityNode = keys.get("capacity");
  let capacity = readCapacity(capacityNode, `"capacity" of ${what}`, diagnostics);
  const given = typeof capacity === "number" ? capacity : undefined;
  const fault = policy && capacityFault(policy, `"capacity" of ${what}`, given);
  if (fault !== undefined) {
    diagnostics.add("InvalidGraph", `Cannot read graph: ${fault}`, capacityNode!.offset);
    capacity = undefined;
  }
  const from = readEnd(keys.get("from"), "from", what, offset, diagnostics);
  const to = readEnd(keys.get("to"), "to", what, offset, diagnostics);
  const policyOffset = keys.get("policy")?.offset;
  const convert = readConvert(keys.get("convert"), `"convert" of ${what}`, diagnostics);
  return { offset, from, to, policy, policyOffset, capacity, capacityOffset: capacityNode?.offset, convert };
}

function readEnd(
  node: JsonNode | undefined,
  key: string,
  what: string,
  linkOffset: number,
  diagnostics: GraphDiagnostics,
): ShapedEnd | undefined {
  if (node === undefined) {
    diagnostics.add(
      "InvalidGraph",
      `Cannot read graph: "${key}" of ${what} is missing, wanted "node.port"`,
      linkOffset,
    );
    return undefined;
  }
  const address = readScalar(node, `"${key}" of ${what}`, NAME, diagnostics);
  if (typeof address !== "string") return undefined;
  try {
    return { ...splitAddress(address), address: address as PortAddress, offset: node.offset };
  } catch (error) {
    diagnostics.addThrown(error, node.offset);
    return undefined;
  }
}

function readPool(node: JsonNode, what: string, diagnostics: GraphDiagnostics): PoolSize {
  const keys = readKeys(node, what, ["slotBytes", "slots"], diagnostics);
  const read = (key: string, schema: ConfigSchema) =>
    readScalar(keys.get(key), `"${key}" of ${what}`, schema, diagnostics) as number | undefined;
  const slotBytes = read("slotBytes", SLOT_BYTES);
  const slots = read("slots", SLOTS);
  return { ...(slotBytes !== undefined && { slotBytes }), ...(slots !== undefined && { slots }) };
}

function readMemory(
  node: JsonNode | undefined,
  diagnostics: GraphDiagnostics,
): Pick<ShapedGraph, "memory" | "memoryOffset"> | undefined {
  if (node === undefined || !isObject(node, `"memory"`, `an object with "limit"`, diagnostics)) return undefined;
  const limit = readScalar(
    readKeys(node, "memory", ["limit"], diagnostics).get("limit"),
    `"limit" of memory`,
    LIMIT,
    diagnostics,
  );
  return { memory: limit === undefined ? {} : { limit: limit as number }, memoryOffset: node.offset };
}

function readConvert(
  node: JsonNode | undefined,
  what: string,
  diagnostics: GraphDiagnostics,
): ConvertChoice | undefined {
  return readScalar(node, what, CONVERT, diagnostics) as ConvertChoice | undefined;
}

/** Reads a number, `"byKind"`, or numbers by kind. */
function readCapacity(
  node: JsonNode | undefined,
  what: string,
  diagnostics: GraphDiagnostics,
): ShapedGraph["capacity"] {
  if (node === undefined) return undefined;
  const value = jsonValue(node) as ShapedGraph["capacity"];
  const fault = findCapacityFault(value, what);
  if (fault === undefined) return value;
  diagnostics.add("InvalidGraph", `Cannot read graph: ${fault}`, node.offset);
  return undefined;
}

function readLane(node: JsonNode, what: string, diagnostics: GraphDiagnostics): LaneOptions | undefined {
  const keys = readKeys(node, what, ["kind", "priority", "cpus"], diagnostics);
  const kindNode = keys.get("kind");
  const kind = readScalar(kindNode, `"kind" of ${what}`, LANE_KIND, diagnostics) as LaneKind | undefined;
  const priorityNode = keys.get("priority");
  const priority = readScalar(priorityNode, `"priority" of ${what}`, LANE_PRIORITY, diagnostics) as
    | LanePriority
    | undefined;
  const cpusNode = keys.get("cpus");
  const cpus = cpusNode && jsonValue(cpusNode) as readonly number[];
  if (what === 'lane "main"' && kind !== undefined && kind !== "main") {
    const found = kind === "worker" ? "a worker" : kind;
    diagnostics.add(
      "InvalidGraph",
      `Cannot read graph: lane "main" is declared as ${found}, wanted "main"`,
      node.offset,
    );
    return {};
  }
  if (kind === undefined && kindNode !== undefined) return undefined;
  const lane = { ...(kind && { kind }), ...(priority && { priority }), ...(cpus && { cpus }) };
  try {
    checkLaneOptions(what.slice('lane "'.length, -1), lane);
  } catch (error) {
    diagnostics.addThrown(error, (cpusNode ?? priorityNode ?? node).offset);
    return kind === "native" ? { kind } : {};
  }
  return lane;
}

function readExposed(
  list: JsonNode | undefined,
  direction: "input" | "output",
  diagnostics: GraphDiagnostics,
): ExposedPorts {
  const ports = new Map<string, ShapedEnd>();
  if (list === undefined || !isObject(list, `"${direction}s"`, "an object of ports by name", diagnostics)) return ports;
  for (const { name, offset, value } of jsonMembers(list)) {
    if (!PORT_NAME.test(name)) {
      const message = `Cannot use ${describeValue(name)} as a port's name: wanted 1 to 64 letters, digits or "_", ` +
        `starting with a letter or "_"`;
      diagnostics.add("InvalidGraph", message, offset);
      continue;
    }
    const end = readEnd(value, name, `the graph's ${direction}s`, offset, diagnostics);
    if (end !== undefined) ports.set(name, end);
  }
  return ports;
}

/** Reads what the file says of lanes; `"auto"` is short for `{ "auto": {} }`. */
function readLanes(lanes: JsonNode | undefined, diagnostics: GraphDiagnostics): ShapedGraph["lanes"] {
  if (lanes?.value === AUTO_LANE) return { [AUTO_LANE]: {} };
  return readNamed(lanes, "lanes", laneName, readLane, diagnostics);
}

/** Reads an object whose keys are names that the file chooses. */
function readNamed<T>(
  list: JsonNode | undefined,
  key: "pools" | "lanes",
  checkName: (name: string) => string,
  read: (node: JsonNode, what: string, diagnostics: GraphDiagnostics) => T | undefined,
  diagnostics: GraphDiagnostics,
): { [name: string]: T } | undefined {
  if (list === undefined) return undefined;
  const entries: [string, T][] = [];
  if (!isObject(list, `"${key}"`, `an object of ${key} by name`, diagnostics)) return {};
  for (const { name, offset, value } of jsonMembers(list)) {
    try {
      checkName(name);
    } catch (error) {
      diagnostics.addThrown(error, offset);
      continue;
    }
    const what = `${key.slice(0, -1)} "${name}"`;
    if (!isObject(value, what, "an object", diagnostics)) continue;
    const item = read(value, what, diagnostics);
    if (item !== undefined) entries.push([name, item]);
  }
  return Object.fromEntries(entries);
}

function offsetsOf(list: JsonNode | undefined): Map<string, number> {
  if (list?.type !== "object") return new Map();
  return new Map(jsonMembers(list).map(({ name, offset }) => [name, offset]));
}
