/**
 * A node as its lane's scheduler sees it: one class for all processors, so that the scheduler's call sites stay
 * monomorphic. It keeps the node's ports, its admission, and what its running tick owns.
 *
 * @module
 */
import { BLOCKED, NODE, PHASE } from "../../ffi/layout.gen.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import { Ledger } from "../frames/ledger.ts";
import { assertSealed, guardFrame, sealPayload } from "../frames/checked_frame.ts";
import { CheckedLedger } from "../frames/checked_ledger.ts";
import type { NodeId } from "../ids.ts";
import type { LinkReader, LinkWriter, Wakeable } from "../links/link.ts";
import { MAGAZINE_SIZE, type Pool } from "../memory/pool.ts";
import { heldPerTick, readsPerTick } from "../memory/pool_loads.ts";
import type { InputHost, InputPort } from "../ports/input_port.ts";
import type { OutputHost, OutputPort } from "../ports/output_port.ts";
import type { ProcessorContext } from "../processor.ts";
import type { NodeDescriptor } from "../registry/descriptor.ts";
import type { NodeInstance } from "../registry/node_type.ts";
import type { CellHost } from "./cell_host.ts";
import type { NodeCarry, NodePlan } from "./messages.ts";
import { NodeContext } from "./node_context.ts";
import { takeTimeRow } from "./time_rows.ts";

// Constants of this module: an imported one is looked up anew at each use.
const BLOCKED_NONE = BLOCKED.none;
const BLOCKED_LINK = BLOCKED.link;
const BLOCKED_POOL = BLOCKED.pool;
const NODE_PHASE = NODE.phase >> 2;
const PHASE_IDLE = PHASE.idle;
const BLOCKED_KIND = NODE.blockedKind >> 2;
const BLOCKED_ID = NODE.blockedId >> 2;

const TICKS = NODE.ticks >> 3;
const FRAMES_IN = NODE.framesIn >> 3;
const FRAMES_OUT = NODE.framesOut >> 3;

/** Room of a node whose outputs never hold it back: more than it can write in a tick. */
const NO_LIMIT = 0x3fffffff;

/** A link that makes the node wait, or hold back, and how many frames one step of the node may write to it. */
interface Gate {
  readonly link: LinkWriter;
  readonly burst: number;
}

/** A pool and how many of its slots one step of the node may take. */
interface PoolNeed {
  readonly pool: Pool;
  count: number;
}

/** See the module. */
export class NodeCell implements InputHost, OutputHost, Wakeable {
  // What every tick touches stands first, so that it lies together.
  /** The instance's `tick`, kept here because instances of each class have a shape of their own. */
  tick: NodeInstance["tick"];
  /** What the processor's methods are given. */
  readonly context: ProcessorContext;
  /** What drives the node's ticks. */
  readonly mode: NodeDescriptor["mode"];
  /** Whether ticks may overlap with those of other nodes. */
  readonly isAsync: boolean;
  /** Among those that the lane is to run. */
  queued = false;
  /** How often it was woken since a tick of it last did something. */
  wakes = 0;
  /** It was woken while its asynchronous tick was under way. */
  again = false;
  /** No more ticks: `flush()` and the end of stream come next. */
  finishing = false;
  /** The end of stream was sent. */
  ended = false;
  /** It is not run while an edit that concerns it is made ready. */
  held = false;
  /** It was removed from the graph and is run no more. */
  retired = false;
  /** It has failed and waits for another instance to take its place, or to be disabled. */
  failed = false;
  /** Its place in the order of its lane's nodes. */
  rank = 0;
  /** As the lane's record names the node that it runs: the index of its record, from 1. */
  readonly number: number = 0;
  /** What the node waits for: `none`, a link or a pool (`BLOCKED`). */
  blocked: number = BLOCKED_NONE;
  /** Every link of its outputs has lost its reader. */
  unheard = false;
  /** The time that it asked to be ticked at; 0 for none. */
  notBeforeNs = 0;
  /** When the tick that comes next was due; 0: at no time of its own. */
  dueNs = 0;
  /** The time has come that it asked for: it is ticked whatever its inputs have. */
  due = false;
  /** A self-driven node whose ticks may follow each other at once, as long as its links have room. */
  repeats = false;
  /** The last timed tick took so long that each is timed. */
  isSlow = false;
  /** As last written to the control page. */
  #phase: number = PHASE_IDLE;
  /** Ticks until the next one is timed. */
  ticksToSample = 0;
  /** Figures since the last `publish()`. */
  ticks = 0;
  /** Frames taken in this tick. */
  reads = 0;
  /** Frames written in this tick. */
  writes = 0;
  #framesIn = 0;
  #framesOut = 0;
  #isChanged = false;
  #pending = false;
  /**
   * Frames that it may write before a lossless output has no room for its burst, as of the last admission; below 0
   * where that is to be looked up. For synchronous nodes, in a tick.
   */
  #spare = -1;
  #readsPerTick = NO_LIMIT;
  /** Frames that an asynchronous tick, which may last, may have in hand. */
  #heldPerTick = 0;
  /** Whether `#spare` and the sole pool tell all about admission. */
  #isSimple = false;
  /** Whether frames are handed out as they are: to synchronous nodes, unless they are checked. */
  readonly #isPlain: boolean;
  /** The one pool that it takes slots of, and how many at once. */
  #solePool: Pool | undefined;
  #soleCount = 0;
  /** The one link that leads to the node, unless it closes a loop: most nodes have such a one, and no other. */
  #soleReader: LinkReader | undefined;
  /** The one lossless link that leads away from it, and its burst. */
  #soleGate: LinkWriter | undefined;
  #soleBurst = 0;
  /** Of the frame read last: when it entered the graph, on the runtime's clock, and its media time. */
  readonly #times: Float64Array;
  readonly #timesAt: number = 0;
  readonly ledger: Ledger;
  #waiters: (() => void)[] | undefined;
  readonly #host: CellHost;
  readonly plan: NodePlan;
  readonly descriptor: NodeDescriptor;
  readonly instance: NodeInstance;
  readonly inputs: InputPort[] = [];
  readonly outputs: OutputPort[] = [];
  /** With no links to it, it waits for some: it came, or lost them, while the graph was running. */
  idlesUnfed = false;
  /** `setup()` was called, so `teardown()` must be. */
  opened = false;
  /** Ticks so far in which a self-driven node did nothing. */
  idleTicks = 0;
  /** When the last tick of that kind was due. */
  lastDueNs = 0;
  /** Among those that the lane wakes by the clock. */
  timed = false;
  /** Index into the control page's f64 and u32 views. */
  readonly at64: number = 0;
  readonly at32: number = 0;
  readonly #f64: Float64Array;
  readonly #u32: Uint32Array;
  readonly #readers: LinkReader[] = [];
  readonly #triggersOnAll: boolean;
  /** Made when it is first asked for: most nodes never do. */
  #abort: AbortController | undefined;
  readonly #gates: Gate[] = [];
  /** The links on this lane that drop, as gates of a tick that follows another at once. */
  readonly #spillways: Gate[] = [];
  readonly #needs: PoolNeed[] = [];
  /** Inputs that links from outside lead to, and those that the way out of a delay closes a loop by. */
  readonly #fed: InputPort[] = [];
  readonly #feedback: InputPort[] = [];
  #bypassed = false;
  readonly #checked: boolean;
  readonly #fresh: boolean;

  constructor(plan: NodePlan, descriptor: NodeDescriptor, instance: NodeInstance, host: CellHost) {
    this.plan = plan;
    this.descriptor = descriptor;
    this.instance = instance;
    this.tick = instance.tick;
    this.number = plan.index + 1;
    const { times, at } = takeTimeRow();
    this.#times = times;
    this.#timesAt = at;
    this.mode = descriptor.mode;
    this.isAsync = descriptor.isAsync || descriptor.mode === "external";
    this.#host = host;
    this.#f64 = host.page.f64;
    this.#u32 = host.page.u32;
    this.#triggersOnAll = descriptor.trigger === "all";
    this.context = new NodeContext(this, host);
    this.#checked = host.development;
    // Ticks that overlap, and checks, need an object for each frame that is read.
    this.#fresh = this.isAsync || host.development;
    this.#isPlain = !this.#fresh;
    this.ledger = !this.isAsync ? host.ledger : host.development ? new CheckedLedger() : new Ledger();
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
    return (this.#abort ??= new AbortController()).signal;
  }

  /** An asynchronous tick is under way. */
  get pending(): boolean {
    return this.#pending;
  }
  set pending(value: boolean) {
    if (value === this.#pending) return;
    this.#pending = value;
    this.#change();
    this.#host.pendingChanged?.(value ? 1 : -1);
  }

  /** Whether links lead to it, other than those that close a loop: it ends when they do. */
  get isFed(): boolean {
    return this.#fed.length > 0;
  }

  /** Call whenever links were attached or detached: notes what admission and the end have to look at. */
  seal(): void {
    const wasFed = this.#fed.length > 0;
    this.#readers.length = 0;
    this.#fed.length = 0;
    this.#feedback.length = 0;
    this.#gates.length = 0;
    this.#spillways.length = 0;
    this.#needs.length = 0;
    this.#readsPerTick = NO_LIMIT;
    this.#heldPerTick = 0;
    this.#spare = -1;
    this.repeats = this.mode === "loop" && !this.isAsync && this.inputs.length === 0;
    for (const input of this.inputs) {
      if (input.link === undefined) continue;
      this.#readers.push(input.link);
      const { kind, capacity } = input.link.plan;
      this.#readsPerTick = Math.min(this.#readsPerTick, readsPerTick(kind, capacity));
      this.#heldPerTick += heldPerTick(kind, capacity, input.link.plan.ring !== undefined);
      (input.link.plan.feedback ? this.#feedback : this.#fed).push(input);
    }
    for (const output of this.outputs) {
      const burst = output.descriptor.burst;
      for (const link of output.losslessLinks) this.#gates.push({ link, burst });
      for (const link of output.links) {
        if (link.plan.policy === "lossless") continue;
        // What another lane has read of a link that drops is not known: more frames at once could be too many.
        if (link.plan.ring !== undefined) this.repeats = false;
        else this.#spillways.push({ link, burst });
      }
      const need = this.#needs.find((each) => each.pool === output.pool);
      if (need === undefined) this.#needs.push({ pool: output.pool, count: Math.min(burst, MAGAZINE_SIZE) });
      else need.count = Math.min(need.count + burst, MAGAZINE_SIZE);
    }
    if (wasFed && this.#fed.length === 0) this.idlesUnfed = true;
    this.#soleReader = this.#readers.length === 1 && this.#fed.length === 1 ? this.#readers[0] : undefined;
    const [gate] = this.#gates;
    const [need] = this.#needs;
    this.#soleGate = this.#gates.length === 1 ? gate.link : undefined;
    this.#soleBurst = this.#gates.length === 1 ? gate.burst : 0;
    this.#solePool = this.#needs.length === 1 ? need.pool : undefined;
    this.#soleCount = this.#needs.length === 1 ? need.count : 0;
    this.#isSimple = !this.isAsync && this.#needs.length <= 1;
  }

  /** Passes what comes in by the node's one input on to its one output, without calling `process()`; or no more. */
  bypass(on: boolean): void {
    const [input] = this.inputs;
    const [output] = this.outputs;
    const pass = () => {
      for (let frame = input.read(); frame !== undefined; frame = input.read()) output.write(frame);
    };
    this.#bypassed = on;
    this.tick = on ? pass : this.instance.tick;
  }

  /** It is part of its lane from now on: what it asked for before then counts. */
  enter(): void {
    this.retired = false;
    if (this.notBeforeNs === 0) return;
    this.timed = false;
    this.waitUntil(this.notBeforeNs);
  }

  /** What a cell that takes this one's place goes on from, beside the processor's state. */
  get carry(): NodeCarry {
    return {
      type: this.type,
      finishing: this.finishing,
      bypassed: this.#bypassed,
      notBeforeNs: this.notBeforeNs,
      lastDueNs: this.lastDueNs,
      lastIngressNs: this.lastIngressNs,
      lastPtsNs: this.ptsNs(),
      skippingInputs: this.inputs.filter((input) => input.skipsToKey).map(({ name }) => name),
      outputs: this.outputs.map((output) => output.carry),
    };
  }

  /** Goes on from what another cell had; one of another type begins its ticks anew. */
  takeUp(carry: NodeCarry): void {
    this.#times[this.#timesAt] = carry.lastIngressNs;
    this.#times[this.#timesAt + 1] = carry.lastPtsNs;
    for (const each of carry.outputs) this.outputs.find(({ name }) => name === each.name)?.takeUp(each);
    if (carry.type !== this.type) return;
    for (const input of this.inputs) input.skipsToKey = carry.skippingInputs.includes(input.name);
    if (carry.bypassed) this.bypass(true);
    this.lastDueNs = carry.lastDueNs;
    this.finishing = carry.finishing;
    if (carry.notBeforeNs > 0) this.waitUntil(carry.notBeforeNs);
  }

  /**
   * Whether every lossless output has room for its burst, and the pools have slots for it. If not, the cell is woken
   * when that changes.
   */
  admit(): boolean {
    let spare = NO_LIMIT;
    if (this.#soleGate !== undefined) {
      spare = this.#roomBeyond(this.#soleGate, this.#soleBurst);
    } else {
      for (let k = 0; k < this.#gates.length && spare >= 0; k++) {
        spare = Math.min(spare, this.#roomBeyond(this.#gates[k].link, this.#gates[k].burst));
      }
    }
    this.#spare = spare;
    if (spare < 0) return false;
    if (this.#solePool !== undefined) {
      if (!this.#hasSlots(this.#solePool, this.#soleCount)) return false;
    } else {
      for (let k = 0; k < this.#needs.length; k++) {
        if (!this.#hasSlots(this.#needs[k].pool, this.#needs[k].count)) return false;
      }
    }
    if (this.blocked !== BLOCKED_NONE) this.#setBlocked(BLOCKED_NONE, 0);
    return true;
  }

  /** Whether another tick, at once after this one, would drop nothing. */
  admitAgain(): boolean {
    for (let k = 0; k < this.#spillways.length; k++) {
      const { link, burst } = this.#spillways[k];
      if (link.room() < burst) return false;
    }
    return this.admit();
  }

  /** For a push node: whether its trigger is met. */
  triggered(): boolean {
    if (this.#soleReader !== undefined) return this.#soleReader.hasFrames();
    let any = false;
    for (let k = 0; k < this.#readers.length; k++) {
      const link = this.#readers[k];
      if (link.hasFrames()) any = true;
      else if (this.#triggersOnAll && !link.ended()) return false;
    }
    return any;
  }

  /**
   * Whether every writer has ended and everything was read. True if nothing is connected. Links that close a loop do
   * not count: what comes by them ends with the node itself.
   */
  inputsEnded(): boolean {
    if (this.#soleReader !== undefined) return this.#soleReader.ended();
    if (this.idlesUnfed && this.#readers.length === 0 && this.inputs.length > 0) return false;
    for (let k = 0; k < this.#fed.length; k++) {
      if (!this.#fed[k].ended) return false;
    }
    return this.#feedback.length === 0 || this.#fed.length > 0;
  }

  /** Whether only the loop that the node is on can still bring frames. */
  onlyFeedback(): boolean {
    return this.#soleReader === undefined && this.#feedback.length > 0 && this.inputsEnded();
  }

  /** Whether nothing more can arrive, though frames may be left that the node has not read. */
  writersEnded(): boolean {
    if (this.#feedback.length > 0 && this.#fed.length === 0) return false;
    return this.#fed.every((input) => this.#host.page.isEos(input.link!.plan.index));
  }

  wake(): void {
    this.wakes++;
    if (this.#waiters !== undefined && this.admit()) this.#resolveWaiters();
    if (!this.queued) this.#host.enqueue(this);
  }

  notify(): void {
    let links = 0;
    let closed = 0;
    for (const output of this.outputs) {
      for (const link of output.links) {
        links++;
        if (link.closed()) closed++;
      }
    }
    this.unheard = links > 0 && closed === links;
    this.wake();
  }

  /** No more ticks: `flush()` and the end of stream come next. */
  beginFinish(reason: string): void {
    this.finishing = true;
    this.notBeforeNs = 0;
    if (this.mode === "external") this.abort(reason);
    this.wake();
  }

  /** Tells those who write to the node that it has ended. */
  closeInputs(): void {
    for (const { link } of this.inputs) link?.close();
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
    this.#change();
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

  /**
   * Sets the phase that the statistics page shows. That a synchronous tick is under way the lane's record tells, for all
   * of its nodes in one word.
   */
  setPhase(phase: number): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#u32[this.at32 + NODE_PHASE] = phase;
  }

  mayRead(): boolean {
    if (this.#isSimple) {
      if (this.reads >= this.#readsPerTick) return false;
      const pool = this.#solePool;
      if (this.#spare >= 0 && (pool === undefined || pool.freeInMagazine >= this.#soleCount)) return true;
    } else if (this.isAsync ? this.ledger.held() >= this.#heldPerTick : this.reads >= this.#readsPerTick) return false;
    return this.admit();
  }

  received(frame: Frame, port: InputPort): Frame {
    this.reads++;
    this.#framesIn++;
    this.#times[this.#timesAt] = frame.ingressNs;
    this.#times[this.#timesAt + 1] = frame.ptsNs;
    // What was retained is released through the object that it was retained by: this read needs another one.
    if (!this.#isPlain || frame.retained > 0) return this.#receivedOwn(frame, port);
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
    const own = this.#fresh ? frame.fresh(this.ledger) : frame;
    this.ledger.add(own);
    if (this.#checked) guardFrame(own, { nodeId: this.id, port: port.name }, "acquired");
    return own;
  }

  written(frame: Frame): Frame {
    this.writes++;
    this.#framesOut++;
    this.#spare--;
    this.ledger.dropLast(frame);
    return this.#isPlain ? frame : this.#writtenOwn(frame);
  }

  /** Ends a tick: gives back what it still owns. @returns what it did wrong with its frames, which only development finds */
  settle(): unknown {
    this.#spare = -1;
    if (!this.#isChanged) this.#change();
    this.ledger.settle();
    return this.ledger.fault;
  }

  /** Brings the figures of the node and of its links on the control page up to date. */
  publish(): void {
    this.#isChanged = false;
    this.#f64[this.at64 + TICKS] += this.ticks;
    this.#f64[this.at64 + FRAMES_IN] += this.#framesIn;
    this.#f64[this.at64 + FRAMES_OUT] += this.#framesOut;
    this.ticks = this.#framesIn = this.#framesOut = 0;
    for (let k = 0; k < this.#readers.length; k++) this.#readers[k].publish();
    for (let k = 0; k < this.outputs.length; k++) {
      const { links } = this.outputs[k];
      for (let n = 0; n < links.length; n++) links[n].publish();
    }
  }

  /** When the frame read last entered the graph, on the runtime's clock. */
  get lastIngressNs(): number {
    return this.#times[this.#timesAt];
  }

  /** Of a source: the time of the lane's round, unless its ticks take long. */
  ingressNs(): number {
    if (this.inputs.length > 0) return this.lastIngressNs;
    return this.isAsync || this.isSlow ? this.#host.nowNs() : this.#host.stampNs();
  }

  ptsNs(): number {
    return this.#times[this.#timesAt + 1];
  }

  admitted(): Promise<void> {
    const { signal } = this;
    signal.throwIfAborted();
    if (this.admit()) return Promise.resolve();
    return new Promise((resolve, reject) =>
      (this.#waiters ??= []).push(() => signal.aborted ? reject(signal.reason) : resolve())
    );
  }

  announced(_port: string, _format: FrameFormat): void {}

  formatChanged(port: string, format: FrameFormat): void {
    this.#host.formatChanged?.(this, port, format);
  }

  /** @returns frames that may be written before the link has no room for the burst; below 0 if it has none now */
  #roomBeyond(link: LinkWriter, burst: number): number {
    const spare = link.room() - burst;
    if (spare >= 0) return spare;
    const asked = link.awaitRoom() - burst;
    if (asked < 0) this.#setBlocked(BLOCKED_LINK, link.plan.index);
    return asked;
  }

  #hasSlots(pool: Pool, count: number): boolean {
    if (pool.ensure(count)) return true;
    pool.awaitSlot();
    if (pool.ensure(count)) return true;
    if (this.blocked !== BLOCKED_POOL) pool.countExhausted();
    this.#setBlocked(BLOCKED_POOL, pool.index);
    return false;
  }

  #receivedOwn(frame: Frame, port: InputPort): Frame {
    if (this.isAsync) this.#change();
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
    if (this.isAsync) this.#change();
    if (this.#pending) this.#host.wroteBetween?.();
    if (this.#checked) sealPayload(frame);
    // Whoever reads it next notes its references elsewhere than this node does.
    return frame.fresh(this.#host.ledger);
  }

  #change(): void {
    if (this.#isChanged) return;
    this.#isChanged = true;
    this.#host.changed?.(this);
  }

  #resolveWaiters(): void {
    const waiters = this.#waiters ?? [];
    this.#waiters = undefined;
    for (const waiter of waiters) waiter();
  }

  #setBlocked(kind: number, id: number): void {
    this.blocked = kind;
    this.#u32[this.at32 + BLOCKED_KIND] = kind;
    this.#u32[this.at32 + BLOCKED_ID] = id;
  }
}
