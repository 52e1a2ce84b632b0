/**
 * A node as its lane's scheduler sees it: one class for all processors, so that the scheduler's call sites stay
 * monomorphic. It has the node's ports, its admission, and the references of its running tick. Only the lane's thread
 * touches it. Reads and writes never block. They allocate only in asynchronous ticks and in development mode: one
 * object a frame.
 *
 * @module
 */
import { BLOCKED } from "../../../ffi/layout.gen.ts";
import type { ControlPage } from "../../control_page.ts";
import type { FrameFormat, FrameKind } from "../../frames/format.ts";
import type { ConverterKey } from "../../ports/accepted.ts";
import type { Frame } from "../../frames/frame.ts";
import { Ledger } from "../../memory/ledger.ts";
import type { Pool } from "../../memory/pool.ts";
import { assertSealed, CheckedLedger, guardFrame, sealPayload } from "../../frames/checked_frame.ts";
import type { NodeId } from "../../ids.ts";
import type { Wakeable } from "../../links/link.ts";
import type { GraphMode } from "../../links/policy.ts";
import type { InputHost, InputPort } from "../../ports/input_port.ts";
import type { OutputHost, OutputPort } from "../../ports/output_port.ts";
import type { ProcessorContext } from "../../processor.ts";
import type { NodeDescriptor } from "../../descriptor/descriptor.ts";
import type { NodeInstance } from "../../registry/node_type.ts";
import type { Figures } from "../../stats.ts";
import { CellAdmission } from "./cell_admission.ts";
import type { CellFigures } from "./cell_figures.ts";
import type { NodeCarry, NodePlan } from "../messages.ts";
import type { TickTiming } from "./tick_timing.ts";
import { isTurnOver, takeTurns } from "./event_loop.ts";

// A constant of this module: V8 resolves an imported one again at each use.
const BLOCKED_NONE = BLOCKED.none;

/** The runner of nodes, as they see it: a lane, or the test harness. */
export interface CellHost {
  readonly mode: GraphMode;
  readonly page: ControlPage;
  /** True if frames are checked as in development mode. */
  readonly development: boolean;
  /** The ledger of the synchronous nodes. */
  readonly ledger: Ledger;
  /** Which ticks are timed; by default one in 64 of the short ones. */
  readonly timing?: TickTiming;
  /** True if no node is run. */
  readonly paused?: boolean;
  /** True if a node is ticked at most once whenever it is run. */
  readonly singly?: boolean;
  nowNs(): number;
  /** Returns the clock as last read: at least once in a round of nodes that take microseconds. */
  stampNs(): number;
  /** Adds the cell to the queue. */
  enqueue(cell: NodeCell): void;
  /** Makes the lane wake the cell at `notBeforeNs`. */
  schedule?(cell: NodeCell): void;
  /** Reports that figures wait to be published: once until they are. */
  changed?(figures: CellFigures): void;
  /** Reports the end of a timed tick, at the time that the clock was read last. */
  timed?(figures: CellFigures, tookNs: number): void;
  /** Called when an asynchronous tick begins or ends. */
  pendingChanged?(by: 1 | -1): void;
  /** Called when an asynchronous tick has written, perhaps while the lane sleeps. */
  wroteBetween?(): void;
  /** True if the round continues, before a node's tick follows another at once. Counts the tick. */
  repeats?(): boolean;
  /**
   * Ends the thread if another one has taken over the lane. Called when a node returns: its work is then neither
   * counted nor handed over.
   */
  endIfGivenUp(): boolean;
  /** Makes written frames visible to other lanes. */
  flushWriters(): void;
  /** Called when the node's end of stream was sent. */
  ended(cell: NodeCell): void;
  /** Called when the node threw in `action`. */
  fail(error: unknown, cell: NodeCell, action: string): void;
  /**
   * Returns the pool that outputs of a kind take their slots from.
   *
   * @param name of the pool that the node chose
   */
  poolOf(kind: FrameKind, name?: string): Pool;
  /** Returns the names of node types that convert. */
  converters(key: ConverterKey): readonly string[];
  progress(cell: NodeCell, doneNs: number, totalNs?: number): void;
  /** Called when a node has completed a file. @param path an absolute path */
  recorded(cell: NodeCell, path: string): void;
  /** Receives a node's own figures. @param figures not changed after the call */
  report(cell: NodeCell, figures: Figures): void;
  emit(cell: NodeCell, name: string, data: unknown): void;
  /** Receives a value of a hidden node for the control plane. */
  handOver?(cell: NodeCell, value: unknown): void;
  /** Called when the frames of an input have a new format. */
  formatChanged?(cell: NodeCell, port: string, format: FrameFormat): void;
}

/**
 * The stage of a node's life on its lane. `running`: it is ticked. `failed`: it is set aside until another instance
 * replaces it, it is disabled, or the run ends. `ended`: its end of stream was sent, or its last calls were made.
 */
export type CellStage = "running" | "failed" | "ended";

/** Asynchronous ticks that have begun on this thread. */
let asyncTicks = 0;

/** A node on its lane, which alone touches it. */
export class NodeCell extends CellAdmission implements InputHost, OutputHost, Wakeable {
  // Fields that every tick touches are declared first, so that they share cache lines.
  /** The instance's `tick`, kept here because instances of each class have a shape of their own. */
  tick: NodeInstance["tick"];
  /** The context that the processor's methods get. */
  readonly context: ProcessorContext;
  /** True if the cell is in the lane's queue. */
  queued = false;
  /** How often the cell was woken since a tick of it last had an effect. */
  wakes = 0;
  /** True if the last tick took nothing, and then all writers ended. */
  isLastLook = false;
  /** True if the cell was woken during its asynchronous tick. */
  again = false;
  /** True after the last tick: `flush()` and the end of stream come next. */
  finishing = false;
  /** The input that the running tick read first, of a node that needs an object for each frame. */
  #readFirst: InputPort | undefined;
  /** True while an edit holds the node: it is not run, and in its asynchronous tick `read()` returns `undefined`. */
  held = false;
  /** True if the node is not part of its lane, before it enters or after it leaves: the lane does not schedule it. */
  outside = false;
  #stage: CellStage = "running";
  /** The node's place in the order of its lane. */
  rank = 0;
  /** The node's number in the lane's record: the index of its record, from 1. */
  readonly number: number = 0;
  /** True if every link of the outputs has lost its reader. */
  unheard = false;
  /** The time at which the node asked for a tick; 0 for none. */
  notBeforeNs = 0;
  /** The time at which the next tick was due; 0: at no time of its own. */
  dueNs = 0;
  /** True if the requested time has come: the node is ticked whatever its inputs have. */
  due = false;
  /** The number of its asynchronous tick under way, on this thread; 0 if there is none. */
  tickUnderWay = 0;
  readonly ledger: Ledger;
  #waiters: (() => void)[] | undefined;
  readonly #host: CellHost;
  readonly plan: NodePlan;
  readonly descriptor: NodeDescriptor;
  readonly instance: NodeInstance;
  /** True if `setup()` was called, so that `teardown()` must be. */
  opened = false;
  /** After failure and teardown: the result of `snapshot()`, until a `restore()` was given it. */
  stateGiven: unknown;
  /** After failure and the call of `teardown()`: settles when that call ends or reaches its time limit. */
  tearingDown: Promise<unknown> | undefined;
  /** Ticks so far in which a self-driven node had no effect. */
  idleTicks = 0;
  /** The time at which the last timed tick was due. */
  lastDueNs = 0;
  /** True if the cell is among those that the lane wakes by the clock. */
  timed = false;
  /** Made at the first request: most nodes never ask. */
  #abort: AbortController | undefined;
  /** True if the log has a line on a port that was used after its end, or after the node's. */
  #toldLate = false;
  readonly #checked: boolean;
  readonly #fresh: boolean;

  /** @param contextOf makes the context that the processor's methods get */
  constructor(
    plan: NodePlan,
    descriptor: NodeDescriptor,
    instance: NodeInstance,
    host: CellHost,
    contextOf: (cell: NodeCell) => ProcessorContext,
  ) {
    super(host.page, plan.index, descriptor, host.development, host.timing);
    this.plan = plan;
    this.descriptor = descriptor;
    this.instance = instance;
    this.tick = instance.tick;
    this.number = plan.index + 1;
    this.#host = host;
    this.mayAwaitLinks = host.mode === "live";
    this.context = contextOf(this);
    this.#checked = host.development;
    // Ticks that overlap, and checks, need an object for each frame that is read.
    this.#fresh = this.isAsync || host.development;
    this.ledger = this.isAsync ? this.#ownLedger() : host.ledger;
  }

  get id(): NodeId {
    return this.plan.id;
  }

  get type(): string {
    return this.plan.type;
  }

  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  /** True while an asynchronous tick is under way. */
  get pending(): boolean {
    return this.tickUnderWay !== 0;
  }
  set pending(value: boolean) {
    if (value === this.pending) return;
    this.tickUnderWay = value ? ++asyncTicks : 0;
    this.change();
    this.#host.pendingChanged?.(value ? 1 : -1);
  }

  /**
   * True if the tick waits for room or a slot, which only the graph gives, or for the end of a pause. False for an
   * external node: its single tick is its whole life, and input from outside may arrive beside the wait.
   */
  get waitsForGraph(): boolean {
    if (this.#waiters === undefined || this.mode === "external") return false;
    return this.blocked !== BLOCKED_NONE || this.#isPaused;
  }

  /** True if a pause, in which no new tick begins, need not wait for the end of the running tick. */
  get restsInPause(): boolean {
    return !this.pending || this.mode === "external" || this.waitsForGraph || this.instance.awaitsScript?.() === true;
  }

  /** Starts or stops passing frames from the node's first input to its one output, without calling `process()`. */
  bypass(on: boolean): void {
    const [input, ...besides] = this.inputs;
    const [output] = this.outputs;
    const pass = () => {
      for (let frame = input.read(); frame !== undefined; frame = input.read()) output.write(frame);
      for (const each of besides) while (each.read() !== undefined);
      if (besides.length > 0 && input.connected && input.ended) this.finishing = true;
    };
    this.tick = on ? pass : this.instance.tick;
  }

  /** Marks a gap before the next frame on each link: the node has lost frames that it was to write. */
  markGaps(): void {
    for (const { links } of this.outputs) for (const link of links) link.markGap();
  }

  get ended(): boolean {
    return this.#stage === "ended";
  }

  get failed(): boolean {
    return this.#stage === "failed";
  }

  /** Makes the node part of its lane: requests that it made before take effect. */
  enter(): void {
    this.outside = false;
    this.countFromNow();
    if (this.notBeforeNs === 0) return;
    this.timed = false;
    this.waitUntil(this.notBeforeNs);
  }

  /** Marks a running node as failed: the lane does not run it. Its links stay, and frames wait in them. */
  fail(): void {
    if (this.#stage !== "running") throw new Error(`Internal error: node "${this.id}" is "${this.#stage}" and failed`);
    this.#stage = "failed";
  }

  /** Marks the node as ended: its end of stream was sent, it was disabled, or it has had its last calls. */
  end(): void {
    this.#stage = "ended";
  }

  /** The state, beside the processor's, that a successor continues from. */
  get carry(): NodeCarry {
    return {
      type: this.type,
      finishing: this.finishing,
      notBeforeNs: this.notBeforeNs,
      lastDueNs: this.lastDueNs,
      lastIngressNs: this.lastIngressNs,
      lastPtsNs: this.ptsNs(),
      gapInputs: this.inputs.filter((input) => input.hasGapAhead).map(({ name }) => name),
      skippingInputs: this.inputs.filter((input) => input.skipsToKey).map(({ name }) => name),
      outputs: this.outputs.map((output) => output.carry),
    };
  }

  /** Continues the counts of a cell that this one is to replace; a cell of another type begins anew. */
  countOn(old: NodeCell): void {
    // A failed node is rebuilt on its own record.
    if (old.type !== this.type || old.plan.index === this.plan.index) return;
    old.publish();
    this.#host.page.copyCounts(old.plan.index, this.plan.index);
  }

  /** Continues from the state of another cell; a cell of another type begins its ticks anew. */
  resumeFrom(carry: NodeCarry): void {
    this.times[this.timesAt] = carry.lastIngressNs;
    this.times[this.timesAt + 1] = carry.lastPtsNs;
    for (const input of this.inputs) if (carry.gapInputs.includes(input.name)) input.markGap();
    for (const each of carry.outputs) this.outputs.find(({ name }) => name === each.name)?.resumeFrom(each);
    if (carry.type !== this.type) return;
    for (const input of this.inputs) input.skipsToKey = carry.skippingInputs.includes(input.name);
    this.lastDueNs = carry.lastDueNs;
    this.finishing = carry.finishing;
    if (carry.notBeforeNs > 0) this.waitUntil(carry.notBeforeNs);
  }

  wake(): void {
    this.wakes++;
    this.admitWaiters();
    if (!this.queued) this.#host.enqueue(this);
  }

  /** Resumes a tick that waits for room or a slot, if they are available and the graph is not paused. */
  admitWaiters(): void {
    if (this.#waiters !== undefined && !this.#isPaused && this.admit()) this.#resolveWaiters();
  }

  notify(): void {
    this.unheard = this.#lacksReaders();
    this.wake();
  }

  override seal(): void {
    super.seal();
    // An edit may have brought a reader. An edit that takes the last reader does not end the node.
    if (this.unheard) this.unheard = this.#lacksReaders();
  }

  /** Begins the end after the last tick: `flush()` and the end of stream come next. */
  beginFinish(reason: string): void {
    this.finishing = true;
    this.notBeforeNs = 0;
    if (this.mode === "external") this.abort(reason);
    this.wake();
  }

  /** Sets a failed node aside, and ends its waits. */
  setAside(): void {
    this.fail();
    this.notBeforeNs = 0;
    this.abort("the node has failed");
  }

  /** Tells the writers that the node has ended, except writers that were linked at its end. */
  closeInputs(): void {
    for (const { link, isLate } of this.inputs) if (!isLate) link?.close();
  }

  override publish(): void {
    super.publish();
    if (this.isAsync) this.noteInHand(this.ledger.held());
  }

  override forgoRecord(): void {
    super.forgoRecord();
    if (this.isAsync) this.ledger.keeping?.forgo();
  }

  /** Asks for a tick at a time. */
  waitUntil(timeNs: number): void {
    this.notBeforeNs = timeNs;
    if (this.timed) return;
    this.timed = true;
    this.#host.schedule?.(this);
  }

  /** Drops frames that still arrive at a node that has ended, so that no writer waits for it. */
  discardInputs(): void {
    this.change();
    for (const { link } of this.inputs) {
      for (let frame = link?.take(); frame !== undefined; frame = link?.take()) {
        link!.countSkipped(1);
        frame.dropValue();
        frame.pool.release(frame.slot);
      }
    }
  }

  /** Aborts the node's waits and tells the node to give up. */
  abort(reason: string): void {
    (this.#abort ??= new AbortController()).abort(new DOMException(reason, "AbortError"));
    this.#resolveWaiters();
  }

  received(frame: Frame, port: InputPort): Frame {
    this.reads++;
    this.framesIn++;
    this.noteTimes(frame);
    if (this.isTimed) port.enteredNs = frame.ingressNs;
    // Retained frames are released through the object that retained them: this read needs another one.
    if (!this.isPlain || frame.retained > 0) return this.#receivedOwn(frame, port);
    this.ledger.add(frame);
    return frame;
  }

  shown(frame: Frame, port: InputPort): Frame {
    if (!this.#checked) return frame;
    const own = frame.fresh(this.ledger);
    guardFrame(own, { nodeId: this.id, port: port.name }, "peek");
    return own;
  }

  acquired(frame: Frame, port: OutputPort): Frame {
    if (this.isAsync) this.change();
    const own = this.#fresh ? frame.fresh(this.ledger) : frame;
    this.ledger.add(own);
    if (this.#checked) guardFrame(own, { nodeId: this.id, port: port.name }, "acquired");
    return own;
  }

  written(frame: Frame): Frame {
    if (this.isOpen) this.closeEnds(this.ledger);
    this.writes++;
    this.framesOut++;
    this.spare--;
    this.ledger.dropLast(frame);
    return this.isPlain ? frame : this.#writtenOwn(frame);
  }

  /**
   * Ends a tick: gives back the references that it still owns.
   *
   * @returns the misuse of frames, which only development mode finds
   */
  endTick(): unknown {
    if (this.isOpen) this.closeEnds(undefined);
    this.spareLeft = this.spare;
    this.spare = -1;
    if (!this.isChanged) this.change();
    this.ledger.releaseAll();
    return this.ledger.fault;
  }

  /** Returns the ingress time for a source: the time of the lane's round, unless its ticks take long. */
  ingressNs(): number {
    if (this.inputs.length > 0) return this.lastIngressNs;
    if (this.isAsync || this.isSlow) this.#host.nowNs();
    return this.#host.stampNs();
  }

  turn(): Promise<void> | undefined {
    return this.isAsync && isTurnOver() ? takeTurns() : undefined;
  }

  admitted(takesBack?: AbortSignal): Promise<void> {
    // Other nodes may take the free room meanwhile.
    return this.turn()?.then(() => this.#admitted(takesBack)) ?? this.#admitted(takesBack);
  }

  /** Logs the misuse once. A device that calls back after the node was told to end is no mistake. */
  usedLate(port: string): void {
    if (this.#toldLate || (this.mode === "external" && this.#abort?.signal.aborted === true)) return;
    this.#toldLate = true;
    const mend = !this.ended
      ? "write before it; a restart of the node does not open the output again"
      : this.mode === "external"
      ? 'the end of process() is that of an "external" node: let it wait until context.signal aborts'
      : "write in process() and flush(), before they return";
    const when = this.ended ? "after the node had ended" : "after its end()";
    this.context.log.warn(`Output "${port}" was written to ${when}: this frame and all later ones are lost; ${mend}`);
  }

  formatChanged(port: string, format: FrameFormat): void {
    this.#host.formatChanged?.(this, port, format);
  }

  #admitted(takesBack?: AbortSignal): Promise<void> {
    const { signal } = this;
    for (const each of [signal, takesBack]) if (each?.aborted) return Promise.reject(each.reason);
    if (!this.#isPaused && this.admit()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const wake = () => {
        takesBack?.removeEventListener("abort", leave);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      const leave = () => {
        this.#takeBack(wake);
        reject(takesBack!.reason);
      };
      takesBack?.addEventListener("abort", leave, { once: true });
      (this.#waiters ??= []).push(wake);
    });
  }

  /**
   * True if the running tick stays at its wait, because of a pause. False for an external node, and for a removed node.
   */
  get #isPaused(): boolean {
    return this.pending && this.#host.paused === true && this.mode !== "external" && !this.outside;
  }

  protected override tellChanged(): void {
    this.#host.changed?.(this);
  }

  protected override tellTimed(tookNs: number): void {
    this.#host.timed?.(this, tookNs);
  }

  /** True if an edit, a pause or the lane waits for the tick. Unread frames wake the node afterwards. */
  protected override givesWay(port?: InputPort): boolean {
    if (this.mode === "external" || !(this.held || this.#isPaused || this.#keepsLane(port))) return false;
    this.again = true;
    return true;
  }

  /**
   * True if the tick has had the thread for long, and may stop here without harm. With several inputs, the tick may
   * need the next frame of another input for a frame that it has read. At the input that it read first, with nothing in
   * hand, it begins anew.
   */
  #keepsLane(port: InputPort | undefined): boolean {
    if (this.reads === 0 || this.finishing) return false;
    if (this.inputs.length > 1 && (port !== this.#readFirst || this.ledger.held() > 0)) return false;
    return isTurnOver();
  }

  /** True if the outputs have links, and the readers of all of them have ended. */
  #lacksReaders(): boolean {
    let links = 0;
    for (const output of this.outputs) {
      for (const link of output.shownLinks) {
        if (!link.closed()) return false;
        links++;
      }
    }
    return links > 0;
  }

  #ownLedger(): Ledger {
    const keeping = this.#host.ledger.keeping?.ofNode(this.number);
    return this.#checked ? new CheckedLedger(keeping) : new Ledger(keeping);
  }

  #receivedOwn(frame: Frame, port: InputPort): Frame {
    if (this.isAsync) this.change();
    if (this.reads === 1) this.#readFirst = port;
    const own = frame.fresh(this.ledger);
    this.ledger.add(own);
    if (this.#checked) {
      const { fromNode, fromPort } = port.link!.plan;
      assertSealed(own, { nodeId: fromNode, port: fromPort });
      guardFrame(own, { nodeId: this.id, port: port.name }, "read");
    }
    return own;
  }

  #writtenOwn(frame: Frame): Frame {
    if (this.isAsync) this.change();
    if (this.pending) this.#host.wroteBetween?.();
    if (this.#checked) sealPayload(frame);
    // The next reader records its references elsewhere than this node.
    return frame.fresh(this.#host.ledger);
  }

  /** Cancels a wait of the tick, which continues with other work. */
  #takeBack(waiter: () => void): void {
    const left = this.#waiters?.filter((each) => each !== waiter) ?? [];
    if (left.length > 0) {
      this.#waiters = left;
      return;
    }
    this.#waiters = undefined;
    this.setBlocked(BLOCKED_NONE, 0);
    // The lane has published the reason of the wait.
    this.#host.wroteBetween?.();
  }

  #resolveWaiters(): void {
    const waiters = this.#waiters ?? [];
    this.#waiters = undefined;
    for (const waiter of waiters) waiter();
  }
}
