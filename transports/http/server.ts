/**
 * Serves the pipelines of a router over HTTP/1.1 and HTTP/2: single calls, sessions with server-sent events, and sessions
 * over a WebSocket.
 *
 * Loopback by default; any other address requires a token, the server's own or one that the router accepts.
 *
 * @module
 */
import { Access } from "../../control/server/access.ts";
import { Listener } from "../../control/server/listener.ts";
import { within } from "../../control/server/within.ts";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import { jsonFormat } from "../../core/pipeline/json_format.ts";
import type { SessionRouter } from "../../core/pipeline/session_router.ts";
import { Callers } from "../callers.ts";
import { BodyReader } from "./bodies.ts";
import { answerFault } from "./faults.ts";
import { assertHttpOptions, DEFAULT_PORT, HTTP_LIMITS, type HttpOptions } from "./http_options.ts";
import { HttpSessions } from "./http_sessions.ts";
import { makeRoutes } from "./routes.ts";
import type { StreamSocket } from "./stream_socket.ts";

/** How long connections may take to end, milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/** A running server. */
export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The token that requests must carry; absent on loopback, and where the router checks them. */
  readonly token?: string;
  /** WebSockets that are open. */
  readonly connections: number;
  /** Closes the sessions that were started here, and all connections. The router goes on. */
  close(): Promise<void>;
}

/**
 * Serves pipelines until it is closed.
 *
 * @example
 * ```ts ignore
 * import { nodePackage, NodeRegistry } from "@sluice/sluice";
 * import { PipelineRunner, SessionRouter } from "@sluice/sluice/pipelines";
 * import { serveHttp } from "@sluice/sluice/http";
 *
 * const transport = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
 * await using router = new SessionRouter({ transport, graphs: { voice: "examples/voice.json" } });
 * await using server = serveHttp(router);
 * console.log(server.url);
 * ```
 *
 * @throws {SluiceError} `InvalidConfig` for an option
 * @throws {Deno.errors.AddrInUse} if the port is taken
 */
export function serveHttp(router: SessionRouter, options: HttpOptions = {}): HttpServer {
  assertHttpOptions(options);
  const hostname = options.hostname ?? "127.0.0.1";
  const callers = new Callers(router, options);
  const { token } = callers;
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const origins = options.origins ?? [];
  const access = new Access({
    hostname,
    allowedHosts: options.allowedHosts ?? [],
    allowedOrigins: origins,
  });
  const formats = { binary: binaryFormat(), json: jsonFormat() };
  const decoder = new TextDecoder();
  const sessions = new HttpSessions(limits, (data) => decoder.decode(formats.json.serialize(data)));
  const sockets = new Set<StreamSocket>();
  const bodies = new BodyReader(limits);
  let isClosing = false;
  const routes = makeRoutes({
    router,
    access,
    callers,
    formats,
    limits,
    origins,
    bodies,
    sessions,
    sockets,
    isClosing: () => isClosing,
  });
  const listener = new Listener({
    hostname,
    port: options.port ?? DEFAULT_PORT,
    ...(options.tls !== undefined && { tls: options.tls }),
    answer: (request, address) => routes.fetch(request, { address }),
    failed: (error) => answerFault(error),
  });
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    isClosing = true;
    for (const socket of sockets) socket.close();
    await sessions.closeAll();
    // A connection whose other end has gone would block the close.
    await within(CLOSE_TIMEOUT_MS, Promise.all([...sockets].map(({ gone }) => gone)));
    await within(CLOSE_TIMEOUT_MS, listener.close());
  };
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `${options.tls === undefined ? "http" : "https"}://${shown}:${listener.port}`,
    ...(token !== undefined && { token }),
    get connections() {
      return sockets.size;
    },
    close: () => closed ??= close(),
    [Symbol.asyncDispose]: () => closed ??= close(),
  };
}
