/**
 * Computes how long frames take from sources to sinks.
 *
 * A frame carries the time at which one of its original frames entered the graph. A node that joins streams dates its
 * output by the frame that it read last, and measures how much older the frames of its other links are. The latency of
 * a way is the age at the sink plus the lag of the way at each join.
 *
 * @module
 */
import { isHidden, type LinkId, type NodeId } from "../ids.ts";
import type { PathLatency, RuntimeStats } from "../stats.ts";
import type { Topology } from "../topology.ts";
import { feedbackLinks, orderedNodes } from "./order.ts";

/**
 * Returns the latency from each source to each sink that it reaches, by the slowest way between the two.
 *
 * @returns one entry for each pair, in the order of the nodes
 */
export function pathLatencies(
  topology: Topology,
  stats: Pick<RuntimeStats, "nodes" | "links">,
): PathLatency[] {
  const ages = new Map(stats.nodes.map(({ id, age }) => [id, age]));
  const lags = new Map(stats.links.map(({ id, joinLagNs }) => [id, joinLagNs]));
  const ways = forwardWays(topology, (link) => lags.get(link));
  const all = [...topology.nodes.values()].filter(({ id }) => ages.has(id));
  return all.filter(({ id }) => topology.connections.intoNode(id).length === 0).flatMap(
    ({ id: source }): PathLatency[] => {
      const reached = slowest(source, ways);
      return all.filter(({ id }) =>
        reached.has(id) && !topology.connections.fromNode(id).some((link) => !isHidden(link.id))
      ).map(
        ({ id: sink }) => {
          const lagNs = reached.get(sink);
          const { p50Ns, p99Ns, samples } = ages.get(sink)!;
          if (lagNs === undefined || samples === 0) return { source, sink };
          const latency = { p50Ns: Math.max(0, p50Ns + lagNs), p99Ns: Math.max(0, p99Ns + lagNs), samples };
          return { source, sink, latency };
        },
      );
    },
  );
}

/** The links from each node, in an order in which each node precedes those that it links to. */
type Ways = ReadonlyMap<NodeId, readonly { readonly to: NodeId; readonly lagNs: number | undefined }[]>;

/** @param lagOf the measured lag of a link into a node that joins streams */
function forwardWays(topology: Topology, lagOf: (link: LinkId) => number | undefined): Ways {
  const feedback = feedbackLinks(topology);
  const joins = new Map<NodeId, number>();
  for (const link of topology.links.values()) {
    if (!feedback.has(link)) joins.set(link.toNode, (joins.get(link.toNode) ?? 0) + 1);
  }
  return new Map(
    orderedNodes(topology).map(({ id }) => [
      id,
      topology.connections.fromNode(id).filter((link) => !feedback.has(link))
        .map((link) => ({ to: link.toNode, lagNs: joins.get(link.toNode)! > 1 ? lagOf(link.id) : 0 })),
    ]),
  );
}

/** Returns the nodes that a source reaches, each with the lag of its slowest way; `undefined` if not known yet. */
function slowest(source: NodeId, ways: Ways): Map<NodeId, number | undefined> {
  const reached = new Map<NodeId, number | undefined>([[source, 0]]);
  for (const [node, links] of ways) {
    if (!reached.has(node)) continue;
    const soFarNs = reached.get(node);
    for (const { to, lagNs } of links) {
      const before = reached.get(to);
      const here = soFarNs === undefined || lagNs === undefined ? undefined : soFarNs + lagNs;
      reached.set(to, before === undefined || here === undefined ? before ?? here : Math.max(before, here));
    }
  }
  reached.delete(source);
  return reached;
}
