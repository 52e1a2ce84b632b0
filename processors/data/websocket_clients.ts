/**
 * Clients that have connected to a WebSocket server of a node, and what is sent to them.
 *
 * A client that takes its messages too slowly is sent fewer: never does one keep another, or the graph, waiting. Pages of
 * other sites are refused (`Origin`, and `Host` against names that lead here by mistake or on purpose).
 *
 * @module
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { SluiceError } from "../../core/errors.ts";
import { nodeBuiltin } from "../../core/log/node_builtin.ts";
import { WebSocketPeer, wireMessage } from "./websocket_peer.ts";

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

/** Why a request is refused: the status, and a text for people. */
type Refusal = readonly [status: number, text: string];

/** A WebSocket server, open until {@linkcode close}. */
export class WebSocketClients {
  /** Messages that were sent, counted for each client. */
  sent = 0;
  /** Messages that were left out, as too much waited for a client. */
  skipped = 0;
  readonly #options: ServerOptions;
  readonly #peers = new Set<WebSocketPeer>();
  readonly #server: Server;

  private constructor(options: ServerOptions) {
    this.#options = options;
    this.#server = nodeBuiltin("node:http").createServer((request, response) => this.#answer(request, response));
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /**
   * Opens a server.
   *
   * @throws {SluiceError} `InvalidConfig` if the system refuses the address
   */
  static async open(options: ServerOptions): Promise<WebSocketClients> {
    const clients = new WebSocketClients(options);
    await clients.#listen();
    return clients;
  }

  /** The port that was opened. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#options.port;
  }

  /** How many clients are connected. */
  get count(): number {
    return this.#peers.size;
  }

  /** Sends a message to every client that is not behind. */
  send(message: string | Uint8Array): void {
    const wire = wireMessage(message);
    for (const peer of this.#peers) {
      if (peer.waitingBytes > this.#options.maxWaitingBytes) {
        this.skipped++;
        continue;
      }
      peer.send(wire);
      this.sent++;
    }
  }

  /**
   * Tells every client that the server goes away (status 1001 of RFC 6455), and closes the port. After a second the
   * connections to clients that have not taken that are broken off.
   */
  async close(): Promise<void> {
    this.#server.close();
    await Promise.all([...this.#peers].map((peer) => peer.goAway()));
    this.#server.closeAllConnections();
  }

  async #listen(): Promise<void> {
    const { hostname, port } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen({ host: hostname, port }, resolve);
    try {
      await promise;
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code === "EADDRINUSE"
        ? "another node or program listens there; wanted a port of its own, or 0 for any that is free"
        : (error as Error).message;
      throw new SluiceError("InvalidConfig", `Cannot listen on ${hostname}:${port}: ${why}`, {
        key: "port",
        cause: error as Error,
      });
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const [status, text] = this.#refusal(request) ?? [426, "this is a WebSocket server"];
    response.writeHead(status, { connection: "close", "content-type": "text/plain", upgrade: "websocket" });
    response.end(text);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array): void {
    const refusal = this.#refusal(request) ?? this.#full();
    if (refusal !== undefined) {
      const [status, text] = refusal;
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
      return;
    }
    this.#peers.add(new WebSocketPeer(request, socket, head, (peer) => this.#peers.delete(peer)));
  }

  #full(): Refusal | undefined {
    return this.#peers.size >= this.#options.maxClients ? [503, "there are clients enough"] : undefined;
  }

  #refusal({ headers }: IncomingMessage): Refusal | undefined {
    const { hostname: own, origins } = this.#options;
    const host = hostOf(`http://${headers.host}`);
    if (host === undefined || !isOwnName(host, own)) return [421, "the host is not this server"];
    const { origin } = headers;
    if (origin !== undefined && !origins.includes(origin) && hostOf(origin) !== host) {
      return [403, `pages of ${origin} may not connect; allow them by "origins"`];
    }
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
