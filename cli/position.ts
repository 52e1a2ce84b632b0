/**
 * How far a running graph is.
 *
 * @module
 */
import type { DropCounts, RuntimeStats } from "../core/stats.ts";

/** Where a run stands. */
export interface Position {
  readonly elapsedNs: number;
  /** Media time that the sinks have made, or, where none says so, that the sources have read. */
  readonly positionNs?: number;
  /** Media time at the end, where a node knows it. */
  readonly totalNs?: number;
  /** Media time by elapsed time: 1 is real time. */
  readonly speed?: number;
  /** Frames that links have dropped so far. */
  readonly dropped: number;
  /** Frames that nodes have read so far. */
  readonly framesRead: number;
}

/** All drops of a link. */
export function sumDrops({ full, skipped, unlinked, laneLost }: DropCounts): number {
  return full + skipped + unlinked + laneLost;
}

/**
 * Reads the position out of a runtime's figures.
 *
 * @param sinks ids of the nodes without outputs; the slowest of them counts
 */
export function readPosition(stats: RuntimeStats, sinks: ReadonlySet<string>): Position {
  let slowestSinkNs = Infinity;
  let furthestNs = -Infinity;
  let totalNs = -Infinity;
  for (const { id, progress } of stats.nodes) {
    if (progress === undefined) continue;
    if (sinks.has(id)) slowestSinkNs = Math.min(slowestSinkNs, progress.doneNs);
    furthestNs = Math.max(furthestNs, progress.doneNs);
    totalNs = Math.max(totalNs, progress.totalNs ?? -Infinity);
  }
  const found = slowestSinkNs === Infinity ? furthestNs : slowestSinkNs;
  const positionNs = found === -Infinity ? undefined : found;
  return {
    elapsedNs: stats.elapsedNs,
    positionNs,
    totalNs: totalNs === -Infinity ? undefined : totalNs,
    speed: positionNs === undefined || stats.elapsedNs <= 0 ? undefined : positionNs / stats.elapsedNs,
    dropped: stats.links.reduce((sum, link) => sum + sumDrops(link.dropped), 0),
    framesRead: stats.links.reduce((sum, link) => sum + link.read, 0),
  };
}
