/**
 * A client's end of `/v1/stream`: web APIs alone.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { isPlainObject } from "../../core/errors/kind_of.ts";
import { BaseSession, type PipelineGraph, type SessionPorts } from "../../core/pipeline/transport.ts";
import type { TransportData, TransportFormat } from "../../core/pipeline/transport_data.ts";
import { ClientState, type SessionOutcome } from "../client_state.ts";
import { fromWireError } from "../wire_error.ts";
import { ReceiveWindow, SendWindow } from "./window.ts";
import { type ClientMessage, isPositive, isWindow, parseObject, type StreamWindow } from "./wire.ts";

/** How long a server may take to close the connection, milliseconds. */
const CLOSE_MS = 1_000;

/** How many beats may be missing before a server counts as gone. */
const BEATS = 3;

/** Close code of RFC 6455: the connection broke off. */
const ABNORMAL = 1006;

/** What a client has of a session. */
export class WebSocketSession extends BaseSession {
  readonly #socket: WebSocket;
  readonly #format: TransportFormat;
  readonly #received: ReceiveWindow;
  readonly #outputs: Uint8Array[] = [];
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #sessionId = "";
  #ports: SessionPorts | undefined;
  /** Beats that are missing. */
  #missed = 0;
  #watch: ReturnType<typeof setInterval> | undefined;
  #inputs: SendWindow | undefined;
  readonly #state = new ClientState();
  #wake: (() => void) | undefined;
  /** Inputs go out one after the other. */
  #sending: Promise<void> = Promise.resolve();

  private constructor(socket: WebSocket, format: TransportFormat, window: StreamWindow) {
    super();
    this.#socket = socket;
    this.#format = format;
    this.#received = new ReceiveWindow(window);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      this.#missed = 0;
      try {
        if (typeof data === "string") this.#control(data);
        else this.#output(new Uint8Array(data as ArrayBuffer));
      } catch (error) {
        this.#finish({ error: error as Error });
        socket.close();
      }
    };
    socket.onclose = ({ code, reason }) => {
      this.#finish({ error: new SluiceError("Busy", lostMessage(code, reason)) });
      this.#closed.resolve();
    };
    // A close follows, with no more to say: browsers tell pages nothing of what failed. Where a socket never opened, the
    // close is left out by some versions of Node.
    socket.onerror = () => {
      if (socket.readyState === WebSocket.OPEN) return;
      this.#finish({ error: new SluiceError("Busy", lostMessage(ABNORMAL, "")) });
      this.#closed.resolve();
    };
    // Whoever opens the session awaits it.
    this.#ready.promise.catch(() => {});
  }

  /**
   * Starts a session on a socket that is being opened.
   *
   * @param window how many outputs may be on their way here
   * @param silenceMs how long the server may say nothing
   * @throws {SluiceError} why the server refused it
   */
  static async open(
    socket: WebSocket,
    graph: PipelineGraph,
    format: TransportFormat,
    window: StreamWindow,
    silenceMs: number,
  ): Promise<WebSocketSession> {
    const session = new WebSocketSession(socket, format, window);
    const message: ClientMessage = { type: "graph", graph, window, beatMs: Math.ceil(silenceMs / BEATS) };
    socket.onopen = () => socket.send(JSON.stringify(message));
    await session.#ready.promise;
    return session;
  }

  /** Names the session to the server. */
  get sessionId(): string {
    return this.#sessionId;
  }

  /** Its ports. */
  override get ports(): SessionPorts | undefined {
    return this.#ports;
  }

  /** Whether it takes or may still give items. */
  get isActive(): boolean {
    const { end } = this.#state;
    return end === undefined || (end.error === undefined && this.#outputs.length > 0);
  }

  /**
   * Sends an item, and waits while too many are on their way. Why the server refuses one is thrown by the next call, which
   * sends nothing then, or by `recvOutput()` at the end.
   */
  async sendInput(data: TransportData): Promise<void> {
    const bytes = this.#format.serialize(data);
    const before = this.#sending;
    const turn = Promise.withResolvers<void>();
    this.#sending = turn.promise;
    try {
      await before;
      while (this.#state.end === undefined && this.#inputs?.hasRoom === false) await this.#inputs.changed();
      this.#state.assertTakes();
      this.#inputs?.sent(bytes.length);
      this.#socket.send(bytes);
    } finally {
      turn.resolve();
    }
  }

  /** The next item of any output. */
  async recvOutput(): Promise<TransportData | undefined> {
    if (this.#wake !== undefined) {
      throw new SluiceError("Busy", "Cannot wait for an output: another call waits already; await that one first");
    }
    while (this.#outputs.length === 0 && this.#state.end === undefined) {
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
    const bytes = this.#outputs.shift();
    if (bytes === undefined) {
      this.#state.assertEndedWell();
      return undefined;
    }
    const items = this.#received.took(bytes.length);
    if (items > 0) this.#tell({ type: "taken", items });
    return this.#format.deserialize(bytes);
  }

  /** Closes the connection, by which the server ends the session. */
  async close(): Promise<void> {
    this.#outputs.length = 0;
    this.#state.refusal = undefined;
    this.#finish({});
    this.#socket.close();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A server that has gone answers nothing.
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, CLOSE_MS));
    await Promise.race([this.#closed.promise, patience]);
    clearTimeout(timer);
  }

  #output(bytes: Uint8Array): void {
    if (this.#state.end !== undefined) return;
    if (!this.#received.received(bytes.length)) {
      throw new SluiceError("InvalidMessage", "Cannot take outputs: the server has sent more than it was allowed");
    }
    this.#outputs.push(bytes);
    this.#wake?.();
  }

  #control(text: string): void {
    const { type, sessionId, window, ports, beatMs, items, error } = parseObject("a message of the server", text);
    if (type === "ready" && typeof sessionId === "string" && isWindow(window)) {
      this.#inputs ??= new SendWindow(window);
      this.#sessionId = sessionId;
      if (isPorts(ports)) this.#ports = ports;
      if (isPositive(beatMs)) this.#watch ??= setInterval(() => this.#miss(beatMs), beatMs);
      return this.#ready.resolve();
    }
    if (type === "beat") return;
    if (type === "taken" && isPositive(items) && this.#inputs?.taken(items) === true) return;
    if (type === "refused") return void (this.#state.refusal ??= fromWireError(error));
    if (type === "failed") return this.#finish({ error: fromWireError(error) });
    if (type === "end") return this.#finish({});
    throw new SluiceError(
      "InvalidMessage",
      `Cannot read a message of the server: ${JSON.stringify(text.slice(0, 100))}`,
    );
  }

  /** Counts beats by a timer, not by the clock: a client that was held up itself hears what has come meanwhile first. */
  #miss(beatMs: number): void {
    if (++this.#missed <= BEATS) return;
    const message =
      `Cannot go on with the session: the server has not answered for over ${BEATS * beatMs / 1000} s; look ` +
      "whether it hangs, or the network is down";
    this.#finish({ error: new SluiceError("Timeout", message) });
    this.#socket.close();
  }

  #finish(end: SessionOutcome): void {
    if (!this.#state.finish(end)) return;
    clearInterval(this.#watch);
    this.#ready.reject(end.error ?? new SluiceError("Busy", "Cannot start a session: it was closed"));
    this.#inputs?.wake();
    this.#wake?.();
  }

  #tell(message: ClientMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

function isPorts(value: unknown): value is SessionPorts {
  const areNames = (names: unknown) => Array.isArray(names) && names.every((each) => typeof each === "string");
  return isPlainObject(value) && areNames(value.inputs) && areNames(value.outputs);
}

function lostMessage(code: number, reason: string): string {
  const why = reason === "" ? `code ${code}` : `code ${code}, ${JSON.stringify(reason)}`;
  return `Cannot go on with the session: the connection was closed (${why}); look whether the server runs and lets you in`;
}
