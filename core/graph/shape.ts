/**
 * Reads the shape of a graph file: its keys and the kind of each value. Does not look up names of node types and ports.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";
import { laneName, type NodeId, nodeId, poolName, type PortAddress, splitAddress } from "../ids.ts";
import { AUTO_LANE, checkLaneOptions } from "../placement/lane_choice.ts";
import type { LaneOptions } from "../placement/lane_options.ts";
import { capacityFault, findCapacityFault } from "../links/link_options.ts";
import type { GraphMode } from "../links/policy.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import type { ConfigSchema } from "../descriptor/descriptor.ts";
import { readNamedPort } from "../descriptor/named_ports.ts";
import { checkSupervision } from "./supervision.ts";
import {
  type FileCapacity,
  type FileLinkOptions,
  GRAPH_OPTIONS,
  GRAPH_VERSION,
  type GraphOptions,
  LANE_OPTIONS,
  LINK_OPTIONS,
  MEMORY_OPTIONS,
  NODE_OPTION_NAMES,
  NODE_OPTIONS,
  type NodeOption,
  type NodeOptions,
  POOL_OPTIONS,
  present,
} from "./schema.ts";
import { describeJson, type JsonMember, jsonMembers, type JsonNode, jsonValue } from "./json_tree.ts";
import type { GraphDiagnostics } from "./diagnostics.ts";
import { describeSchema } from "../descriptor/config_check.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";

/** The options of a node in a file, each with its place. Topology makes the checks that these readers leave out. */
export type ShapedOptions = { readonly [K in NodeOption]?: Placed<NodeOptions[K]> };

/** A value with its place. */
interface Placed<T> {
  readonly value: NonNullable<T>;
  readonly offset: number;
}

/** A node in the file. */
export interface ShapedNode {
  readonly id: NodeId;
  /** Offset of the id. */
  readonly offset: number;
  /** `undefined` if the file has no type, or a wrong one, already reported. */
  readonly type?: { readonly name: string; readonly offset: number };
  /** The value in the file; anything but an object was already reported. */
  readonly config?: JsonNode;
  readonly options: ShapedOptions;
  /** The file of a sub-graph in the node's place; the node then has no type. */
  readonly graph?: { readonly path: string; readonly offset: number };
  /** Values that the places of enclosing sub-graphs set in its configuration; for each key the last one counts. */
  readonly overlays?: readonly JsonNode[];
}

/** One end of a link. */
export interface ShapedEnd {
  readonly address: PortAddress;
  readonly node: NodeId;
  readonly port: string;
  readonly offset: number;
}

/** A link in the file. An unreadable end was already reported. */
export interface ShapedLink {
  readonly offset: number;
  readonly from?: ShapedEnd;
  readonly to?: ShapedEnd;
  readonly options: FileLinkOptions;
  /** Offset of the policy. */
  readonly policyOffset?: number;
  /** Offset of the capacity. */
  readonly capacityOffset?: number;
}

/** Ports of a sub-graph: the name that the graph around it uses, and the port within. */
export type ExposedPorts = ReadonlyMap<string, ShapedEnd>;

/** A file whose shape was read. */
export interface ShapedGraph {
  /** The options of the graph as a whole. */
  readonly options: GraphOptions;
  readonly nodes: ReadonlyMap<string, ShapedNode>;
  readonly links: readonly ShapedLink[];
  /** Offset of each pool. */
  readonly poolOffsets: ReadonlyMap<string, number>;
  /** Offset of `memory`. */
  readonly memoryOffset?: number;
  /** The ports that the file exposes as a sub-graph. */
  readonly inputs: ExposedPorts;
  readonly outputs: ExposedPorts;
}

const NODE_KEYS = ["type", "graph", "config", ...NODE_OPTION_NAMES];
const LINK_KEYS = ["from", "to", ...Object.keys(LINK_OPTIONS)];
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
const NAME: ConfigSchema = { type: "string", minLength: 1 };
const PORT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Reads the root of a graph file.
 *
 * @returns the readable parts, or `undefined` if the root is not a graph of a known version
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
  const scalar = (key: "mode" | "endsWithSources" | "convert") =>
    readScalar(keys.get(key), `"${key}"`, GRAPH_OPTIONS[key], diagnostics);
  const options = present({
    mode: scalar("mode"),
    endsWithSources: scalar("endsWithSources"),
    pools: readNamed(keys.get("pools"), "pools", poolName, readPool, diagnostics),
    memory: readMemory(keys.get("memory"), diagnostics),
    capacity: readCapacity(keys.get("capacity"), `"capacity"`, diagnostics),
    convert: scalar("convert"),
    lanes: readLanes(keys.get("lanes"), diagnostics),
  }) as GraphOptions;
  return {
    options,
    nodes: readNodes(nodes, options.mode, diagnostics),
    // Links under another key are unknown to `readLinks()`.
    links: hasStrangeKeys && !keys.has("links")
      ? [{ offset: root.offset, options: {} }]
      : readLinks(keys.get("links"), diagnostics),
    poolOffsets: offsetsOf(keys.get("pools")),
    memoryOffset: keys.get("memory")?.offset,
    inputs: readExposed(keys.get("inputs"), "input", diagnostics),
    outputs: readExposed(keys.get("outputs"), "output", diagnostics),
  };
}

/** Reads the nodes. A live graph may begin empty. */
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
    const id = attempt(member, diagnostics, () => nodeId(member.name));
    const node = readNode(member, diagnostics);
    if (id !== undefined) nodes.set(id, { ...node, id });
  }
  return nodes;
}

function readNode({ name, offset, value }: JsonMember, diagnostics: GraphDiagnostics): Omit<ShapedNode, "id"> {
  const what = `node ${describeValue(name)}`;
  if (!isObject(value, what, `an object with "type"`, diagnostics)) return { offset, options: {} };
  const keys = readKeys(value, what, NODE_KEYS, diagnostics, '; the keys of its type stand in "config"');
  const text = (key: "type" | "graph") => readScalar(keys.get(key), `"${key}" of ${what}`, NAME, diagnostics) as string;
  const graph = text("graph");
  checkKind(keys, name, what, offset, diagnostics);
  const type = text("type");
  const config = keys.get("config");
  if (config !== undefined) isObject(config, `"config" of ${what}`, "an object of configuration keys", diagnostics);
  return {
    offset,
    type: type === undefined ? undefined : { name: type, offset: keys.get("type")!.offset },
    graph: graph === undefined || keys.has("type") ? undefined : { path: graph, offset: keys.get("graph")!.offset },
    config,
    options: readOptions(keys, name, what, diagnostics),
  };
}

/** Returns the values of a node's options. */
export function optionValues(options: ShapedOptions): NodeOptions {
  return Object.fromEntries(Object.entries(options).map(([name, { value }]) => [name, value]));
}

function readOptions(keys: JsonKeys, id: string, what: string, diagnostics: GraphDiagnostics): ShapedOptions {
  const found = NODE_OPTION_NAMES.flatMap((name) => {
    const node = keys.get(name);
    const value = node && readOption(name, node, id, what, keys.has("graph"), diagnostics);
    return value === undefined ? [] : [[name, { value, offset: node!.offset }]];
  });
  return Object.fromEntries(found);
}

/** Reads the value of an option; reports a wrong one and returns `undefined`. */
function readOption(
  name: NodeOption,
  node: JsonNode,
  id: string,
  what: string,
  isGraph: boolean,
  diagnostics: GraphDiagnostics,
): unknown {
  switch (name) {
    case "pool":
      return readNodePool(node, what, isGraph, diagnostics);
    case "ports":
      return readPorts(node, id, diagnostics);
    case "supervision":
      return attempt(node, diagnostics, () => checkSupervision(jsonValue(node), { id }));
    case "cpus":
    case "isolatePermissions":
    case "position":
      return jsonValue(node);
    default:
      return readScalar(node, `"${name}" of ${what}`, NODE_OPTIONS[name].schema, diagnostics);
  }
}

/** Runs a step, and reports its error with the place of a node. */
function attempt<T>(node: { readonly offset: number }, diagnostics: GraphDiagnostics, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    diagnostics.addThrown(error, node.offset);
    return undefined;
  }
}

/** Reads the pool of a node's outputs: one, or, for a node with a type, one for each named output. */
function readNodePool(node: JsonNode, what: string, isGraph: boolean, diagnostics: GraphDiagnostics): unknown {
  const isByOutput = node.type === "object" && !isGraph;
  const names = isByOutput ? jsonMembers(node).map(({ value }) => value) : [node];
  const read = names.map((each) => readScalar(each, `"pool" of ${what}`, NAME, diagnostics));
  return read.includes(undefined) ? undefined : jsonValue(node);
}

/** Reads the ports of a node beside those that links create. */
function readPorts(list: JsonNode, id: string, diagnostics: GraphDiagnostics): unknown {
  if (list.type !== "array") {
    const message = `Cannot read graph: "ports" of node "${id}" is ${describeJson(list)}, wanted a list of ports`;
    diagnostics.add("InvalidGraph", message, list.offset);
    return undefined;
  }
  const attempted = `Cannot read graph: "ports" of node "${id}"`;
  const ports = (list.children ?? []).map((each) =>
    attempt(each, diagnostics, () => {
      const port = jsonValue(each);
      if (typeof port !== "string") readNamedPort(attempted, port);
      return port;
    })
  );
  return ports.includes(undefined) ? undefined : ports;
}

/** Checks that a node has a type or a sub-graph. */
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

/** Reads the links. Replaces unreadable ones by a link without ends, so that no error reports them as missing. */
function readLinks(list: JsonNode | undefined, diagnostics: GraphDiagnostics): ShapedLink[] {
  if (list === undefined) return [];
  if (list.type !== "array") {
    const message = `Cannot read graph: "links" is ${describeJson(list)}, wanted a list of links`;
    diagnostics.add("InvalidGraph", message, list.offset);
    return [{ offset: list.offset, options: {} }];
  }
  return (list.children ?? []).map((each, index) => readLink(each, index, diagnostics));
}

function readLink(node: JsonNode, index: number, diagnostics: GraphDiagnostics): ShapedLink {
  const what = `link ${index + 1}`;
  const { offset } = node;
  if (!isObject(node, what, `an object with "from" and "to"`, diagnostics)) return { offset, options: {} };
  const keys = readKeys(node, what, LINK_KEYS, diagnostics);
  const scalar = (key: "policy" | "convert") =>
    readScalar(keys.get(key), `"${key}" of ${what}`, LINK_OPTIONS[key], diagnostics);
  const policy = scalar("policy") as FileLinkOptions["policy"];
  const capacityNode = keys.get("capacity");
  let capacity = readCapacity(capacityNode, `"capacity" of ${what}`, diagnostics);
  const given = typeof capacity === "number" ? capacity : undefined;
  const fault = policy && capacityFault(policy, `"capacity" of ${what}`, given);
  if (fault !== undefined) {
    diagnostics.add("InvalidGraph", `Cannot read graph: ${fault}`, capacityNode!.offset);
    capacity = undefined;
  }
  return {
    offset,
    from: readEnd(keys.get("from"), "from", what, offset, diagnostics),
    to: readEnd(keys.get("to"), "to", what, offset, diagnostics),
    options: present({ policy, capacity, convert: scalar("convert") as FileLinkOptions["convert"] }),
    policyOffset: keys.get("policy")?.offset,
    capacityOffset: capacityNode?.offset,
  };
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
  const { offset } = node;
  return attempt(node, diagnostics, () => ({ ...splitAddress(address), address: address as PortAddress, offset }));
}

function readPool(node: JsonNode, what: string, diagnostics: GraphDiagnostics): PoolSize {
  return readMembers(node, what, POOL_OPTIONS, diagnostics);
}

function readMemory(node: JsonNode | undefined, diagnostics: GraphDiagnostics): GraphOptions["memory"] {
  if (node === undefined || !isObject(node, `"memory"`, `an object with "limit"`, diagnostics)) return undefined;
  return readMembers(node, "memory", MEMORY_OPTIONS, diagnostics);
}

/** Reads an object whose keys have schemas, and checks them. */
function readMembers(
  node: JsonNode,
  what: string,
  schemas: { readonly [key: string]: ConfigSchema },
  diagnostics: GraphDiagnostics,
): { readonly [key: string]: number } {
  const keys = readKeys(node, what, Object.keys(schemas), diagnostics);
  const read = Object.entries(schemas).map(([key, schema]) => [
    key,
    readScalar(keys.get(key), `"${key}" of ${what}`, schema, diagnostics),
  ]);
  return present(Object.fromEntries(read));
}

/** Reads a number, `"byKind"`, or numbers by kind. */
function readCapacity(
  node: JsonNode | undefined,
  what: string,
  diagnostics: GraphDiagnostics,
): FileCapacity | undefined {
  if (node === undefined) return undefined;
  const value = jsonValue(node) as FileCapacity;
  const fault = findCapacityFault(value, what);
  if (fault === undefined) return value;
  diagnostics.add("InvalidGraph", `Cannot read graph: ${fault}`, node.offset);
  return undefined;
}

function readLane(node: JsonNode, what: string, diagnostics: GraphDiagnostics): LaneOptions | undefined {
  const keys = readKeys(node, what, Object.keys(LANE_OPTIONS), diagnostics);
  const [kindNode, priorityNode, cpusNode] = ["kind", "priority", "cpus"].map((key) => keys.get(key));
  const scalar = (key: "kind" | "priority") =>
    readScalar(keys.get(key), `"${key}" of ${what}`, LANE_OPTIONS[key], diagnostics);
  const kind = scalar("kind") as LaneOptions["kind"];
  const cpus = cpusNode && jsonValue(cpusNode);
  const lane = present({ kind, priority: scalar("priority"), cpus }) as LaneOptions;
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

/** Reads the lanes of a file; `"auto"` is short for `{ "auto": {} }`. */
function readLanes(lanes: JsonNode | undefined, diagnostics: GraphDiagnostics): GraphOptions["lanes"] {
  if (lanes?.value === AUTO_LANE) return { [AUTO_LANE]: {} };
  return readNamed(lanes, "lanes", laneName, readLane, diagnostics);
}

/** Reads an object whose keys are names chosen by the file. */
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

/** The values of an object by key. */
export class JsonKeys {
  readonly #members: readonly JsonMember[];

  constructor(node: JsonNode) {
    this.#members = jsonMembers(node);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): JsonNode | undefined {
    return this.#members.find((each) => each.name === name)?.value;
  }
}

/** Returns the values by key; reports unknown keys. @param elsewhere names the places where other keys may belong */
export function readKeys(
  node: JsonNode,
  what: string,
  known: readonly string[],
  diagnostics: GraphDiagnostics,
  elsewhere = "",
): JsonKeys {
  for (const { name, offset } of jsonMembers(node)) {
    if (known.includes(name)) continue;
    const near = didYouMean(name, known);
    const message = `Cannot read graph: unknown key ${describeValue(name)} in ${what}${near}; ` +
      `available: ${listSome(known)}${near === "" ? elsewhere : ""}`;
    diagnostics.add("InvalidGraph", message, offset, { key: name, available: known });
  }
  return new JsonKeys(node);
}

/** Returns the value of a node that fits a schema; reports any other value with the wanted one. */
function readScalar(
  node: JsonNode | undefined,
  what: string,
  schema: ConfigSchema,
  diagnostics: GraphDiagnostics,
): unknown {
  if (node === undefined) return undefined;
  const value = jsonValue(node);
  if (fits(value, schema)) return value;
  const message = `Cannot read graph: ${what} is ${describeJson(node)}, wanted ${describeSchema(schema)}`;
  diagnostics.add("InvalidGraph", message, node.offset);
  return undefined;
}

function fits(value: unknown, schema: ConfigSchema): boolean {
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.type === "boolean") return typeof value === "boolean";
  if (schema.type === "string") return typeof value === "string" && value.length >= (schema.minLength ?? 0);
  return Number.isInteger(value) && (value as number) >= schema.minimum! && (value as number) <= schema.maximum!;
}

/** True if a node is an object; reports any other. */
export function isObject(node: JsonNode, what: string, wanted: string, diagnostics: GraphDiagnostics): boolean {
  if (node.type === "object") return true;
  diagnostics.add("InvalidGraph", `Cannot read graph: ${what} is ${describeJson(node)}, wanted ${wanted}`, node.offset);
  return false;
}
