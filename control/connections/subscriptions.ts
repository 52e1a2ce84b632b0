/**
 * A client's subscriptions to events and log lines. News is gathered for a moment and sent in one message. For a slow
 * client it is counted and left out, and the client is told once it reads again.
 *
 * @module
 */
import { parsePattern } from "../../core/events/topics.ts";
import type { Feed } from "../answers/feed.ts";
import type { Outbox } from "../answers/outbox.ts";
import { type ControlEvent, type Level, LEVELS, type LogLine } from "../schemas/feed.ts";

/** How long news is gathered, milliseconds. */
const GATHER_MS = 50;

/** The most news in one message; more within {@linkcode GATHER_MS} is left out. */
const MAX_GATHERED = 500;

/** A subscription that can be ended. */
export interface FeedSubscription extends Disposable {
  /** The kept entries that match. */
  readonly recent: readonly (ControlEvent | LogLine)[];
  /** Sends the gathered news now. */
  flush(): void;
}

/**
 * Subscribes to events.
 *
 * @throws {SluiceError} `InvalidConfig` if no topic can match the pattern
 */
export function subscribeEvents(feed: Feed, outbox: Outbox, id: number, topics?: readonly string[]): FeedSubscription {
  const patterns = (topics ?? ["*"]).map(parsePattern);
  const fits = ({ topic }: ControlEvent) => patterns.some((pattern) => pattern(topic));
  const gatherer = new Gatherer<ControlEvent>(outbox, id, (events) => {
    outbox.notify("events", { subscription: id, events });
  });
  const end = feed.listen({ event: (event) => fits(event) && gatherer.add(event), line: () => {} });
  const flush = () => gatherer.flush();
  return { recent: feed.events.filter(fits), flush, [Symbol.dispose]: () => (end(), gatherer.end()) };
}

/** Subscribes to log lines. */
export function subscribeLogs(
  feed: Feed,
  outbox: Outbox,
  id: number,
  choice: { readonly node?: string; readonly level: Level },
): FeedSubscription {
  const least = LEVELS.indexOf(choice.level);
  const fits = ({ nodeId, level }: LogLine) =>
    LEVELS.indexOf(level) >= least && (choice.node === undefined || choice.node === nodeId);
  const gatherer = new Gatherer<LogLine>(outbox, id, (lines) => outbox.notify("logs", { subscription: id, lines }));
  const end = feed.listen({ event: () => {}, line: (line) => fits(line) && gatherer.add(line) });
  const flush = () => gatherer.flush();
  return { recent: feed.lines.filter(fits), flush, [Symbol.dispose]: () => (end(), gatherer.end()) };
}

class Gatherer<T> {
  readonly #outbox: Outbox;
  readonly #id: number;
  readonly #send: (news: T[]) => void;
  #news: T[] = [];
  #dropped = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(outbox: Outbox, id: number, send: (news: T[]) => void) {
    this.#outbox = outbox;
    this.#id = id;
    this.#send = send;
  }

  add(each: T): void {
    if (this.#news.length < MAX_GATHERED) this.#news.push(each);
    else this.#dropped++;
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#outbox.isSlow) {
      this.#dropped += this.#news.length;
      this.#news = [];
      this.#timer = setTimeout(() => this.flush(), GATHER_MS);
      return;
    }
    if (this.#news.length > 0) this.#send(this.#news);
    this.#news = [];
    if (this.#dropped > 0) this.#outbox.notify("resync", { subscription: this.#id, dropped: this.#dropped });
    this.#dropped = 0;
  }
}
