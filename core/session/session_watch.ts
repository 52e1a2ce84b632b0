/**
 * Looks at the control page of a run now and then, for what no lane can report itself: threads that have ended or that
 * a node keeps, a graph that has come to a stop, links that begin to drop.
 *
 * @module
 */
import { PHASE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { SluiceError } from "../errors.ts";
import type { NodeStates } from "../events/node_states.ts";
import { logger } from "../log.ts";
import type { Pool } from "../memory/pool.ts";
import type { NodeActivity } from "../node_activity.ts";
import { readLaneCounters, readPhase } from "../stats.ts";
import type { NodeEntry } from "../topology.ts";
import { DropWatch } from "./drop_watch.ts";
import type { LaneKeeper } from "./lane_keeper.ts";
import {
  type KeptLane,
  type NodePlace,
  NodeWatch,
  type Outsiders,
  type StuckNode,
  type WatchedLane,
} from "./node_watch.ts";
import type { SessionLanes } from "./session_lanes.ts";
import type { SessionOptions } from "./session_options.ts";
import { Watchdog } from "./watchdog.ts";

/** How often the control page is looked at, milliseconds; more often where a node is stuck sooner. */
const WATCH_EVERY_MS = 500;

/** How much longer than `setup()` may take a lane is waited for until it says so, milliseconds. */
const SETUP_SLACK_MS = 500;

/** What watching asks of the session. */
export interface WatchSite {
  readonly options: SessionOptions;
  readonly lanes: SessionLanes;
  readonly states: NodeStates;
  readonly keeper: LaneKeeper;
  page(): ControlPage;
  pools(): readonly Pool[];
  /** Whether an edit is being made. */
  editing(): boolean;
  /** Nodes that lanes make ready for the graph, and those that were taken out of it and have not come to their end. */
  outsiders(): Outsiders;
  /** A lane cannot go on. */
  failed(lane: number, error: SluiceError): void;
  /** A lane is being replaced. */
  laneLost(lane: number, error: SluiceError): void;
  endRun(error: SluiceError): void;
}

/** See the module. */
export class SessionWatch {
  readonly #site: WatchSite;
  #timer: ReturnType<typeof setInterval> | undefined;
  #nodes: NodeWatch | undefined;
  /** Nodes whose long calls were logged. */
  readonly #logged = new WeakSet<NodeEntry>();

  constructor(site: WatchSite) {
    this.#site = site;
  }

  /**
   * Watches lanes that open their nodes. They tell of a `setup()` that takes too long; here it is told of one that
   * keeps its lane from telling.
   */
  watchOpening(): void {
    const { setupTimeoutMs, driver } = this.#site.options;
    if (setupTimeoutMs === 0) return;
    const since = new Map<NodeEntry, number>();
    this.#timer = setInterval(() => {
      for (const index of this.#site.lanes.opening) {
        const node = this.#inSetup(index);
        if (node === undefined) continue;
        const nowNs = driver.nowNs();
        if (!since.has(node)) since.set(node, nowNs);
        if (nowNs - since.get(node)! >= (setupTimeoutMs + SETUP_SLACK_MS) * 1e6) this.#keepsFromOpening(index, node);
      }
    }, SETUP_SLACK_MS / 2);
  }

  /** Watches the graph run. */
  watch(): void {
    const { options, lanes, keeper, states, failed, endRun } = this.#site;
    const { topology, events, driver, stuckAfterMs } = options;
    const page = this.#site.page();
    const watchdog = new Watchdog(topology, page);
    const drops = new DropWatch(topology, page, events);
    const poolName = (index: number) => this.#site.pools()[index]?.name ?? "";
    const nodes = this.#nodes = new NodeWatch(topology, page, events, poolName, stuckAfterMs * 1e6);
    const everyMs = stuckAfterMs === 0 ? WATCH_EVERY_MS : Math.min(WATCH_EVERY_MS, Math.ceil(stuckAfterMs / 4));
    let untilStopMs = WATCH_EVERY_MS;
    this.end();
    this.#timer = setInterval(() => {
      const open = lanes.open.filter(({ index }) => !keeper.isLost(index));
      const { stuck, kept } = nodes.look(open, states, driver.nowNs(), this.#site.outsiders());
      for (const each of stuck) this.#stuck(each);
      for (const each of kept) this.#kept(each);
      for (const { index, error } of watchdog.deadLanes(open, states)) failed(index, error);
      untilStopMs -= everyMs;
      if (untilStopMs > 0) return;
      untilStopMs = WATCH_EVERY_MS;
      drops.look();
      lanes.lookAtLate(keeper.dead);
      // Nodes that an edit holds do nothing, which is no stop; nor do those that wait for a new thread.
      if (this.#site.editing() || keeper.replaces) {
        watchdog.forget();
        return;
      }
      const stop = watchdog.stop(open, states, driver.nowNs());
      if (stop !== undefined) endRun(stop);
    }, everyMs);
  }

  /** Looks no more. */
  end(): void {
    clearInterval(this.#timer);
  }

  /** What a node is doing. */
  activityOf(node: NodeEntry): NodeActivity {
    return this.#nodes?.activityOf(node, this.#site.options.driver.nowNs()) ?? { kind: "idle" };
  }

  #inSetup(lane: number): NodeEntry | undefined {
    const name = this.#site.lanes.nameOf(lane);
    const page = this.#site.page();
    return [...this.#site.options.topology.nodes.values()].find((node) =>
      node.lane === name && readPhase(page, node.index) === PHASE.setup
    );
  }

  #keepsFromOpening(lane: number, { id, type: { descriptor } }: NodeEntry): void {
    const { options, lanes, keeper, laneLost } = this.#site;
    const message =
      `Node "${id}" (${descriptor.type}) did not return from setup() within ${options.setupTimeoutMs} ms, ` +
      `and keeps lane "${lanes.nameOf(lane)}"`;
    const error = new SluiceError("Timeout", message, { nodeId: id });
    if (keeper.take(lane, error, "stuck")) laneLost(lane, error);
    else lanes.refuseOpening(lane, error);
  }

  /** A node keeps its lane's thread. */
  #stuck({ node, lane, forNs, place }: StuckNode): void {
    const { id, type: { descriptor } } = node;
    const ms = Math.floor(forNs / 1e6);
    const message = `Node "${id}" (${descriptor.type}) has kept ${this.#describe(lane)} for ${ms} ms without returning`;
    this.#giveUp(lane, new SluiceError("NodeFailed", message, { nodeId: id }), place, [node]);
  }

  /** One of several nodes keeps their lane's thread. */
  #kept({ lane, forNs, nodes, isCallback, place = "graph" }: KeptLane): void {
    const ids = nodes.map(({ id }) => `"${id}"`).join(" or ");
    const message = `L${this.#describe(lane).slice(1)} has been kept for ${Math.floor(forNs / 1e6)} ms by ` +
      (isCallback ? `a callback of ${ids}` : `${ids}, which have awaited something`);
    const isNew = this.#giveUp(lane, new SluiceError("LaneCrashed", message), place, nodes);
    if (isNew) this.#site.options.events.publish({ group: "lane", lane: lane.name, kind: "warning", message });
  }

  /**
   * A lane's thread is kept: where the nodes of the lane can go on elsewhere, they do.
   *
   * @param place where those stand that may keep it
   * @returns whether they cannot, and that is new
   */
  #giveUp(lane: WatchedLane, error: SluiceError, place: NodePlace, nodes: readonly NodeEntry[]): boolean {
    const { keeper, laneLost } = this.#site;
    if (keeper.take(lane.index, error, place === "graph" ? "stuck" : place)) {
      laneLost(lane.index, new SluiceError("LaneCrashed", error.message));
      return false;
    }
    if (nodes.every((node) => this.#logged.has(node))) return false;
    for (const node of nodes) this.#logged.add(node);
    const why = lane.kind === "native"
      ? "nothing can end a native stage"
      : place === "gone"
      ? 'an edit has taken it out; the thread is replaced only where nodes of the graph are left on it, and "supervision" ' +
        "says of each to restart or disable it"
      : 'its thread is replaced only where "supervision" says of each of its nodes to restart or disable it';
    logger("runtime").warn(`${error.message}; ${why}`);
    return true;
  }

  #describe({ name, index }: WatchedLane): string {
    const { threadId } = readLaneCounters(this.#site.page(), index);
    return `lane "${name}"${threadId > 0 ? ` (thread ${threadId})` : ""}`;
  }
}
