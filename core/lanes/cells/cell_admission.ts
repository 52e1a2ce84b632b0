/**
 * Admission: decides whether a node may be run, by the frames, room and slots that it needs. The cell computes which of
 * these apply whenever the node's links change, so a tick checks nothing else. Only the node's lane calls it. Nothing
 * here blocks, and nothing allocates while frames flow.
 *
 * The ends of links within the lane are open while a synchronous node runs: the links themselves then know how much the
 * tick may read and write without another check (see `core/links/open_ends.ts`).
 *
 * @module
 */
import { waitsForRoom } from "../../links/policy.ts";
import { BLOCKED } from "../../../ffi/layout.gen.ts";
import type { ControlPage } from "../../control_page.ts";
import type { Frame } from "../../frames/frame.ts";
import type { Ledger } from "../../memory/ledger.ts";
import type { LinkReader, LinkWriter } from "../../links/link.ts";
import { LocalLink } from "../../links/local_link.ts";
import { RingLinkReader } from "../../links/ring_link.ts";
import { MAGAZINE_SIZE, type Pool } from "../../memory/pool.ts";
import { heldPerTick, readsPerTick } from "../../pools/pool_loads.ts";
import type { InputPort } from "../../ports/input_port.ts";
import type { OutputPort } from "../../ports/output_port.ts";
import type { NodeDescriptor } from "../../descriptor/descriptor.ts";
import { noteJoinLag } from "../../stats.ts";
import { CellFigures } from "./cell_figures.ts";
import type { TickTiming } from "./tick_timing.ts";

// Constants of this module: V8 resolves an imported one again at each use.
const BLOCKED_NONE = BLOCKED.none;
const BLOCKED_LINK = BLOCKED.link;
const BLOCKED_POOL = BLOCKED.pool;

/** Room of a node whose outputs never hold it back: more than it can write in a tick. */
const NO_LIMIT = 0x3fffffff;

/** A link that the node waits for or limits its writes by, and how many frames one step of the node may write to it. */
interface Gate {
  readonly link: LinkWriter;
  readonly burst: number;
}

/** A pool and how many of its slots one step of the node may take. */
interface PoolNeed {
  readonly pool: Pool;
  count: number;
}

/** The scheduler's questions about a node before, during and after a tick. */
export abstract class CellAdmission extends CellFigures {
  // Fields that every tick touches are declared first, so that they share cache lines.
  /** The driver of the node's ticks. */
  readonly mode: NodeDescriptor["mode"];
  /** True if ticks may overlap with those of other nodes. */
  readonly isAsync: boolean;
  /** True if the node works in the event loop beside its ticks. */
  readonly usesEventLoop: boolean;
  /** True if frames are handed out as they are: to synchronous nodes, unless frames are checked. */
  protected readonly isPlain: boolean;
  /** True while ends of links are open: the figures of this tick then lack the frames that passed through them. */
  isOpen = false;
  /** The one link to the node and the one away from it, if ticks open their ends. */
  #openIn: LocalLink | undefined;
  #openOut: LocalLink | undefined;
  /**
   * True if the times of each frame are recorded when it is read: for a node that acquires frames, whose times may be
   * those of the frame read last, or that gives frames away before its tick ends. For other nodes they are recorded at
   * the end of a tick.
   */
  #notesEach = false;
  /** True for a self-driven node whose ticks may follow each other at once, as long as its links have room. */
  repeats = false;
  /**
   * Frames that the node may write before a lossless output lacks room for its burst, as of the last admission;
   * negative if admission must look that up. For synchronous nodes, in a tick.
   */
  protected spare = -1;
  /** The value of `spare` at the end of the last tick. */
  protected spareLeft = -1;
  #readsPerTick = NO_LIMIT;
  /** The most frames that an asynchronous tick may have in hand, since it may last. */
  #heldPerTick = 0;
  /** True if admission depends on `spare` and the sole pool alone. */
  #isSimple = false;
  /** The one pool that the node takes slots of, and how many at once. */
  #solePool: Pool | undefined;
  #soleCount = 0;
  /** The one link that leads to the node without closing a loop: the only link of most nodes. */
  #soleReader: LinkReader | undefined;
  /** The one lossless link that leads away from the node, and its burst. */
  #soleGate: LinkWriter | undefined;
  #soleBurst = 0;
  /** The port at the writing end of `#openOut`. */
  #openPort: OutputPort | undefined;
  /** The references that the running tick owns. */
  abstract readonly ledger: Ledger;
  readonly inputs: InputPort[] = [];
  readonly outputs: OutputPort[] = [];
  /**
   * True if the node waits for links when it has none, rather than end: in a live graph, or after an edit added it or
   * took them.
   */
  mayAwaitLinks = false;
  /**
   * True if a required input has no link, or no input of a node driven by frames has one: the node is not ticked until
   * then.
   */
  #lacksLinks = false;
  readonly #readers: LinkReader[] = [];
  /** Links from other lanes that have grown. */
  #grown: RingLinkReader[] | undefined;
  readonly #triggersOnAll: boolean;
  readonly #hasInputs: boolean;
  readonly #gates: Gate[] = [];
  /** Links on this lane that drop: gates of a tick that follows another at once. */
  readonly #spillways: Gate[] = [];
  readonly #needs: PoolNeed[] = [];
  /** Inputs of links from outside, and inputs by which a delay closes a loop. */
  readonly #fed: InputPort[] = [];
  readonly #feedback: InputPort[] = [];
  readonly #page: ControlPage;

  /**
   * Prepares admission of one node.
   *
   * @param index of the node's record
   * @param development whether frames are checked as in development mode
   * @param timing as for {@linkcode CellFigures}
   */
  constructor(
    page: ControlPage,
    index: number,
    descriptor: NodeDescriptor,
    development: boolean,
    timing?: TickTiming,
  ) {
    super(page, index, timing);
    this.#page = page;
    this.mode = descriptor.mode;
    this.isAsync = descriptor.isAsync || descriptor.mode === "external";
    this.usesEventLoop = descriptor.usesEventLoop === true;
    this.isPlain = !this.isAsync && !development;
    this.#triggersOnAll = descriptor.trigger === "all";
    this.#hasInputs = descriptor.inputs.length > 0;
  }

  /** True if links lead to the node that close no loop: it ends when they do. */
  get isFed(): boolean {
    return this.#fed.length > 0;
  }

  /** True if the node waits for links: {@linkcode awaitedInput} decides the same for a node of the graph. */
  get awaitsLinks(): boolean {
    return this.mayAwaitLinks && this.#lacksLinks;
  }

  /** Records the checks that admission and the end need. Call it after links were attached or detached. */
  seal(): void {
    const wasFed = this.#fed.length > 0;
    this.#readers.length = 0;
    this.#grown = undefined;
    this.#fed.length = 0;
    this.#feedback.length = 0;
    this.#gates.length = 0;
    this.#spillways.length = 0;
    this.#needs.length = 0;
    this.#readsPerTick = NO_LIMIT;
    this.#heldPerTick = 0;
    this.spare = -1;
    this.repeats = this.mode === "loop" && !this.isAsync && this.inputs.length === 0;
    for (const input of this.inputs) {
      if (input.link === undefined) continue;
      this.#readers.push(input.link);
      if (input.link.plan.extra !== undefined && input.link instanceof RingLinkReader) {
        (this.#grown ??= []).push(input.link);
      }
      const { kind, capacity } = input.link.plan;
      this.#readsPerTick = Math.min(this.#readsPerTick, readsPerTick(kind, capacity));
      this.#heldPerTick += heldPerTick(kind, capacity, input.link.plan.ring !== undefined);
      (input.link.plan.feedback ? this.#feedback : this.#fed).push(input);
    }
    for (const output of this.outputs) {
      const burst = output.descriptor.burst;
      for (const link of output.losslessLinks) this.#gates.push({ link, burst });
      for (const link of output.shownLinks) {
        if (waitsForRoom(link.plan.policy)) continue;
        // The frames that another lane has read of a link that drops are unknown: more frames at once could be too
        // many.
        if (link.plan.ring !== undefined) this.repeats = false;
        else this.#spillways.push({ link, burst });
      }
      const need = this.#needs.find((each) => each.pool === output.pool);
      if (need === undefined) this.#needs.push({ pool: output.pool, count: Math.min(burst, MAGAZINE_SIZE) });
      else need.count = Math.min(need.count + burst, MAGAZINE_SIZE);
    }
    if (wasFed && this.#fed.length === 0) this.mayAwaitLinks = true;
    this.#lacksLinks = this.inputs.some(({ link, descriptor }) => (
      link === undefined && !descriptor.optional && descriptor.array === undefined
    )) || (this.mode === "push" && this.#hasInputs && this.#readers.length === 0);
    this.#soleReader = this.#readers.length === 1 && this.#fed.length === 1 ? this.#readers[0] : undefined;
    const [gate] = this.#gates;
    const [need] = this.#needs;
    this.#soleGate = this.#gates.length === 1 ? gate.link : undefined;
    this.#soleBurst = this.#gates.length === 1 ? gate.burst : 0;
    this.#solePool = this.#needs.length === 1 ? need.pool : undefined;
    this.#soleCount = this.#needs.length === 1 ? need.count : 0;
    this.#isSimple = !this.isAsync && this.#needs.length <= 1;
    this.#openIn = this.#inToOpen();
    this.#openOut = this.#outToOpen();
    if (this.#openOut !== undefined) this.#openOut.before = this.#openIn;
  }

  /** Opens the ends of links for a tick that was admitted just before. */
  openEnds(): void {
    const from = this.#openIn;
    if (from === undefined || !from.openReading(this.#readsPerTick)) return;
    this.isOpen = true;
    if (this.#openOut !== undefined) this.#openOut.openWriting(this.spare + 1);
    if (this.#solePool !== undefined) this.#solePool.guard(from, this.#soleCount);
  }

  /**
   * Closes the ends of links: when the tick ends, or before an operation that needs exact figures.
   *
   * @param kept records the references that the tick keeps; without it the links give them back
   */
  closeEnds(kept: Ledger | undefined): void {
    this.isOpen = false;
    if (this.#solePool !== undefined) this.#solePool.endGuard();
    const to = this.#openOut;
    const written = to === undefined ? 0 : to.closeWriting();
    if (written > 0) {
      this.writes += written;
      this.framesOut += written;
      this.spare -= written;
      this.#openPort!.noteEnd();
    }
    // A node that acquires frames may have written other frames than it took.
    const passedOn = this.#notesEach ? 0 : written;
    if (!this.#notesEach) this.#noteLastTaken();
    const taken = this.#openIn!.closeReading(kept, this.lastIngressNs, passedOn);
    this.reads += taken;
    this.framesIn += taken;
  }

  /**
   * True if every lossless output has room for its burst, and the pools have slots for it. If not, a change wakes the
   * cell.
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
    this.spare = spare;
    if (spare < 0) return false;
    if (this.#solePool !== undefined) {
      if (!this.#hasSlots(this.#solePool, this.#soleCount)) return false;
    } else {
      for (let k = 0; k < this.#needs.length; k++) {
        if (!this.#hasSlots(this.#needs[k].pool, this.#needs[k].count)) return false;
      }
    }
    if (this.blocked !== BLOCKED_NONE) this.setBlocked(BLOCKED_NONE, 0);
    return true;
  }

  /** True if another tick, at once after this one, would drop nothing. */
  admitAgain(): boolean {
    // No other node has written to the links since the last tick.
    if (this.spareLeft >= 0 && this.#isSimple && this.#spillways.length === 0) {
      const pool = this.#solePool;
      if (pool === undefined || pool.ensure(this.#soleCount)) {
        this.spare = this.spareLeft;
        return true;
      }
    }
    for (let k = 0; k < this.#spillways.length; k++) {
      const { link, burst } = this.#spillways[k];
      if (link.room() < burst) return false;
    }
    return this.admit();
  }

  /**
   * Takes in the extra frames of grown links from other lanes: their writers wait for room even if the node reads
   * nothing.
   */
  takeIn(): void {
    if (this.#grown !== undefined) { for (const link of this.#grown) link.takeIn(); }
  }

  /** True if a push node's trigger is met. */
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
   * True if every writer has ended and every frame was read, or if nothing is connected. Links that close a loop do not
   * count: their frames end with the node itself.
   */
  inputsEnded(): boolean {
    if (this.#soleReader !== undefined) return this.#soleReader.ended();
    if (this.awaitsLinks) return false;
    for (let k = 0; k < this.#fed.length; k++) {
      if (!this.#fed[k].ended) return false;
    }
    return this.#feedback.length === 0 || this.#fed.length > 0;
  }

  /** True if only the loop that the node is on can still bring frames. */
  onlyFeedback(): boolean {
    return this.#soleReader === undefined && this.#feedback.length > 0 && this.inputsEnded();
  }

  /** True if no more frames can arrive. The node may still have unread frames. */
  writersEnded(): boolean {
    if (this.awaitsLinks) return false;
    if (this.#feedback.length > 0 && this.#fed.length === 0) return false;
    return this.#fed.every((input) => this.#page.isEos(input.link!.plan.index));
  }

  /**
   * True if an asynchronous tick must stop at a `read()` although frames are queued, because an edit, a pause or the
   * lane waits.
   *
   * @param port that is read
   */
  protected abstract givesWay(port?: InputPort): boolean;

  /** True if the tick may take one more frame: its outputs have room and it has not taken too many. */
  mayRead(port?: InputPort): boolean {
    if (this.isOpen) this.closeEnds(this.ledger);
    if (this.#isSimple) {
      if (this.reads >= this.#readsPerTick) return false;
      const pool = this.#solePool;
      if (this.spare >= 0 && (pool === undefined || pool.freeInMagazine >= this.#soleCount)) return true;
    } else if (this.isAsync) {
      if (this.givesWay(port) || this.ledger.held() >= this.#heldPerTick) return false;
    } else if (this.reads >= this.#readsPerTick) return false;
    return this.admit();
  }

  took(frame: Frame): void {
    if (this.#notesEach) this.noteTimes(frame);
  }

  acquires(): void {
    if (this.#notesEach) return;
    // Before the slot of the frame read last can be reused.
    if (this.isOpen) this.#noteLastTaken();
    this.#notesEach = true;
  }

  override noteTick(startNs: number, nowNs: number): void {
    super.noteTick(startNs, nowNs);
    for (let k = 0; k < this.#fed.length; k++) {
      const input = this.#fed[k];
      if (input.enteredNs === 0) continue;
      if (this.#fed.length > 1) noteJoinLag(this.#page, input.link!.plan.index, this.lastIngressNs - input.enteredNs);
      input.enteredNs = 0;
    }
  }

  protected override publishLinks(): void {
    for (let k = 0; k < this.#readers.length; k++) this.#readers[k].publish();
    for (let k = 0; k < this.outputs.length; k++) {
      const { links } = this.outputs[k];
      for (let n = 0; n < links.length; n++) links[n].publish();
    }
  }

  /**
   * Reads the times from the header, unless the node gave the frame away in the tick and another lane may have its
   * slot.
   */
  #noteLastTaken(): void {
    const frame = this.#openIn!.lastTaken();
    if (frame === undefined) return;
    if (frame.pool.isHere(frame.slot)) this.noteTimes(frame);
    else this.#notesEach = true;
  }

  /** Returns the link whose end may be open: values and encoded frames need a check at each read. */
  #inToOpen(): LocalLink | undefined {
    const reader = this.#soleReader;
    if (!this.isPlain || !this.#isSimple || !(reader instanceof LocalLink)) return undefined;
    const { kind } = reader.plan;
    return kind === "data" || kind === "encoded" || reader.writer === reader.reader ? undefined : reader;
  }

  #outToOpen(): LocalLink | undefined {
    if (!this.isPlain || !this.#isSimple) return undefined;
    this.#openPort = this.outputs.find(({ shownLinks }) => shownLinks.length > 0);
    const links = this.outputs.flatMap((output) => output.shownLinks);
    const [link] = links;
    return links.length === 1 && link instanceof LocalLink && link.writer !== link.reader ? link : undefined;
  }

  /**
   * Returns how many frames may be written before the link lacks room for the burst; negative if it lacks the room
   * already.
   */
  #roomBeyond(link: LinkWriter, burst: number): number {
    const spare = link.room() - burst;
    if (spare >= 0) return spare;
    const asked = link.awaitRoom() - burst;
    if (asked < 0) this.setBlocked(BLOCKED_LINK, link.plan.index);
    return asked;
  }

  #hasSlots(pool: Pool, count: number): boolean {
    if (pool.ensure(count)) return true;
    pool.awaitSlot();
    if (pool.ensure(count)) return true;
    if (this.blocked !== BLOCKED_POOL) pool.countExhausted();
    this.setBlocked(BLOCKED_POOL, pool.index);
    return false;
  }
}
