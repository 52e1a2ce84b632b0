/**
 * How one version of a graph is doing: takes the frames of statistics as they come, and keeps the newest one, the
 * rates over about a second, and the condition of each node and link. All of it stands in arrays in the order of the
 * graph's lists; a frame of another version is refused, since its indices mean other things.
 *
 * Memory is that of the readings of about a second, whatever the time. Taking a frame copies no column but those that
 * it has to compute.
 *
 * @module
 */
import { POLICIES } from "./policies.ts";
import { type GraphSnapshot, type GraphState, NODE_STATES, type NodeLifeState } from "../../control/schemas/graph.ts";
import { BLOCKED_ON, BUCKET_SHIFTS, bucketNs, LANE_STATES, PHASES } from "../../control/schemas/stats_layout.ts";
import { framesDropped, framesRead, type StatsFrame } from "../../control/schemas/stats_frame.ts";
import { graver, type Health, linkHealth, nodeHealth } from "./health.ts";
import { Rates } from "./rates.ts";

/** States of a graph that does not run any more. */
const OVER: readonly GraphState[] = ["completed", "stopped", "failed"];

/** How long a drop is shown, milliseconds. */
const SHOW_DROP_MS = 2000;

/** A link of a live graph that is full for so long cannot keep up, milliseconds. */
const FULL_MS = 1000;

/** The age that is shown is the greatest of this time and as long before, milliseconds. */
const AGE_MS = 500;

/** What a node shows. Rates are `NaN` until they are known. */
export interface NodeFigures {
  readonly health: Health;
  /** Where it is in its life. */
  readonly state: NodeLifeState;
  readonly ticks: number;
  readonly ticksPerSecond: number;
  /** Share of the time in `process()`, from 0 to 1. */
  readonly busyShare: number;
  /** Over the last 10 s, nanoseconds; 0 if no tick was timed in them. */
  readonly tickP50Ns: number;
  readonly tickP99Ns: number;
  readonly errors: number;
  /** The link that keeps it from running: its index, or -1. */
  readonly blockedOnLink: number;
  /** The input that it waits for a link to: it is not run before it has one. */
  readonly awaits?: string;
  /** How long it has been in the call that it is in, milliseconds. */
  readonly inCallMs: number;
}

/** What a link shows. Rates are `NaN` until they are known. */
export interface LinkFigures {
  readonly health: Health;
  readonly written: number;
  readonly read: number;
  readonly dropped: number;
  readonly queued: number;
  readonly capacity: number;
  readonly writtenPerSecond: number;
  readonly readPerSecond: number;
  readonly droppedPerSecond: number;
  /** How many frames were dropped since the last acknowledgement, or in all. */
  readonly unseenDrops: number;
  /** How many of these a full link or a dying lane lost: what a policy or an edit leaves out is no loss. */
  readonly unseenLost: number;
  /** How long ago a full link or a dying lane last lost a frame; `Infinity` if this page saw no loss. */
  readonly lossAgoMs: number;
  /** In a live graph it has been full for a second. */
  readonly isFull: boolean;
  /**
   * Age that the newest frame came to within about the last second, nanoseconds; 0 if nothing was written yet. As each
   * frame makes it small again, the age at one moment says less.
   */
  readonly ageNs: number;
}

/** The figures of one version of a graph. */
export class GraphFigures {
  readonly graph: GraphSnapshot;
  /** Condition of each node, by index. */
  readonly nodeHealth: Health[];
  /** Condition of each link, by index. */
  readonly linkHealth: Health[];
  readonly #ticks: Rates;
  readonly #busyUs: Rates;
  readonly #written: Rates;
  readonly #read: Rates;
  readonly #dropped: Rates;
  readonly #readCounts: Float64Array;
  readonly #droppedCounts: Float64Array;
  readonly #faultCounts: Float64Array;
  readonly #lastFaultMs: Float64Array;
  /** Drops and losses that were acknowledged. */
  readonly #seenDrops: Float64Array;
  readonly #seenFaults: Float64Array;
  /** Since when each link is full; `Infinity` if it is not. */
  readonly #fullFromMs: Float64Array;
  /** Time between frames, by when the last ones were seen; `NaN` until two were. */
  readonly #periodsNs: Float64Array;
  readonly #grewNs: Float64Array;
  readonly #grewTo: Float64Array;
  /** Greatest ages of the time since {@linkcode GraphFigures.#agesFromMs}, and of the time before it. */
  #ages: Float64Array;
  #agesBefore: Float64Array;
  #agesFromMs = -Infinity;
  readonly #laneStates: Uint8Array;
  #frame: StatsFrame | undefined;
  #ended: GraphState | undefined;
  #known = false;
  #changes = 0;

  /** @param before figures of another version of the same run: what both count goes on */
  constructor(graph: GraphSnapshot, before?: GraphFigures) {
    this.graph = graph;
    const { nodes: { length: nodes }, links: { length: links } } = graph;
    this.nodeHealth = new Array(nodes).fill("idle");
    this.linkHealth = new Array(links).fill("idle");
    this.#ticks = new Rates(nodes);
    this.#busyUs = new Rates(nodes);
    this.#written = new Rates(links);
    this.#read = new Rates(links);
    this.#dropped = new Rates(links);
    this.#readCounts = new Float64Array(links);
    this.#droppedCounts = new Float64Array(links);
    // Drops from before this page looked do not count as current: no count is below this.
    this.#faultCounts = new Float64Array(links).fill(NaN);
    this.#lastFaultMs = new Float64Array(links).fill(-Infinity);
    this.#seenDrops = new Float64Array(links);
    this.#seenFaults = new Float64Array(links);
    this.#fullFromMs = new Float64Array(links).fill(Infinity);
    this.#periodsNs = new Float64Array(links).fill(NaN);
    this.#grewNs = new Float64Array(links).fill(NaN);
    this.#grewTo = new Float64Array(links).fill(NaN);
    this.#ages = new Float64Array(links);
    this.#agesBefore = new Float64Array(links);
    this.#laneStates = new Uint8Array(graph.lanes.length);
    if (before !== undefined && before.graph.run === graph.run) this.#carryFrom(before);
  }

  /** Whether conditions are known: a frame was taken, or they go on from the version before. */
  get known(): boolean {
    return this.#known;
  }

  /** Whether the graph has ended. */
  get over(): boolean {
    return this.#ended !== undefined || OVER.includes(this.#frame?.state ?? "building");
  }

  /** Whether the graph is paused, by the newest reading. */
  get paused(): boolean {
    return !this.over && this.#frame?.state === "paused";
  }

  /** Tells that the graph has ended, which its last frame may not say. */
  end(state: GraphState): void {
    if (this.over) return;
    this.#ended = state;
    if (this.#frame !== undefined) this.#judge(this.#frame, this.#frame.nowNs / 1e6);
  }

  /** Goes up with each frame in which the condition of a node or link, or the state of a lane, is another. */
  get changes(): number {
    return this.#changes;
  }

  /** The newest frame. */
  get frame(): StatsFrame | undefined {
    return this.#frame;
  }

  /** The gravest condition of all. */
  get health(): Health {
    return [...this.nodeHealth, ...this.linkHealth].reduce<Health>(graver, "ended");
  }

  /**
   * Takes one frame.
   *
   * @returns whether the frame belongs to this graph: to its version, with as many nodes and links
   */
  take(frame: StatsFrame): boolean {
    const { nodes, links } = this.graph;
    const fits = frame.version === this.graph.version && frame.nodes.ticks.length === nodes.length &&
      frame.links.written.length === links.length;
    if (!fits) return false;
    this.#frame = frame;
    // By the runtime's own clock: a message that was on the way for long falsifies no rate.
    const nowMs = frame.nowNs / 1e6;
    this.#ticks.take(frame.nodes.ticks, nowMs);
    this.#busyUs.take(frame.nodes.busyUs, nowMs);
    if (nowMs - this.#agesFromMs >= AGE_MS) {
      [this.#ages, this.#agesBefore] = [this.#agesBefore.fill(0), this.#ages];
      this.#agesFromMs = nowMs;
    }
    for (let link = 0; link < links.length; link++) {
      this.#ages[link] = Math.max(this.#ages[link], frame.links.ageNs[link]);
      this.#readCounts[link] = framesRead(frame, link);
      this.#droppedCounts[link] = framesDropped(frame.links, link);
      const full = POLICIES.get(links[link].policy)?.skips ? 0 : frame.links.droppedFull[link];
      const faults = full + frame.links.droppedLaneLost[link];
      if (faults > this.#faultCounts[link]) this.#lastFaultMs[link] = nowMs;
      this.#faultCounts[link] = faults;
      const isFull = frame.links.queued[link] >= links[link].capacity && !POLICIES.get(links[link].policy)?.skips;
      this.#fullFromMs[link] = isFull ? Math.min(this.#fullFromMs[link], nowMs) : Infinity;
      this.#takePeriod(link, frame);
    }
    this.#written.take(frame.links.written, nowMs);
    this.#read.take(this.#readCounts, nowMs);
    this.#dropped.take(this.#droppedCounts, nowMs);
    this.#judge(frame, nowMs);
    return true;
  }

  /** What a node shows, or `undefined` before the first frame. */
  node(index: number): NodeFigures | undefined {
    const columns = this.#frame?.nodes;
    if (columns === undefined || index < 0 || index >= this.graph.nodes.length) return undefined;
    return {
      health: this.nodeHealth[index],
      ticks: columns.ticks[index],
      state: NODE_STATES[columns.state[index]] ?? "new",
      ticksPerSecond: this.#rate(this.#ticks, index),
      busyShare: this.busyShare(index),
      tickP50Ns: bucketNs(columns.tickP50[index], BUCKET_SHIFTS.tickP50),
      tickP99Ns: bucketNs(columns.tickP99[index], BUCKET_SHIFTS.tickP99),
      errors: columns.errors[index],
      blockedOnLink: BLOCKED_ON[columns.blocked[index]] === "link" ? columns.blockedOn[index] - 1 : -1,
      inCallMs: columns.inCallMs[index],
      ...(this.#isAwaiting(index) && { awaits: this.graph.nodes[index].awaits }),
    };
  }

  /** What has ended, failed or is held by a pause waits for no link. */
  #isAwaiting(index: number): boolean {
    return !this.paused && this.nodeHealth[index] === "idle";
  }

  /** What a link shows, or `undefined` before the first frame. */
  link(index: number): LinkFigures | undefined {
    const columns = this.#frame?.links;
    if (columns === undefined || index < 0 || index >= this.graph.links.length) return undefined;
    return {
      health: this.linkHealth[index],
      written: columns.written[index],
      read: this.#readCounts[index],
      dropped: this.#droppedCounts[index],
      queued: columns.queued[index],
      capacity: this.graph.links[index].capacity,
      writtenPerSecond: this.#rate(this.#written, index),
      readPerSecond: this.#rate(this.#read, index),
      droppedPerSecond: this.droppedPerSecond(index),
      unseenDrops: Math.max(0, this.#droppedCounts[index] - this.#seenDrops[index]),
      unseenLost: Math.max(0, this.#faultCounts[index] - this.#seenFaults[index]),
      lossAgoMs: this.#frame!.nowNs / 1e6 - this.#lastFaultMs[index],
      isFull: !this.over && this.graph.mode === "live" &&
        this.#frame!.nowNs / 1e6 - this.#fullFromMs[index] >= FULL_MS,
      ageNs: Math.max(this.#ages[index], this.#agesBefore[index]),
    };
  }

  /** Somebody has seen what a link dropped so far. */
  acknowledgeDrops(index: number): void {
    this.#seenDrops[index] = this.#droppedCounts[index];
    this.#seenFaults[index] = this.#faultCounts[index] || 0;
  }

  /** Somebody who looked earlier tells when a link last lost a frame. @param atMs by the runtime's clock */
  noteLoss(index: number, atMs: number): void {
    this.#lastFaultMs[index] = Math.max(this.#lastFaultMs[index], atMs);
  }

  /** Frames that a link drops a second, for any reason; `NaN` until it is known. */
  droppedPerSecond(index: number): number {
    return this.#rate(this.#dropped, index);
  }

  /**
   * Share of the time in a node's `process()`, from 0 to 1; `NaN` until it is known. Of an asynchronous tick
   * only the time until it first awaits something counts, and of short ticks one stands for many.
   */
  busyShare(index: number): number {
    return Math.min(1, this.#rate(this.#busyUs, index) / 1e6);
  }

  /** State of a lane, or `undefined` before the first frame. */
  laneState(index: number): typeof LANE_STATES[number] | undefined {
    return LANE_STATES[this.#frame?.lanes.state[index] ?? -1];
  }

  /** The id of the node that holds a lane, or `undefined`. */
  laneNode(index: number): string | undefined {
    const node = (this.#frame?.lanes.currentNode[index] ?? 0) - 1;
    return this.nodeHealth[node] === "stuck" ? this.graph.nodes[node]?.id : undefined;
  }

  /** What has ended has no rate but 0. */
  #rate(rates: Rates, index: number): number {
    return this.over ? 0 : rates.perSecond[index];
  }

  #takePeriod(link: number, { links: { written }, nowNs }: StatsFrame): void {
    const growth = written[link] - this.#grewTo[link];
    if (growth === 0) return;
    this.#periodsNs[link] = growth > 0 ? (nowNs - this.#grewNs[link]) / growth : NaN;
    this.#grewNs[link] = nowNs;
    this.#grewTo[link] = written[link];
  }

  #carryFrom(before: GraphFigures): void {
    const nodes = originsOf(this.graph.nodes, before.graph.nodes);
    const links = originsOf(this.graph.links, before.graph.links);
    this.#known = before.#known;
    this.#changes = before.#changes + 1;
    this.#ended = before.#ended;
    this.#ticks.carryFrom(before.#ticks, nodes);
    this.#busyUs.carryFrom(before.#busyUs, nodes);
    this.#written.carryFrom(before.#written, links);
    this.#read.carryFrom(before.#read, links);
    this.#dropped.carryFrom(before.#dropped, links);
    nodes.forEach((origin, k) => this.nodeHealth[k] = before.nodeHealth[origin] ?? "idle");
    links.forEach((origin, k) => {
      if (origin < 0) return;
      this.linkHealth[k] = before.linkHealth[origin];
      this.#faultCounts[k] = before.#faultCounts[origin];
      this.#lastFaultMs[k] = before.#lastFaultMs[origin];
      this.#seenDrops[k] = before.#seenDrops[origin];
      this.#seenFaults[k] = before.#seenFaults[origin];
      this.#fullFromMs[k] = before.#fullFromMs[origin];
      this.#periodsNs[k] = before.#periodsNs[origin];
      this.#grewNs[k] = before.#grewNs[origin];
      this.#grewTo[k] = before.#grewTo[origin];
    });
  }

  #judge(frame: StatsFrame, nowMs: number): void {
    const { over } = this;
    const flowing = !over && (frame.state === "running" || frame.state === "stopping");
    const stuckAfterMs = stuckLimitMs(this.graph);
    this.#known = true;
    const live = this.graph.mode === "live";
    const { nodes, links } = frame;
    let changed = false;
    for (let lane = 0; lane < this.#laneStates.length; lane++) {
      changed ||= this.#laneStates[lane] !== frame.lanes.state[lane];
      this.#laneStates[lane] = frame.lanes.state[lane];
    }
    this.graph.nodes.forEach((_, k) => {
      const health = nodeHealth({
        state: NODE_STATES[nodes.state[k]] ?? "new",
        errors: nodes.errors[k],
        phase: PHASES[nodes.phase[k]] ?? "idle",
        blocked: BLOCKED_ON[nodes.blocked[k]] ?? "nothing",
        inCallMs: nodes.inCallMs[k],
        stuckAfterMs,
        ticks: nodes.ticks[k],
        ticksPerSecond: this.#ticks.perSecond[k],
        busyShare: this.busyShare(k),
        flowing,
        over,
        live,
      });
      changed ||= health !== this.nodeHealth[k];
      this.nodeHealth[k] = health;
    });
    this.graph.links.forEach(({ capacity }, k) => {
      const health = linkHealth({
        droppedRecently: nowMs - this.#lastFaultMs[k] <= SHOW_DROP_MS,
        queued: links.queued[k],
        capacity,
        writtenPerSecond: this.#written.perSecond[k],
        readPerSecond: this.#read.perSecond[k],
        ageNs: links.ageNs[k],
        written: links.written[k],
        // Until two frames were seen, the mean since the start.
        periodNs: Number.isNaN(this.#periodsNs[k]) ? frame.elapsedNs / links.written[k] : this.#periodsNs[k],
        ended: (links.state[k] & 1) !== 0,
        flowing,
        over,
        live,
      });
      changed ||= health !== this.linkHealth[k];
      this.linkHealth[k] = health;
    });
    if (changed) this.#changes++;
  }
}

/** Where each entry of a list stands in another; -1 for one that is new. */
function originsOf(list: readonly { readonly id: string }[], before: readonly { readonly id: string }[]): number[] {
  const indices = new Map(before.map(({ id }, k) => [id, k]));
  return list.map(({ id }) => indices.get(id) ?? -1);
}

/** How long a call lasts before its node is stuck. The runtime may be told not to look. */
function stuckLimitMs({ stuckAfterMs }: GraphSnapshot): number {
  return stuckAfterMs === 0 ? Infinity : stuckAfterMs;
}
