/**
 * A lane: the state of one thread that runs nodes. It has the nodes, the ends of their links, the pools, the clock, and
 * the queue of nodes to run. Cells use it through {@linkcode CellHost}; `lane_loop.ts` runs the nodes, `lane_editor.ts`
 * changes them, `lane_faults.ts` handles their failures, and `lane_runner.ts` carries out the commands of the control
 * isolate. Only the lane's thread may call it.
 *
 * @module
 */
import { LANE } from "../../../ffi/layout.gen.ts";
import { index32, index64 } from "../../element_index.ts";
import { ZERO_NS } from "../../clock/zero_ns.ts";
import { ControlPage } from "../../control_page.ts";
import type { Driver } from "../../driver/driver.ts";
import { serializeError } from "../../errors.ts";
import { CheckedLedger } from "../../frames/checked_frame.ts";
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
import { explain } from "../cells/call_outcome.ts";
import type { LaneInit, LaneReport, NodePlan } from "../messages.ts";
import type { CellHost, NodeCell } from "../cells/node_cell.ts";
import { NodeNews } from "./node_news.ts";
import { ReadySet } from "./ready_set.ts";
import { TickTiming } from "../cells/tick_timing.ts";

// Constants of this module: V8 resolves an imported one again at each use.
const GENERATION = LANE.generation >> 2;
const HEARTBEAT_NS = LANE.heartbeatNs >> 3;
const ATTENTION = index32(LANE.attention);
const CALLS = index32(LANE.calls);

/** A round ends once it is known to have lasted this long; a longer tick is published by itself. */
const LONG_ROUND_NS = 1_000_000;

/** The thread of a lane: a worker's, or main's. */
export interface LaneSite {
  readonly driver: Driver;
  /** True if this thread may block: main may not. */
  readonly mayBlock: boolean;
  post(report: LaneReport): void;
  /** Ends the thread at once, if it is the lane's own. */
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
  /** The nodes that each inbox bit wakes. */
  readonly wakeables: (Wakeable | undefined)[] = [];
  /** The writing ends that have staged entries since their last flush. */
  readonly staged: LinkWriter[] = [];
  /** The cells in the order of the graph: the index of a cell is its rank. */
  cells: NodeCell[] = [];
  /** The ranks of the cells to run. */
  ready: ReadySet = new ReadySet(0);
  /** How many more nodes the round may run. */
  left = 0;
  /** The time at which the last round that ran nodes began; 0 once its duration is known. */
  ranFromNs = ZERO_NS;
  /** The duration of all pauses. */
  pausedNs = ZERO_NS;
  /** True if no node is run until `resume`. */
  paused = false;
  /** True while the loop runs nodes. */
  running = false;
  /** True once the lane tears its nodes down. */
  closed = false;
  /** True once its pools are closed. */
  #hasLeftMemory = false;
  /** The loop's wait, while it does not block: other work of the event loop may wake nodes. */
  parked: Promise<void> | undefined;
  /** The nodes that wait for a time. */
  readonly timedCells: NodeCell[] = [];
  /** The node that is called between rounds, even if the lane does not run it yet. */
  called: NodeCell | undefined;
  /** Nodes with an asynchronous tick or command under way. */
  pending = 0;
  /** Called when an asynchronous tick or command is over, before its node is run again; absent if nothing waits for it. */
  whenOver: (() => void) | undefined;
  /**
   * True if a node works in the event loop beside its ticks: the thread may not sleep in a way that delays this work.
   */
  usesEventLoop = false;
  /** The clock as last read: at least once a round, and after each tick that takes long. */
  #nowNs = ZERO_NS;
  /** The nodes that have figures to publish. */
  readonly #changed: CellFigures[] = [];
  /** True once sources were told to end. */
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
    // On main, the rest of the program waits for the end of a round.
    this.timing = new TickTiming(!site.mayBlock);
    if (site.mayBlock) driver.enterLane(init.index, init.generation, init.row);
  }

  /** Returns the time of the clock, which stops in pauses. */
  nowNs(): number {
    return this.#nowNs = this.driver.nowNs() - this.pausedNs;
  }

  stampNs(): number {
    return this.#nowNs;
  }

  /** True if another thread has taken over the lane. */
  get isGivenUp(): boolean {
    return this.page.u32[this.#at32 + GENERATION] !== this.#generation;
  }

  /**
   * Ends the thread if another one has taken over the lane.
   *
   * @returns whether another thread runs the lane, or the lane has closed its pools: a tick that ends late then leaves
   * the graph alone
   */
  endIfGivenUp(): boolean {
    if (this.#hasLeftMemory) return true;
    if (!this.isGivenUp) return false;
    this.running = false;
    // The thread was given up while a node kept it. The references of the node are in the thread's own row.
    if (this.closed) return true;
    this.closed = true;
    leaveRow(this.pools, this.init.row);
    // Later uses of frames by its promises are refused.
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
    if (by < 0) this.whenOver?.();
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

  /** Updates the figures of nodes and links on the control page. */
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
   * Sets a supervised node aside; for any other node the lane stops running nodes. The control isolate decides what
   * follows.
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
      cell.fail();
      this.running = false;
    }
    // Frames that nodes have written are counted and become visible to others.
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

  recorded(cell: NodeCell, path: string): void {
    this.site.post({ kind: "recorded", node: cell.plan.id, path });
  }

  report(cell: NodeCell, figures: Figures): void {
    this.#news.figures(cell, figures);
  }

  emit(cell: NodeCell, name: string, data: unknown): void {
    this.#events.emit(cell, name, data);
  }

  handOver(cell: NodeCell, value: unknown): void {
    this.site.post({ kind: "handed", node: cell.id, value });
  }

  formatChanged(cell: NodeCell, port: string, format: FrameFormat): void {
    this.#news.format(cell, port, format);
  }

  /** Sends the gathered news to the control isolate, if a message is due. */
  tellNews(nowNs: number): void {
    if (this.#news.waits) this.#news.tell(nowNs, this.cells);
    if (this.#events.waits) this.#events.tell();
  }

  /** Called when a node has left the lane. */
  departed(cell: NodeCell): void {
    this.#news.leave(cell);
  }

  /** Called when a node has replaced another one of the lane. */
  succeeded(cell: NodeCell): void {
    this.#news.succeed(cell);
  }

  /** Sends the gathered news to the control isolate at once: at the end, in a pause, and before nodes leave. */
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

  /** Closes the pools. The thread does not use the memory of the graph afterwards. */
  closePools(): void {
    // Only this thread gives back the slots in its row, if the row has no other owner since the thread was given up.
    const { generation, row } = this.init;
    const isSetAside = this.site.mayBlock && !noteDeath(this.page, { lane: this.index, generation });
    if (isSetAside) leaveRow(this.pools, row);
    // Later uses of frames by promises are refused.
    for (const pool of this.pools) pool.close();
    this.#hasLeftMemory = true;
  }

  /** Updates the abilities of the thread after a change of cells. */
  cellsCame(): void {
    this.usesEventLoop = this.cells.some((cell) => cell.usesEventLoop);
  }

  /** Updates ranks after a change of cells or of their order. Queued cells stay queued. */
  ranksChanged(): void {
    this.publish();
    this.cellsCame();
    this.ready = new ReadySet(this.cells.length);
    for (const [rank, cell] of this.cells.entries()) {
      cell.rank = rank;
      if (cell.queued) this.enqueue(cell);
    }
  }

  /** Sends new nodes the earlier messages to all nodes. */
  inserted(cells: readonly NodeCell[]): void {
    if (this.#stopping) { for (const cell of cells) this.#stopSource(cell); }
  }

  /**
   * Ends the sources of the graph; the rest drains.
   *
   * @param arriving nodes that have yet to get their links, and are told then
   */
  stopSources(arriving: ReadonlySet<NodeCell>): void {
    this.#stopping = true;
    for (const cell of this.cells) if (!arriving.has(cell)) this.#stopSource(cell);
  }

  #stopSource(cell: NodeCell): void {
    if (!cell.ended && (!cell.isFed || cell.awaitsLinks)) cell.beginFinish("the graph is stopping");
  }
}
