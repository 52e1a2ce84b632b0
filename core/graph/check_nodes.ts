/**
 * Checks the nodes of a graph file against the node types that there are.
 *
 * @module
 */
import { assertBypass } from "../bypass.ts";
import { checkConfig, coerceSetting } from "../config_check.ts";
import { describeValue } from "../describe_value.ts";
import { SluiceError } from "../errors.ts";
import { type NodeDescriptor, sizePorts } from "../registry/descriptor.ts";
import { nameElements } from "../registry/dynamic_ports.ts";
import type { NodeRegistry } from "../registry/node_registry.ts";
import type { NodeId } from "../ids.ts";
import { DEFAULT_LANE, laneOf, MAIN_LANE, NATIVE_LANE } from "../lanes/lane_choice.ts";
import { malformedReferences } from "../secrets.ts";
import type { GraphNode } from "./document.ts";
import { jsonMembers, type JsonNode, jsonValue } from "./json_tree.ts";
import type { GraphReport } from "./report.ts";
import { formatSetting, type Setting } from "./settings.ts";
import type { ShapedGraph, ShapedNode } from "./shape.ts";
import { didYouMean, listSome } from "../suggestion.ts";
import { checkSupervision } from "../supervision.ts";

/** Lanes that a file need not declare: that of the control isolate, and those that nodes run on by default. */
const IMPLIED_LANES: readonly string[] = [MAIN_LANE, DEFAULT_LANE, NATIVE_LANE];

/** A node of a lane. */
interface Resident {
  readonly id: NodeId;
  readonly type: { readonly descriptor: NodeDescriptor };
}

/** A node whose type is known. */
export interface CheckedNode {
  readonly shaped: ShapedNode;
  readonly descriptor: NodeDescriptor;
  readonly node: GraphNode;
}

/**
 * Looks types up and checks configurations and lanes.
 *
 * @returns the nodes whose type is known, by id; what is wrong with them is in `report`
 */
export function checkNodes(
  graph: ShapedGraph,
  registry: NodeRegistry,
  settings: readonly Setting[],
  report: GraphReport,
): Map<string, CheckedNode> {
  for (const setting of settings) {
    if (graph.nodes.has(setting.nodeId) || report.full) continue;
    const ids = [...graph.nodes.keys()];
    const message = `Cannot apply ${formatSetting(setting)}: the graph has no node ${describeValue(setting.nodeId)}` +
      `${didYouMean(setting.nodeId, ids)}; nodes: ${listSome(ids)}`;
    report.addPlaceless(new SluiceError("NodeNotFound", message, { nodeId: setting.nodeId, available: ids }));
  }
  const checked = new Map<string, CheckedNode>();
  const residents = new Map<string, Resident>();
  for (const shaped of graph.nodes.values()) {
    if (shaped.type === undefined || report.full) continue;
    let descriptor: NodeDescriptor;
    try {
      descriptor = registry.get(shaped.type.name).descriptor;
    } catch (error) {
      report.addThrown(error, shaped.type.offset);
      continue;
    }
    const { id, offset, lane } = shaped;
    const config = readConfig(shaped, descriptor, settings.filter((setting) => setting.nodeId === id), report);
    checkLane(shaped, descriptor, graph, residents, report);
    checkNative(shaped, descriptor, report);
    checkBypass(shaped, descriptor, report);
    const node = {
      id,
      type: descriptor.type,
      config,
      lane: lane?.name,
      pool: shaped.pool?.name,
      supervision: shaped.supervision?.value,
      callTimeoutMs: shaped.callTimeoutMs,
      bypassed: shaped.bypassed?.value,
      place: report.place(offset),
    };
    checked.set(id, { shaped, descriptor: withLinkedElements(sizePorts(descriptor, config), shaped.id, graph), node });
  }
  return checked;
}

function checkNative({ id, supervision }: ShapedNode, descriptor: NodeDescriptor, report: GraphReport): void {
  if (supervision === undefined || descriptor.lane !== "native") return;
  try {
    checkSupervision(supervision.value, { id, native: true });
  } catch (error) {
    report.addThrown(error, supervision.offset);
  }
}

function checkBypass({ id, bypassed }: ShapedNode, descriptor: NodeDescriptor, report: GraphReport): void {
  if (bypassed?.value !== true) return;
  try {
    assertBypass(id, descriptor, true);
  } catch (error) {
    report.addThrown(error, bypassed.offset);
  }
}

/** A link brings the element of a dynamic port that it leads to or from into being. */
function withLinkedElements(descriptor: NodeDescriptor, id: string, { links }: ShapedGraph): NodeDescriptor {
  if (![...descriptor.inputs, ...descriptor.outputs].some((port) => port.dynamic !== undefined)) return descriptor;
  const named = (end: "from" | "to") => links.flatMap((link) => link[end]?.node === id ? link[end].port : []);
  return nameElements(nameElements(descriptor, "input", named("to")), "output", named("from"));
}

function readConfig(
  shaped: ShapedNode,
  descriptor: NodeDescriptor,
  settings: readonly Setting[],
  report: GraphReport,
): GraphNode["config"] {
  if (shaped.config !== undefined && shaped.config.type !== "object") return {};
  const given = Object.assign({}, ...configsOf(shaped).map(jsonValue)) as GraphNode["config"];
  const overrides = new Map(settings.map((setting) => [setting.key, setting]));
  const set = [...overrides.values()].map(({ key, text }) => [key, coerceSetting(descriptor.config, key, text)]);
  const values = { ...given, ...Object.fromEntries(set) };
  const where = `Cannot configure node "${shaped.id}" (${descriptor.type})`;
  const add = (error: SluiceError, path: readonly (string | number)[], place: () => number) => {
    const setting = overrides.get(String(path[0]));
    if (setting === undefined) report.addThrown(error, place());
    else {
      const { message, nodeId, key, available } = error;
      const text = `${formatSetting(setting)}: ${message}`;
      report.addPlaceless(new SluiceError("InvalidConfig", text, { nodeId, key, available }));
    }
  };
  const problems = checkConfig(descriptor.config, values, where);
  for (const { path, key, kind, message, available } of problems) {
    const error = new SluiceError("InvalidConfig", message, { nodeId: shaped.id, key, available });
    add(error, path, () => locate(shaped, kind === "missing" ? path.slice(0, -1) : path, kind === "unknown"));
  }
  for (const { path, error } of malformedReferences(values, { nodeId: shaped.id, type: descriptor.type })) {
    if (!problems.some(({ key }) => key === error.key)) add(error, path, () => locate(shaped, path, false));
  }
  return values;
}

/** The node's own, then what the places of the sub-graphs around it say; of each key the last counts. */
function configsOf({ config, overlays = [] }: ShapedNode): JsonNode[] {
  return config === undefined ? [...overlays] : [config, ...overlays];
}

/** Offset of the value at a path of keys and indices, or of its key. */
function locate(shaped: ShapedNode, path: readonly (string | number)[], ofKey: boolean): number {
  const overlay = shaped.overlays?.findLast((each) => jsonMembers(each).some(({ name }) => name === path[0]));
  let node: JsonNode | undefined = overlay ?? shaped.config;
  let offset = node?.offset ?? shaped.offset;
  for (const step of path) {
    if (node === undefined) return offset;
    if (typeof step === "number") node = node.children?.[step];
    else {
      const member = jsonMembers(node).find(({ name }) => name === step);
      if (member !== undefined && ofKey && step === path[path.length - 1]) return member.key.offset;
      node = member?.value;
    }
    offset = node?.offset ?? offset;
  }
  return offset;
}

function checkLane(
  shaped: ShapedNode,
  descriptor: NodeDescriptor,
  graph: ShapedGraph,
  residents: Map<string, Resident>,
  report: GraphReport,
): void {
  const { id, lane } = shaped;
  if (lane === undefined) {
    place(shaped, descriptor, graph, residents, report);
    return;
  }
  const declared = graph.lanes !== undefined && Object.hasOwn(graph.lanes, lane.name);
  if (!IMPLIED_LANES.includes(lane.name) && graph.lanes !== undefined && !declared) {
    const available = [...new Set([...IMPLIED_LANES, ...Object.keys(graph.lanes)])];
    const message = `Cannot place node "${id}" on lane ${describeValue(lane.name)}: "lanes" does not declare it` +
      `${didYouMean(lane.name, available)}; lanes: ${listSome(available)}`;
    report.add("InvalidGraph", message, lane.offset, { nodeId: id, available });
    return;
  }
  if (graph.lanes === undefined && !/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(lane.name)) {
    const message = `Cannot place node "${id}" on lane ${describeValue(lane.name)}: a lane's name has 1 to 64 ` +
      `letters, digits, "_" or "-", starting with a letter or "_"`;
    report.add("InvalidGraph", message, lane.offset, { nodeId: id });
    return;
  }
  place(shaped, descriptor, graph, residents, report);
}

/** Notes which lane runs a node, or reports that it cannot be: as the runtime would. */
function place(
  { id, lane, offset }: ShapedNode,
  descriptor: NodeDescriptor,
  graph: ShapedGraph,
  residents: Map<string, Resident>,
  report: GraphReport,
): void {
  try {
    const name = laneOf(id, descriptor, lane?.name, graph.lanes ?? {}, residents);
    if (!residents.has(name)) residents.set(name, { id, type: { descriptor } });
  } catch (error) {
    report.addThrown(error, lane?.offset ?? offset);
  }
}
