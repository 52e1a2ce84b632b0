/**
 * The way of the frames that are oldest when a node reads them: where their time goes.
 *
 * @module
 */

/** A node on the way. */
export interface WayStep {
  /** Index in the graph. */
  readonly node: number;
  /** Time that frames wait before it: in the queue, and for its turn. Nanoseconds; 0 for the first node. */
  readonly waitNs: number;
  /** Time of its tick, nanoseconds. */
  readonly tickNs: number;
  /** Age of the frames when it reads them, nanoseconds. */
  readonly ageNs: number;
}

/** The medians of a graph's nodes, by index. */
export interface WayFigures {
  /** Age of the frames that it reads, nanoseconds; 0 for a source. */
  ageNs(node: number): number;
  tickNs(node: number): number;
}

/**
 * Goes back from a node, each time to the one whose frames are the oldest.
 *
 * @param links by indices of nodes
 * @returns from the source on; only the node itself if no link leads to it
 */
export function latencyWay(
  node: number,
  links: readonly { readonly from: number; readonly to: number }[],
  figures: WayFigures,
): readonly WayStep[] {
  const way = [node];
  while (true) {
    const before = links.filter(({ from, to }) => to === way[0] && !way.includes(from)).map(({ from }) => from);
    if (before.length === 0) break;
    way.unshift(before.reduce((best, from) => figures.ageNs(from) > figures.ageNs(best) ? from : best));
  }
  return way.map((at, k) => {
    const [ageNs, tickNs] = [figures.ageNs(at), figures.tickNs(at)];
    const waitNs = k === 0 ? 0 : Math.max(0, ageNs - figures.ageNs(way[k - 1]) - figures.tickNs(way[k - 1]));
    return { node: at, waitNs, tickNs, ageNs };
  });
}
