/**
 * Finds overloaded lanes from the control page alone, and measures each node's share of the load since.
 *
 * The load of a lane is the measured time of its nodes in ticks, plus the cost of the ticks to the lane itself. An
 * asynchronous tick is measured until it first awaits something.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import { readLinkCounts } from "../links/link_counts.ts";
import { readNodeWork } from "../stats.ts";
import type { Topology } from "../topology.ts";

/** The share of its time in ticks from which a lane is overloaded. */
export const OVERLOAD = 0.8;

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

/** The counts of all nodes and links at a look. */
interface Look {
  readonly atNs: number;
  readonly nodes: ReadonlyMap<NodeEntry, { readonly ticks: number; readonly busyNs: number }>;
  readonly links: ReadonlyMap<LinkEntry, number>;
}

/** Measures one run. */
export class LoadWatch {
  readonly #topology: Topology;
  readonly #page: ControlPage;
  #last: Look | undefined;
  /** The look from which the overload is measured. */
  #since: Look | undefined;

  constructor(topology: Topology, page: ControlPage) {
    this.#topology = topology;
    this.#page = page;
  }

  /**
   * Looks once.
   *
   * @param nowNs a clock that stops while the graph is paused, nanoseconds
   * @returns the measurement since the first look after which one of the lanes with nodes that the runtime places was
   * overloaded all the time; `undefined` if there is none
   */
  look(nowNs: number): MeasuredLoad | undefined {
    const last = this.#last;
    const now = this.#last = this.#take(nowNs);
    if (last === undefined || nowNs <= last.atNs) return undefined;
    if (!this.#isOverloaded(measure(last, now).nodes)) {
      this.#since = undefined;
      return undefined;
    }
    return measure(this.#since ??= last, now);
  }

  /** Starts anew: earlier looks do not count. */
  forget(): void {
    this.#last = this.#since = undefined;
  }

  #take(atNs: number): Look {
    const { nodes, links } = this.#topology;
    return {
      atNs,
      nodes: new Map(nodes.values().map((node) => [node, readNodeWork(this.#page, node.index)])),
      links: new Map(links.values().map((link) => [link, readLinkCounts(this.#page, link.index).read])),
    };
  }

  #isOverloaded(loads: MeasuredLoad["nodes"]): boolean {
    const lanes = lanesOf(loads);
    const watched = new Set([...loads.keys()].filter(({ autoPlaced }) => autoPlaced).map(({ lane }) => lane));
    return [...watched].some((lane) => lanes.get(lane)! >= OVERLOAD);
  }
}

/** Returns the loads of lanes. */
export function lanesOf(nodes: MeasuredLoad["nodes"]): Map<string, number> {
  const lanes = new Map<string, number>();
  for (const [{ lane }, load] of nodes) lanes.set(lane, (lanes.get(lane) ?? 0) + load);
  return lanes;
}

function measure(from: Look, to: Look): MeasuredLoad {
  const forNs = to.atNs - from.atNs;
  const loadOf = (node: NodeEntry) => {
    const [before, after] = [from.nodes.get(node), to.nodes.get(node)!];
    if (before === undefined) return 0;
    return Math.max(0, (after.busyNs - before.busyNs + (after.ticks - before.ticks) * TICK_NS) / forNs);
  };
  return {
    forNs,
    nodes: new Map(to.nodes.keys().map((node) => [node, loadOf(node)])),
    links: new Map(
      to.links.entries().map(([link, read]) => [link, (read - (from.links.get(link) ?? read)) / forNs * 1e9]),
    ),
  };
}
