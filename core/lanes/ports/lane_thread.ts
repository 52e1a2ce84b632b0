/**
 * One thread of a lane, from its creation until it has gone, with the session's knowledge of it. When a lane's thread
 * is replaced, the lane gets another object.
 *
 * @module
 */
import type { ControlPage } from "../../control_page.ts";
import { SluiceError } from "../../errors.ts";
import type { LaneKind } from "../../placement/lane_options.ts";
import { asksFor, isSameSchedule, type Schedule } from "../../placement/schedule.ts";
import type { LanePort } from "./lane_port.ts";
import type { AnnouncedFormat, LaneCommand, LaneReport } from "../messages.ts";
import { isLaneDead, type LaneLife } from "../../memory/reclaim.ts";
import type { NodeEntry } from "../../graph/entries.ts";
import { type LaneEvent, type LaneState, type LaneTraits, OWN_REPORTS, stateAfter, TRAITS } from "./lane_states.ts";

/** How long the last reports of a lost thread may take to arrive, milliseconds. */
const LAST_WORDS_MS = 1_000;

/**
 * The reason why another thread takes a lane's place. `ended`: the thread ended, and the `error` event is published;
 * `stuck`: a node of the graph keeps it; `draft`: a node that an edit prepares keeps it; `gone`: a node that an edit
 * removed keeps it; `asked`: a caller asked for it, whatever the nodes' supervision says.
 */
export type LossCause = "ended" | "stuck" | "draft" | "gone" | "asked";

/** The loss of a thread. */
export interface LaneLoss {
  readonly error: Error;
  readonly cause: LossCause;
}

/** A call that was under way at the last look of the watch. */
export interface LaneCall {
  readonly node: NodeEntry;
  /** Equal while the same call lasts. */
  readonly signs: string;
  /** Rounds of the lane; -1 if the lane is in no call, and work that the node has left behind keeps the thread. */
  readonly rounds: number;
  readonly sinceNs: number;
}

/** The progress of a lane at a look at which it called no node. */
export interface Stand {
  readonly rounds: number;
  readonly lookedAtNs: number;
  /** How long it has made no round, at least, nanoseconds. */
  readonly stoodNs: number;
  /** True if nothing but kept work explains that. */
  readonly isKept: boolean;
}

/** The result of a look at a thread that a node keeps and that is not replaced. */
export interface LaneHold {
  readonly error: SluiceError;
  /** The most that a call of the node may take, nanoseconds. */
  readonly limitNs: number;
  /** True if the node keeps the thread by a process of its own, which can be killed. */
  readonly isIsolated: boolean;
  /** How long the node was seen to keep the thread, nanoseconds. */
  readonly forNs: number;
}

/** Receives the events of every thread. */
export interface LaneListener {
  /** A thread sent a report that its state lets it send. */
  readonly report: (lane: LaneThread, report: LaneReport) => void;
  /** A thread changed its state. */
  readonly changed: (lane: LaneThread, before: LaneState) => void;
}

/** One thread of a lane. */
export class LaneThread {
  readonly name: string;
  /** The index of its lane. */
  readonly index: number;
  readonly kind: LaneKind;
  /** Identifies the thread in its record and in the tables of holds. */
  readonly life: LaneLife;
  /** Counts the threads of its lane from 1. Threads of other lanes may have had the index before. */
  readonly ordinal: number;
  /** Refusals of the system that the lane runs with, such as of a priority. */
  readonly warnings: string[];
  /** The priority and the processors that the thread was given. `SessionLanes` sets it when it makes the thread. */
  schedule: Schedule = {};
  /** The progress of its rounds at the last look of the watch, which writes it, if the lane called no node then. */
  stand: Stand | undefined;
  /**
   * The call under way at the last look of the watch, which writes it. A new thread begins with the old thread's call.
   */
  call: LaneCall | undefined;
  /** The hold of a node on the thread at the last look of the watch, which writes it. */
  hold: LaneHold | undefined;
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
    this.call = before?.call;
    this.#listener = listener;
    this.#state = before === undefined ? "starting" : "reopening";
    // If another lane fails first, no caller waits for this one.
    this.#opening.promise.catch(() => {});
  }

  /**
   * Starts the thread. @param make makes its port, given a function that takes its reports @throws the error of `make`
   */
  run(make: (onReport: (report: LaneReport) => void) => LanePort): void {
    this.#port = make((report) => this.#hear(report));
  }

  get state(): LaneState {
    return this.#state;
  }

  get is(): LaneTraits {
    return TRAITS[this.#state];
  }

  /** True if the thread holds the lane's name and has not closed. */
  get isOpen(): boolean {
    return this.is.current === true && this.#state !== "closed";
  }

  /** The loss of the thread, if it was lost. */
  get loss(): LaneLoss | undefined {
    return this.#loss;
  }

  /**
   * True if the thread is known to have ended. Only the port knows that of a worker that failed before it ran the lane.
   */
  isDead(page: ControlPage): boolean {
    return this.#port?.hasEnded === true || isLaneDead(page, this.life);
  }

  /** True if this many looks found the thread dead: by then its last reports have arrived. */
  wasDeadFor(looks: number, page: ControlPage): boolean {
    return this.isDead(page) && ++this.#deadLooks >= looks;
  }

  send(command: Exclude<LaneCommand, { kind: "init" }>): void {
    this.#port?.send(command);
  }

  /** Applies a changed request of its nodes. The thread keeps settings without a request. */
  reschedule(schedule: Schedule): void {
    if (this.kind === "main" || !asksFor(schedule) || isSameSchedule(schedule, this.schedule)) return;
    this.schedule = schedule;
    this.send({ kind: "schedule", schedule });
  }

  /** The formats that its nodes announce, once they are open; none if the thread is lost before. */
  get whenOpen(): Promise<readonly AnnouncedFormat[]> {
    return this.#opening.promise;
  }

  /** True while its nodes are being opened. */
  get isOpening(): boolean {
    return this.#state === "starting" || this.#state === "reopening";
  }

  /** Reports that the thread opened its nodes. Does nothing if no caller waits. */
  opened(formats: readonly AnnouncedFormat[]): void {
    if (!this.isOpening) return;
    this.#opening.resolve(formats);
    this.#meet("opened");
  }

  /** Refuses the opening of its nodes. @returns whether it was opening them: then its waiting callers get the error */
  refuseOpening(error: Error): boolean {
    if (!this.isOpening) return false;
    this.#opening.reject(error);
    this.#meet("refused");
    return true;
  }

  /** Marks the thread as lost, because it ended or a node keeps it, and another thread takes its place. */
  lose(loss: LaneLoss): void {
    // The start continues without it.
    this.#opening.resolve([]);
    this.#loss = loss;
    this.#meet("lost");
    this.#lastWords = setTimeout(() => this.silence(), LAST_WORDS_MS);
  }

  /** Ends the wait for the last reports of a lost thread. */
  silence(): void {
    this.#meet("silenced");
  }

  /** Marks the thread as running: it took over the links and the nodes of the thread before it. */
  joined(): void {
    this.#meet("joined");
  }

  /** Tells the thread to close while the others continue. @returns settles once it has closed */
  end(): Promise<void> {
    if (this.#state === "closed") return Promise.resolve();
    this.#meet("endRequested");
    this.send({ kind: "close" });
    return this.#closing.promise;
  }

  /** Marks the thread as closed, by its report or because it was found dead. */
  closed(): void {
    this.#meet("closed");
    this.#closing.resolve();
  }

  /** Marks the thread as late: it did not close in time, and the graph continues without it. */
  goOnWithout(): void {
    this.#meet("overdue");
  }

  /** Gives up a thread that does not end. */
  fence(): void {
    this.#meet("fenced");
  }

  /** Marks the thread as gone: it came back after it was given up, and gave back its slots. */
  left(): void {
    this.#meet("left");
  }

  /** Frees the index of a thread that ended. */
  free(): void {
    this.#meet("freed");
  }

  /** Abandons a thread that has not closed at the end of the run. */
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
      // The session's object of a thread must not keep its worker alive.
      this.#port = undefined;
    }
    this.#listener.changed(this, before);
  }
}
