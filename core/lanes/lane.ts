/**
 * A lane: one thread that runs nodes. The same class runs on main and in workers.
 *
 * One *round* takes what arrived in the inbox, runs up to a slice of the queued nodes, and makes what they wrote
 * visible to other lanes. When nothing is queued the lane parks: blocking where nothing in its event loop can be
 * pending, else without blocking. It returns to the event loop every few milliseconds, so that messages, timers and
 * promises are served.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { BLOCKED, LANE, PHASE } from "../../ffi/layout.gen.ts";
import { ControlPage, LANE_STATE } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import { serializeError, SluiceError } from "../errors.ts";
import type { FormatField, FrameFormat, FrameKind } from "../frames/format.ts";
import { CheckedLedger } from "../frames/checked_ledger.ts";
import { Ledger } from "../frames/ledger.ts";
import type { LinkWriter, Wakeable } from "../links/link.ts";
import type { GraphMode } from "../links/policy.ts";
import { CheckedPool } from "../memory/checked_pool.ts";
import { Pool, POOL_INBOX_BIT } from "../memory/pool.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { Figures } from "../stats.ts";
import { runCell, type RunHost } from "./cell_runner.ts";
import { EventRelay } from "./event_relay.ts";
import { ReadySet } from "./ready_set.ts";
import { Spinner } from "./spinner.ts";
import { explain } from "./explain.ts";
import { tearDown } from "./faults.ts";
import { type FaultyLane, LaneFaults } from "./lane_faults.ts";
import { type EditedLane, LaneEditor, reconfigure } from "./lane_editor.ts";
import { attachLink, buildCell } from "./lane_builder.ts";
import type { LaneCommand, LaneInit, LaneReport, LinkEndPlan, NodePlan } from "./messages.ts";
import type { CellHost } from "./cell_host.ts";
import type { NodeCell } from "./node_cell.ts";
import { NodeNews } from "./node_news.ts";

// Constants of this module: an imported one is looked up anew at each use.
const GENERATION = LANE.generation >> 2;
const DEAD_GENERATION = LANE.deadGeneration >> 2;
const PHASE_SETUP = PHASE.setup;
const PHASE_IDLE = PHASE.idle;
const HEARTBEAT_NS = LANE.heartbeatNs >> 3;
const ROUNDS = LANE.rounds >> 3;
const LANE_STATE_RUNNING = LANE_STATE.running;
const CURRENT_NODE = LANE.currentNode >> 2;
const PARKS = LANE.parks >> 3;
const LANE_STATE_WAITING = LANE_STATE.waiting;
const LANE_STATE_QUIET = LANE_STATE.quiet;
const STATE = LANE.state >> 2;
const BLOCKED_POOL = BLOCKED.pool;

/** The inbox bit that says: the control isolate has posted a message. */
export const MESSAGE_INBOX_BIT = 1;

/** The first inbox bit that links use. */
export const FIRST_LINK_BIT = 2;

/** Nodes run between two looks at the inbox. */
const SLICE_TICKS = 32;

/** Longest time without going back to the event loop, nanoseconds. */
const YIELD_AFTER_NS = 4_000_000;

/** Longest blocking and non-blocking park, milliseconds. */
const PARK_MS = 50;
const PARK_ASYNC_MS = 250;

/** How long nodes of a lane that must end may take to tear down, milliseconds. */
const LEAVE_TIMEOUT_MS = 500;

/** Longest wait for a message that was announced by the inbox, in returns to the event loop. */
const MESSAGE_YIELDS = 64;

/** Least time between two looks at whether figures are to be published, nanoseconds. */
const PUBLISH_EVERY_NS = 2_000_000;

/** Publishing takes at most one part in so many of the time. */
const PUBLISH_SHARE = 20;

/** What a lane needs from where it runs. */
export interface LaneSite {
  readonly driver: Driver;
  /** Whether this thread may block: not main. */
  readonly mayBlock: boolean;
  post(report: LaneReport): void;
  /** Ends the thread at once, where it is the lane's own. */
  end?(): void;
  /** Finds the type of a node. */
  findType(node: NodePlan): Promise<AnyNodeType>;
}

/** See the module. */
export class Lane implements CellHost, RunHost, EditedLane, FaultyLane {
  readonly init: LaneInit;
  readonly index: number;
  readonly site: LaneSite;
  readonly driver: Driver;
  readonly mode: GraphMode;
  readonly page: ControlPage;
  readonly ledger: Ledger;
  readonly development: boolean;
  readonly pools: Pool[];
  /** Whom an inbox bit wakes. */
  readonly wakeables: (Wakeable | undefined)[] = [];
  readonly staged: LinkWriter[] = [];
  /** In the order of the graph: a cell's place is its rank. */
  cells: NodeCell[] = [];
  readonly faults: LaneFaults = new LaneFaults(this);
  #ready = new ReadySet(0);
  /** The clock as last read: at least once a round, and after each tick that takes long. */
  #nowNs = 0;
  /** When the lane is to go back to the event loop. */
  #yieldAtNs = 0;
  readonly #spinner: Spinner | undefined;
  #running = false;
  /** Sources were told to end. */
  #stopping = false;
  readonly #editor = new LaneEditor(this);
  #paused = false;
  /** Number of the last pause. */
  #pause = 0;
  /** That the lane is paused was reported. */
  #pauseTold = false;
  /** How long all pauses took. */
  #pausedNs = 0;
  #closed = false;
  /** Waiting without blocking: other work of the event loop may wake nodes. */
  #parked: Promise<void> | undefined;
  #messages = 0;
  /** Those that were here when the inbox was looked at last. */
  #messagesSeen = 0;
  #messageAnnounced = false;
  /** One was announced and has not come by the next park, which leaves room for it. */
  #messageOverdue = false;
  /** The nodes that have figures to publish, and when they are to be. */
  readonly #changed: NodeCell[] = [];
  #publishAtNs = 0;
  /** The nodes that wait for a time. */
  readonly #timed: NodeCell[] = [];
  /** Nodes with an asynchronous tick under way. */
  #pending = 0;
  readonly #news: NodeNews;
  readonly #events: EventRelay;
  readonly #at32: number;
  readonly #take: (bit: number) => void;

  constructor(init: LaneInit, site: LaneSite) {
    this.init = init;
    this.index = init.index;
    this.site = site;
    this.driver = site.driver;
    this.mode = init.mode;
    site.driver.useControl(init.control);
    this.page = new ControlPage(site.driver.openArena(init.control));
    this.development = init.development;
    this.ledger = init.development ? new CheckedLedger() : new Ledger();
    this.pools = [];
    this.openPools(init.pools);
    this.#at32 = this.page.laneOffset(init.index) >> 2;
    this.#news = new NodeNews((report) => site.post(report));
    this.#events = new EventRelay((report) => site.post(report), () => this.driver.nowNs() / 1e6);
    this.page.u32[this.#at32 + GENERATION] = init.generation;
    this.#take = (bit) => this.#taken(bit);
    if (site.mayBlock) {
      this.#spinner = new Spinner(this.page, init.index, navigator.hardwareConcurrency, () => this.nowNs());
    }
    if (site.mayBlock) site.driver.enterLane(init.index, init.generation);
  }

  /** Does what the control isolate asks. Failures are reported, not thrown. */
  async handle(command: Exclude<LaneCommand, { kind: "init" }>): Promise<void> {
    this.#messages++;
    switch (command.kind) {
      case "open":
        await this.#open(command);
        break;
      case "start":
        this.#running = true;
        for (const cell of this.cells) cell.wake();
        this.#loop().catch((error) => this.faults.failOutside(error));
        break;
      case "stop":
        this.#stopping = true;
        for (const cell of this.cells) this.#stopSource(cell);
        break;
      case "close":
        await this.#close();
        break;
      case "configure":
        this.#configure(command);
        break;
      case "pause":
        this.#paused = true;
        this.#pause = command.pause;
        this.wakeUp();
        break;
      case "resume":
        this.#pausedNs = command.pausedNs;
        this.#paused = false;
        this.#pauseTold = false;
        this.wakeUp();
        break;
      case "prepare":
        await this.#editor.prepare(command);
        break;
      case "yield":
        await this.#editor.yieldNodes(command);
        break;
      case "arrive":
        this.#editor.arrive(command);
        break;
      case "attach":
        this.#editor.attach(command);
        break;
      case "abort":
        await this.#editor.abort(command.epoch);
        break;
      case "leave":
        await this.leave();
        break;
      case "disable":
        await this.faults.disable(command.node);
        break;
    }
  }

  get paused(): boolean {
    return this.#paused;
  }

  poolOf(kind: FrameKind, name: string = kind): Pool {
    return this.pools.find((pool) => pool.name === name)!;
  }

  converters(field: FormatField): readonly string[] {
    return this.init.converters[field] ?? [];
  }

  nowNs(): number {
    return this.#nowNs = this.driver.nowNs() - this.#pausedNs;
  }

  stampNs(): number {
    return this.#nowNs;
  }

  post(report: LaneReport): void {
    this.site.post(report);
  }

  findType(node: NodePlan): Promise<AnyNodeType> {
    return this.site.findType(node);
  }

  openPools(tokens: LaneInit["pools"]): void {
    const View = this.development ? CheckedPool : Pool;
    for (const token of tokens) {
      if (this.pools[token.index] !== undefined) continue;
      this.pools[token.index] = new View(this.driver, token, this.init.index, this.ledger);
    }
  }

  ranksChanged(): void {
    this.publish();
    this.#ready = new ReadySet(this.cells.length);
    for (const [rank, cell] of this.cells.entries()) {
      cell.rank = rank;
      cell.queued = false;
    }
  }

  inserted(cells: readonly NodeCell[]): void {
    if (this.#stopping) { for (const cell of cells) this.#stopSource(cell); }
  }

  wakeUp(): void {
    this.driver.ringBell(this.init.index);
  }

  enqueue(cell: NodeCell): void {
    if (cell.retired) return;
    cell.queued = true;
    this.#ready.add(cell.rank);
    this.wroteBetween();
  }

  /** A promise or a timer gave the lane something to do, perhaps while it sleeps. */
  wroteBetween(): void {
    if (this.#parked !== undefined) this.driver.ringBell(this.init.index);
  }

  schedule(cell: NodeCell): void {
    this.#timed.push(cell);
    this.wroteBetween();
  }

  changed(cell: NodeCell): void {
    this.#changed.push(cell);
  }

  pendingChanged(by: 1 | -1): void {
    this.#pending += by;
  }

  progress(cell: NodeCell, doneNs: number, totalNs?: number): void {
    this.#news.progress(cell, this.#nowNs, doneNs, totalNs);
  }

  report(cell: NodeCell, figures: Figures): void {
    this.#news.figures(cell, figures);
  }

  emit(cell: NodeCell, name: string, data: unknown): void {
    this.#events.emit(cell, name, data);
  }

  formatChanged(cell: NodeCell, port: string, format: FrameFormat): void {
    this.#news.format(cell, port, format);
  }

  get closed(): boolean {
    return this.#closed;
  }

  halt(): void {
    this.#running = false;
  }

  fail(error: unknown, cell: NodeCell, action: string): void {
    this.faults.fail(error, cell, action);
  }

  /** A node came to its end. */
  ended(cell: NodeCell): void {
    this.publish();
    this.site.post({ kind: "ended", node: cell.id });
  }

  async #open(command: Extract<LaneCommand, { kind: "open" }>): Promise<void> {
    let current: NodeCell | undefined;
    try {
      this.cells = await this.#build(command.nodes, command.links);
      for (const cell of this.cells) {
        current = cell;
        cell.setPhase(PHASE_SETUP);
        await this.faults.setUp(cell);
        cell.setPhase(PHASE_IDLE);
      }
      const formats = this.cells.flatMap((cell) =>
        cell.outputs.flatMap((output) =>
          output.format === undefined ? [] : [{ node: cell.id, port: output.name, format: output.format }]
        )
      );
      this.site.post({ kind: "opened", formats });
    } catch (error) {
      const reason = current === undefined ? error : explain(error, current, "setup()");
      this.site.post({ kind: "failed", error: serializeError(reason) });
    }
  }

  /** Ends a lane whose thread is to end, whatever became of its nodes: what they still hold is left to the ledger. */
  async leave(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#running = false;
    for (const cell of this.cells) {
      if (!cell.ended) cell.abort("the lane has ended");
    }
    // The call of the node that ended the lane may still be under way.
    await yieldNow();
    await Promise.race([Promise.all(this.cells.map(tearDown)), sleep(LEAVE_TIMEOUT_MS)]);
    this.publish();
    this.#news.tellAll();
    this.#die();
  }

  /** The last thing that the thread does. */
  #die(): void {
    Atomics.store(this.page.u32, this.#at32 + DEAD_GENERATION, this.init.generation);
    this.site.post({ kind: "gone" });
    this.site.end?.();
  }

  async #build(nodes: readonly NodePlan[], links: readonly LinkEndPlan[]): Promise<NodeCell[]> {
    const cells = new Map<string, NodeCell>();
    this.#ready = new ReadySet(nodes.length);
    for (const [rank, plan] of nodes.entries()) {
      const type = await this.site.findType(plan);
      const cell = buildCell(this, plan, type.descriptor, (await type.load())());
      cell.rank = rank;
      cells.set(plan.id, cell);
    }
    for (const end of links) attachLink(this, cells, end);
    for (const cell of cells.values()) cell.seal();
    return [...cells.values()];
  }

  async #loop(): Promise<void> {
    this.#yieldAtNs = this.nowNs() + YIELD_AFTER_NS;
    while (this.#running) {
      if (this.#editor.due) {
        this.#editor.apply();
        // On main, what waits for the answer runs now.
        await yieldNow();
      }
      this.#round();
      if (!this.#running) return;
      this.#tellPause();
      if (this.#ready.size === 0 || this.#paused) {
        if (!this.#spin()) await this.#idle();
      } else if (this.#messageAnnounced) await this.#awaitMessage();
      else if (this.#nowNs >= this.#yieldAtNs) await this.#yield();
    }
  }

  #round(): void {
    if (this.page.u32[this.#at32 + GENERATION] !== this.init.generation) {
      // The thread was given up while a node kept it: another one runs the lane by now.
      this.#closed = true;
      this.#running = false;
      this.site.end?.();
      return;
    }
    const nowNs = this.nowNs();
    const { f64, u32 } = this.page;
    f64[(this.#at32 >> 1) + HEARTBEAT_NS] = nowNs;
    f64[(this.#at32 >> 1) + ROUNDS]++;
    this.page.drainInbox(this.init.index, this.#take);
    this.#messagesSeen = this.#messages;
    if (this.#news.waits) this.#news.tell(nowNs);
    if (this.#paused) return;
    this.#wakeTimers(nowNs);
    const live = this.mode === "live";
    if (this.#ready.size > 0) this.#setState(LANE_STATE_RUNNING);
    for (let left = SLICE_TICKS; left > 0 && this.#ready.size > 0 && this.#running; left--) {
      const cell = this.cells[this.#ready.take()];
      cell.queued = false;
      if (cell.held || cell.failed) continue;
      u32[this.#at32 + CURRENT_NODE] = cell.number;
      runCell(this, cell);
      if (live || cell.repeats) this.flushWriters();
    }
    u32[this.#at32 + CURRENT_NODE] = 0;
    this.flushWriters();
    if (nowNs >= this.#publishAtNs) this.#publishInTurn();
  }

  /** Brings the figures of nodes and links on the control page up to date. */
  publish(): void {
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
    const { staged } = this;
    for (let k = 0; k < staged.length; k++) staged[k].flush();
    staged.length = 0;
  }

  /** Whether something came while the lane waited for it awake. Only where nothing else can wake a node. */
  #spin(): boolean {
    if (this.#spinner === undefined || this.#paused || this.#timed.length > 0 || this.#isOutside()) return false;
    if (this.#messageAnnounced) return false;
    return this.#nowNs < this.#yieldAtNs && !this.#editor.due && this.#spinner.spin(this.#yieldAtNs - this.#nowNs);
  }

  /** Whether what the event loop does may give the lane something to do. */
  #isOutside(): boolean {
    return this.#pending > 0 || this.#editor.busy || this.#messageOverdue;
  }

  /** Goes back to the event loop once. */
  async #yield(): Promise<void> {
    await yieldNow();
    this.#yieldAtNs = this.nowNs() + YIELD_AFTER_NS;
  }

  async #idle(): Promise<void> {
    const { driver } = this.site;
    // Before the lane sleeps rather than after: what wakes it is served at once.
    if (this.nowNs() >= this.#yieldAtNs) await this.#yield();
    const lane = this.init.index;
    for (const pool of this.pools) pool.flushMagazine();
    this.publish();
    const bell = this.page.bell(lane);
    this.page.drainInbox(lane, this.#take);
    if (this.#messageAnnounced) return await this.#awaitMessage();
    if (this.#ready.size > 0 && !this.#paused) return;
    const waitMs = this.#paused ? Infinity : this.#wakeTimers(this.nowNs());
    if (waitMs <= 0 || this.#editor.due) return;
    this.page.f64[(this.#at32 >> 1) + PARKS]++;
    const outside = this.#isOutside();
    this.#messageOverdue = false;
    this.#setState(outside || waitMs < Infinity ? LANE_STATE_WAITING : LANE_STATE_QUIET);
    if (this.site.mayBlock && !outside) {
      driver.park(lane, bell, Math.min(waitMs, PARK_MS));
    } else {
      this.#parked = driver.parkAsync(lane, bell, Math.min(waitMs, PARK_ASYNC_MS));
      await this.#parked;
      this.#parked = undefined;
      this.#yieldAtNs = this.nowNs() + YIELD_AFTER_NS;
    }
  }

  #setState(state: number): void {
    this.page.u32[this.#at32 + STATE] = state;
  }

  #taken(bit: number): void {
    if (bit === POOL_INBOX_BIT) {
      for (const cell of this.cells) {
        if (cell.blocked === BLOCKED_POOL) cell.wake();
      }
    } else if (bit === MESSAGE_INBOX_BIT) this.#messageAnnounced = this.#messages === this.#messagesSeen;
    else this.wakeables[bit]?.notify();
  }

  /** A message was posted: goes back to the event loop until it is here. */
  async #awaitMessage(): Promise<void> {
    this.#messageAnnounced = false;
    const before = this.#messages;
    for (let k = 0; k < MESSAGE_YIELDS && this.#messages === before && this.#running; k++) await yieldNow();
    this.#messageOverdue = this.#messages === before;
  }

  #tellPause(): void {
    if (!this.#paused || this.#pauseTold) return;
    if (this.cells.some((cell) => cell.pending && !cell.failed && cell.mode !== "external")) return;
    for (const pool of this.pools) pool.flushMagazine();
    this.publish();
    this.#pauseTold = true;
    this.site.post({ kind: "paused", pause: this.#pause });
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

  #configure(command: Extract<LaneCommand, { kind: "configure" }>): void {
    const { request } = command;
    try {
      const cell = this.cells.find((each) => each.id === command.node);
      if (cell === undefined) throw new SluiceError("NodeNotFound", `Cannot configure "${command.node}": it has gone`);
      reconfigure(cell, command);
      this.site.post({ kind: "configured", request });
    } catch (error) {
      this.site.post({ kind: "configured", request, error: serializeError(error) });
    }
  }

  /** Ends what feeds the graph; the rest drains. */
  #stopSource(cell: NodeCell): void {
    if (!cell.ended && !cell.isFed) cell.beginFinish("the graph is stopping");
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#running = false;
    for (const cell of this.cells) {
      if (!cell.ended) cell.abort("the graph was stopped");
    }
    for (const cell of this.cells) {
      await tearDown(cell);
    }
    await this.#editor.retired();
    this.publish();
    // The wait looks at memory that is given up next.
    if (this.#parked !== undefined) this.wakeUp();
    await this.#parked;
    try {
      for (const pool of this.pools) {
        pool.flushMagazine();
        pool.close();
      }
    } catch {
      // A node has detached the memory: that was reported when it was first used.
    }
    this.#news.tellAll();
    this.site.post({ kind: "closed" });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function yieldNow(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
