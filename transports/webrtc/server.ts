/**
 * A server of WHIP and WHEP for the graph of a script.
 *
 * @module
 */
import { Hono } from "hono";
import { Access } from "../../control/server/access.ts";
import { answerForeignPages } from "../../control/server/foreign_pages.ts";
import { Listener } from "../../control/server/listener.ts";
import { within } from "../../control/server/within.ts";
import { logger } from "../../core/log.ts";
import type { Runtime } from "../../core/runtime.ts";
import { tokenFor } from "../callers.ts";
import { assertServeOptions, type ServeOptions } from "../serve_options.ts";
import { obeyPlayers } from "./encoders.ts";
import { answerWhip } from "./whip.ts";

/** The port that the server has by default. */
const DEFAULT_PORT = 8889;

/** How long connections may take to end, milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/** A running server. */
export interface WebrtcServer extends AsyncDisposable {
  /** `http://127.0.0.1:8889`. */
  readonly url: string;
  /** The token that requests must carry; absent on loopback. */
  readonly token?: string;
  /** Ends the server. Connections of the graph's nodes go on. */
  close(): Promise<void>;
}

/**
 * Takes offers for the `webrtc-source` and `webrtc-sink` nodes of a graph until it is closed: `POST /whip/NODE` of
 * publishers and `POST /whep/NODE` of players. The encoder before a `webrtc-sink` obeys its players. Loopback by default;
 * any other address requires a token.
 *
 * @example
 * ```ts ignore
 * import { nodes, Runtime } from "@sluice/sluice";
 * import { serveWebrtc } from "@sluice/sluice/webrtc";
 *
 * await using runtime = new Runtime({ mode: "live" });
 * const camera = runtime.add(nodes.webrtcSource());
 * const display = runtime.add(nodes.display());
 * const decoder = runtime.add(nodes.h264Decode());
 * runtime.connect(camera.outputs.video, decoder.inputs.encoded);
 * runtime.connect(decoder.outputs.video, display.inputs.video);
 * await using server = serveWebrtc(runtime);
 * console.log(`publish to ${server.url}/whip/${camera.id}`);
 * await runtime.run();
 * ```
 *
 * @param options `access` is `token`
 * @throws {SluiceError} `InvalidConfig` for an option
 * @throws {Deno.errors.AddrInUse} if the port is taken
 */
export function serveWebrtc(runtime: Runtime, options: Omit<ServeOptions, "access"> = {}): WebrtcServer {
  assertServeOptions(options, [], {});
  const { hostname = "127.0.0.1", origins = [], tls } = options;
  const token = tokenFor(options);
  const access = new Access({
    hostname,
    allowedHosts: [],
    allowedOrigins: origins,
    ...(token !== undefined && { token }),
  });
  const obeying = obeyPlayers(runtime);
  const routes = makeRoutes(runtime, access, origins);
  const listener = new Listener({
    hostname,
    port: options.port ?? DEFAULT_PORT,
    ...(tls !== undefined && { tls }),
    answer: (request) => routes.fetch(request),
    failed,
  });
  const close = async (): Promise<void> => {
    obeying[Symbol.dispose]();
    await within(CLOSE_TIMEOUT_MS, listener.close());
  };
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `${tls === undefined ? "http" : "https"}://${shown}:${listener.port}`,
    ...(token !== undefined && { token }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function makeRoutes(runtime: Runtime, access: Access, origins: readonly string[]): Hono {
  const app = new Hono();
  app.onError(failed);
  app.use("*", async (c, next) => {
    const refusal = access.checkSource(c.req.raw);
    return refusal === undefined ? await next() : new Response(refusal.message, { status: refusal.status });
  });
  const forPages = answerForeignPages(origins);
  // Without an origin it is a program that asks for the options of WHIP.
  app.use("*", (c, next) => c.req.header("origin") === undefined ? next() : forPages(c, next));
  app.all("*", async (c) => {
    const refusal = access.checkToken(c.req.raw);
    if (refusal !== undefined) return new Response(refusal.message, { status: refusal.status });
    return await answerWhip(runtime, c.req.raw) ?? new Response("There is no such path\n", { status: 404 });
  });
  return app;
}

function failed(error: unknown): Response {
  logger("control").error("A request failed", { error });
  return new Response("Internal error", { status: 500 });
}
