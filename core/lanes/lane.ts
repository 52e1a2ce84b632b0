/**
 * A lane: one thread that runs nodes. The same class runs on main and in workers. What the control isolate asks is done
 * here; `lane_loop.ts` is what the lane does of itself.
 *
 * @module
 */
import { LANE, PHASE } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import { ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import { serializeError, SluiceError } from "../errors.ts";
import type { FormatField, FrameFormat, FrameKind } from "../frames/format.ts";
import { CheckedLedger } from "../frames/checked_ledger.ts";
import { Keeping } from "../memory/keeping.ts";
import { Ledger } from "../memory/ledger.ts";
import type { LinkWriter, Wakeable } from "../links/link.ts";
import type { GraphMode } from "../links/policy.ts";
import { CheckedPool } from "../memory/checked_pool.ts";
import { Pool } from "../memory/pool.ts";
import { leaveRow, noteDeath } from "../memory/reclaim.ts";
import { keepSecrets } from "../redaction.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { Figures } from "../stats.ts";
import { EventRelay } from "./event_relay.ts";
import { explain } from "./explain.ts";
import { tearDown } from "./faults.ts";
import { type FaultyLane, LaneFaults } from "./lane_faults.ts";
import type { EditedLane } from "./edited_lane.ts";
import { LaneEditor } from "./lane_editor.ts";
import { attachLink, buildCell } from "./lane_builder.ts";
import { LaneLoop, type LoopHost } from "./lane_loop.ts";
import { makeInstance } from "./make_instance.ts";
import type { LaneCommand, LaneInit, LaneReport, LinkEndPlan, NodePlan } from "./messages.ts";
import { reconfigure } from "./reconfigure.ts";
import type { CellFigures } from "./cell_figures.ts";
import { calling } from "./node_call.ts";
import type { CellHost, NodeCell } from "./node_cell.ts";
import { NodeNews } from "./node_news.ts";
import type { TickTiming } from "./tick_timing.ts";
import { yieldNow } from "./turn.ts";

/** The first inbox bit that links use. */
export const FIRST_LINK_BIT = 2;

/** How long nodes of a lane that must end may take to tear down, milliseconds. */
const LEAVE_TIMEOUT_MS = 500;

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
export class Lane implements CellHost, EditedLane, FaultyLane, LoopHost {
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
  /** The writing ends that have staged something since they were flushed last. */
  readonly staged: LinkWriter[] = [];
  /** In the order of the graph: a cell's place is its rank. */
  cells: NodeCell[] = [];
  readonly faults: LaneFaults = new LaneFaults(this);
  /** Sources were told to end. */
  #stopping = false;
  readonly edits: LaneEditor = new LaneEditor(this);
  readonly #loop: LaneLoop;
  #closed = false;
  readonly #news: NodeNews;
  readonly #events: EventRelay;

  constructor(init: LaneInit, site: LaneSite) {
    this.init = init;
    this.index = init.index;
    this.site = site;
    this.driver = site.driver;
    this.mode = init.mode;
    site.driver.useControl(init.control);
    this.page = new ControlPage(site.driver.openArena(init.control));
    this.development = init.development;
    const keeping = new Keeping({ page: this.page, lane: init.index, generation: init.generation });
    this.ledger = init.development ? new CheckedLedger(keeping) : new Ledger(keeping);
    this.pools = [];
    this.openPools(init.pools);
    this.#news = new NodeNews((report) => site.post(report));
    this.#events = new EventRelay((report) => site.post(report), () => this.driver.nowNs() / 1e6);
    this.page.u32[index32(this.page.laneOffset(init.index) + LANE.generation)] = init.generation;
    this.#loop = new LaneLoop(this);
    if (site.mayBlock) site.driver.enterLane(init.index, init.generation);
  }

  /** Does what the control isolate asks. Failures are reported, not thrown. */
  async handle(command: Exclude<LaneCommand, { kind: "init" }>): Promise<void> {
    if (this.#loop.endIfGivenUp()) return;
    this.#loop.messageCame();
    switch (command.kind) {
      case "secrets":
        keepSecrets(command.secrets);
        break;
      case "open":
        await this.#open(command);
        break;
      case "start":
        for (const cell of this.cells) cell.wake();
        this.#loop.run().catch((error) => this.faults.failOutside(error));
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
        this.#loop.pause(command.pause);
        break;
      case "resume":
        this.#loop.resume(command.pausedNs);
        break;
      case "prepare":
        await this.edits.prepare(command);
        break;
      case "yield":
        await this.edits.yieldNodes(command);
        break;
      case "arrive":
        await this.edits.arrive(command);
        break;
      case "settle":
        this.edits.settle(command);
        break;
      case "attach":
        this.edits.attach(command);
        break;
      case "abort":
        await this.edits.abort(command);
        break;
      case "leave":
        await this.leave();
        break;
      case "disable":
        await this.faults.disable(command.node, command.record);
        break;
      case "overdue":
        this.faults.overdue(command);
        break;
    }
  }

  get paused(): boolean {
    return this.#loop.paused;
  }

  get isGivenUp(): boolean {
    return this.#loop.isGivenUp;
  }

  endIfGivenUp(): boolean {
    return this.#loop.endIfGivenUp();
  }

  get mayBlock(): boolean {
    return this.site.mayBlock;
  }

  nowNs(): number {
    return this.#loop.nowNs();
  }

  stampNs(): number {
    return this.#loop.stampNs();
  }

  enqueue(cell: NodeCell): void {
    this.#loop.enqueue(cell);
  }

  wroteBetween(): void {
    this.#loop.wroteBetween();
  }

  schedule(cell: NodeCell): void {
    this.#loop.schedule(cell);
  }

  goOn(cell: NodeCell, tick: Promise<void>): void {
    this.#loop.goOn(cell, tick);
  }

  get timing(): TickTiming {
    return this.#loop.timing;
  }

  changed(figures: CellFigures): void {
    this.#loop.changed(figures);
  }

  timed(figures: CellFigures, tookNs: number): void {
    this.#loop.timed(figures, tookNs);
  }

  pendingChanged(by: 1 | -1): void {
    this.#loop.pendingChanged(by);
  }

  flushWriters(): void {
    this.#loop.flushWriters();
  }

  publish(): void {
    this.#loop.publish();
  }

  poolOf(kind: FrameKind, name: string = kind): Pool {
    return this.pools.find((pool) => pool.name === name)!;
  }

  converters(field: FormatField): readonly string[] {
    return this.init.converters[field] ?? [];
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
      this.pools[token.index] = new View(this.driver, token, this.init.index, this.ledger, this.init.row);
    }
  }

  ranksChanged(): void {
    this.publish();
    this.#loop.reset(this.cells.length);
    for (const [rank, cell] of this.cells.entries()) {
      cell.rank = rank;
      if (cell.queued) this.#loop.enqueue(cell);
    }
  }

  inserted(cells: readonly NodeCell[]): void {
    if (this.#stopping) { for (const cell of cells) this.#stopSource(cell); }
  }

  wakeUp(): void {
    this.driver.ringBell(this.init.index);
  }

  progress(cell: NodeCell, doneNs: number, totalNs?: number): void {
    this.#news.progress(cell, this.#loop.stampNs(), doneNs, totalNs);
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
    this.#loop.halt();
  }

  tellNews(nowNs: number): void {
    if (this.#news.waits) this.#news.tell(nowNs);
    if (this.#events.waits) this.#events.tell();
  }

  rested(pause: number): void {
    this.site.post({ kind: "paused", pause });
  }

  fenced(): void {
    // The thread was given up while a node kept it. What the node holds is in the row that is the thread's own.
    if (this.#closed) return;
    this.#closed = true;
    leaveRow(this.pools, this.init.row);
    // What its promises still do with frames is refused.
    for (const pool of this.pools) pool.close();
    this.site.end?.();
  }

  fail(error: unknown, cell: NodeCell, action: string): void {
    this.faults.fail(error, cell, action);
  }

  memoryTaken(pool: Pool, cell?: NodeCell): void {
    this.faults.memoryTaken(pool.name, cell);
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
        cell.setPhase(PHASE.setup);
        await calling(this, cell, () => this.faults.setUp(cell));
        if (this.#loop.endIfGivenUp()) return;
        cell.setPhase(PHASE.idle);
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
    this.#loop.halt();
    for (const cell of this.cells) {
      if (!cell.ended) cell.abort("the lane has ended");
    }
    // The call of the node that ended the lane may still be under way.
    await yieldNow();
    this.edits.drop();
    const torn = [...this.cells.map((cell) => tearDown(cell, this)), this.edits.retired()];
    await Promise.race([Promise.all(torn), sleep(LEAVE_TIMEOUT_MS)]);
    this.publish();
    this.#news.tellAll();
    this.#events.tellAll();
    this.#closePools();
    this.site.post({ kind: "gone" });
    this.site.end?.();
  }

  /** The last thing that the thread does with the memory of the graph. */
  #closePools(): void {
    // What is in a row that nobody looks after any more since the thread was given up, only the thread gives back.
    const { generation, row } = this.init;
    const isSetAside = this.site.mayBlock && !noteDeath(this.page, { lane: this.index, generation });
    if (isSetAside) leaveRow(this.pools, row);
    // What promises still do with frames is refused.
    for (const pool of this.pools) pool.close();
  }

  async #build(nodes: readonly NodePlan[], links: readonly LinkEndPlan[]): Promise<NodeCell[]> {
    const cells = new Map<string, NodeCell>();
    this.#loop.reset(nodes.length);
    for (const [rank, plan] of nodes.entries()) {
      const type = await this.site.findType(plan);
      const cell = buildCell(this, plan, type.descriptor, await makeInstance(type, plan));
      cell.rank = rank;
      cells.set(plan.id, cell);
    }
    for (const end of links) attachLink(this, cells, end);
    for (const cell of cells.values()) cell.seal();
    return [...cells.values()];
  }

  #configure(command: Extract<LaneCommand, { kind: "configure" }>): void {
    const { request } = command;
    const cell = this.cells.find((each) => each.id === command.node);
    try {
      if (cell === undefined) throw new SluiceError("NodeNotFound", `Cannot configure "${command.node}": it has gone`);
      reconfigure(this, cell, command);
      this.site.post({ kind: "configured", request });
    } catch (error) {
      const explained = cell === undefined ? error : explain(error, cell, "configChanged()");
      this.site.post({ kind: "configured", request, error: serializeError(explained) });
    }
  }

  /** Ends what feeds the graph; the rest drains. */
  #stopSource(cell: NodeCell): void {
    if (!cell.ended && !cell.isFed) cell.beginFinish("the graph is stopping");
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#loop.halt();
    // One that is in effect has its links counted, though the lane ends.
    if (this.edits.due) this.edits.apply();
    for (const cell of this.cells) {
      if (!cell.ended) cell.abort("the graph was stopped");
    }
    this.edits.drop();
    for (const cell of this.cells) {
      await tearDown(cell, this);
    }
    await this.edits.retired();
    this.#discardRest();
    this.publish();
    await this.#loop.leavePark();
    for (const pool of this.pools) pool.flushMagazine();
    this.#closePools();
    this.#news.tellAll();
    this.#events.tellAll();
    this.site.post({ kind: "closed" });
  }

  /** Drops what came to nodes that have ended after the last round. */
  #discardRest(): void {
    for (const cell of this.cells) {
      if (cell.ended) cell.discardInputs();
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
