/**
 * What a lane's thread does all the time: rounds, and sleep between them.
 *
 * One *round* takes what arrived in the inbox, runs up to a slice of the queued nodes, and makes what they wrote
 * visible to other lanes. It ends with the tick that is under way when a message of the control isolate has been
 * announced, when the watch looks for the second time and finds the same round, and once ticks that are timed show that
 * it has lasted for a millisecond. When nothing is queued the lane parks: blocking where nothing in its event loop can
 * be pending, else without blocking. It returns to the event loop every few milliseconds, so that messages, timers and
 * promises are served.
 *
 * @module
 */
import { BLOCKED, LANE } from "../../ffi/layout.gen.ts";
import { index32, index64 } from "../element_index.ts";
import { ZERO_NS } from "../clock/zero_ns.ts";
import { type ControlPage, LANE_STATE } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import type { LinkWriter, Wakeable } from "../links/link.ts";
import type { GraphMode } from "../links/policy.ts";
import { type Pool, POOL_INBOX_BIT } from "../memory/pool.ts";
import type { CellFigures } from "./cell_figures.ts";
import { awaitTick, runCell, type RunHost } from "./cell_runner.ts";
import type { LaneInit } from "./messages.ts";
import type { NodeCell } from "./node_cell.ts";
import { ReadySet } from "./ready_set.ts";
import { Spinner } from "./spinner.ts";
import { TickTiming } from "./tick_timing.ts";
import { yieldNow } from "./turn.ts";

// Constants of this module: an imported one is looked up anew at each use.
const GENERATION = LANE.generation >> 2;
const HEARTBEAT_NS = LANE.heartbeatNs >> 3;
const ROUNDS = LANE.rounds >> 3;
const LANE_STATE_RUNNING = LANE_STATE.running;
const CURRENT_NODE = LANE.currentNode >> 2;
const PARKS = LANE.parks >> 3;
const LANE_STATE_WAITING = LANE_STATE.waiting;
const LANE_STATE_QUIET = LANE_STATE.quiet;
const STATE = LANE.state >> 2;
const ATTENTION = index32(LANE.attention);
const CALLS = index32(LANE.calls);
const BLOCKED_POOL = BLOCKED.pool;

/** The inbox bit that says: the control isolate has posted a message. */
export const MESSAGE_INBOX_BIT = 1;

/** Nodes run in a round, at most. */
const SLICE_TICKS = 32;

/** A round ends once it is known to have lasted for so long; a tick that took longer is published by itself. */
const LONG_ROUND_NS = 1_000_000;

/** Longest time without going back to the event loop, nanoseconds. */
const YIELD_AFTER_NS = 4_000_000;

/** Longest blocking and non-blocking park, milliseconds: so often a lane comes round at least. */
const PARK_MS = 50;
export const PARK_ASYNC_MS = 250;

/** Longest wait for a message that was announced by the inbox, in returns to the event loop. */
const MESSAGE_YIELDS = 64;

/** Least time between two looks at whether figures are to be published, nanoseconds. */
const PUBLISH_EVERY_NS = 2_000_000;

/** Publishing takes at most one part in so many of the time. */
const PUBLISH_SHARE = 20;

/** What the loop asks of the edits of the lane. */
export interface LoopEdits {
  /** Whether one is to be applied before the next round. */
  readonly due: boolean;
  /** Whether one waits for promises or timers. */
  readonly busy: boolean;
  /** Whether nodes that have gone are to be brought to their end after the next round. */
  readonly leaving: boolean;
  apply(): void;
  retire(): void;
}

/** What the loop asks of the lane. */
export interface LoopHost {
  readonly index: number;
  readonly init: LaneInit;
  readonly driver: Driver;
  readonly mode: GraphMode;
  readonly page: ControlPage;
  /** Whether this thread may block: not main. */
  readonly mayBlock: boolean;
  readonly pools: readonly Pool[];
  /** Whom an inbox bit wakes. */
  readonly wakeables: readonly (Wakeable | undefined)[];
  /** The writing ends that have staged something since they were flushed last. */
  readonly staged: LinkWriter[];
  /** In the order of the graph: a cell's place is its rank. */
  readonly cells: readonly NodeCell[];
  readonly edits: LoopEdits;
  /** Tells the control isolate what has gathered, if it is time. */
  tellNews(nowNs: number): void;
  /** No node is run any more, and ticks under way stay where they wait for room or a slot. */
  rested(pause: number): void;
  /** The lane's record is another thread's by now, and no node has the thread: it ends. */
  fenced(): void;
  /** The node's end of stream was sent. */
  ended(cell: NodeCell): void;
  /** The node threw in `action`. */
  fail(error: unknown, cell: NodeCell, action: string): void;
  /**
   * A node has taken away the memory of the payloads of a pool, which is there again.
   *
   * @param cell whose tick it was; absent: something between the rounds, such as a promise or a callback
   */
  memoryTaken(pool: Pool, cell?: NodeCell): void;
}

/** See the module. */
export class LaneLoop implements RunHost {
  readonly mode: GraphMode;
  readonly #host: LoopHost;
  #ready = new ReadySet(0);
  /** The clock as last read: at least once a round, and after each tick that takes long. */
  #nowNs = ZERO_NS;
  /** When the lane is to go back to the event loop. */
  #yieldAtNs = ZERO_NS;
  readonly timing: TickTiming;
  /** When the round that ran nodes last began; 0 once its time is known. */
  #ranFromNs = ZERO_NS;
  /** Nodes that the round may still run. */
  #left = 0;
  readonly #page: ControlPage;
  readonly #at32: number;
  readonly #at64: number;
  readonly #generation: number;
  readonly #spinner: Spinner | undefined;
  #running = false;
  #paused = false;
  /** Number of the last pause. */
  #pause = 0;
  /** That the lane is paused was reported. */
  #pauseTold = false;
  /** How long all pauses took. */
  #pausedNs = ZERO_NS;
  /** Waiting without blocking: other work of the event loop may wake nodes. */
  #parked: Promise<void> | undefined;
  #messages = 0;
  /** Those that were here when the inbox was looked at last. */
  #messagesSeen = 0;
  #messageAnnounced = false;
  /** One was announced and has not come by the next park, which leaves room for it. */
  #messageOverdue = false;
  /** The nodes that have figures to publish, and when they are to be. */
  readonly #changed: CellFigures[] = [];
  #publishAtNs = ZERO_NS;
  /** The nodes that wait for a time. */
  readonly #timed: NodeCell[] = [];
  /** Nodes with an asynchronous tick under way. */
  #pending = 0;
  readonly #take: (bit: number) => void;

  constructor(host: LoopHost) {
    this.#host = host;
    this.mode = host.mode;
    this.#page = host.page;
    this.#at32 = index32(host.page.laneOffset(host.index));
    this.#at64 = index64(host.page.laneOffset(host.index));
    this.#generation = host.init.generation;
    this.#take = (bit) => this.#taken(bit);
    // On main everything else of the program waits for the end of a round.
    this.timing = new TickTiming(!host.mayBlock);
    if (host.mayBlock) {
      this.#spinner = new Spinner(host.page, host.index, navigator.hardwareConcurrency, () => this.nowNs());
    }
  }

  /** Runs nodes until `halt()`. */
  async run(): Promise<void> {
    this.#running = true;
    this.#yieldAtNs = this.nowNs() + YIELD_AFTER_NS;
    const { edits } = this.#host;
    while (this.#running) {
      if (edits.due) {
        this.#ranFromNs = 0;
        edits.apply();
        // On main, what waits for the answer runs now.
        await yieldNow();
      }
      this.#round();
      if (!this.#running) return;
      // The nodes that stay have run: what is called now may keep the thread.
      if (edits.leaving) {
        edits.retire();
        // Most are at their end then, and the lane may block again.
        await yieldNow();
      }
      this.#tellPause();
      if (this.#ready.size === 0 || this.#paused) {
        if (!this.#spin()) await this.#idle();
      } else if (this.#messageAnnounced) await this.#awaitMessage();
      else if (this.#nowNs >= this.#yieldAtNs) await this.#yield();
    }
  }

  /** Runs no node any more. */
  halt(): void {
    this.#running = false;
  }

  /**
   * Runs no node until `resume()`; the host is told when each tick under way has ended or waits for room or a slot.
   *
   * @param pause its number
   */
  pause(pause: number): void {
    this.#paused = true;
    this.#pause = pause;
    this.#host.driver.ringBell(this.#host.index);
  }

  /** @param pausedNs how long all pauses took */
  resume(pausedNs: number): void {
    this.#pausedNs = pausedNs;
    this.#paused = false;
    this.#pauseTold = false;
    for (const cell of this.#host.cells) cell.admitWaiters();
    this.#host.driver.ringBell(this.#host.index);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** A message of the control isolate has come. */
  messageCame(): void {
    this.#messages++;
  }

  /** The lane has so many cells, others than before or in another order: none of them is in the queue yet. */
  reset(cells: number): void {
    this.#ready = new ReadySet(cells);
  }

  /** Wakes the lane if it waits without blocking, and returns when it does not wait any more. */
  async leavePark(): Promise<void> {
    // The wait looks at memory that is given up next.
    if (this.#parked !== undefined) this.#host.driver.ringBell(this.#host.index);
    await this.#parked;
  }

  nowNs(): number {
    return this.#nowNs = this.#host.driver.nowNs() - this.#pausedNs;
  }

  stampNs(): number {
    return this.#nowNs;
  }

  /** Whether another thread runs the lane by now. */
  get isGivenUp(): boolean {
    return this.#page.u32[this.#at32 + GENERATION] !== this.#generation;
  }

  endIfGivenUp(): boolean {
    if (!this.isGivenUp) return false;
    this.#running = false;
    this.#host.fenced();
    return true;
  }

  enqueue(cell: NodeCell): void {
    if (cell.retired) return;
    cell.queued = true;
    this.#ready.add(cell.rank);
    this.wroteBetween();
  }

  /** A node has come whose first tick is under way. @param tick settles when it is over */
  goOn(cell: NodeCell, tick: Promise<void>): void {
    awaitTick(this, cell, tick);
  }

  /** A promise or a timer gave the lane something to do, perhaps while it sleeps. */
  wroteBetween(): void {
    if (this.#parked !== undefined) this.#host.driver.ringBell(this.#host.index);
  }

  schedule(cell: NodeCell): void {
    this.#timed.push(cell);
    this.wroteBetween();
  }

  changed(figures: CellFigures): void {
    this.#changed.push(figures);
  }

  pendingChanged(by: 1 | -1): void {
    this.#pending += by;
  }

  timed(figures: CellFigures, tookNs: number): void {
    this.timing.spend();
    this.#page.f64[this.#at64 + HEARTBEAT_NS] = this.#nowNs;
    if (tookNs >= LONG_ROUND_NS) figures.publish();
    if (this.#nowNs - this.#ranFromNs >= LONG_ROUND_NS) this.#left = 0;
  }

  repeats(): boolean {
    const { u32 } = this.#page;
    const at = this.#at32;
    if (this.#left <= 0 || u32[at + ATTENTION] !== 0) return false;
    u32[at + CALLS]++;
    return true;
  }

  ended(cell: NodeCell): void {
    this.#host.ended(cell);
  }

  fail(error: unknown, cell: NodeCell, action: string): void {
    this.#host.fail(error, cell, action);
  }

  #round(): void {
    const host = this.#host;
    const { cells } = host;
    if (this.endIfGivenUp()) return;
    const nowNs = this.nowNs();
    this.#tellTime();
    const { f64, u32 } = this.#page;
    f64[this.#at64 + HEARTBEAT_NS] = nowNs;
    f64[this.#at64 + ROUNDS]++;
    // Before what calls for it is looked at: what comes later sets it again.
    Atomics.store(u32, this.#at32 + ATTENTION, 0);
    this.#page.drainInbox(host.index, this.#take);
    this.#messagesSeen = this.#messages;
    host.tellNews(nowNs);
    if (this.#paused) {
      // What was written before it came to rest, or since by what an edit has brought.
      this.flushWriters();
      return;
    }
    this.#checkMemory();
    this.#wakeTimers(nowNs);
    // What it says may be that no node is to be run.
    if (this.#messageAnnounced) return;
    const live = this.mode === "live";
    if (this.#ready.size > 0) {
      this.#setState(LANE_STATE_RUNNING);
      this.#ranFromNs = nowNs;
    }
    for (this.#left = SLICE_TICKS; this.#left > 0 && this.#ready.size > 0 && this.#running; this.#left--) {
      const cell = cells[this.#ready.take()];
      cell.queued = false;
      if (cell.held || cell.failed) continue;
      u32[this.#at32 + CURRENT_NODE] = cell.number;
      u32[this.#at32 + CALLS]++;
      runCell(this, cell);
      this.#checkMemory(cell);
      if (live || cell.repeats) this.flushWriters();
      if (u32[this.#at32 + ATTENTION] !== 0) break;
    }
    if (this.endIfGivenUp()) return;
    u32[this.#at32 + CURRENT_NODE] = 0;
    this.flushWriters();
    for (let k = 0; k < host.pools.length; k++) host.pools[k].share();
    if (this.#nowNs >= this.#publishAtNs) this.#publishInTurn();
  }

  /** The clock was read, and no node has been run since the last round. */
  #tellTime(): void {
    if (this.#ranFromNs > 0) this.timing.earn(this.#nowNs - this.#ranFromNs);
    this.#ranFromNs = 0;
  }

  /** @param cell that was run just now */
  #checkMemory(cell?: NodeCell): void {
    const { pools } = this.#host;
    for (let k = 0; k < pools.length; k++) {
      if (pools[k].payloadsWereTaken()) this.#host.memoryTaken(pools[k], cell);
    }
  }

  /** Brings the figures of nodes and links on the control page up to date. */
  publish(): void {
    if (this.isGivenUp) return;
    const changed = this.#changed;
    for (let k = 0; k < changed.length; k++) changed[k].publish();
    changed.length = 0;
  }

  #publishInTurn(): void {
    const fromNs = this.nowNs();
    this.publish();
    const toNs = this.nowNs();
    this.#publishAtNs = toNs + Math.max(PUBLISH_EVERY_NS, (toNs - fromNs) * PUBLISH_SHARE);
  }

  /** Makes what nodes wrote visible to other lanes. */
  flushWriters(): void {
    const { staged } = this.#host;
    for (let k = 0; k < staged.length; k++) staged[k].flush();
    staged.length = 0;
  }

  /** Whether something came while the lane waited for it awake. Only where nothing else can wake a node. */
  #spin(): boolean {
    if (this.#spinner === undefined || this.#paused || this.#timed.length > 0 || this.#isOutside()) return false;
    if (this.#messageAnnounced) return false;
    return this.#nowNs < this.#yieldAtNs && !this.#host.edits.due && this.#spinner.spin(this.#yieldAtNs - this.#nowNs);
  }

  /** Whether what the event loop does may give the lane something to do. */
  #isOutside(): boolean {
    return this.#pending > 0 || this.#host.edits.busy || this.#messageOverdue;
  }

  /** Whether the ticks that are under way, if any, wait for nothing but other nodes. */
  #waitsForGraph(): boolean {
    if (this.#host.edits.busy || this.#messageOverdue) return false;
    return this.#pending === 0 || this.#host.cells.every((cell) => !cell.pending || cell.waitsForGraph);
  }

  /** Goes back to the event loop once. */
  async #yield(): Promise<void> {
    this.nowNs();
    this.#tellTime();
    await yieldNow();
    this.#yieldAtNs = this.nowNs() + YIELD_AFTER_NS;
  }

  async #idle(): Promise<void> {
    const { driver } = this.#host;
    // Before the lane sleeps rather than after: what wakes it is served at once.
    const isDue = this.nowNs() >= this.#yieldAtNs;
    this.#tellTime();
    if (isDue) await this.#yield();
    const lane = this.#host.index;
    for (const pool of this.#host.pools) pool.flushMagazine();
    this.publish();
    const bell = this.#page.bell(lane);
    this.#page.drainInbox(lane, this.#take);
    if (this.#messageAnnounced) return await this.#awaitMessage();
    if (this.#ready.size > 0 && !this.#paused) return;
    const waitMs = this.#paused ? Infinity : this.#wakeTimers(this.nowNs());
    if (waitMs <= 0 || this.#host.edits.due) return;
    this.#page.f64[this.#at64 + PARKS]++;
    const outside = this.#isOutside();
    const quiet = this.#waitsForGraph() && !this.#paused && waitMs === Infinity;
    this.#messageOverdue = false;
    this.#setState(quiet ? LANE_STATE_QUIET : LANE_STATE_WAITING);
    if (this.#host.mayBlock && !outside) {
      driver.park(lane, bell, Math.min(waitMs, PARK_MS));
    } else {
      this.#parked = driver.parkAsync(lane, bell, Math.min(waitMs, PARK_ASYNC_MS));
      await this.#parked;
      this.#parked = undefined;
      this.#yieldAtNs = this.nowNs() + YIELD_AFTER_NS;
    }
  }

  #setState(state: number): void {
    this.#page.u32[this.#at32 + STATE] = state;
  }

  #taken(bit: number): void {
    if (bit === POOL_INBOX_BIT) {
      for (const cell of this.#host.cells) {
        if (cell.blocked === BLOCKED_POOL) cell.wake();
      }
    } else if (bit === MESSAGE_INBOX_BIT) this.#messageAnnounced = this.#messages === this.#messagesSeen;
    else this.#host.wakeables[bit]?.notify();
  }

  /** A message was posted: goes back to the event loop until it is here. */
  async #awaitMessage(): Promise<void> {
    this.#ranFromNs = 0;
    this.#messageAnnounced = false;
    const before = this.#messages;
    for (let k = 0; k < MESSAGE_YIELDS && this.#messages === before && this.#running; k++) await yieldNow();
    this.#messageOverdue = this.#messages === before;
  }

  #tellPause(): void {
    if (!this.#paused || this.#pauseTold) return;
    const isAtWork = (cell: NodeCell) =>
      cell.pending && !cell.failed && cell.mode !== "external" && !cell.waitsForGraph;
    if (this.#host.cells.some(isAtWork)) return;
    for (const pool of this.#host.pools) pool.flushMagazine();
    this.publish();
    this.#pauseTold = true;
    this.#host.rested(this.#pause);
  }

  /** Queues the nodes whose time has come. @returns milliseconds to the next one; 0 if one was queued */
  #wakeTimers(nowNs: number): number {
    let nextNs = Infinity;
    let kept = 0;
    for (const cell of this.#timed) {
      if (cell.ended || cell.retired || cell.notBeforeNs === 0) {
        cell.timed = false;
        continue;
      }
      this.#timed[kept++] = cell;
      // What is not run now would be due for ever: it is woken when it is.
      if (cell.pending || cell.held || cell.failed) continue;
      if (cell.notBeforeNs <= nowNs) cell.wake();
      nextNs = Math.min(nextNs, cell.notBeforeNs);
    }
    this.#timed.length = kept;
    return Math.max(0, (nextNs - nowNs) / 1e6);
  }
}
