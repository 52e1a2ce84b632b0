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
import { BLOCKED, LANE } from "../../../ffi/layout.gen.ts";
import { index32, index64 } from "../../element_index.ts";
import { ZERO_NS } from "../../clock/zero_ns.ts";
import { type ControlPage, LANE_STATE } from "../../control_page.ts";
import { POOL_INBOX_BIT } from "../../memory/pool.ts";
import { runCell } from "../cells/cell_runner.ts";
import { MESSAGE_INBOX_BIT } from "../inbox_bits.ts";
import type { Lane } from "../lane/lane.ts";
import type { LaneEditor } from "../edits/lane_editor.ts";
import type { LaneFaults } from "../lane/lane_faults.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { Spinner } from "./spinner.ts";
import { yieldNow } from "../cells/turn.ts";

// Constants of this module: an imported one is looked up anew at each use.
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

/** Nodes run in a round, at most. */
const SLICE_TICKS = 32;

/** Longest time without going back to the event loop, nanoseconds. */
const YIELD_AFTER_NS = 4_000_000;

/**
 * Longest blocking park, milliseconds, and longest time in which all parks block: then one leaves the thread to the event
 * loop, in which a node may have opened a server or a timer without a word.
 */
const PARK_MS = 25;

/** Longest park without blocking, milliseconds: so often a lane comes round at least. */
export const PARK_ASYNC_MS = 250;

/** Longest wait for a message that was announced by the inbox, in returns to the event loop. */
const MESSAGE_YIELDS = 64;

/** Least time between two looks at whether figures are to be published, nanoseconds. */
const PUBLISH_EVERY_NS = 2_000_000;

/** Publishing takes at most one part in so many of the time. */
const PUBLISH_SHARE = 20;

export class LaneLoop {
  readonly #lane: Lane;
  readonly #edits: LaneEditor;
  readonly #faults: LaneFaults;
  readonly #page: ControlPage;
  readonly #at32: number;
  readonly #at64: number;
  readonly #spinner: Spinner | undefined;
  /** When the lane is to go back to the event loop. */
  #yieldAtNs = ZERO_NS;
  /** When a park is not to block. */
  #openAtNs = ZERO_NS;
  /** When figures are to be published. */
  #publishAtNs = ZERO_NS;
  /** Number of the last pause. */
  #pause = 0;
  /** That the lane is paused was reported. */
  #pauseTold = false;
  #messages = 0;
  /** One is on its way. */
  #messageAnnounced = false;
  /** One was announced and has not come by the next park, which leaves room for it. */
  #messageOverdue = false;
  readonly #take: (bit: number) => void;

  constructor(lane: Lane, edits: LaneEditor, faults: LaneFaults) {
    const { index, page } = lane;
    this.#lane = lane;
    this.#edits = edits;
    this.#faults = faults;
    this.#page = page;
    this.#at32 = index32(page.laneOffset(index));
    this.#at64 = index64(page.laneOffset(index));
    this.#take = (bit) => this.#taken(bit);
    if (lane.site.mayBlock) {
      this.#spinner = new Spinner(page, index, navigator.hardwareConcurrency, () => lane.nowNs());
    }
  }

  /** Runs nodes for as long as the lane is `running`. */
  async run(): Promise<void> {
    const lane = this.#lane;
    lane.running = true;
    this.#yieldAtNs = lane.nowNs() + YIELD_AFTER_NS;
    this.#openAtNs = lane.stampNs() + PARK_MS * 1e6;
    const edits = this.#edits;
    while (lane.running) {
      if (edits.due) {
        lane.ranFromNs = 0;
        edits.apply();
        // On main, what waits for the answer runs now.
        await yieldNow();
      }
      this.#round();
      if (!lane.running) return;
      // The nodes that stay have run: what is called now may keep the thread.
      if (edits.leaving) {
        edits.retire();
        // Most are at their end then, and the lane may block again.
        await yieldNow();
      }
      this.#tellPause();
      if (lane.ready.size === 0 || lane.paused) {
        if (!this.#spin()) await this.#idle();
      } else if (this.#messageAnnounced) await this.#awaitMessage();
      else if (lane.stampNs() >= this.#yieldAtNs) await this.#yield();
    }
  }

  /**
   * Runs no node until `resume()`; the control isolate is told when each tick under way has ended or waits for room or a slot.
   *
   * @param pause its number
   */
  pause(pause: number): void {
    const lane = this.#lane;
    lane.paused = true;
    this.#pause = pause;
    lane.driver.ringBell(lane.index);
  }

  /** @param pausedNs how long all pauses took */
  resume(pausedNs: number): void {
    const lane = this.#lane;
    lane.pausedNs = pausedNs;
    lane.paused = false;
    this.#pauseTold = false;
    for (const cell of lane.cells) cell.admitWaiters();
    lane.driver.ringBell(lane.index);
  }

  /** A message of the control isolate has come. */
  messageCame(): void {
    this.#messages++;
  }

  /** Wakes the lane if it waits without blocking, and returns when it does not wait any more. */
  async leavePark(): Promise<void> {
    const lane = this.#lane;
    // The wait looks at memory that is given up next.
    if (lane.parked !== undefined) lane.driver.ringBell(lane.index);
    await lane.parked;
  }

  #round(): void {
    const lane = this.#lane;
    const { cells } = lane;
    if (lane.endIfGivenUp()) return;
    const nowNs = lane.nowNs();
    this.#tellTime();
    const { f64, u32 } = this.#page;
    f64[this.#at64 + HEARTBEAT_NS] = nowNs;
    f64[this.#at64 + ROUNDS]++;
    // Before what calls for it is looked at: what comes later sets it again.
    Atomics.store(u32, this.#at32 + ATTENTION, 0);
    this.#page.drainInbox(lane.index, this.#take);
    lane.tellNews(nowNs);
    if (lane.paused) {
      // What was written before it quiesced, or since by what an edit has brought.
      lane.flushWriters();
      return;
    }
    this.#checkMemory();
    this.#wakeTimers(nowNs);
    // What it says may be that no node is to be run.
    if (this.#messageAnnounced) return;
    const live = lane.mode === "live";
    if (lane.ready.size > 0) {
      this.#setState(LANE_STATE_RUNNING);
      lane.ranFromNs = nowNs;
    }
    for (lane.left = SLICE_TICKS; lane.left > 0 && lane.ready.size > 0 && lane.running; lane.left--) {
      const cell = cells[lane.ready.take()];
      cell.queued = false;
      if (cell.held || cell.failed) continue;
      u32[this.#at32 + CURRENT_NODE] = cell.number;
      u32[this.#at32 + CALLS]++;
      runCell(lane, cell);
      this.#checkMemory(cell);
      if (live || cell.repeats) lane.flushWriters();
      if (u32[this.#at32 + ATTENTION] !== 0) break;
    }
    if (lane.endIfGivenUp()) return;
    u32[this.#at32 + CURRENT_NODE] = 0;
    lane.flushWriters();
    for (let k = 0; k < lane.pools.length; k++) lane.pools[k].share();
    if (lane.stampNs() >= this.#publishAtNs) this.#publishInTurn();
  }

  /** The clock was read, and no node has been run since the last round. */
  #tellTime(): void {
    const lane = this.#lane;
    if (lane.ranFromNs > 0) lane.timing.earn(lane.stampNs() - lane.ranFromNs);
    lane.ranFromNs = 0;
  }

  /** @param cell that was run just now */
  #checkMemory(cell?: NodeCell): void {
    const { pools } = this.#lane;
    for (let k = 0; k < pools.length; k++) {
      if (pools[k].payloadsWereTaken()) this.#faults.memoryTaken(pools[k].name, cell);
    }
  }

  #publishInTurn(): void {
    const lane = this.#lane;
    const fromNs = lane.nowNs();
    lane.publish();
    const toNs = lane.nowNs();
    this.#publishAtNs = toNs + Math.max(PUBLISH_EVERY_NS, (toNs - fromNs) * PUBLISH_SHARE);
  }

  /** Whether something came while the lane waited for it awake. Only where nothing else can wake a node. */
  #spin(): boolean {
    const lane = this.#lane;
    if (this.#spinner === undefined || lane.paused || lane.timedCells.length > 0 || this.#isOutside()) return false;
    if (this.#messageAnnounced) return false;
    return lane.stampNs() < this.#yieldAtNs && !this.#edits.due && this.#spinner.spin(this.#yieldAtNs - lane.stampNs());
  }

  /** Whether what the event loop does may give the lane something to do. */
  #isOutside(): boolean {
    return this.#lane.pending > 0 || this.#lane.usesEventLoop || this.#edits.busy || this.#messageOverdue;
  }

  /** Whether the ticks that are under way, if any, wait for nothing but other nodes. */
  #waitsForGraph(): boolean {
    const lane = this.#lane;
    if (this.#edits.busy || this.#messageOverdue) return false;
    return lane.pending === 0 || lane.cells.every((cell) => !cell.pending || cell.waitsForGraph);
  }

  /** Goes back to the event loop once. */
  async #yield(): Promise<void> {
    const lane = this.#lane;
    lane.nowNs();
    this.#tellTime();
    await yieldNow();
    this.#yieldAtNs = lane.nowNs() + YIELD_AFTER_NS;
  }

  async #idle(): Promise<void> {
    const lane = this.#lane;
    const { driver, index } = lane;
    // Before the lane sleeps rather than after: what wakes it is served at once.
    const isDue = lane.nowNs() >= this.#yieldAtNs;
    this.#tellTime();
    if (isDue) await this.#yield();
    // A callback may have kept the thread meanwhile: the record and the inbox are those of the lane's next thread then.
    if (lane.isGivenUp) return;
    for (const pool of lane.pools) pool.flushMagazine();
    lane.publish();
    const bell = this.#page.bell(index);
    this.#page.drainInbox(index, this.#take);
    if (this.#messageAnnounced) return await this.#awaitMessage();
    if (lane.ready.size > 0 && !lane.paused) return;
    const waitMs = lane.paused ? Infinity : this.#wakeTimers(lane.nowNs());
    if (waitMs <= 0 || this.#edits.due) return;
    this.#page.f64[this.#at64 + PARKS]++;
    const outside = this.#isOutside();
    const quiet = this.#waitsForGraph() && !lane.paused && waitMs === Infinity;
    this.#messageOverdue = false;
    this.#setState(quiet ? LANE_STATE_QUIET : LANE_STATE_WAITING);
    if (lane.site.mayBlock && !outside && lane.stampNs() < this.#openAtNs) {
      driver.park(index, bell, Math.min(waitMs, PARK_MS));
    } else {
      lane.parked = driver.parkAsync(index, bell, Math.min(waitMs, PARK_ASYNC_MS));
      await lane.parked;
      lane.parked = undefined;
      this.#yieldAtNs = lane.nowNs() + YIELD_AFTER_NS;
      this.#openAtNs = lane.stampNs() + PARK_MS * 1e6;
    }
  }

  #setState(state: number): void {
    this.#page.u32[this.#at32 + STATE] = state;
  }

  #taken(bit: number): void {
    const lane = this.#lane;
    if (bit === POOL_INBOX_BIT) {
      for (const cell of lane.cells) {
        if (cell.blocked === BLOCKED_POOL) cell.wake();
      }
    } else if (bit === MESSAGE_INBOX_BIT) this.#messageAnnounced = this.#isMessageUnderWay();
    else lane.wakeables[bit]?.notify();
  }

  /** Goes back to the event loop until every message that was posted is here. */
  async #awaitMessage(): Promise<void> {
    const lane = this.#lane;
    lane.ranFromNs = 0;
    this.#messageAnnounced = false;
    for (let k = 0; k < MESSAGE_YIELDS && this.#isMessageUnderWay() && lane.running; k++) await yieldNow();
    this.#messageOverdue = lane.running && this.#isMessageUnderWay();
  }

  #isMessageUnderWay(): boolean {
    return this.#page.commandsUnderWay(this.#lane.index, this.#messages) > 0;
  }

  #tellPause(): void {
    const lane = this.#lane;
    if (!lane.paused || this.#pauseTold) return;
    if (lane.cells.some((cell) => !cell.failed && !cell.restsInPause)) return;
    for (const pool of lane.pools) pool.flushMagazine();
    lane.publish();
    lane.tellAllNews();
    this.#pauseTold = true;
    lane.site.post({ kind: "paused", pause: this.#pause });
  }

  /** Queues the nodes whose time has come. @returns milliseconds to the next one; 0 if one was queued */
  #wakeTimers(nowNs: number): number {
    const lane = this.#lane;
    let nextNs = Infinity;
    let kept = 0;
    for (const cell of lane.timedCells) {
      if (cell.ended || cell.outside || cell.notBeforeNs === 0) {
        cell.timed = false;
        continue;
      }
      lane.timedCells[kept++] = cell;
      // What is not run now would be due for ever: it is woken when it is.
      if (cell.pending || cell.held || cell.failed) continue;
      if (cell.notBeforeNs <= nowNs) cell.wake();
      nextNs = Math.min(nextNs, cell.notBeforeNs);
    }
    lane.timedCells.length = kept;
    return Math.max(0, (nextNs - nowNs) / 1e6);
  }
}
