/**
 * The client of `/rpc` for the page and the command line: calls, and a live view that survives lost connections. It
 * uses only web standards, and only types of the core.
 *
 * After each connection the client renews the subscriptions of {@linkcode ControlClient.watch}. Listeners then get a
 * snapshot (`graph`, and recent `events` and `logs` that they have not had), followed by changes.
 *
 * @module
 */
import { RPC_PROTOCOL, TOKEN_PROTOCOL_PREFIX } from "../schemas/address.ts";
import { ClientCalls, ControlError, UnansweredCall } from "./client_calls.ts";
import { type ClientEvents, ClientListeners, type ConnectionStatus } from "./client_events.ts";
import type { ClientOptions } from "./client_options.ts";
import { LiveGraph } from "./live_graph.ts";
import type { ControlEvent, Level, LogLine } from "../schemas/feed.ts";
import type { GraphSnapshot } from "../schemas/graph.ts";
import {
  type MethodName,
  type MethodParams,
  type MethodResult,
  type NotificationName,
  type NotificationParams,
  NOTIFICATIONS,
} from "../schemas/methods.ts";
import { decodeStats, readStatsHead } from "../schemas/stats_frame.ts";
import { isTapMessage, readTap } from "../schemas/tap.ts";

export { ControlError, UnansweredCall } from "./client_calls.ts";
export type { ClientEvents, ConnectionStatus } from "./client_events.ts";
export type { ClientOptions } from "./client_options.ts";

/** First and longest wait before a new connection by default, milliseconds. */
const MIN_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;

/** How long a call may take by default, milliseconds. */
const CALL_TIMEOUT_MS = 10_000;

/** After this silence the client pings the server, milliseconds. */
const SILENCE_MS = 10_000;

/** What a client follows. It does not follow what is absent. */
export interface WatchOptions {
  /** Statistics a second. */
  readonly statsHz?: number;
  readonly events?: { readonly topics?: readonly string[] };
  readonly logs?: { readonly node?: string; readonly level?: Level };
}

/** A client of one server. It connects at once and reconnects until {@linkcode ControlClient.close}. */
export class ControlClient {
  readonly #options: ClientOptions;
  readonly #listeners = new ClientListeners();
  readonly #calls = new ClientCalls();
  readonly #live = new LiveGraph();
  #socket: WebSocket | undefined;
  #status: ConnectionStatus = "connecting";
  #watch: WatchOptions = {};
  #statsId: number | undefined;
  #eventsId: number | undefined;
  #logsId: number | undefined;
  #lastEvent = 0;
  #lastLine = 0;
  readonly #minRetryMs: number;
  #retryMs: number;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#retryMs = this.#minRetryMs = options.minRetryMs ?? MIN_RETRY_MS;
    this.#connect();
  }

  /** State of the connection. */
  get status(): ConnectionStatus {
    return this.#status;
  }

  /** The newest graph, even while the connection is lost; `undefined` before the first. */
  get graph(): GraphSnapshot | undefined {
    return this.#live.graph;
  }

  /** The newest figures that nodes report themselves, by node and name. The unit is in the name. */
  get figures(): ReadonlyMap<string, { readonly [name: string]: number }> {
    return this.#live.figures;
  }

  /** The formats of links' frames as text for people, by link: `audio 48000 Hz, 2 channels`. */
  get formats(): ReadonlyMap<string, string> {
    return this.#live.formats;
  }

  /** Adds a listener. @returns a function that removes it */
  on<E extends keyof ClientEvents>(event: E, listener: (value: ClientEvents[E]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  /** Sets what to follow, now and after each new connection. What is absent is no longer followed. */
  watch(options: WatchOptions): void {
    const before = this.#watch;
    this.#watch = options;
    const differ = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
    const otherLogs = differ(before.logs, options.logs);
    // A different choice of lines may include older ones.
    if (otherLogs) this.#lastLine = 0;
    if (this.#status !== "open") return;
    if (before.statsHz !== options.statsHz) void this.#followStats();
    if (differ(before.events, options.events)) void this.#followEvents();
    if (otherLogs) void this.#followLogs();
  }

  /**
   * Calls a method.
   *
   * @param timeoutMs by default the client's `callTimeoutMs`
   * @throws {ControlError} the server's refusal
   * @throws {UnansweredCall} if the client is not connected, loses the connection, or the call times out
   */
  call<M extends MethodName>(
    method: M,
    params: MethodParams<M>,
    timeoutMs: number = this.#options.callTimeoutMs ?? CALL_TIMEOUT_MS,
  ): Promise<MethodResult<M>> {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) {
      const message = `Cannot call "${method}": there is no connection to ${this.#options.url}`;
      return Promise.reject(new UnansweredCall(message));
    }
    return this.#calls.make(method, params, timeoutMs, (text) => socket.send(text));
  }

  /** Resolves with the next graph that the server sends; at once if the client is connected and has one. */
  ready(): Promise<GraphSnapshot> {
    const { graph } = this.#live;
    if (this.#status === "open" && graph !== undefined) return Promise.resolve(graph);
    return new Promise((resolve) => {
      const end = this.on("graph", (graph) => {
        end();
        resolve(graph);
      });
    });
  }

  /** Closes the connection for good. */
  close(): void {
    this.#setStatus("closed");
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    this.#calls.drop("the client was closed");
    this.#socket?.close();
    this.#socket = undefined;
  }

  #connect(): void {
    const { url, token } = this.#options;
    this.#setStatus("connecting");
    const protocols = [RPC_PROTOCOL, ...(token === undefined ? [] : [`${TOKEN_PROTOCOL_PREFIX}${token}`])];
    const socket = new WebSocket(url, protocols);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => {
      if (this.#socket !== socket) return;
      this.#heard();
      this.#guard(() => typeof data === "string" ? this.#readText(data) : this.#readStats(data));
    };
    socket.onerror = () => {};
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost();
    };
  }

  async #opened(socket: WebSocket): Promise<void> {
    if (this.#socket !== socket) return;
    this.#statsId = this.#eventsId = this.#logsId = undefined;
    this.#setStatus("open");
    this.#heard();
    try {
      const graph = await this.call("graph.get", {});
      if (this.#socket !== socket) return;
      this.#guard(() => this.#takeGraph(graph));
      const followed = await Promise.all([this.#followStats(), this.#followEvents(), this.#followLogs()]);
      if (this.#socket === socket && followed.every(Boolean)) this.#retryMs = this.#minRetryMs;
    } catch (error) {
      this.#giveUp(socket, error);
    }
  }

  /** A connection that works but does not bring what is needed is closed as well. */
  #giveUp(socket: WebSocket | undefined, error: unknown): void {
    if (socket === undefined || this.#socket !== socket) return;
    this.#tellProblem(error);
    if (this.#socket !== socket) return;
    socket.close();
    this.#lost();
  }

  #lost(): void {
    this.#socket = undefined;
    clearTimeout(this.#silenceTimer);
    this.#calls.drop("the connection was lost");
    if (this.#status === "closed") return;
    this.#setStatus("waiting");
    // Random, so that many pages do not reconnect at the same instant.
    const waitMs = this.#retryMs * (0.75 + Math.random() / 2);
    this.#retryMs = Math.min(this.#retryMs * 2, this.#options.maxRetryMs ?? MAX_RETRY_MS);
    this.#retryTimer = setTimeout(() => this.#connect(), waitMs);
  }

  /** Restarts the timer of silence: any message shows that the server lives. */
  #heard(): void {
    clearTimeout(this.#silenceTimer);
    const socket = this.#socket;
    this.#silenceTimer = setTimeout(() => {
      this.call("ping", {}).catch((error) => this.#giveUp(socket, error));
    }, this.#options.silenceMs ?? SILENCE_MS);
  }

  #followStats(): Promise<boolean> {
    const { statsHz } = this.#watch;
    this.#statsId = this.#end(this.#statsId);
    if (statsHz === undefined) return Promise.resolve(true);
    return this.#ask("stats.subscribe", { hz: statsHz }, ({ subscription, graph }) => {
      if (this.#watch.statsHz !== statsHz) return void this.#end(subscription);
      this.#statsId = subscription;
      this.#takeGraph(graph);
    });
  }

  #followEvents(): Promise<boolean> {
    const { events } = this.#watch;
    this.#eventsId = this.#end(this.#eventsId);
    if (events === undefined) return Promise.resolve(true);
    const topics = events.topics === undefined ? undefined : [...events.topics];
    return this.#ask("events.subscribe", { topics }, ({ subscription, recent }) => {
      if (this.#watch.events !== events) return void this.#end(subscription);
      this.#eventsId = subscription;
      this.#takeEvents(recent);
    });
  }

  #followLogs(): Promise<boolean> {
    const { logs } = this.#watch;
    this.#logsId = this.#end(this.#logsId);
    if (logs === undefined) return Promise.resolve(true);
    return this.#ask("logs.subscribe", { ...logs }, ({ subscription, recent }) => {
      if (this.#watch.logs !== logs) return void this.#end(subscription);
      this.#logsId = subscription;
      this.#takeLines(recent);
    });
  }

  /** @returns whether the server answered */
  async #ask<M extends MethodName>(
    method: M,
    params: MethodParams<M>,
    take: (result: MethodResult<M>) => void,
  ): Promise<boolean> {
    const socket = this.#socket;
    try {
      const result = await this.call(method, params);
      if (this.#socket === socket) this.#guard(() => take(result));
      return true;
    } catch (error) {
      const lasting = error instanceof ControlError && error.isLasting;
      if (lasting) this.#tellProblem(error);
      else this.#giveUp(socket, error);
      return lasting;
    }
  }

  #end(subscription: number | undefined): undefined {
    if (subscription !== undefined) this.call("unsubscribe", { subscription }).catch(() => {});
    return undefined;
  }

  #readText(text: string): void {
    const message = JSON.parse(text) as { id?: number; method?: string; params?: unknown; error?: unknown };
    if (message.method !== undefined) {
      const name = message.method as NotificationName;
      const schema = NOTIFICATIONS[name];
      if (schema !== undefined) this.#notified(name, schema.parse(message.params));
      return;
    }
    this.#calls.answer(message);
  }

  #notified(name: NotificationName, params: NotificationParams<NotificationName>): void {
    switch (name) {
      case "graph.changed":
        return this.#takeGraph(params as GraphSnapshot);
      case "figures":
        return this.#takeFigures(params as NotificationParams<"figures">);
      // Messages of a subscription that was given up are among the recent ones in the next answer.
      case "events": {
        const { subscription, events } = params as NotificationParams<"events">;
        return subscription === this.#eventsId ? this.#takeEvents(events) : undefined;
      }
      case "logs": {
        const { subscription, lines } = params as NotificationParams<"logs">;
        return subscription === this.#logsId ? this.#takeLines(lines) : undefined;
      }
      case "tap.ended":
        return this.#listeners.tell("tapEnded", params as NotificationParams<"tap.ended">);
      case "resync": {
        const { subscription } = params as NotificationParams<"resync">;
        if (subscription === this.#eventsId) void this.#followEvents();
        else if (subscription === this.#logsId) void this.#followLogs();
      }
    }
  }

  #readStats(data: ArrayBuffer): void {
    if (isTapMessage(data)) return this.#listeners.tell("tap", readTap(data));
    const { version, subscription } = readStatsHead(data);
    const { graph } = this.#live;
    // The message belongs to an older version, or to a subscription that has ended.
    if (version !== graph?.version || subscription !== this.#statsId) return;
    this.#listeners.tell("stats", decodeStats(data, graph));
  }

  #takeGraph(graph: GraphSnapshot): void {
    const run = this.#live.takeGraph(graph);
    if (run !== "same") this.#lastEvent = this.#lastLine = 0;
    if (run === "another") this.#listeners.tell("restart", graph);
    this.#listeners.tell("graph", graph);
  }

  #takeFigures(news: NotificationParams<"figures">): void {
    this.#live.takeFigures(news);
    this.#listeners.tell("figures", news);
  }

  #takeEvents(events: readonly ControlEvent[]): void {
    const fresh = events.filter(({ seq }) => seq > this.#lastEvent);
    this.#lastEvent = fresh.at(-1)?.seq ?? this.#lastEvent;
    if (fresh.length > 0) this.#listeners.tell("events", fresh);
  }

  #takeLines(lines: readonly LogLine[]): void {
    const fresh = lines.filter(({ seq }) => seq > this.#lastLine);
    this.#lastLine = fresh.at(-1)?.seq ?? this.#lastLine;
    if (fresh.length > 0) this.#listeners.tell("logs", fresh);
  }

  #setStatus(status: ConnectionStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.#listeners.tell("status", status);
  }

  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#tellProblem(error);
    }
  }

  #tellProblem(error: unknown): void {
    if (this.#status !== "closed") {
      this.#listeners.tell("problem", error instanceof Error ? error : new Error(String(error)));
    }
  }
}
