/**
 * The figures of a run, read from its control page and its pools.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { FrameFormat } from "../frames/format.ts";
import { POOL } from "../../ffi/layout.gen.ts";
import { portAddress } from "../ids.ts";
import { bytesOfSlot } from "../memory/pool_layout.ts";
import { countSetAside } from "../memory/reclaim.ts";
import { nativeStage } from "../registry/shipped_stage.ts";
import {
  type Figures,
  type LaneStats,
  type LinkStats,
  type NodeActivity,
  type NodeState,
  type NodeStats,
  type PoolStats,
  readFigures,
  readJoinLag,
  readLaneCounters,
  readLinkCounters,
  readNodeCounters,
  type RuntimeStats,
} from "../stats.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { GraphMemory } from "./graph_memory.ts";
import type { RunNode } from "./run_node.ts";
import type { SessionLanes } from "./session_lanes.ts";

/** Returns the figures of one node. */
export function nodeStats(
  page: ControlPage,
  { entry: node, progress, figures: reported }: RunNode,
  state: NodeState,
  activity: NodeActivity,
): NodeStats {
  const figures = figuresOf(page, node, reported);
  return {
    id: node.id,
    type: node.type.descriptor.type,
    lane: node.lane,
    bypassed: node.bypassed,
    state,
    activity,
    ...readNodeCounters(page, node.index),
    ...(progress && { progress }),
    ...(figures && { figures }),
  };
}

/** Returns a node's own figures: of a native stage from the control page, of others as reported last. */
export function figuresOf(page: ControlPage, node: NodeEntry, reported: Figures | undefined): Figures | undefined {
  const names = nativeStage(node.type.descriptor.type).figures;
  return names.length > 0 ? readFigures(page, node.index, names) : reported;
}

/**
 * Returns the figures of one link.
 *
 * @param nowNs the nodes' clock, for the age of its frames
 * @param quiesced neither of its ends is at work any more
 * @param extra frames that it holds beyond its capacity
 */
export function linkStats(
  page: ControlPage,
  link: LinkEntry,
  nowNs: number,
  format: FrameFormat | undefined,
  quiesced: boolean,
  extra = 0,
): LinkStats {
  const joinLagNs = readJoinLag(page, link.index);
  return {
    id: link.id,
    from: portAddress(link.fromNode, link.fromPort),
    to: portAddress(link.toNode, link.toPort),
    policy: link.policy,
    capacity: link.capacity + extra,
    ...readLinkCounters(page, link.index, nowNs, quiesced),
    ...(joinLagNs !== undefined && { joinLagNs }),
    ...(format && { format }),
  };
}

/** Returns the figures of lanes. */
export function laneStats(page: ControlPage, lanes: SessionLanes): LaneStats[] {
  return lanes.all.map(({ name, kind, index, warnings }) => ({
    name,
    kind,
    ...readLaneCounters(page, index),
    warnings: [...warnings],
  }));
}

/** Returns the figures of pools. @param rows of threads that were given up, in the table of holds */
export function poolStats(memory: GraphMemory | undefined, rows: readonly number[]): PoolStats[] {
  return (memory?.pools ?? []).map((pool) => ({
    name: pool.name,
    // The free slots in the bitmap include some that are closed.
    slots: memory!.slotsOut(pool),
    slotBytes: pool.payloadBytes,
    free: pool.freeInBitmap(),
    exhausted: pool.exhausted,
    quarantined: Atomics.load(pool.u32, POOL.quarantined >> 2) +
      rows.reduce((sum, row) => sum + countSetAside(pool, row), 0),
  }));
}

/** Returns the memory of all pools, as part of the machine's memory. */
export function memoryStats(pools: readonly PoolStats[], limitBytes: number): RuntimeStats["memory"] {
  const bytesOf = (slots: (pool: PoolStats) => number) =>
    pools.reduce((sum, pool) => sum + slots(pool) * bytesOfSlot(pool.slotBytes), 0);
  return {
    limitBytes,
    reservedBytes: bytesOf(({ slots }) => slots),
    usedBytes: bytesOf(({ slots, free }) => slots - free),
  };
}
