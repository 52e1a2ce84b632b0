/**
 * The read side over HTTP: `/api/*`, `/metrics` and `/healthz`.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { SluiceError } from "../core/errors.ts";
import { viewRuntime } from "../core/runtime_view.ts";
import type { ConnectionHost } from "./connection.ts";
import { renderMetrics } from "./metrics.ts";
import { LEVELS } from "./schemas/feed.ts";
import { z } from "./schemas/zod.ts";
import { describeType, detailNode } from "./snapshot.ts";

/** What `/api/logs` and `/api/events` can be asked for. */
const FeedQuery = z.strictObject({
  /** Only this node's. */
  node: z.string().max(200).optional(),
  /** The least important level. */
  level: z.enum(LEVELS).default("debug"),
  /** Only those after this `seq`. */
  after: z.coerce.number().int().min(0).default(0),
});

/** Makes the routes. Whoever mounts them has checked who asks. */
export function makeApi(host: ConnectionHost): Hono {
  const { runtime, feed } = host;
  const api = new Hono();
  api.get("/healthz", (c) => c.json({ status: "ok" }));
  api.get("/metrics", () => {
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
    return new Response(renderMetrics(runtime.stats()), { headers });
  });
  api.get("/api/types", (c) => c.json(viewRuntime(runtime).types().map(describeType)));
  api.get("/api/graph", (c) => c.json(host.snapshot()));
  api.get("/api/nodes", (c) => c.json(host.snapshot().nodes));
  api.get("/api/nodes/:id", (c) => {
    try {
      return c.json(detailNode(viewRuntime(runtime), c.req.param("id")));
    } catch (error) {
      if (error instanceof SluiceError && error.code === "NodeNotFound") return c.json({ error: error.message }, 404);
      throw error;
    }
  });
  api.get("/api/links", (c) => c.json(host.snapshot().links));
  api.get("/api/stats", (c) => c.json(withoutError(runtime.stats())));
  api.get("/api/events", (c) => select(c, feed.events));
  api.get("/api/logs", (c) => select(c, feed.lines));
  api.on(["GET", "HEAD"], "/api/*", (c) => c.json({ error: "Cannot answer: there is no such path under /api" }, 404));
  for (const path of ["/api/*", "/metrics", "/healthz"]) {
    api.all(path, (c) => c.json({ error: "Cannot answer: wanted GET" }, 405, { allow: "GET, HEAD" }));
  }
  return api;
}

function select(
  c: Context,
  entries: readonly { readonly seq: number; readonly nodeId?: string; readonly level: typeof LEVELS[number] }[],
): Response {
  const query = FeedQuery.safeParse(c.req.query());
  if (!query.success) {
    const { path, message } = query.error.issues[0];
    return c.json({ error: `Cannot read the query: ${[...path, message].join(": ")}` }, 400);
  }
  const { node, level, after } = query.data;
  const least = LEVELS.indexOf(level);
  return c.json(
    entries.filter((entry) =>
      entry.seq > after && LEVELS.indexOf(entry.level) >= least && (node === undefined || entry.nodeId === node)
    ),
  );
}

/** An error has no JSON of its own; `/api/graph` tells it. */
function withoutError(stats: object): object {
  const { error: _error, ...rest } = stats as { error?: unknown };
  return rest;
}
