/**
 * Clients that have connected to a WebSocket server of a node, and what is sent to them.
 *
 * A client that takes its messages too slowly is sent fewer: never does one keep another, or the graph, waiting. Pages of
 * other sites are refused (`Origin`, and `Host` against names that lead here by mistake or on purpose).
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";

/** How long clients may take to hear that the server goes away, milliseconds. */
const CLOSE_MS = 1_000;

/** What a server needs to know. */
export interface ServerOptions {
  readonly hostname: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Origins whose pages may connect, beside those of this machine's own names. */
  readonly origins: readonly string[];
  readonly maxClients: number;
  /** A client for which so much waits is sent nothing more until it has taken some. */
  readonly maxWaitingBytes: number;
}

/** A WebSocket server, open until {@linkcode close}. */
export class WebSocketClients {
  /** The port that was opened. */
  readonly port: number;
  /** Messages that were sent, counted for each client. */
  sent = 0;
  /** Messages that were left out, as too much waited for a client. */
  skipped = 0;
  readonly #options: ServerOptions;
  readonly #sockets = new Set<WebSocket>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * Opens the server.
   *
   * @throws {SluiceError} `InvalidConfig` if the system refuses the address
   */
  constructor(options: ServerOptions) {
    this.#options = options;
    const { hostname, port } = options;
    try {
      this.#server = Deno.serve(
        { hostname, port, onListen: () => {} },
        (request) => this.#answer(request),
      );
    } catch (error) {
      const why = error instanceof Deno.errors.AddrInUse
        ? "another node or program listens there; wanted a port of its own, or 0 for any that is free"
        : (error as Error).message;
      throw new SluiceError("InvalidConfig", `Cannot listen on ${hostname}:${port}: ${why}`, {
        key: "port",
        cause: error as Error,
      });
    }
    this.port = this.#server.addr.port;
  }

  /** How many clients are connected. */
  get count(): number {
    return this.#sockets.size;
  }

  /** Sends a message to every client that is not behind. */
  send(message: string | Uint8Array<ArrayBuffer>): void {
    for (const socket of this.#sockets) {
      if (socket.readyState !== WebSocket.OPEN) continue;
      if (socket.bufferedAmount > this.#options.maxWaitingBytes) {
        this.skipped++;
        continue;
      }
      socket.send(message);
      this.sent++;
    }
  }

  /**
   * Tells every client that the server goes away (status 1001 of RFC 6455), and closes the port. Waits a second at most
   * for clients to take that.
   */
  async close(): Promise<void> {
    // One that takes nothing any more is not waited for.
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    this.#server.unref();
    await Promise.race([this.#server.shutdown(), late]);
    clearTimeout(timer);
  }

  #answer(request: Request): Response {
    const refused = this.#refusal(request);
    if (refused !== undefined) return refused;
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => this.#sockets.add(socket);
    socket.onclose = () => this.#sockets.delete(socket);
    socket.onerror = () => this.#sockets.delete(socket);
    return response;
  }

  #refusal(request: Request): Response | undefined {
    const { hostname: own, origins, maxClients } = this.#options;
    const host = hostOf(`http://${request.headers.get("host")}`);
    if (host === undefined || !isOwnName(host, own)) {
      return new Response("the host is not this server", { status: 421 });
    }
    const origin = request.headers.get("origin");
    if (origin !== null && !origins.includes(origin) && hostOf(origin) !== host) {
      return new Response(`pages of ${origin} may not connect; allow them by "origins"`, { status: 403 });
    }
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response("this is a WebSocket server", { status: 426, headers: { upgrade: "websocket" } });
    }
    if (this.#sockets.size >= maxClients) return new Response("there are clients enough", { status: 503 });
    return undefined;
  }
}

/** Whether a name cannot be another site's: the configured one, an address, or `localhost`. */
function isOwnName(host: string, own: string): boolean {
  return host === own || host === "localhost" || /^(\d+\.){3}\d+$/.test(host) || host.startsWith("[");
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
