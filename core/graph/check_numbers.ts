/**
 * Checks the numbers of a graph file: pools must have the slots that links and nodes need; links and slots must hold the
 * frames that nodes write at once, and those that wait before a delaying node; no link on the way to a node that records
 * may drop frames.
 *
 * A number that a runtime would refuse is an error; one that would run, but surely not as intended, a warning.
 *
 * @module
 */
import type { SluiceError } from "../errors.ts";
import { FRAME_KINDS, type FrameKind } from "../frames/format.ts";
import { MAIN_LANE } from "../placement/lane_choice.ts";
import { evicts, POLICY_FACTS, waitsForRoom } from "../links/policy.ts";
import { bytesOfSlot } from "../memory/pool_layout.ts";
import { MemoryBudget } from "../pools/memory_budget.ts";
import { loadOutputs, poolLoads } from "../pools/pool_loads.ts";
import { assertNodePools, describeShortage, type PoolNeed, poolNeeds } from "../pools/pool_plan.ts";
import { poolOfOutput } from "../pools/node_pools.ts";
import type { CheckedNode } from "./check_nodes.ts";
import { type GraphDiagnostics, warning } from "./diagnostics.ts";
import type { ShapedGraph, ShapedLink } from "./shape.ts";
import { isList } from "../descriptor/descriptor.ts";
import type { LinkEntry } from "./entries.ts";
import { waitBefore } from "./link_facts.ts";

/**
 * Reports wrong numbers. Call it only for a graph without other faults.
 *
 * @returns warnings of numbers that will run, but surely not as intended
 */
export function checkPools(
  graph: ShapedGraph,
  nodes: ReadonlyMap<string, CheckedNode>,
  links: readonly SizedLink[],
  diagnostics: GraphDiagnostics,
): SluiceError[] {
  const { pools = {}, memory } = graph.options;
  for (const { shaped, descriptor } of nodes.values()) {
    const { pool } = shaped.options;
    if (pool === undefined) continue;
    try {
      assertNodePools(pool.value, shaped.id, descriptor, pools);
    } catch (error) {
      diagnostics.addThrown(error, pool.offset);
    }
  }
  const lanes = new Set([MAIN_LANE, ...[...nodes.values()].map(({ entry }) => entry.lane)]);
  const loads = poolLoads(
    [...nodes.values()].map(({ entry: { id, lane, pool }, descriptor }) => ({
      id,
      lane,
      pool,
      lasts: descriptor.isAsync || descriptor.mode === "external",
      outputs: loadOutputs(descriptor),
    })),
    links.map(({ fromNode, toNode, output: { kind }, policy, capacity }) => (
      { fromNode, toNode, kind, capacity, evicts: evicts(policy) }
    )),
  );
  const laneCount = lanes.size;
  const needs = poolNeeds(loads, laneCount, pools);
  for (const need of needs) {
    const given = pools[need.pool]?.slots;
    if (given === undefined || given >= need.slots) continue;
    const message = `Cannot run the graph: ${describeShortage(need, given, laneCount)}`;
    diagnostics.add("PoolExhausted", message, graph.poolOffsets.get(need.pool)!, { key: `pools.${need.pool}.slots` });
  }
  if (memory?.limit !== undefined) {
    const bytes = new Map(
      needs.map(({ pool, slotBytes, slots }) => [pool, (pools[pool]?.slots ?? slots) * bytesOfSlot(slotBytes)]),
    );
    try {
      new MemoryBudget(memory, undefined).assertFits("Cannot run the graph", bytes);
    } catch (error) {
      diagnostics.addThrown(error, graph.memoryOffset!);
    }
  }
  return [
    ...checkCapacities(graph, nodes, links, diagnostics),
    ...[...nodes.values()].flatMap((node) => checkBlock(node, needs, diagnostics)),
    ...findUnused(graph, needs, diagnostics),
  ];
}

function checkBlock(checked: CheckedNode, needs: readonly PoolNeed[], diagnostics: GraphDiagnostics) {
  const { shaped, descriptor, node } = checked;
  const output = descriptor.outputs.find((each) => each.kind === "audio");
  const need = output &&
    needs.find((each) => each.pool === (poolOfOutput(shaped.options.pool?.value, output.name) ?? output.kind));
  if (output === undefined || need === undefined) return [];
  const channels = output.channels ?? valueOf(checked, "channels");
  return BLOCK_KEYS.flatMap((key) => {
    const samples = valueOf(checked, key);
    if (typeof samples !== "number" || descriptor.config.properties[key]?.["x-unit"] !== "samples") return [];
    const bytes = samples * (typeof channels === "number" ? channels : 1) * 4;
    if (bytes <= need.slotBytes) return [];
    const message =
      `Node "${shaped.id}" (${node.type}) will fail: its "${key}" of ${samples} makes blocks of ${bytes} ` +
      `bytes, and a slot of pool "${need.pool}" has ${need.slotBytes}; make it smaller, or set ` +
      `pools.${need.pool}.slotBytes`;
    return [warning("InvalidConfig", message, shaped.config?.offset ?? shaped.offset, diagnostics)];
  });
}

function findUnused(graph: ShapedGraph, needs: readonly PoolNeed[], diagnostics: GraphDiagnostics): SluiceError[] {
  return Object.keys(graph.options.pools ?? {})
    .filter((name) => !needs.some((need) => need.pool === name) && !FRAME_KINDS.includes(name as FrameKind))
    .map((name) => {
      const message = `Pool "${name}" is used by no node; give a node "pool": "${name}", or take it out`;
      return warning("InvalidGraph", message, graph.poolOffsets.get(name)!, diagnostics);
    });
}

/** A link in the graph and in the file. */
export interface SizedLink extends Pick<LinkEntry, "fromNode" | "toNode" | "output" | "policy" | "capacity"> {
  readonly shaped: ShapedLink;
}

/** @returns warnings of capacities that will run, but surely not as intended */
function checkCapacities(
  graph: ShapedGraph,
  nodes: ReadonlyMap<string, CheckedNode>,
  links: readonly SizedLink[],
  diagnostics: GraphDiagnostics,
): SluiceError[] {
  const batchMs = batchTimes(nodes, links);
  const found = links.flatMap((link) => [
    ...checkBurst(link, diagnostics),
    ...checkSkipping(link, diagnostics),
    ...checkWait(link, nodes.get(link.toNode)!, graph, batchMs.get(link.fromNode), diagnostics),
  ]);
  return [...found, ...[...nodes.values()].flatMap((node) => checkRecorder(node, nodes, links, diagnostics))];
}

/** Warns of a link that may drop frames for a recording node: the link into the node or one before it. */
function checkRecorder(
  { shaped: { id }, descriptor }: CheckedNode,
  nodes: ReadonlyMap<string, CheckedNode>,
  links: readonly SizedLink[],
  diagnostics: GraphDiagnostics,
): SluiceError[] {
  if (descriptor.records !== true) return [];
  // The loop also visits nodes added during it.
  const before = new Set<string>([id]);
  const dropping: SizedLink[] = [];
  for (const node of before) {
    for (const link of links.filter(({ toNode }) => toNode === node)) {
      before.add(link.fromNode);
      if (!waitsForRoom(link.policy) && !isPlain(link, nodes)) dropping.push(link);
    }
  }
  const [first, ...others] = dropping;
  if (first === undefined) return [];
  const { shaped, policy } = first;
  const rest = others.length === 0 ? "" : `, and so do ${others.length} more before "${id}"`;
  const message = `The link "${shaped.from!.address}" to "${shaped.to!.address}" may drop what "${id}" ` +
    `(${descriptor.type}) is to record: the policy "${policy}" drops frames when it is full${rest}; with "lossless" ` +
    "nothing is lost behind the source";
  return [warning("InvalidGraph", message, shaped.policyOffset ?? shaped.offset, diagnostics)];
}

/**
 * True if a link has its default policy and its reader takes each frame at once, on the lane that writes it. Such a
 * link fills only once the lossless link into the recorder has been full for as long again. Frames that wait for a
 * delaying node have room of their own.
 */
function isPlain({ shaped, fromNode, toNode }: SizedLink, nodes: ReadonlyMap<string, CheckedNode>): boolean {
  const [from, to] = [nodes.get(fromNode)!, nodes.get(toNode)!];
  const { inputs, isAsync, mode } = to.descriptor;
  return shaped.policyOffset === undefined && from.entry.lane === to.entry.lane && !isAsync && mode === "push" &&
    inputs.length === 1 && !isList(inputs[0]);
}

function checkBurst({ shaped, output, policy, capacity }: SizedLink, diagnostics: GraphDiagnostics): SluiceError[] {
  if (POLICY_FACTS[policy].places !== undefined || capacity >= output.burst) return [];
  const message = `The link "${shaped.from!.address}" to "${shaped.to!.address}" drops frames of each burst: its ` +
    `capacity is ${capacity}, but the output writes up to ${output.burst} frames at once; wanted at least ${output.burst}`;
  return [warning("InvalidGraph", message, shaped.offset, diagnostics)];
}

/** Checks the number of places of a link that skips frames: it is fixed. */
function checkSkipping({ shaped, policy, output: { kind } }: SizedLink, diagnostics: GraphDiagnostics): SluiceError[] {
  if (POLICY_FACTS[policy].skips !== true) return [];
  const what = `link "${shaped.from!.address}" to "${shaped.to!.address}"`;
  const found: SluiceError[] = [];
  if (kind === "audio") {
    const message =
      `The ${what} drops audio whenever its reader is late by one block: the policy "${policy}" has one ` +
      `place; use "roll-off" for sound that is heard or measured`;
    found.push(warning("InvalidGraph", message, shaped.policyOffset ?? shaped.offset, diagnostics));
  }
  if (shaped.options.capacity !== undefined) {
    const message = `The capacity of the ${what} has no effect: the policy "${policy}" has one place; take it out`;
    found.push(warning("InvalidGraph", message, shaped.capacityOffset ?? shaped.offset, diagnostics));
  }
  return found;
}

/** Checks that the frames that wait before a delaying node fit their link. */
function checkWait(
  { shaped, capacity }: SizedLink,
  reader: CheckedNode,
  graph: ShapedGraph,
  batchMs: number | undefined,
  diagnostics: GraphDiagnostics,
): SluiceError[] {
  const waitMs = waitBefore(reader.entry, graph.options.mode ?? "live")?.ms;
  if (waitMs === undefined || batchMs === undefined) return [];
  // Slightly less, so that rounding does not ask for more than the whole number.
  const wanted = Math.ceil(waitMs / batchMs - 1e-9);
  if (capacity >= wanted) return [];
  const what = `link "${shaped.from!.address}" to "${shaped.to!.address}"`;
  const message = `The ${what} is too short: its capacity is ${capacity}, but "${reader.shaped.id}" ` +
    `(${reader.descriptor.type}) lets frames wait there for ${waitMs} ms and one comes every ${rounded(batchMs)} ms; ` +
    `wanted at least ${wanted}`;
  return [warning("InvalidGraph", message, shaped.capacityOffset ?? shaped.offset, diagnostics)];
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** Configuration keys of audio nodes for the samples in a block of each channel, with the unit `samples`. */
const BLOCK_KEYS: readonly string[] = ["blockSize", "size"];

/** A limit of frames a second: the write rate of such a node depends on the times of its input. */
const RATE_LIMIT_KEY = "ratePerSecond";

/** The part of a link that matters here. */
interface Edge {
  readonly fromNode: string;
  readonly toNode: string;
}

/** The known rate of a node's output. */
interface Stream {
  readonly batchMs?: number;
  readonly sampleRateHz?: number;
}

/** @returns the time between two frames that a node writes, milliseconds, by node id, where known */
function batchTimes(
  nodes: ReadonlyMap<string, CheckedNode>,
  links: readonly Edge[],
): ReadonlyMap<string, number> {
  const writerOf = new Map(links.map(({ fromNode, toNode }) => [toNode, fromNode]));
  const streams = new Map<string, Stream>();
  for (const start of nodes.keys()) {
    // Goes upstream to a source or a known rate; then back down.
    const path: string[] = [];
    for (let id: string | undefined = start; id !== undefined && !streams.has(id); id = writerOf.get(id)) {
      if (path.includes(id)) break;
      path.push(id);
    }
    for (const id of path.reverse()) {
      const writer = writerOf.get(id);
      streams.set(id, streamOf(nodes.get(id)!, (writer !== undefined && streams.get(writer)) || {}));
    }
  }
  return new Map([...streams].flatMap(([id, { batchMs }]) => batchMs === undefined ? [] : [[id, batchMs]]));
}

/** Returns the value of a configuration key: given, or default. */
function valueOf({ node, descriptor }: CheckedNode, key: string): unknown {
  return node.config[key] ?? descriptor.config.properties[key]?.default;
}

function streamOf(node: CheckedNode, before: Stream): Stream {
  const { inputs, outputs, converts, config } = node.descriptor;
  if (outputs.length !== 1 || config.properties[RATE_LIMIT_KEY] !== undefined) return {};
  const [{ kind }] = outputs;
  const isSource = inputs.length === 0;
  const passes = inputs.length === 1 && inputs[0].kind === kind && inputs[0].array === undefined &&
    inputs[0].dynamic === undefined;
  if (!isSource && !passes) return {};
  if (kind === "video" && isSource) {
    const frameRate = valueOf(node, "frameRate");
    return typeof frameRate === "number" && frameRate > 0 ? { batchMs: 1000 / frameRate } : {};
  }
  if (kind !== "audio") return passes ? before : {};
  const ownRate = isSource || converts.includes("sampleRateHz") ? valueOf(node, "sampleRateHz") : undefined;
  const sampleRateHz = typeof ownRate === "number" ? ownRate : isSource ? undefined : before.sampleRateHz;
  const key = BLOCK_KEYS.find((each) => config.properties[each]?.["x-unit"] === "samples");
  if (key === undefined) return { batchMs: before.batchMs, sampleRateHz };
  const samples = valueOf(node, key);
  if (typeof samples !== "number" || samples <= 0 || sampleRateHz === undefined || sampleRateHz <= 0) {
    return { sampleRateHz };
  }
  return { batchMs: 1000 * samples / sampleRateHz, sampleRateHz };
}
