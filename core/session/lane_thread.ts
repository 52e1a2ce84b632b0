/**
 * One thread of a lane, from when it is made until nothing of it is left: everything that the session knows of it. A
 * lane whose thread is replaced goes on with another of these.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import { SluiceError } from "../errors.ts";
import type { LaneKind } from "../placement/lane_options.ts";
import type { LanePort } from "../lanes/lane_port.ts";
import type { AnnouncedFormat, LaneCommand, LaneReport } from "../lanes/messages.ts";
import { isLaneDead, type LaneLife } from "../memory/reclaim.ts";
import { type LaneEvent, type LaneState, type LaneTraits, OWN_REPORTS, stateAfter, TRAITS } from "./lane_states.ts";
import { RoundWatch } from "./round_watch.ts";

/** How long what a lost thread said last may be on its way, milliseconds. */
const LAST_WORDS_MS = 1_000;

/**
 * Why another thread has to take a lane's place. `ended`: the thread has, and the `error` event is out; `stuck`: a node
 * keeps it; `draft`: one does that an edit was to make ready; `gone`: one that an edit has taken out; `asked`: somebody
 * wants it so, whatever was chosen for the nodes' failures.
 */
export type LossCause = "ended" | "stuck" | "draft" | "gone" | "asked";

/** How a thread was lost. */
export interface LaneLoss {
  readonly error: Error;
  readonly cause: LossCause;
}

/** Who is told of threads. */
export interface LaneListener {
  /** A thread has said something that is to be taken. */
  readonly report: (lane: LaneThread, report: LaneReport) => void;
  /** A thread has come to another state. */
  readonly changed: (lane: LaneThread, before: LaneState) => void;
}

/** One thread of a lane. */
export class LaneThread {
  readonly name: string;
  /** Of the lane. */
  readonly index: number;
  readonly kind: LaneKind;
  /** What its record and the tables of holds know it by. */
  readonly life: LaneLife;
  /** Counts the threads of its lane from 1: others may have had the index before. */
  readonly ordinal: number;
  /** What the system refused the lane. */
  readonly warnings: string[];
  /** How its rounds go on, as the watch sees it. */
  readonly rounds: RoundWatch = new RoundWatch();
  readonly #listener: LaneListener;
  readonly #opening = Promise.withResolvers<readonly AnnouncedFormat[]>();
  readonly #closing = Promise.withResolvers<void>();
  #port: LanePort | undefined;
  #state: LaneState;
  #loss: LaneLoss | undefined;
  #lastWords: ReturnType<typeof setTimeout> | undefined;
  #deadLooks = 0;

  /** @param before the thread whose place it takes */
  constructor(name: string, kind: LaneKind, life: LaneLife, listener: LaneListener, before?: LaneThread) {
    this.name = name;
    this.index = life.lane;
    this.kind = kind;
    this.life = life;
    this.ordinal = (before?.ordinal ?? 0) + 1;
    this.warnings = before?.warnings ?? [];
    this.#listener = listener;
    this.#state = before === undefined ? "starting" : "reopening";
    // Where another lane fails first, nobody waits for this one any more.
    this.#opening.promise.catch(() => {});
  }

  /** Starts the thread. @param make is given what takes the thread's reports @throws what `make` throws */
  run(make: (onReport: (report: LaneReport) => void) => LanePort): void {
    this.#port = make((report) => this.#hear(report));
  }

  get state(): LaneState {
    return this.#state;
  }

  get is(): LaneTraits {
    return TRAITS[this.#state];
  }

  /** Whether it has the lane's name and has not closed. */
  get isOpen(): boolean {
    return this.is.current === true && this.#state !== "closed";
  }

  /** How it was lost, if it was. */
  get loss(): LaneLoss | undefined {
    return this.#loss;
  }

  /** Whether it is known to have ended. A worker that has failed before it ran the lane leaves no other proof. */
  isDead(page: ControlPage): boolean {
    return this.#port?.hasEnded === true || isLaneDead(page, this.life);
  }

  /** Whether so many looks have found it dead: then nothing that it said is on its way any more. */
  wasDeadFor(looks: number, page: ControlPage): boolean {
    return this.isDead(page) && ++this.#deadLooks >= looks;
  }

  send(command: Exclude<LaneCommand, { kind: "init" }>): void {
    this.#port?.send(command);
  }

  /** The formats that its nodes announce, once they are open; none where it is lost before. */
  get whenOpen(): Promise<readonly AnnouncedFormat[]> {
    return this.#opening.promise;
  }

  /** Whether its nodes are being opened. */
  get isOpening(): boolean {
    return this.#state === "starting" || this.#state === "reopening";
  }

  /** It has opened its nodes. Of one that nobody waits for any more that changes nothing. */
  opened(formats: readonly AnnouncedFormat[]): void {
    if (!this.isOpening) return;
    this.#opening.resolve(formats);
    this.#meet("opened");
  }

  /** It cannot open its nodes. @returns whether it was opening them, so that whoever waits for it is told */
  refuseOpening(error: Error): boolean {
    if (!this.isOpening) return false;
    this.#opening.reject(error);
    this.#meet("refused");
    return true;
  }

  /** It has ended or is kept, and another thread is to take its place. */
  lose(loss: LaneLoss): void {
    // A start goes on without it.
    this.#opening.resolve([]);
    this.#loss = loss;
    this.#meet("lost");
    this.#lastWords = setTimeout(() => this.silence(), LAST_WORDS_MS);
  }

  /** Nobody waits for the last words of a lost one any longer. */
  silence(): void {
    this.#meet("silenced");
  }

  /** It has the links and the nodes of the thread before it. */
  joined(): void {
    this.#meet("joined");
  }

  /** It is to close, while the others go on. @returns settles when it has closed, or was closed before */
  end(): Promise<void> {
    if (this.#state === "closed") return Promise.resolve();
    this.#meet("told");
    this.send({ kind: "close" });
    return this.#closing.promise;
  }

  /** It has closed, or something else has ended it. */
  closed(): void {
    this.#meet("closed");
    this.#closing.resolve();
  }

  /** It was told to close and does not: the graph goes on without it. */
  goOnWithout(): void {
    this.#meet("overdue");
  }

  /** It does not end, and is given up. */
  fence(): void {
    this.#meet("fenced");
  }

  /** It has given back what it held after it was given up. */
  left(): void {
    this.#meet("left");
  }

  /** It has ended, and its index is free. */
  free(): void {
    this.#meet("freed");
  }

  /** The run is over, and it has not closed. */
  abandon(): void {
    this.#meet("abandoned");
  }

  /** Ends the thread, after it was asked to close. */
  terminate(): void {
    this.#port?.terminate();
  }

  #hear(report: LaneReport): void {
    const { hears } = this.is;
    if (hears === "all" || (hears === "own" && OWN_REPORTS.has(report.kind))) this.#listener.report(this, report);
  }

  #meet(event: LaneEvent): void {
    const before = this.#state;
    this.#state = stateAfter(this.name, before, event);
    if (before === this.#state) return;
    this.#deadLooks = 0;
    if (this.#state !== "lost") clearTimeout(this.#lastWords);
    if (!this.isOpening) this.#opening.reject(new SluiceError("Busy", `Lane "${this.name}" ended before it was ready`));
    if (this.#state === "gone" || this.#state === "fenced") {
      this.terminate();
      // A worker that has ended is not to be kept by what is known of it.
      this.#port = undefined;
    }
    this.#listener.changed(this, before);
  }
}
