/**
 * A lane: what one thread runs, and what it runs it with. It has the nodes, the ends of their links, the pools, the
 * clock, and the queue of nodes that are to run. Cells ask it for what they need through {@linkcode CellHost};
 * `lane_loop.ts` runs the nodes, `lane_editor.ts` changes which there are, `lane_faults.ts` takes their failures, and
 * `lane_runner.ts` does what the control isolate asks.
 *
 * @module
 */
import { LANE } from "../../../ffi/layout.gen.ts";
import { index32, index64 } from "../../element_index.ts";
import { ZERO_NS } from "../../clock/zero_ns.ts";
import { ControlPage } from "../../control_page.ts";
import type { Driver } from "../../driver/driver.ts";
import { serializeError } from "../../errors.ts";
import { CheckedLedger } from "../../frames/checked_ledger.ts";
import type { FrameFormat, FrameKind } from "../../frames/format.ts";
import type { ConverterKey } from "../../ports/accepted.ts";
import type { LinkWriter, Wakeable } from "../../links/link.ts";
import type { GraphMode } from "../../links/policy.ts";
import { CheckedPool } from "../../memory/checked_pool.ts";
import { Keeping } from "../../memory/keeping.ts";
import { Ledger } from "../../memory/ledger.ts";
import { Pool } from "../../memory/pool.ts";
import { leaveRow, noteDeath } from "../../memory/reclaim.ts";
import type { AnyNodeType } from "../../registry/node_type.ts";
import type { Figures } from "../../stats.ts";
import type { CellFigures } from "../cells/cell_figures.ts";
import { EventRelay } from "./event_relay.ts";
import { explain } from "../cells/explain.ts";
import type { LaneInit, LaneReport, NodePlan } from "../messages.ts";
import type { CellHost, NodeCell } from "../cells/node_cell.ts";
import { NodeNews } from "./node_news.ts";
import { ReadySet } from "./ready_set.ts";
import { TickTiming } from "../cells/tick_timing.ts";

// Constants of this module: an imported one is looked up anew at each use.
const GENERATION = LANE.generation >> 2;
const HEARTBEAT_NS = LANE.heartbeatNs >> 3;
const ATTENTION = index32(LANE.attention);
const CALLS = index32(LANE.calls);

/** A round ends once it is known to have lasted for so long; a tick that took longer is published by itself. */
const LONG_ROUND_NS = 1_000_000;

/** Where a lane runs: in a worker, or on main. */
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

export class Lane implements CellHost {
  readonly init: LaneInit;
  readonly index: number;
  readonly site: LaneSite;
  readonly driver: Driver;
  readonly mode: GraphMode;
  readonly page: ControlPage;
  readonly ledger: Ledger;
  readonly development: boolean;
  readonly timing: TickTiming;
  readonly pools: Pool[] = [];
  /** Whom an inbox bit wakes. */
  readonly wakeables: (Wakeable | undefined)[] = [];
  /** The writing ends that have staged something since they were flushed last. */
  readonly staged: LinkWriter[] = [];
  /** In the order of the graph: a cell's place is its rank. */
  cells: NodeCell[] = [];
  /** The ranks of the cells that are to run. */
  ready: ReadySet = new ReadySet(0);
  /** Nodes that the round may still run. */
  left = 0;
  /** When the round that ran nodes last began; 0 once its time is known. */
  ranFromNs = ZERO_NS;
  /** How long all pauses took. */
  pausedNs = ZERO_NS;
  /** Whether no node is run until `resume`. */
  paused = false;
  /** The loop runs nodes. */
  running = false;
  /** It has torn its nodes down, or does so now. */
  closed = false;
  /** Its pools are closed. */
  #hasLeftMemory = false;
  /** The loop waits without blocking: other work of the event loop may wake nodes. */
  parked: Promise<void> | undefined;
  /** The nodes that wait for a time. */
  readonly timedCells: NodeCell[] = [];
  /** The node that is called between rounds, whether the lane runs it yet or not. */
  called: NodeCell | undefined;
  /** Nodes with an asynchronous tick under way. */
  pending = 0;
  /** A node has work in the event loop beside its ticks: the thread may not sleep in a way that keeps it waiting. */
  usesEventLoop = false;
  /** The clock as last read: at least once a round, and after each tick that takes long. */
  #nowNs = ZERO_NS;
  /** The nodes that have figures to publish. */
  readonly #changed: CellFigures[] = [];
  /** Sources were told to end. */
  #stopping = false;
  readonly #at32: number;
  readonly #at64: number;
  readonly #generation: number;
  readonly #news: NodeNews;
  readonly #events: EventRelay;

  constructor(init: LaneInit, site: LaneSite) {
    const { driver } = site;
    this.init = init;
    this.index = init.index;
    this.site = site;
    this.driver = driver;
    this.mode = init.mode;
    driver.useControl(init.control);
    this.page = new ControlPage(driver.openArena(init.control));
    this.development = init.development;
    const keeping = new Keeping({ page: this.page, lane: init.index, generation: init.generation });
    this.ledger = init.development ? new CheckedLedger(keeping) : new Ledger(keeping);
    this.openPools(init.pools);
    this.#news = new NodeNews((report) => site.post(report));
    this.#events = new EventRelay((report) => site.post(report), () => driver.nowNs() / 1e6);
    this.#at32 = index32(this.page.laneOffset(init.index));
    this.#at64 = index64(this.page.laneOffset(init.index));
    this.#generation = init.generation;
    this.page.u32[this.#at32 + GENERATION] = init.generation;
    // On main everything else of the program waits for the end of a round.
    this.timing = new TickTiming(!site.mayBlock);
    if (site.mayBlock) driver.enterLane(init.index, init.generation, init.row);
  }

  /** Reads the clock, which stands still in pauses. */
  nowNs(): number {
    return this.#nowNs = this.driver.nowNs() - this.pausedNs;
  }

  stampNs(): number {
    return this.#nowNs;
  }

  /** Whether another thread runs the lane by now. */
  get isGivenUp(): boolean {
    return this.page.u32[this.#at32 + GENERATION] !== this.#generation;
  }

  /**
   * Ends the thread if another one runs the lane by now.
   *
   * @returns whether it does, or the lane has closed its pools: then a tick that ends late touches nothing of the graph's
   */
  endIfGivenUp(): boolean {
    if (this.#hasLeftMemory) return true;
    if (!this.isGivenUp) return false;
    this.running = false;
    // The thread was given up while a node kept it. What the node holds is in the row that is the thread's own.
    if (this.closed) return true;
    this.closed = true;
    leaveRow(this.pools, this.init.row);
    // What its promises still do with frames is refused.
    for (const pool of this.pools) pool.close();
    this.site.end?.();
    return true;
  }

  enqueue(cell: NodeCell): void {
    if (cell.outside) return;
    cell.queued = true;
    this.ready.add(cell.rank);
    this.wroteBetween();
  }

  wroteBetween(): void {
    if (this.parked !== undefined) this.driver.ringBell(this.index);
  }

  schedule(cell: NodeCell): void {
    this.timedCells.push(cell);
    this.wroteBetween();
  }

  changed(figures: CellFigures): void {
    this.#changed.push(figures);
  }

  timed(figures: CellFigures, tookNs: number): void {
    this.timing.spend();
    this.page.f64[this.#at64 + HEARTBEAT_NS] = this.#nowNs;
    if (tookNs >= LONG_ROUND_NS) figures.publish();
    if (this.#nowNs - this.ranFromNs >= LONG_ROUND_NS) this.left = 0;
  }

  pendingChanged(by: 1 | -1): void {
    this.pending += by;
  }

  repeats(): boolean {
    const { u32 } = this.page;
    const at = this.#at32;
    if (this.left <= 0 || u32[at + ATTENTION] !== 0) return false;
    u32[at + CALLS]++;
    return true;
  }

  flushWriters(): void {
    const { staged } = this;
    for (let k = 0; k < staged.length; k++) staged[k].flush();
    staged.length = 0;
  }

  /** Brings the figures of nodes and links on the control page up to date. */
  publish(): void {
    if (this.isGivenUp) return;
    const changed = this.#changed;
    for (let k = 0; k < changed.length; k++) changed[k].publish();
    changed.length = 0;
  }

  ended(cell: NodeCell): void {
    this.publish();
    this.site.post({ kind: "ended", node: cell.id });
  }

  /**
   * Sets a node aside that is supervised; for any other the lane stops running nodes. The control isolate decides what
   * comes next.
   */
  fail(error: unknown, cell: NodeCell, action: string): void {
    if (this.closed || cell.failed) return;
    const reason = explain(error, cell, action);
    if (cell.outside || cell.ended) {
      cell.context.log.error(reason.message);
      return;
    }
    if (cell.plan.supervised) cell.setAside();
    else {
      cell.failed = true;
      this.running = false;
    }
    // What nodes have written by now is written: it is counted, and others can read it.
    this.flushWriters();
    this.publish();
    const node = cell.plan.supervised ? { node: cell.id, record: cell.plan.index } : {};
    this.site.post({ kind: "failed", error: serializeError(reason), ...node });
  }

  poolOf(kind: FrameKind, name: string = kind): Pool {
    return this.pools.find((pool) => pool.name === name)!;
  }

  converters(key: ConverterKey): readonly string[] {
    return this.init.converters[key] ?? [];
  }

  progress(cell: NodeCell, doneNs: number, totalNs?: number): void {
    this.#news.progress(cell, this.#nowNs, doneNs, totalNs);
  }

  recorded(path: string): void {
    this.site.post({ kind: "recorded", path });
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

  /** Tells the control isolate what has gathered, if it is time to. */
  tellNews(nowNs: number): void {
    if (this.#news.waits) this.#news.tell(nowNs, this.cells);
    if (this.#events.waits) this.#events.tell();
  }

  /** A node is no longer part of the lane. */
  departed(cell: NodeCell): void {
    this.#news.leave(cell);
  }

  /** A node has taken the place of another one of the lane. */
  succeeded(cell: NodeCell): void {
    this.#news.succeed(cell);
  }

  /** Tells the control isolate what has gathered, at once: at the end, in a pause, and before nodes leave. */
  tellAllNews(): void {
    this.#news.tellAll(this.cells);
    this.#events.tellAll();
  }

  openPools(tokens: LaneInit["pools"]): void {
    const View = this.development ? CheckedPool : Pool;
    for (const token of tokens) {
      const known = this.pools[token.index];
      if (known !== undefined) known.grow(token);
      else this.pools[token.index] = new View(this.driver, token, this.init.index, this.ledger, this.init.row);
    }
  }

  /** The last thing that the thread does with the memory of the graph. */
  closePools(): void {
    // What is in a row that nobody looks after any more since the thread was given up, only the thread gives back.
    const { generation, row } = this.init;
    const isSetAside = this.site.mayBlock && !noteDeath(this.page, { lane: this.index, generation });
    if (isSetAside) leaveRow(this.pools, row);
    // What promises still do with frames is refused.
    for (const pool of this.pools) pool.close();
    this.#hasLeftMemory = true;
  }

  /** The cells are others: notes what the thread may do because of them. */
  cellsCame(): void {
    this.usesEventLoop = this.cells.some((cell) => cell.usesEventLoop);
  }

  /** The cells are others, or in another order. Those that are queued stay so. */
  ranksChanged(): void {
    this.publish();
    this.cellsCame();
    this.ready = new ReadySet(this.cells.length);
    for (const [rank, cell] of this.cells.entries()) {
      cell.rank = rank;
      if (cell.queued) this.enqueue(cell);
    }
  }

  /** Nodes have come: they are told what all nodes were told before. */
  inserted(cells: readonly NodeCell[]): void {
    if (this.#stopping) { for (const cell of cells) this.#stopSource(cell); }
  }

  /**
   * Ends what feeds the graph; the rest drains.
   *
   * @param arriving nodes that are yet to get their links, and are told then
   */
  stopSources(arriving: ReadonlySet<NodeCell>): void {
    this.#stopping = true;
    for (const cell of this.cells) if (!arriving.has(cell)) this.#stopSource(cell);
  }

  #stopSource(cell: NodeCell): void {
    if (!cell.ended && (!cell.isFed || cell.awaitsLinks)) cell.beginFinish("the graph is stopping");
  }
}
