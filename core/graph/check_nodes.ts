/**
 * Checks the nodes of a graph file: their types and lanes must be known, and the graph must accept each node with its
 * configuration, over which settings of the command line are laid (`--set node.key=value`).
 *
 * @module
 */
import { coerceSetting, ConfigError } from "../descriptor/config_check.ts";
import { describeValue } from "../errors/describe_value.ts";
import { SluiceError } from "../errors.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { elementNames } from "../descriptor/dynamic_ports.ts";
import type { NodeRegistry } from "../registry/node_registry.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { AUTO_LANE, DEFAULT_LANE, MAIN_LANE, NATIVE_LANE } from "../placement/lane_choice.ts";
import { malformedReferences } from "../descriptor/secrets.ts";
import type { NodeEntry } from "./entries.ts";
import type { GraphNode, NodeOption } from "./schema.ts";
import type { FileTopology } from "./file_topology.ts";
import type { Fault } from "../topology.ts";
import { jsonMembers, type JsonNode, jsonValue } from "./json_tree.ts";
import type { GraphDiagnostics } from "./diagnostics.ts";
import { optionValues, type ShapedGraph, type ShapedNode } from "./shape.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";

/** Lanes that a file need not declare: `main`, the default lanes of nodes, and the lane chosen by the runtime. */
export const IMPLIED_LANES: readonly string[] = [MAIN_LANE, DEFAULT_LANE, NATIVE_LANE, AUTO_LANE];

/** A node whose type is known. */
export interface CheckedNode {
  readonly shaped: ShapedNode;
  /** The node in the graph, with its ports. */
  readonly entry: NodeEntry;
  readonly descriptor: NodeDescriptor;
  readonly node: GraphNode;
}

/**
 * Adds the nodes of a file to its graph.
 *
 * @returns the nodes of known types, by id; `diagnostics` has their faults
 */
export function checkNodes(
  graph: ShapedGraph,
  topology: FileTopology,
  registry: NodeRegistry,
  settings: readonly ConfigOverride[],
  diagnostics: GraphDiagnostics,
): Map<string, CheckedNode> {
  for (const setting of settings) {
    if (graph.nodes.has(setting.nodeId) || diagnostics.full) continue;
    const ids = [...graph.nodes.keys()];
    const message = `Cannot apply ${formatOverride(setting)}: the graph has no node ${describeValue(setting.nodeId)}` +
      `${didYouMean(setting.nodeId, ids)}; nodes: ${listSome(ids)}`;
    diagnostics.addPlaceless(new SluiceError("NodeNotFound", message, { nodeId: setting.nodeId, available: ids }));
  }
  const checked = new Map<string, CheckedNode>();
  const ends = graph.links.flatMap(({ from, to }) => [from, to]).filter((end) => end !== undefined);
  const linked = Map.groupBy(ends, ({ node }) => node);
  for (const shaped of graph.nodes.values()) {
    if (shaped.type === undefined || diagnostics.full) continue;
    let type: AnyNodeType;
    try {
      type = registry.get(shaped.type.name);
    } catch (error) {
      diagnostics.addThrown(error, shaped.type.offset);
      continue;
    }
    const { id, offset } = shaped;
    const config = configOf(shaped, type.descriptor, settings, diagnostics);
    const said = optionValues(shaped.options);
    const lane = isDeclared(shaped, graph, diagnostics) ? said.lane : undefined;
    const ports = [...said.ports ?? [], ...(linked.get(id) ?? []).map(({ port }) => port)];
    const entry = topology.addChecked(type, config.values, { ...said, id, lane, ports }, (error, fault) => {
      if (error instanceof ConfigError) config.refuse(error);
      else diagnostics.addThrown(error, placeOf(shaped, fault));
    });
    config.refuseReferences();
    const { descriptor } = entry.type;
    refuseUnknownPorts(shaped, descriptor, diagnostics);
    const node = { id, type: type.descriptor.type, config: config.values, ...said, place: diagnostics.place(offset) };
    checked.set(id, { shaped, entry, descriptor, node });
  }
  return checked;
}

/** Returns the place of the option at fault, or else that of the node. */
function placeOf({ offset, options }: ShapedNode, fault: Fault): number {
  const at = fault === "schedule" ? options.cpus ?? options.priority : options[fault as NodeOption];
  return at?.offset ?? offset;
}

/** Reports ports of a file's node that are not elements of its dynamic ports. */
function refuseUnknownPorts(
  { id, options: { ports } }: ShapedNode,
  descriptor: NodeDescriptor,
  diagnostics: GraphDiagnostics,
): void {
  const dynamic = [...descriptor.inputs, ...descriptor.outputs].filter((port) => port.dynamic !== undefined);
  const elements = new Set(dynamic.flatMap(elementNames));
  for (const port of ports?.value ?? []) {
    if (typeof port !== "string" || elements.has(port)) continue;
    const available = dynamic.filter(({ named }) => named === undefined).map(({ name }) => name);
    const message =
      `Cannot give node "${id}" (${descriptor.type}) port ${describeValue(port)}: it is no element of a ` +
      `dynamic port; dynamic ports: ${listSome(available)}`;
    diagnostics.add("PortNotFound", message, ports!.offset, { nodeId: id, port, available });
  }
}

/** The configuration of a node, and functions that report its faults. */
interface CheckedConfig {
  /** The values, with the settings that apply to the node. */
  readonly values: GraphNode["config"];
  /** Reports an error of the graph. */
  refuse(error: ConfigError): void;
  /** Reports invalid references to variables, if the graph found no error. */
  refuseReferences(): void;
}

/** Returns the configuration of a node with the settings that apply to it. */
function configOf(
  shaped: ShapedNode,
  descriptor: NodeDescriptor,
  all: readonly ConfigOverride[],
  diagnostics: GraphDiagnostics,
): CheckedConfig {
  if (shaped.config !== undefined && shaped.config.type !== "object") {
    // Already reported: the configuration is not an object.
    return { values: {}, refuse: () => {}, refuseReferences: () => {} };
  }
  const given = Object.assign({}, ...configsOf(shaped).map(jsonValue)) as GraphNode["config"];
  const settings = new Map(all.flatMap((each) => each.nodeId === shaped.id ? [[each.key, each]] : []));
  const set = [...settings.values()].map(({ key, text }) => [key, coerceSetting(descriptor.config, key, text)]);
  const values = { ...given, ...Object.fromEntries(set) };
  const add = (error: SluiceError, path: readonly (string | number)[], place: () => number) => {
    const setting = settings.get(String(path[0]));
    if (setting === undefined) diagnostics.addThrown(error, place());
    else {
      const { message, nodeId, key, available } = error;
      const text = `${formatOverride(setting)}: ${message}`;
      diagnostics.addPlaceless(new SluiceError("InvalidConfig", text, { nodeId, key, available }));
    }
  };
  const wrong = new Set<string>();
  const refuse = ({ problems }: ConfigError) => {
    for (const { path, key, kind, message, available } of problems) {
      wrong.add(key);
      const error = new SluiceError("InvalidConfig", message, { nodeId: shaped.id, key, available });
      add(error, path, () => locate(shaped, kind === "missing" ? path.slice(0, -1) : path, kind === "unknown"));
    }
  };
  const refuseReferences = () => {
    for (const { path, error } of malformedReferences(values, { nodeId: shaped.id, type: descriptor.type })) {
      if (!wrong.has(error.key ?? "")) add(error, path, () => locate(shaped, path, false));
    }
  };
  return { values, refuse, refuseReferences };
}

/**
 * Returns the node's own configuration, then those from the places of the sub-graphs around it; for each key the last
 * counts.
 */
function configsOf({ config, overlays = [] }: ShapedNode): JsonNode[] {
  return config === undefined ? [...overlays] : [config, ...overlays];
}

/** Returns the offset of the value at a path of keys and indices, or of its key. */
function locate(shaped: ShapedNode, path: readonly (string | number)[], ofKey: boolean): number {
  const overlay = shaped.overlays?.findLast((each) => jsonMembers(each).some(({ name }) => name === path[0]));
  let node: JsonNode | undefined = overlay ?? shaped.config;
  let offset = node?.offset ?? shaped.offset;
  for (const step of path) {
    if (node === undefined) return offset;
    if (typeof step === "number") node = node.children?.[step];
    else {
      const member = jsonMembers(node).find(({ name }) => name === step);
      if (member !== undefined && ofKey && step === path[path.length - 1]) return member.offset;
      node = member?.value;
    }
    offset = node?.offset ?? offset;
  }
  return offset;
}

/** True if a node may name its lane; otherwise reports the lane. */
function isDeclared(
  { id, options: { lane } }: ShapedNode,
  { options: { lanes } }: ShapedGraph,
  diagnostics: GraphDiagnostics,
): boolean {
  if (lane === undefined || lanes === undefined) return true;
  if (IMPLIED_LANES.includes(lane.value) || Object.hasOwn(lanes, lane.value)) return true;
  const available = [...new Set([...IMPLIED_LANES, ...Object.keys(lanes)])];
  const message = `Cannot place node "${id}" on lane ${describeValue(lane.value)}: "lanes" does not declare it` +
    `${didYouMean(lane.value, available)}; lanes: ${listSome(available)}`;
  diagnostics.add("InvalidGraph", message, lane.offset, { nodeId: id, available });
  return false;
}

/** A configuration value that replaces the one in the graph file. */
export interface ConfigOverride {
  /** Id of the node. */
  readonly nodeId: string;
  /** Configuration key. */
  readonly key: string;
  /** The value as typed; the key's schema decides its type. */
  readonly text: string;
}

/**
 * Reads `node.key=value`. The value may hold any character, and may be empty.
 *
 * @throws {SluiceError} `InvalidConfig` if there is no `=`, or no dot before it
 */
export function parseOverride(text: string): ConfigOverride {
  const match = /^([^.=]+)\.([^=]+)=([^]*)$/.exec(text);
  if (match === null) {
    const message = `Cannot read the setting ${describeValue(text)}: wanted node.key=value, as in gain.gainDb=-6`;
    throw new SluiceError("InvalidConfig", message);
  }
  return { nodeId: match[1], key: match[2], text: match[3] };
}

/** Returns a setting as the user wrote it. */
function formatOverride(setting: ConfigOverride): string {
  return `--set ${setting.nodeId}.${setting.key}=${setting.text}`;
}
