/**
 * A node as its lane's scheduler sees it: one class for all processors, so that the scheduler's call sites stay
 * monomorphic. It keeps the node's ports, its admission, and what its running tick owns.
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
import { assertSealed, guardFrame, sealPayload } from "../../frames/checked_frame.ts";
import { CheckedLedger } from "../../frames/checked_ledger.ts";
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
import { isTurnOver, takeTurns } from "./turn.ts";

// A constant of this module: an imported one is looked up anew at each use.
const BLOCKED_NONE = BLOCKED.none;

/** What runs nodes, as they see it: a lane, or the harness of tests. */
export interface CellHost {
  readonly mode: GraphMode;
  readonly page: ControlPage;
  /** Whether frames are checked as development mode does. */
  readonly development: boolean;
  /** The ledger of the synchronous nodes. */
  readonly ledger: Ledger;
  /** Which ticks are timed; by default one in 64 of those that are short. */
  readonly timing?: TickTiming;
  /** Whether no node is run. */
  readonly paused?: boolean;
  /** Whether a node is ticked once at most whenever it is run. */
  readonly singly?: boolean;
  nowNs(): number;
  /** The clock as last read: at least once in a round of nodes that take microseconds. */
  stampNs(): number;
  /** Puts the cell among those to run. */
  enqueue(cell: NodeCell): void;
  /** Sees to it that the cell is woken at `notBeforeNs`. */
  schedule?(cell: NodeCell): void;
  /** There are figures to publish. It is said again only after they were published. */
  changed?(figures: CellFigures): void;
  /** A tick is over that was timed, as long ago as the clock was read last. */
  timed?(figures: CellFigures, tookNs: number): void;
  /** An asynchronous tick began or ended. */
  pendingChanged?(by: 1 | -1): void;
  /** An asynchronous tick wrote, perhaps while the lane sleeps. */
  wroteBetween?(): void;
  /** Asked before another tick of a node that follows one at once: whether the round goes on. Counts the tick. */
  repeats?(): boolean;
  /**
   * Asked when a node gives the thread back: ends the thread if another one runs the lane by now. What the node did
   * is neither counted nor handed over then.
   */
  endIfGivenUp(): boolean;
  /** Makes what nodes wrote visible to other lanes. */
  flushWriters(): void;
  /** The node's end of stream was sent. */
  ended(cell: NodeCell): void;
  /** The node threw in `action`. */
  fail(error: unknown, cell: NodeCell, action: string): void;
  /**
   * The pool that outputs of a kind take their slots from.
   *
   * @param name the one that the node chose
   */
  poolOf(kind: FrameKind, name?: string): Pool;
  /** Names of node types that convert. */
  converters(key: ConverterKey): readonly string[];
  progress(cell: NodeCell, doneNs: number, totalNs?: number): void;
  /** A node has completed a file. @param path an absolute one */
  recorded(path: string): void;
  /** @param figures not changed after the call */
  report(cell: NodeCell, figures: Figures): void;
  emit(cell: NodeCell, name: string, data: unknown): void;
  /** An input reads frames of another format than before. */
  formatChanged?(cell: NodeCell, port: string, format: FrameFormat): void;
}

/** Asynchronous ticks that have begun on this thread. */
let asyncTicks = 0;

/** Its lane owns it: no other thread touches it. */
export class NodeCell extends CellAdmission implements InputHost, OutputHost, Wakeable {
  // What every tick touches stands first, so that it lies together.
  /** The instance's `tick`, kept here because instances of each class have a shape of their own. */
  tick: NodeInstance["tick"];
  /** What the processor's methods are given. */
  readonly context: ProcessorContext;
  /** Among those that the lane is to run. */
  queued = false;
  /** How often it was woken since a tick of it last did something. */
  wakes = 0;
  /** Its last tick took nothing, and was followed by the end of all writers. */
  isLastLook = false;
  /** It was woken while its asynchronous tick was under way. */
  again = false;
  /** It has had its last tick: `flush()` and the end of stream come next. */
  finishing = false;
  /** The end of stream was sent. */
  ended = false;
  /** The input that the tick under way has read first, of a node that needs an object for each frame. */
  #readFirst: InputPort | undefined;
  /** An edit holds it: it is not run, and in its asynchronous tick `read()` returns `undefined`. */
  held = false;
  /** It is no part of its lane, not yet or no longer: the lane does not schedule it. */
  outside = false;
  /** It has failed: another instance takes its place, it is disabled, or the run ends. */
  failed = false;
  /** Its place in the order of its lane's nodes. */
  rank = 0;
  /** As the lane's record names the node that it runs: the index of its record, from 1. */
  readonly number: number = 0;
  /** Every link of its outputs has lost its reader. */
  unheard = false;
  /** The time that it asked to be ticked at; 0 for none. */
  notBeforeNs = 0;
  /** When the tick that comes next was due; 0: at no time of its own. */
  dueNs = 0;
  /** The time has come that it asked for: it is ticked whatever its inputs have. */
  due = false;
  #pending = false;
  tickUnderWay = 0;
  readonly ledger: Ledger;
  #waiters: (() => void)[] | undefined;
  readonly #host: CellHost;
  readonly plan: NodePlan;
  readonly descriptor: NodeDescriptor;
  readonly instance: NodeInstance;
  /** `setup()` was called, so `teardown()` must be. */
  opened = false;
  /** Once it has failed and is torn down: what its `snapshot()` gave, as long as no `restore()` was given it. */
  stateGiven: unknown;
  /** Present once it has failed and its `teardown()` was called: settles when that is over or has run into its limit. */
  tearingDown: Promise<unknown> | undefined;
  /** Ticks so far in which a self-driven node did nothing. */
  idleTicks = 0;
  /** When the last tick of that kind was due. */
  lastDueNs = 0;
  /** Among those that the lane wakes by the clock. */
  timed = false;
  /** Made when it is first asked for: most nodes never do. */
  #abort: AbortController | undefined;
  /** The log has a line on a port that was used after its end, or the node's. */
  #toldLate = false;
  readonly #checked: boolean;
  readonly #fresh: boolean;

  /** @param contextOf makes what the processor's methods are given */
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

  /** An asynchronous tick is under way. */
  get pending(): boolean {
    return this.#pending;
  }
  set pending(value: boolean) {
    if (value === this.#pending) return;
    this.#pending = value;
    this.tickUnderWay = value ? ++asyncTicks : 0;
    this.change();
    this.#host.pendingChanged?.(value ? 1 : -1);
  }

  /**
   * Its tick waits for room or for a slot, which only the graph gives, or for the end of a pause. Not of an external
   * node: its one tick is its whole life, and what it gets from outside may come beside that.
   */
  get waitsForGraph(): boolean {
    if (this.#waiters === undefined || this.mode === "external") return false;
    return this.blocked !== BLOCKED_NONE || this.#isPaused;
  }

  /** Whether a pause, in which it begins no other, need not wait for the end of its tick. */
  get restsInPause(): boolean {
    return !this.#pending || this.mode === "external" || this.waitsForGraph || this.instance.awaitsScript?.() === true;
  }

  /** Begins or stops to pass frames from the node's one input to its one output, without calling `process()`. */
  bypass(on: boolean): void {
    const [input] = this.inputs;
    const [output] = this.outputs;
    const pass = () => {
      for (let frame = input.read(); frame !== undefined; frame = input.read()) output.write(frame);
    };
    this.tick = on ? pass : this.instance.tick;
  }

  /** Frames that it was to write are lost: the next one on each link has a gap before it. */
  markGaps(): void {
    for (const { links } of this.outputs) for (const link of links) link.markGap();
  }

  /** It is part of its lane from now on: what it asked for before then counts. */
  enter(): void {
    this.outside = false;
    this.countFromNow();
    if (this.notBeforeNs === 0) return;
    this.timed = false;
    this.waitUntil(this.notBeforeNs);
  }

  /** What a cell that takes this one's place goes on from, beside the processor's state. */
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

  /** Goes on counting from what a cell has counted that it is to replace; one of another type begins anew. */
  countOn(old: NodeCell): void {
    // One that has failed is built anew on its record.
    if (old.type !== this.type || old.plan.index === this.plan.index) return;
    old.publish();
    this.#host.page.copyCounts(old.plan.index, this.plan.index);
  }

  /** Goes on from what another cell had; one of another type begins its ticks anew. */
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

  /** Lets its tick go on that waits for room or for a slot, if these are there and the graph is not paused. */
  admitWaiters(): void {
    if (this.#waiters !== undefined && !this.#isPaused && this.admit()) this.#resolveWaiters();
  }

  notify(): void {
    this.unheard = this.#lacksReaders();
    this.wake();
  }

  override seal(): void {
    super.seal();
    // An edit may have brought a reader. One that takes the last of those that read does not end the node.
    if (this.unheard) this.unheard = this.#lacksReaders();
  }

  /** It has had its last tick: `flush()` and the end of stream come next. */
  beginFinish(reason: string): void {
    this.finishing = true;
    this.notBeforeNs = 0;
    if (this.mode === "external") this.abort(reason);
    this.wake();
  }

  /** It has failed: it is not run any more. Its links stay, and what comes to it waits in them. */
  setAside(): void {
    this.failed = true;
    this.notBeforeNs = 0;
    this.abort("the node has failed");
  }

  /** Tells those who write to the node that it has ended, but for those that were linked to it at its end. */
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

  /** For a node that has ended: drops what still comes in, so that no writer waits for it. */
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

  /** Ends what the node waits for and tells it to give up. */
  abort(reason: string): void {
    (this.#abort ??= new AbortController()).abort(new DOMException(reason, "AbortError"));
    this.#resolveWaiters();
  }

  received(frame: Frame, port: InputPort): Frame {
    this.reads++;
    this.framesIn++;
    this.noteTimes(frame);
    if (this.isTimed) port.enteredNs = frame.ingressNs;
    // What was retained is released through the object that it was retained by: this read needs another one.
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
   * Ends a tick: gives back what it still owns.
   *
   * @returns what it did wrong with its frames, which only development finds
   */
  endTick(): unknown {
    if (this.isOpen) this.closeEnds(undefined);
    this.spareLeft = this.spare;
    this.spare = -1;
    if (!this.isChanged) this.change();
    this.ledger.releaseAll();
    return this.ledger.fault;
  }

  /** For a source: the time of the lane's round, unless its ticks take long. */
  ingressNs(): number {
    if (this.inputs.length > 0) return this.lastIngressNs;
    if (this.isAsync || this.isSlow) this.#host.nowNs();
    return this.#host.stampNs();
  }

  turn(): Promise<void> | undefined {
    return this.isAsync && isTurnOver() ? takeTurns() : undefined;
  }

  admitted(takesBack?: AbortSignal): Promise<void> {
    // What is free now may be taken meanwhile.
    return this.turn()?.then(() => this.#admitted(takesBack)) ?? this.#admitted(takesBack);
  }

  /** Says so once; a device that calls back once more after the node was told to end is no mistake. */
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
   * Its tick under way stays where it waits, or comes to. Not that of an external node, nor of one that was removed.
   */
  get #isPaused(): boolean {
    return this.#pending && this.#host.paused === true && this.mode !== "external" && !this.outside;
  }

  protected override tellChanged(): void {
    this.#host.changed?.(this);
  }

  protected override tellTimed(tookNs: number): void {
    this.#host.timed?.(this, tookNs);
  }

  /** An edit, a pause or the whole lane waits for the tick. What it leaves unread it is woken for afterwards. */
  protected override givesWay(port?: InputPort): boolean {
    if (this.mode === "external" || !(this.held || this.#isPaused || this.#keepsLane(port))) return false;
    this.again = true;
    return true;
  }

  /**
   * Whether the tick has had the thread for long, and leaves off where it does no harm: of several inputs, the tick may
   * have read one for what it reads next of another. At the one that it read first it begins anew, with nothing in hand.
   */
  #keepsLane(port: InputPort | undefined): boolean {
    if (this.reads === 0 || this.finishing) return false;
    if (this.inputs.length > 1 && (port !== this.#readFirst || this.ledger.held() > 0)) return false;
    return isTurnOver();
  }

  /** Whether its outputs have links, and the readers of all of them have ended. */
  #lacksReaders(): boolean {
    let links = 0;
    for (const output of this.outputs) {
      for (const link of output.links) {
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
    if (this.#pending) this.#host.wroteBetween?.();
    if (this.#checked) sealPayload(frame);
    // Whoever reads it next notes its references elsewhere than this node does.
    return frame.fresh(this.#host.ledger);
  }

  /** The tick does not wait for that any more, and goes on with something else. */
  #takeBack(waiter: () => void): void {
    const left = this.#waiters?.filter((each) => each !== waiter) ?? [];
    if (left.length > 0) {
      this.#waiters = left;
      return;
    }
    this.#waiters = undefined;
    this.setBlocked(BLOCKED_NONE, 0);
    // The lane has said what it waits for.
    this.#host.wroteBetween?.();
  }

  #resolveWaiters(): void {
    const waiters = this.#waiters ?? [];
    this.#waiters = undefined;
    for (const waiter of waiters) waiter();
  }
}
