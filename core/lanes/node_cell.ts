/**
 * A node as its lane's scheduler sees it: one class for all processors, so that the scheduler's call sites stay
 * monomorphic. It keeps the node's ports, its admission, and what its running tick owns.
 *
 * @module
 */
import { BLOCKED, NODE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import { Ledger } from "../frames/ledger.ts";
import type { NodeId } from "../ids.ts";
import type { LinkWriter, Wakeable } from "../links/link.ts";
import type { GraphMode } from "../links/policy.ts";
import { nodeLog } from "../log.ts";
import { MAGAZINE_SIZE, type Pool } from "../memory/pool.ts";
import type { InputHost, InputPort } from "../ports/input_port.ts";
import type { OutputHost, OutputPort } from "../ports/output_port.ts";
import type { NodeLog, ProcessorContext } from "../processor.ts";
import type { NodeDescriptor } from "../registry/descriptor.ts";
import type { NodeInstance } from "../registry/node_type.ts";
import type { NodePlan } from "./messages.ts";

/** Frames that a node takes in one tick at most, so that others on the lane have their turn. */
const READS_PER_TICK = 64;

/** What a cell asks of its lane. */
export interface CellHost {
  readonly mode: GraphMode;
  readonly page: ControlPage;
  /** The ledger of the lane's synchronous nodes. */
  readonly ledger: Ledger;
  nowNs(): number;
  /** Puts the cell into the queue of those to run. */
  enqueue(cell: NodeCell): void;
  progress(cell: NodeCell, doneNs: number, totalNs?: number): void;
}

/** A pool and how many of its slots one step of the node may take. */
interface PoolNeed {
  readonly pool: Pool;
  count: number;
}

/** See the module. */
export class NodeCell implements InputHost, OutputHost, Wakeable {
  readonly plan: NodePlan;
  readonly descriptor: NodeDescriptor;
  readonly instance: NodeInstance;
  readonly inputs: InputPort[] = [];
  readonly outputs: OutputPort[] = [];
  /** What the processor's methods are given. */
  readonly context: ProcessorContext;
  readonly ledger: Ledger;
  /** In the lane's queue. */
  queued = false;
  /** An asynchronous tick is under way. */
  pending = false;
  /** It was woken while its asynchronous tick was under way. */
  again = false;
  /** No more ticks: `flush()` and the end of stream come next. */
  finishing = false;
  /** The end of stream was sent. */
  ended = false;
  /** `setup()` was called, so `teardown()` must be. */
  opened = false;
  /** Frames taken in this tick. */
  reads = 0;
  /** Frames written in this tick. */
  writes = 0;
  /** Ticks so far in which a self-driven node did nothing. */
  idleTicks = 0;
  /** For loop nodes: not before this time. */
  notBeforeNs = 0;
  /** What the node waits for: `none`, a link or a pool (`BLOCKED`). */
  blocked: number = BLOCKED.none;
  /** Index into the control page's f64 and u32 views. */
  readonly at64: number;
  readonly at32: number;
  readonly #host: CellHost;
  readonly #abort = new AbortController();
  readonly #gates: { readonly link: LinkWriter; readonly burst: number }[] = [];
  readonly #needs: PoolNeed[] = [];
  readonly #waiters: (() => void)[] = [];
  /** When the frame read last entered the graph, on the runtime's clock. */
  lastIngressNs = 0;
  #lastPtsNs = 0;

  constructor(plan: NodePlan, descriptor: NodeDescriptor, instance: NodeInstance, host: CellHost) {
    this.plan = plan;
    this.descriptor = descriptor;
    this.instance = instance;
    this.#host = host;
    this.context = new NodeContext(this, host);
    this.ledger = this.isAsync ? new Ledger() : host.ledger;
    this.at64 = host.page.nodeOffset(plan.index) >> 3;
    this.at32 = host.page.nodeOffset(plan.index) >> 2;
  }

  get id(): NodeId {
    return this.plan.id;
  }

  get type(): string {
    return this.plan.type;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether ticks may overlap with those of other nodes. */
  get isAsync(): boolean {
    return this.descriptor.isAsync || this.descriptor.mode === "external";
  }

  /** Whether the node has a cadence of its own, rather than running when frames come in. */
  get selfDriven(): boolean {
    return this.descriptor.mode !== "push";
  }

  /** Call when all links are attached: notes what admission has to look at. */
  seal(): void {
    for (const output of this.outputs) {
      const burst = output.descriptor.burst;
      for (const link of output.losslessLinks) this.#gates.push({ link, burst });
      const need = this.#needs.find((each) => each.pool === output.pool);
      if (need === undefined) this.#needs.push({ pool: output.pool, count: Math.min(burst, MAGAZINE_SIZE) });
      else need.count = Math.min(need.count + burst, MAGAZINE_SIZE);
    }
  }

  /**
   * Whether every lossless output has room for its burst, and the pools have slots for it. If not, the cell is woken
   * when that changes.
   */
  admit(): boolean {
    for (let k = 0; k < this.#gates.length; k++) {
      const { link, burst } = this.#gates[k];
      if (link.room() >= burst) continue;
      if (link.awaitRoom() >= burst) continue;
      this.#setBlocked(BLOCKED.link, link.plan.index);
      return false;
    }
    for (let k = 0; k < this.#needs.length; k++) {
      const { pool, count } = this.#needs[k];
      if (pool.ensure(count)) continue;
      pool.awaitSlot();
      if (pool.ensure(count)) continue;
      this.#setBlocked(BLOCKED.pool, pool.index);
      return false;
    }
    if (this.blocked !== BLOCKED.none) this.#setBlocked(BLOCKED.none, 0);
    return true;
  }

  /** For a push node: whether its trigger is met. */
  triggered(): boolean {
    let any = false;
    for (let k = 0; k < this.inputs.length; k++) {
      const link = this.inputs[k].link;
      if (link === undefined) continue;
      if (link.available() > 0) any = true;
      else if (this.descriptor.trigger === "all" && !link.ended()) return false;
    }
    return any;
  }

  /** Whether every writer has ended and everything was read. True if nothing is connected. */
  inputsEnded(): boolean {
    for (let k = 0; k < this.inputs.length; k++) {
      if (!this.inputs[k].ended) return false;
    }
    return true;
  }

  /** Whether nothing more can arrive, though frames may be left that the node has not read. */
  writersEnded(): boolean {
    return this.inputs.every((input) => input.link === undefined || this.#host.page.isEos(input.link.plan.index));
  }

  wake(): void {
    if (this.#waiters.length > 0 && this.admit()) this.#resolveWaiters();
    if (!this.queued) this.#host.enqueue(this);
  }

  /** For a node that has ended: drops what still comes in, so that no writer waits for it. */
  discardInputs(): void {
    for (const { link } of this.inputs) {
      for (let frame = link?.take(); frame !== undefined; frame = link?.take()) {
        link!.countSkipped(1);
        frame.dropValue();
        frame.pool.release(frame.slot);
      }
    }
  }

  /** Ends what the node waits for and tells it to give up. */
  abort(reason: string): void {
    this.#abort.abort(new DOMException(reason, "AbortError"));
    this.#resolveWaiters();
  }

  /** Sets the phase that the statistics page shows. */
  setPhase(phase: number): void {
    this.#host.page.u32[this.at32 + (NODE.phase >> 2)] = phase;
  }

  mayRead(): boolean {
    if (this.reads >= READS_PER_TICK && !this.isAsync) return false;
    return this.admit();
  }

  received(frame: Frame): Frame {
    this.reads++;
    this.#host.page.f64[this.at64 + (NODE.framesIn >> 3)]++;
    this.lastIngressNs = frame.ingressNs;
    this.#lastPtsNs = frame.ptsNs;
    let own = frame;
    if (this.isAsync) {
      own = frame.fresh(this.ledger);
      own.linkGap = frame.linkGap;
    }
    this.ledger.add(own);
    return own;
  }

  acquired(frame: Frame): Frame {
    const own = this.isAsync ? frame.fresh(this.ledger) : frame;
    this.ledger.add(own);
    return own;
  }

  written(frame: Frame): void {
    this.writes++;
    this.#host.page.f64[this.at64 + (NODE.framesOut >> 3)]++;
    this.ledger.dropLast(frame);
  }

  ingressNs(): number {
    return this.inputs.length === 0 ? this.#host.nowNs() : this.lastIngressNs;
  }

  ptsNs(): number {
    return this.#lastPtsNs;
  }

  admitted(): Promise<void> {
    this.#abort.signal.throwIfAborted();
    if (this.admit()) return Promise.resolve();
    return new Promise((resolve, reject) =>
      this.#waiters.push(() => this.#abort.signal.aborted ? reject(this.#abort.signal.reason) : resolve())
    );
  }

  announced(_port: string, _format: FrameFormat): void {}

  #resolveWaiters(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  #setBlocked(kind: number, id: number): void {
    this.blocked = kind;
    this.#host.page.u32[this.at32 + (NODE.blockedKind >> 2)] = kind;
    this.#host.page.u32[this.at32 + (NODE.blockedId >> 2)] = id;
  }
}

class NodeContext implements ProcessorContext {
  readonly nodeId: string;
  readonly mode: GraphMode;
  readonly log: NodeLog;
  readonly signal: AbortSignal;
  readonly #cell: NodeCell;
  readonly #host: CellHost;

  constructor(cell: NodeCell, host: CellHost) {
    this.nodeId = cell.plan.id;
    this.mode = host.mode;
    this.log = nodeLog(cell.plan.id);
    this.signal = cell.signal;
    this.#cell = cell;
    this.#host = host;
  }

  nowNs(): number {
    return this.#host.nowNs();
  }

  waitUntilNs(timeNs: number): void {
    this.#cell.notBeforeNs = timeNs;
  }

  finish(): void {
    this.#cell.finishing = true;
    if (!this.#cell.pending) this.#cell.wake();
  }

  progress(doneNs: number, totalNs?: number): void {
    this.#host.progress(this.#cell, doneNs, totalNs);
  }
}
