/**
 * The outputs of a session for readers that come and go. It keeps the last events that were given, so that a reader whose
 * connection broke goes on behind the last one that it has. Nothing is read from the session before a reader wants it:
 * without one, and with a slow one, the graph waits or drops by its links' policies.
 *
 * @module
 */
import type { StreamSession } from "../../core/pipeline/transport.ts";
import type { TransportData } from "../../core/pipeline/transport_data.ts";
import { HttpFault } from "./faults.ts";
import { toWireError } from "../wire_error.ts";

/** How much is kept for readers that come back. */
export interface LogLimits {
  /** Events of a session. */
  readonly resumeEvents: number;
  /** Characters of them; the last event is always kept. */
  readonly resumeBytes: number;
}

/** Something that a reader is told. */
export interface LoggedEvent {
  /** Counts the items from 1; absent for what is no item. */
  readonly id?: number;
  /** `missed`: how many items were kept no longer. */
  readonly event: "item" | "missed" | "end" | "failed";
  /** JSON. */
  readonly data: string;
}

export class OutputLog {
  readonly #session: StreamSession;
  readonly #write: (data: TransportData) => string;
  readonly #limits: LogLimits;
  readonly #kept: string[] = [];
  #keptBytes = 0;
  #last = 0;
  #missed = 0;
  #end: LoggedEvent | undefined;
  #receiving: Promise<void> | undefined;
  #reader: LogReader | undefined;

  /** @param write an item as JSON, on one line */
  constructor(session: StreamSession, write: (data: TransportData) => string, limits: LogLimits) {
    this.#session = session;
    this.#write = write;
    this.#limits = limits;
  }

  /** The id of the last item, or 0. */
  get last(): number {
    return this.#last;
  }

  /** How many items readers have asked for that were kept no longer. */
  get missed(): number {
    return this.#missed;
  }

  /** What ended the outputs; `undefined` until then. */
  get end(): LoggedEvent | undefined {
    return this.#end;
  }

  /**
   * Starts a reader behind an event, and ends the one before it, whose connection may be half open.
   *
   * @throws {HttpFault} 400 if there is no such event yet
   */
  readAfter(id: number): LogReader {
    if (!(Number.isSafeInteger(id) && id >= 0 && id <= this.#last)) {
      const message = `Cannot go on behind event ${id}: wanted a whole number from 0 to ${this.#last}, the last event`;
      throw new HttpFault(400, "InvalidMessage", message, { key: "Last-Event-ID" });
    }
    this.#reader?.close();
    return this.#reader = new LogReader(this, id);
  }

  /** The event behind an id: the item, or that some are missing; `undefined` if there is none yet. */
  eventAfter(id: number): LoggedEvent | undefined {
    if (id === this.#last) return undefined;
    const first = this.#last - this.#kept.length + 1;
    if (id + 1 >= first) return { id: id + 1, event: "item", data: this.#kept[id + 1 - first] };
    const items = first - 1 - id;
    this.#missed += items;
    return { id: first - 1, event: "missed", data: JSON.stringify({ items }) };
  }

  /** Takes one more item out of the session, once for all who wait. Never throws: what went wrong is the end. */
  receive(): Promise<void> {
    return this.#receiving ??= this.#receive().finally(() => this.#receiving = undefined);
  }

  async #receive(): Promise<void> {
    try {
      const data = await this.#session.recvOutput();
      if (data === undefined) this.#end = { event: "end", data: "{}" };
      else this.#keep(this.#write(data));
    } catch (error) {
      this.#end = { event: "failed", data: JSON.stringify({ error: toWireError(error) }) };
      await this.#session.close().catch(() => {});
    }
  }

  #keep(text: string): void {
    this.#kept.push(text);
    this.#keptBytes += text.length;
    this.#last++;
    const { resumeEvents, resumeBytes } = this.#limits;
    while (this.#kept.length > 1 && (this.#kept.length > resumeEvents || this.#keptBytes > resumeBytes)) {
      this.#keptBytes -= this.#kept.shift()!.length;
    }
  }
}

/** One connection that reads. */
export class LogReader {
  readonly #log: OutputLog;
  #id: number;
  #isClosed = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(log: OutputLog, id: number) {
    this.#log = log;
    this.#id = id;
  }

  /** The next event; `undefined` behind the end, and once the reader was closed. */
  async next(): Promise<LoggedEvent | undefined> {
    for (;;) {
      if (this.#isClosed) return undefined;
      const event = this.#log.eventAfter(this.#id);
      if (event !== undefined) {
        this.#id = event.id!;
        return event;
      }
      if (this.#log.end !== undefined) {
        this.close();
        return this.#log.end;
      }
      await Promise.race([this.#log.receive(), this.#closed.promise]);
    }
  }

  /** Ends the reader; the session goes on. */
  close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
  }
}
