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
import { BLOCKED, LANE } from "../../ffi/layout.gen.ts";
import { ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import { serializeError, SluiceError } from "../errors.ts";
import type { FrameKind } from "../frames/format.ts";
import { Ledger } from "../frames/ledger.ts";
import type { LinkWriter, Wakeable } from "../links/link.ts";
import type { GraphMode } from "../links/policy.ts";
import { Pool, POOL_INBOX_BIT } from "../memory/pool.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { runCell, type RunHost } from "./cell_runner.ts";
import { explain } from "./explain.ts";
import { attachLink, buildCell, type LinkSite } from "./lane_builder.ts";
import type { LaneCommand, LaneInit, LaneReport, LinkEndPlan, NodePlan } from "./messages.ts";
import type { CellHost, NodeCell } from "./node_cell.ts";

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

/** Longest wait for a message that was announced by the inbox, in returns to the event loop. */
const MESSAGE_YIELDS = 64;

/** Least time between two progress reports of a node, nanoseconds. */
const PROGRESS_EVERY_NS = 50_000_000;

/** What a lane needs from where it runs. */
export interface LaneSite {
  readonly driver: Driver;
  /** Whether this thread may block: not main. */
  readonly mayBlock: boolean;
  post(report: LaneReport): void;
  /** Finds the type of a node. */
  findType(node: NodePlan): Promise<AnyNodeType>;
}

/** See the module. */
export class Lane implements CellHost, RunHost, LinkSite {
  readonly init: LaneInit;
  readonly site: LaneSite;
  readonly driver: Driver;
  readonly mode: GraphMode;
  readonly page: ControlPage;
  readonly ledger = new Ledger();
  readonly pools: readonly Pool[];
  /** Whom an inbox bit wakes. */
  readonly wakeables: (Wakeable | undefined)[] = [];
  /** The writing ends that lead to other lanes. */
  readonly writers: LinkWriter[] = [];
  cells: NodeCell[] = [];
  readonly #queue: NodeCell[] = [];
  #queueHead = 0;
  /** The clock as it was when this round began. */
  #nowNs = 0;
  #running = false;
  #closed = false;
  /** Waiting without blocking: other work of the event loop may wake nodes. */
  #parked = false;
  #messages = 0;
  #messageAnnounced = false;
  /** The nodes with a cadence of their own. */
  #selfDriven: NodeCell[] = [];
  readonly #progressAt = new Map<NodeCell, number>();
  readonly #at32: number;
  readonly #take: (bit: number) => void;

  constructor(init: LaneInit, site: LaneSite) {
    this.init = init;
    this.site = site;
    this.driver = site.driver;
    this.mode = init.mode;
    site.driver.useControl(init.control);
    this.page = new ControlPage(site.driver.openArena(init.control));
    this.pools = init.pools.map((token) => new Pool(site.driver, token, init.index, this.ledger));
    this.#at32 = this.page.laneOffset(init.index) >> 2;
    this.page.u32[this.#at32 + (LANE.generation >> 2)] = init.generation;
    this.#take = (bit) => this.#taken(bit);
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
        void this.#loop();
        break;
      case "stop":
        for (const cell of this.cells) this.#stopSource(cell);
        break;
      case "close":
        await this.#close();
        break;
      case "configure":
        this.#configure(command);
        break;
    }
  }

  poolOf(kind: FrameKind): Pool {
    return this.pools[this.init.poolOfKind[kind]];
  }

  converters(field: "sampleRateHz" | "channels"): readonly string[] {
    return this.init.converters[field] ?? [];
  }

  nowNs(): number {
    return this.site.driver.nowNs();
  }

  enqueue(cell: NodeCell): void {
    cell.queued = true;
    this.#queue.push(cell);
    // A promise or a timer woke it while the lane sleeps.
    if (this.#parked) this.driver.ringBell(this.init.index);
  }

  progress(cell: NodeCell, doneNs: number, totalNs?: number): void {
    const last = this.#progressAt.get(cell);
    const complete = totalNs !== undefined && doneNs >= totalNs;
    if (last !== undefined && this.#nowNs - last < PROGRESS_EVERY_NS && !complete) return;
    this.#progressAt.set(cell, this.#nowNs);
    this.site.post({ kind: "progress", node: cell.id, doneNs, totalNs });
  }

  /** A node failed: the lane stops running nodes and waits for the control isolate's word. */
  fail(error: unknown, cell: NodeCell, action: string): void {
    if (this.#closed) return;
    this.#running = false;
    this.site.post({ kind: "failed", error: serializeError(explain(error, cell, action)) });
  }

  /** A node came to its end. */
  ended(cell: NodeCell): void {
    this.site.post({ kind: "ended", node: cell.id });
  }

  /** A failure outside every call that the lane made: an unhandled rejection, an error in a callback. */
  failOutside(error: unknown): void {
    if (this.#closed) return;
    this.#running = false;
    const message = `Lane "${this.init.name}" failed outside process(): ${String((error as Error)?.message ?? error)}`;
    this.site.post({ kind: "failed", error: serializeError(new SluiceError("NodeFailed", message, { cause: error })) });
  }

  async #open(command: Extract<LaneCommand, { kind: "open" }>): Promise<void> {
    let current: NodeCell | undefined;
    try {
      this.cells = await this.#build(command.nodes, command.links);
      this.#selfDriven = this.cells.filter((cell) => cell.selfDriven);
      for (const cell of this.cells) {
        current = cell;
        cell.opened = true;
        await cell.instance.processor.setup?.(cell.context);
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

  async #build(nodes: readonly NodePlan[], links: readonly LinkEndPlan[]): Promise<NodeCell[]> {
    const cells = new Map<string, NodeCell>();
    for (const plan of nodes) {
      const type = await this.site.findType(plan);
      cells.set(plan.id, buildCell(this, plan, type.descriptor, (await type.load())()));
    }
    for (const end of links) attachLink(this, cells, end);
    for (const cell of cells.values()) cell.seal();
    return [...cells.values()];
  }

  async #loop(): Promise<void> {
    let yieldAtNs = this.nowNs() + YIELD_AFTER_NS;
    while (this.#running) {
      this.#round();
      if (!this.#running) return;
      if (this.#queueHead === this.#queue.length) {
        await this.#idle();
        yieldAtNs = this.nowNs() + YIELD_AFTER_NS;
      } else if (this.#nowNs >= yieldAtNs) {
        await yieldNow();
        yieldAtNs = this.nowNs() + YIELD_AFTER_NS;
      }
    }
  }

  #round(): void {
    const nowNs = this.#nowNs = this.nowNs();
    const { f64, u32 } = this.page;
    f64[(this.#at32 >> 1) + (LANE.heartbeatNs >> 3)] = nowNs;
    f64[(this.#at32 >> 1) + (LANE.rounds >> 3)]++;
    this.page.drainInbox(this.init.index, this.#take);
    this.#wakeTimers(nowNs);
    const live = this.mode === "live";
    for (let left = SLICE_TICKS; left > 0 && this.#queueHead < this.#queue.length && this.#running; left--) {
      const cell = this.#queue[this.#queueHead++];
      cell.queued = false;
      u32[this.#at32 + (LANE.currentNode >> 2)] = cell.plan.index + 1;
      runCell(this, cell);
      if (live) this.flushWriters();
    }
    if (this.#queueHead === this.#queue.length || this.#queueHead > 1024) {
      this.#queue.splice(0, this.#queueHead);
      this.#queueHead = 0;
    }
    u32[this.#at32 + (LANE.currentNode >> 2)] = 0;
    this.flushWriters();
  }

  /** Makes what nodes wrote visible to other lanes. */
  flushWriters(): void {
    for (let k = 0; k < this.writers.length; k++) this.writers[k].flush();
  }

  async #idle(): Promise<void> {
    const { driver } = this.site;
    const lane = this.init.index;
    for (const pool of this.pools) pool.flushMagazine();
    const bell = this.page.bell(lane);
    this.page.drainInbox(lane, this.#take);
    if (this.#queueHead < this.#queue.length) return;
    const waitMs = this.#wakeTimers(this.nowNs());
    if (waitMs <= 0) return;
    this.page.f64[(this.#at32 >> 1) + (LANE.parks >> 3)]++;
    if (this.site.mayBlock && !this.cells.some((cell) => cell.pending || cell.descriptor.mode === "external")) {
      driver.park(lane, bell, Math.min(waitMs, PARK_MS));
      await yieldNow();
    } else {
      this.#parked = true;
      await driver.parkAsync(lane, bell, Math.min(waitMs, PARK_ASYNC_MS));
      this.#parked = false;
    }
    if (this.#messageAnnounced) await this.#awaitMessage();
  }

  #taken(bit: number): void {
    if (bit === POOL_INBOX_BIT) {
      for (const cell of this.cells) {
        if (cell.blocked === BLOCKED.pool) cell.wake();
      }
    } else if (bit === MESSAGE_INBOX_BIT) this.#messageAnnounced = true;
    else this.wakeables[bit]?.wake();
  }

  /** A message was posted: goes back to the event loop until it is here. */
  async #awaitMessage(): Promise<void> {
    this.#messageAnnounced = false;
    const before = this.#messages;
    for (let k = 0; k < MESSAGE_YIELDS && this.#messages === before && this.#running; k++) await yieldNow();
  }

  /** Queues the nodes whose time has come. @returns milliseconds to the next one; 0 if one was queued */
  #wakeTimers(nowNs: number): number {
    let nextNs = Infinity;
    for (const cell of this.#selfDriven) {
      if (cell.ended || cell.pending || cell.notBeforeNs === 0) continue;
      if (cell.notBeforeNs <= nowNs) cell.wake();
      nextNs = Math.min(nextNs, cell.notBeforeNs);
    }
    return Math.max(0, (nextNs - nowNs) / 1e6);
  }

  #configure(command: Extract<LaneCommand, { kind: "configure" }>): void {
    const { request } = command;
    try {
      const cell = this.cells.find((each) => each.id === command.node);
      if (cell === undefined) throw new SluiceError("NodeNotFound", `Cannot configure "${command.node}": it has gone`);
      cell.instance.configure(command.values);
      for (const key of Object.keys(command.values)) cell.instance.processor.configChanged?.(key);
      this.site.post({ kind: "configured", request });
    } catch (error) {
      this.site.post({ kind: "configured", request, error: serializeError(error) });
    }
  }

  /** Ends what feeds the graph; the rest drains. */
  #stopSource(cell: NodeCell): void {
    if (!cell.selfDriven || cell.ended || cell.inputs.some((input) => input.connected)) return;
    cell.finishing = true;
    cell.notBeforeNs = 0;
    if (cell.descriptor.mode === "external") cell.abort("the graph is stopping");
    cell.wake();
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#running = false;
    for (const cell of this.cells) {
      if (!cell.ended) cell.abort("the graph was stopped");
    }
    for (const cell of this.cells) {
      if (!cell.opened) continue;
      cell.opened = false;
      try {
        await cell.instance.processor.teardown?.(cell.context);
      } catch (error) {
        cell.context.log.error(explain(error, cell, "teardown()").message);
      }
      cell.ledger.settle();
    }
    this.site.post({ kind: "closed" });
  }
}

function yieldNow(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
