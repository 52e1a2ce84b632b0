/**
 * The graph in one line: what is dropped, how busy the lanes are, how old frames are at the sinks, and how much of the
 * pools is taken.
 *
 * @module
 */
import { POLICIES } from "./policies.ts";
import { BUCKET_SHIFTS, bucketNs } from "../../control/schemas/stats_layout.ts";
import type { GraphFigures } from "./graph_figures.ts";

/** How busy a lane is. */
export interface LaneShare {
  readonly name: string;
  /** Share of a core that its nodes take in `process()`, from 0 to 1; `NaN` while it is not known. */
  readonly busyShare: number;
}

/** How full a pool is. */
export interface PoolFill {
  readonly name: string;
  /** Slots that are taken, with those that lanes keep at hand. */
  readonly taken: number;
  /** Slots that the pool has now: it grows with the graph. */
  readonly slots: number;
}

/** A node that frames end at. */
export interface SinkAge {
  /** Index in the graph. */
  readonly node: number;
  /** The length of the period, nanoseconds. */
  readonly p50Ns: number;
  readonly p99Ns: number;
}

export interface Overview {
  /** The sum over all links except those of policy `latest`; `NaN` while unknown. */
  readonly droppedPerSecond: number;
  /** What links of policy `latest` let go for newer frames. */
  readonly skippedPerSecond: number;
  /** The index of the link that drops most; -1 if no link drops. */
  readonly worstLink: number;
  /** Frames that full links and dying lanes have lost since the start, or since somebody acknowledged them. */
  readonly lost: number;
  /** How long ago the last of them was lost; `Infinity` if that is not known. */
  readonly lossAgoMs: number;
  /** The index of the link that has lost most; -1 if none has. */
  readonly lossyLink: number;
  /** The busiest first; those that differ by less than a tenth of a core stay in the order of the graph. */
  readonly lanes: readonly LaneShare[];
  /** The sink whose frames are oldest, by the 99th percentile; `undefined` if no sink has read a frame recently. */
  readonly latest: SinkAge | undefined;
  /** In the order of the graph. */
  readonly pools: readonly PoolFill[];
}

/** Sums up the newest reading; `undefined` before the first. */
export function overviewOf(figures: GraphFigures): Overview | undefined {
  const { graph, frame } = figures;
  if (frame === undefined) return undefined;
  let [dropped, skipped, worstLink, worstRate] = [0, 0, -1, 0];
  let [lost, lossAgoMs, lossyLink, mostLost] = [0, Infinity, -1, 0];
  graph.links.forEach(({ policy }, k) => {
    const { unseenLost, lossAgoMs: agoMs } = figures.link(k)!;
    lost += unseenLost;
    if (unseenLost > 0) lossAgoMs = Math.min(lossAgoMs, agoMs);
    if (unseenLost > mostLost) [lossyLink, mostLost] = [k, unseenLost];
    const rate = figures.droppedPerSecond(k);
    if (POLICIES.get(policy)?.skips) {
      // A link that came a moment ago has no rate yet.
      skipped += rate || 0;
      return;
    }
    dropped += rate || 0;
    if (rate > worstRate) [worstLink, worstRate] = [k, rate];
  });
  const shares = new Map<string, number>(graph.lanes.map(({ name }) => [name, NaN]));
  graph.nodes.forEach(({ lane }, k) => {
    const share = figures.busyShare(k);
    if (!Number.isNaN(share)) shares.set(lane, (shares.get(lane) || 0) + share);
  });
  const isKnown = graph.links.length === 0 || graph.links.some((_, k) => !Number.isNaN(figures.droppedPerSecond(k)));
  return {
    droppedPerSecond: isKnown ? dropped : NaN,
    skippedPerSecond: skipped,
    worstLink,
    lost,
    lossAgoMs,
    lossyLink,
    // Asynchronous ticks of one lane overlap.
    lanes: [...shares].map(([name, share]) => ({ name, busyShare: Math.min(1, share) }))
      .sort((a, b) => rankOf(b) - rankOf(a)),
    latest: latestSink(figures),
    pools: graph.pools.map(({ name, slots }, k) => ({ name, slots, taken: Math.max(0, slots - frame.pools.free[k]) })),
  };
}

/** In coarse steps, so that lanes do not change places all the time. */
function rankOf({ busyShare }: LaneShare): number {
  return Math.round((busyShare || 0) * 10);
}

function latestSink({ graph, frame, over }: GraphFigures): SinkAge | undefined {
  const { ageP50, ageP99 } = frame!.nodes;
  const writers = new Set(graph.links.map(({ fromNode }) => fromNode));
  let latest: SinkAge | undefined;
  graph.nodes.forEach(({ id }, node) => {
    if (over || writers.has(id) || ageP99[node] === 0) return;
    const p99Ns = bucketNs(ageP99[node], BUCKET_SHIFTS.ageP99);
    if (latest !== undefined && latest.p99Ns >= p99Ns) return;
    latest = { node, p50Ns: bucketNs(ageP50[node], BUCKET_SHIFTS.ageP50), p99Ns };
  });
  return latest;
}
