/**
 * The server's end of `/v1/stream`: a session for as long as its WebSocket is open.
 *
 * The first message names the graph, and `ready` answers it. From then on binary messages are items, both ways, and text
 * messages are about them. Both directions are bounded: a client may have a window of inputs on their way, and no output
 * is taken out of the session before those in front of it have left for the network and, if the client has named a window
 * of its own, been taken.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { isPlainObject } from "../../core/errors/kind_of.ts";
import type { CallerAccess } from "../../core/pipeline/router_options.ts";
import type { PipelineGraph, StreamSession } from "../../core/pipeline/transport.ts";
import type { TransportFormat } from "../../core/pipeline/transport_data.ts";
import { assertAtMost } from "../request_limits.ts";
import { toWireError } from "../wire_error.ts";
import { statusOf } from "./faults.ts";
import { ReceiveWindow, SendWindow } from "./window.ts";
import { isPositive, isWindow, parseObject, type ServerMessage, type StreamWindow } from "./wire.ts";

/** While more than this waits for the network, bytes, no further output is taken out of the session. */
const WAITING_BYTES = 262_144;

/** Time between two looks at what waits for the network, milliseconds: WebSockets tell nothing when it has left. */
const LOOK_MS = 5;

/** The longest text message after the first, characters. */
const MAX_TEXT = 1_024;

/** The least time between two beats, milliseconds. */
const MIN_BEAT_MS = 10;

/** How long a client may take to answer a close, milliseconds. */
const LAST_MS = 1_000;

/** Close codes of RFC 6455. */
const NORMAL = 1000;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;

/** What a stream's client may take. */
export interface StreamLimits {
  /** How many inputs may be on their way. */
  readonly window: StreamWindow;
  /** The most characters of the first message, the graph. */
  readonly graphBytes: number;
  /** How long the first message may take, milliseconds. */
  readonly openMs: number;
}

export class StreamSocket {
  readonly #socket: WebSocket;
  readonly #access: CallerAccess;
  readonly #format: TransportFormat;
  readonly #limits: StreamLimits;
  readonly #inputs: Uint8Array[] = [];
  readonly #received: ReceiveWindow;
  #session: StreamSession | undefined;
  #isAsked = false;
  #isFeeding = false;
  /** What the client allows to be on its way; without, what waits for the network is the only limit. */
  #outputs: SendWindow | undefined;
  /** Time between two beats, which a client asks for. */
  #beatMs: number | undefined;
  #isOver = false;
  readonly #over = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();

  /** @param socket of an upgrade just now */
  constructor(socket: WebSocket, access: CallerAccess, format: TransportFormat, limits: StreamLimits) {
    this.#socket = socket;
    this.#access = access;
    this.#format = format;
    this.#limits = limits;
    this.#received = new ReceiveWindow(limits.window);
    socket.binaryType = "arraybuffer";
    const timer = setTimeout(() => {
      this.#fail(new SluiceError("Timeout", `Cannot start a session: no graph came within ${limits.openMs} ms`));
      // A client that leaves before its upgrade is answered leaves a socket that never opens and fires no event.
      if (socket.readyState === WebSocket.CONNECTING) this.#leave();
    }, limits.openMs);
    void this.#over.promise.then(() => clearTimeout(timer));
    socket.onopen = () => {
      if (this.#isOver) socket.close(POLICY_VIOLATION, "too late");
    };
    socket.onmessage = ({ data }) => {
      if (!this.#isAsked) clearTimeout(timer);
      try {
        this.#read(data);
      } catch (error) {
        this.#fail(error);
      }
    };
    socket.onclose = () => this.#leave();
    // A close follows.
    socket.onerror = () => {};
  }

  /** Resolves once the connection is no more and its session has closed. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Ends the session and the connection. */
  close(): void {
    if (!this.#isOver) this.#finish(GOING_AWAY, "the server ends");
  }

  #read(data: string | ArrayBuffer): void {
    if (this.#isOver) return;
    if (!this.#isAsked) return this.#start(data);
    if (typeof data === "string") return this.#control(data);
    if (!this.#received.received(data.byteLength)) {
      const { items, bytes } = this.#limits.window;
      const message =
        `Cannot take the item: more than ${items} items or ${bytes} bytes are on their way; wait for "taken"`;
      throw new SluiceError("LimitExceeded", message, { key: "window" });
    }
    this.#inputs.push(new Uint8Array(data));
    void this.#feed();
  }

  #start(data: string | ArrayBuffer): void {
    if (typeof data !== "string") {
      throw new SluiceError(
        "InvalidMessage",
        "Cannot start a session: the first message is binary, wanted the graph as text",
      );
    }
    assertAtMost("graphBytes", data.length, this.#limits.graphBytes);
    const { type, graph, window, beatMs } = parseObject("the first message", data);
    if (type !== "graph" || !(typeof graph === "string" || isPlainObject(graph))) {
      const message = 'Cannot start a session: wanted {"type": "graph", "graph": NAME or OBJECT} as the first message';
      throw new SluiceError("InvalidMessage", message, { key: "graph" });
    }
    if (window !== undefined && !isWindow(window)) {
      const message = 'Cannot start a session: wanted {"items": NUMBER, "bytes": NUMBER} as "window"';
      throw new SluiceError("InvalidMessage", message, { key: "window" });
    }
    this.#isAsked = true;
    if (window !== undefined) this.#outputs = new SendWindow(window);
    if (isPositive(beatMs)) this.#beat(Math.max(beatMs, MIN_BEAT_MS));
    void this.#run(graph as PipelineGraph);
  }

  /** Tells the client that the server lives, for as long as nothing else waits for the network. */
  #beat(beatMs: number): void {
    this.#beatMs = beatMs;
    const timer = setInterval(() => this.#socket.bufferedAmount === 0 && this.#tell({ type: "beat" }), beatMs);
    void this.#over.promise.then(() => clearInterval(timer));
  }

  #control(text: string): void {
    if (text.length > MAX_TEXT) {
      throw new SluiceError("InvalidMessage", "Cannot read a message: it is too long for text");
    }
    const { type, items } = parseObject("a message", text);
    if (type !== "taken" || !isPositive(items)) {
      throw new SluiceError("InvalidMessage", 'Cannot read a message: wanted {"type": "taken", "items": NUMBER}');
    }
    if (this.#outputs?.taken(items) === true) return;
    throw new SluiceError("InvalidMessage", `Cannot count ${items} items as taken: so many are not on their way`);
  }

  async #run(graph: PipelineGraph): Promise<void> {
    try {
      const session = await this.#access.stream(graph);
      this.#session = session;
      if (this.#isOver) return void await session.close();
      const { sessionId, ports } = session;
      const more = {
        ...(ports !== undefined && { ports }),
        ...(this.#beatMs !== undefined && { beatMs: this.#beatMs }),
      };
      this.#tell({ type: "ready", sessionId, window: this.#limits.window, ...more });
      void this.#feed();
      while (await this.#hasRoom()) {
        const data = await session.recvOutput();
        if (this.#isOver) return;
        if (data === undefined) {
          this.#tell({ type: "end" });
          return this.#finish(NORMAL, "");
        }
        const bytes = this.#format.serialize(data);
        this.#outputs?.sent(bytes.length);
        this.#socket.send(bytes);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Waits until another output may be sent. @returns `false` once the connection is over */
  async #hasRoom(): Promise<boolean> {
    while (!this.#isOver && this.#outputs?.hasRoom === false) {
      await Promise.race([this.#outputs.changed(), this.#over.promise]);
    }
    return await this.#hasDrained();
  }

  /** Waits until little waits for the network. @returns `false` once the connection is over */
  async #hasDrained(): Promise<boolean> {
    while (!this.#isOver && this.#socket.bufferedAmount > WAITING_BYTES) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return !this.#isOver;
  }

  /** Gives the session the inputs that have come, one after the other. */
  async #feed(): Promise<void> {
    const session = this.#session;
    if (session === undefined || this.#isFeeding) return;
    this.#isFeeding = true;
    try {
      // Answers are bounded, too: a client that does not read them is not read either.
      while (this.#inputs.length > 0 && await this.#hasDrained()) {
        const bytes = this.#inputs.shift()!;
        const { length } = bytes;
        try {
          await session.sendInput(this.#format.deserialize(bytes));
        } catch (error) {
          // Why a session failed comes out of its outputs.
          this.#tell({ type: "refused", error: toWireError(error) });
        }
        const items = this.#received.took(length);
        if (items > 0) this.#tell({ type: "taken", items });
      }
    } finally {
      this.#isFeeding = false;
    }
  }

  #tell(message: ServerMessage): void {
    if (!this.#isOver && this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    const wire = toWireError(error);
    this.#tell({ type: "failed", error: wire });
    this.#finish(statusOf(error) >= 500 ? INTERNAL_ERROR : POLICY_VIOLATION, wire.code);
  }

  /**
   * Closes the session now, and the connection once the client has received what waits. One that does not receive it
   * keeps its place until Deno misses its answers to pings: what waits for a closed socket, Deno would hold for as long as
   * the other end likes.
   */
  #finish(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#end();
    const look = () => {
      if (this.#socket.bufferedAmount > 0) return;
      clearInterval(timer);
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code, reason);
      // A client that does not answer the close holds nothing any more.
      const patience = setTimeout(() => this.#leave(), LAST_MS);
      void this.gone.then(() => clearTimeout(patience));
    };
    const timer = setInterval(look, LOOK_MS);
    void this.gone.then(() => clearInterval(timer));
    look();
  }

  #end(): void {
    this.#isOver = true;
    this.#inputs.length = 0;
    this.#over.resolve();
    void this.#closeSession();
  }

  /** The connection is no more. */
  #leave(): void {
    this.#end();
    void this.#closeSession().then(() => this.#gone.resolve());
  }

  /** What it throws is why the session failed, which its outputs have told. */
  async #closeSession(): Promise<void> {
    await this.#session?.close().catch(() => {});
  }
}
