/**
 * Looks at the control page of a run at intervals for events that lanes cannot report themselves: threads that have
 * ended or that a node keeps, a graph that has come to a stop, links that begin to drop. Each look takes one
 * `PageSample`; the detectors beside this file compare it with what they found before, and this file acts on their
 * findings.
 *
 * @module
 */
import { PHASE } from "../../../ffi/layout.gen.ts";
import { SluiceError } from "../../errors.ts";
import { logger } from "../../log.ts";
import { type NodeActivity, type NodeState, readPhase } from "../../stats.ts";
import type { LinkEntry, NodeEntry } from "../../graph/entries.ts";
import type { LaneReplacer } from "../lane_replacer.ts";
import type { LaneNews } from "../lane_news.ts";
import type { LaneHold, LaneThread } from "../../lanes/ports/lane_thread.ts";
import { isIsolated } from "../../placement/isolation.ts";
import type { Run } from "../run.ts";
import { findDrops, type Losses } from "./drops.ts";
import { awaitingCalls, nameOfCall } from "./late_calls.ts";
import { LinkGrowth } from "./link_growth.ts";
import { type KeptLane, type NodePlace, NodeWatch, type Outsiders, type StuckNode } from "./node_watch.ts";
import { describeLane } from "./overdue.ts";
import { MAX_STEP_NS, PageSample, type Steady } from "./page_sample.ts";
import { lookForIdle, lookForStop, type Stillness, UNSEEN } from "./stop.ts";
import { describeUnread, unreadSinks } from "./unread.ts";

/** The time between two looks at the control page, milliseconds; less if a node is stuck sooner. */
const WATCH_EVERY_MS = 500;

/** The extra time beyond the limit of `setup()` before the watch refuses it in the lane's place, milliseconds. */
const SETUP_SLACK_MS = 500;

/** Looks that must find a thread dead before its last reports count as lost. */
const LAST_LOOKS = 4;

/** States of nodes that die with their lane's thread: a node that is restarted does as well. */
const DIES: ReadonlySet<NodeState | undefined> = new Set<NodeState>(["running", "failed", "restarting"]);

/** The findings of the last look, which the next look is compared with. */
interface Before {
  calls: ReadonlyMap<NodeEntry, Steady>;
  unread: ReadonlyMap<LinkEntry, Steady>;
  losses: ReadonlyMap<LinkEntry, Losses>;
  /** The stillness of the whole graph. */
  stillness: Stillness;
  /** The stillness of the lanes that no node keeps; only a graph that is being stopped is looked at for it. */
  idleness: Stillness;
  /** The time of the look, nanoseconds of the runtime's clock and of the nodes' clock. */
  atNs: number;
  nodesNs: number;
}

/** A lane whose thread a node keeps at a look, with the facts of the hold. */
type FoundLane = [LaneThread, Omit<LaneHold, "forNs">];

/** Watches one run, from its start to its end. */
export class SessionWatch {
  readonly #run: Run;
  readonly #replacer: LaneReplacer;
  readonly #news: LaneNews;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nodes: NodeWatch | undefined;
  /** For an offline graph: a live graph drops, or its user declared the waits. */
  #growth: LinkGrowth | undefined;
  /** Nodes whose long calls were logged. */
  readonly #logged = new WeakSet<NodeEntry>();
  /** Nodes that were logged because they await something for long. */
  readonly #toldLate = new WeakSet<NodeEntry>();
  readonly #before: Before = {
    calls: new Map(),
    unread: new Map(),
    losses: new Map(),
    stillness: UNSEEN,
    idleness: UNSEEN,
    atNs: 0,
    nodesNs: 0,
  };
  /** The time to the next look, and to the next check for a stop of the graph, milliseconds. */
  #everyMs = WATCH_EVERY_MS;
  #untilStopMs = WATCH_EVERY_MS;

  constructor(run: Run, replacer: LaneReplacer, news: LaneNews) {
    this.#run = run;
    this.#replacer = replacer;
    this.#news = news;
  }

  /**
   * Watches lanes that open their nodes, and logs a `setup()` that takes long. Lanes themselves refuse a `setup()` that
   * takes too long, unless it keeps the lane's thread: the watch refuses that one. A graph that is to stop does not
   * wait for it.
   */
  watchOpening(): void {
    const { driver, lanes, options: { setupTimeoutMs, stuckAfterMs } } = this.#run;
    const everyMs = stuckAfterMs === 0 ? SETUP_SLACK_MS / 2 : Math.min(SETUP_SLACK_MS / 2, Math.ceil(stuckAfterMs / 4));
    const limitMs = setupTimeoutMs === 0 ? Infinity : setupTimeoutMs + SETUP_SLACK_MS;
    const since = new Map<NodeEntry, number>();
    this.#timer = setInterval(() => {
      for (const lane of lanes.all.filter(({ isOpening }) => isOpening)) {
        if (lane.wasDeadFor(LAST_LOOKS, this.#run.page)) {
          this.#news.failed(lane, ended(lane, "unasked before its nodes had returned from setup()"));
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

  /** Watches the running graph. */
  watch(): void {
    const { topology } = this.#run;
    this.#nodes = new NodeWatch(this.#run, (nodes) => this.#stuckAfterNs(nodes));
    this.end();
    if (topology.mode === "offline") {
      this.#growth = new LinkGrowth(this.#run);
      this.#growth.watch();
    }
    this.tellWaits(topology.nodes.values());
    this.#lookOn(this.#nodes);
  }

  /** Reports at once which of these nodes begin to wait for links, and which cease to. */
  tellWaits(nodes: Iterable<NodeEntry>): void {
    this.#nodes?.tellWaits(nodes, this.#run.driver.nowNs());
  }

  #lookOn(watch: NodeWatch): void {
    // An edit may bring nodes with other limits.
    const { nodes } = this.#run.topology;
    const leastMs = Math.min(...[...nodes.values()].map((node) => this.#stuckAfterNs([node]))) / 1e6;
    this.#everyMs = Math.min(WATCH_EVERY_MS, Math.ceil(leastMs / 4));
    this.#timer = setTimeout(() => {
      this.#lookOn(watch);
      this.#look(watch);
    }, this.#everyMs);
  }

  #look(watch: NodeWatch): void {
    const { page, driver, lanes, topology } = this.#run;
    const open = lanes.open.filter(({ is }) => !is.replaced);
    const now = new PageSample(topology, page, driver.nowNs());
    const { stuck, kept, dwelling } = watch.look(now, lanes.all, this.#outsiders());
    for (const { index } of dwelling) page.callAttention(index);
    const held = new Map([...stuck.map((each) => this.#stuck(each)), ...kept.map((each) => this.#kept(each))]);
    this.#endHeld(held, now.atNs);
    this.#lookForWaits(now);
    if (!this.#run.edits!.underWay) this.#run.memory!.trim(topology);
    if (this.#run.isStopping) {
      const indices = new Set([...held.keys()].map(({ index }) => index));
      const { stillness, isIdle } = lookForIdle(this.#before.idleness, now, open, page, indices);
      this.#before.idleness = stillness;
      if (isIdle) return this.#cutShort([...held.values()].map(({ error }) => error.message).join("; "));
    }
    this.#takeDead(open);
    this.#untilStopMs -= this.#everyMs;
    if (this.#untilStopMs > 0) return;
    this.#untilStopMs = WATCH_EVERY_MS;
    this.#lookForStop(open, now);
  }

  /** Reports nodes that await something, or a script, for long. Time in which the graph is paused does not count. */
  #lookForWaits(now: PageSample): void {
    const { clock, states, topology, options: { stuckAfterMs } } = this.#run;
    const before = this.#before;
    const nodesNs = clock.nowNs();
    const stepNs = Math.min(nodesNs - before.nodesNs, MAX_STEP_NS);
    before.nodesNs = nodesNs;
    before.calls = awaitingCalls(before.calls, now, states, stepNs);
    for (const [node, call] of before.calls) this.#late(node, call);
    const known = before.unread;
    before.unread = unreadSinks(known, now, topology, stepNs);
    for (const [link, wait] of stuckAfterMs === 0 ? [] : before.unread) {
      const isNew = (known.get(link)?.forNs ?? 0) < stuckAfterMs * 1e6;
      if (isNew && wait.forNs >= stuckAfterMs * 1e6) logger("runtime").warn(describeUnread(link, wait));
    }
  }

  /**
   * Replaces lanes whose threads have ended, or ends the run. A thread that a node ended has reported that by the last
   * look.
   */
  #takeDead(open: readonly LaneThread[]): void {
    for (const lane of open) {
      if (!lane.wasDeadFor(LAST_LOOKS, this.#run.page)) continue;
      const loss = this.#lossOf(lane);
      if (loss !== undefined) this.#news.failed(lane, loss);
      // A lane whose nodes have all ended, or that is being opened, still takes part in edits.
      if (!lane.is.replaced) this.#replacer.take(lane, ended(lane, "unasked"));
    }
  }

  /** Returns the error for a lane whose thread has ended unasked, if it ran nodes that have not ended. */
  #lossOf({ name }: LaneThread): SluiceError | undefined {
    const { topology, states } = this.#run;
    const lost = [...topology.nodes.values()].filter((node) => node.lane === name && DIES.has(states.get(node.id)));
    if (lost.length === 0) return undefined;
    const ran = lost.map(({ id }) => `"${id}"`).join(", ");
    return new SluiceError("LaneCrashed", `Lane "${name}" ended unasked; it ran ${ran}`);
  }

  /** Publishes links that begin to drop, and ends a graph in which every lane waits for another with an error. */
  #lookForStop(open: readonly LaneThread[], now: PageSample): void {
    const before = this.#before;
    const { losses, events } = findDrops(before.losses, now);
    before.losses = losses;
    for (const event of events) this.#run.events.publish(event);
    this.#run.lanes.lookAtLate();
    // Nodes that an edit holds, or that wait for a new thread, are idle without the graph being at a stop.
    if (this.#run.edits?.underWay || this.#replacer.replaces || this.#growth?.underWay) {
      before.stillness = { ...before.stillness, looks: 0 };
      return;
    }
    const { stillness, error } = lookForStop(before.stillness, now, open, this.#run, this.#growth);
    before.stillness = stillness;
    if (error !== undefined) this.#run.end(error);
  }

  /** Stops looking. */
  end(): void {
    clearInterval(this.#timer);
    this.#growth?.end();
  }

  /** Returns the activity of a node. */
  activityOf(node: NodeEntry): NodeActivity {
    return this.#nodes?.activityOf(node, this.#run.driver.nowNs()) ?? { kind: "idle" };
  }

  /**
   * Returns nodes that lanes prepare for the graph, and nodes that left it and have not ended. Leaves out those of late
   * lanes: they are not on the present lane of that name.
   */
  #outsiders(): Outsiders {
    const { edits, lanes } = this.#run;
    const gone = edits?.leaving.filter(({ lane }) => lanes.at(lane) !== undefined) ?? [];
    return { drafted: edits?.drafted ?? [], gone: gone.map(({ node }) => node) };
  }

  /** Ends the draining of a graph that cannot be drained. @param why for the log */
  #cutShort(why: string): void {
    logger("runtime").warn(`Stopped before the graph was drained: ${why}`);
    this.#run.end();
  }

  #inSetup({ name }: LaneThread): NodeEntry | undefined {
    const { page, topology } = this.#run;
    return [...topology.nodes.values()].find((node) =>
      node.lane === name && readPhase(page, node.index) === PHASE.setup
    );
  }

  #lateInSetup(node: NodeEntry, forMs: number): void {
    const { isStopping, options: { setupTimeoutMs } } = this.#run;
    const late = `Node "${node.id}" (${node.type.descriptor.type}) has not returned from setup() for ${forMs} ms`;
    if (isStopping) return this.#cutShort(late);
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
    const message =
      `Node "${id}" (${descriptor.type}) did not return from setup() within ${this.#run.options.setupTimeoutMs} ms, ` +
      `and keeps lane "${lane.name}"; if it may take longer, raise "setupTimeoutMs" of the runtime`;
    const error = new SluiceError("Timeout", message, { nodeId: id });
    if (!this.#replacer.take(lane, error, "stuck")) lane.refuseOpening(error);
  }

  /** Handles a node that keeps its lane's thread. @returns the lane, and the hold */
  #stuck({ node, lane, forNs, place }: StuckNode): FoundLane {
    const { id, type: { descriptor } } = node;
    const ms = Math.floor(forNs / 1e6);
    const message = `Node "${id}" (${descriptor.type}) has kept lane ${
      describeLane(this.#run, lane)
    } for ${ms} ms without returning`;
    const error = new SluiceError("NodeFailed", message, { nodeId: id });
    this.#giveUp(lane, error, place, [node]);
    return [lane, { error, limitNs: this.#limitNs([node]), isIsolated: isIsolated(node) }];
  }

  /** Handles nodes, one of which keeps their lane's thread. @returns the lane, and the hold */
  #kept({ lane, forNs, nodes, isCallback, place = "graph" }: KeptLane): FoundLane {
    const ids = nodes.map(({ id }) => `"${id}"`).join(" or ");
    const message = `Lane ${describeLane(this.#run, lane)} has been kept for ${Math.floor(forNs / 1e6)} ms by ` +
      (isCallback ? `a callback of ${ids}` : `${ids}, which have awaited something`);
    const error = new SluiceError("LaneCrashed", message);
    const isNew = this.#giveUp(lane, error, place, nodes);
    if (isNew) this.#run.events.publish({ group: "lane", lane: lane.name, kind: "warning", message });
    return [lane, { error, limitNs: this.#limitNs(nodes), isIsolated: false }];
  }

  /** Ends the run for a thread that was kept for too long and is not replaced. */
  #endHeld(found: ReadonlyMap<LaneThread, FoundLane[1]>, nowNs: number): void {
    const { lanes, options: { stuckAfterMs }, end } = this.#run;
    const stuckAfterNs = stuckAfterMs === 0 ? Infinity : stuckAfterMs * 1e6;
    const stepNs = Math.min(nowNs - this.#before.atNs, MAX_STEP_NS);
    this.#before.atNs = nowNs;
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
    if (over !== undefined) end(over.hold!.error);
  }

  /** Returns how long a call of any of these nodes may hold the thread before the watch reports it, nanoseconds. */
  #stuckAfterNs(nodes: readonly NodeEntry[]): number {
    const { stuckAfterMs } = this.#run.options;
    return Math.min(stuckAfterMs === 0 ? Infinity : stuckAfterMs * 1e6, this.#limitNs(nodes));
  }

  /** Returns the longest time that a call of any of these nodes may take, nanoseconds. */
  #limitNs(nodes: readonly NodeEntry[]): number {
    // The process of an isolated node is killed in time.
    const limitsMs = nodes.map((node) =>
      node.isolate === "process" ? 0 : node.callTimeoutMs ?? this.#run.options.callTimeoutMs
    );
    return limitsMs.includes(0) ? Infinity : Math.max(...limitsMs) * 1e6;
  }

  /** True if a lane has nodes of the graph, besides nodes that an edit prepares or has removed. */
  #runsGraph(lane: number): boolean {
    const { lanes, states, topology } = this.#run;
    const name = lanes.at(lane)?.name;
    return [...topology.nodes.values()].some((node) => node.lane === name && states.get(node.id) === "running");
  }

  /** Reports a node that has awaited something for long, and fails it if there is a limit. */
  #late(node: NodeEntry, awaited: Steady): void {
    const { forNs } = awaited;
    const call = nameOfCall(awaited);
    const { topology, lanes, options: { stuckAfterMs, ...options } } = this.#run;
    const { id, index, type: { descriptor } } = node;
    const awaitTimeoutMs = node.callTimeoutMs ?? options.awaitTimeoutMs;
    if (awaitTimeoutMs > 0 && forNs >= awaitTimeoutMs * 1e6) {
      lanes.named(node.lane)?.send({ kind: "overdue", node: id, record: index, call, afterMs: awaitTimeoutMs });
    }
    if (stuckAfterMs === 0 || forNs < stuckAfterMs * 1e6 || this.#toldLate.has(node)) return;
    // The data that a live source waits for may come at any time.
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
   * Gives up a lane whose thread is kept, if its nodes can continue elsewhere.
   *
   * @param place of the nodes that may keep the thread
   * @returns true if they cannot and this was not reported before
   */
  #giveUp(lane: LaneThread, error: SluiceError, place: NodePlace, nodes: readonly NodeEntry[]): boolean {
    if (this.#replacer.take(lane, error, place === "graph" ? "stuck" : place)) return false;
    if (nodes.every((node) => this.#logged.has(node))) return false;
    for (const node of nodes) this.#logged.add(node);
    const why = nodes.every(({ isolate }) => isolate === "process")
      ? 'its process is killed once that has lasted as long as "callTimeoutMs" says'
      : lane.kind === "native"
      ? "nothing can end a native stage"
      : place === "gone"
      ? 'an edit has taken it out; the thread is replaced only where nodes of the graph are left on it, and "supervision" ' +
        "says of each to restart or disable it"
      : 'its thread is replaced only where "supervision" says of each of its nodes to restart or disable it';
    logger("runtime").warn(`${error.message}; ${why}; ${this.#whatComes(lane.index, nodes)}`);
    return true;
  }

  /** Describes the fate of a run in which a kept thread is not replaced. */
  #whatComes(lane: number, nodes: readonly NodeEntry[]): string {
    const limitNs = this.#limitNs(nodes);
    return limitNs < Infinity && this.#runsGraph(lane)
      ? `the run fails once that has lasted ${limitNs / 1e6} ms, which "callTimeoutMs" can change`
      : "the run goes on without it";
  }
}

function ended({ name }: LaneThread, how: string): SluiceError {
  return new SluiceError("LaneCrashed", `Lane "${name}" ended ${how}`);
}
