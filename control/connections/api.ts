/**
 * The read side over HTTP: `/api/*`, `/metrics` and `/healthz`.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { SluiceError } from "../../core/errors.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import type { ConnectionHost } from "./connection.ts";
import { renderMetrics } from "../answers/metrics.ts";
import { lockedNodes } from "../commands/recording_lock.ts";
import { openRpc } from "../answers/open_rpc.ts";
import { listPlugins } from "../answers/plugins.ts";
import { renderRouterMetrics } from "../answers/router_metrics.ts";
import { listSessions } from "../answers/sessions.ts";
import { LEVELS } from "../schemas/feed.ts";
import { z } from "../schemas/zod.ts";
import { describeNode, detailNode, listLinks } from "../answers/snapshot.ts";
import type { ClientBudget } from "../answers/work_budget.ts";

/** The query parameters of `/api/logs` and `/api/events`. */
const FeedQuery = z.strictObject({
  /** Only entries of this node. */
  node: z.string().max(200).optional(),
  /** The least important level. */
  level: z.enum(LEVELS).default("trace"),
  /** Only entries after this `seq`. */
  after: z.coerce.number().int().min(0).default(0),
});

/** Makes the routes. The caller has checked access, and that `client` has time. */
export function makeApi(host: ConnectionHost, client: ClientBudget): Hono {
  const { runtime, feed, answers } = host;
  const api = new Hono();
  const get = (path: string, answer: (c: Context) => Response) => api.get(path, (c) => client.measure(() => answer(c)));
  api.get("/healthz", (c) => c.json({ status: "ok" }));
  get("/metrics", () => {
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
    const ofSessions = host.sessions === undefined ? "" : renderRouterMetrics(host.sessions.figures());
    return new Response(renderMetrics(runtime.stats(), viewRuntime(runtime)) + ofSessions, { headers });
  });
  get("/api/sessions", (c) => c.json(listSessions(host.sessions)));
  get("/api/plugins", (c) => c.json(listPlugins(viewRuntime(runtime))));
  get("/api/openrpc.json", (c) => ready(c, client, openRpc()));
  get("/api/types", (c) => ready(c, client, answers.types(viewRuntime(runtime))));
  get("/api/graph", (c) => ready(c, client, answers.graph(viewRuntime(runtime))));
  get("/api/nodes", (c) => {
    const view = viewRuntime(runtime);
    const locks = lockedNodes(view);
    return c.json(view.nodes.map((node) => describeNode(view, node, locks)));
  });
  get("/api/nodes/:id", (c) => {
    try {
      return c.json(detailNode(viewRuntime(runtime), c.req.param("id") ?? ""));
    } catch (error) {
      if (error instanceof SluiceError && error.code === "NodeNotFound") return noNode(c, c.req.param("id") ?? "");
      throw error;
    }
  });
  get("/api/links", (c) => c.json(listLinks(viewRuntime(runtime))));
  get("/api/stats", (c) => c.json(withoutError(runtime.stats())));
  get("/api/events", (c) => select(c, runtime, feed.events));
  get("/api/logs", (c) => select(c, runtime, feed.lines));
  api.on(["GET", "HEAD"], "/api/*", (c) => c.json({ error: "Cannot answer: there is no such path under /api" }, 404));
  for (const path of ["/api/*", "/metrics", "/healthz"]) {
    api.all(path, (c) => c.json({ error: "Cannot answer: wanted GET" }, 405, { allow: "GET, HEAD" }));
  }
  return api;
}

function ready(c: Context, client: ClientBudget, json: string): Response {
  client.sent(json.length);
  return c.body(json, 200, { "content-type": "application/json" });
}

function noNode(c: Context, id: string): Response {
  return c.json({ error: `Cannot find node ${JSON.stringify(id)}; /api/nodes lists the nodes` }, 404);
}

function select(
  c: Context,
  runtime: Runtime,
  entries: readonly { readonly seq: number; readonly nodeId?: string; readonly level: typeof LEVELS[number] }[],
): Response {
  const query = FeedQuery.safeParse(c.req.query());
  if (!query.success) {
    const { path, message } = query.error.issues[0];
    return c.json({ error: `Cannot read the query: ${[...path, message].join(": ")}` }, 400);
  }
  const { node, level, after } = query.data;
  // A removed node may still have entries.
  const isKnown = node === undefined || viewRuntime(runtime).nodes.some(({ id }) => id === node) ||
    entries.some(({ nodeId }) => nodeId === node);
  if (!isKnown) return noNode(c, node);
  const least = LEVELS.indexOf(level);
  return c.json(
    entries.filter((entry) =>
      entry.seq > after && LEVELS.indexOf(entry.level) >= least && (node === undefined || entry.nodeId === node)
    ),
  );
}

/** Leaves the error out, which has no JSON form; `/api/graph` reports it. */
function withoutError(stats: object): object {
  const { error: _error, ...rest } = stats as { error?: unknown };
  return rest;
}
