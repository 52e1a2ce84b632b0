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
import type { NodeActivity } from "../stats/node_activity.ts";
import { readLaneCounters, readPhase } from "../stats.ts";
import type { NodeEntry } from "../topology.ts";
import { CallWatch, type LateCall } from "./call_watch.ts";
import { DropWatch } from "./drop_watch.ts";
import type { LaneKeeper } from "./lane_keeper.ts";
import type { LaneHold, LaneThread } from "./lane_thread.ts";
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
import { MAX_STEP_NS, UnreadWatch } from "./unread_watch.ts";
import { Watchdog } from "./watchdog.ts";

/** How often the control page is looked at, milliseconds; more often where a node is stuck sooner. */
const WATCH_EVERY_MS = 500;

/** How much longer than `setup()` may take a lane is waited for until it says so, milliseconds. */
const SETUP_SLACK_MS = 500;

/** Looks that find a thread ended until what it said last has gone with it. */
const LAST_LOOKS = 4;

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
  /** Whether the graph was told to stop, and drains. */
  stopping(): boolean;
  /** The nodes' clock, which stands still while the graph is paused, nanoseconds. */
  nodesNowNs(): number;
  /** Nodes that lanes make ready for the graph, and those that were taken out of it and have not come to their end. */
  outsiders(): Outsiders;
  /** A lane cannot go on. */
  failed(lane: LaneThread, error: SluiceError): void;
  endRun(error: SluiceError): void;
  /** The graph that is being stopped cannot be drained. @param why for the log */
  giveUp(why: string): void;
}

/** A lane whose thread a node keeps at a look, and what is known of that. */
type FoundLane = [LaneThread, Omit<LaneHold, "forNs">];

/** Watches one run, from its start to its end. */
export class SessionWatch {
  readonly #site: WatchSite;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nodes: NodeWatch | undefined;
  /** Nodes whose long calls were logged. */
  readonly #logged = new WeakSet<NodeEntry>();
  /** Nodes that were told of since they await something for long. */
  readonly #toldLate = new WeakSet<NodeEntry>();
  #lookedAtNs = 0;

  constructor(site: WatchSite) {
    this.#site = site;
  }

  /**
   * Watches lanes that open their nodes, and tells of a `setup()` that takes long. Lanes themselves refuse one that
   * takes too long; here one is refused that keeps its lane from that. A graph that is to stop does not wait for it.
   */
  watchOpening(): void {
    const { setupTimeoutMs, stuckAfterMs, driver } = this.#site.options;
    const everyMs = stuckAfterMs === 0 ? SETUP_SLACK_MS / 2 : Math.min(SETUP_SLACK_MS / 2, Math.ceil(stuckAfterMs / 4));
    const limitMs = setupTimeoutMs === 0 ? Infinity : setupTimeoutMs + SETUP_SLACK_MS;
    const since = new Map<NodeEntry, number>();
    this.#timer = setInterval(() => {
      for (const lane of this.#site.lanes.all.filter(({ isOpening }) => isOpening)) {
        if (lane.wasDeadFor(LAST_LOOKS, this.#site.page())) {
          this.#site.failed(lane, ended(lane, "unasked before its nodes had returned from setup()"));
        }
        const node = this.#inSetup(lane);
        if (node === undefined) continue;
        const nowNs = driver.nowNs();
        if (!since.has(node)) since.set(node, nowNs);
        const forMs = Math.floor((nowNs - since.get(node)!) / 1e6);
        if (forMs >= limitMs) this.#keepsFromOpening(lane, node);
        else if (stuckAfterMs > 0 && forMs >= stuckAfterMs) this.#lateInSetup(node, forMs);
      }
    }, everyMs);
  }

  /** Watches the graph run. */
  watch(): void {
    const { options, lanes, keeper, states, failed, endRun } = this.#site;
    const { topology, events, driver, stuckAfterMs } = options;
    const page = this.#site.page();
    const poolName = (index: number) => this.#site.pools()[index]?.name ?? "";
    const watchdog = new Watchdog(topology, page, poolName);
    const drops = new DropWatch(topology, page, events);
    const calls = new CallWatch(topology, page);
    const unread = new UnreadWatch(topology, page, stuckAfterMs * 1e6);
    const stuckAfterNs = (each: readonly NodeEntry[]) => this.#stuckAfterNs(each);
    const nodes = this.#nodes = new NodeWatch(topology, page, events, poolName, stuckAfterNs);
    let untilStopMs = WATCH_EVERY_MS;
    let everyMs = WATCH_EVERY_MS;
    const lookOn = () => {
      // An edit may bring nodes with other limits.
      const leastMs = Math.min(...[...topology.nodes.values()].map((node) => this.#stuckAfterNs([node]))) / 1e6;
      everyMs = Math.min(WATCH_EVERY_MS, Math.ceil(leastMs / 4));
      this.#timer = setTimeout(look, everyMs);
    };
    const look = () => {
      lookOn();
      const open = lanes.open.filter(({ is }) => !is.replaced);
      const { stuck, kept, dwelling } = nodes.look(open, states, driver.nowNs(), this.#site.outsiders());
      for (const { index } of dwelling) page.callAttention(index);
      const held = new Map([...stuck.map((each) => this.#stuck(each)), ...kept.map((each) => this.#kept(each))]);
      this.#endHeld(held);
      for (const each of calls.look(states, this.#site.nodesNowNs())) this.#late(each);
      for (const message of unread.look(this.#site.nodesNowNs())) logger("runtime").warn(message);
      if (this.#site.stopping() && watchdog.restsBut(open, new Set([...held.keys()].map(({ index }) => index)))) {
        this.#site.giveUp([...held.values()].map(({ error }) => error.message).join("; "));
        return;
      }
      for (const { index, error } of watchdog.deadLanes(open, states)) failed(lanes.at(index)!, error);
      for (const lane of open) {
        // One on which every node has come to its end, or that is being opened, takes part in edits nonetheless.
        if (!lane.is.replaced && lane.wasDeadFor(LAST_LOOKS, page)) keeper.take(lane, ended(lane, "unasked"));
      }
      untilStopMs -= everyMs;
      if (untilStopMs > 0) return;
      untilStopMs = WATCH_EVERY_MS;
      drops.look();
      lanes.lookAtLate();
      // Nodes that an edit holds do nothing, which is no stop; nor do those that wait for a new thread.
      if (this.#site.editing() || keeper.replaces) {
        watchdog.forget();
        return;
      }
      const stop = watchdog.stop(open, states, driver.nowNs());
      if (stop !== undefined) endRun(stop);
    };
    this.end();
    lookOn();
  }

  /** Stops looking. */
  end(): void {
    clearInterval(this.#timer);
  }

  /** What a node is doing. */
  activityOf(node: NodeEntry): NodeActivity {
    return this.#nodes?.activityOf(node, this.#site.options.driver.nowNs()) ?? { kind: "idle" };
  }

  #inSetup({ name }: LaneThread): NodeEntry | undefined {
    const page = this.#site.page();
    return [...this.#site.options.topology.nodes.values()].find((node) =>
      node.lane === name && readPhase(page, node.index) === PHASE.setup
    );
  }

  #lateInSetup(node: NodeEntry, forMs: number): void {
    const { options: { setupTimeoutMs }, stopping, giveUp } = this.#site;
    const late = `Node "${node.id}" (${node.type.descriptor.type}) has not returned from setup() for ${forMs} ms`;
    if (stopping()) return giveUp(late);
    if (this.#toldLate.has(node)) return;
    this.#toldLate.add(node);
    const limit = setupTimeoutMs > 0
      ? `it fails after ${setupTimeoutMs} ms, which "setupTimeoutMs" of the runtime can change`
      : "it is waited for without a limit";
    logger("runtime").warn(
      `${late}: it is busy, or awaits a promise of its own that has not settled, such as that of a fetch(), a timer or ` +
        `an event; ${limit}`,
    );
  }

  #keepsFromOpening(lane: LaneThread, { id, type: { descriptor } }: NodeEntry): void {
    const { options, keeper } = this.#site;
    const message =
      `Node "${id}" (${descriptor.type}) did not return from setup() within ${options.setupTimeoutMs} ms, ` +
      `and keeps lane "${lane.name}"; if it may take longer, raise "setupTimeoutMs" of the runtime`;
    const error = new SluiceError("Timeout", message, { nodeId: id });
    if (!keeper.take(lane, error, "stuck")) lane.refuseOpening(error);
  }

  /** A node keeps its lane's thread. @returns the lane, and why */
  #stuck({ node, lane, forNs, place }: StuckNode): FoundLane {
    const { id, type: { descriptor } } = node;
    const ms = Math.floor(forNs / 1e6);
    const message = `Node "${id}" (${descriptor.type}) has kept lane ${
      this.#describe(lane)
    } for ${ms} ms without returning`;
    const error = new SluiceError("NodeFailed", message, { nodeId: id });
    this.#giveUp(lane, error, place, [node]);
    return [this.#site.lanes.at(lane.index)!, { error, limitNs: this.#limitNs([node]) }];
  }

  /** One of several nodes keeps their lane's thread. @returns the lane, and why */
  #kept({ lane, forNs, nodes, isCallback, place = "graph" }: KeptLane): FoundLane {
    const ids = nodes.map(({ id }) => `"${id}"`).join(" or ");
    const message = `Lane ${this.#describe(lane)} has been kept for ${Math.floor(forNs / 1e6)} ms by ` +
      (isCallback ? `a callback of ${ids}` : `${ids}, which have awaited something`);
    const error = new SluiceError("LaneCrashed", message);
    const isNew = this.#giveUp(lane, error, place, nodes);
    if (isNew) this.#site.options.events.publish({ group: "lane", lane: lane.name, kind: "warning", message });
    return [this.#site.lanes.at(lane.index)!, { error, limitNs: this.#limitNs(nodes) }];
  }

  /** Ends the run for a thread that was kept for too long and is not replaced. */
  #endHeld(found: ReadonlyMap<LaneThread, FoundLane[1]>): void {
    const { options: { driver, stuckAfterMs }, lanes, endRun } = this.#site;
    const stuckAfterNs = stuckAfterMs === 0 ? Infinity : stuckAfterMs * 1e6;
    const nowNs = driver.nowNs();
    const stepNs = Math.min(nowNs - this.#lookedAtNs, MAX_STEP_NS);
    this.#lookedAtNs = nowNs;
    for (const lane of lanes.all) {
      const hold = lane.is.replaced ? undefined : found.get(lane);
      // Two looks must have found it: the whole process may have been stopped before the first.
      lane.hold = hold && {
        ...hold,
        forNs: lane.hold === undefined ? Math.min(stuckAfterNs, hold.limitNs - 1) : lane.hold.forNs + stepNs,
      };
    }
    const over = lanes.all.find(({ hold, index }) => (
      hold !== undefined && hold.forNs >= hold.limitNs && this.#runsGraph(index)
    ));
    if (over !== undefined) endRun(over.hold!.error);
  }

  /** How long a call of any of these nodes may hold the thread until that is told, nanoseconds. */
  #stuckAfterNs(nodes: readonly NodeEntry[]): number {
    const { stuckAfterMs } = this.#site.options;
    return Math.min(stuckAfterMs === 0 ? Infinity : stuckAfterMs * 1e6, this.#limitNs(nodes));
  }

  /** The most that a call of any of these nodes may take, nanoseconds. */
  #limitNs(nodes: readonly NodeEntry[]): number {
    const limitsMs = nodes.map((node) => node.callTimeoutMs ?? this.#site.options.callTimeoutMs);
    return limitsMs.includes(0) ? Infinity : Math.max(...limitsMs) * 1e6;
  }

  /** Whether a lane has nodes of the graph, not only such as an edit makes ready or has taken out. */
  #runsGraph(lane: number): boolean {
    const { lanes, states, options: { topology } } = this.#site;
    const name = lanes.at(lane)?.name;
    return [...topology.nodes.values()].some((node) => node.lane === name && states.get(node.id) === "running");
  }

  /** A node has awaited something for long: it is told of, and fails where there is a limit. */
  #late({ node, call, forNs }: LateCall): void {
    const { options: { topology, stuckAfterMs, ...options }, lanes } = this.#site;
    const { id, index, type: { descriptor } } = node;
    const awaitTimeoutMs = node.callTimeoutMs ?? options.awaitTimeoutMs;
    if (awaitTimeoutMs > 0 && forNs >= awaitTimeoutMs * 1e6) {
      lanes.named(node.lane)?.send({ kind: "overdue", node: id, record: index, call, afterMs: awaitTimeoutMs });
    }
    if (stuckAfterMs === 0 || forNs < stuckAfterMs * 1e6 || this.#toldLate.has(node)) return;
    // What a live source waits for may come at any time.
    if (topology.mode === "live" && descriptor.inputs.length === 0) return;
    this.#toldLate.add(node);
    const limit = awaitTimeoutMs > 0
      ? `it fails after ${awaitTimeoutMs} ms, which "callTimeoutMs" can change`
      : "a promise that never settles keeps it so for ever";
    logger("runtime").warn(
      `Node "${id}" (${descriptor.type}) has awaited something in ${call} for ${
        Math.floor(forNs / 1e6)
      } ms, in which ` +
        `it has neither read nor written; ${limit}`,
    );
  }

  /**
   * A lane's thread is kept: where the nodes of the lane can go on elsewhere, they do.
   *
   * @param place where those stand that may keep it
   * @returns whether they cannot, and that is new
   */
  #giveUp(lane: WatchedLane, error: SluiceError, place: NodePlace, nodes: readonly NodeEntry[]): boolean {
    const { keeper, lanes } = this.#site;
    if (keeper.take(lanes.at(lane.index)!, error, place === "graph" ? "stuck" : place)) return false;
    if (nodes.every((node) => this.#logged.has(node))) return false;
    for (const node of nodes) this.#logged.add(node);
    const why = lane.kind === "native"
      ? "nothing can end a native stage"
      : place === "gone"
      ? 'an edit has taken it out; the thread is replaced only where nodes of the graph are left on it, and "supervision" ' +
        "says of each to restart or disable it"
      : 'its thread is replaced only where "supervision" says of each of its nodes to restart or disable it';
    logger("runtime").warn(`${error.message}; ${why}; ${this.#whatComes(lane.index, nodes)}`);
    return true;
  }

  /** What becomes of a run in which a thread is kept that is not replaced. */
  #whatComes(lane: number, nodes: readonly NodeEntry[]): string {
    const limitNs = this.#limitNs(nodes);
    return limitNs < Infinity && this.#runsGraph(lane)
      ? `the run fails once that has lasted ${limitNs / 1e6} ms, which "callTimeoutMs" can change`
      : "the run goes on without it";
  }

  /** The lane's name, with the number of its thread where that is known. */
  #describe({ name, index }: WatchedLane): string {
    const { threadId } = readLaneCounters(this.#site.page(), index);
    return `"${name}"${threadId > 0 ? ` (thread ${threadId})` : ""}`;
  }
}

function ended({ name }: LaneThread, how: string): SluiceError {
  return new SluiceError("LaneCrashed", `Lane "${name}" ended ${how}`);
}
