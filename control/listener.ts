/**
 * The port of a server, kept open: what goes wrong while connections are taken, such as too many open files, ends
 * every connection of the server, not the run, and the port is opened anew.
 *
 * `Deno.serve` knows no limit of idle connections and no time within which a request has to come. So the limit is that
 * of the process's open files: once it is reached all connections are dropped, and honest clients come back.
 *
 * @module
 */
import { logger } from "../core/log.ts";
import { describeThrown } from "../core/thrown.ts";

/** Wait before the port is opened anew, milliseconds; doubled up to the most while that fails. */
const MIN_RETRY_MS = 200;
const MAX_RETRY_MS = 5_000;

/** One warning of failures that are nearer together, milliseconds. */
const WARN_EVERY_MS = 60_000;

/** Where to listen, and what answers. */
export interface ListenerOptions {
  readonly hostname: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Answers a request of an address. */
  answer(request: Request, address: string): Response | Promise<Response>;
  /** Answers a request whose answer failed. */
  failed(error: unknown): Response;
}

export class Listener {
  /** The port that was opened; the same after each failure. */
  readonly port: number;
  readonly #options: ListenerOptions;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #warnedMs = -Infinity;

  /** @throws {Deno.errors.AddrInUse} if the port is taken */
  constructor(options: ListenerOptions) {
    this.#options = options;
    this.port = this.#open(options.port).addr.port;
  }

  /** Takes no more requests, and resolves once those that are open have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    await this.#server?.shutdown();
  }

  #open(port: number): Deno.HttpServer<Deno.NetAddr> {
    const connections = new AbortController();
    const server = Deno.serve({
      hostname: this.#options.hostname,
      port,
      signal: connections.signal,
      automaticCompression: true,
      onListen: () => {},
      onError: (error) => this.#options.failed(error),
    }, (request, { remoteAddr }) => this.#options.answer(request, remoteAddr.hostname));
    this.#server = server;
    server.finished.catch((error) => {
      this.#server = undefined;
      // Idle connections would keep their files.
      connections.abort();
      this.#failed(error);
    });
    return server;
  }

  #failed(error: unknown): void {
    if (this.#isClosed) return;
    const nowMs = performance.now();
    if (nowMs - this.#warnedMs > WARN_EVERY_MS) {
      this.#warnedMs = nowMs;
      const reason = describeThrown(error).message;
      logger("control").warn(
        `Cannot take connections on port ${this.port}: ${reason}; all are dropped and the port is opened anew, ` +
          `the graph goes on; raise the limit of open files, or put a proxy before it`,
      );
    }
    this.#retry(MIN_RETRY_MS);
  }

  #retry(waitMs: number): void {
    this.#retryTimer = setTimeout(() => {
      try {
        this.#open(this.port);
      } catch {
        this.#retry(Math.min(2 * waitMs, MAX_RETRY_MS));
      }
    }, waitMs);
  }
}
