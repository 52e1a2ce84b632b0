/**
 * Finds overloaded lanes, and measures each node's share of the load since.
 *
 * The load of a lane is the measured time of its nodes in ticks, plus the cost of the ticks to the lane itself. An
 * asynchronous tick is measured until it first awaits something.
 *
 * @module
 */
import type { LinkEntry, NodeEntry } from "../../graph/entries.ts";
import type { NodePulse, PageSample } from "./page_sample.ts";

/** The share of its time in ticks from which a lane is overloaded. */
const OVERLOAD = 0.8;

/** The approximate cost of a tick to its lane beside the node's own work, nanoseconds. */
const TICK_NS = 150;

/** The measured times of nodes and frames of links while a lane was overloaded. */
export interface MeasuredLoad {
  /** The duration of the measurement, nanoseconds. */
  readonly forNs: number;
  /** By node: the share of one thread. Nodes that were added since have a share of 0. */
  readonly nodes: ReadonlyMap<NodeEntry, number>;
  /** By link, frames a second. */
  readonly links: ReadonlyMap<LinkEntry, number>;
}

/** The looks that a measurement needs. */
export interface LoadLooks {
  readonly last: PageSample;
  /** The look from which the overload is measured. */
  readonly since?: PageSample | undefined;
  /**
   * The load since the first look after which one of the lanes with nodes that the runtime places was overloaded all the
   * time; absent if there is none.
   */
  readonly measured?: MeasuredLoad;
}

/**
 * Looks once.
 *
 * @param before the result of the look before; `undefined`: earlier looks do not count
 * @param now with a time that stops while the graph is paused
 */
export function lookForLoad(before: LoadLooks | undefined, now: PageSample): LoadLooks {
  if (before === undefined) return { last: now };
  const { last } = before;
  if (now.atNs <= last.atNs) return { last: now, since: before.since };
  if (!isOverloaded(measure(last, now).nodes)) return { last: now };
  const since = before.since ?? last;
  return { last: now, since, measured: measure(since, now) };
}

function isOverloaded(loads: MeasuredLoad["nodes"]): boolean {
  const lanes = lanesOf(loads);
  return loads.keys().some(({ autoPlaced, lane }) => autoPlaced && lanes.get(lane)! >= OVERLOAD);
}

/** Returns the loads of lanes. */
export function lanesOf(nodes: MeasuredLoad["nodes"]): Map<string, number> {
  const lanes = new Map<string, number>();
  for (const [{ lane }, load] of nodes) lanes.set(lane, (lanes.get(lane) ?? 0) + load);
  return lanes;
}

function measure(from: PageSample, to: PageSample): MeasuredLoad {
  const forNs = to.atNs - from.atNs;
  const loadOf = (node: NodeEntry, { busyNs, ticks }: NodePulse) => {
    const before = from.nodes.get(node);
    if (before === undefined) return 0;
    return Math.max(0, (busyNs - before.busyNs + (ticks - before.ticks) * TICK_NS) / forNs);
  };
  const rateOf = (link: LinkEntry, read: number) => (read - (from.links.get(link)?.read ?? read)) / forNs * 1e9;
  return {
    forNs,
    nodes: new Map(to.nodes.entries().map(([node, pulse]) => [node, loadOf(node, pulse)])),
    links: new Map(to.links.entries().map(([link, { read }]) => [link, rateOf(link, read)])),
  };
}
