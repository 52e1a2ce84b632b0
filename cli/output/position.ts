/**
 * How far a running graph is.
 *
 * @module
 */
import { type NodeProgress, type RuntimeStats, sumLosses } from "../../core/stats.ts";
import { type DeviceLoss, deviceLosses } from "./device_losses.ts";

/** Where a run stands. */
export interface Position {
  readonly elapsedNs: number;
  /**
   * Media time that is done: of the source whose end is furthest away; where no source knows its end, what the slowest
   * sink has made, else what the furthest source has.
   */
  readonly positionNs?: number;
  /** Media time at the end of that source. */
  readonly totalNs?: number;
  /** Media time by elapsed time: 1 is real time. */
  readonly speed?: number;
  /** Frames that links have dropped so far. */
  readonly dropped: number;
  /** What devices could not bring into the graph so far; absent where nobody knows. */
  readonly losses?: readonly DeviceLoss[];
  /** Frames that nodes have read so far. */
  readonly framesRead: number;
}

/**
 * How much media a run came to: that of the node that went furthest. A sink may go beyond the sources' end, since a
 * reverb rings on.
 *
 * @returns nanoseconds; `undefined` if no node told
 */
export function readMediaLength(stats: RuntimeStats): number | undefined {
  const told = stats.nodes.flatMap(({ progress }) => progress === undefined ? [] : [progress.doneNs]);
  return told.length === 0 ? undefined : Math.max(...told);
}

/**
 * Reads the position out of a runtime's figures.
 *
 * @param sinks ids of the nodes without outputs
 */
export function readPosition(stats: RuntimeStats, sinks: ReadonlySet<string>): Position {
  let slowestSinkNs = Infinity;
  let furthestNs = -Infinity;
  let longest: NodeProgress | undefined;
  for (const { id, progress } of stats.nodes) {
    if (progress === undefined) continue;
    if (sinks.has(id)) {
      slowestSinkNs = Math.min(slowestSinkNs, progress.doneNs);
      continue;
    }
    furthestNs = Math.max(furthestNs, progress.doneNs);
    if (progress.totalNs !== undefined && progress.totalNs > (longest?.totalNs ?? -Infinity)) longest = progress;
  }
  const found = longest?.doneNs ?? (slowestSinkNs === Infinity ? furthestNs : slowestSinkNs);
  const positionNs = found === -Infinity ? undefined : found;
  return {
    elapsedNs: stats.elapsedNs,
    positionNs,
    totalNs: longest?.totalNs,
    speed: positionNs === undefined || stats.elapsedNs <= 0 ? undefined : positionNs / stats.elapsedNs,
    dropped: stats.links.reduce((sum, link) => sum + sumLosses(link.policy, link), 0),
    losses: deviceLosses(stats.nodes),
    framesRead: stats.links.reduce((sum, link) => sum + link.read, 0),
  };
}
