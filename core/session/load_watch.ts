/**
 * Finds out from the control page alone that a lane has too much to do, and what each node has taken of it since.
 *
 * The load of a lane is what its nodes have spent in ticks, as measured, and what the ticks cost the lane beside that.
 * Of an asynchronous tick, what it does until it first awaits something is measured.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import { readLinkCounts } from "../links/link_counts.ts";
import { readNodeWork } from "../stats.ts";
import type { Topology } from "../topology.ts";

/** A lane has too much to do that spends so much of its time in ticks. */
export const OVERLOAD = 0.8;

/** What a tick costs its lane beside the node's own work, about, nanoseconds. */
const TICK_NS = 150;

/** What nodes have taken, and links have carried, while a lane had too much to do. */
export interface MeasuredLoad {
  /** For how long, nanoseconds. */
  readonly forNs: number;
  /** By node: the share of one thread. Nodes that have come since have taken nothing. */
  readonly nodes: ReadonlyMap<NodeEntry, number>;
  /** By link, frames a second. */
  readonly links: ReadonlyMap<LinkEntry, number>;
}

/** How far everything was at a look. */
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
  /** The look at which the lane that has too much to do had not yet. */
  #since: Look | undefined;

  constructor(topology: Topology, page: ControlPage) {
    this.#topology = topology;
    this.#page = page;
  }

  /**
   * Looks once.
   *
   * @param nowNs a clock that stands still while the graph is paused, nanoseconds
   * @returns what was measured since the first look after which one of the lanes with nodes that the runtime places has
   * had too much to do all the time; `undefined` while there is none
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

  /** Starts anew: earlier looks no longer count. */
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

/** The loads of lanes. */
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
