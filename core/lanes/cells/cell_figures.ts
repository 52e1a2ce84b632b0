/**
 * Counts the ticks and frames of a cell's node. Counts are exact: they grow here, and `publish()` adds them to the
 * node's record on the control page. Times of ticks are sampled: see `tick_timing.ts`.
 *
 * @module
 */
import { BLOCKED, NODE, PHASE } from "../../../ffi/layout.gen.ts";
import { index32, index64 } from "../../element_index.ts";
import type { ControlPage } from "../../control_page.ts";
import type { Frame } from "../../frames/frame.ts";
import { bucketOf } from "../../stats/histogram.ts";
import { SAMPLED_TIMING, type TickTiming } from "./tick_timing.ts";

// Constants of this module: V8 resolves an imported one again at each use.
const BLOCKED_NONE = BLOCKED.none;
const PHASE_IDLE = PHASE.idle;
const NODE_PHASE = NODE.phase >> 2;
const BLOCKED_KIND = NODE.blockedKind >> 2;
const BLOCKED_ID = NODE.blockedId >> 2;
const IN_HAND = NODE.inHand >> 2;
const KEPT = NODE.kept >> 2;
const TICK_HISTOGRAM_SHIFT = NODE.tickHistogramShift;
const AGE_HISTOGRAM_SHIFT = NODE.ageHistogramShift;

const TICKS = NODE.ticks >> 3;
const FRAMES_IN = NODE.framesIn >> 3;
const FRAMES_OUT = NODE.framesOut >> 3;
const BUSY = NODE.busyNs >> 3;
const MAX_TICK = NODE.maxTickNs >> 3;
const SAMPLED = NODE.sampledTicks >> 3;
const ERRORS = NODE.errors >> 3;
const LATE_TICKS = NODE.lateTicks >> 3;
const TICK_HISTOGRAM = index64(NODE.tickHistogram);
const AGE_HISTOGRAM = index64(NODE.ageHistogram);

/** Of ticks shorter than this, one in {@linkcode SAMPLE_EVERY} is timed, once that many in a row were short. */
const SHORT_TICK_NS = 20_000;

const SAMPLE_EVERY = 64;

/**
 * Times of nodes lie side by side in memory, two each. As separate fields, each time would be an object somewhere on the
 * heap, and with thousands of nodes in turn each read would miss the cache.
 */
const TIMES = 2;

/** Nodes whose times are allocated at once. They are freed with the last of these nodes. */
const ROWS = 512;

let times = new Float64Array(ROWS * TIMES);
let timesUsed = 0;

/** Returns the place of a node's times: `[at, at + 2)` of the array, zeros at first. */
function takeTimes(): { readonly times: Float64Array; readonly at: number } {
  if (timesUsed === times.length) {
    times = new Float64Array(ROWS * TIMES);
    timesUsed = 0;
  }
  const at = timesUsed;
  timesUsed += TIMES;
  return { times, at };
}

/** Counts in fields of its own, and adds them to the record in shared memory only at `publish()`. */
export abstract class CellFigures {
  /** Ticks since the last `publish()`. */
  #ticks = 0;
  protected framesIn = 0;
  protected framesOut = 0;
  /** Frames taken in this tick. */
  reads = 0;
  /** Frames written in this tick. */
  writes = 0;
  /**
   * Ticks, the running one included, that no timed tick represents yet; and how many there may be before one is timed.
   */
  #untold = 0;
  #period = 1;
  /** True if the last timed tick took so long that each tick is timed. */
  isSlow = false;
  /** How long the call of the running tick has kept the thread, nanoseconds; -1: until the end of the tick. */
  #calledNs = -1;
  /** True if the running tick is timed. */
  protected isTimed = false;
  /** True if figures wait to be published, and the lane knows. */
  protected isChanged = false;
  /** The reason why the node waits: `none`, a link or a pool (`BLOCKED`). */
  blocked: number = BLOCKED_NONE;
  /** The phase last written to the control page. */
  #phase: number = PHASE_IDLE;
  /** The time at which the frame read last entered the graph, on the runtime's clock, and its media time. */
  protected readonly times: Float64Array;
  protected readonly timesAt: number = 0;
  /** Index of the node's record in the control page's f64 and u32 views. */
  #at64 = 0;
  #at32 = 0;
  #f64: Float64Array;
  #u32: Uint32Array;
  readonly #timing: TickTiming;
  /** True while the record may belong to another node, because this one is not yet part of the graph. */
  #defersCounts = false;

  /**
   * Starts the figures of one node.
   *
   * @param index of the node's record
   * @param timing which ticks are timed; by default one in 64 of the short ones
   */
  constructor(page: ControlPage, index: number, timing: TickTiming = SAMPLED_TIMING) {
    const { times, at } = takeTimes();
    this.times = times;
    this.timesAt = at;
    this.#f64 = page.f64;
    this.#u32 = page.u32;
    this.#at64 = index64(page.nodeOffset(index));
    this.#at32 = index32(page.nodeOffset(index));
    this.#timing = timing;
  }

  /** Frames that the node has retained and not released. */
  get kept(): number {
    return this.#u32[this.#at32 + KEPT];
  }

  /** The time at which the frame read last entered the graph, on the runtime's clock. */
  get lastIngressNs(): number {
    return this.times[this.timesAt];
  }

  /** Records the times of a frame that was read. */
  protected noteTimes(frame: Frame): void {
    this.times[this.timesAt] = frame.ingressNs;
    this.times[this.timesAt + 1] = frame.ptsNs;
  }

  /** Returns the media time of the frame read last, nanoseconds; 0 before the first. */
  ptsNs(): number {
    return this.times[this.timesAt + 1];
  }

  /** Counts a tick that begins. @returns whether it is timed: call `noteTick()` at its end */
  beginTick(): boolean {
    this.#ticks++;
    this.reads = 0;
    this.writes = 0;
    if (++this.#untold < this.#period && !this.#timing.each) return false;
    this.isTimed = true;
    this.#calledNs = -1;
    return true;
  }

  /**
   * Sets the phase that the statistics page shows. A running synchronous tick is not a phase: one word of the lane's
   * record shows it for all nodes of the lane.
   */
  setPhase(phase: number): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#u32[this.#at32 + NODE_PHASE] = phase;
  }

  /**
   * Ends the timing of an asynchronous tick when its call returns. Later work of the tick cannot be told from the time
   * that it awaits, so neither counts as work.
   *
   * @param tookNs how long the call took
   */
  noteCall(tookNs: number): void {
    this.#calledNs = tookNs;
  }

  /**
   * Records a tick that was timed. A short tick represents the untimed ticks before it, a long one only itself. The
   * first ticks of a node, and those after a long one, are timed more often, since they may differ from the rest.
   *
   * @param startNs when it began, on the runtime's clock
   * @param nowNs when it ended
   */
  noteTick(startNs: number, nowNs: number): void {
    this.isTimed = false;
    const f64 = this.#f64;
    const at = this.#at64;
    const tookNs = nowNs - startNs;
    this.isSlow = tookNs >= SHORT_TICK_NS;
    // Cleared first, so that a concurrent reader does not count the tick twice.
    this.tellTimed(tookNs);
    const weight = this.isSlow ? 1 : this.#untold;
    this.#untold -= weight;
    this.#period = this.isSlow ? 1 : Math.min(SAMPLE_EVERY, 2 * this.#period);
    f64[at + BUSY] += (this.#calledNs < 0 ? tookNs : this.#calledNs) * weight;
    f64[at + SAMPLED]++;
    if (tookNs > f64[at + MAX_TICK]) f64[at + MAX_TICK] = tookNs;
    f64[at + TICK_HISTOGRAM + bucketOf(tookNs, TICK_HISTOGRAM_SHIFT)] += weight;
    if (this.reads > 0) {
      f64[at + AGE_HISTOGRAM + bucketOf(startNs - this.lastIngressNs, AGE_HISTOGRAM_SHIFT)] += weight;
    }
  }

  /** Records how many frames the running tick has in hand. */
  protected noteInHand(frames: number): void {
    if (!this.#defersCounts) this.#u32[this.#at32 + IN_HAND] = frames;
  }

  /** Counts a tick that began too late. */
  countLate(): void {
    this.#f64[this.#at64 + LATE_TICKS]++;
  }

  /** Counts a call of the processor that threw, or whose promise was rejected. */
  countError(): void {
    this.#f64[this.#at64 + ERRORS]++;
  }

  /** Holds counts back until `countFromNow()`: if the edit is given up, another node gets the record. */
  deferCounts(): void {
    this.#defersCounts = true;
  }

  /** Takes over the record: the next `publish()` includes the counts held back. */
  protected countFromNow(): void {
    this.#defersCounts = false;
    this.change();
  }

  /** Gives the record up: later counts go to a record that nobody reads. */
  forgoRecord(): void {
    const record = new ArrayBuffer(NODE.size);
    this.#f64 = new Float64Array(record);
    this.#u32 = new Uint32Array(record);
    this.#at64 = this.#at32 = 0;
  }

  /** Updates the figures of the node and of its links on the control page. */
  publish(): void {
    this.isChanged = false;
    if (this.#defersCounts) return;
    this.#f64[this.#at64 + TICKS] += this.#ticks;
    this.#f64[this.#at64 + FRAMES_IN] += this.framesIn;
    this.#f64[this.#at64 + FRAMES_OUT] += this.framesOut;
    this.#ticks = this.framesIn = this.framesOut = 0;
    this.publishLinks();
  }

  /** Updates the figures of the node's links. */
  protected abstract publishLinks(): void;

  /** Reports that figures wait to be published: once until they are. */
  protected abstract tellChanged(): void;

  /** Reports the end of a timed tick, at the time that the clock was read last. */
  protected abstract tellTimed(tookNs: number): void;

  /** Records that figures wait to be published. */
  protected change(): void {
    if (this.isChanged) return;
    this.isChanged = true;
    this.tellChanged();
  }

  /** @param id of the link or pool that the node waits for */
  protected setBlocked(kind: number, id: number): void {
    this.blocked = kind;
    this.#u32[this.#at32 + BLOCKED_KIND] = kind;
    this.#u32[this.#at32 + BLOCKED_ID] = id;
  }
}
