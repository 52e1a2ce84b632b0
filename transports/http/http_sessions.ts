/**
 * The sessions that clients hold by requests of their own, without a connection that stays. The router limits and ends
 * them; here is what they have beside: the log of their outputs, and who is giving input just now. A session that has
 * ended stays for a while, so that a reader who comes back gets the rest.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { CallerAccess } from "../../core/pipeline/router_options.ts";
import type { PipelineGraph, StreamSession } from "../../core/pipeline/transport.ts";
import type { TransportData } from "../../core/pipeline/transport_data.ts";
import { HttpFault } from "./faults.ts";
import { type LogLimits, OutputLog } from "./output_log.ts";

/** Time between two looks for sessions that have ended, milliseconds. */
const LOOK_MS = 1_000;

/** How many that have ended are kept for readers; of more, those that were started first go at once. */
const MOST_KEPT = 64;

/** One session. */
export interface HttpSession {
  readonly session: StreamSession;
  /** Who started it. */
  readonly caller: string;
  readonly log: OutputLog;
  /** Whether a request is giving it items: a second one would get between them. */
  isTaking: boolean;
}

interface Place extends HttpSession {
  /** When it was first seen to have ended. */
  endedMs?: number;
}

export class HttpSessions {
  readonly #places = new Map<string, Place>();
  readonly #limits: LogLimits & { readonly keepMs: number };
  readonly #write: (data: TransportData) => string;
  readonly #nowMs: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #missed = 0;
  #isClosed = false;

  /** @param nowMs a clock, milliseconds */
  constructor(
    limits: LogLimits & { readonly keepMs: number },
    write: (data: TransportData) => string,
    nowMs = () => performance.now(),
  ) {
    this.#limits = limits;
    this.#write = write;
    this.#nowMs = nowMs;
  }

  /** How many there are, those that have ended and are kept among them. */
  get size(): number {
    return this.#places.size;
  }

  /** How many items readers have asked for that were kept no longer. */
  get missed(): number {
    return [...this.#places.values()].reduce((sum, { log }) => sum + log.missed, this.#missed);
  }

  /** Starts a session. */
  async open(access: CallerAccess, graph: PipelineGraph): Promise<HttpSession> {
    const session = await access.stream(graph);
    if (this.#isClosed) {
      await session.close();
      throw new HttpFault(503, "Busy", "Cannot start a session: the server ends");
    }
    const log = new OutputLog(session, this.#write, this.#limits);
    const place: Place = { session, caller: access.caller, log, isTaking: false };
    this.#places.set(session.sessionId, place);
    this.sweep();
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.sweep(), LOOK_MS);
      Deno.unrefTimer(this.#timer);
    }
    return place;
  }

  /** @throws {SluiceError} `SessionNotFound`, also for one of another caller */
  get(access: CallerAccess, id: string): HttpSession {
    const place = this.#places.get(id);
    if (place !== undefined && place.caller === access.caller) return place;
    const shown = JSON.stringify(id.slice(0, 100));
    throw new SluiceError("SessionNotFound", `Cannot find session ${shown}: there is none of that id, or it has ended`);
  }

  /** Closes a session, and forgets it. */
  async close(access: CallerAccess, id: string): Promise<void> {
    const { session } = this.get(access, id);
    this.#forget(id);
    await session.close();
  }

  /** Forgets sessions that have ended long enough ago, or are too many. */
  sweep(): void {
    const nowMs = this.#nowMs();
    const ended = [...this.#places].filter(([, { session }]) => !session.isActive);
    for (const [at, [id, place]] of ended.entries()) {
      place.endedMs ??= nowMs;
      if (nowMs - place.endedMs >= this.#limits.keepMs || ended.length - at > MOST_KEPT) this.#forget(id);
    }
  }

  /** Closes all. */
  async closeAll(): Promise<void> {
    this.#isClosed = true;
    const sessions = [...this.#places.values()].map(({ session }) => session);
    for (const id of [...this.#places.keys()]) this.#forget(id);
    await Promise.allSettled(sessions.map((session) => session.close()));
  }

  #forget(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#missed += place.log.missed;
    this.#places.delete(id);
    if (this.#places.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
