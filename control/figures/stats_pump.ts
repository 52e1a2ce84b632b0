/**
 * Takes readings as often as the fastest subscription wants them, once for all subscriptions, and sends them. A slow
 * client misses readings and gets the newest one when it reads again.
 *
 * @module
 */
import type { RuntimeView } from "../../core/runtime_view.ts";
import { FigureBook } from "./figure_book.ts";
import type { Outbox } from "../answers/outbox.ts";
import { address, StatsEncoder } from "./stats_encoder.ts";
import type { ClientBudget } from "../answers/work_budget.ts";

/** Least time between two notifications of figures, milliseconds. */
const FIGURES_EVERY_MS = 100;

/** Least time between two messages to a client when edits of the graph hurry them, milliseconds. */
const HURRY_EVERY_MS = 50;

/** One subscription. */
interface Follower {
  readonly id: number;
  readonly outbox: Outbox;
  readonly budget: ClientBudget;
  readonly periodMs: number;
  /** The version of the graph that it was sent last. */
  version: number;
  dueMs: number;
  sentMs: number;
  missed: number;
  /** The book's count that it has received. */
  figures: number;
  figuresDueMs: number;
}

/** What the pump reads. */
export interface PumpSource {
  view(): RuntimeView;
  /** A `GraphSnapshot` as JSON. */
  graph(view: RuntimeView): string;
  /** Called with each sent message, for the server's own figures. */
  sent(bytes: number): void;
}

export class StatsPump implements Disposable {
  readonly #source: PumpSource;
  readonly #encoder = new StatsEncoder();
  readonly #book = new FigureBook();
  readonly #followers = new Set<Follower>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: PumpSource) {
    this.#source = source;
  }

  /**
   * Sends figures from the next turn of the event loop on.
   *
   * @param to where to send, and whose time budget it takes; without budget, messages are missed
   * @param version of the graph that the client has
   * @returns a function that ends it
   */
  follow(id: number, to: { outbox: Outbox; budget: ClientBudget }, hz: number, version: number): () => void {
    const dueMs = performance.now();
    const follower: Follower = {
      id,
      ...to,
      periodMs: 1_000 / hz,
      version,
      dueMs,
      sentMs: 0,
      missed: 0,
      figures: 0,
      figuresDueMs: dueMs,
    };
    this.#followers.add(follower);
    this.#schedule();
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size === 0) this[Symbol.dispose]();
    };
  }

  /** Reads the figures as a statistics message for no client. */
  read(view: RuntimeView): Uint8Array<ArrayBuffer> {
    return this.#encoder.encode(view);
  }

  /** Sends to every client soon, because the graph has changed. */
  hurry(): void {
    const nowMs = performance.now();
    for (const follower of this.#followers) {
      follower.dueMs = Math.min(follower.dueMs, Math.max(nowMs, follower.sentMs + HURRY_EVERY_MS));
    }
    this.#schedule();
  }

  /** Sends a last reading now to every client that is not slow. */
  finish(): void {
    for (const follower of this.#followers) follower.dueMs = follower.figuresDueMs = 0;
    this.#pump(true);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#followers.clear();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#followers.size === 0) return;
    let dueMs = Infinity;
    for (const follower of this.#followers) dueMs = Math.min(dueMs, follower.dueMs);
    this.#timer = setTimeout(() => this.#pump(), Math.max(0, dueMs - performance.now()));
  }

  #pump(isLast = false): void {
    const nowMs = performance.now();
    const due = [...this.#followers].filter((follower) => follower.dueMs <= nowMs + 1);
    for (const follower of due) {
      // After a pause it continues from now and does not catch up.
      follower.dueMs = Math.max(follower.dueMs + follower.periodMs, nowMs + follower.periodMs / 2);
    }
    const ready = due.filter((follower) => {
      const isReady = !follower.outbox.isSlow && (isLast || follower.budget.hasTime);
      if (!isReady) follower.missed++;
      return isReady;
    });
    if (ready.length > 0) this.#send(ready, nowMs);
    this.#schedule();
  }

  #send(ready: readonly Follower[], nowMs: number): void {
    const view = this.#source.view();
    const message = ready[0].budget.measure(() => {
      this.#book.read(view);
      return this.#encoder.encode(view);
    });
    for (const follower of ready) {
      follower.budget.measure(() => this.#sendTo(follower, view, message, nowMs));
      follower.budget.sent(message.byteLength);
    }
  }

  #sendTo(follower: Follower, view: RuntimeView, message: Uint8Array<ArrayBuffer>, nowMs: number): void {
    if (follower.version !== view.version) {
      follower.outbox.notifyText("graph.changed", this.#source.graph(view));
      follower.version = view.version;
    }
    this.#tellFigures(follower, nowMs);
    follower.outbox.send(address(message, follower.id, follower.missed));
    follower.missed = 0;
    follower.sentMs = nowMs;
    this.#source.sent(message.byteLength);
  }

  #tellFigures(follower: Follower, nowMs: number): void {
    const news = nowMs < follower.figuresDueMs ? undefined : this.#book.since(follower.figures);
    if (news === undefined) return;
    follower.figures = this.#book.count;
    follower.figuresDueMs = nowMs + FIGURES_EVERY_MS;
    follower.outbox.notify("figures", { subscription: follower.id, ...news });
  }
}
