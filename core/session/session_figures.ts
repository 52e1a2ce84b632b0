/**
 * The figures of a run, read from its control page and its pools.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import { type NodeId, portAddress } from "../ids.ts";
import type { Pool } from "../memory/pool.ts";
import { nativeStage } from "../native_stages.ts";
import {
  type LinkStats,
  type NodeProgress,
  type NodeState,
  type NodeStats,
  type PoolStats,
  readFigures,
  readLinkCounters,
  readNodeCounters,
} from "../stats.ts";
import type { LinkEntry, NodeEntry } from "../topology.ts";

/**
 * The figures of one node.
 *
 * @param progress how far sources and sinks say that they are
 */
export function nodeStats(
  page: ControlPage,
  node: NodeEntry,
  state: NodeState,
  progress: ReadonlyMap<NodeId, NodeProgress>,
): NodeStats {
  const done = progress.get(node.id);
  const figures = figuresOf(page, node);
  return {
    id: node.id,
    type: node.type.descriptor.type,
    lane: node.lane,
    state,
    ...readNodeCounters(page, node.index),
    ...(done && { progress: done }),
    ...(figures && { figures }),
  };
}

/** For a native stage: its own figures, by name. */
export function figuresOf(page: ControlPage, node: NodeEntry): { readonly [name: string]: number } | undefined {
  const names = nativeStage(node.type.descriptor.type).figures;
  return names.length > 0 ? readFigures(page, node.index, names) : undefined;
}

/** The figures of one link. @param nowNs the nodes' clock, for the age of its frames */
export function linkStats(page: ControlPage, link: LinkEntry, nowNs: number): LinkStats {
  return {
    id: link.id,
    from: portAddress(link.fromNode, link.fromPort),
    to: portAddress(link.toNode, link.toPort),
    policy: link.policy,
    capacity: link.capacity,
    ...readLinkCounters(page, link.index, nowNs),
  };
}

/** The figures of one pool. */
export function poolStats(pool: Pool): PoolStats {
  return {
    name: pool.name,
    slots: pool.slotCount,
    slotBytes: pool.payloadBytes,
    free: pool.freeInBitmap(),
    exhausted: pool.exhausted,
  };
}
