/**
 * The routes of a server of pipelines. Before a body is read, the request must name the server by one of its own names,
 * come from a page that may call it, and be let in.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { type Access, isWholeUpgrade, offersProtocol, tokenOf } from "../../control/server/access.ts";
import type { CallerAccess, Credentials } from "../../core/pipeline/router_options.ts";
import type { SessionRouter } from "../../core/pipeline/session_router.ts";
import type { Callers } from "../callers.ts";
import type { BodyReader } from "./bodies.ts";
import { readClient } from "./client_file.ts";
import { eventStream } from "./event_stream.ts";
import { answerFault, HttpFault } from "./faults.ts";
import type { HttpLimits } from "./http_options.ts";
import type { HttpSessions } from "./http_sessions.ts";
import { METRICS_TYPE, renderPipelineMetrics } from "./metrics.ts";
import { describeApi } from "./openapi.ts";
import { type ItemFormats, kindOfBody, RequestReader } from "./requests.ts";
import { StreamSocket } from "./stream_socket.ts";
import { STREAM_PROTOCOL } from "./wire.ts";

/** How long browsers may remember what pages of other origins may send, seconds. */
const PREFLIGHT_SECONDS = 600;

const EVENT_HEADERS = {
  "content-type": "text/event-stream",
  // Compression would hold events back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/** What the routes stand on. */
export interface RouteParts {
  readonly router: SessionRouter;
  /** Where requests may come from. */
  readonly access: Access;
  readonly callers: Callers;
  readonly formats: ItemFormats;
  readonly limits: Required<HttpLimits>;
  readonly origins: readonly string[];
  readonly bodies: BodyReader;
  readonly sessions: HttpSessions;
  /** The WebSockets that are open. */
  readonly sockets: Set<StreamSocket>;
  /** Whether the server takes no more requests. */
  isClosing(): boolean;
}

/** What the handlers of a request receive beside it. */
interface RouteEnv {
  readonly Bindings: { readonly address: string };
}

type RouteContext = Context<RouteEnv>;

/** Makes the routes. */
export function makeRoutes(parts: RouteParts): Hono<RouteEnv> {
  const { router, access, callers, limits, bodies, sessions, sockets } = parts;
  const requests = new RequestReader(parts.formats, limits);
  const app = new Hono<RouteEnv>();
  app.onError((error) => answerFault(error));
  app.use("*", async (c, next) => {
    const refusal = access.checkSource(c.req.raw);
    if (refusal !== undefined) throw new HttpFault(refusal.status, "AccessDenied", refusal.message);
    if (parts.isClosing()) throw new HttpFault(503, "Busy", "Cannot answer: the server ends");
    await next();
  });
  // The answer to an upgrade must stay as Deno made it.
  const forPages = cors({
    origin: [...parts.origins],
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: ["authorization", "content-type", "last-event-id"],
    maxAge: PREFLIGHT_SECONDS,
  });
  app.use("*", (c, next) => isUpgrade(c.req.raw) ? next() : forPages(c, next));
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/client.js", readClient);
  app.use("*", async (c, next) => {
    callers.check(credentialsOf(c));
    await next();
  });
  const enter = (c: RouteContext): Promise<CallerAccess> => callers.enter(credentialsOf(c));
  app.get("/openapi.json", (c) => c.json(describeApi(callers.token !== undefined)));
  app.get("/metrics", async (c) => {
    await enter(c);
    const own = {
      connections: sockets.size,
      sessions: sessions.size,
      missed: sessions.missed,
      bodyBytes: bodies.heldBytes,
    };
    return new Response(renderPipelineMetrics(router.figures(), own), { headers: { "content-type": METRICS_TYPE } });
  });
  app.get("/v1/graphs", async (c) => c.json({ graphs: (await enter(c)).graphs() }));
  app.post("/v1/execute", async (c) => {
    const kind = kindOfBody(c.req.raw);
    const caller = await enter(c);
    using body = await bodies.read(c.req.raw);
    const { graph, inputs } = requests.execute(kind, body.bytes);
    return requests.answer(kind, await caller.execute(graph, inputs, { signal: c.req.raw.signal }));
  });
  app.post("/v1/sessions", async (c) => {
    kindOfBody(c.req.raw);
    const caller = await enter(c);
    using body = await bodies.read(c.req.raw);
    const { session } = await sessions.open(caller, requests.session(body.bytes));
    return c.json({ sessionId: session.sessionId }, 201);
  });
  app.delete("/v1/sessions/:id", async (c) => {
    await sessions.close(await enter(c), c.req.param("id"));
    return c.body(null, 204);
  });
  app.post("/v1/sessions/:id/input", async (c) => {
    const kind = kindOfBody(c.req.raw);
    const place = sessions.get(await enter(c), c.req.param("id"));
    if (place.isTaking) {
      throw new HttpFault(
        409,
        "Busy",
        "Cannot take the items: another request is giving items to the session; await it",
      );
    }
    place.isTaking = true;
    let taken = 0;
    try {
      using body = await bodies.read(c.req.raw);
      for (const item of requests.inputs(kind, body.bytes)) {
        await place.session.sendInput(item);
        taken++;
      }
      return c.json({ taken });
    } catch (error) {
      return answerFault(error, { taken });
    } finally {
      place.isTaking = false;
    }
  });
  app.get("/v1/sessions/:id/output", async (c) => {
    const { log } = sessions.get(await enter(c), c.req.param("id"));
    const behind = c.req.header("last-event-id");
    // By which an EventSource connects no more.
    if (behind !== undefined && log.end?.event === "end" && Number(behind) === log.last) return c.body(null, 204);
    const reader = log.readAfter(behind === undefined ? 0 : Number(behind));
    return new Response(eventStream(reader, limits.beatMs), { headers: EVENT_HEADERS });
  });
  app.get("/v1/stream", async (c) => {
    const request = c.req.raw;
    const caller = await enter(c);
    if (sockets.size >= limits.connections) {
      const message = `Cannot take the connection: ${limits.connections} are open, the most`;
      throw new HttpFault(429, "LimitExceeded", message, { key: "connections" });
    }
    // Last: a client whose WebSocket was refused asks like this for the reason, which it is not told otherwise.
    if (!isUpgrade(request)) {
      throw new HttpFault(426, "InvalidMessage", "Cannot answer: /v1/stream is a WebSocket");
    }
    if (!isWholeUpgrade(request)) {
      throw new HttpFault(400, "InvalidMessage", "Cannot answer: the upgrade lacks headers of RFC 6455");
    }
    const { socket, response } = Deno.upgradeWebSocket(request, {
      ...(offersProtocol(request, STREAM_PROTOCOL) && { protocol: STREAM_PROTOCOL }),
      idleTimeout: limits.idleSeconds,
    });
    const { windowItems, windowBytes, graphBytes, openMs } = limits;
    const stream = new StreamSocket(socket, caller, parts.formats.binary, {
      window: { items: windowItems, bytes: windowBytes },
      graphBytes,
      openMs,
    });
    sockets.add(stream);
    void stream.gone.then(() => sockets.delete(stream));
    return response;
  });
  app.all("*", (c) => {
    const message = `Cannot answer ${c.req.method} ${
      c.req.path.slice(0, 100)
    }: there is no such call; see /openapi.json`;
    throw new HttpFault(404, "InvalidMessage", message);
  });
  return app;
}

function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

function credentialsOf({ req, env }: RouteContext): Credentials {
  const token = tokenOf(req.raw);
  return { transport: "http", address: env.address, ...(token !== undefined && { token }) };
}
