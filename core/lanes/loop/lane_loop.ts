/**
 * The loop of a lane's thread: rounds, and sleep between them. Only that thread calls it. Frames cause no allocation
 * here; only parking blocks, and never on main.
 *
 * One *round* takes the inbox, runs up to a slice of the queued nodes, and makes their frames visible to other lanes.
 * It ends after the current tick if a message of the control isolate has been announced, if the watch sees the same
 * round twice, or once timed ticks show that it has lasted for a millisecond. With an empty queue the lane parks: it
 * blocks if nothing in its event loop can be pending, else it waits without blocking. It returns to the event loop
 * every few milliseconds, which serves messages, timers and promises.
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
import { yieldNow } from "../cells/event_loop.ts";

// Constants of this module: V8 resolves an imported one again at each use.
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

/** The most nodes that a round runs. */
const SLICE_TICKS = 32;

/** Longest time without going back to the event loop, nanoseconds. */
const YIELD_AFTER_NS = 4_000_000;

/**
 * The longest blocking park, milliseconds, and the longest time in which all parks block: then one park leaves the
 * thread to the event loop, in which a node may have opened a server or a timer without telling the lane.
 */
const PARK_MS = 25;

/** The longest park without blocking, milliseconds: the least rate at which a lane runs rounds. */
export const PARK_ASYNC_MS = 250;

/** Longest wait for a message that was announced by the inbox, in returns to the event loop. */
const MESSAGE_YIELDS = 64;

/** Least time between two checks for figures to publish, nanoseconds. */
const PUBLISH_EVERY_NS = 2_000_000;

/** Publishing takes at most one part in this many of the time. */
const PUBLISH_SHARE = 20;

export class LaneLoop {
  readonly #lane: Lane;
  readonly #edits: LaneEditor;
  readonly #faults: LaneFaults;
  readonly #page: ControlPage;
  readonly #at32: number;
  readonly #at64: number;
  readonly #spinner: Spinner | undefined;
  /** The time at which the lane must return to the event loop. */
  #yieldAtNs = ZERO_NS;
  /** The time from which a park must not block. */
  #openAtNs = ZERO_NS;
  /** The time at which figures are published next. */
  #publishAtNs = ZERO_NS;
  /** Number of the last pause. */
  #pause = 0;
  /** True if the pause was reported. */
  #pauseTold = false;
  #messages = 0;
  /** True if a message is on its way. */
  #messageAnnounced = false;
  /** True if an announced message has not arrived by the next park, which leaves time for it. */
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

  /** Runs nodes while the lane is `running`. */
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
        // On main, code that awaits the answer runs here.
        await yieldNow();
      }
      this.#round();
      if (!lane.running) return;
      // The nodes that stay have run: the calls that follow may keep the thread.
      if (edits.leaving) {
        edits.retire();
        // Most of these nodes have ended by then, and the lane may block again.
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
   * Runs no node until `resume()`. Reports the pause when each tick under way has ended or waits for room or a slot.
   *
   * @param pause its number
   */
  pause(pause: number): void {
    const lane = this.#lane;
    lane.paused = true;
    this.#pause = pause;
    lane.driver.ringBell(lane.index);
  }

  /** @param pausedNs the duration of all pauses */
  resume(pausedNs: number): void {
    const lane = this.#lane;
    lane.pausedNs = pausedNs;
    lane.paused = false;
    this.#pauseTold = false;
    for (const cell of lane.cells) cell.admitWaiters();
    lane.driver.ringBell(lane.index);
  }

  /** Called when a message of the control isolate has arrived. */
  messageCame(): void {
    this.#messages++;
  }

  /** Wakes the lane if it waits without blocking, and returns after the wait has ended. */
  async leavePark(): Promise<void> {
    const lane = this.#lane;
    // The wait reads memory that is released next.
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
    // Cleared before the lane checks the causes: a later cause sets it again.
    Atomics.store(u32, this.#at32 + ATTENTION, 0);
    this.#page.drainInbox(lane.index, this.#take);
    lane.tellNews(nowNs);
    if (lane.paused) {
      // Flushes frames that were written before the lane quiesced, or by nodes that an edit has added.
      lane.flushWriters();
      return;
    }
    this.#checkMemory();
    this.#wakeTimers(nowNs);
    // The message may forbid running nodes.
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

  /** Reads the clock for the round, before it runs a node. */
  #tellTime(): void {
    const lane = this.#lane;
    if (lane.ranFromNs > 0) lane.timing.earn(lane.stampNs() - lane.ranFromNs);
    lane.ranFromNs = 0;
  }

  /** @param cell that was run last */
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

  /** Spins for work. @returns whether some arrived; only if nothing else can wake a node */
  #spin(): boolean {
    const lane = this.#lane;
    if (this.#spinner === undefined || lane.paused || lane.timedCells.length > 0 || this.#isOutside()) return false;
    if (this.#messageAnnounced) return false;
    return lane.stampNs() < this.#yieldAtNs && !this.#edits.due && this.#spinner.spin(this.#yieldAtNs - lane.stampNs());
  }

  /** True if the event loop may give the lane something to do. */
  #isOutside(): boolean {
    return this.#lane.pending > 0 || this.#lane.usesEventLoop || this.#edits.busy || this.#messageOverdue;
  }

  /** True if the ticks under way, if any, wait only for other nodes. */
  #waitsForGraph(): boolean {
    const lane = this.#lane;
    if (this.#edits.busy || this.#messageOverdue) return false;
    return lane.pending === 0 || lane.cells.every((cell) => !cell.pending || cell.waitsForGraph);
  }

  /** Returns to the event loop once. */
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
    // Before the lane sleeps rather than after, so that wake-ups are served at once.
    const isDue = lane.nowNs() >= this.#yieldAtNs;
    this.#tellTime();
    if (isDue) await this.#yield();
    // A callback may have kept the thread meanwhile: the record and the inbox may belong to the lane's next thread.
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

  /** Returns to the event loop until every posted message has arrived. */
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
      // A cell that cannot run would stay due for ever: it is woken when it can run.
      if (cell.pending || cell.held || cell.failed) continue;
      if (cell.notBeforeNs <= nowNs) cell.wake();
      nextNs = Math.min(nextNs, cell.notBeforeNs);
    }
    lane.timedCells.length = kept;
    return Math.max(0, (nextNs - nowNs) / 1e6);
  }
}
