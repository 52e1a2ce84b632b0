/**
 * Checks the numbers of a graph file: pools must have the slots that links and nodes need, and links and slots must
 * hold the frames that nodes write at once.
 *
 * A number that a runtime would refuse is an error; one that would run, but surely not as intended, a warning.
 *
 * @module
 */
import type { SluiceError } from "../errors.ts";
import { FRAME_KINDS, type FrameKind } from "../frames/format.ts";
import { MAIN_LANE } from "../placement/lane_choice.ts";
import { evicts } from "../links/policy.ts";
import { bytesOfSlot } from "../memory/pool_layout.ts";
import { MemoryBudget } from "../pools/memory_budget.ts";
import { loadOutputs, poolLoads } from "../pools/pool_loads.ts";
import { assertNodePools, describeShortage, type PoolNeed, poolNeeds } from "../pools/pool_plan.ts";
import { poolOfOutput } from "../pools/node_pools.ts";
import { BLOCK_KEYS, checkCapacities, type SizedLink } from "./check_capacity.ts";
import type { CheckedNode } from "./check_nodes.ts";
import { type GraphDiagnostics, warning } from "./diagnostics.ts";
import type { ShapedGraph } from "./shape.ts";

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

function checkBlock(
  { shaped, descriptor, node }: CheckedNode,
  needs: readonly PoolNeed[],
  diagnostics: GraphDiagnostics,
) {
  const output = descriptor.outputs.find((each) => each.kind === "audio");
  const need = output &&
    needs.find((each) => each.pool === (poolOfOutput(shaped.options.pool?.value, output.name) ?? output.kind));
  if (output === undefined || need === undefined) return [];
  const valueOf = (key: string) => node.config[key] ?? descriptor.config.properties[key]?.default;
  const channels = output.channels ?? valueOf("channels");
  return BLOCK_KEYS.flatMap((key) => {
    const samples = valueOf(key);
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
