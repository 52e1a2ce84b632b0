/**
 * A server of WHIP and WHEP for the graph of a script.
 *
 * @module
 */
import { Access } from "../../control/server/access.ts";
import { Listener } from "../../control/server/listener.ts";
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
  const listener = new Listener({
    hostname,
    port: options.port ?? DEFAULT_PORT,
    ...(tls !== undefined && { tls }),
    answer: async (request) => {
      const refusal = access.checkSource(request);
      if (refusal !== undefined) return new Response(refusal.message, { status: refusal.status });
      const origin = request.headers.get("origin");
      const headers = origin === null ? {} : allow(origin);
      // A browser asks before it shows the token.
      if (request.method === "OPTIONS" && origin !== null) return new Response(null, { status: 204, headers });
      const missing = access.checkToken(request);
      const response = missing === undefined
        ? await answerWhip(runtime, request) ?? new Response("There is no such path\n", { status: 404 })
        : new Response(missing.message, { status: missing.status });
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      return response;
    },
    failed(error) {
      logger("control").error("A request failed", { error });
      return new Response("Internal error", { status: 500 });
    },
  });
  const close = async (): Promise<void> => {
    obeying[Symbol.dispose]();
    await Promise.race([
      listener.close(),
      new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, CLOSE_TIMEOUT_MS))),
    ]);
  };
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `${tls === undefined ? "http" : "https"}://${shown}:${listener.port}`,
    ...(token !== undefined && { token }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function allow(origin: string): Readonly<Record<string, string>> {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "POST, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": "authorization, content-type",
    "access-control-expose-headers": "location",
    vary: "origin",
  };
}
