/**
 * The figures of a running graph, read out of the control arena: no lane is asked, so they are there also when a lane
 * hangs.
 *
 * @module
 */
import { LANE, LINK, LINK_STATE, NODE } from "../ffi/layout.gen.ts";
import { index32, index64 } from "./element_index.ts";
import type { ControlPage } from "./control_page.ts";
import type { DriverKind } from "./driver/driver.ts";
import type { FrameFormat } from "./frames/format.ts";
import { type Quantiles, readQuantiles } from "./stats/histogram.ts";
import type { LinkId, NodeId, PortAddress } from "./ids.ts";
import type { LaneKind } from "./placement/lane_options.ts";
import type { NodeActivity } from "./stats/node_activity.ts";
import { readLinkCounts } from "./links/link_counts.ts";
import { type LinkPolicy, POLICY_FACTS } from "./links/policy.ts";

/** Why frames were dropped on a link, and how many. */
export interface DropCounts {
  /** The link was full. */
  readonly full: number;
  /** The reader took a newer one, or ended without it. */
  readonly skipped: number;
  /** The link was removed with frames in it. */
  readonly unlinked: number;
  /** The lane that had them died. */
  readonly laneLost: number;
}

/**
 * Where a link is in its life. `open`: frames may come. `ended`: its writer has ended, and what is queued can still be
 * read. `closed`: its reader has ended, and what its writer gives it still is dropped as `skipped` in the end.
 */
export type LinkState = "open" | "ended" | "closed";

/** Figures of one link. `written = read + dropped + queued` when neither end is at work. */
export interface LinkStats {
  /** The link. */
  readonly id: LinkId;
  /** Where it leads from. */
  readonly from: PortAddress;
  /** Where it leads to. */
  readonly to: PortAddress;
  /** What it does when it is full. */
  readonly policy: LinkPolicy;
  /** Where it is in its life. */
  readonly state: LinkState;
  /** Frames that fit. */
  readonly capacity: number;
  /** Frames that were given to it, also those that it dropped. */
  readonly written: number;
  /** Frames that were handed to the reading node. */
  readonly read: number;
  /** Frames that were dropped, by reason. */
  readonly dropped: DropCounts;
  /** Frames in it now. */
  readonly queued: number;
  /** Most frames that were ever queued at once. */
  readonly highWater: number;
  /** Time since the newest frame that was written entered the graph, nanoseconds; 0 if there was none. */
  readonly ageNs: number;
  /**
   * Where it leads into a node that joins streams: by how much its frames are older, on average, than the frame that
   * the node reads last in the same tick and dates by what it writes, nanoseconds; absent elsewhere, and until
   * measured.
   */
  readonly joinLagNs?: number;
  /** What its frames are, as they were read last or else as they were announced; absent while neither is known. */
  readonly format?: FrameFormat;
}

/** Figures of a node's own, by name. */
export interface Figures {
  /** A finite number, in the unit that its name says. */
  readonly [name: string]: number;
}

/** How far a node is with what it makes. */
export interface NodeProgress {
  /** Media time, nanoseconds. */
  readonly doneNs: number;
  /** Media time at the end, if known. */
  readonly totalNs?: number;
}

/**
 * Where a node is in its life. `failed`: it is no longer run. `restarting`: another instance will take its place.
 * `disabled`: it failed and was torn down, and the rest goes on. `closed`: the run ended before the node did.
 */
export type NodeState = "new" | "open" | "running" | "ended" | "failed" | "closed" | "restarting" | "disabled";

/** Figures of one node. */
export interface NodeStats {
  /** The node. */
  readonly id: NodeId;
  /** Its registered type. */
  readonly type: string;
  /** The lane that runs it. */
  readonly lane: string;
  /** Whether what comes in is passed on without calling `process()`. */
  readonly bypassed: boolean;
  /** Where it is in its life. */
  readonly state: NodeState;
  /** What it is doing. */
  readonly activity: NodeActivity;
  /** Calls of `process()`. */
  readonly ticks: number;
  /**
   * Time spent in `process()`, nanoseconds; estimated from samples for short ticks. Of an asynchronous one, the time until
   * it first awaits something: what it waits for takes no thread, and what it does afterwards is not told from that.
   */
  readonly busyNs: number;
  /** Longest timed tick, nanoseconds. */
  readonly maxTickNs: number;
  /** Time of a tick, over the whole run. */
  readonly tick: Quantiles;
  /** Age of the frames that it read, over the whole run: time since what they were made from entered the graph. */
  readonly age: Quantiles;
  /** Failures. */
  readonly errors: number;
  /** How often another instance took its place after a failure. */
  readonly restarts: number;
  /**
   * Ticks at a time of its own (`waitUntilNs()`) that began later than it by more than the time since the one before,
   * or, the first, by more than 1 ms. Live graphs only.
   */
  readonly lateTicks: number;
  /** Frames that it read. */
  readonly framesIn: number;
  /** Frames that it wrote. */
  readonly framesOut: number;
  /** Frames that it keeps: by `retain()`, and in an asynchronous tick that is under way. */
  readonly kept: number;
  /** What it reported by `context.progress()`. */
  readonly progress?: NodeProgress;
  /**
   * Its own figures: what it reported last by `context.report()`, or, for a native stage, as of its last round or
   * later.
   */
  readonly figures?: Figures;
}

/** Figures of one pool. */
export interface PoolStats {
  /** Its name. */
  readonly name: string;
  /**
   * Number of slots that it lends, and of those that it lends no longer and has not got back; it goes up and down with the
   * graph unless it was given.
   */
  readonly slots: number;
  /** Bytes of payload in a slot. */
  readonly slotBytes: number;
  /** Free slots, without those that lanes keep at hand. */
  readonly free: number;
  /** How often a slot was wanted and none was free. */
  readonly exhausted: number;
  /** Slots set aside because the lane that holds them hangs, or its death cannot be proved. */
  readonly quarantined: number;
}

/** Figures of one lane. */
export interface LaneStats {
  /** Its name. */
  readonly name: string;
  /** Where it runs. */
  readonly kind: LaneKind;
  /** Rounds of its scheduler. */
  readonly rounds: number;
  /** How often it had nothing to do. */
  readonly parks: number;
  /** The system's number of its thread, as in `/proc/self/task`; 0 if not known: of lane `main`, and in portable mode. */
  readonly threadId: number;
  /** What the system refused it and it does without, such as a priority. */
  readonly warnings: readonly string[];
}

/** Figures of a whole graph. */
export interface RuntimeStats {
  /** Since `start()`, nanoseconds. */
  readonly elapsedNs: number;
  /** Which driver is used. */
  readonly driver: DriverKind;
  /** In the order in which they were added. */
  readonly nodes: readonly NodeStats[];
  /** In the order in which they were made. */
  readonly links: readonly LinkStats[];
  /** By index. */
  readonly pools: readonly PoolStats[];
  /**
   * All pools together: the most that they may have, what their slots would take if each was written to, and those of
   * them that are not free. Bytes.
   */
  readonly memory: { readonly limitBytes: number; readonly reservedBytes: number; readonly usedBytes: number };
  /** Those that run nodes. */
  readonly lanes: readonly LaneStats[];
}

/** How long frames take from a source to a sink. */
export interface PathLatency {
  /** A node with no inputs. */
  readonly source: NodeId;
  /** A node that writes to no link, and can be reached from the source. */
  readonly sink: NodeId;
  /**
   * Age of the frames that the sink read, nanoseconds, by the slowest way from the source. Where ways join, by the mean
   * that this one lags there ({@linkcode LinkStats.joinLagNs}). Absent until it was measured.
   */
  readonly latency?: Quantiles;
}

/** How a run ended, with its last figures. */
export interface RunSummary extends RuntimeStats {
  /** `completed`: every node ended by itself. */
  readonly outcome: "completed" | "stopped" | "failed";
  /** What made it fail. */
  readonly error?: Error;
}

/** The figures of a link that stand in the control arena. */
export type LinkCounters = Pick<
  LinkStats,
  "state" | "written" | "read" | "dropped" | "queued" | "highWater" | "ageNs"
>;

/** The figures of a lane that stand in the control arena. */
export type LaneCounters = Pick<LaneStats, "rounds" | "parks" | "threadId">;

/** The figures of a node that stand in the control arena. */
export type NodeCounters = Pick<
  NodeStats,
  | "ticks"
  | "busyNs"
  | "maxTickNs"
  | "tick"
  | "age"
  | "errors"
  | "restarts"
  | "lateTicks"
  | "framesIn"
  | "framesOut"
  | "kept"
>;

/** All drops of a link. */
export function sumDrops({ full, skipped, unlinked, laneLost }: DropCounts): number {
  return full + skipped + unlinked + laneLost;
}

/**
 * Frames that were lost on a link. What one that skips lets go for a newer frame is no loss, nor what a reader that has
 * ended did not want any more.
 */
export function sumLosses(policy: LinkPolicy, { dropped, state }: Pick<LinkCounters, "dropped" | "state">): number {
  return sumDrops(dropped) - (POLICY_FACTS[policy].skips ? dropped.full : 0) -
    (state === "closed" ? dropped.skipped : 0);
}

/**
 * The counters of a link.
 *
 * @param nowNs the runtime's clock
 * @param quiesced as for {@linkcode readLinkCounts}
 */
export function readLinkCounters(page: ControlPage, index: number, nowNs: number, quiesced = false): LinkCounters {
  const at = page.linkOffset(index);
  const state = readLinkState(page, index);
  const { written, read, full, skipped, unlinked, laneLost, queued } = readLinkCounts(page, index, quiesced);
  const dropped = { full, skipped, unlinked, laneLost };
  const ageNs = written === 0 ? 0 : Math.max(0, nowNs - page.f64[index64(at + LINK.newestIngressNs)]);
  return { state, written, read, dropped, queued, highWater: page.f64[index64(at + LINK.highWater)], ageNs };
}

/** Notes by how much a frame was older than the one that dates what its reader writes. */
export function noteJoinLag(page: ControlPage, index: number, lagNs: number): void {
  const at = page.linkOffset(index);
  page.f64[index64(at + LINK.joinLagNs)] += lagNs;
  page.f64[index64(at + LINK.joinSamples)]++;
}

/** The mean of what {@linkcode noteJoinLag} was told, nanoseconds; `undefined` if that was nothing. */
export function readJoinLag(page: ControlPage, index: number): number | undefined {
  const at = page.linkOffset(index);
  const samples = page.f64[index64(at + LINK.joinSamples)];
  return samples === 0 ? undefined : page.f64[index64(at + LINK.joinLagNs)] / samples;
}

/** Where a link is in its life. */
export function readLinkState(page: ControlPage, index: number): LinkState {
  const bits = Atomics.load(page.u32, index32(page.linkOffset(index) + LINK.state));
  if ((bits & LINK_STATE.closed) !== 0) return "closed";
  return (bits & LINK_STATE.eos) !== 0 ? "ended" : "open";
}

/** The counters of a node. */
export function readNodeCounters(page: ControlPage, index: number): NodeCounters {
  const at = page.nodeOffset(index);
  const field = (offset: number) => page.f64[index64(at + offset)];
  return {
    ticks: field(NODE.ticks),
    busyNs: field(NODE.busyNs),
    maxTickNs: field(NODE.maxTickNs),
    tick: readQuantiles(page.f64, index64(at + NODE.tickHistogram), NODE.tickHistogramShift),
    age: readQuantiles(page.f64, index64(at + NODE.ageHistogram), NODE.ageHistogramShift),
    errors: field(NODE.errors),
    restarts: field(NODE.restarts),
    lateTicks: field(NODE.lateTicks),
    framesIn: field(NODE.framesIn),
    framesOut: field(NODE.framesOut),
    kept: readKept(page, index),
  };
}

/** What a node has done: its ticks, and the time that they took, nanoseconds. */
export function readNodeWork(page: ControlPage, index: number): Pick<NodeStats, "ticks" | "busyNs"> {
  const at = page.nodeOffset(index);
  return { ticks: page.f64[index64(at + NODE.ticks)], busyNs: page.f64[index64(at + NODE.busyNs)] };
}

/**
 * The figures of a native stage.
 *
 * @param names its names for them, at most `NODE.maxFigures`
 */
export function readFigures(page: ControlPage, index: number, names: readonly string[]): { [name: string]: number } {
  const at = index64(page.nodeOffset(index) + NODE.figures);
  return Object.fromEntries(names.map((name, k) => [name, page.f64[at + k]]));
}

/** How many frames a node keeps: those that it has retained, and those in the hands of a tick that is under way. */
export function readKept(page: ControlPage, index: number): number {
  return readRetained(page, index) + page.u32[index32(page.nodeOffset(index) + NODE.inHand)];
}

/** How many frames a node has retained and not released. */
export function readRetained(page: ControlPage, index: number): number {
  return page.u32[index32(page.nodeOffset(index) + NODE.kept)];
}

/** What a node is doing: a value of `PHASE`. */
export function readPhase(page: ControlPage, index: number): number {
  return page.u32[index32(page.nodeOffset(index) + NODE.phase)];
}

/** What a lane's record says of the call under way: all that is read of it, here. */
export function readLanePulse(
  page: ControlPage,
  index: number,
): {
  readonly rounds: number;
  readonly calls: number; /** Index of a node's record; -1: none. */
  readonly currentNode: number;
} {
  const at = page.laneOffset(index);
  return {
    rounds: page.f64[index64(at + LANE.rounds)],
    calls: page.u32[index32(at + LANE.calls)],
    currentNode: page.u32[index32(at + LANE.currentNode)] - 1,
  };
}

/** The counters of a lane. */
export function readLaneCounters(page: ControlPage, index: number): LaneCounters {
  const at = page.laneOffset(index);
  return {
    rounds: page.f64[index64(at + LANE.rounds)],
    parks: page.f64[index64(at + LANE.parks)],
    threadId: page.u32[index32(at + LANE.threadId)],
  };
}
