/**
 * A session from a router: it counts and weighs items, ends when idle, and leaves its router when it has ended, however
 * it ended.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { sizeOf } from "./execute_session.ts";
import type { RouterClock, SessionEnd, SessionFigures, SessionLimits } from "./router_options.ts";
import { BaseSession, type SessionPorts, type StreamSession } from "./transport.ts";
import { TransportData } from "./transport_data.ts";

/** Most items that may wait for room in one session. */
const MAX_WAITING = 16;

/** Counts of items. */
export interface ItemCounts {
  inputs: number;
  outputs: number;
  inputBytes: number;
  outputBytes: number;
}

/** The router's side of a session. */
export interface SessionPlace {
  readonly clock: RouterClock;
  readonly limits: Required<SessionLimits>;
  /** The rate limits of its inputs. */
  readonly rates: readonly ByteRate[];
  /** The counts of all sessions together. */
  readonly total: ItemCounts;
  /** Its caller, transport and graph. */
  readonly labels: Pick<SessionFigures, "number" | "caller" | "transport" | "graph">;
  /** Reports the end of the session: called once, before the graph is stopped. */
  readonly ended: (session: RoutedSession, how: SessionEnd) => void;
}

/**
 * Limits bytes a second, on average, and delays the excess; several sessions may share one. A second's worth may pass
 * at once.
 */
export class ByteRate {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  /** The time at which all bytes so far are within the rate. */
  #paidAtMs = -Infinity;

  /** @param perSecond bytes a second; `Infinity` for no limit */
  constructor(perSecond: number, nowMs: () => number) {
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
  }

  /** Lets bytes through. @returns the delay before they may pass, milliseconds */
  take(bytes: number): number {
    const nowMs = this.#nowMs();
    this.#paidAtMs = Math.max(this.#paidAtMs, nowMs - 1000) + (1000 * bytes) / this.#perSecond;
    return Math.max(0, this.#paidAtMs - nowMs);
  }
}

/** A session that a router counts. */
export class RoutedSession extends BaseSession {
  /** 122 random bits. */
  override readonly sessionId = crypto.randomUUID();
  readonly #inner: StreamSession;
  readonly #place: SessionPlace;
  readonly #openedMs: number;
  readonly #counts: ItemCounts = { inputs: 0, outputs: 0, inputBytes: 0, outputBytes: 0 };
  /** Bytes of accepted items, including those that wait. */
  #takenBytes = 0;
  #lastMs: number;
  #waiting = 0;
  #callOffIdle = () => {};
  #ending: { readonly how: SessionEnd; readonly done: Promise<void> } | undefined;
  /** Settles when the session ends, to release items that wait for their turn. */
  readonly #isOver = Promise.withResolvers<void>();

  constructor(inner: StreamSession, place: SessionPlace) {
    super();
    this.#inner = inner;
    this.#place = place;
    this.#openedMs = this.#lastMs = place.clock.nowMs();
    this.#watchIdle();
  }

  override get ports(): SessionPorts | undefined {
    return this.#inner.ports;
  }

  override get isActive(): boolean {
    return this.#ending === undefined && this.#inner.isActive;
  }

  /** Its number. */
  get number(): number {
    return this.#place.labels.number;
  }

  /** The runtime of its graph, if it runs in this process. */
  get runtime(): Runtime | undefined {
    return "runtime" in this.#inner ? this.#inner.runtime as Runtime : undefined;
  }

  /** The caller that started it. */
  get caller(): string {
    return this.#place.labels.caller;
  }

  /** Returns its current figures. */
  figures(): SessionFigures {
    const nowMs = this.#place.clock.nowMs();
    const { sessionId } = this;
    return {
      sessionId,
      ...this.#place.labels,
      openMs: nowMs - this.#openedMs,
      idleMs: nowMs - this.#lastMs,
      ...this.#counts,
    };
  }

  override async sendInput(data: TransportData): Promise<void> {
    this.#assertOpen();
    const bytes = sizeOf(data);
    this.#weigh(bytes, data.port);
    if (this.#waiting >= MAX_WAITING) {
      throw new SluiceError(
        "LimitExceeded",
        `Cannot send an item: ${MAX_WAITING} wait for room already; send the next one when one of them was taken`,
        { key: "waiting" },
      );
    }
    this.#waiting++;
    try {
      await this.#turn(bytes);
      this.#assertOpen();
      await this.#inner.sendInput(data);
    } catch (error) {
      throw this.#ending === undefined ? error : this.#gone();
    } finally {
      this.#waiting--;
    }
    this.#count("inputs", "inputBytes", bytes);
  }

  override async recvOutput(): Promise<TransportData | undefined> {
    let data: TransportData | undefined;
    try {
      data = await this.#inner.recvOutput();
    } catch (error) {
      // A second concurrent call is not a failure.
      if (!this.#inner.isActive) await this.end("failed");
      throw error;
    }
    if (data === undefined) {
      await this.end("closed");
      if (this.#ending!.how === "closed" || this.#ending!.how === "failed") return undefined;
      throw this.#gone();
    }
    const bytes = sizeOf(data);
    const { itemBytes } = this.#place.limits;
    if (bytes > itemBytes) {
      await this.end("limit");
      const message = `Cannot give an output of ${bytes} bytes: at most ${itemBytes} are allowed`;
      throw tooLarge(message, "itemBytes", data.port);
    }
    this.#count("outputs", "outputBytes", bytes);
    return data;
  }

  override close(): Promise<void> {
    return this.end("closed");
  }

  /** Ends the session. Only the first end counts. */
  end(how: SessionEnd): Promise<void> {
    if (this.#ending === undefined) {
      const { promise: done, resolve } = Promise.withResolvers<void>();
      this.#ending = { how, done };
      this.#callOffIdle();
      this.#isOver.resolve();
      this.#place.ended(this, how);
      // The graph has already reported errors of its teardown.
      void this.#inner.close().catch(() => {}).then(resolve);
    }
    return this.#ending.done;
  }

  /** Ends the inputs of the graph. */
  async endInputs(): Promise<void> {
    await this.#inner.sendInput(new TransportData({ kind: "end" })).catch(() => {});
  }

  #weigh(bytes: number, port: string | undefined): void {
    const { itemBytes, sessionBytes } = this.#place.limits;
    if (bytes > itemBytes) {
      throw tooLarge(`Cannot send an item of ${bytes} bytes: at most ${itemBytes} are allowed`, "itemBytes", port);
    }
    this.#takenBytes += bytes;
    if (this.#takenBytes <= sessionBytes) return;
    void this.end("limit");
    const message = `Cannot send more than ${sessionBytes} bytes into one session: it was closed`;
    throw tooLarge(message, "sessionBytes", port);
  }

  /** Waits until the rate limits let the bytes through. */
  async #turn(bytes: number): Promise<void> {
    const delayMs = Math.max(...this.#place.rates.map((rate) => rate.take(bytes)));
    if (delayMs === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const callOff = this.#place.clock.after(delayMs, resolve);
    await Promise.race([promise, this.#isOver.promise]);
    callOff();
  }

  #count(items: "inputs" | "outputs", bytes: "inputBytes" | "outputBytes", size: number): void {
    this.#lastMs = this.#place.clock.nowMs();
    for (const counts of [this.#counts, this.#place.total]) {
      counts[items]++;
      counts[bytes] += size;
    }
  }

  #watchIdle(): void {
    const { clock, limits: { idleMs } } = this.#place;
    const leftMs = this.#lastMs + idleMs - clock.nowMs();
    if (leftMs <= 0) void this.end("idle");
    else this.#callOffIdle = clock.after(leftMs, () => this.#watchIdle());
  }

  #assertOpen(): void {
    if (this.#ending !== undefined) throw this.#gone();
  }

  #gone(): SluiceError {
    const why: { readonly [how in SessionEnd]: string } = {
      closed: "it was closed",
      failed: "its graph has failed",
      idle: `it was idle for ${this.#place.limits.idleMs} ms`,
      limit: "it went beyond a limit",
      drained: "the server stops",
    };
    return new SluiceError("Busy", `Cannot use the session: ${why[this.#ending!.how]}`);
  }
}

function tooLarge(message: string, key: keyof SessionLimits, port: string | undefined): SluiceError {
  return new SluiceError("LimitExceeded", message, { key, ...(port !== undefined && { port }) });
}
