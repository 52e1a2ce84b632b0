/**
 * The graph, its nodes and its types in their wire form.
 *
 * @module
 */
import { isOpen, kindsOf } from "../../core/descriptor/open_ports.ts";
import { canBypass } from "../../core/descriptor/bypassable.ts";
import { isIsolated } from "../../core/placement/isolation.ts";
import { nativeStage } from "../../core/registry/shipped_stage.ts";
import { lockedNodes } from "../commands/recording_lock.ts";
import { serializeError, SluiceError } from "../../core/errors.ts";
import { describeFormat, type FrameFormat } from "../../core/frames/format.ts";
import { expandPort, type NodeDescriptor, type PortDescriptor } from "../../core/descriptor/descriptor.ts";
import type { RuntimeView } from "../../core/runtime_view.ts";
import { readLaneCounters, readNodeCounters } from "../../core/stats.ts";
import type { LinkEntry, NodeEntry } from "../../core/graph/entries.ts";
import { NODE } from "../../ffi/layout.gen.ts";
import { index64 } from "../../core/element_index.ts";
import type {
  ErrorInfo,
  GraphSnapshot,
  Histogram,
  LinkInfo,
  NodeDetail,
  NodeInfo,
  NodeTypeInfo,
  PortInfo,
} from "../schemas/graph.ts";

/** The whole graph. @param locked true if no command may change it */
export function snapshotGraph(view: RuntimeView, run: string, title: string, locked = false): GraphSnapshot {
  const { session } = view;
  const locks = lockedNodes(view);
  return {
    run,
    version: view.version,
    title,
    state: session?.state ?? "building",
    mode: view.mode,
    driver: view.driver,
    stuckAfterMs: view.stuckAfterMs,
    ...(locked && { locked }),
    ...(session?.error && { error: describeError(session.error) }),
    nodes: view.nodes.map((node) => describeNode(view, node, locks)),
    links: listLinks(view),
    lanes: (session?.lanes ?? []).map(({ name, index, kind, warnings }) => ({
      name,
      kind,
      threadId: readLaneCounters(session!.page, index).threadId,
      warnings: [...warnings],
    })),
    pools: (session?.pools() ?? []).map(({ name, slots, slotBytes }) => ({ name, slots, slotBytes })),
  };
}

/**
 * One node.
 *
 * @throws {SluiceError} `NodeNotFound`
 */
export function detailNode(view: RuntimeView, id: string): NodeDetail {
  const entry = findNode(view, id);
  const { descriptor } = entry.type;
  const { session } = view;
  const state = session?.nodeStates.get(entry.id) ?? "new";
  const { properties } = descriptor.config;
  const takesValues = session?.state === "running" || session?.state === "paused";
  const settable = Object.keys(properties).filter((key) => takesValues && properties[key]["x-live"] === true);
  const progress = session?.progress(entry);
  const figures = session?.figures(entry);
  const counters = session === undefined ? undefined : readNodeCounters(session.page, entry.index);
  const histogram = (offset: number, shift: number): Histogram => {
    if (session === undefined) return { shift, counts: [] };
    const at = index64(session.page.nodeOffset(entry.index) + offset);
    return { shift, counts: [...session.page.f64.subarray(at, at + NODE.histogramBuckets)] };
  };
  return {
    node: describeNode(view, entry, lockedNodes(view)),
    type: describeType(descriptor),
    state,
    config: configOf(entry),
    settable,
    ticks: counters?.ticks ?? 0,
    busyNs: counters?.busyNs ?? 0,
    maxTickNs: counters?.maxTickNs ?? 0,
    errors: counters?.errors ?? 0,
    framesIn: counters?.framesIn ?? 0,
    framesOut: counters?.framesOut ?? 0,
    tick: histogram(NODE.tickHistogram, NODE.tickHistogramShift),
    age: histogram(NODE.ageHistogram, NODE.ageHistogramShift),
    ...(progress && { progress }),
    ...(figures && { figures: { ...figures } }),
    ...(nativeStage(descriptor.type).panel !== undefined && { panel: `/panels/${descriptor.type}.js` }),
  };
}

/**
 * A node's configuration as it may leave the process. Values from the environment appear as references (`${env:NAME}`),
 * so that no secret leaves.
 */
export function configOf(entry: NodeEntry): Record<string, unknown> {
  return { ...entry.config };
}

/** A node type. */
export function describeType(descriptor: NodeDescriptor): NodeTypeInfo {
  const port = (each: PortDescriptor) => ({
    ...describePort(each, each.name),
    doc: each.doc,
    ...(each.array !== undefined && { array: each.array }),
    ...(each.dynamic !== undefined && { dynamic: each.dynamic }),
    ...(each.named !== undefined && { named: each.named.map(({ kind, type }) => ({ kind, type })) }),
    ...(each.schema !== undefined && { schema: each.schema }),
    ...(each.valueSchema !== undefined && { valueSchema: each.valueSchema }),
  });
  const { type, className, source, description, doc, category, tags, mode, lane, config, commands } = descriptor;
  return {
    type,
    className,
    source,
    description,
    doc,
    category,
    tags: [...tags],
    mode,
    lane,
    inputs: descriptor.inputs.map(port),
    outputs: descriptor.outputs.map(port),
    config,
    ...(commands !== undefined && { commands }),
  };
}

/** An error in its wire form. */
export function describeError(error: unknown): ErrorInfo {
  const { name, message, code, details } = serializeError(error);
  const { available, place: _place, call: _call, ...rest } = details ?? {};
  return { code: code ?? name, message, ...rest, ...(available && { available: [...available] }) };
}

/**
 * The node of an id.
 *
 * @throws {SluiceError} `NodeNotFound`
 */
export function findNode(view: RuntimeView, id: string): NodeEntry {
  const entry = view.nodes.find((node) => node.id === id);
  if (entry !== undefined) return entry;
  const available = view.nodes.slice(0, 50).map((node) => node.id);
  throw new SluiceError("NodeNotFound", `Cannot find node ${JSON.stringify(id)}; graph.get lists the nodes`, {
    nodeId: id,
    available,
  });
}

/**
 * The link of an id.
 *
 * @throws {SluiceError} `LinkNotFound`
 */
export function findLink(view: RuntimeView, id: string): LinkEntry {
  const entry = view.links.find((link) => link.id === id);
  if (entry !== undefined) return entry;
  const available = view.links.slice(0, 50).map((link) => link.id);
  throw new SluiceError("LinkNotFound", `Cannot find link ${JSON.stringify(id)}; graph.get lists the links`, {
    linkId: id,
    available,
  });
}

/** A node. @param locks of the whole graph, by {@linkcode lockedNodes} */
export function describeNode(view: RuntimeView, node: NodeEntry, locks: ReadonlyMap<string, string>): NodeInfo {
  const { id, lane, bypassed, position, type: { descriptor } } = node;
  const ports = (list: readonly PortDescriptor[]) =>
    list.flatMap((port) => expandPort(port).map((name) => describePort(port, name)));
  const { type, category, inputs, outputs } = descriptor;
  const bypass = canBypass(descriptor) ? { bypass: bypassed } : {};
  const input = view.awaits(node);
  const awaits = input === undefined ? {} : { awaits: input };
  const isolated = isIsolated(node) && { isolated: true };
  return {
    id,
    type,
    lane,
    category,
    ...bypass,
    ...isolated,
    ...awaits,
    ...(locks.has(id) && { locked: locks.get(id)! }),
    ...(position && { position }),
    inputs: ports(inputs),
    outputs: ports(outputs),
  };
}

/** The links of a graph, with the formats of their frames if known. */
export function listLinks({ links, session, typeOf }: RuntimeView): LinkInfo[] {
  return links.map((link) => describeLink(link, typeOf(link), session?.format(link)));
}

function describeLink(link: LinkEntry, type: string, format: FrameFormat | undefined): LinkInfo {
  const { id, fromNode, fromPort, toNode, toPort, policy, capacity, output: { kind } } = link;
  const known = format && { format: describeFormat(format) };
  return { id, fromNode, fromPort, toNode, toPort, policy, capacity, kind, type, ...known };
}

function describePort(port: PortDescriptor, name: string): PortInfo {
  const { kind, type, optional } = port;
  return { name, ...(isOpen(port) ? { kinds: [...kindsOf(port)] } : { kind }), type, optional };
}
