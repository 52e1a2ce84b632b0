/**
 * One client of `/rpc`: its calls, its subscriptions, and its limits.
 *
 * @module
 */
import type { SessionRouter } from "../../core/pipeline/session_router.ts";
import { type RuntimeView, viewRuntime } from "../../core/runtime_view.ts";
import type { Feed } from "../answers/feed.ts";
import type { GraphHistory } from "../answers/graph_history.ts";
import { RateLimit } from "../../core/log/rate_limit.ts";
import type { ControlLimits } from "../schemas/limits.ts";
import { Outbox, POLICY_VIOLATION } from "../answers/outbox.ts";
import type { ReadyAnswers } from "../answers/ready_answers.ts";
import { answerRpc, type Handlers, ReadyJson, RpcRefusal } from "../answers/rpc.ts";
import { RPC_CODE } from "../schemas/errors.ts";
import type { ControlEvent, LogLine } from "../schemas/feed.ts";
import { HISTORY_SECONDS } from "../schemas/history.ts";
import { listSessions } from "../answers/sessions.ts";
import { detailNode, findLink, findNode } from "../answers/snapshot.ts";
import type { StatsPump } from "../figures/stats_pump.ts";
import { type GraphEditing, graphMethods } from "./graph_methods.ts";
import { TapCalls } from "../taps/tap_calls.ts";
import type { Taps } from "../taps/taps.ts";
import { runMethods } from "./run_methods.ts";
import { subscribeEvents, subscribeLogs } from "./subscriptions.ts";
import { ClientBudget, WorkBudget } from "../answers/work_budget.ts";

/** How many more calls may be refused than accepted before the connection is closed. */
const MAX_REFUSED = 1_000;

/** How many messages of one connection may be under way at once. */
const MAX_PENDING = 64;

/** How much time of its own a connection can save up, milliseconds. */
const OWN_BURST_MS = 100;

/** The close code for a message that is too long. */
const TOO_BIG = 1009;

/** What connections share. */
export interface ConnectionHost extends GraphEditing {
  /** The name of the newest run. */
  readonly run: (view?: RuntimeView) => string;
  readonly feed: Feed;
  readonly pump: StatsPump;
  readonly history: GraphHistory;
  readonly limits: ControlLimits;
  readonly answers: ReadyAnswers;
  /** Absent if no client may look at what links carry. */
  readonly taps: Taps | undefined;
  /** Whose sessions are listed. */
  readonly sessions: SessionRouter | undefined;
  /** The share of the thread's time that all clients have together. */
  readonly budget: WorkBudget;
}

/** A connection that is served. */
export interface Connection {
  /** Whether the client has sent anything. */
  readonly hasCalled: boolean;
  /** Resolves once every received call is answered. */
  answered(): Promise<void>;
  /** Sends the gathered events and lines. */
  flush(): void;
  /** Hears nothing more, and closes the connection once what waits for the client is read. */
  close(code: number, reason: string): void;
}

/** What a subscription supports. */
interface Subscription {
  end(): void;
  flush?(): void;
}

/** Serves a connection until it closes. */
export function serveConnection(socket: WebSocket, host: ConnectionHost): Connection {
  const { limits } = host;
  const outbox = new Outbox(socket, limits);
  const subscriptions = new Map<number, Subscription>();
  // Starts with no saved time, so that a client gains nothing by reconnecting.
  const own = new WorkBudget(limits.connectionShare, OWN_BURST_MS, 0, () => performance.now());
  const budget = new ClientBudget(own, host.budget);
  const taps = new TapCalls(host.taps, outbox, budget, limits.taps);
  const handlers = makeHandlers(host, outbox, subscriptions, budget, taps);
  const rate = new RateLimit(limits.callsPerSecond, limits.burst, () => performance.now());
  let refused = 0;
  let hasCalled = false;
  const pending = new Set<Promise<string | undefined>>();
  const admit = (): void => {
    const isInRate = rate.take();
    if (isInRate && budget.hasTime) {
      if (refused > 0) refused--;
      return;
    }
    refused++;
    const reason = isInRate
      ? "all clients together have used up their share of the server's time; try again later"
      : `more than ${limits.callsPerSecond} calls a second`;
    throw limited("RateLimited", `Cannot take the call: ${reason}`);
  };
  const measure = <T>(work: () => T): T => budget.measure(work);
  const cutOff = (code: number, reason: string): void => {
    // Deno goes on reading until the other end has closed too.
    socket.onmessage = null;
    outbox.close(code, reason);
  };
  socket.binaryType = "arraybuffer";
  socket.onmessage = async ({ data }) => {
    if (outbox.isClosing || socket.readyState !== WebSocket.OPEN) return;
    hasCalled = true;
    if (typeof data !== "string") return cutOff(1003, "text wanted");
    if (data.length > limits.messageChars) return cutOff(TOO_BIG, `at most ${limits.messageChars} characters`);
    if (refused > MAX_REFUSED || pending.size >= MAX_PENDING) return cutOff(POLICY_VIOLATION, "too many calls");
    const answering = answerRpc(data, { handlers, maxBatch: limits.batch, admit, measure });
    pending.add(answering);
    const answer = await answering;
    pending.delete(answering);
    if (answer === undefined) return;
    measure(() => outbox.send(answer));
    budget.sent(answer.length);
  };
  socket.onclose = () => {
    for (const { end } of subscriptions.values()) end();
    subscriptions.clear();
    taps.end();
  };
  // A close event follows.
  socket.onerror = () => {};
  return {
    get hasCalled() {
      return hasCalled;
    },
    async answered() {
      while (pending.size > 0) await Promise.all(pending);
    },
    flush() {
      for (const { flush } of subscriptions.values()) flush?.();
    },
    close: cutOff,
  };
}

function makeHandlers(
  host: ConnectionHost,
  outbox: Outbox,
  subscriptions: Map<number, Subscription>,
  budget: ClientBudget,
  taps: TapCalls,
): Handlers {
  const { runtime, run, feed, pump, history, limits, answers } = host;
  let nextId = 1;
  const makeId = (): number => {
    if (subscriptions.size < limits.subscriptions) return nextId++;
    throw limited("TooManySubscriptions", `Cannot subscribe: ${limits.subscriptions} subscriptions are open, the most`);
  };
  return {
    "ping": () => ({ run: run(), version: viewRuntime(runtime).version }),
    "graph.get": () => new ReadyJson(answers.graph(viewRuntime(runtime))),
    ...runMethods(runtime),
    ...graphMethods(host),
    "node.describe": ({ node }) => detailNode(viewRuntime(runtime), node),
    "node.command": async ({ node, name, args }) => {
      host.log().lock.assertUnlocked();
      return { answer: await runtime.command(node, name, args) };
    },
    "node.restart": async ({ node }) => {
      host.log().lock.assertNodeFree("restart", node);
      await runtime.restartNode(node);
      return {};
    },
    "node.disable": async ({ node }) => {
      host.log().lock.assertNodeFree("disable", node);
      await runtime.disableNode(node);
      return {};
    },
    "history.get": ({ kind, id }) => {
      const view = viewRuntime(runtime);
      if (kind === "node") findNode(view, id);
      else findLink(view, id);
      // A node that was just added has no step yet.
      const { times, series } = history.get(kind, id) ?? { times: [], series: [] };
      const epochMs = Date.now() - view.nowNs / 1e6;
      return { run: run(view), keptSeconds: history.keptSeconds || HISTORY_SECONDS, epochMs, times, series };
    },
    "sessions.list": () => listSessions(host.sessions),
    "types.list": () => new ReadyJson(answers.types(viewRuntime(runtime))),
    "stats.subscribe": ({ hz }) => {
      const subscription = makeId();
      const view = viewRuntime(runtime);
      // The answer goes out first, since the pump sends from a later turn of the event loop.
      subscriptions.set(subscription, { end: pump.follow(subscription, { outbox, budget }, hz, view.version) });
      return new ReadyJson(`{"subscription":${subscription},"graph":${answers.graph(view)}}`);
    },
    "events.subscribe": ({ topics }) => {
      const subscription = makeId();
      const feedOf = subscribeEvents(feed, outbox, subscription, topics);
      subscriptions.set(subscription, { end: () => feedOf[Symbol.dispose](), flush: feedOf.flush });
      return { subscription, run: run(), recent: [...feedOf.recent] as ControlEvent[] };
    },
    "logs.subscribe": (choice) => {
      // A removed node may still have lines.
      if (choice.node !== undefined && !feed.lines.some(({ nodeId }) => nodeId === choice.node)) {
        findNode(viewRuntime(runtime), choice.node);
      }
      const subscription = makeId();
      const feedOf = subscribeLogs(feed, outbox, subscription, choice);
      subscriptions.set(subscription, { end: () => feedOf[Symbol.dispose](), flush: feedOf.flush });
      return { subscription, run: run(), recent: [...feedOf.recent] as LogLine[] };
    },
    "tap.open": (params) => taps.open(nextId++, params),
    "tap.close": async ({ subscription }) => {
      if (!await taps.close(subscription)) throw notSubscribed(subscription);
      return {};
    },
    "unsubscribe": async ({ subscription }) => {
      const found = subscriptions.get(subscription);
      if (found === undefined && !await taps.close(subscription)) throw notSubscribed(subscription);
      found?.end();
      subscriptions.delete(subscription);
      return {};
    },
  };
}

function notSubscribed(subscription: number): RpcRefusal {
  const message = `Cannot end subscription ${subscription}: no subscription has that number`;
  return new RpcRefusal(RPC_CODE.invalidParams, "SubscriptionNotFound", message);
}

function limited(code: "RateLimited" | "TooManySubscriptions", message: string): RpcRefusal {
  return new RpcRefusal(RPC_CODE.limited, code, message);
}
