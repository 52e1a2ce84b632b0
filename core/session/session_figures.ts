/**
 * The figures of a run, read from its control page and its pools.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { FrameFormat } from "../frames/format.ts";
import { POOL } from "../../ffi/layout.gen.ts";
import { isHidden, portAddress } from "../ids.ts";
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
import type { SessionView } from "../runtime_view.ts";
import type { LaneBalancer } from "./lane_balancer.ts";
import type { Run } from "./run.ts";
import type { GraphMemory } from "../live/graph_memory.ts";
import type { RunNode } from "./run_node.ts";
import type { LaneThread } from "../lanes/ports/lane_thread.ts";
import type { SessionLanes } from "./session_lanes.ts";

/**
 * Returns the present figures of a run.
 *
 * @param activityOf what a node does at the moment
 * @param quiesced no thread runs a node any more
 */
export function runStats(run: Run, activityOf: (node: NodeEntry) => NodeActivity, quiesced: boolean): RuntimeStats {
  const { topology, driver, page, memory, nodes, states } = run;
  const nowNs = run.clock.nowNs();
  const pools = poolStats(memory, run.lanes.rowsSetAside);
  return {
    elapsedNs: run.elapsedNs,
    driver: driver.kind,
    nodes: topology.shownNodes.map((node) =>
      nodeStats(page, nodes.get(node.id)!, states.get(node.id)!, activityOf(node))
    ),
    links: topology.shownLinks.map((link) =>
      linkStats(page, link, nowNs, nodes.format(link), quiesced, memory?.extraOf(link))
    ),
    pools,
    memory: memoryStats(pools, memory?.limitBytes ?? 0),
    lanes: laneStats(page, run.lanes),
  };
}

/** Returns a run as the control plane sees it. @param activityOf as for {@linkcode runStats} */
export function viewRun(
  run: Run,
  activityOf: (node: NodeEntry) => NodeActivity,
  balancer: LaneBalancer,
): SessionView {
  const { page } = run;
  return {
    page,
    state: run.state,
    elapsedNs: run.summary?.elapsedNs ?? run.elapsedNs,
    nodesNowNs: run.clock.nowNs(),
    ...(run.failure && { error: run.failure }),
    lanes: shownLanes(run.lanes).map(({ name, index, kind, warnings }) => ({ name, index, kind, warnings })),
    nodeStates: run.states,
    progress: (node) => run.nodes.get(node.id)?.progress,
    factCount: run.nodes.newsCount,
    activity: activityOf,
    whyFixed: (node) => balancer.whyFixed(node),
    carries: (node) => run.nodes.carries(node.index),
    // A getter, since the search takes time.
    get betterLanes() {
      return balancer.better;
    },
    figures: (node) => figuresOf(page, node, run.nodes.get(node.id)?.figures),
    format: (link) => run.nodes.format(link),
    pools: () => run.summary?.pools ?? poolStats(run.memory, run.lanes.rowsSetAside),
  };
}

/** Returns the figures of one node. */
function nodeStats(
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
function figuresOf(page: ControlPage, node: NodeEntry, reported: Figures | undefined): Figures | undefined {
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
function linkStats(
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

/** Returns the lanes that views of the graph show. */
function shownLanes({ all }: SessionLanes): LaneThread[] {
  return [...all].filter(({ name }) => !isHidden(name));
}

/** Returns the figures of lanes. */
function laneStats(page: ControlPage, lanes: SessionLanes): LaneStats[] {
  return shownLanes(lanes).map(({ name, kind, index, warnings }) => ({
    name,
    kind,
    ...readLaneCounters(page, index),
    warnings: [...warnings],
  }));
}

/** Returns the figures of pools. @param rows of threads that were given up, in the table of holds */
function poolStats(memory: GraphMemory | undefined, rows: readonly number[]): PoolStats[] {
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
function memoryStats(pools: readonly PoolStats[], limitBytes: number): RuntimeStats["memory"] {
  const bytesOf = (slots: (pool: PoolStats) => number) =>
    pools.reduce((sum, pool) => sum + slots(pool) * bytesOfSlot(pool.slotBytes), 0);
  return {
    limitBytes,
    reservedBytes: bytesOf(({ slots }) => slots),
    usedBytes: bytesOf(({ slots, free }) => slots - free),
  };
}
