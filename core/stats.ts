/**
 * The figures of a running graph, read from the control arena. Reading asks no lane, so the figures are available even
 * if a lane hangs.
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
import { readLinkCounts } from "./links/link_counts.ts";
import { type LinkPolicy, POLICY_FACTS } from "./links/policy.ts";

/** Frames dropped on a link, by reason. */
export interface DropCounts {
  /** The link was full. */
  readonly full: number;
  /** The reader took a newer frame, or ended. */
  readonly skipped: number;
  /** The link was removed with frames in it. */
  readonly unlinked: number;
  /** The lane that held them died. */
  readonly laneLost: number;
}

/**
 * The state of a link. `open`: frames may arrive. `ended`: its writer has ended, and queued frames can still be read.
 * `closed`: its reader has ended, and later frames of its writer are dropped as `skipped`.
 */
export type LinkState = "open" | "ended" | "closed";

/** Figures of one link. `written = read + dropped + queued` when neither end is at work. */
export interface LinkStats {
  /** The link. */
  readonly id: LinkId;
  /** The output that it leads from. */
  readonly from: PortAddress;
  /** The input that it leads to. */
  readonly to: PortAddress;
  /** Its policy when it is full. */
  readonly policy: LinkPolicy;
  /** Its state. */
  readonly state: LinkState;
  /** Frames that fit. */
  readonly capacity: number;
  /** Frames that were given to it, including those that it dropped. */
  readonly written: number;
  /** Frames that were handed to the reading node. */
  readonly read: number;
  /** Frames that were dropped, by reason. */
  readonly dropped: DropCounts;
  /** Frames on the link. */
  readonly queued: number;
  /** The most frames that were ever queued at once. */
  readonly highWater: number;
  /** The time since the newest written frame entered the graph, nanoseconds; 0 before the first. */
  readonly ageNs: number;
  /**
   * For a link into a node that joins streams: the mean time by which its frames are older than the last frame that the
   * node reads in the same tick, whose time its output gets, nanoseconds. Absent for other links, and until measured.
   */
  readonly joinLagNs?: number;
  /** The format of its frames, as last read or else as announced; absent while both are unknown. */
  readonly format?: FrameFormat;
}

/** Figures that a node reports, by name. */
export interface Figures {
  /** A finite number, in the unit of its name. */
  readonly [name: string]: number;
}

/** The progress of a source or a sink. */
export interface NodeProgress {
  /** The media time reached, nanoseconds. */
  readonly doneNs: number;
  /** The media time at the end, if known. */
  readonly totalNs?: number;
}

/**
 * The state of a node. `failed`: it is not run. `restarting`: another instance will take its place. `disabled`: it
 * failed and was torn down, and the rest continues. `closed`: the run ended before the node did.
 */
export type NodeState = "new" | "open" | "running" | "ended" | "failed" | "closed" | "restarting" | "disabled";

/**
 * The activity of a node, as the control page shows it. `idle`: it waits for frames or for a time. `running`: it is
 * run, or about to be. `awaiting`: its asynchronous `process()` has not settled. `waiting`: no link leads to a required
 * input; `input` is the port's name. `blocked`: it is not run until the link has room, or the pool a free slot; `name`
 * is the link's id or the pool's name. `stuck`: a call, or its continuation after an `await`, has held the lane's
 * thread for `forMs` milliseconds.
 */
export type NodeActivity =
  | { readonly kind: "idle" | "running" | "awaiting" }
  | { readonly kind: "waiting"; readonly input: string }
  | { readonly kind: "blocked"; readonly on: "link" | "pool"; readonly name: string }
  | { readonly kind: "stuck"; readonly forMs: number };

/** Figures of one node. */
export interface NodeStats {
  /** The node. */
  readonly id: NodeId;
  /** Its registered type. */
  readonly type: string;
  /** The lane that runs it. */
  readonly lane: string;
  /** True if frames pass the node without a call of `process()`. */
  readonly bypassed: boolean;
  /** Its state. */
  readonly state: NodeState;
  /** Its activity. */
  readonly activity: NodeActivity;
  /** Calls of `process()`. */
  readonly ticks: number;
  /**
   * Time spent in `process()`, nanoseconds; estimated from samples for short ticks. For an asynchronous tick, the time
   * until it first awaits something: its waits take no thread, and its later work cannot be told from them.
   */
  readonly busyNs: number;
  /** The longest timed tick, nanoseconds. */
  readonly maxTickNs: number;
  /** Durations of ticks, over the whole run. */
  readonly tick: Quantiles;
  /** Ages of the frames that it read, over the whole run: the time since their data entered the graph. */
  readonly age: Quantiles;
  /** Failures. */
  readonly errors: number;
  /** Restarts after a failure. */
  readonly restarts: number;
  /**
   * Timed ticks (`waitUntilNs()`) that began too late: by more than the time since the last timed tick or, for the
   * first, by more than 1 ms. Live graphs only.
   */
  readonly lateTicks: number;
  /** Frames that it read. */
  readonly framesIn: number;
  /** Frames that it wrote. */
  readonly framesOut: number;
  /** Frames that it keeps: by `retain()`, and in a running asynchronous tick. */
  readonly kept: number;
  /** The progress that it reported by `context.progress()`. */
  readonly progress?: NodeProgress;
  /** Its own figures, as last reported by `context.report()` or, for a native stage, as of its last round or later. */
  readonly figures?: Figures;
}

/** Figures of one pool. */
export interface PoolStats {
  /** Its name. */
  readonly name: string;
  /**
   * Slots that it lends, and slots that it has closed but not got back. The number follows the graph, unless it was
   * given.
   */
  readonly slots: number;
  /** Bytes of payload in a slot. */
  readonly slotBytes: number;
  /** Free slots, without those in the magazines of lanes. */
  readonly free: number;
  /** Requests for a slot when none was free. */
  readonly exhausted: number;
  /** Slots that are quarantined because the lane that holds them hangs, or its death cannot be proved. */
  readonly quarantined: number;
}

/** Figures of one lane. */
export interface LaneStats {
  /** Its name. */
  readonly name: string;
  /** The kind of its thread. */
  readonly kind: LaneKind;
  /** Rounds of its scheduler. */
  readonly rounds: number;
  /** Times that it parked, because it had nothing to do. */
  readonly parks: number;
  /**
   * The system's number of its thread, as in `/proc/self/task`; 0 if unknown: for lane `main`, and in portable mode.
   */
  readonly threadId: number;
  /** Refusals of the system that the lane runs with, such as of a priority. */
  readonly warnings: readonly string[];
}

/** Figures of a whole graph. */
export interface RuntimeStats {
  /** The time since `start()`, nanoseconds. */
  readonly elapsedNs: number;
  /** The driver in use. */
  readonly driver: DriverKind;
  /** The nodes, in the order in which they were added. */
  readonly nodes: readonly NodeStats[];
  /** The links, in the order in which they were made. */
  readonly links: readonly LinkStats[];
  /** The pools, by index. */
  readonly pools: readonly PoolStats[];
  /**
   * All pools together, in bytes: their limit, the memory of all slots if each was written to, and the memory of slots
   * in use.
   */
  readonly memory: { readonly limitBytes: number; readonly reservedBytes: number; readonly usedBytes: number };
  /** The lanes that run nodes. */
  readonly lanes: readonly LaneStats[];
}

/** The latency of frames from a source to a sink. */
export interface PathLatency {
  /** A node without inputs. */
  readonly source: NodeId;
  /** A node that writes to no link, and that frames of the source reach. */
  readonly sink: NodeId;
  /**
   * The age of the frames that the sink read, nanoseconds, by the slowest path from the source. At a join, a path
   * includes its mean lag ({@linkcode LinkStats.joinLagNs}). Absent until measured.
   */
  readonly latency?: Quantiles;
}

/** The outcome of a run, with its last figures. */
export interface RunSummary extends RuntimeStats {
  /** `completed`: every node ended by itself. */
  readonly outcome: "completed" | "stopped" | "failed";
  /** The reason of the failure. */
  readonly error?: Error;
}

/** The figures of a link in the control arena. */
export type LinkCounters = Pick<
  LinkStats,
  "state" | "written" | "read" | "dropped" | "queued" | "highWater" | "ageNs"
>;

/** The figures of a lane in the control arena. */
export type LaneCounters = Pick<LaneStats, "rounds" | "parks" | "threadId">;

/** The figures of a node in the control arena. */
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

/** Returns the sum of all drops of a link. */
export function sumDrops({ full, skipped, unlinked, laneLost }: DropCounts): number {
  return full + skipped + unlinked + laneLost;
}

/**
 * Returns the frames that were lost on a link. Frames that a `latest` link drops for newer ones are no loss, nor are
 * frames that arrive after the end of the reader.
 */
export function sumLosses(policy: LinkPolicy, { dropped, state }: Pick<LinkCounters, "dropped" | "state">): number {
  return sumDrops(dropped) - (POLICY_FACTS[policy].skips ? dropped.full : 0) -
    (state === "closed" ? dropped.skipped : 0);
}

/**
 * Reads the counters of a link.
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

/** Records how much older a frame was than the frame that gives its reader's output its time. */
export function noteJoinLag(page: ControlPage, index: number, lagNs: number): void {
  const at = page.linkOffset(index);
  page.f64[index64(at + LINK.joinLagNs)] += lagNs;
  page.f64[index64(at + LINK.joinSamples)]++;
}

/** Returns the mean of the lags that {@linkcode noteJoinLag} recorded, nanoseconds; `undefined` if there are none. */
export function readJoinLag(page: ControlPage, index: number): number | undefined {
  const at = page.linkOffset(index);
  const samples = page.f64[index64(at + LINK.joinSamples)];
  return samples === 0 ? undefined : page.f64[index64(at + LINK.joinLagNs)] / samples;
}

/** Returns the state of a link. */
export function readLinkState(page: ControlPage, index: number): LinkState {
  const bits = Atomics.load(page.u32, index32(page.linkOffset(index) + LINK.state));
  if ((bits & LINK_STATE.closed) !== 0) return "closed";
  return (bits & LINK_STATE.eos) !== 0 ? "ended" : "open";
}

/** Reads the counters of a node. */
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

/**
 * Reads the figures of a native stage.
 *
 * @param names of its figures, at most `NODE.maxFigures`
 */
export function readFigures(page: ControlPage, index: number, names: readonly string[]): { [name: string]: number } {
  const at = index64(page.nodeOffset(index) + NODE.figures);
  return Object.fromEntries(names.map((name, k) => [name, page.f64[at + k]]));
}

/** Returns how many frames a node keeps: retained frames, and frames in the hands of a running tick. */
export function readKept(page: ControlPage, index: number): number {
  return readRetained(page, index) + page.u32[index32(page.nodeOffset(index) + NODE.inHand)];
}

/** Returns how many frames a node has retained and not released. */
export function readRetained(page: ControlPage, index: number): number {
  return page.u32[index32(page.nodeOffset(index) + NODE.kept)];
}

/** Returns the phase of a node: a value of `PHASE`. */
export function readPhase(page: ControlPage, index: number): number {
  return page.u32[index32(page.nodeOffset(index) + NODE.phase)];
}

/** Reads the fields of a lane's record about the running call: all reads of them are here. */
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

/** Reads the counters of a lane. */
export function readLaneCounters(page: ControlPage, index: number): LaneCounters {
  const at = page.laneOffset(index);
  return {
    rounds: page.f64[index64(at + LANE.rounds)],
    parks: page.f64[index64(at + LANE.parks)],
    threadId: page.u32[index32(at + LANE.threadId)],
  };
}
